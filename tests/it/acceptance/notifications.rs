//! What adapters tell unasked (C8, A16): only who was handed the effect is believed.

use bursar::proto::{
    provider::v1::{
        Approved, DeliverRequest, Money, Outcome, notification_service_client::NotificationServiceClient,
        outcome::Result as Happened,
    },
    sandbox::v1::LedgerEntryKind,
    v1::{InvoiceState, PaymentState},
};
use tonic::Code;

use crate::support::{
    browser,
    given::{ALIBABA, VISA, request_id},
    refusal::refused,
};

acceptance!(c8_a_notification_without_the_effects_token_is_not_believed, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 3000.00").await;
    let payment = world.pay(&account, &[&invoice]).await;
    let effect_id = payment.attempts[0].effect_id.clone();
    let approved = Approved {
        provider_reference: "forged".to_owned(),
        amount: Some(Money { currency_code: "USD".to_owned(), units: 3000, nanos: 0 }),
        authorization_code: "000000".to_owned(),
        challenged: true,
        wallet_holder: None,
    };
    let mut notifications = NotificationServiceClient::new(world.channel());
    for token in ["", "garbage", "AAAA", &effect_id] {
        let request = DeliverRequest {
            provider: "sandbox".to_owned(),
            notification_id: request_id(),
            effect_id: effect_id.clone(),
            outcome: Some(Outcome { result: Some(Happened::Approved(approved.clone())) }),
            notification_token: token.to_owned(),
        };
        let refusal = refused(notifications.deliver(request).await);
        assert_eq!(
            (refusal.code, refusal.reason.as_str()),
            (Code::PermissionDenied, "NOTIFICATION_TOKEN_INVALID")
        );
    }
    let request = DeliverRequest { effect_id: "no-effect".to_owned(), ..DeliverRequest::default() };
    let refusal = refused(notifications.deliver(request).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::NotFound, "EFFECT_NOT_FOUND"));

    let payment = world.payment(&payment.name).await;
    assert_eq!(payment.state(), PaymentState::RequiresAction);
    assert_eq!(world.get_invoice(&invoice).await.state(), InvoiceState::Reserved);
    assert_eq!(world.count(LedgerEntryKind::Charge).await, 0);
});

acceptance!(a16_a_link_that_is_not_known_leads_nowhere, |world| {
    let account = world.account(ALIBABA, "DE", "USD").await;
    let method = world.link(&account, VISA).await;
    let url = method.next_action.unwrap().url;
    let id = method.verification.rsplit('/').next().unwrap().to_owned();
    let (start, token) = url.rsplit_once('/').unwrap();
    let tampered = format!("{}{}", if token.starts_with('A') { "B" } else { "A" }, &token[1..]);
    for token in ["garbage", &id, &tampered, &token[..token.len() - 2]] {
        for path in ["continue", "return"] {
            let page = browser::open(&format!("{}/{path}/{token}", world.server.pages)).await;
            assert_eq!(page.status, 404, "{path}/{token}");
            assert!(!page.body.contains(&id), "{path}/{token}");
        }
    }
    assert!(start.starts_with(&world.server.pages), "{url}");
    // The link itself tells nothing of what it leads to.
    assert!(!url.contains(&id) && !url.contains(account.trim_start_matches("accounts/")), "{url}");
});
