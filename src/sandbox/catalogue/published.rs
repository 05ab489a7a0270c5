//! Numbers that card networks' processors published for testing.

use super::{Card, Funding, Security, reason};

const STRIPE: &str = "Stripe";
const MASTERCARD: &[&str] = &["MASTERCARD"];
const AMEX: &[&str] = &["AMEX"];
const JCB: &[&str] = &["JCB"];
const UNIONPAY: &[&str] = &["UNIONPAY"];

const APPROVED: &str = "Everything is approved.";

#[rustfmt::skip]
pub(super) const CARDS: &[Card] = &[
    Card::new("4242424242424242", "visa", APPROVED).by(STRIPE),
    Card::new("4000056655665556", "visa-debit", APPROVED).by(STRIPE).funded(Funding::Debit),
    Card::new("5555555555554444", "mastercard", APPROVED).by(STRIPE).on(MASTERCARD),
    Card::new("2223003122003222", "mastercard-2-series", APPROVED).by(STRIPE).on(MASTERCARD),
    Card::new("5200828282828210", "mastercard-debit", APPROVED)
        .by(STRIPE).on(MASTERCARD).funded(Funding::Debit),
    Card::new("5105105105105100", "mastercard-prepaid", APPROVED)
        .by(STRIPE).on(MASTERCARD).funded(Funding::Prepaid),
    Card::new("378282246310005", "amex", APPROVED).by(STRIPE).on(AMEX),
    Card::new("371449635398431", "amex-second", APPROVED).by(STRIPE).on(AMEX),
    Card::new("3566002020360505", "jcb", APPROVED).by(STRIPE).on(JCB).of("JP"),
    Card::new("3530111333300000", "jcb-second", APPROVED).by(STRIPE).on(JCB).of("JP"),
    Card::new("6200000000000005", "unionpay", APPROVED).by(STRIPE).on(UNIONPAY).of("CN"),
    Card::new("6200000000000047", "unionpay-debit", APPROVED)
        .by(STRIPE).on(UNIONPAY).of("CN").funded(Funding::Debit),
    Card::new("6205500000000000004", "unionpay-19-digits", APPROVED).by(STRIPE).on(UNIONPAY).of("CN"),

    Card::new("4000001560000002", "visa-china", APPROVED).by(STRIPE).of("CN"),
    Card::new("4000002760000016", "visa-germany", APPROVED).by(STRIPE).of("DE"),
    Card::new("4000004580000002", "visa-malaysia", APPROVED).by(STRIPE).of("MY"),
    Card::new("4000007020000003", "visa-singapore", APPROVED).by(STRIPE).of("SG"),
    Card::new("4000008260000000", "visa-united-kingdom", APPROVED).by(STRIPE).of("GB"),

    Card::new("4000000000000002", "declined",
        "Every hold and charge is declined with 05.")
        .by(STRIPE).declining(reason::DO_NOT_HONOR),
    Card::new("4000000000009995", "insufficient-funds",
        "Every hold and charge is declined with 51.")
        .by(STRIPE).declining(reason::INSUFFICIENT_FUNDS),
    Card::new("4000000000009987", "lost-card",
        "Every hold and charge is declined with 41.")
        .by(STRIPE).declining(reason::LOST),
    Card::new("4000000000009979", "stolen-card",
        "Every hold and charge is declined with 43.")
        .by(STRIPE).declining(reason::STOLEN),
    Card::new("4000000000000069", "expired-card",
        "Every hold and charge is declined with 54, whatever expiry is given.")
        .by(STRIPE).declining(reason::EXPIRED),
    Card::new("4000000000000127", "wrong-security-code",
        "Every hold and charge is declined with N7, whatever code is given.")
        .by(STRIPE).declining(reason::SECURITY_CODE),
    Card::new("4000000000000119", "processing-error",
        "Every hold and charge is declined with 96.")
        .by(STRIPE).declining(reason::MALFUNCTION),
    Card::new("4000000000000341", "charge-declined",
        "Holds and verifications are approved; every charge is declined with 05.")
        .by(STRIPE).declining_charges(reason::DO_NOT_HONOR),
    Card::new("4000000000000259", "disputed",
        "Everything is approved; the later dispute is not played.")
        .by(STRIPE),

    Card::new("4000002760003184", "3ds-always",
        "A challenge for every use; without the customer it is declined with 1A.")
        .by(STRIPE).of("DE").secured(Security::Always),
    Card::new("4000000000003220", "3ds-required",
        "A challenge whenever the customer is present; approved without one.")
        .by(STRIPE).secured(Security::WhenPresent),
    Card::new("4000008400001629", "3ds-then-declined",
        "A challenge whenever the customer is present; then declined with 05.")
        .by(STRIPE).secured(Security::WhenPresent).declining(reason::DO_NOT_HONOR),
    Card::new("4000008260003178", "3ds-then-insufficient-funds",
        "A challenge for every use; then declined with 51.")
        .by(STRIPE).of("GB").secured(Security::Always).declining(reason::INSUFFICIENT_FUNDS),

    Card::new("5123450000000008", "mastercard-gateway", APPROVED).by("Mastercard Gateway").on(MASTERCARD),
    Card::new("2223000000000007", "mastercard-gateway-2-series", APPROVED)
        .by("Mastercard Gateway").on(MASTERCARD),

    Card::new("4200000000000091", "frictionless",
        "Authenticated unseen (transStatus Y); a challenge only where it is mandated.")
        .by("OPPWA"),
    Card::new("4200000000000109", "frictionless-attempt",
        "Attempted unseen (transStatus A); a challenge only where it is mandated.")
        .by("OPPWA"),
    Card::new("4147463011110083", "frictionless-second",
        "Authenticated unseen (transStatus Y); a challenge only where it is mandated.")
        .by("Fiserv"),
    Card::new("4147463011110117", "frictionless-attempt-second",
        "Attempted unseen (transStatus A); a challenge only where it is mandated.")
        .by("Fiserv"),
    Card::new("4147463011110091", "not-authenticated",
        "The issuer says it is not the cardholder (transStatus N): cancelled, unless the customer is \
         absent.")
        .by("Fiserv").secured(Security::Refused),
    Card::new("4147463011110042", "authentication-rejected",
        "The issuer asks not to go on (transStatus R): cancelled, unless the customer is absent.")
        .by("Fiserv").secured(Security::Refused),
    Card::new("4147463011110067", "authentication-unavailable",
        "Nobody can be authenticated (transStatus U): approved, but declined with 1A where a challenge is \
         mandated.")
        .by("Fiserv").secured(Security::Unavailable),

    Card::new("4111111111111111", "visa-generic", APPROVED).by("Adyen"),
    Card::new("5555444433331111", "mastercard-generic", APPROVED).by("Adyen").on(MASTERCARD),
    Card::new("370000000000002", "amex-generic", APPROVED).by("Adyen").on(AMEX),
];
