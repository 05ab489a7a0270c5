//! No card number and no security code is written down anywhere (C9).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bursar::proto::v1::{CardDetails, CreateServiceTicketRequest, LinkCardRequest};
use tonic::Code;

use crate::support::{
    given::{ALIBABA, card, link_request, pay_request, request_id},
    options::{Options, Outside},
    refusal::refused,
    world::World,
};

/// Numbers that nothing else in these tests uses: one of the catalogue's cards, one that no issuer
/// knows, one with a wrong check digit, one of American Express for its code of four digits.
const NUMBERS: [&str; 4] = ["4147463011110083", "4539578763621486", "4929421234567891", "371449635398431"];
const CODE: &str = "7391";

/// The ways in which a number may have slipped through.
fn disguises(number: &str) -> Vec<Vec<u8>> {
    let grouped = |separator: &str| {
        let groups: Vec<&str> =
            number.as_bytes().chunks(4).map(|four| str::from_utf8(four).unwrap()).collect();
        groups.join(separator)
    };
    // Base64 of a text that holds it depends on where in the text it stands.
    let base64 = (0..3).map(|before| {
        let padded =
            format!("{}{number}{}", "x".repeat(before), "x".repeat((3 - (before + number.len()) % 3) % 3));
        STANDARD.encode(padded).chars().skip(before * 2).take(16).collect::<String>()
    });
    let mut disguises = vec![number.to_owned(), grouped(" "), grouped("-"), hex::encode(number)];
    disguises.extend(base64);
    disguises.push(number.chars().rev().collect());
    disguises.into_iter().map(String::into_bytes).collect()
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Whether four digits stand alone somewhere: not inside a longer number, an id or a fraction.
fn stands_alone(text: &[u8], digits: &str) -> bool {
    let joins =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-.:_".contains(byte));
    let part = digits.as_bytes();
    text.windows(part.len()).enumerate().any(|(at, window)| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        window == part && !joins(before) && !joins(text.get(at + part.len()))
    })
}

/// Does everything that a number can go through: links that succeed, fail and are refused, repeats, and
/// requests with the number where it does not belong.
async fn spread(world: &World) -> String {
    let account = world.account(ALIBABA, "US", "USD").await;
    for number in NUMBERS {
        let mut request = link_request(&account, number);
        if number.starts_with("37") {
            CODE.clone_into(&mut request.card.as_mut().unwrap().security_code);
        }
        // Some are refused or declined: that is the point.
        let first = world.send_link(request.clone()).await;
        let again = world.send_link(request).await;
        for answer in [first, again] {
            let said = format!("{answer:?}");
            for disguise in disguises(number) {
                assert!(!contains(said.as_bytes(), &disguise), "the answer tells {number}");
            }
        }
    }
    let [first, ..] = NUMBERS;
    let elsewhere = world.account(ALIBABA, "SG", "USD").await;
    refused(world.try_link(&elsewhere, first).await).is_by_rules(&["A8 CARD_LINKED_ELSEWHERE"]);

    // In the wrong field, in the wrong order, in a name, in a token.
    let spaced = "4147 4630 1111 0083";
    let wrong: [fn(&mut LinkCardRequest, &str); 5] = [
        |request, number| details(request).expiry = number.to_owned(),
        |request, number| details(request).security_code = number.to_owned(),
        |request, number| request.request_id = number.to_owned(),
        |request, number| request.parent = format!("accounts/{number}"),
        |request, number| request.return_url = format!("javascript:{number}"),
    ];
    for (row, change) in wrong.into_iter().enumerate() {
        for number in [first, spaced] {
            let mut request = link_request(&account, "4111111111111112");
            change(&mut request, number);
            let status = world.send_link(request).await.unwrap_err();
            assert!(!format!("{status:?}").contains(number), "row {row} tells it: {status:?}");
        }
    }
    let invoice = world.invoice(&account, "USD 5.00").await;
    world.pay(&account, &[&invoice]).await;
    account
}

fn details(request: &mut LinkCardRequest) -> &mut CardDetails {
    request.card.as_mut().unwrap()
}

/// Looks for the canaries in everything that was written.
fn assert_unwritten(world: &World) {
    let written = world.everything_written();
    assert!(written.iter().any(|(name, bytes)| name.ends_with("server.log") && !bytes.is_empty()), "no log");
    for (name, bytes) in &written {
        // The sandbox is the issuer: of the cards of its own catalogue it keeps the numbers.
        let catalogue = ["4147463011110083", "371449635398431"];
        for number in
            NUMBERS.iter().filter(|number| !(name.contains("sandbox.db") && catalogue.contains(number)))
        {
            for disguise in disguises(number) {
                let shown = String::from_utf8_lossy(&disguise).into_owned();
                assert!(!contains(bytes, &disguise), "{name} holds {number} as {shown}");
            }
        }
        assert!(!stands_alone(bytes, CODE), "{name} holds the security code");
    }
}

acceptance!(c9_neither_number_nor_code_is_written_anywhere, |mut world| {
    let account = spread(&world).await;
    for entry in world.entries().await {
        assert!(entry.card.chars().filter(char::is_ascii_digit).count() <= 10, "{entry:?}");
    }
    let said = format!("{:?}{:?}", world.methods_of(&account).await, world.link_attempts(&account).await);
    for number in NUMBERS {
        assert!(!contains(said.as_bytes(), number.as_bytes()), "the lists tell {number}");
    }
    assert_unwritten(&world);
    // Also once what was in memory was written.
    world.restart().await;
    world.pay(&account, &[&world.invoice(&account, "USD 5.00").await]).await;
    assert_unwritten(&world);
});

acceptance!(
    c9_neither_is_written_between_processes_in_json_logs,
    Options::new().outside(Outside::Apart).with(&["--log-format", "json"]),
    |world| {
        spread(&world).await;
        assert_unwritten(&world);
        let (_, log) =
            world.everything_written().into_iter().find(|(name, _)| name.ends_with("server.log")).unwrap();
        for line in String::from_utf8(log).unwrap().lines() {
            let _: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        }
    }
);

acceptance!(
    c9_a_failing_provider_makes_nobody_tell_the_number,
    Options::impatient().outside(Outside::Apart),
    |mut world| {
        let account = world.account(ALIBABA, "US", "USD").await;
        world.lose_outside().await;
        for number in NUMBERS {
            let status = world.try_link(&account, number).await.unwrap_err();
            assert!(matches!(status.code(), Code::Unavailable | Code::InvalidArgument), "{status:?}");
            assert!(!format!("{status:?}").contains(number));
        }
        assert_unwritten(&world);
    }
);

acceptance!(c9_a_service_ticket_with_a_card_number_is_refused, |world| {
    let account = world.account(ALIBABA, "US", "USD").await;
    refused(world.try_link(&account, crate::support::given::PREPAID).await);
    let [attempt] = world.link_attempts(&account).await.try_into().unwrap();
    for description in ["my card 4147463011110083 fails", "4147 4630 1111-0083", "cards: 4147463011110083"] {
        let request = CreateServiceTicketRequest {
            link_attempt: attempt.name.clone(),
            description: description.to_owned(),
            request_id: request_id(),
        };
        let refusal = refused(world.methods().create_service_ticket(request).await);
        refusal.is_bad_input("INVALID_FIELD", &["description"]);
    }
    assert_unwritten(&world);
});

acceptance!(c9_a_card_number_in_a_name_is_refused_and_not_kept, |world| {
    let account = world.account(ALIBABA, "US", "USD").await;
    let mut request = link_request(&account, "4147463011110083");
    request.card =
        Some(CardDetails { holder_name: "4147463011110083".to_owned(), ..card("4147463011110083") });
    refused(world.send_link(request).await).is_bad_input("INVALID_FIELD", &["card.holder_name"]);
    let mut pay = pay_request(&account, &[]);
    pay.invoices = vec!["4147463011110083".to_owned()];
    let status = world.send_pay(pay).await.unwrap_err();
    assert!(!format!("{status:?}").contains("4147463011110083"), "{status:?}");
    assert_unwritten(&world);
});
