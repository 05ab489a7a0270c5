//! Resource names: `accounts/{account}/invoices/{invoice}` and the like (AIP-122).

use uuid::Uuid;

use crate::domain::{
    entity::Kind,
    ids::{AccountId, InvoiceId, LinkAttemptId, MethodId, PaymentId, VerificationId},
    reason::Reason,
    rejection::FieldViolation,
};

/// The collections under an account.
pub const PAYMENT_METHODS: &str = "paymentMethods";
/// See [`PAYMENT_METHODS`].
pub const VERIFICATIONS: &str = "verifications";
/// See [`PAYMENT_METHODS`].
pub const INVOICES: &str = "invoices";
/// See [`PAYMENT_METHODS`].
pub const PAYMENTS: &str = "payments";
/// See [`PAYMENT_METHODS`].
pub const LINK_ATTEMPTS: &str = "linkAttempts";

/// The collection that entities of a kind are in.
#[must_use]
pub fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "accounts",
        Kind::Method => PAYMENT_METHODS,
        Kind::Verification => VERIFICATIONS,
        Kind::Invoice => INVOICES,
        Kind::Payment => PAYMENTS,
        Kind::LinkAttempt => LINK_ATTEMPTS,
    }
}

/// Whether a name says that what it names is of a kind. An id alone could be that of anything.
#[must_use]
pub fn is_of(name: &str, kind: Kind) -> bool {
    name.rsplit('/').nth(1) == Some(collection(kind))
}

/// An account's name.
#[must_use]
pub fn account(id: AccountId) -> String {
    format!("accounts/{id}")
}

/// The name of something under an account.
#[must_use]
pub fn child(account: AccountId, collection: &str, id: Uuid) -> String {
    format!("accounts/{account}/{collection}/{id}")
}

/// Reads an account's name.
pub fn parse_account(field: &str, name: &str) -> Result<AccountId, FieldViolation> {
    name.strip_prefix("accounts/").and_then(uuid).map(AccountId).ok_or_else(|| {
        FieldViolation::new(
            field,
            Reason::InvalidField,
            format!("{field} is not an account's name. Give it as accounts/{{account}}."),
        )
    })
}

/// Reads the name of something under an account.
pub fn parse_child(field: &str, collection: &str, name: &str) -> Result<(AccountId, Uuid), FieldViolation> {
    let parse = || {
        let mut parts = name.strip_prefix("accounts/")?.split('/');
        let account = uuid(parts.next()?)?;
        let id = (parts.next()? == collection).then(|| parts.next().and_then(uuid))??;
        parts.next().is_none().then_some((AccountId(account), id))
    };
    parse().ok_or_else(|| {
        FieldViolation::new(
            field,
            Reason::InvalidField,
            format!("{field} is malformed. Give it as accounts/{{account}}/{collection}/{{id}}."),
        )
    })
}

/// Only the form in which names are given out: one thing has one name.
fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|uuid| uuid.to_string() == text)
}

macro_rules! typed {
    ($(#[$doc:meta])* $function:ident, $collection:ident, $id:ident) => {
        $(#[$doc])*
        pub fn $function(field: &str, name: &str) -> Result<(AccountId, $id), FieldViolation> {
            parse_child(field, $collection, name).map(|(account, id)| (account, $id(id)))
        }
    };
}

typed!(
    /// Reads a payment method's name.
    parse_method, PAYMENT_METHODS, MethodId);
typed!(
    /// Reads a verification's name.
    parse_verification, VERIFICATIONS, VerificationId);
typed!(
    /// Reads an invoice's name.
    parse_invoice, INVOICES, InvoiceId);
typed!(
    /// Reads a payment's name.
    parse_payment, PAYMENTS, PaymentId);
typed!(
    /// Reads a link attempt's name.
    parse_link_attempt, LINK_ATTEMPTS, LinkAttemptId);
