//! The log is the truth (C10): each row covers the one before, and the tables follow from it.

use bursar::{
    domain::{
        claim::Claim,
        entity::{Entity, Kind},
        event::Happened,
        world::World as Entities,
    },
    env::{Clock as _, SystemClock},
    proto::v1::{CreateServiceTicketRequest, ReportObligationsRequest, UpdateCardExpiryRequest},
    store::{
        Store, codec,
        rows::{JournalRow, Load},
    },
};
use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use strum::IntoEnumIterator as _;
use uuid::Uuid;

use crate::support::{
    browser,
    given::{
        ALIBABA, CHALLENGED, DECLINED, MASTERCARD, PREPAID, VISA, link_request, pay_request, request_id,
    },
    refusal::refused,
    world::World,
};

/// More than any account here has of anything.
const ALL: usize = 10_000;

/// Does some of everything that an account can do, and answers its name.
async fn live(world: &World) -> String {
    let mut clock = world.clock().await;
    let account = world.account_on(&clock, ALIBABA, "SG", "USD").await;
    refused(world.try_link(&account, PREPAID).await);
    world.link(&account, DECLINED).await;
    let mut request = link_request(&account, VISA);
    request.card.as_mut().unwrap().expiry = "07/30".to_owned();
    let linked = world.send_link(request).await.unwrap().payment_method.unwrap();
    let method = linked.name;
    if let Some(action) = linked.next_action {
        browser::open(&action.url).await.answer(browser::CODE).await;
    }
    let other = world.active(&account, MASTERCARD).await;
    let left = world.link(&account, CHALLENGED).await;
    browser::open(&left.next_action.unwrap().url).await.leave().await;
    let attempt = world.link_attempts(&account).await[0].name.clone();
    let description = "Größe 量 \"quoted\"".to_owned();
    let ticket = CreateServiceTicketRequest { link_attempt: attempt, description, request_id: request_id() };
    world.methods().create_service_ticket(ticket).await.unwrap();
    let report = ReportObligationsRequest {
        account: account.clone(),
        running_resource_count: 3,
        request_id: request_id(),
    };
    world.accounts().report_obligations(report).await.unwrap();

    for amount in ["USD 12.34", "JPY 149"] {
        let invoice = world.invoice(&account, amount).await;
        world.pay(&account, &[&invoice]).await;
    }
    // One that expires, one that is left open.
    let invoice = world.invoice(&account, "USD 5000.00").await;
    world.pay(&account, &[&invoice]).await;
    world.advance(&mut clock, SignedDuration::from_mins(20)).await;
    let mut request = pay_request(&account, &[&invoice]);
    request.payment_method.clone_from(&other);
    world.send_pay(request).await.unwrap();
    let update = UpdateCardExpiryRequest {
        name: method.clone(),
        expiry: "11/35".to_owned(),
        return_url: String::new(),
        request_id: request_id(),
    };
    // Two links have failed, so risk demands a challenge.
    let updated = world.methods().update_card_expiry(update).await.unwrap().into_inner();
    let action = updated.verification.unwrap().next_action.unwrap();
    browser::open(&action.url).await.answer(browser::CODE).await;
    world.set_default(&other).await.unwrap();
    world.unlink(&method).await.unwrap();
    account
}

/// The store as the server left it.
async fn left_behind(world: &mut World) -> std::sync::Arc<dyn Store> {
    world.server.kill().await;
    bursar::store::open(&world.database_url).await.unwrap()
}

fn id_of(account: &str) -> Uuid {
    account.trim_start_matches("accounts/").parse().unwrap()
}

/// The hash of a row, reckoned here from what the row says.
fn hash_of(previous: [u8; 32], row: &JournalRow) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(row.account.as_bytes());
    hash.update(row.sequence.to_be_bytes());
    hash.update(row.time.to_be_bytes());
    for text in [&row.cause, &row.events] {
        hash.update(u64::try_from(text.len()).unwrap().to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

acceptance!(c10_each_row_of_the_log_covers_the_one_before, |mut world| {
    let account = live(&world).await;
    let store = left_behind(&mut world).await;
    let id = id_of(&account);
    let rows = store.account_journal(id, 0, ALL).await.unwrap();
    assert!(rows.len() > 20, "{}", rows.len());
    let mut previous = [0; 32];
    for (row, sequence) in rows.iter().zip(1..) {
        assert_eq!((row.sequence, row.account), (sequence, id));
        assert_eq!(hash_of(previous, row), row.hash, "row {sequence} does not follow from what it says");
        previous = row.hash;
    }
    let head = store.head(id).await.unwrap().unwrap();
    assert_eq!((head.version, head.hash), (i64::try_from(rows.len()).unwrap(), previous));
});

acceptance!(c10_rebuilding_the_tables_from_the_log_gives_the_tables, |mut world| {
    let account = live(&world).await;
    let store = left_behind(&mut world).await;
    let id = id_of(&account);
    let mut rebuilt = Entities { account: id, ..Entities::default() };
    for row in store.account_journal(id, 0, ALL).await.unwrap() {
        let events: Vec<Happened> = serde_json::from_str(&row.events).unwrap();
        for happened in &events {
            rebuilt.apply(happened).unwrap();
        }
    }

    let mut stored: Vec<Entity> = Vec::new();
    for kind in Kind::iter() {
        for row in store.list(id, kind as i16, None, ALL).await.unwrap() {
            stored.push(codec::decode(&row).unwrap());
        }
    }
    assert_eq!(stored.len(), rebuilt.entities.len());
    for entity in &stored {
        assert_eq!(rebuilt.entities.get(&entity.id()).map(|entity| &**entity), Some(entity));
    }

    // So do the claims, which belong to the program.
    let now = SystemClock.now().as_microsecond();
    let mut lane = store.open_lane(now, now).await.unwrap();
    let mut wanted = Load::default();
    for instrument in rebuilt.claims.keys() {
        let mut digest = [0; 32];
        hex::decode_to_slice(instrument.as_str(), &mut digest).unwrap();
        wanted.claims.push((ALIBABA.to_owned(), digest));
    }
    let loaded = lane.load(&wanted).await.unwrap().claims;
    assert_eq!(loaded.len(), 5, "one for each card that was tried");
    for row in loaded {
        let claim: Claim = codec::decode_claim(&row.body).unwrap();
        let instrument = rebuilt.claims.iter().find(|(it, _)| it.as_str() == hex::encode(row.instrument));
        assert_eq!(instrument.map(|(_, claim)| claim), Some(&claim));
    }
});
