//! Clocks that tests move, and what happens by itself on them.

use jiff::Timestamp;

use super::stage::{Stage, charge, hold, order, release, said, stage};
use crate::proto::{
    provider::v1::{PerformRequest, perform_request::Operation},
    sandbox::v1::{GetNextEventRequest, SetClockRequest},
};

const CLOCK: &str = "testClocks/t";

fn on_clock(effect_id: &str, operation: Operation) -> PerformRequest {
    PerformRequest { clock: CLOCK.to_owned(), ..order(effect_id, operation) }
}

async fn set(stage: &mut Stage, time: &str) -> Result<Vec<String>, tonic::Code> {
    let time: Timestamp = time.parse().unwrap();
    let time = Some(prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() });
    let request = SetClockRequest { clock: CLOCK.to_owned(), time };
    stage.world.set_clock(request).await.map(|it| it.into_inner().fired).map_err(|status| status.code())
}

async fn next(stage: &mut Stage) -> Option<String> {
    let request = GetNextEventRequest { clock: CLOCK.to_owned() };
    let answer = stage.world.get_next_event(request).await.unwrap().into_inner();
    answer.next_time.map(|time| time.to_string())
}

async fn perform(stage: &mut Stage, effect_id: &str, operation: Operation) -> String {
    said(&stage.perform_request(on_clock(effect_id, operation)).await.unwrap())
}

#[tokio::test]
async fn a_release_is_shown_some_business_days_later() {
    let mut stage = stage().await;
    assert_eq!(set(&mut stage, "2026-01-02T10:00:00Z").await, Ok(vec![])); // a Friday
    let visa = stage.token("4242424242424242").await;
    assert_eq!(perform(&mut stage, "h", hold(&visa)).await, "approved 1");
    assert_eq!(next(&mut stage).await, None);
    assert_eq!(perform(&mut stage, "r", release("h")).await, "approved 1");

    let shown = next(&mut stage).await.unwrap();
    assert!(("2026-01-05T10:00:00Z".."2026-01-09T10:00:01Z").contains(&shown.as_str()), "{shown}");
    assert_eq!(stage.lines().await, ["HOLD h 1.00", "RELEASE r 1.00 of h"]);

    let fired = set(&mut stage, "2026-01-20T00:00:00Z").await.unwrap();
    assert_eq!(fired, [format!("{shown} effect r: its release was shown on the statement")]);
    let entries = stage.ledger().await;
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[2].create_time.unwrap().to_string(), shown);
    assert_eq!(entries[2].original_effect_id, "h");
    assert_eq!(next(&mut stage).await, None);
}

#[tokio::test]
async fn clocks_only_go_forward() {
    let mut stage = stage().await;
    // A clock that only an effect has named follows whoever first tells it the time.
    let visa = stage.token("4242424242424242").await;
    assert_eq!(perform(&mut stage, "h", hold(&visa)).await, "approved 1");
    assert_eq!(set(&mut stage, "2020-01-01T00:00:00Z").await, Ok(vec![]));
    assert_eq!(set(&mut stage, "2020-01-01T00:00:00Z").await, Ok(vec![]));
    assert_eq!(set(&mut stage, "2019-12-31T23:59:59Z").await, Err(tonic::Code::InvalidArgument));
    let unnamed = SetClockRequest { clock: String::new(), time: Some(prost_types::Timestamp::default()) };
    assert_eq!(stage.world.set_clock(unnamed).await.unwrap_err().code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn everything_due_happens_in_order() {
    let mut stage = stage().await;
    set(&mut stage, "2026-01-05T10:00:00Z").await.unwrap();
    let approved = stage.token("4000009700000022").await;
    let declined = stage.token("4000009700000030").await;
    let late = stage.token("4000009700000048").await;
    let challenged = stage.token("4000000000003220").await;
    assert_eq!(perform(&mut stage, "challenged", charge(&challenged, 1)).await, "action");
    assert_eq!(perform(&mut stage, "late", charge(&late, 2)).await, "pending");
    assert_eq!(perform(&mut stage, "approved", charge(&approved, 3)).await, "pending");
    assert_eq!(perform(&mut stage, "declined", charge(&declined, 4)).await, "pending");

    // The late one has happened; only its notification is late.
    assert_eq!(stage.lines().await, ["CHARGE late 2.00"]);
    assert_eq!(said(&stage.inquire("late").await.unwrap()), "approved 2");
    assert_eq!(next(&mut stage).await.as_deref(), Some("2026-01-05T10:00:10Z"));

    let fired = set(&mut stage, "2026-01-05T11:00:00Z").await.unwrap();
    let order: Vec<&str> = fired.iter().map(|it| it.split(' ').nth(2).unwrap()).collect();
    assert_eq!(order, ["approved:", "declined:", "late:", "challenged:"]);
    for (effect_id, expected) in [
        ("approved", "approved 3"),
        ("declined", "declined 05"),
        ("late", "approved 2"),
        ("challenged", "cancelled 2"),
    ] {
        assert_eq!(said(&stage.inquire(effect_id).await.unwrap()), expected);
    }
    assert_eq!(stage.lines().await, ["CHARGE late 2.00", "CHARGE approved 3.00"]);
    let entries = stage.ledger().await;
    assert_eq!(entries[1].create_time.unwrap().to_string(), "2026-01-05T10:00:10Z");
}
