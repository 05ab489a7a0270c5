//! What callers say of a webhook endpoint, read field by field.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use prost_types::{Duration as WireDuration, Timestamp as WireTimestamp};
use url::{Host, Url};

use crate::{
    domain::{
        card::holds_card_number, event::Event, reason::Reason, rejection::FieldViolation,
        webhook::EndpointChange,
    },
    env::is_public,
    proto::v1 as pb,
    wire::time,
};

const URL_MOST: usize = 2_000;
const DESCRIPTION_MOST: usize = 256;
const TYPES_MOST: usize = 64;
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);
const OVERLAP_MOST: SignedDuration = SignedDuration::from_hours(24 * 7);

fn invalid(field: &str, description: &str) -> FieldViolation {
    FieldViolation::new(field, Reason::InvalidField, description)
}

/// Where messages are posted to. What a name leads to is looked at each time it is used.
pub(super) fn url(field: &str, text: &str, private: bool, bad: &mut Vec<FieldViolation>) -> String {
    let read = Url::parse(text).ok().filter(|url| url.has_host() && text.len() <= URL_MOST);
    let Some(url) = read.filter(|url| url.scheme() == "https" || (private && url.scheme() == "http")) else {
        bad.push(invalid(field, "Give an https URL of at most 2,000 characters."));
        return String::new();
    };
    if !url.username().is_empty() || url.password().is_some() {
        bad.push(invalid(field, "The URL has a user or password. Leave that out: messages are signed."));
    }
    let literal: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(_)) | None => None,
    };
    if !private && literal.is_some_and(|address| !is_public(address)) {
        bad.push(invalid(field, "The URL leads to a private network. Give an address on the internet."));
    }
    url.into()
}

pub(super) fn description(text: &str, bad: &mut Vec<FieldViolation>) -> String {
    let field = "webhook_endpoint.description";
    if text.chars().count() > DESCRIPTION_MOST || text.chars().any(char::is_control) {
        bad.push(invalid(field, "Give at most 256 characters without control characters."));
    }
    if holds_card_number(text) {
        bad.push(invalid(field, "The description seems to hold a card number. Leave it out: it is kept."));
    }
    text.to_owned()
}

pub(super) fn types(wanted: &[String], bad: &mut Vec<FieldViolation>) -> Vec<String> {
    let field = "webhook_endpoint.event_types";
    if wanted.len() > TYPES_MOST {
        bad.push(invalid(field, "Give at most 64 event types."));
    }
    if let Some(unknown) = wanted.iter().find(|wanted| !Event::is_named(wanted)) {
        let what = format!(
            "{unknown:?} is no event type. Give them as payment.succeeded, or payment.* for all of a kind; \
             docs/events.md lists them."
        );
        bad.push(invalid(field, &what));
    }
    let mut types = wanted.to_vec();
    types.sort_unstable();
    types.dedup();
    types
}

/// What a field mask says is to be changed.
pub(super) fn change(
    wanted: &pb::WebhookEndpoint,
    paths: &[String],
    private: bool,
    bad: &mut Vec<FieldViolation>,
) -> EndpointChange {
    let mut change = EndpointChange::default();
    if paths.is_empty() {
        bad.push(invalid("update_mask", "Name the fields that are to be changed."));
    }
    for path in paths {
        match path.as_str() {
            "url" => change.url = Some(url("webhook_endpoint.url", &wanted.url, private, bad)),
            "description" => change.description = Some(description(&wanted.description, bad)),
            "event_types" => change.types = Some(types(&wanted.event_types, bad)),
            "state" => match wanted.state() {
                pb::WebhookEndpointState::Enabled => change.enabled = Some(true),
                pb::WebhookEndpointState::Disabled => change.enabled = Some(false),
                pb::WebhookEndpointState::Unspecified => {
                    bad.push(invalid("webhook_endpoint.state", "Give ENABLED or DISABLED."));
                }
            },
            other => {
                let what =
                    format!("{other:?} can't be changed. Name url, description, event_types or state.");
                bad.push(invalid("update_mask", &what));
            }
        }
    }
    change
}

/// For how long the secret before is used as well.
pub(super) fn overlap(wire: Option<&WireDuration>, bad: &mut Vec<FieldViolation>) -> SignedDuration {
    let overlap = wire.map_or(OVERLAP, |wire| time::length(Some(wire)));
    if overlap.is_negative() || overlap > OVERLAP_MOST {
        bad.push(invalid("previous_secret_lifetime", "Give from 0 seconds to 7 days."));
    }
    overlap
}

/// From when on events are sent again.
pub(super) fn start_time(wire: Option<&WireTimestamp>, bad: &mut Vec<FieldViolation>) -> Timestamp {
    let read = wire.and_then(time::instant);
    read.unwrap_or_else(|| {
        bad.push(invalid("start_time", "Give the time from which on events are to be sent again."));
        Timestamp::UNIX_EPOCH
    })
}
