//! Amounts, times and states, as people read them.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, html};

use crate::proto::{sandbox::v1 as sandbox, v1 as pb};

/// An amount with at least two decimals unless it has none: `USD 12.34`, `JPY 149`.
pub(super) fn amount(code: &str, units: i64, nanos: i32) -> String {
    let sign = if units < 0 || nanos < 0 { "-" } else { "" };
    let fraction = format!("{:09}", nanos.unsigned_abs());
    let decimals = fraction.trim_end_matches('0');
    let whole = grouped(units.unsigned_abs());
    match (decimals, code) {
        ("", "JPY" | "KRW" | "CLP" | "VND") => format!("{code} {sign}{whole}"),
        (decimals, _) => format!("{code} {sign}{whole}.{decimals:0<2}"),
    }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An amount of bursar's.
pub(super) fn money(money: Option<&pb::Money>) -> String {
    money.map(|it| amount(&it.currency_code, it.units, it.nanos)).unwrap_or_default()
}

/// An amount of the sandbox's.
pub(super) fn sandbox_money(money: Option<&sandbox::Money>) -> String {
    money.map(|it| amount(&it.currency_code, it.units, it.nanos)).unwrap_or_default()
}

/// An instant from protobuf.
pub(super) fn instant(wire: Option<&prost_types::Timestamp>) -> Option<Timestamp> {
    wire.and_then(|wire| Timestamp::new(wire.seconds, wire.nanos).ok())
}

/// An instant, for people and machines.
pub(super) fn time(wire: Option<&prost_types::Timestamp>) -> Markup {
    html! {
        @if let Some(at) = instant(wire) {
            time datetime=(at.to_string()) { (at.to_zoned(TimeZone::UTC).strftime("%-d %b %Y, %H:%M:%S")) }
        }
    }
}

/// An enum's value in small words: `PAYMENT_STATE_REQUIRES_ACTION` as `requires action`.
pub(super) fn words(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_lowercase().replace('_', " ")
}

/// How something stands, in a color that a glance tells; the word says the same.
pub(super) fn state(name: &str, prefix: &str) -> Markup {
    let short = name.strip_prefix(prefix).unwrap_or(name);
    let tone = match short {
        "SUCCEEDED" | "ACTIVE" | "PAID" | "RELEASED" | "APPROVED" | "CREDITED" => "good",
        "FAILED" | "REFUSED" | "DECLINED" | "RETURNED" | "MANUAL_REVIEW" => "bad",
        "REQUIRES_ACTION"
        | "REQUIRES_COMPLETION"
        | "PROCESSING"
        | "PENDING"
        | "PENDING_VERIFICATION"
        | "RESERVED"
        | "PLACED"
        | "RELEASING" => "wait",
        _ => "plain",
    };
    html! { span class={ "state " (tone) } { (words(name, prefix)) } }
}

/// What a method is, in a few words.
pub(super) fn method(method: &pb::PaymentMethod) -> String {
    if let Some(card) = &method.card {
        return format!("{} •••• {}", card.brand, card.last_four);
    }
    let kind = match method.kind() {
        pb::PaymentMethodKind::Card => "Card",
        pb::PaymentMethodKind::Paypal => "PayPal",
        pb::PaymentMethodKind::ChinaBankRedirect => "China bank redirect",
        pb::PaymentMethodKind::BankTransfer => "Bank transfer",
        pb::PaymentMethodKind::Unspecified => "Method",
    };
    match method.wallet.as_ref().map(|wallet| wallet.masked_email.as_str()) {
        Some(email) if !email.is_empty() => format!("{kind} {email}"),
        Some(_) | None => kind.to_owned(),
    }
}

/// The last part of a resource's name, shortened for the eye.
pub(super) fn short(name: &str) -> &str {
    let id = name.rsplit('/').next().unwrap_or(name);
    id.get(id.len().saturating_sub(12)..).unwrap_or(id)
}

/// A page of the console about a resource.
pub(super) fn link(name: &str, text: &str) -> Markup {
    html! { @if !name.is_empty() { a href={ "/console/" (name) } { (text) } } }
}
