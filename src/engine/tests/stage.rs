//! An engine over a store, with the shipped programs and ids that repeat themselves.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use crate::{
    domain::{
        attempt::{Approval, Input, Observed},
        command::{Command, CreateAccount, CreateInvoice, PayInvoices},
        entity::Entity,
        exchange::RateTable,
        ids::{AccountId, InvoiceId, MethodId},
        money::Money,
        outcome::Outcome,
        program::{DECLINE_CODES, DeclineTable, EXCHANGE_RATES, ProgramId},
        reason::Reason,
        tests::stage::{POLICY, card, link, program},
    },
    engine::{Config, Dispatch, Engine, EngineError, Reply, Request, RequestKey, Ruleset},
    env::{ManualClock, SeededIds},
    store::Store,
};

pub(super) const PROGRAM: &str = "alibaba-cloud-intl";

/// A replica.
pub(super) struct Replica {
    pub(super) engine: Engine,
    pub(super) dispatches: UnboundedReceiver<Dispatch>,
}

pub(super) fn config() -> Config {
    let rules = Ruleset {
        webhooks: crate::domain::webhook::WebhookRules { retries: Vec::new(), private_addresses: false },
        programs: [program(PROGRAM)].into_iter().map(|program| (program.id.clone(), program)).collect(),
        rates: RateTable::parse(EXCHANGE_RATES.1).unwrap(),
        declines: DeclineTable::parse(DECLINE_CODES.1).unwrap(),
        policies: BTreeMap::from([("sandbox".to_owned(), POLICY)]),
        unknown_provider: POLICY,
    };
    Config {
        writers: 1,
        inbox: 256,
        batch: 128,
        cached_accounts: 64,
        effects: 1_000,
        lease: SignedDuration::from_secs(30),
        rules: Arc::new(rules),
    }
}

/// Starts a replica. Each seed draws ids of its own.
pub(super) async fn replica(store: Arc<dyn Store>, config: Config, seed: u64) -> Replica {
    let clock = Arc::new(ManualClock::new("2026-08-15T12:00:00Z".parse().unwrap()));
    let ids = Arc::new(SeededIds::new(seed));
    let (engine, dispatches) = Engine::start(store, config, clock, ids).await.unwrap();
    Replica { engine, dispatches }
}

/// The account that a number stands for.
pub(super) fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

pub(super) fn create(number: u128) -> Command {
    Command::CreateAccount(CreateAccount {
        id: account(number),
        program: ProgramId(PROGRAM.to_owned()),
        country: "SG".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        display_name: String::new(),
    })
}

pub(super) fn link_card(number: u128, last_four: &str) -> Command {
    Command::LinkCard(Box::new(link(account(number), card(last_four))))
}

pub(super) fn invoice(amount: &str) -> Command {
    let amount = Money::parse(amount, "USD".parse().unwrap()).unwrap();
    Command::CreateInvoice(CreateInvoice { amount, description: String::new(), due: None })
}

pub(super) fn pay(invoice: Uuid) -> Command {
    Command::PayInvoices(PayInvoices {
        invoices: vec![InvoiceId(invoice)],
        method: None,
        others_follow: false,
        return_url: None,
    })
}

pub(super) fn running(count: i32) -> Command {
    Command::ReportObligations { running_resources: count }
}

/// A request with an id; the fingerprint stands for its body.
pub(super) fn keyed(number: u128, command: Command, id: &str, body: u8) -> Request {
    let key = Some(RequestKey { id: id.to_owned(), fingerprint: [body; 32] });
    Request { account: account(number), command, key, principal: "tester".to_owned(), until_rest: false }
}

/// A request of the service's own.
pub(super) fn bare(number: u128, command: Command) -> Request {
    Request { key: None, ..keyed(number, command, "", 0) }
}

/// The entity that answered.
pub(super) fn answered(reply: Result<Reply, EngineError>) -> Arc<Entity> {
    match reply.unwrap() {
        Reply::Entity(entity) | Reply::Waiting(entity, _) => entity,
        Reply::Known(id) => panic!("{id} was known"),
    }
}

/// Which resource answers: the new one, or the one the request id was used for.
pub(super) fn resource(reply: Result<Reply, EngineError>) -> Uuid {
    match reply.unwrap() {
        Reply::Entity(entity) | Reply::Waiting(entity, _) => entity.id(),
        Reply::Known(id) => id,
    }
}

/// Why it was refused.
pub(super) fn refusal(reply: Result<Reply, EngineError>) -> Reason {
    match reply {
        Err(EngineError::Refused(rejection)) => rejection.reason,
        other => panic!("not refused: {other:?}"),
    }
}

impl Replica {
    pub(super) async fn submit(&self, request: Request) -> Result<Reply, EngineError> {
        self.engine.submit(request).await
    }

    /// An account.
    pub(super) async fn open(&self, number: u128) {
        answered(self.submit(keyed(number, create(number), "create", 0)).await);
    }

    /// The calls that were handed out so far.
    pub(super) fn calls(&mut self) -> Vec<Dispatch> {
        std::iter::from_fn(|| self.dispatches.try_recv().ok()).collect()
    }

    /// The calls that were handed out for what was answered: they go out after the answers.
    pub(super) async fn calls_made(&mut self) -> usize {
        self.submit(bare(9_999, create(9_999))).await.ok();
        self.calls().len()
    }

    /// The provider approves what a call is about.
    pub(super) async fn approve(&self, dispatch: &Dispatch) -> Result<Reply, EngineError> {
        let amount = dispatch.entity.running().and_then(|run| run.operation.amount().copied());
        let approval = Approval {
            reference: "ref".to_owned(),
            amount,
            authorization_code: "A1".to_owned(),
            challenged: false,
            wallet_holder: None,
        };
        let input = Input::Learned(Observed::Performed, Outcome::Approved(approval));
        let command = Command::learn(&dispatch.entity, dispatch.effect.id, input);
        self.engine.tell(AccountId(dispatch.account), command).await
    }

    /// A card that can pay, its hold given back.
    pub(super) async fn card(&mut self, number: u128, last_four: &str) -> MethodId {
        let method = answered(self.submit(bare(number, link_card(number, last_four))).await).id();
        for _ in 0..2 {
            let call = self.dispatches.recv().await.unwrap();
            self.approve(&call).await.unwrap();
        }
        MethodId(method)
    }

    /// An invoice.
    pub(super) async fn owe(&self, number: u128, amount: &str) -> Uuid {
        answered(self.submit(bare(number, invoice(amount))).await).id()
    }
}
