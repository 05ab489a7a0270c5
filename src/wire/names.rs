//! Resource names: `accounts/{account}/invoices/{invoice}` and the like (AIP-122).

use uuid::Uuid;

use crate::domain::{
    entity::Kind,
    ids::{
        AccountId, InvoiceId, KycReviewId, LinkAttemptId, MessageId, MethodId, PaymentId, PeriodId, RefundId,
        VerificationId,
    },
    program::ProgramId,
    reason::Reason,
    rejection::FieldViolation,
    seller,
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
/// See [`PAYMENT_METHODS`].
pub const MESSAGES: &str = "messages";
pub const USAGE_PERIODS: &str = "usagePeriods";
/// See [`PAYMENT_METHODS`].
pub const REMITTANCES: &str = "remittances";
/// See [`PAYMENT_METHODS`].
pub const BALANCE_ENTRIES: &str = "balanceEntries";
/// See [`PAYMENT_METHODS`].
pub const KYC_REVIEWS: &str = "kycReviews";

/// Where an account's bank transfers go: there is one.
pub const REMITTANCE_ACCOUNT: &str = "remittanceAccount";
/// What an account has to its credit: there is one.
pub const BALANCE: &str = "balance";
/// See [`PAYMENT_METHODS`].
pub const REFUNDS: &str = "refunds";

/// See [`PAYMENT_METHODS`]. What is in it is seen in events only.
pub const AGREEMENTS: &str = "agreements";
/// The collections under a program.
pub const WEBHOOK_ENDPOINTS: &str = "webhookEndpoints";
/// See [`WEBHOOK_ENDPOINTS`].
pub const WEBHOOK_DELIVERIES: &str = "webhookDeliveries";

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
        Kind::Seller => "programs",
        Kind::Message => MESSAGES,
        Kind::Agreement => AGREEMENTS,
        Kind::Period => USAGE_PERIODS,
        Kind::Refund => REFUNDS,
        Kind::KycReview => KYC_REVIEWS,
        Kind::WebhookEndpoint => WEBHOOK_ENDPOINTS,
        Kind::WebhookDelivery => WEBHOOK_DELIVERIES,
        Kind::Remittance => REMITTANCES,
        Kind::BalanceEntry => BALANCE_ENTRIES,
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

/// The name of what an account has one of.
#[must_use]
pub fn singleton(account: AccountId, what: &str) -> String {
    format!("accounts/{account}/{what}")
}

/// Reads the name of what an account has one of.
pub fn parse_singleton(field: &str, what: &str, name: &str) -> Result<AccountId, FieldViolation> {
    let parse = || name.strip_prefix("accounts/")?.strip_suffix(what)?.strip_suffix('/').and_then(uuid);
    parse().map(AccountId).ok_or_else(|| {
        FieldViolation::new(
            field,
            Reason::InvalidField,
            format!("{field} is malformed. Give it as accounts/{{account}}/{what}."),
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

/// Whose account it is: a customer's, or a program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// `accounts/{account}`.
    Customer(AccountId),
    /// `programs/{program}`.
    Program(ProgramId),
}

impl Owner {
    /// The account that it is.
    #[must_use]
    pub fn account(&self) -> AccountId {
        match self {
            Self::Customer(account) => *account,
            Self::Program(program) => seller::account_of(program),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Customer(id) => account(*id),
            Self::Program(program) => format!("programs/{program}"),
        }
    }

    /// The name of something under it.
    #[must_use]
    pub fn child(&self, collection: &str, id: Uuid) -> String {
        format!("{}/{collection}/{id}", self.name())
    }

    /// Reads the name of either.
    pub fn parse(field: &str, name: &str) -> Result<Self, FieldViolation> {
        let customer = name.strip_prefix("accounts/").and_then(uuid).map(|id| Self::Customer(AccountId(id)));
        let named = |id: &str| Self::Program(ProgramId(id.to_owned()));
        let program = || name.strip_prefix("programs/").filter(|id| is_program(id)).map(named);
        customer.or_else(program).ok_or_else(|| {
            let description = format!(
                "{field} is malformed. Give it as accounts/{{account}}, or as programs/{{program}} for what is \
                 the program's own."
            );
            FieldViolation::new(field, Reason::InvalidField, description)
        })
    }
}

fn is_program(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && !id.contains('/') && !id.chars().any(char::is_control)
}

/// Reads a program's name.
pub fn parse_program(field: &str, name: &str) -> Result<ProgramId, FieldViolation> {
    let id = name.strip_prefix("programs/").filter(|id| is_program(id));
    id.map(|id| ProgramId(id.to_owned())).ok_or_else(|| {
        let description = format!("{field} is not a program's name. Give it as programs/{{program}}.");
        FieldViolation::new(field, Reason::InvalidField, description)
    })
}

/// Reads the name of something under a program.
pub fn parse_of_program(
    field: &str,
    collection: &str,
    name: &str,
) -> Result<(ProgramId, Uuid), FieldViolation> {
    let parse = || {
        let mut parts = name.strip_prefix("programs/")?.split('/');
        let program = parts.next().filter(|id| is_program(id))?;
        let id = (parts.next()? == collection).then(|| parts.next().and_then(uuid))??;
        parts.next().is_none().then(|| (ProgramId(program.to_owned()), id))
    };
    parse().ok_or_else(|| {
        FieldViolation::new(
            field,
            Reason::InvalidField,
            format!("{field} is malformed. Give it as programs/{{program}}/{collection}/{{id}}."),
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
    /// Reads the name of a month of usage.
    parse_usage_period, USAGE_PERIODS, PeriodId);
typed!(
    /// Reads a refund's name.
    parse_refund, REFUNDS, RefundId);
typed!(
    /// Reads a link attempt's name.
    parse_link_attempt, LINK_ATTEMPTS, LinkAttemptId);
typed!(
    /// Reads the name of a review of identity documents.
    parse_kyc_review, KYC_REVIEWS, KycReviewId);
typed!(
    /// Reads a message's name.
    parse_message, MESSAGES, MessageId);
