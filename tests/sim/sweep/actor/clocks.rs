//! Puts the account on a test clock, and moves it.

use bursar::{
    proto::sandbox::v1::{
        AdvanceTestClockRequest, AttachAccountRequest, CreateTestClockRequest,
        test_clock_service_client::TestClockServiceClient,
    },
    wire::time::timestamp,
};
use jiff::SignedDuration;

use super::Actor;

const CLOCK: &str = "sweep";

impl Actor {
    fn clocks(&self) -> TestClockServiceClient<bursar::env::Connection> {
        TestClockServiceClient::new(self.world.cluster.door("clock"))
    }

    pub(super) async fn attach(&mut self) {
        self.clock = self.world.now();
        let time = Some(timestamp(self.clock));
        let request = CreateTestClockRequest { test_clock_id: CLOCK.to_owned(), time };
        self.ask(async || self.clocks().create_test_clock(request.clone()).await).await;
        let test_clock = format!("testClocks/{CLOCK}");
        let request = AttachAccountRequest { account: self.account.clone(), test_clock };
        self.ask(async || self.clocks().attach_account(request.clone()).await).await;
    }

    pub(super) async fn advance(&mut self, seconds: i64) {
        self.clock = self.clock.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(self.clock);
        let (name, time) = (format!("testClocks/{CLOCK}"), Some(timestamp(self.clock)));
        let request = AdvanceTestClockRequest { name, time };
        self.ask(async || self.clocks().advance_test_clock(request.clone()).await).await;
    }
}
