//! The history of linking, and service tickets (H12).

use bursar::proto::v1::{CreateServiceTicketRequest, LinkAttempt, LinkAttemptState};
use tonic::Status;

use crate::support::{
    browser::{self, CODE},
    given::{DECLINED, HUAWEI, MASTERCARD, PREPAID, VISA, request_id},
    refusal::refused,
    world::World,
};

impl World {
    async fn ticket(&self, attempt: &str, description: &str) -> Result<LinkAttempt, Status> {
        let request = CreateServiceTicketRequest {
            link_attempt: attempt.to_owned(),
            description: description.to_owned(),
            request_id: request_id(),
        };
        Ok(self.methods().create_service_ticket(request).await?.into_inner().link_attempt.unwrap())
    }
}

acceptance!(h12_every_attempt_stays_in_the_history_with_its_result_and_reason, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    refused(world.try_link(&account, PREPAID).await);
    let declined = world.link(&account, DECLINED).await;
    browser::open(&declined.next_action.unwrap().url).await.answer(CODE).await;
    let linked = world.active(&account, VISA).await;
    let pending = world.link(&account, MASTERCARD).await;

    let attempts = world.link_attempts(&account).await;
    #[rustfmt::skip]
    let table = [
        // state                        last four  brand         method           rule            code
        (LinkAttemptState::Refused,   "5100",     "MASTERCARD", "",              "CARD_PREPAID", ""),
        (LinkAttemptState::Failed,    "0002",     "VISA",       &declined.name,  "",             "05"),
        (LinkAttemptState::Succeeded, "4242",     "VISA",       &linked,         "",             ""),
        (LinkAttemptState::Pending,   "4444",     "MASTERCARD", &pending.name,   "",             ""),
    ];
    assert_eq!(attempts.len(), table.len(), "{attempts:#?}");
    for (attempt, (state, last_four, brand, method, rule, code)) in attempts.iter().zip(table) {
        assert!(attempt.name.starts_with(&format!("{account}/linkAttempts/")), "{}", attempt.name);
        assert_eq!(
            (attempt.state(), attempt.last_four.as_str(), attempt.brand.as_str()),
            (state, last_four, brand)
        );
        assert_eq!((attempt.payment_method.as_str(), attempt.rule_reason.as_str()), (method, rule));
        let network_code =
            attempt.failure.as_ref().map(|failure| failure.network_code.as_str()).unwrap_or_default();
        assert_eq!(network_code, code);
        let bad = matches!(state, LinkAttemptState::Refused | LinkAttemptState::Failed);
        assert_eq!(attempt.message.ends_with('.'), bad, "{attempt:#?}");
        assert!(attempt.create_time.is_some() && attempt.service_ticket.is_empty());
    }
});

acceptance!(h12_a_failed_attempt_can_be_made_a_service_ticket, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    refused(world.try_link(&account, PREPAID).await);
    let declined = world.link(&account, DECLINED).await;
    browser::open(&declined.next_action.unwrap().url).await.answer(CODE).await;
    world.active(&account, VISA).await;
    world.link(&account, MASTERCARD).await;
    let [refused_one, failed, succeeded, pending] = world.link_attempts(&account).await.try_into().unwrap();

    let mut tickets = Vec::new();
    for attempt in [&refused_one, &failed] {
        let made = world.ticket(&attempt.name, "It works in other shops. Größe 量").await.unwrap();
        assert!(!made.service_ticket.is_empty());
        assert_eq!(LinkAttempt { service_ticket: String::new(), ..made.clone() }, *attempt);
        // Once made, it stays the same ticket.
        let again = world.ticket(&attempt.name, "Still does not work").await.unwrap();
        assert_eq!(again.service_ticket, made.service_ticket);
        tickets.push(made.service_ticket);
    }
    assert_ne!(tickets[0], tickets[1]);
    let listed: Vec<String> =
        world.link_attempts(&account).await.into_iter().map(|attempt| attempt.service_ticket).collect();
    assert_eq!(listed, [tickets[0].as_str(), tickets[1].as_str(), "", ""]);

    for (attempt, state) in [(&succeeded, "SUCCEEDED"), (&pending, "PENDING")] {
        let refusal = refused(world.ticket(&attempt.name, "It works").await);
        refusal.is_by_rules(&["H12 LINK_ATTEMPT_NOT_FAILED"]);
        assert_eq!(refusal.fact("state"), state);
    }
    for description in ["", "   ", &"x".repeat(2001)] {
        refused(world.ticket(&failed.name, description).await)
            .is_bad_input("INVALID_FIELD", &["description"]);
    }
    let missing = format!("{account}/linkAttempts/0198a000-0000-7000-8000-000000000000");
    refused(world.ticket(&missing, "Where is it?").await).is_not_found();
});

acceptance!(h12_a_failed_attempt_can_be_tried_again, |world| {
    let account = world.account(HUAWEI, "SG", "USD").await;
    let first = world.link(&account, VISA).await;
    browser::open(&first.next_action.unwrap().url).await.leave().await;
    world.active(&account, VISA).await;
    let states: Vec<LinkAttemptState> =
        world.link_attempts(&account).await.iter().map(LinkAttempt::state).collect();
    assert_eq!(states, [LinkAttemptState::Failed, LinkAttemptState::Succeeded]);
});
