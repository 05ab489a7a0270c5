//! How a card is verified and what was taken given back (A13, H6).

use bursar::proto::{
    sandbox::v1::LedgerEntryKind,
    v1::{Hold, HoldState, PaymentMethodState, Verification, VerificationMode, VerificationState},
};
use jiff::SignedDuration;

use crate::support::{
    browser::{self, CODE},
    clock::time,
    eventually::eventually,
    given::{ALIBABA, AWS, HUAWEI, MASTERCARD, VISA},
    money::money,
    options::Options,
    world::World,
};

const UNDO_ANSWER_LOST: &str = "4000009600000056";
const HALF_APPROVED: &str = "4000009800000062";
const UNDO_LOST: &str = "4000009600000064";

impl World {
    /// Waits until what a verification took was given back.
    async fn released(&self, method: &str) -> Verification {
        let name = self.method(method).await.verification;
        eventually("what was taken is given back", async || {
            let verification = self.verification(&name).await;
            let released = verification.hold.as_ref().is_some_and(|hold| hold.state() == HoldState::Released);
            if released { Ok(verification) } else { Err(format!("{verification:#?}")) }
        })
        .await
    }
}

acceptance!(a13_hold_is_placed_and_released, |world| {
    let account = world.account(ALIBABA, "US", "USD").await;
    let linked = world.try_link(&account, VISA).await.unwrap();
    let method = linked.payment_method.unwrap();
    assert_eq!(method.state(), PaymentMethodState::Active);
    let verification = linked.verification.unwrap();
    assert_eq!(
        (verification.name.as_str(), verification.payment_method.as_str()),
        (method.verification.as_str(), method.name.as_str())
    );
    assert_eq!(verification.mode(), VerificationMode::HoldThenRelease);

    let verification = world.released(&method.name).await;
    assert_eq!(verification.state(), VerificationState::Succeeded);
    let hold = verification.hold.clone().unwrap();
    assert_eq!(hold.amount, Some(money("USD 1.00")));
    assert_eq!(hold.statement_descriptor, "ALIBABACLOUD.COM");
    assert_eq!(verification.exchange_rate, None);
    // Its release is started within 24 hours.
    let (placed, started, released) =
        (time(hold.place_time), time(hold.release_start_time), time(hold.release_time));
    assert!(placed <= started && started <= released, "{hold:?}");
    assert!(started.duration_since(placed) <= SignedDuration::from_hours(24), "{hold:?}");

    world
        .ledger_comes_to(&[
            "HOLD USD 1.00 ALIBABACLOUD.COM 424242…4242",
            "RELEASE_ACCEPTED USD 1.00 ALIBABACLOUD.COM 424242…4242",
        ])
        .await;
    let entries = world.entries().await;
    assert_eq!(entries[1].original_effect_id, entries[0].effect_id);
});

acceptance!(a13_the_state_of_the_hold_can_be_read, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let before = world.verification(&method.verification).await;
    let hold = before.hold.unwrap();
    assert_eq!((hold.state(), hold.place_time, hold.release_time), (HoldState::None, None, None));

    browser::open(&method.next_action.unwrap().url).await.answer(CODE).await;
    let hold: Hold = world.released(&method.name).await.hold.unwrap();
    assert_eq!(hold.state(), HoldState::Released);

    // The statement shows it 1 to 5 business days later: a week at most, weekend included.
    assert_eq!(world.count(LedgerEntryKind::ReleaseShown).await, 0);
    world.advance(&mut clock, SignedDuration::from_hours(7 * 24 + 1)).await;
    let entries = world.entries().await;
    let kinds: Vec<LedgerEntryKind> = entries.iter().map(|entry| entry.kind()).collect();
    assert_eq!(
        kinds,
        [LedgerEntryKind::Hold, LedgerEntryKind::ReleaseAccepted, LedgerEntryKind::ReleaseShown]
    );
    let after = time(entries[2].create_time).duration_since(time(entries[1].create_time));
    assert!((24..=7 * 24).contains(&after.as_hours()), "{after:#}");
});

acceptance!(a13_a_release_whose_answer_is_lost_happens_once, Options::impatient(), |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for number in [UNDO_ANSWER_LOST, UNDO_LOST] {
        let method = world.active(&account, number).await;
        world.released(&method).await;
    }
    assert_eq!(world.count(LedgerEntryKind::Hold).await, 2);
    assert_eq!(world.count(LedgerEntryKind::ReleaseAccepted).await, 2);
});

acceptance!(h6_huawei_charges_and_refunds, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let verification = world.released(&method).await;
    assert_eq!(verification.mode(), VerificationMode::ChargeThenRefund);
    let hold = verification.hold.unwrap();
    assert_eq!((hold.amount, hold.statement_descriptor.as_str()), (Some(money("USD 1.00")), "HUAWEI CLOUD"));
    world
        .ledger_comes_to(&[
            "CHARGE USD 1.00 HUAWEI CLOUD 424242…4242",
            "REFUND USD 1.00 HUAWEI CLOUD 424242…4242",
        ])
        .await;
    let entries = world.entries().await;
    assert_eq!(entries[1].original_effect_id, entries[0].effect_id);
});

acceptance!(h6_a_refund_whose_answer_is_lost_happens_once, Options::impatient(), |world| {
    for number in [UNDO_ANSWER_LOST, UNDO_LOST] {
        let account = world.account(HUAWEI, "SG", "USD").await;
        let method = world.active(&account, number).await;
        world.released(&method).await;
    }
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 2);
    assert_eq!(world.count(LedgerEntryKind::Refund).await, 2);
});

acceptance!(h6_a_program_can_verify_without_an_amount, |world| {
    let account = world.account(AWS, "US", "USD").await;
    let method = world.active(&account, MASTERCARD).await;
    let verification = world.verification(&world.method(&method).await.verification).await;
    assert_eq!(verification.mode(), VerificationMode::ZeroAmount);
    assert_eq!(verification.state(), VerificationState::Succeeded);
    assert_eq!(verification.hold, None);
    assert_eq!(world.ledger().await, Vec::<String>::new());
});

acceptance!(h6_a_charge_of_another_amount_is_for_a_person_to_look_at, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let linked = world.link(&account, HALF_APPROVED).await;
    browser::open(&linked.next_action.unwrap().url).await.answer(CODE).await;
    let verification = world.verification(&linked.verification).await;
    assert_eq!(verification.state(), VerificationState::ManualReview, "{verification:#?}");
    // Something was taken, and nobody gives it back by itself.
    assert_eq!(verification.hold.unwrap().state(), HoldState::ManualReview);
    assert_eq!(world.ledger().await, ["CHARGE USD 0.50 HUAWEI CLOUD 400000…0062"]);
    // A33: such a card can't pay.
    assert_eq!(world.method(&linked.name).await.state(), PaymentMethodState::PendingVerification);
});
