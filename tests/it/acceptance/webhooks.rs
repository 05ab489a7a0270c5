//! Webhooks (C11): signed, in order for each account, at least once, through whatever happens.

use bursar::proto::v1::{
    DeleteWebhookEndpointRequest, GetWebhookEndpointRequest, ListWebhookDeliveriesRequest,
    ListWebhookEndpointsRequest, ReplayWebhookDeliveryRequest, ReplayWebhookEventsRequest,
    RotateWebhookSecretRequest, UpdateWebhookEndpointRequest, WebhookDeliveryState, WebhookDisabledReason,
    WebhookEndpoint, WebhookEndpointState,
};
use jiff::SignedDuration;
use prost_types::FieldMask;
use standardwebhooks::Webhook;

use crate::support::{
    clock::time,
    eventually::eventually,
    given::{ALIBABA, AWS, VISA, request_id},
    hooks::{endpoint, parent},
    options::{Options, Outside},
    receiver::{Message, Receiver},
    refusal::refused,
};

fn open() -> Options {
    Options::new().with(&["--webhook-private-addresses"])
}

/// That the official library takes a message for ours, by the secret.
fn is_signed(message: &Message, secret: &str) -> bool {
    Webhook::new(secret).expect("a secret").verify(message.body.as_bytes(), &message.headers).is_ok()
}

acceptance!(c11_a_webhook_tells_every_event_in_order_and_signed, open(), |world| {
    let receiver = Receiver::start().await;
    let before = world.account(ALIBABA, "SG", "USD").await;
    let request = endpoint(&receiver.url, &[]);
    let created = world.send_hook(request.clone()).await.unwrap();
    let hook = created.webhook_endpoint.clone().unwrap();
    assert_eq!(hook.state(), WebhookEndpointState::Enabled);
    assert!(created.secret.starts_with("whsec_"), "{created:?}");
    assert_eq!(world.send_hook(request).await.unwrap(), created, "the same request, the same answer");

    let (account, stranger) =
        (world.account(ALIBABA, "SG", "USD").await, world.account(AWS, "US", "USD").await);
    world.active(&account, VISA).await;
    let invoice = world.invoice(&account, "USD 5.00").await;
    world.pay(&account, &[&invoice]).await;
    world.quiet(&account).await;
    world.is_told(&receiver, &account).await;

    let messages = receiver.messages();
    let listed = world.told_of(&account).await;
    for message in &messages {
        assert!(is_signed(message, &created.secret), "{message:#?}");
        assert_eq!(message.header("content-type"), "application/json");
        assert!(!message.body.contains(VISA), "no card number leaves (C9)");
        // What happened before, elsewhere, or to the program itself is none of its business.
        let told = message.text("account");
        assert!(told != before && told != stranger && told.starts_with("accounts/"), "{message:#?}");
        let event = listed.iter().find(|event| event.cursor == message.text("cursor")).unwrap();
        assert_eq!(message.text("resource"), event.resource);
        assert_eq!(message.text("chainHash"), event.chain_hash);
        assert_eq!(message.event["data"].is_object(), event.data.is_some());
    }
    let mut ids: Vec<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), messages.len(), "each event has a message id of its own");
    let delivered = world.delivered(WebhookDeliveryState::Delivered, messages.len()).await;
    assert!(delivered.iter().all(|it| it.attempt_count == 1 && ids.contains(&it.message_id.as_str())));
    world.is_clean().await;
});

acceptance!(c11_only_the_event_types_that_are_wanted_are_sent, open(), |world| {
    let receiver = Receiver::start().await;
    let (hook, _) = world.hook(&receiver.url, &["invoice.*", "account.created"]).await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.active(&account, VISA).await;
    world.invoice(&account, "USD 5.00").await;
    receiver.came("the invoice", |message| message.text("type") == "invoice.created").await;
    let types: Vec<String> = receiver.taken(&account).into_iter().map(|(_, what)| what).collect();
    assert_eq!(types, ["account.created", "invoice.created"]);
    let mut unfiltered = world.get_hook(&hook.name).await;
    unfiltered.event_types = vec!["payment_method.*".to_owned()];
    let request = UpdateWebhookEndpointRequest {
        webhook_endpoint: Some(unfiltered.clone()),
        update_mask: Some(FieldMask { paths: vec!["event_types".to_owned()] }),
        request_id: request_id(),
    };
    let updated = world.hooks().update_webhook_endpoint(request).await.unwrap().into_inner();
    assert_eq!(updated.webhook_endpoint.unwrap().event_types, unfiltered.event_types);
    let other = world.account(ALIBABA, "SG", "USD").await;
    world.active(&other, VISA.replace("4242424242424242", "4111111111111111").as_str()).await;
    receiver.came("the method", |message| message.text("type") == "payment_method.activated").await;
    assert!(receiver.taken(&other).iter().all(|(_, what)| what.starts_with("payment_method.")));
});

acceptance!(c11_a_delivery_that_fails_holds_back_its_account_alone, open(), |world| {
    let receiver = Receiver::start().await;
    let mut clock = world.clock().await;
    world.attach(&parent(), &clock).await;
    let (hook, _) = world.hook(&receiver.url, &[]).await;
    let (stuck, other) =
        (world.account(ALIBABA, "SG", "USD").await, world.account(ALIBABA, "SG", "USD").await);
    world.is_told(&receiver, &stuck).await;
    let stuck_name = stuck.clone();
    receiver.answers(move |event| if event["account"] == stuck_name.as_str() { 503 } else { 200 });
    for _ in 0..3 {
        world.invoice(&stuck, "USD 1.00").await;
        world.invoice(&other, "USD 1.00").await;
    }
    world.is_told(&receiver, &other).await;
    let waiting = world.delivered(WebhookDeliveryState::Waiting, 1).await.remove(0);
    assert_eq!((waiting.account.as_str(), waiting.last_http_status), (stuck.as_str(), 503));
    let pause = time(waiting.next_attempt_time).duration_since(time(waiting.last_attempt_time));
    assert!(pause >= SignedDuration::from_secs(5) && pause <= SignedDuration::from_secs(6), "{pause}");
    let shown = world.get_hook(&hook.name).await;
    assert_eq!((shown.held_account_count, shown.failing_since_time), (1, None), "others are taken");

    // It is tried again in its time, and no later event of the account comes before it.
    world.advance(&mut clock, SignedDuration::from_secs(6)).await;
    let tried = |message: &Message| message.text("account") == stuck && message.status == 503;
    let again = receiver.came("two attempts", tried).await;
    assert_eq!(again.len(), 2, "{again:#?}");
    assert_eq!(again[0].header("webhook-id"), again[1].header("webhook-id"));
    receiver.answers(|_| 200);
    world.advance(&mut clock, SignedDuration::from_mins(6)).await;
    world.is_told(&receiver, &stuck).await;
    world.is_clean().await;
});

acceptance!(c11_what_is_never_taken_is_a_dead_letter_that_can_be_replayed, open(), |world| {
    let receiver = Receiver::start().await;
    let mut clock = world.clock().await;
    world.attach(&parent(), &clock).await;
    let (hook, _) = world.hook(&receiver.url, &["invoice.*"]).await;
    receiver.answers(|event| if event["type"] == "invoice.created" { 500 } else { 200 });
    let (account, other) =
        (world.account(ALIBABA, "SG", "USD").await, world.account(ALIBABA, "SG", "USD").await);
    let invoice = world.invoice(&account, "USD 1.00").await;
    let waiting = world.delivered(WebhookDeliveryState::Waiting, 1).await.remove(0);
    let early = ReplayWebhookDeliveryRequest { name: waiting.name.clone(), request_id: request_id() };
    let refusal = refused(world.hooks().replay_webhook_delivery(early).await);
    refusal.is_by_rules(&["C11 WEBHOOK_DELIVERY_NOT_ENDED"]);
    world.void(&invoice).await;
    // Something is taken meanwhile, so it is the event and not the endpoint.
    world.advance(&mut clock, SignedDuration::from_hours(10)).await;
    receiver.answers(move |event| {
        let is_stuck = event["type"] == "invoice.created" && event["account"] == account.as_str();
        if is_stuck { 500 } else { 200 }
    });
    world.invoice(&other, "USD 1.00").await;
    receiver.came("the other", |message| message.text("account") == other && message.status == 200).await;
    world.advance(&mut clock, SignedDuration::from_hours(24 * 5)).await;

    let dead = world.delivered(WebhookDeliveryState::DeadLetter, 1).await.remove(0);
    assert_eq!((dead.name.as_str(), dead.attempt_count), (waiting.name.as_str(), 10));
    // What was held back behind it comes then.
    receiver.came("the rest", |message| message.text("type") == "invoice.voided").await;
    assert_eq!(world.get_hook(&hook.name).await.state(), WebhookEndpointState::Enabled);

    receiver.answers(|_| 200);
    let request = ReplayWebhookDeliveryRequest { name: dead.name.clone(), request_id: request_id() };
    world.hooks().replay_webhook_delivery(request).await.unwrap();
    let replayed = receiver
        .came("it again", |message| message.status == 200 && message.header("webhook-id") == dead.message_id);
    assert_eq!(replayed.await.len(), 1);
    world.delivered(WebhookDeliveryState::DeadLetter, 0).await;
    world.is_clean().await;
});

acceptance!(c11_an_endpoint_that_is_gone_or_keeps_failing_is_disabled, open(), |world| {
    let receiver = Receiver::start().await;
    let mut clock = world.clock().await;
    world.attach(&parent(), &clock).await;
    let (hook, _) = world.hook(&receiver.url, &[]).await;
    let disabled = async |reason: WebhookDisabledReason| {
        eventually("the endpoint is disabled", async || {
            let shown = world.get_hook(&hook.name).await;
            let is = shown.state() == WebhookEndpointState::Disabled && shown.disabled_reason() == reason;
            if is { Ok(()) } else { Err(format!("{shown:?}")) }
        })
        .await;
    };
    // 410 Gone.
    receiver.answers(|_| 410);
    let first = world.account(ALIBABA, "SG", "USD").await;
    disabled(WebhookDisabledReason::Gone).await;
    let replay = ReplayWebhookEventsRequest {
        name: hook.name.clone(),
        start_time: Some(prost_types::Timestamp::default()),
        request_id: request_id(),
    };
    refused(world.hooks().replay_webhook_events(replay).await)
        .is_by_rules(&["C11 WEBHOOK_ENDPOINT_DISABLED"]);
    world.invoice(&first, "USD 1.00").await;

    // Nothing of what happened meanwhile is missed once it is enabled; but then it keeps failing.
    receiver.answers(|_| 500);
    world.set_hook(&hook.name, WebhookEndpointState::Enabled).await;
    receiver.came("the invoice", |message| message.text("type") == "invoice.created").await;
    world.delivered(WebhookDeliveryState::Waiting, 1).await;
    world.advance(&mut clock, SignedDuration::from_hours(24 * 5)).await;
    disabled(WebhookDisabledReason::Failing).await;
    let told = world.told_of(&parent()).await;
    let disables = told.iter().filter(|event| event.r#type == "webhook_endpoint.disabled").count();
    assert_eq!(disables, 2, "{told:#?}");
    assert!(told.iter().any(|event| event.r#type == "webhook_endpoint.failing"));

    // A caller disables and enables it, too.
    world.set_hook(&hook.name, WebhookEndpointState::Enabled).await;
    receiver.answers(|_| 200);
    world.set_hook(&hook.name, WebhookEndpointState::Disabled).await;
    world.invoice(&first, "USD 2.00").await;
    let later = world.account(ALIBABA, "SG", "USD").await;
    world.set_hook(&hook.name, WebhookEndpointState::Enabled).await;
    world.is_told(&receiver, &later).await;
    assert_eq!(world.get_hook(&hook.name).await.failing_since_time, None);
    world.is_clean().await;
});

acceptance!(c11_a_rotated_secret_is_valid_beside_the_new_one_for_a_time, open(), |world| {
    let receiver = Receiver::start().await;
    let mut clock = world.clock().await;
    world.attach(&parent(), &clock).await;
    let (hook, first) = world.hook(&receiver.url, &[]).await;
    let rotate = |lifetime: Option<i64>| RotateWebhookSecretRequest {
        name: hook.name.clone(),
        previous_secret_lifetime: lifetime.map(|seconds| prost_types::Duration { seconds, nanos: 0 }),
        request_id: request_id(),
    };
    let request = rotate(Some(3_600));
    let rotated = world.hooks().rotate_webhook_secret(request.clone()).await.unwrap().into_inner();
    let again = world.hooks().rotate_webhook_secret(request).await.unwrap().into_inner();
    assert_eq!(rotated, again, "the same request rotates once");
    assert_ne!(rotated.secret, first);
    let account = world.account(ALIBABA, "SG", "USD").await;
    let both = receiver.came("a message", |message| message.text("account") == account).await.remove(0);
    assert!(is_signed(&both, &first) && is_signed(&both, &rotated.secret), "{both:#?}");

    world.advance(&mut clock, SignedDuration::from_hours(2)).await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    let one = receiver.came("a message", |message| message.text("account") == account).await.remove(0);
    assert!(!is_signed(&one, &first) && is_signed(&one, &rotated.secret), "{one:#?}");
    for lifetime in [-1, 8 * 86_400] {
        refused(world.hooks().rotate_webhook_secret(rotate(Some(lifetime))).await)
            .is_bad_input("INVALID_FIELD", &["previous_secret_lifetime"]);
    }
    let at_once = world.hooks().rotate_webhook_secret(rotate(Some(0))).await.unwrap().into_inner();
    let account = world.account(ALIBABA, "SG", "USD").await;
    let one = receiver.came("a message", |message| message.text("account") == account).await.remove(0);
    assert!(!is_signed(&one, &rotated.secret) && is_signed(&one, &at_once.secret), "{one:#?}");
});

acceptance!(c11_a_restart_in_between_loses_nothing, open().outside(Outside::Apart), |mut world| {
    let receiver = Receiver::start().await;
    world.hook(&receiver.url, &[]).await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    for round in 0..4 {
        // What is refused now is waiting, or under way, when the process ends.
        receiver.answers(|_| 500);
        world.invoice(&account, "USD 1.00").await;
        if round % 2 == 0 {
            receiver.came("an attempt", |message| message.status == 500).await;
        }
        world.restart().await;
        receiver.answers(|_| 200);
    }
    // At least once, and in order; what came twice has the same message id.
    eventually("all events are taken", async || {
        let told: Vec<i64> = world.told_of(&account).await.iter().map(|event| event.sequence).collect();
        let mut taken: Vec<String> = receiver.taken(&account).into_iter().map(|(at, _)| at).collect();
        assert!(taken.is_sorted(), "{taken:?}");
        taken.dedup();
        if taken.len() == told.len() { Ok(()) } else { Err(format!("{taken:?} of {told:?}")) }
    })
    .await;
    world.is_clean().await;
});

acceptance!(c11_everything_since_a_time_can_be_delivered_again, open(), |world| {
    let receiver = Receiver::start().await;
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.invoice(&account, "USD 1.00").await;
    let told = world.told_of(&account).await;
    // The endpoint came later, so nothing of this was sent to it.
    let (hook, _) = world.hook(&receiver.url, &[]).await;
    world.invoice(&account, "USD 2.00").await;
    receiver.came("the second invoice", |message| message.text("sequence") == "3").await;
    assert_eq!(receiver.taken(&account).len(), 1);
    let replay = ReplayWebhookEventsRequest {
        name: hook.name.clone(),
        start_time: told.last().unwrap().create_time,
        request_id: request_id(),
    };
    world.hooks().replay_webhook_events(replay).await.unwrap();
    receiver.came("all since", |message| message.text("sequence") == "2").await;
    eventually("both invoices come, in order", async || {
        let taken: Vec<String> = receiver.taken(&account).into_iter().map(|(at, _)| at).collect();
        if taken == ["3", "2", "3"] { Ok(()) } else { Err(format!("{taken:?}")) }
    })
    .await;
    let missing =
        ReplayWebhookEventsRequest { name: hook.name.clone(), start_time: None, request_id: request_id() };
    refused(world.hooks().replay_webhook_events(missing).await)
        .is_bad_input("INVALID_FIELD", &["start_time"]);
    world.is_clean().await;
});

acceptance!(c11_what_can_be_no_endpoint_is_refused, |world| {
    let urls = [
        "",
        "shop.example",
        "http://shop.example/hook",
        "ftp://shop.example",
        "https://user:word@shop.example/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
    ];
    for url in urls {
        refused(world.send_hook(endpoint(url, &[])).await)
            .is_bad_input("INVALID_FIELD", &["webhook_endpoint.url"]);
    }
    for types in ["payment", "payment.", "payment.bogus", "no_such.*", "*", "Payment.succeeded"] {
        refused(world.send_hook(endpoint("https://shop.example/hook", &[types])).await)
            .is_bad_input("INVALID_FIELD", &["webhook_endpoint.event_types"]);
    }
    let mut elsewhere = endpoint("https://shop.example/hook", &[]);
    elsewhere.parent = "programs/no-such".to_owned();
    refused(world.send_hook(elsewhere).await).is_not_found();
    // What is looked for has to be there.
    let deliveries = |webhook_endpoint: &str, state: i32| {
        let (parent, webhook_endpoint) = (parent(), webhook_endpoint.to_owned());
        ListWebhookDeliveriesRequest { parent, webhook_endpoint, state, ..Default::default() }
    };
    let another_program = "programs/aws-inc/webhookEndpoints/019fb898-997c-7881-ac15-eb435e29d8fb";
    refused(world.hooks().list_webhook_deliveries(deliveries(another_program, 0)).await).is_not_found();
    refused(world.hooks().list_webhook_deliveries(deliveries("", 77)).await)
        .is_bad_input("INVALID_FIELD", &["state"]);
    let mut request = endpoint("https://shop.example/hook", &["payment.*"]);
    let (hook, _) = (world.send_hook(request.clone()).await.unwrap().webhook_endpoint.unwrap(), ());
    request.webhook_endpoint.as_mut().unwrap().description = "another".to_owned();
    refused(world.send_hook(request).await).is_bad_input("REQUEST_ID_REUSED", &[]);

    let update = |paths: &[&str]| UpdateWebhookEndpointRequest {
        webhook_endpoint: Some(WebhookEndpoint { name: hook.name.clone(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: paths.iter().map(|&path| path.to_owned()).collect() }),
        request_id: request_id(),
    };
    for (paths, field) in [
        (&[][..], "update_mask"),
        (&["name"], "update_mask"),
        (&["state"], "webhook_endpoint.state"),
        (&["url"], "webhook_endpoint.url"),
    ] {
        refused(world.hooks().update_webhook_endpoint(update(paths)).await)
            .is_bad_input("INVALID_FIELD", &[field]);
    }
    for _ in 0..15 {
        world.hook("https://shop.example/hook", &["payment.*"]).await;
    }
    refused(world.send_hook(endpoint("https://shop.example/hook", &[])).await)
        .is_by_rules(&["C11 WEBHOOK_ENDPOINTS_EXHAUSTED"]);
    let delete = DeleteWebhookEndpointRequest { name: hook.name.clone(), request_id: request_id() };
    world.hooks().delete_webhook_endpoint(delete.clone()).await.unwrap();
    world.hooks().delete_webhook_endpoint(delete).await.unwrap();
    let request = GetWebhookEndpointRequest { name: hook.name.clone() };
    refused(world.hooks().get_webhook_endpoint(request).await).is_not_found();
    refused(world.hooks().update_webhook_endpoint(update(&["description"])).await).is_not_found();
    let request = ListWebhookEndpointsRequest { parent: parent() };
    let listed = world.hooks().list_webhook_endpoints(request).await.unwrap().into_inner();
    assert_eq!(listed.webhook_endpoints.len(), 15);
});
