//! The way of one replica to the provider: the sandbox's issuers behind a network that loses, delays and
//! repeats. The sandbox is never told of a fault, so its ledger is the truth.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bursar::{
    env::{Connection, connection},
    proto::provider::v1::{
        CancelRequest, CancelResponse, GetCapabilitiesRequest, GetCapabilitiesResponse, InquireRequest,
        InquireResponse, NotFound, Outcome, PerformRequest, PerformResponse, StoreDocumentRequest,
        StoreDocumentResponse, TokenizeRequest, TokenizeResponse, inquire_response,
        outcome::Result as Result_,
        provider_service_client::ProviderServiceClient,
        provider_service_server::{ProviderService, ProviderServiceServer},
    },
};
use tokio::time::Instant;
use tonic::{
    ConnectError, Request, Response, Status,
    codegen::{StdError, http},
};
use tower::{ServiceExt as _, service_fn};

use super::{
    asked::{operation, takes},
    chance::Chance,
    gate::Gate,
    sweep::Strike,
    time::Busy,
    weather::Weather,
    world::World,
};

/// The way of one replica.
#[derive(Clone)]
struct Wire {
    world: Arc<World>,
    gate: Arc<Gate>,
    chance: Arc<Chance>,
    bank: ProviderServiceClient<Connection>,
    /// Until when there are errors only.
    outage: Arc<Mutex<Option<Instant>>>,
}

/// The provider as a replica reaches it.
pub fn wire(world: &Arc<World>, gate: Arc<Gate>, chance: Chance) -> Connection {
    let (chance, bank) = (Arc::new(chance), ProviderServiceClient::new(world.bank.clone()));
    let wire = Wire { world: Arc::clone(world), gate, chance, bank, outage: Arc::default() };
    let weather = Arc::clone(&world.weather);
    let dice = Arc::clone(&wire.chance);
    let trace = Arc::clone(&world.trace);
    let server = ProviderServiceServer::new(wire);
    connection(service_fn(move |request: http::Request<tonic::body::Body>| {
        let refused = weather.strikes(&dice, weather.wire.refused);
        let server = server.clone();
        let trace = Arc::clone(&trace);
        async move {
            if refused {
                trace.count("fault: provider refuses the connection");
                let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
                return Err::<_, StdError>(Box::new(ConnectError(Box::new(refused))));
            }
            server.oneshot(request).await.map_err(Into::into)
        }
    }))
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Straight,
    Lost,
    Late,
    Twice,
    AnswerLost,
    Slow,
    ErrorBefore,
    ErrorAfter,
    Nonsense,
}

impl Wire {
    fn fate(&self, about: &str) -> Fate {
        let weather: &Weather = &self.world.weather;
        match weather.twist.strikes(about) {
            Some(Strike::NotApplied) => {
                self.world.trace.count("twist: NotApplied");
                return Fate::Lost;
            }
            Some(Strike::AnswerLost) => {
                self.world.trace.count("twist: AnswerLost");
                return Fate::AnswerLost;
            }
            None => {}
        }
        let faults = &weather.wire;
        let strikes = |share| weather.strikes(&self.chance, share);
        let fate = if self.is_out() {
            if self.chance.happens(0.5) { Fate::ErrorBefore } else { Fate::ErrorAfter }
        } else if strikes(faults.lost) {
            Fate::Lost
        } else if strikes(faults.late) {
            Fate::Late
        } else if strikes(faults.twice) {
            Fate::Twice
        } else if strikes(faults.answer_lost) {
            Fate::AnswerLost
        } else if strikes(faults.slow) {
            Fate::Slow
        } else if strikes(faults.error) {
            if self.chance.happens(0.5) { Fate::ErrorBefore } else { Fate::ErrorAfter }
        } else if strikes(faults.nonsense) {
            Fate::Nonsense
        } else {
            Fate::Straight
        };
        if fate != Fate::Straight {
            self.world.trace.count(&format!("fault: provider {fate:?}"));
        }
        fate
    }

    /// Whether the provider takes the request for one that can never be performed, and does nothing.
    fn refuses(&self) -> bool {
        let share = self.world.weather.wire.refuses;
        let refuses = share > 0.0 && self.world.weather.strikes(&self.chance, share);
        if refuses {
            self.world.trace.count("fault: provider Refuses");
        }
        refuses
    }

    /// Whether the provider's gateway has nothing but errors, now or from now on for a while.
    fn is_out(&self) -> bool {
        let (now, faults) = (Instant::now(), &self.world.weather.wire);
        let mut until = self.outage.lock().unwrap_or_else(PoisonError::into_inner);
        if self.world.weather.strikes(&self.chance, faults.outage) {
            *until = Some(now + self.chance.span(Duration::from_secs(1), faults.outage_most));
        }
        !self.world.weather.is_healed() && until.is_some_and(|until| now < until)
    }

    /// No answer comes. Whoever waits gives up, or the connection ends before.
    async fn silence(&self) -> Status {
        let hangs = self.chance.happens(0.5);
        let time = if hangs { Duration::from_secs(600) } else { Duration::from_millis(30) };
        tokio::time::sleep(time).await;
        Status::unknown("the simulated connection ended")
    }

    fn error(&self) -> Status {
        // While a gateway is out, it says so.
        match if self.is_out() { 0 } else { self.chance.below(4) } {
            0 => Status::unavailable("simulated"),
            1 => Status::internal("simulated"),
            2 => Status::deadline_exceeded("simulated"),
            _ => Status::resource_exhausted("simulated"),
        }
    }

    /// Has the bank refuse an effect for ever, so that its ledger never has what is told to be declined.
    async fn refuse(&self, effect: &str) -> Result<(), Status> {
        let request = CancelRequest { effect_id: effect.to_owned(), clock: String::new() };
        self.bank.clone().cancel(request).await.map(|_| ())
    }

    /// Counts what was answered about which operation.
    fn count(&self, call: &str, effect: &str, outcome: Option<&Outcome>) {
        let trace = &self.world.trace;
        if let Some(operation) = self.world.witness.seen().operations.get(effect) {
            trace.count(&format!("call: {call} {operation}"));
        }
        let result = outcome.and_then(|outcome| outcome.result.as_ref());
        trace.count(match result {
            Some(Result_::Approved(_)) => "outcome: approved",
            Some(Result_::Declined(_)) => "outcome: declined",
            Some(Result_::ActionRequired(_)) => "outcome: action_required",
            Some(Result_::Pending(_)) => "outcome: pending",
            Some(Result_::Cancelled(_)) => "outcome: cancelled",
            None => "outcome: nothing known",
        });
    }

    /// Sends a call on its way: once, late, twice or not at all. `None`: an answer that says nothing.
    async fn send<Q, A, F>(
        &self,
        about: &str,
        request: Q,
        call: impl Fn(ProviderServiceClient<Connection>, Q) -> F + Send + Sync + 'static,
    ) -> Result<Option<A>, Status>
    where
        Q: Clone + Send + Sync + 'static,
        A: Send + 'static,
        F: Future<Output = Result<Response<A>, Status>> + Send,
    {
        let _busy: Busy = self.world.agenda.busy();
        let bank = || self.bank.clone();
        let faults = &self.world.weather.wire;
        tokio::time::sleep(self.chance.span(Duration::ZERO, Duration::from_millis(8))).await;
        match self.fate(about) {
            Fate::Straight => Ok(Some(call(bank(), request).await?.into_inner())),
            Fate::Lost => Err(self.silence().await),
            Fate::Late => {
                self.later(faults.late_most, bank(), request, call);
                Err(self.silence().await)
            }
            Fate::Twice => {
                let answer = call(bank(), request.clone()).await;
                self.later(faults.late_most, bank(), request, call);
                Ok(Some(answer?.into_inner()))
            }
            Fate::AnswerLost => {
                // The bank goes on though nobody listens.
                self.later(Duration::from_millis(1), bank(), request, call);
                Err(self.silence().await)
            }
            Fate::Slow => {
                let answer = call(bank(), request).await?;
                let most = self.world.weather.deadline * 2;
                tokio::time::sleep(self.chance.span(Duration::from_millis(10), most)).await;
                Ok(Some(answer.into_inner()))
            }
            Fate::ErrorBefore => Err(self.error()),
            Fate::ErrorAfter => {
                call(bank(), request).await?;
                Err(self.error())
            }
            Fate::Nonsense => {
                call(bank(), request).await?;
                Ok(None)
            }
        }
    }

    /// Sends a call later, whether or not anybody still waits for its answer.
    fn later<Q, A, F>(
        &self,
        most: Duration,
        bank: ProviderServiceClient<Connection>,
        request: Q,
        call: impl Fn(ProviderServiceClient<Connection>, Q) -> F + Send + Sync + 'static,
    ) where
        Q: Send + Sync + 'static,
        A: Send + 'static,
        F: Future<Output = Result<Response<A>, Status>> + Send,
    {
        let world = Arc::clone(&self.world);
        let delay = self.chance.any_span(Duration::from_millis(1), most.max(Duration::from_millis(2)));
        tokio::spawn(async move {
            world.agenda.sleep(delay).await;
            world.trace.note(format_args!("a request arrives late or again"));
            drop(call(bank, request).await);
        });
    }
}

#[tonic::async_trait]
impl ProviderService for Wire {
    async fn get_capabilities(
        &self,
        request: Request<GetCapabilitiesRequest>,
    ) -> Result<Response<GetCapabilitiesResponse>, Status> {
        let mut promised = self.bank.clone().get_capabilities(request).await?.into_inner();
        let weather = &self.world.weather;
        promised.inquiry_conclusive_after = prost_types::Duration::try_from(weather.conclusive_after).ok();
        promised.can_cancel = weather.can_cancel;
        Ok(Response::new(promised))
    }

    async fn tokenize(
        &self,
        request: Request<TokenizeRequest>,
    ) -> Result<Response<TokenizeResponse>, Status> {
        let request = request.into_inner();
        let call = |mut bank: ProviderServiceClient<Connection>, request| async move {
            bank.tokenize(request).await
        };
        let answer = self.gate.around("tokenize", self.send("tokenize", request, call)).await?;
        Ok(Response::new(answer.unwrap_or_default()))
    }

    async fn store_document(
        &self,
        request: Request<StoreDocumentRequest>,
    ) -> Result<Response<StoreDocumentResponse>, Status> {
        let request = request.into_inner();
        let call = |mut bank: ProviderServiceClient<Connection>, request| async move {
            bank.store_document(request).await
        };
        let sent = self.send("store document", request, call);
        let answer = self.gate.around("store document", sent).await?;
        Ok(Response::new(answer.unwrap_or_default()))
    }

    async fn perform(&self, request: Request<PerformRequest>) -> Result<Response<PerformResponse>, Status> {
        let request = request.into_inner();
        let what = operation(&request);
        let world = Arc::clone(&self.world);
        self.gate.cross("before", what).await;
        world.witness.performed(&world, &request.effect_id).await;
        world.trace.note(format_args!("{what} {}", request.effect_id));
        world
            .witness
            .seen()
            .operations
            .insert(request.effect_id.clone(), what.trim_start_matches("perform "));
        let effect = request.effect_id.clone();
        if takes(&request) && world.weather.twist.declines(&effect) {
            self.world.trace.count("twist: Declined");
            self.refuse(&effect).await?;
        }
        let told = world.weather.twist.verdict(&effect);
        let call = move |mut bank: ProviderServiceClient<Connection>, request: PerformRequest| {
            let world = Arc::clone(&world);
            async move {
                let effect = request.effect_id.clone();
                let answer = bank.perform(request).await;
                world.arrivals.note(&effect);
                answer
            }
        };
        let refused = takes(&request) && self.refuses();
        let sent = async {
            match told {
                None if refused => Err(Status::invalid_argument("simulated: this can't be performed")),
                Some(outcome) => Ok(Some(PerformResponse { outcome: Some(outcome) })),
                None => self.send(&format!("perform {effect}"), request, call).await,
            }
        };
        let answer = sent.await;
        self.gate.cross("after", what).await;
        let answer = answer?.unwrap_or_default();
        self.count("perform", &effect, answer.outcome.as_ref());
        Ok(Response::new(answer))
    }

    async fn inquire(&self, request: Request<InquireRequest>) -> Result<Response<InquireResponse>, Status> {
        let request = request.into_inner();
        let weather = &self.world.weather;
        let recent =
            self.world.arrivals.since(&request.effect_id).is_some_and(|age| age < weather.conclusive_after);
        let yet = recent && weather.strikes(&self.chance, weather.wire.not_found_yet);
        let call =
            |mut bank: ProviderServiceClient<Connection>, request| async move { bank.inquire(request).await };
        let effect = request.effect_id.clone();
        let sent = async {
            match weather.twist.verdict(&effect) {
                Some(outcome) => {
                    let answer = Some(inquire_response::Answer::Outcome(outcome));
                    Ok(Some(InquireResponse { answer }))
                }
                None => self.send(&format!("inquire {effect}"), request, call).await,
            }
        };
        let answer = self.gate.around("inquire", sent).await?;
        if let Some(InquireResponse { answer: Some(answer) }) = &answer {
            self.count(
                "inquire",
                &effect,
                match answer {
                    inquire_response::Answer::Outcome(outcome) => Some(outcome),
                    inquire_response::Answer::NotFound(_) => None,
                },
            );
        }
        if yet && answer.is_some() {
            self.world.trace.count("fault: provider does not know it yet");
            let answer = Some(inquire_response::Answer::NotFound(NotFound {}));
            return Ok(Response::new(InquireResponse { answer }));
        }
        Ok(Response::new(answer.unwrap_or_default()))
    }

    async fn cancel(&self, request: Request<CancelRequest>) -> Result<Response<CancelResponse>, Status> {
        if !self.world.weather.can_cancel {
            return Err(Status::unimplemented("this provider can't cancel"));
        }
        let call =
            |mut bank: ProviderServiceClient<Connection>, request| async move { bank.cancel(request).await };
        let request = request.into_inner();
        let effect = request.effect_id.clone();
        let sent = async {
            match self.world.weather.twist.verdict(&effect) {
                Some(outcome) => Ok(Some(CancelResponse { outcome: Some(outcome) })),
                None => self.send(&format!("cancel {effect}"), request, call).await,
            }
        };
        let answer = self.gate.around("cancel", sent).await?.unwrap_or_default();
        self.count("cancel", &effect, answer.outcome.as_ref());
        Ok(Response::new(answer))
    }
}
