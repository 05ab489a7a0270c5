//! Perform, Inquire and Cancel over gRPC, and the ledger that tells what really happened.

use std::{sync::Arc, time::Duration};

use tonic::{Code, Request};

use super::stage::{Stage, charge, hold, order, refund, release, said, stage, stage_at, verify};
use crate::{
    env::SystemClock,
    proto::provider::v1::{GetCapabilitiesRequest, perform_request::Operation},
    sandbox::LedgerLocation,
};

async fn outcome(stage: &mut Stage, effect_id: &str, operation: Operation) -> String {
    match stage.perform(effect_id, operation).await {
        Ok(happened) => said(&happened),
        Err(status) => format!("{:?}", status.code()),
    }
}

#[tokio::test]
async fn it_says_what_it_can() {
    let mut stage = stage().await;
    let answer =
        stage.provider.get_capabilities(GetCapabilitiesRequest::default()).await.unwrap().into_inner();
    assert_eq!(answer.provider, "sandbox");
    assert!(answer.can_cancel);
    assert_eq!(answer.operations.len(), 12);
}

#[tokio::test]
async fn money_moves_once_for_each_id_and_is_given_back_once() {
    let mut stage = stage().await;
    let visa = stage.token("4242424242424242").await;
    let other = stage.token("5555555555554444").await;
    #[rustfmt::skip]
    let table = [
        ("h1", hold(&visa),         "approved 1"),
        ("h1", hold(&visa),         "approved 1"),        // the same again
        ("h1", hold(&other),        "InvalidArgument"),   // another card
        ("h1", charge(&visa, 1),    "InvalidArgument"),   // another operation
        ("r1", release("h1"),       "approved 1"),
        ("r1", release("h1"),       "approved 1"),
        ("r2", release("h1"),       "declined 12"),       // it is gone already
        ("r3", release("c1"),       "declined 12"),       // there is no such hold
        ("c1", charge(&visa, 10),   "approved 10"),
        ("c1", charge(&visa, 11),   "InvalidArgument"),   // another amount
        ("f1", refund("c1", 4),     "approved 4"),
        ("f2", refund("c1", 7),     "declined 13"),       // only 6 are left
        ("f3", refund("c1", 6),     "approved 6"),
        ("f3", refund("c1", 6),     "approved 6"),
        ("f4", refund("c1", 1),     "declined 13"),
        ("f5", refund("h1", 1),     "declined 12"),       // a hold took nothing
        ("r4", release("c1"),       "declined 12"),       // a charge holds nothing
        ("f6", refund("none", 1),   "declined 12"),
        ("v1", verify(&visa),       "approved"),
        ("c2", charge("tok_no", 1), "InvalidArgument"),
        ("",   hold(&visa),         "InvalidArgument"),
    ];
    for (effect_id, operation, expected) in table {
        let asked = format!("{effect_id} {operation:?}");
        assert_eq!(outcome(&mut stage, effect_id, operation).await, expected, "{asked}");
    }
    assert_eq!(
        stage.lines().await,
        [
            "HOLD h1 1.00",
            "RELEASE r1 1.00 of h1",
            "CHARGE c1 10.00",
            "REFUND f1 4.00 of c1",
            "REFUND f3 6.00 of c1",
        ]
    );
    let entries = stage.ledger().await;
    assert_eq!(entries[0].card, "424242…4242");
    assert_eq!(entries[1].card, "424242…4242");
    assert_eq!(entries[0].statement_descriptor, "ALIBABACLOUD.COM");
    assert_eq!(stage.effect("h1").await.perform_count, 2);
    assert_eq!(stage.effect("r1").await.operation, "RELEASE");
}

#[tokio::test]
async fn issuers_refuse_as_their_cards_say() {
    let mut stage = stage().await;
    #[rustfmt::skip]
    let table = [
        // number             holder         code   hold           charge
        ("4000000000000002", "Ada",          "123", "declined 05", "declined 05"),
        ("4000000000009995", "Ada",          "123", "declined 51", "declined 51"),
        ("4000000000000341", "Ada",          "123", "approved 1",  "declined 05"),
        ("4000009500000016", "Ada",          "123", "declined 57", "declined 57"),
        ("4242424242424242", "Ada MISMATCH", "123", "declined 6P", "declined 6P"),
        ("4242424242424242", "Ada",          "000", "declined N7", "declined N7"),
        ("4999999999999996", "Ada",          "123", "declined 14", "declined 14"),
        ("4147463011110091", "Ada",          "123", "cancelled 3", "cancelled 3"),
    ];
    for (place, (number, holder, code, held, charged)) in table.into_iter().enumerate() {
        let token = stage.token_of(number, holder, code).await;
        assert_eq!(outcome(&mut stage, &format!("h{place}"), hold(&token)).await, held, "{number}");
        assert_eq!(outcome(&mut stage, &format!("c{place}"), charge(&token, 5)).await, charged, "{number}");
    }
    assert_eq!(stage.lines().await, ["HOLD h2 1.00"]);
}

#[tokio::test]
async fn what_is_cancelled_never_happens() {
    let mut stage = stage().await;
    let visa = stage.token("4242424242424242").await;
    let challenged = stage.token("4000000000003220").await;
    let pending = stage.token("4000009700000022").await;

    // Never heard of: the request that comes later is refused.
    assert_eq!(said(&stage.cancel("x").await), "cancelled 1");
    assert_eq!(outcome(&mut stage, "x", charge(&visa, 5)).await, "cancelled 1");
    assert_eq!(said(&stage.inquire("x").await.unwrap()), "cancelled 1");

    // Too late.
    assert_eq!(outcome(&mut stage, "c", charge(&visa, 5)).await, "approved 5");
    assert_eq!(said(&stage.cancel("c").await), "approved 5");

    // Under way.
    for (effect_id, token, first) in [("a", &challenged, "action"), ("p", &pending, "pending")] {
        assert_eq!(outcome(&mut stage, effect_id, charge(token, 5)).await, first);
        assert_eq!(said(&stage.cancel(effect_id).await), "cancelled 1");
        assert_eq!(outcome(&mut stage, effect_id, charge(token, 5)).await, "cancelled 1");
    }
    assert_eq!(stage.lines().await, ["CHARGE c 5.00"]);
    let effect = stage.effect("x").await;
    assert_eq!((effect.perform_count, effect.inquire_count, effect.cancel_count), (1, 1, 1));
}

/// Performs with a deadline, as bursar does. `None`: no answer came.
async fn hasty(stage: &mut Stage, effect_id: &str, operation: Operation) -> Option<String> {
    let mut request = Request::new(order(effect_id, operation));
    request.set_timeout(Duration::from_millis(150));
    match stage.provider.perform(request).await {
        Ok(answer) => answer.into_inner().outcome.and_then(|outcome| outcome.result).map(|it| said(&it)),
        Err(status) => {
            assert!(matches!(status.code(), Code::Cancelled | Code::DeadlineExceeded), "{status}");
            None
        }
    }
}

#[tokio::test]
async fn answers_get_lost() {
    let mut stage = stage().await;
    let applied = stage.token("4000009600000031").await;
    let unapplied = stage.token("4000009600000049").await;
    let slow = stage.token("4000009700000014").await;
    let unavailable = stage.token("4000009600000072").await;

    // It happened: an inquiry tells, and so does the same call again.
    assert_eq!(hasty(&mut stage, "h", hold(&applied)).await.as_deref(), Some("approved 1"));
    assert_eq!(hasty(&mut stage, "a", charge(&applied, 5)).await, None);
    assert_eq!(said(&stage.inquire("a").await.unwrap()), "approved 5");
    assert_eq!(hasty(&mut stage, "a", charge(&applied, 5)).await.as_deref(), Some("approved 5"));

    // It did not: nobody knows it, and the second call works.
    assert_eq!(hasty(&mut stage, "u", charge(&unapplied, 6)).await, None);
    assert!(stage.inquire("u").await.is_none());
    assert_eq!(hasty(&mut stage, "u", charge(&unapplied, 6)).await.as_deref(), Some("approved 6"));
    assert_eq!(stage.effect("u").await.perform_count, 2);

    // It did not, and was given up.
    assert_eq!(hasty(&mut stage, "g", charge(&unapplied, 7)).await, None);
    assert_eq!(said(&stage.cancel("g").await), "cancelled 1");
    assert_eq!(hasty(&mut stage, "g", charge(&unapplied, 7)).await.as_deref(), Some("cancelled 1"));

    // It takes longer than the caller waits.
    assert_eq!(hasty(&mut stage, "s", charge(&slow, 8)).await, None);
    assert_eq!(said(&stage.inquire("s").await.unwrap()), "approved 8");

    assert_eq!(outcome(&mut stage, "n", charge(&unavailable, 9)).await, "Unavailable");
    assert!(stage.inquire("n").await.is_none());
    assert_eq!(outcome(&mut stage, "n", charge(&unavailable, 9)).await, "approved 9");

    assert_eq!(
        stage.lines().await,
        ["HOLD h 1.00", "CHARGE a 5.00", "CHARGE u 6.00", "CHARGE s 8.00", "CHARGE n 9.00"]
    );
}

#[tokio::test]
async fn a_card_can_be_verified_by_a_charge_and_decline_the_later_ones() {
    let mut stage = stage().await;
    let token = stage.token("4000009900000012").await;
    #[rustfmt::skip]
    let table = [
        ("h",  hold(&token),       "approved 1"),
        ("c1", charge(&token, 1),  "approved 1"),
        ("f1", refund("c1", 1),    "approved 1"),
        ("c2", charge(&token, 50), "declined 51"),
        ("c1", charge(&token, 1),  "approved 1"),
    ];
    for (effect_id, operation, expected) in table {
        assert_eq!(outcome(&mut stage, effect_id, operation).await, expected, "{effect_id}");
    }
    let lost = stage.token("4000009900000038").await;
    assert_eq!(outcome(&mut stage, "c3", charge(&lost, 1)).await, "approved 1");
    assert_eq!(hasty(&mut stage, "c4", charge(&lost, 5)).await, None);
    assert_eq!(said(&stage.inquire("c4").await.unwrap()), "approved 5");
}

#[tokio::test]
async fn half_an_approval_takes_half() {
    let mut stage = stage().await;
    let token = stage.token("4000009800000062").await;
    assert_eq!(outcome(&mut stage, "c", charge(&token, 10)).await, "approved 5");
    assert_eq!(outcome(&mut stage, "f", refund("c", 6)).await, "declined 13");
    assert_eq!(outcome(&mut stage, "g", refund("c", 5)).await, "approved 5");
    assert_eq!(stage.lines().await, ["CHARGE c 5.00", "REFUND g 5.00 of c"]);
}

/// C9: somebody takes a card of their own for a test card.
#[tokio::test]
async fn an_unknown_number_is_not_stored() {
    let folder = tempfile::tempdir().unwrap();
    let file = LedgerLocation::File(folder.path().join("sandbox.db"));
    let mut stage = stage_at(file, Arc::new(SystemClock)).await;
    let token = stage.token_of("4999990123456789", "Ada Lovelace", "987").await;
    assert_eq!(outcome(&mut stage, "c", charge(&token, 5)).await, "declined 14");
    let mut bytes = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let has = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(has(&token) && has("6789"));
    assert!(!has("4999990123456789") && !has("0123456") && !has("Lovelace"));
}

#[tokio::test]
async fn what_is_written_wrong_is_refused_at_first_sight() {
    let mut stage = stage().await;
    for number in ["4000009700000022", "4000009700000030", "4000009700000048"] {
        let token = stage.token_of(number, "Ada", "000").await;
        assert_eq!(outcome(&mut stage, number, charge(&token, 5)).await, "declined N7", "{number}");
    }
    assert!(stage.lines().await.is_empty());
}

/// Every operation in every state: what a repeated Perform, an inquiry and a cancellation answer,
/// and whether it can be undone.
#[tokio::test]
async fn every_call_in_every_state() {
    let mut stage = stage().await;
    let good = stage.token("4242424242424242").await;
    let broke = stage.token("4000000000009995").await;
    let asked = stage.token("4000000000003220").await;
    let worked = stage.token("4000009700000022").await;
    assert_eq!(outcome(&mut stage, "hold", hold(&good)).await, "approved 1");
    assert_eq!(outcome(&mut stage, "charge", charge(&good, 9)).await, "approved 9");
    #[rustfmt::skip]
    let table = [
        // first                                      again, inquired  cancelled      performed after
        ("hold approved",    hold(&good),              "approved 1",   "approved 1",   "approved 1"),
        ("hold declined",    hold(&broke),             "declined 51",  "declined 51",  "declined 51"),
        ("hold asked",       hold(&asked),             "action",       "cancelled 1",  "cancelled 1"),
        ("charge approved",  charge(&good, 5),         "approved 5",   "approved 5",   "approved 5"),
        ("charge declined",  charge(&broke, 5),        "declined 51",  "declined 51",  "declined 51"),
        ("charge asked",     charge(&asked, 5),        "action",       "cancelled 1",  "cancelled 1"),
        ("charge worked",    charge(&worked, 5),       "pending",      "cancelled 1",  "cancelled 1"),
        ("verify approved",  verify(&good),            "approved",     "approved",     "approved"),
        ("verify declined",  verify(&broke),           "declined 51",  "declined 51",  "declined 51"),
        ("verify asked",     verify(&asked),           "action",       "cancelled 1",  "cancelled 1"),
        ("release approved", release("hold"),          "approved 1",   "approved 1",   "approved 1"),
        ("release declined", release("hold"),          "declined 12",  "declined 12",  "declined 12"),
        ("refund approved",  refund("charge", 9),      "approved 9",   "approved 9",   "approved 9"),
        ("refund declined",  refund("charge", 9),      "declined 13",  "declined 13",  "declined 13"),
        ("undo declined",    release("hold declined"), "declined 12",  "declined 12",  "declined 12"),
        ("undo cancelled",   release("hold asked"),    "declined 12",  "declined 12",  "declined 12"),
        ("back declined",    refund("charge asked", 1),"declined 12",  "declined 12",  "declined 12"),
    ];
    for (effect_id, operation, stands, cancelled, after) in table {
        for _again in 0..2 {
            assert_eq!(outcome(&mut stage, effect_id, operation.clone()).await, stands, "{effect_id}");
        }
        assert_eq!(said(&stage.inquire(effect_id).await.unwrap()), stands, "{effect_id}");
        assert_eq!(said(&stage.cancel(effect_id).await), cancelled, "{effect_id}");
        assert_eq!(said(&stage.cancel(effect_id).await), cancelled, "{effect_id}");
        assert_eq!(outcome(&mut stage, effect_id, operation.clone()).await, after, "{effect_id}");

        let never = format!("never {effect_id}");
        assert_eq!(said(&stage.cancel(&never).await), "cancelled 1");
        assert_eq!(outcome(&mut stage, &never, operation).await, "cancelled 1", "{never}");
    }
    assert_eq!(
        stage.lines().await,
        [
            "HOLD hold 1.00",
            "CHARGE charge 9.00",
            "HOLD hold approved 1.00",
            "CHARGE charge approved 5.00",
            "RELEASE release approved 1.00 of hold",
            "REFUND refund approved 9.00 of charge",
        ]
    );
}

#[tokio::test]
async fn a_crowd_with_one_id_moves_money_once() {
    let mut stage = stage().await;
    let visa = stage.token("4242424242424242").await;
    let calls = (0..50).map(|_| {
        let mut provider = stage.provider.clone();
        let request = order("one", charge(&visa, 5));
        async move { provider.perform(request).await.unwrap().into_inner().outcome.unwrap() }
    });
    let outcomes = futures::future::join_all(calls).await;
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(stage.lines().await, ["CHARGE one 5.00"]);
}
