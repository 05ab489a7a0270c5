//! Moving time (C14).

use bursar::proto::sandbox::v1::{AdvanceTestClockRequest, AttachAccountRequest, CreateTestClockRequest};
use jiff::{SignedDuration, Timestamp};

use super::world::World;

/// Noon of a day far enough ahead that no account's last change is later.
pub const NOON: &str = "2030-06-15T12:00:00Z";

/// A test clock that one account or more are on.
#[derive(Debug, Clone)]
pub struct Clock {
    pub name: String,
    pub now: Timestamp,
}

impl World {
    /// A clock that shows [`NOON`] and stands still.
    pub async fn clock(&self) -> Clock {
        self.clock_at(NOON).await
    }

    /// A clock that shows a time and stands still.
    pub async fn clock_at(&self, time: &str) -> Clock {
        let now: Timestamp = time.parse().expect("a time");
        let request =
            CreateTestClockRequest { test_clock_id: super::given::request_id(), time: Some(wire(now)) };
        let clock = self.clocks().create_test_clock(request).await.expect("a clock").into_inner();
        Clock { name: clock.test_clock.expect("a clock").name, now }
    }

    /// Puts an account on a clock.
    pub async fn attach(&self, account: &str, clock: &Clock) {
        let request = AttachAccountRequest { account: account.to_owned(), test_clock: clock.name.clone() };
        self.clocks().attach_account(request).await.expect("the account is on the clock");
    }

    /// Moves a clock forward and answers what fired on the way.
    pub async fn advance(&self, clock: &mut Clock, by: SignedDuration) -> Vec<String> {
        clock.now = clock.now.checked_add(by).expect("a time");
        let request = AdvanceTestClockRequest { name: clock.name.clone(), time: Some(wire(clock.now)) };
        self.clocks().advance_test_clock(request).await.expect("the clock moves").into_inner().fired
    }
}

/// A time as protobuf has it.
pub fn wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

/// A time that has to be there.
#[track_caller]
pub fn time(wire: Option<prost_types::Timestamp>) -> Timestamp {
    let wire = wire.expect("a time");
    Timestamp::new(wire.seconds, wire.nanos).expect("a time")
}
