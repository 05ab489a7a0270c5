//! One-time codes by e-mail and SMS (H2, H3).

use bursar::proto::v1::{ListEventsRequest, MessageDeliveryState, MessageTopic, SendVerificationCodeRequest};
use jiff::SignedDuration;
use tonic::Code;

use crate::support::{
    given::{ALIBABA, AWS, request_id},
    inbox::{answer_request, code_request},
    refusal::refused,
};

const EMAIL: &str = "ada@example.com";
const MOBILE: &str = "+6581234567";

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

acceptance!(h2_h3_a_code_proves_an_address, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for address in [EMAIL, MOBILE] {
        let message = world.send_code(&account, address).await.unwrap();
        assert_eq!(message.topic(), MessageTopic::VerificationCode);
        let delivery = message.delivery.clone().unwrap();
        assert_eq!((delivery.state(), delivery.address.as_str()), (MessageDeliveryState::Sent, address));
        let inbox = world.inbox(address).await;
        let [arrived] = inbox.as_slice() else { panic!("{inbox:#?}") };
        assert_eq!(arrived.effect_id, delivery.effect_id);
        assert!(arrived.text.contains(&arrived.code) && arrived.code.len() == 6, "{arrived:#?}");
        assert!(!format!("{message:?}").contains(&arrived.code));

        let wrong = refused(world.answer_code(&account, address, other_than(&arrived.code)).await);
        wrong.is_bad_input("CODE_WRONG", &["code"]);
        assert_eq!(wrong.fact("remaining_answers"), "4");
        world.answer_code(&account, address, &arrived.code).await.unwrap();
        let refusal = refused(world.answer_code(&account, address, &arrived.code).await);
        refusal.is_by_rules(&["H3 CODE_NOT_SENT"]);
    }
    let account = world.get_account(&account).await;
    assert_eq!((account.email_address.as_str(), account.mobile_number.as_str()), (EMAIL, MOBILE));
});

acceptance!(h3_a_mobile_number_is_one_of_the_accounts_country, |world| {
    let account = world.account(ALIBABA, "CA", "USD").await;
    for number in ["+12015550123", "+6581234567", "416", "what?", "+1 416 555 0123 ext. 4"] {
        let refusal = refused(world.send_code(&account, number).await);
        refusal.is_bad_input("MOBILE_NUMBER_NOT_IN_COUNTRY", &["mobile_number"]);
        assert_eq!(refusal.fact("region_code"), "CA");
    }
    // As it is written there, without the country's code.
    world.send_code(&account, "(416) 555-0123").await.unwrap();
    assert_eq!(world.inbox("+14165550123").await.len(), 1);
});

acceptance!(h3_bad_input_is_named_all_of_it, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    for email in ["ada", "ada@", "Ada <ada@example.com>", "a@b.example\r\nBcc: c@d.example"] {
        let request = SendVerificationCodeRequest {
            account: account.clone(),
            email_address: email.to_owned(),
            request_id: request_id(),
            ..Default::default()
        };
        let refusal = refused(world.accounts().send_verification_code(request).await);
        refusal.is_bad_input("INVALID_FIELD", &["email_address"]);
    }
    let both =
        SendVerificationCodeRequest { mobile_number: MOBILE.to_owned(), ..code_request(&account, EMAIL) };
    let refusal = refused(world.accounts().send_verification_code(both).await);
    refusal.is_bad_input("INVALID_FIELD", &["mobile_number"]);
    let mut answer = answer_request(&account, EMAIL, "12345x");
    answer.channel = 0;
    answer.request_id = String::new();
    let refusal = refused(world.accounts().check_verification_code(answer).await);
    refusal.is_bad_input("INVALID_FIELD", &["channel", "code", "request_id"]);
});

acceptance!(h3_a_code_expires_and_a_newer_one_takes_its_place, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    world.send_code(&account, EMAIL).await.unwrap();
    let first = world.code(EMAIL).await;
    world.send_code(&account, EMAIL).await.unwrap();
    let second = world.code(EMAIL).await;
    if first != second {
        refused(world.answer_code(&account, EMAIL, &first).await).is_bad_input("CODE_WRONG", &["code"]);
    }
    world.advance(&mut clock, SignedDuration::from_mins(10)).await;
    let refusal = refused(world.answer_code(&account, EMAIL, &second).await);
    refusal.is_by_rules(&["H3 CODE_EXPIRED"]);
    assert_eq!(refusal.fact("channel"), "EMAIL");
    assert_eq!(world.get_account(&account).await.email_address, "");

    world.send_code(&account, EMAIL).await.unwrap();
    world.advance(&mut clock, SignedDuration::from_secs(9 * 60 + 59)).await;
    let third = world.code(EMAIL).await;
    assert_eq!(world.answer_code(&account, EMAIL, &third).await.unwrap().email_address, EMAIL);
});

acceptance!(h3_wrong_answers_are_counted_and_end_the_code, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.send_code(&account, EMAIL).await.unwrap();
    let code = world.code(EMAIL).await;
    let wrong = other_than(&code);
    for left in ["4", "3", "2", "1", "0"] {
        let request = answer_request(&account, EMAIL, wrong);
        // However often it is repeated, it is one answer (C7).
        for _ in 0..3 {
            let refusal = refused(world.accounts().check_verification_code(request.clone()).await);
            refusal.is_bad_input("CODE_WRONG", &["code"]);
            assert_eq!(refusal.fact("remaining_answers"), left);
        }
    }
    let refusal = refused(world.answer_code(&account, EMAIL, &code).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "CODE_ANSWERS_EXHAUSTED"));
    assert!(refusal.retry_after.is_some());
    // Another code begins anew.
    world.prove(&account, EMAIL).await;
});

acceptance!(h3_sends_are_limited_by_each_way_until_the_oldest_is_old_enough, |world| {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    for _ in 0..5 {
        world.send_code(&account, EMAIL).await.unwrap();
        world.advance(&mut clock, SignedDuration::from_mins(1)).await;
    }
    let refusal = refused(world.send_code(&account, EMAIL).await);
    assert_eq!((refusal.code, refusal.reason.as_str()), (Code::ResourceExhausted, "CODE_SENDS_EXHAUSTED"));
    assert_eq!(refusal.retry_after.unwrap().as_secs(), 55 * 60);
    assert_eq!(refusal.fact("retry_time"), "2030-06-15T13:00:00Z");
    assert_eq!(world.inbox(EMAIL).await.len(), 5);
    world.send_code(&account, MOBILE).await.unwrap();
    world.advance(&mut clock, SignedDuration::from_mins(55)).await;
    world.send_code(&account, EMAIL).await.unwrap();
    refused(world.send_code(&account, EMAIL).await);
});

acceptance!(h3_a_request_is_sent_once, |world| {
    let account = world.account(AWS, "SG", "USD").await;
    let request = code_request(&account, MOBILE);
    let mut names = Vec::new();
    for _ in 0..3 {
        let answer = world.accounts().send_verification_code(request.clone()).await.unwrap();
        names.push(answer.into_inner().message.unwrap().name);
    }
    names.dedup();
    assert_eq!(names.len(), 1);
    assert_eq!(world.inbox(MOBILE).await.len(), 1);
    let other = SendVerificationCodeRequest { mobile_number: "+6591234567".to_owned(), ..request };
    let refusal = refused(world.accounts().send_verification_code(other).await);
    assert_eq!(refusal.reason, "REQUEST_ID_REUSED");
});

acceptance!(h3_an_address_that_does_not_exist_is_data, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    let message = world.send_code(&account, "bounces@example.com").await.unwrap();
    assert_eq!(message.delivery.unwrap().state(), MessageDeliveryState::Failed);
    assert!(world.inbox("bounces@example.com").await.is_empty());
});

acceptance!(h3_a_code_is_written_down_nowhere_and_an_address_is_in_no_event, |world| {
    let account = world.account(ALIBABA, "SG", "USD").await;
    world.prove(&account, EMAIL).await;
    let code = world.code(EMAIL).await;
    world.answer_code(&account, EMAIL, other_than(&code)).await.unwrap_err();
    for (name, written) in world.everything_written() {
        // The sandbox is the world outside: that is where it arrived.
        if name.contains("sandbox.db") {
            continue;
        }
        let text = String::from_utf8_lossy(&written);
        let stands = |text: &str| {
            text.match_indices(&code).any(|(at, _)| {
                let digit =
                    |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit() || byte == b'.');
                let before = at.checked_sub(1).and_then(|before| text.as_bytes().get(before).copied());
                !digit(before) && !digit(text.as_bytes().get(at + 6).copied())
            })
        };
        assert!(!stands(&text), "{name} has the code {code}");
    }
    let request = ListEventsRequest { parent: account, cursor: String::new(), page_size: 1000 };
    let events = world.events().list_events(request).await.unwrap().into_inner().events;
    assert!(events.iter().any(|event| event.r#type == "account.contact_proved"));
    assert!(!format!("{events:?}").contains(EMAIL));
});
