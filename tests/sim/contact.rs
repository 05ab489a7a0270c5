//! How clients prove their addresses: a code is sent, the customer reads it where it arrived, and types it in.

use std::{sync::Arc, time::Duration};

use bursar::{
    env::{Ids as _, SeededIds},
    proto::{
        sandbox::v1::{ListInboxMessagesRequest, inbox_service_client::InboxServiceClient},
        v1::{self as pb, MessageChannel},
    },
};

use super::{ask::Ask, caller::Caller, chance::Chance, world::World};

const WRONG: &str = "000000";

/// A request to send a code to an address.
pub fn send(account: &str, address: &str, request_id: String) -> Ask {
    let (email, mobile) = if address.contains('@') { (address, "") } else { ("", address) };
    Ask::SendCode(pb::SendVerificationCodeRequest {
        account: account.to_owned(),
        email_address: email.to_owned(),
        mobile_number: mobile.to_owned(),
        request_id,
    })
}

/// An answer to the code that was sent to an address.
pub fn answer(account: &str, address: &str, code: String, request_id: String) -> Ask {
    let channel = if address.contains('@') { MessageChannel::Email } else { MessageChannel::Sms };
    let account = account.to_owned();
    Ask::CheckCode(pb::CheckVerificationCodeRequest { account, channel: channel.into(), code, request_id })
}

/// The last code that has arrived at an address, or a wrong one.
pub async fn newest(world: &World, address: &str) -> String {
    let mut inbox = InboxServiceClient::new(world.inbox.clone());
    let request =
        ListInboxMessagesRequest { address: address.to_owned(), page_size: 1_000, ..Default::default() };
    let messages =
        inbox.list_inbox_messages(request).await.expect("the sandbox answers").into_inner().messages;
    let mut codes = messages.into_iter().map(|message| message.code).filter(|code| !code.is_empty());
    codes.next_back().unwrap_or_else(|| WRONG.to_owned())
}

/// Proves an address, as people do: some are wrong first, again and again, and some come late.
async fn prove(
    world: &Arc<World>,
    caller: &Caller,
    chance: &Chance,
    ids: &SeededIds,
    account: &str,
    address: &str,
) {
    let request_id = || ids.uuid(world.now()).to_string();
    if caller.until_answered(&send(account, address, request_id())).await.is_none() {
        return;
    }
    let late = *chance.pick(&[5, 5, 5, 60, 900]);
    world.agenda.sleep(chance.any_span(Duration::from_secs(1), Duration::from_secs(late))).await;
    for _ in 0..*chance.pick(&[0, 0, 0, 1, 6]) {
        caller.until_answered(&answer(account, address, WRONG.to_owned(), request_id())).await;
    }
    let code = newest(world, address).await;
    caller.until_answered(&answer(account, address, code, request_id())).await;
}

/// What HUAWEI CLOUD asks for before a card is linked (H1): a number to be proved in a country, and a request
/// that tells who the customer is.
pub fn mobile(country: &str) -> &'static str {
    if country == "CL" { "+56961234567" } else { "+6581234567" }
}

/// See [`mobile`].
pub fn person(account: &str, country: &str, request_id: String) -> Ask {
    let address = pb::Address {
        street_lines: vec!["1 Marina Boulevard".to_owned()],
        city: "Singapore".to_owned(),
        postal_code: "018989".to_owned(),
        region_code: "SG".to_owned(),
        ..pb::Address::default()
    };
    let individual = pb::IndividualProfile {
        name: "Ada Lovelace".to_owned(),
        address: Some(address),
        industry: "Computing".to_owned(),
    };
    let rut = pb::IdentityNumber {
        r#type: pb::IdentityNumberType::Rut.into(),
        number: "8148691-0".to_owned(),
        ..pb::IdentityNumber::default()
    };
    let account = pb::Account {
        name: account.to_owned(),
        profile: Some(pb::account::Profile::Individual(individual)),
        identity_number: (country == "CL").then_some(rut),
        ..pb::Account::default()
    };
    Ask::UpdateAccount(pb::UpdateAccountRequest { account: Some(account), update_mask: None, request_id })
}

/// A request to deactivate an account.
pub fn deactivate(account: &str, request_id: String) -> Ask {
    Ask::Deactivate(pb::DeactivateAccountRequest { name: account.to_owned(), request_id })
}

/// What comes before anything else: what HUAWEI CLOUD asks for, and for some an e-mail address.
pub async fn begin(
    world: &Arc<World>,
    caller: &Caller,
    chance: &Chance,
    ids: &SeededIds,
    account: &str,
    (program, country): (&str, &str),
) {
    if chance.happens(0.3) {
        prove(world, caller, chance, ids, account, "ada@example.com").await;
    }
    if program.starts_with("huawei") {
        prove(world, caller, chance, ids, account, mobile(country)).await;
        let request_id = ids.uuid(world.now()).to_string();
        caller.until_answered(&person(account, country, request_id)).await;
    }
}
