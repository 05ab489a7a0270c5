//! Why something was refused: the domain's half of `bursar.v1.ErrorReason`.
//!
//! The proto documents each for callers; a test holds both lists equal.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// A machine-readable reason, printed in UPPER_SNAKE_CASE as ErrorInfo carries it (C6).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    // Requests
    InvalidField,
    RequestIdRequired,
    RequestIdReused,
    PageTokenInvalid,
    ResourceNotFound,
    ProgramUnknown,
    ResourceExists,
    // Accounts
    CountryNotServed,
    CurrencyNotOffered,
    // Cards, by rule
    CardBrandNotSupported,
    CardUnionpayOnly,
    CardPrepaid,
    CardVirtual,
    CardGift,
    CardProductNotSupported,
    CardIssuerCountryNotSupported,
    CardIssuedInChineseMainland,
    CardNotEnabledInternationally,
    CardNotEnabledOnline,
    CardThreeDsUnavailable,
    CardExpired,
    CardExpiresThisMonth,
    MethodThirdPartyChinese,
    MethodKindNotSupported,
    CardLinkedElsewhere,
    CardAlreadyLinked,
    LinkAttemptsExhausted,
    LinkAttemptNotFailed,
    WalletLinkedElsewhere,
    WalletAlreadyLinked,
    WalletCountryNotSupported,
    // Methods
    MethodNotActive,
    MethodIsDefault,
    MethodIsOnlyActive,
    MethodHasOpenPayment,
    NoDefaultMethod,
    VerificationInProgress,
    VerificationNotOpen,
    // Invoices and payments
    InvoiceNotOpen,
    InvoiceReserved,
    InvoiceCurrencyMixed,
    AmountOutOfRange,
    CurrencyRateMissing,
    NoRoute,
    PaymentNotCancellable,
    PaymentNotCompletable,
    PaymentRequiresAction,
    BankNotAnswered,
    RedirectNeedsCard,
    RedirectNeedsCurrency,
    RedirectNeedsOverdueInvoice,
    RedirectLimitExceeded,
    InvoiceNotOverdue,
    MethodCannotBeDefault,
    PaymentNotRefundable,
    RefundAmountExceeded,
    RefundCurrencyDiffers,
    // Bank transfers
    CreditNeedsEnterprise,
    CreditLimitExceeded,
    // Usage
    UsageNotOffered,
    PostpaymentNotQualified,
    ProductNotEnabled,
    ThresholdNotSettable,
    ThresholdOutOfRange,
    ImmediateBillNotOffered,
    NothingToBill,
    // Webhooks
    WebhookEndpointsExhausted,
    WebhookEndpointDisabled,
    WebhookDeliveryNotEnded,
    CreditNotApproved,
    RemittanceAccountUnknown,
    RemittanceDiffers,
    RemittanceNotUnapplied,
    RemittanceNotClaimed,
    ClaimJudgedByClaimant,
    PrincipalRequired,
    BalanceInsufficient,
    // Clocks
    ClockBackwards,
    // The service
    Overloaded,
    ProviderUnavailable,
    StoreUnavailable,
    NotificationTokenInvalid,
    EffectNotFound,
    DeadlineExceeded,
    Internal,
    // Messages and codes
    MobileNumberNotInCountry,
    CodeSendsExhausted,
    CodeNotSent,
    CodeExpired,
    CodeWrong,
    CodeAnswersExhausted,
    // Onboarding and the end
    OnboardingIncomplete,
    AccountDeactivated,
    AccountHasOpenPayment,
    AccountHasObligations,
    // Identity documents
    KycRequired,
    KycNotOffered,
    KycInReview,
    KycAlreadyApproved,
}
