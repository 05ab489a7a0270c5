//! A payment that fails says which way it failed and what to do (A32), and a card that can't do 3-D Secure is none
//! where risk demands it (A11).

use std::collections::BTreeSet;

use bursar::proto::v1::{
    CancelPaymentRequest, FailureReason, InvoiceState, PaymentMethodState, PaymentState,
};
use jiff::SignedDuration;

use crate::support::{
    browser,
    given::{ALIBABA, AMEX, DECLINED, VISA, request_id},
    refusal::refused,
};

const WITHOUT_3DS: &str = "4000009400000017";
const CHARGE_51: &str = "4000009800000013";

/// What the customer does on the issuer's page.
#[derive(Debug, Clone, Copy)]
enum Does {
    Nothing,
    Leaves,
    AnswersWrong,
    Cancels,
}

acceptance!(a32_each_way_to_fail_has_its_reason_and_its_advice, |world| {
    use Does::{AnswersWrong, Cancels, Leaves, Nothing};
    #[rustfmt::skip]
    let table = [
        // card        amount         the customer   state                     reason                                code
        (VISA,         "USD 4000.00", Nothing,       PaymentState::Expired,    FailureReason::ChallengeNotCompleted, ""),
        (VISA,         "USD 4000.00", Leaves,        PaymentState::Failed,     FailureReason::ChallengeAbandoned,    ""),
        (VISA,         "USD 4000.00", AnswersWrong,  PaymentState::Failed,     FailureReason::ChallengeFailed,       ""),
        (VISA,         "USD 4000.00", Cancels,       PaymentState::Cancelled,  FailureReason::Cancelled,             ""),
        (CHARGE_51,    "USD 40.00",   Nothing,       PaymentState::Failed,     FailureReason::CardDeclined,          "51"),
        // It can't do 3-D Secure, which the amount demands.
        (WITHOUT_3DS,  "USD 4000.00", Nothing,       PaymentState::Failed,     FailureReason::CardDeclined,          "1A"),
    ];
    let mut advice = BTreeSet::new();
    for (number, amount, does, state, reason, code) in table {
        let mut clock = world.clock().await;
        let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
        let method = world.active(&account, number).await;
        let invoice = world.invoice(&account, amount).await;
        let payment = world.pay(&account, &[&invoice]).await;
        if let Some(action) = &payment.next_action {
            let mut page = browser::open(&action.url).await;
            match does {
                Nothing => {}
                Leaves => drop(page.leave().await),
                AnswersWrong => {
                    for _ in 0..3 {
                        page = page.answer("000000").await;
                    }
                }
                Cancels => {
                    let request =
                        CancelPaymentRequest { name: payment.name.clone(), request_id: request_id() };
                    world.payments().cancel_payment(request).await.unwrap();
                }
            }
        }
        world.advance(&mut clock, SignedDuration::from_mins(16)).await;
        let payment = world.payment(&payment.name).await;
        assert_eq!(payment.state(), state, "{number} {does:?}: {payment:#?}");
        let failure = payment.failure.unwrap();
        assert_eq!((failure.reason(), failure.network_code.as_str()), (reason, code), "{number} {does:?}");
        assert_eq!(failure.network_meaning.is_empty(), code.is_empty(), "{failure:?}");
        assert!(failure.advice.ends_with('.'), "{failure:?}");
        assert!(advice.insert(failure.advice.clone()), "said of another failure: {failure:?}");
        // Whatever it was, the invoice can be paid.
        assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Open);
        world.void(&invoice).await;
        world.unlink(&method).await.unwrap();
    }
    // What is not supported is refused before anything is tried, and the sentence says what is.
    let account = world.account(ALIBABA, "MY", "USD").await;
    let refusal = refused(world.try_link(&account, AMEX).await);
    assert!(refusal.message.contains("use a card of Visa or Mastercard"), "{refusal:#?}");
    let refusal = refused(world.try_link_wallet(&account, "PAYPAL").await);
    assert!(refusal.message.contains("CARD"), "{refusal:#?}");
});

acceptance!(a11_a_card_without_3ds_is_refused_where_risk_demands_it, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for number in [DECLINED, "4000000000009987"] {
        assert_eq!(world.link(&account, number).await.state(), PaymentMethodState::Failed);
    }
    refused(world.try_link(&account, WITHOUT_3DS).await).is_by_rules(&["A11 CARD_THREE_DS_UNAVAILABLE"]);
});
