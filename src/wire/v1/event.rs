//! Events from journal rows.

use crate::{
    domain::event::{Event, Happened},
    proto::v1 as pb,
    wire::{
        names::{self, Owner},
        time,
    },
};
use jiff::Timestamp;
use prost_types::{ListValue, Struct, Value, value::Kind as ValueKind};
use serde_json::Value as Json;

/// A journal row that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("a journal row can't be read: {0}")]
pub struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

/// What a row of the journal says, apart from its place.
pub struct Row<'a> {
    /// Whose account it is about.
    pub owner: Owner,
    /// The account's count.
    pub sequence: i64,
    /// When, in microseconds since 1970.
    pub time: i64,
    /// Who, by which request.
    pub cause: pb::Cause,
    /// The events, as JSON text.
    pub events: &'a str,
    /// The hash up to this row.
    pub hash: &'a [u8; 32],
    /// Where to resume after this row.
    pub after: &'a str,
    /// Where to resume after so many events of this row.
    pub within: &'a dyn Fn(usize) -> String,
}

/// The events of a row, in order, each with the cursor after it.
pub fn events(row: &Row<'_>) -> Result<Vec<pb::Event>, Unreadable> {
    let raw: Vec<Json> = serde_json::from_str(row.events)?;
    let happened: Vec<Happened> = serde_json::from_str(row.events)?;
    let time = Timestamp::from_microsecond(row.time).map_err(|error| Unreadable(error.to_string()))?;
    let count = happened.len();
    Ok(happened
        .iter()
        .zip(raw)
        .enumerate()
        .map(|(index, (happened, raw))| pb::Event {
            cursor: if index + 1 == count { row.after.to_owned() } else { (row.within)(index + 1) },
            account: row.owner.name(),
            sequence: row.sequence,
            r#type: happened.event.name(),
            resource: resource(&row.owner, happened),
            create_time: Some(time::timestamp(time)),
            cause: Some(row.cause.clone()),
            data: Some(data(raw)),
            chain_hash: hex::encode(row.hash),
        })
        .collect())
}

fn resource(owner: &Owner, happened: &Happened) -> String {
    let collection = match &happened.event {
        Event::Account(_) | Event::Seller(_) => return owner.name(),
        Event::PaymentMethod(_) => names::PAYMENT_METHODS,
        Event::Verification(_) => names::VERIFICATIONS,
        Event::Invoice(_) => names::INVOICES,
        Event::Payment(_) => names::PAYMENTS,
        Event::LinkAttempt(_) => names::LINK_ATTEMPTS,
        Event::Message(_) => names::MESSAGES,
        Event::Agreement(_) => names::AGREEMENTS,
        Event::KycReview(_) => names::KYC_REVIEWS,
        Event::UsagePeriod(_) => names::USAGE_PERIODS,
        Event::Refund(_) => names::REFUNDS,
        Event::WebhookEndpoint(_) => names::WEBHOOK_ENDPOINTS,
        Event::WebhookDelivery(_) => names::WEBHOOK_DELIVERIES,
        Event::Remittance(_) => names::REMITTANCES,
        Event::BalanceEntry(_) => names::BALANCE_ENTRIES,
        // The claim of a refused link has no method; the link attempt has told of it.
        Event::Claim(_) => return owner.name(),
    };
    owner.child(collection, happened.on)
}

/// The facts of an event: what stands under its kind and name. What is only ours (tokens, fingerprints,
/// addresses) stays here.
fn data(raw: Json) -> Struct {
    let inner = match raw {
        Json::Object(fields) => fields.into_iter().find(|(key, _)| key != "on").map(|(_, value)| value),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => None,
    };
    let facts = match inner {
        Some(Json::Object(named)) => named.into_iter().next().map(|(_, facts)| facts),
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_)) | None => None,
    };
    match facts.map(value) {
        Some(Value { kind: Some(ValueKind::StructValue(facts)) }) => facts,
        Some(_) | None => Struct::default(),
    }
}

/// Fields that are nobody's business outside.
const PRIVATE: [&str; 13] = [
    "instrument",
    "tokens",
    "token",
    "billing_address",
    "holder_name",
    "return_url",
    "url",
    "address",
    "wallet_holder",
    "profile",
    "identity",
    "registered_name",
    "file_name",
];

fn value(json: Json) -> Value {
    let kind = match json {
        Json::Null => ValueKind::NullValue(0),
        Json::Bool(value) => ValueKind::BoolValue(value),
        Json::Number(number) => ValueKind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => ValueKind::StringValue(text),
        Json::Array(items) => {
            ValueKind::ListValue(ListValue { values: items.into_iter().map(value).collect() })
        }
        Json::Object(fields) => ValueKind::StructValue(Struct {
            fields: fields
                .into_iter()
                .filter(|(name, _)| !PRIVATE.contains(&name.as_str()))
                .map(|(name, field)| (name, value(field)))
                .collect(),
        }),
    };
    Value { kind: Some(kind) }
}
