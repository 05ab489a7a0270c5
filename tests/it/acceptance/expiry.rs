//! Changing a card's validity period (H14).

use bursar::proto::v1::{
    FailureReason, PaymentMethodState, PaymentState, UpdateCardExpiryRequest, UpdateCardExpiryResponse,
    VerificationState,
};
use jiff::SignedDuration;
use tonic::Status;

use crate::support::{
    browser::{self, CODE},
    given::{ALIBABA, DECLINED, HUAWEI, RETURN_URL, VISA, card, link_request, request_id},
    options::Options,
    refusal::refused,
    world::World,
};

/// Its first charge is approved, every later one declined.
const LATER_INSUFFICIENT_FUNDS: &str = "4000009900000012";

impl World {
    pub async fn update_expiry(
        &self,
        method: &str,
        expiry: &str,
    ) -> Result<UpdateCardExpiryResponse, Status> {
        let request = UpdateCardExpiryRequest {
            name: method.to_owned(),
            expiry: expiry.to_owned(),
            return_url: RETURN_URL.to_owned(),
            request_id: request_id(),
        };
        Ok(self.methods().update_card_expiry(request).await?.into_inner())
    }

    async fn expiry_of(&self, method: &str) -> String {
        self.method(method).await.card.unwrap().expiry
    }
}

acceptance!(h14_another_expiry_is_verified_anew_and_the_old_one_stands_until_then, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let old = card(VISA).expiry;
    let linked_by = world.method(&method).await.verification;

    let updated = world.update_expiry(&method, "11/35").await.unwrap();
    let verification = updated.verification.unwrap();
    assert_eq!(
        (verification.state(), verification.new_expiry.as_str()),
        (VerificationState::RequiresAction, "11/35")
    );
    assert_ne!(verification.name, linked_by);
    let now = updated.payment_method.unwrap();
    assert_eq!((now.state(), now.card.unwrap().expiry), (PaymentMethodState::Active, old.clone()));

    // Meanwhile the old one pays, and a second change has to wait.
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.state(), PaymentState::Succeeded);
    let refusal = refused(world.update_expiry(&method, "10/35").await);
    refusal.is_by_rules(&["H14 VERIFICATION_IN_PROGRESS"]);
    assert_eq!(refusal.fact("verification"), verification.name);
    assert_eq!(world.expiry_of(&method).await, old);

    browser::open(&verification.next_action.unwrap().url).await.answer(CODE).await;
    assert_eq!(world.expiry_of(&method).await, "11/35");
    assert_eq!(world.verification(&verification.name).await.state(), VerificationState::Succeeded);
    assert_eq!(world.get_account(&account).await.default_payment_method, method);
    // It, too, is charged and refunded (H6).
    world
        .ledger_comes_to(&[
            "CHARGE USD 1.00 HUAWEI CLOUD 424242…4242",
            "REFUND USD 1.00 HUAWEI CLOUD 424242…4242",
            "CHARGE USD 5.00 HUAWEI CLOUD 424242…4242",
            "CHARGE USD 1.00 HUAWEI CLOUD 424242…4242",
            "REFUND USD 1.00 HUAWEI CLOUD 424242…4242",
        ])
        .await;
});

acceptance!(h14_a_verification_that_fails_keeps_the_old_expiry, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let old = card(VISA).expiry;
    let updated = world.update_expiry(&method, "11/35").await.unwrap();
    let verification = updated.verification.unwrap();
    browser::open(&verification.next_action.unwrap().url).await.leave().await;

    let verification = world.verification(&verification.name).await;
    assert_eq!(verification.state(), VerificationState::Failed);
    assert_eq!(verification.failure.unwrap().reason(), FailureReason::ChallengeAbandoned);
    let now = world.method(&method).await;
    assert_eq!((now.state(), now.failure.as_ref()), (PaymentMethodState::Active, None));
    assert_eq!(now.card.unwrap().expiry, old);
    // It still pays, is still claimed, and can be tried again.
    world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    let other = world.account(HUAWEI, "SG", "USD").await;
    refused(world.try_link(&other, VISA).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);
    assert!(world.update_expiry(&method, "10/35").await.is_ok());
});

acceptance!(h14_an_issuer_that_declines_the_new_expiry_leaves_the_old_one, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let method = world.active(&account, LATER_INSUFFICIENT_FUNDS).await;
    let updated = world.update_expiry(&method, "11/35").await.unwrap();
    let verification = updated.verification.unwrap();
    browser::open(&verification.next_action.unwrap().url).await.answer(CODE).await;
    let verification = world.verification(&verification.name).await;
    assert_eq!(verification.state(), VerificationState::Failed);
    assert_eq!(verification.failure.unwrap().network_code, "51");
    let now = world.method(&method).await;
    assert_eq!((now.state(), now.card.unwrap().expiry), (PaymentMethodState::Active, card(VISA).expiry));
    assert_eq!(world.get_account(&account).await.default_payment_method, method);
});

acceptance!(h14_where_no_challenge_is_demanded_it_is_done_at_once, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    let updated = world.update_expiry(&method, "11/35").await.unwrap();
    assert_eq!(updated.verification.unwrap().state(), VerificationState::Succeeded);
    assert_eq!(updated.payment_method.unwrap().card.unwrap().expiry, "11/35");
    assert_eq!(world.expiry_of(&method).await, "11/35");
});

acceptance!(h14_an_expired_card_that_gets_a_new_expiry_can_pay_again, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let method = world.send_link(request).await.unwrap().payment_method.unwrap().name;
    world.advance(&mut clock, SignedDuration::from_hours(60 * 24)).await;
    assert_eq!(world.method(&method).await.state(), PaymentMethodState::Expired);

    let updated = world.update_expiry(&method, "07/35").await.unwrap();
    let verification = updated.verification.unwrap();
    assert_eq!(verification.state(), VerificationState::Succeeded, "{verification:#?}");
    let now = world.method(&method).await;
    assert_eq!((now.state(), now.card.unwrap().expiry.as_str()), (PaymentMethodState::Active, "07/35"));
    let payment = world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_eq!(payment.state(), PaymentState::Succeeded, "{payment:#?}");
});

acceptance!(h14_a_bad_expiry_or_method_is_refused, |world| {
    let clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let method = world.active(&account, VISA).await;
    #[rustfmt::skip]
    let table = [
        ("",        "INVALID_FIELD"),
        ("13/35",   "INVALID_FIELD"),
        ("1/35",    "INVALID_FIELD"),
        ("07/99",   "INVALID_FIELD"),
        ("05/30",   "CARD_EXPIRED"),
        ("06/30",   "CARD_EXPIRES_THIS_MONTH"),
    ];
    for (expiry, reason) in table {
        refused(world.update_expiry(&method, expiry).await).is_bad_input(reason, &["expiry"]);
    }
    let failed = world.link(&account, DECLINED).await;
    let refusal = refused(world.update_expiry(&failed.name, "11/35").await);
    refusal.is_by_rules(&["H14 METHOD_NOT_ACTIVE"]);
    assert_eq!(refusal.fact("state"), "FAILED");
    let missing = format!("{account}/paymentMethods/0198a000-0000-7000-8000-000000000000");
    refused(world.update_expiry(&missing, "11/35").await).is_not_found();
    assert_eq!(world.expiry_of(&method).await, card(VISA).expiry);
});

acceptance!(c7_h14_a_repeated_change_is_recognized_after_its_month, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    let request = UpdateCardExpiryRequest {
        name: world.active(&account, VISA).await,
        expiry: "07/30".to_owned(),
        return_url: String::new(),
        request_id: request_id(),
    };
    let first = world.methods().update_card_expiry(request.clone()).await.unwrap().into_inner();
    world.advance(&mut clock, SignedDuration::from_hours(60 * 24)).await;
    let again = world.methods().update_card_expiry(request).await.unwrap().into_inner();
    assert_eq!(again.verification.unwrap().name, first.verification.unwrap().name);
    assert_eq!(again.payment_method.unwrap().state(), PaymentMethodState::Expired);
});

acceptance!(h14_a_change_in_doubt_is_found_out, Options::impatient(), |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let linked = world.link(&account, "4000009600000015").await;
    crate::support::eventually::eventually("the card is linked", async || {
        let state = world.method(&linked.name).await.state();
        if state == PaymentMethodState::Active { Ok(()) } else { Err(format!("{state:?}")) }
    })
    .await;
    let updated = world.update_expiry(&linked.name, "11/35").await.unwrap();
    let verification = updated.verification.unwrap().name;
    crate::support::eventually::eventually("the new expiry is verified", async || {
        let verification = world.verification(&verification).await;
        let done = verification.state() == VerificationState::Succeeded;
        if done { Ok(()) } else { Err(format!("{verification:#?}")) }
    })
    .await;
    assert_eq!(world.expiry_of(&linked.name).await, "11/35");
});
