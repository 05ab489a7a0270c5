//! Entities as rows and back. Bodies are JSON text of the form `[version, entity]`; a body of an older
//! version is brought up to date while it is read.

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    StoreError,
    rows::{EntityRow, Micros},
};
use crate::domain::{
    card::InstrumentFingerprint,
    claim::Claim,
    entity::{Entity, Kind},
};

/// The version of the bodies that are written.
const BODY_VERSION: u16 = 1;

/// What a row has beside the entity itself.
pub struct Standing<'a> {
    /// Whose it is.
    pub account: Uuid,
    /// The account's version at this change.
    pub version: i64,
    /// The account's clock.
    pub clock: &'a str,
}

/// Writes an entity as a row.
pub fn encode(entity: &Entity, standing: &Standing<'_>) -> Result<EntityRow, StoreError> {
    let body = match entity {
        Entity::Account(account) => body(account),
        Entity::Method(method) => body(method),
        Entity::Verification(verification) => body(verification),
        Entity::Invoice(invoice) => body(invoice),
        Entity::Payment(payment) => body(payment),
        Entity::LinkAttempt(attempt) => body(attempt),
        Entity::Seller(seller) => body(seller),
        Entity::Message(message) => body(message),
        Entity::Agreement(agreement) => body(agreement),
        Entity::KycReview(review) => body(review),
        Entity::Period(period) => body(period),
        Entity::Refund(refund) => body(refund),
        Entity::WebhookEndpoint(endpoint) => body(endpoint),
        Entity::WebhookDelivery(delivery) => body(delivery),
        Entity::Remittance(remittance) => body(remittance),
        Entity::BalanceEntry(entry) => body(entry),
    }?;
    Ok(EntityRow {
        id: entity.id(),
        account: standing.account,
        kind: entity.kind() as i16,
        state: entity.state().to_owned(),
        open: entity.is_open(),
        version: standing.version,
        clock: standing.clock.to_owned(),
        due_at: entity.due_at().map(not_before),
        body,
    })
}

/// The first whole microsecond at which an instant has come. Rounded down, a timer would be found due
/// before it is, and a test clock, which stands still, would find it so for ever.
fn not_before(at: Timestamp) -> Micros {
    let micros = at.as_microsecond();
    let passed = Timestamp::from_microsecond(micros).is_ok_and(|whole| whole >= at);
    if passed { micros } else { micros.saturating_add(1) }
}

/// Reads an entity from a row.
pub fn decode(row: &EntityRow) -> Result<Entity, StoreError> {
    let kind = Kind::from_repr(row.kind).ok_or_else(|| {
        StoreError::Inconsistent(format!("entity {} is of the unknown kind {}", row.id, row.kind))
    })?;
    Ok(match kind {
        Kind::Account => Entity::Account(read(row.id, &row.body)?),
        Kind::Method => Entity::Method(read(row.id, &row.body)?),
        Kind::Verification => Entity::Verification(read(row.id, &row.body)?),
        Kind::Invoice => Entity::Invoice(read(row.id, &row.body)?),
        Kind::Payment => Entity::Payment(read(row.id, &row.body)?),
        Kind::LinkAttempt => Entity::LinkAttempt(read(row.id, &row.body)?),
        Kind::Seller => Entity::Seller(read(row.id, &row.body)?),
        Kind::Message => Entity::Message(read(row.id, &row.body)?),
        Kind::KycReview => Entity::KycReview(read(row.id, &row.body)?),
        Kind::Agreement => Entity::Agreement(read(row.id, &row.body)?),
        Kind::Period => Entity::Period(read(row.id, &row.body)?),
        Kind::Refund => Entity::Refund(read(row.id, &row.body)?),
        Kind::WebhookEndpoint => Entity::WebhookEndpoint(read(row.id, &row.body)?),
        Kind::WebhookDelivery => Entity::WebhookDelivery(read(row.id, &row.body)?),
        Kind::Remittance => Entity::Remittance(read(row.id, &row.body)?),
        Kind::BalanceEntry => Entity::BalanceEntry(read(row.id, &row.body)?),
    })
}

/// Writes a claim's body.
pub fn encode_claim(claim: &Claim) -> Result<String, StoreError> {
    body(claim)
}

/// Reads a claim's body.
pub fn decode_claim(text: &str) -> Result<Claim, StoreError> {
    read(Uuid::nil(), text)
}

/// An instrument's digest as the store keeps it.
pub fn instrument(instrument: &InstrumentFingerprint) -> Result<[u8; 32], StoreError> {
    let mut digest = [0_u8; 32];
    hex::decode_to_slice(instrument.as_str(), &mut digest).map_err(|error| {
        StoreError::Inconsistent(format!("an instrument's fingerprint is broken: {error}"))
    })?;
    Ok(digest)
}

fn body(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(&(BODY_VERSION, value))
        .map_err(|error| StoreError::Inconsistent(format!("a body can't be written as JSON: {error}")))
}

fn read<T: DeserializeOwned>(id: Uuid, text: &str) -> Result<T, StoreError> {
    let broken = |what: String| StoreError::Inconsistent(format!("the body of {id} {what}"));
    // A newer body may be shaped otherwise or not; either way its version is what is wrong with it.
    let newer = version(text);
    if newer > BODY_VERSION {
        return Err(broken(format!("has version {newer}, newer than this bursar's {BODY_VERSION}")));
    }
    let (_, entity): (u16, T) =
        serde_json::from_str(text).map_err(|error| broken(format!("can't be read: {error}")))?;
    Ok(entity)
}

/// The version that a body begins with, 0 where it has none.
fn version(text: &str) -> u16 {
    let first = text.strip_prefix('[').and_then(|rest| rest.split_once(','));
    first.and_then(|(version, _)| version.parse().ok()).unwrap_or_default()
}
