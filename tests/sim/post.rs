//! The way of notifications from the provider to whichever replica is there.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bursar::{
    domain::{attempt::State, ids::EffectId},
    env::{Connection, connection},
    proto::provider::v1::{
        DeliverRequest, DeliverResponse, ReportRemittanceRequest, ReportRemittanceResponse,
        ReportRemittanceReturnRequest, ReportRemittanceReturnResponse,
        notification_service_client::NotificationServiceClient,
        notification_service_server::{NotificationService, NotificationServiceServer},
        outcome::Result as Happened,
        remittance_notification_service_client::RemittanceNotificationServiceClient,
        remittance_notification_service_server::{
            RemittanceNotificationService, RemittanceNotificationServiceServer,
        },
    },
    store::{Store as _, codec},
};
use tonic::{Request, Response, Status, service::Routes};

use super::{chance::Chance, world::World};

/// How often what was taken in between is tried before it is lost for good.
const TRIES: usize = 20;

#[derive(Clone)]
struct Post {
    world: Weak<World>,
    chance: Arc<Chance>,
}

/// bursar as the provider reaches it.
pub fn post(world: &Arc<World>, chance: Chance) -> Connection {
    let post = Post { world: Arc::downgrade(world), chance: Arc::new(chance) };
    let routes = Routes::new(NotificationServiceServer::new(post.clone()))
        .add_service(RemittanceNotificationServiceServer::new(post));
    connection(routes.prepare())
}

/// Hands a notification to whichever replica is there.
async fn forward(world: &World, message: DeliverRequest) -> Result<Response<DeliverResponse>, Status> {
    let client = NotificationServiceClient::new(world.cluster.door("post"));
    tokio::time::timeout(Duration::from_secs(5), { client }.deliver(message))
        .await
        .unwrap_or_else(|_elapsed| Err(Status::unknown("no answer in time")))
}

/// Whether a notification is the only way to learn of it: it tells of an approval after the effect had ended
/// otherwise, so nobody inquires any more. Who says that it is stored, must have stored it.
async fn is_asked_no_more(world: &World, message: &DeliverRequest) -> bool {
    let approved =
        matches!(message.outcome.as_ref().and_then(|it| it.result.as_ref()), Some(Happened::Approved(_)));
    let Some(effect) = message.effect_id.parse::<EffectId>().ok().filter(|_| approved) else { return false };
    let Ok(Some(row)) = world.store.get(effect.entity).await else { return false };
    let entity = codec::decode(&row).expect("an entity that can be read");
    let ended = entity.attempts().into_iter().find(|attempt| attempt.effect == effect);
    ended.is_some_and(|attempt| attempt.is_settled() && !matches!(attempt.state, State::Approved(_)))
}

impl Post {
    /// Taken by somebody in between, who delivers it several times, late and in any order; or never.
    fn relay(&self, world: &Arc<World>, message: &DeliverRequest) {
        let copies = *self.chance.pick(&[0, 1, 1, 1, 2, 3]);
        for _ in 0..copies {
            let most = world.weather.post.late_most;
            let delay = self.chance.any_span(Duration::from_millis(10), most);
            let (world, message) = (Arc::clone(world), message.clone());
            tokio::spawn(async move {
                world.agenda.sleep(delay).await;
                world.trace.note(format_args!("late notification {}", message.effect_id));
                for _ in 0..TRIES {
                    if forward(&world, message.clone()).await.is_ok() {
                        return;
                    }
                    world.agenda.sleep(Duration::from_secs(7)).await;
                }
            });
        }
        world.trace.count(match copies {
            0 => "fault: notification lost for good",
            1 => "fault: notification late",
            _ => "fault: notification repeated",
        });
    }
}

#[tonic::async_trait]
impl NotificationService for Post {
    async fn deliver(&self, request: Request<DeliverRequest>) -> Result<Response<DeliverResponse>, Status> {
        let message = request.into_inner();
        let world = self.world.upgrade().ok_or_else(|| Status::unavailable("the world is over"))?;
        let weather = &world.weather;
        world.trace.note(format_args!("notification {}", message.effect_id));
        if weather.strikes(&self.chance, weather.post.lost) {
            world.trace.count("fault: notification not taken");
            return Err(Status::unknown("simulated"));
        }
        if weather.strikes(&self.chance, weather.post.relayed) && !is_asked_no_more(&world, &message).await {
            self.relay(&world, &message);
            return Ok(Response::new(DeliverResponse {}));
        }
        let answer = forward(&world, message).await;
        if weather.strikes(&self.chance, weather.post.answer_lost) {
            world.trace.count("fault: notification taken, answer lost");
            return Err(Status::unknown("simulated"));
        }
        answer
    }
}

/// A bank's report is repeated until it is taken, so the post may lose it, or its answer, and deliver twice.
#[tonic::async_trait]
impl RemittanceNotificationService for Post {
    async fn report_remittance(
        &self,
        request: Request<ReportRemittanceRequest>,
    ) -> Result<Response<ReportRemittanceResponse>, Status> {
        let message = request.into_inner();
        let what = format!("remittance {}", message.bank_reference);
        self.carry(
            &what,
            message,
            |mut client, message| async move { client.report_remittance(message).await },
        )
        .await
    }

    async fn report_remittance_return(
        &self,
        request: Request<ReportRemittanceReturnRequest>,
    ) -> Result<Response<ReportRemittanceReturnResponse>, Status> {
        let message = request.into_inner();
        let what = format!("return of remittance {}", message.bank_reference);
        self.carry(&what, message, |mut client, message| async move {
            client.report_remittance_return(message).await
        })
        .await
    }
}

impl Post {
    async fn carry<M: Clone, A, F: Future<Output = Result<A, Status>>>(
        &self,
        what: &str,
        message: M,
        call: impl Fn(RemittanceNotificationServiceClient<Connection>, M) -> F,
    ) -> Result<A, Status> {
        let world = self.world.upgrade().ok_or_else(|| Status::unavailable("the world is over"))?;
        let weather = &world.weather;
        world.trace.note(format_args!("{what}"));
        if weather.strikes(&self.chance, weather.post.lost) {
            world.trace.count("fault: report not taken");
            return Err(Status::unknown("simulated"));
        }
        let client = || RemittanceNotificationServiceClient::new(world.cluster.door("post"));
        let answer = call(client(), message.clone()).await;
        if weather.strikes(&self.chance, weather.post.relayed) {
            world.trace.count("fault: report repeated");
            drop(call(client(), message).await);
        }
        if weather.strikes(&self.chance, weather.post.answer_lost) {
            world.trace.count("fault: report taken, answer lost");
            return Err(Status::unknown("simulated"));
        }
        answer
    }
}
