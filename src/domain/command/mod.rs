//! What can be asked of the domain.

mod needs;

use std::collections::BTreeMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    account::CreditTerms,
    attempt::Input,
    card::{BillingAddress, CardFacts, Expiry, InstrumentFingerprint},
    country::Country,
    currency::Currency,
    entity::{Entity, Kind},
    ids::{
        AccountId, EffectId, InvoiceId, LinkAttemptId, MessageId, MethodId, PaymentId, PeriodId,
        RemittanceId, VerificationId,
    },
    invoice::OrderKind,
    kyc::Document,
    message::Channel,
    money::Money,
    profile::{IdentityKind, Profile},
    program::ProgramId,
    remittance::{Return, Transfer},
    webhook::WebhookAsk,
};

pub use needs::Needs;

/// A command about one account, a customer's or a program's own ([`Command::seller`]).
#[derive(Debug, Clone, PartialEq, Eq, strum::EnumDiscriminants)]
#[strum_discriminants(name(CommandKind), derive(strum::EnumIter), doc = "A command without what it asks.")]
pub enum Command {
    /// Register an account.
    CreateAccount(CreateAccount),
    /// Say what runs at the seller (A24).
    ReportObligations { running_resources: i32 },
    /// Agree on credit with the customer (A25).
    SetCreditTerms(CreditTerms),
    /// Link a card.
    LinkCard(Box<LinkCard>),
    /// Link a wallet (A17).
    LinkWallet(LinkWallet),
    /// Make a method the default (A22).
    SetDefault { method: MethodId },
    /// Change a card's expiry (H14).
    UpdateExpiry(UpdateExpiry),
    /// Unlink a method (A23, A24, H15).
    Unlink { method: MethodId },
    /// Make a service ticket of a failed attempt to link (H12).
    CreateTicket { attempt: LinkAttemptId, description: String },
    /// Give a verification up.
    CancelVerification { verification: VerificationId },
    /// Note what the bank says has arrived (A26, A27).
    ReceiveRemittance(Box<ReceiveRemittance>),
    /// Say that a remittance is an account's (A27).
    ClaimRemittance(Box<ClaimRemittance>),
    /// Approve such a claim.
    ApproveRemittanceClaim { program: ProgramId, remittance: RemittanceId, by: String },
    /// Refuse such a claim.
    RejectRemittanceClaim(RejectRemittanceClaim),
    /// Note what the bank says it has taken back.
    ReturnRemittance(Box<ReturnRemittance>),
    /// Switch automatic settlement (A30).
    SetAutoSettlement { enabled: bool },
    /// Pay invoices from the balance by hand (A30).
    PayFromBalance { invoices: Vec<InvoiceId> },
    /// Create an invoice.
    CreateInvoice(CreateInvoice),
    /// Place an order (A18).
    PlaceOrder(PlaceOrder),
    /// Enable a pay-as-you-go product (H9).
    EnableProduct { product: String },
    /// Disable it.
    DisableProduct { product: String },
    /// Report what was used (A19).
    ReportUsage(ReportUsage),
    /// End a month of usage early.
    ClosePeriod { period: PeriodId },
    /// Set from which amount on usage is charged (A19).
    SetDeductionThreshold { threshold: Money },
    /// Bill at once what was used (H11).
    IssueBill { reason: String },
    /// Void an invoice.
    VoidInvoice { invoice: InvoiceId },
    /// Pay invoices.
    PayInvoices(PayInvoices),
    /// Enable the redirect to a Chinese bank (W4).
    EnableRedirect,
    /// Complete a payment by redirect (W9).
    CompletePayment { payment: PaymentId },
    /// Give a payment up.
    CancelPayment { payment: PaymentId },
    /// Give back what a payment took.
    RefundPayment(RefundPayment),
    /// Send a one-time code (H2, H3).
    SendCode { channel: Channel, address: String },
    /// Check a one-time code: the message it was compared with, and what came of that (H3).
    CheckCode { channel: Channel, message: Option<MessageId>, matches: bool },
    /// Change what is told of the customer (H4, H7, H16).
    UpdateAccount(UpdateAccount),
    /// Submit identity documents (A32).
    SubmitKycDocuments(SubmitKycDocuments),
    /// Require them of the account (A32).
    RequireKyc { reason: String },
    /// Deactivate the account (A8).
    Deactivate,
    /// Something was learned about an effect (C8).
    Learn { effect: EffectId, kind: Kind, related: Vec<Uuid>, input: Input },
    /// A timer may have run out.
    Wake { entity: Uuid, kind: Kind, related: Vec<Uuid> },
    /// Follow a test clock from now on (C14): the customer's account, or that of a program itself.
    AttachClock { clock: String, seller: Option<ProgramId> },
    /// About telling a program's own systems what happened (C11).
    Webhook { program: ProgramId, ask: Box<WebhookAsk> },
    /// Answer what this request id was used for before, and do nothing (C7).
    Recall,
}

/// Register an account (A1, C2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateAccount {
    /// Derived from program and request id (C7).
    pub id: AccountId,
    /// The program.
    pub program: ProgramId,
    /// The country of registration.
    pub country: Country,
    /// The preferred currency.
    pub currency: Currency,
    /// A name for people.
    pub display_name: String,
}

/// Change what is told of the customer. What is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateAccount {
    /// A name for people.
    pub display_name: Option<String>,
    /// The preferred currency (H16).
    pub currency: Option<Currency>,
    /// Who the customer is, checked by the caller (H4).
    pub profile: Option<Profile>,
    /// An identity number as typed (H7).
    pub identity: Option<(IdentityKind, String)>,
}

/// Link a card. Its number stopped at the door (C9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkCard {
    /// Who links it.
    pub account: AccountId,
    /// What the rules may ask about it.
    pub facts: CardFacts,
    /// The keyed fingerprint of its number.
    pub instrument: InstrumentFingerprint,
    /// What each provider knows it as.
    pub tokens: BTreeMap<String, String>,
    /// The holder's name.
    pub holder_name: String,
    /// The company's name on the card.
    pub company_name: Option<String>,
    /// The billing address.
    pub billing_address: Option<BillingAddress>,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
}

/// Link a wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkWallet {
    /// Its name, as the customer chose it.
    pub wallet: String,
    /// Where the customer is sent after the wallet's page.
    pub return_url: Option<String>,
}

/// Submit identity documents. Their content stopped at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitKycDocuments {
    /// The documents.
    pub documents: Vec<Document>,
    /// What the reviewer knows each as, in the same order; none where they were shown to nobody.
    pub tokens: Vec<String>,
}

/// Change a card's expiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateExpiry {
    /// Which card.
    pub method: MethodId,
    /// The new expiry, checked by the caller.
    pub expiry: Expiry,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
}

/// Create an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateInvoice {
    /// How much is owed.
    pub amount: Money,
    /// What for.
    pub description: String,
    /// When it is to be paid; at once if absent.
    pub due: Option<Timestamp>,
}

/// Place an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOrder {
    /// What kind of order.
    pub kind: OrderKind,
    /// How much it costs.
    pub amount: Money,
    /// What is ordered.
    pub description: String,
    /// What with; the default if absent.
    pub method: Option<MethodId>,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
}

/// Report what was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportUsage {
    /// The seller's name of the product.
    pub product: String,
    /// What it costs before tax.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
}

/// Pay invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayInvoices {
    /// Which.
    pub invoices: Vec<InvoiceId>,
    /// What with; the default if absent.
    pub method: Option<MethodId>,
    /// Whether other cards follow where it is declined (H13).
    pub others_follow: bool,
    /// Where the customer is sent after a challenge.
    pub return_url: Option<String>,
}

/// What the bank says has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiveRemittance {
    /// Derived, so that what is reported again is known again.
    pub id: RemittanceId,
    /// The program whose shared account it arrived in; `None` for what is an account's own.
    pub seller: Option<ProgramId>,
    /// What the bank says.
    pub transfer: Transfer,
    /// The shared remittance that was claimed.
    pub claimed: Option<RemittanceId>,
}

/// Say that a remittance is an account's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRemittance {
    /// The program whose shared account it arrived in.
    pub program: ProgramId,
    /// Which.
    pub remittance: RemittanceId,
    /// Whose it is.
    pub account: AccountId,
    /// Who says so.
    pub claimant: String,
    /// What shows it.
    pub proof: String,
}

/// Refuse a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectRemittanceClaim {
    /// The program whose shared account it arrived in.
    pub program: ProgramId,
    /// Which.
    pub remittance: RemittanceId,
    /// Who refuses it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What the bank says it has taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnRemittance {
    /// Which.
    pub remittance: RemittanceId,
    /// The program whose shared account it arrived in; `None` for what is an account's own.
    pub seller: Option<ProgramId>,
    /// What the bank says.
    pub returned: Return,
}

/// Give back what a payment took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPayment {
    /// Which.
    pub payment: PaymentId,
    /// How much; all that is left if absent.
    pub amount: Option<Money>,
    /// Why, in the seller's words.
    pub reason: String,
}

impl Command {
    /// Something was learned about an effect of an entity.
    #[must_use]
    pub fn learn(entity: &Entity, effect: EffectId, input: Input) -> Self {
        Self::Learn { effect, kind: entity.kind(), related: entity.related(), input }
    }

    /// A timer of an entity may have run out.
    #[must_use]
    pub fn wake(entity: &Entity) -> Self {
        Self::Wake { entity: entity.id(), kind: entity.kind(), related: entity.related() }
    }

    /// The program, where the command is for the program's own account and not for a customer's.
    #[must_use]
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are for customers' accounts")]
    pub fn seller(&self) -> Option<&ProgramId> {
        match self {
            Self::AttachClock { seller, .. } => seller.as_ref(),
            Self::Webhook { program, .. } => Some(program),
            Self::ReceiveRemittance(receive) => receive.seller.as_ref(),
            Self::ReturnRemittance(take_back) => take_back.seller.as_ref(),
            Self::ClaimRemittance(claim) => Some(&claim.program),
            Self::ApproveRemittanceClaim { program, .. } => Some(program),
            Self::RejectRemittanceClaim(reject) => Some(&reject.program),
            _ => None,
        }
    }

    /// Its name in the log, as callers know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if let Self::Webhook { ask, .. } = self { ask.name() } else { CommandKind::from(self).name() }
    }
}

impl CommandKind {
    /// Its name in the log, as callers know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateAccount => "CreateAccount",
            Self::ReportObligations => "ReportObligations",
            Self::SetCreditTerms => "SetCreditTerms",
            Self::LinkCard => "LinkCard",
            Self::LinkWallet => "LinkWallet",
            Self::SetDefault => "SetDefaultPaymentMethod",
            Self::UpdateExpiry => "UpdateCardExpiry",
            Self::Unlink => "UnlinkPaymentMethod",
            Self::CreateTicket => "CreateServiceTicket",
            Self::CancelVerification => "CancelVerification",
            Self::ReceiveRemittance => "ReportRemittance",
            Self::ClaimRemittance => "ClaimRemittance",
            Self::ApproveRemittanceClaim => "ApproveRemittanceClaim",
            Self::RejectRemittanceClaim => "RejectRemittanceClaim",
            Self::ReturnRemittance => "ReportRemittanceReturn",
            Self::SetAutoSettlement => "UpdateBalance",
            Self::PayFromBalance => "PayFromBalance",
            Self::CreateInvoice => "CreateInvoice",
            Self::PlaceOrder => "PlaceOrder",
            Self::EnableProduct => "EnableProduct",
            Self::DisableProduct => "DisableProduct",
            Self::ReportUsage => "ReportUsage",
            Self::ClosePeriod => "CloseUsagePeriod",
            Self::SetDeductionThreshold => "SetDeductionThreshold",
            Self::IssueBill => "IssueBill",
            Self::VoidInvoice => "VoidInvoice",
            Self::PayInvoices => "PayInvoices",
            Self::EnableRedirect => "EnableChinaBankRedirect",
            Self::CompletePayment => "CompletePayment",
            Self::CancelPayment => "CancelPayment",
            Self::RefundPayment => "RefundPayment",
            Self::SendCode => "SendVerificationCode",
            Self::CheckCode => "CheckVerificationCode",
            Self::UpdateAccount => "UpdateAccount",
            Self::SubmitKycDocuments => "SubmitKycDocuments",
            Self::RequireKyc => "RequireKyc",
            Self::Deactivate => "DeactivateAccount",
            Self::Learn => "provider-outcome",
            Self::Wake => "timer",
            Self::AttachClock => "AttachAccount",
            Self::Webhook => "Webhook",
            Self::Recall => "Recall",
        }
    }
}
