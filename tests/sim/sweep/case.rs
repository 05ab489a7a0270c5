//! A workflow with what becomes of its calls: what is run again and again, with crashes here and there.

use std::{fmt, sync::Arc, time::Duration};

use bursar::{
    engine::Cause,
    store::{Store as _, rows::Cursor},
};
use clap::ValueEnum;
use tokio::time::Instant;

use super::{
    super::{
        book::Book,
        course::{self, Outcome},
        gate::Plan,
        oracle::{self, Verdict},
        shopper::Mall,
        weather::Weather,
        world::World,
    },
    actor::Actor,
    twist::{self, Twist},
    workflows::{Step, Workflow},
};

/// Any would do: in these worlds chance only draws ids and the lengths of short waits.
const SEED: u64 = 1;
/// How long a workflow may take before it is stuck.
const WORK_MOST: Duration = Duration::from_secs(60 * 86_400);

/// How much is swept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Every case, with few crashes.
    Slice,
    /// Every case, with a crash at every crossing.
    Single,
    /// And then with a second crash after the first.
    Double,
}

/// One case.
#[derive(Clone, Copy)]
pub struct Case {
    pub workflow: &'static Workflow,
    pub becomes: twist::Kind,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--workflow {} --outcome {}", self.workflow.name, self.becomes)
    }
}

impl Case {
    /// Runs it with crashes at these crossings.
    pub fn run(&self, crashes: &[u64], told: bool) -> Outcome {
        let plan = Plan::At(crashes.iter().copied().collect());
        let weather = Weather::still(Twist::new(self.becomes));
        let make = || World::new(SEED, weather, plan, told);
        course::within(make, async |world: &Arc<World>| self.live(world).await)
    }

    async fn live(&self, world: &Arc<World>) -> Verdict {
        let cards = self.workflow.steps.iter().filter_map(number).map(str::to_owned).collect();
        let mall = Arc::new(Mall { book: Book::default(), cards, rush: 0.0 });
        let played = tokio::select! {
            biased;
            account = Actor::new(world, &mall).play(self.workflow) => Some(account),
            () = world.pass_time(Some(Instant::now() + WORK_MOST)) => None,
        };
        world.points.come_to_rest();
        if played.is_none() {
            world.witness.fault("the workflow never came to an end".to_owned());
        }
        let accounts: Vec<String> = played.into_iter().collect();
        let facts = course::heal(world, &mall, &accounts).await;
        for row in world.store.journal(&Cursor::new(), usize::MAX).await.unwrap_or_default() {
            if let Ok(cause) = serde_json::from_str::<Cause>(&row.cause) {
                world.trace.count(&format!("command: {}", cause.method));
            }
        }
        world.trace.add(TAKING, u64::try_from(world.weather.twist.taking()).unwrap_or(0));
        oracle::judge(&facts)
    }
}

const TAKING: &str = "effects that take";

/// How many effects took something in a run, or were to.
pub fn taking(outcome: &Outcome) -> usize {
    usize::try_from(outcome.counts.get(TAKING).copied().unwrap_or(0)).unwrap_or(0)
}

fn number(step: &Step) -> Option<&'static str> {
    match step {
        Step::Link(number) | Step::LinkExpiring(number) => Some(number),
        Step::Wallet
        | Step::AgreeAs(_)
        | Step::EndAgreements
        | Step::EnableRedirect
        | Step::AtBank(_)
        | Step::Complete(_)
        | Step::Hours(_)
        | Step::Invoice(_)
        | Step::Order(_)
        | Step::Enable
        | Step::Disable
        | Step::Use(_)
        | Step::ClosePeriod(_)
        | Step::Threshold(_)
        | Step::Bill
        | Step::Pay(_)
        | Step::PayWith(..)
        | Step::PayOn(_)
        | Step::CancelPayment(_)
        | Step::Refund(..)
        | Step::CancelVerification(_)
        | Step::Resume(_)
        | Step::UpdateExpiry(_)
        | Step::SetDefault(_)
        | Step::Unlink(_)
        | Step::Void(_)
        | Step::Ticket(_)
        | Step::Report(_)
        | Step::Remit(_)
        | Step::Share(_)
        | Step::Claim
        | Step::Reject
        | Step::ApproveOwn
        | Step::Approve
        | Step::TakeBack
        | Step::Auto(_)
        | Step::FromBalance(_)
        | Step::Code(_)
        | Step::Answer(..)
        | Step::Person
        | Step::Documents(_)
        | Step::RequireKyc
        | Step::Deactivate
        | Step::Right
        | Step::Wrong
        | Step::Leave
        | Step::Settle
        | Step::Days(_)
        | Step::Clock
        | Step::Webhook(_)
        | Step::Advance(_)
        | Step::Credit(_) => None,
    }
}
