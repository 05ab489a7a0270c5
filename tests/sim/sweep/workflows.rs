//! The workflows, as data: what a client asks for, step by step, and what the customer does.

/// Where an account is registered: program, country, currency.
pub type Home = (&'static str, &'static str, &'static str);

/// Verifies by a hold that is released.
const HOLD: Home = ("alibaba-cloud-intl", "SG", "USD");
/// Verifies by a charge that is refunded, with a challenge always.
const CHARGE: Home = ("huawei-cloud-intl", "SG", "USD");
/// Asks the issuer, with no amount.
const ASK: Home = ("aws-inc", "US", "USD");

/// One step. Numbers count what there is of a kind in the account, from 0.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Links a card that is good for years.
    Link(&'static str),
    /// Links a card that is good until the month ends.
    LinkExpiring(&'static str),
    /// Links PayPal; who agrees, comes later.
    Wallet,
    /// The customer logs on to PayPal with this e-mail address, and agrees.
    AgreeAs(&'static str),
    /// Enables the redirect to a Chinese bank.
    EnableRedirect,
    /// The customer pays at a bank.
    AtBank(&'static str),
    /// Completes a payment by redirect.
    Complete(usize),
    /// The holder ends all agreements at PayPal.
    EndAgreements,
    Invoice(i64),
    /// Pays invoices with the default method, or with a method.
    Pay(&'static [usize]),
    PayWith(usize, &'static [usize]),
    /// Pays with the default method and, where that is declined, with the others.
    PayOn(&'static [usize]),
    CancelPayment(usize),
    /// Gives back so much of a payment; 0 is all that is left.
    Refund(usize, i64),
    CancelVerification(usize),
    Resume(usize),
    UpdateExpiry(usize),
    SetDefault(usize),
    Unlink(usize),
    Void(usize),
    Ticket(usize),
    Report(i32),
    /// Places an order.
    Order(i64),
    /// Enables a product, or no longer; uses it; ends the month early; bills at once.
    Enable,
    Disable,
    Use(i64),
    ClosePeriod(usize),
    Threshold(i64),
    Bill,
    /// Agrees on credit up to so much.
    Credit(i64),
    /// A payer sends so much to the account's own number, or to the shared one.
    Remit(i64),
    Share(i64),
    /// What arrived in the shared account is claimed; the claim is refused, approved by its claimant or by
    /// the account manager.
    Claim,
    Reject,
    ApproveOwn,
    Approve,
    /// The bank takes back what arrived last.
    TakeBack,
    /// Switches automatic settlement; pays an invoice from the balance.
    Auto(bool),
    FromBalance(usize),
    /// Sends a code to an address; answers it, rightly or not.
    Code(&'static str),
    Answer(&'static str, bool),
    /// Tells who the customer is; deactivates the account.
    Person,
    Deactivate,
    /// Submits a passport in a file of that name; the seller requires that.
    Documents(&'static str),
    RequireKyc,
    /// The customer opens whatever page waits, and gives the right code, a wrong one until the issuer has
    /// had enough, or leaves.
    Right,
    Wrong,
    Leave,
    /// Waits until no call is under way and nothing is in doubt.
    Settle,
    Days(u64),
    Hours(u64),
    /// Something about the webhook endpoints of the account's program.
    Webhook(Hook),
    /// Puts the account on a test clock, and moves that clock on.
    Clock,
    Advance(i64),
}

use Step::{
    Advance, AgreeAs, Answer, Approve, ApproveOwn, AtBank, Auto, Bill, CancelPayment, CancelVerification,
    Claim, Clock, ClosePeriod, Code, Complete, Credit, Days, Deactivate, Disable, Documents, Enable,
    EnableRedirect, EndAgreements, FromBalance, Hours, Invoice, Leave, Link, LinkExpiring, Order, Pay, PayOn,
    PayWith, Person, Refund, Reject, Remit, Report, RequireKyc, Resume, Right, SetDefault, Settle, Share,
    TakeBack, Threshold, Ticket, Unlink, UpdateExpiry, Use, Void, Wallet, Webhook, Wrong,
};

/// What is asked about webhooks.
#[derive(Debug, Clone, Copy)]
pub enum Hook {
    /// An endpoint that takes what comes the second time, or that is gone.
    Create(&'static str),
    Disable,
    Enable,
    Rotate,
    /// Everything once more.
    ReplayAll,
    /// The first delivery that has come to its end once more.
    Replay,
    Delete,
}

/// One workflow: its name, where, and its steps. It begins with an account and ends with rest.
pub struct Workflow {
    pub name: &'static str,
    pub home: Home,
    pub steps: &'static [Step],
}

const fn flow(name: &'static str, home: Home, steps: &'static [Step]) -> Workflow {
    Workflow { name, home, steps }
}

/// Pays by redirect.
const CHINA: Home = ("aws-inc", "CN", "CNY");
const UNIONPAY: &str = "6200000000000005";

/// Declines every charge, and takes the money all the same ten minutes later.
const TAKEN_AFTER_ALL: &str = "4000009800000070";
const PLAIN: &str = "4242424242424242";
const OTHER: &str = "5555555555554444";
const CHALLENGED: &str = "4000000000003220";
const EMAIL: &str = "ada@example.com";
const MOBILE: &str = "+6581234567";

#[rustfmt::skip]
pub const ALL: &[Workflow] = &[
    flow("link-hold", HOLD, &[Link(PLAIN), Settle]),
    flow("link-charge", CHARGE, &[Link(PLAIN), Right, Settle]),
    flow("link-ask", ASK, &[Link(PLAIN), Settle]),
    flow("link-challenged", HOLD, &[Link(CHALLENGED), Resume(0), Right, Settle]),
    flow("link-challenge-failed", HOLD, &[Link(CHALLENGED), Wrong, Settle]),
    flow("link-challenge-left", HOLD, &[Link(CHALLENGED), Leave, Settle]),
    flow("link-challenge-expired", HOLD, &[Link(CHALLENGED)]),
    flow("link-declined-ticket", HOLD, &[Link("4000000000000002"), Settle, Ticket(0)]),
    flow("link-unavailable", CHARGE, &[Link("4000009600000072"), Right, Settle]),
    flow("link-answer-lost", HOLD, &[Link("4000009600000015"), Settle]),
    flow("link-lost", HOLD, &[Link("4000009600000023"), Settle]),
    flow("release-lost", HOLD, &[Link("4000009600000064"), Settle]),
    flow("refund-answer-lost", CHARGE, &[Link("4000009600000056"), Right, Settle]),
    flow("link-cancelled", HOLD, &[Link(CHALLENGED), CancelVerification(0), Settle]),
    flow("link-charge-cancelled", CHARGE, &[Link(PLAIN), CancelVerification(0), Settle]),
    flow("link-ask-cancelled", ASK, &[Link(CHALLENGED), CancelVerification(0), Settle]),
    flow("link-ask-answer-lost", ASK, &[Link("4000009600000015"), Settle]),
    flow("wallet", HOLD, &[Wallet, AgreeAs("ada@example.com"), Settle]),
    flow("wallet-no-funding", HOLD, &[Wallet, AgreeAs("empty@example.com"), Settle]),
    flow("wallet-left", HOLD, &[Wallet, Leave, Settle]),
    flow("wallet-expired", HOLD, &[Wallet]),
    flow("wallet-refused-by-rule", HOLD, &[Wallet, AgreeAs("wang@example.com"), Settle]),
    flow("wallet-declined", HOLD, &[Wallet, AgreeAs("poor@example.com"), Settle]),
    flow("wallet-unlinked", HOLD, &[Wallet, AgreeAs("ada@example.com"), Settle, Unlink(0), Settle]),
    flow("wallet-ended-by-holder", HOLD, &[Wallet, AgreeAs("ada@example.com"), Settle, EndAgreements, Settle]),
    flow("wallet-pays", HOLD, &[Wallet, AgreeAs("lost@example.com"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("redirect", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("ICBC"), Complete(0), Settle]),
    flow("redirect-slow", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("BOC"), Hours(3), Complete(0), Settle]),
    flow("redirect-refused", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("CCB"), Settle]),
    flow("redirect-left", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), Leave, Settle]),
    flow("redirect-not-completed", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("ICBC"), Hours(25), Settle]),
    flow("redirect-bank-too-slow", CHINA, &[Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("CITIC"), Hours(26), Settle]),
    flow("pay", HOLD, &[Link(PLAIN), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-several", HOLD, &[Link(PLAIN), Settle, Invoice(12), Invoice(30), Pay(&[0, 1]), Settle]),
    flow("pay-challenged", HOLD, &[Link(PLAIN), Settle, Invoice(3_500), Pay(&[0]), Right, Settle]),
    flow("pay-challenge-failed", HOLD, &[Link(PLAIN), Settle, Invoice(3_500), Pay(&[0]), Wrong, Settle]),
    flow("pay-challenge-expired", HOLD, &[Link(PLAIN), Settle, Invoice(3_500), Pay(&[0])]),
    flow("pay-cancelled", HOLD, &[Link(PLAIN), Settle, Invoice(3_500), Pay(&[0]), CancelPayment(0), Settle]),
    flow("pay-answer-lost", HOLD, &[Link("4000009600000031"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-lost", HOLD, &[Link("4000009600000049"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-lost-cancelled", HOLD, &[Link("4000009600000049"), Settle, Invoice(12), Pay(&[0]), CancelPayment(0), Settle]),
    flow("pay-unavailable", HOLD, &[Link("4000009600000072"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-pending", HOLD, &[Link("4000009700000022"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-notified-thrice", HOLD, &[Link("4000009700000055"), Settle, Invoice(12), Pay(&[0]), Settle]),
    flow("pay-declined-again", HOLD, &[
        Link("4000009800000013"), Settle, Link(PLAIN), Settle, Invoice(12), Pay(&[0]), Settle, PayWith(1, &[0]), Settle,
    ]),
    flow("pay-next-card", CHARGE, &[
        Link("4000009900000012"), Right, Settle, Link("4000009900000038"), Right, Settle,
        Invoice(12), PayOn(&[0]), Settle,
    ]),
    flow("pay-stolen-card", CHARGE, &[
        Link("4000009900000020"), Right, Settle, Link(OTHER), Right, Settle, Invoice(12), PayOn(&[0]), Settle,
    ]),
    flow("refund", HOLD, &[Link(PLAIN), Settle, Invoice(12), Pay(&[0]), Settle, Refund(0, 0), Settle, Refund(0, 0), Settle]),
    flow("refund-partial", HOLD, &[
        Link(PLAIN), Settle, Invoice(12), Pay(&[0]), Settle, Refund(0, 5), Refund(0, 5), Refund(0, 5), Refund(0, 0), Settle,
    ]),
    flow("refund-lost", HOLD, &[Link("4000009600000064"), Settle, Invoice(12), Pay(&[0]), Settle, Refund(0, 5), Refund(0, 0), Settle]),
    flow("refund-declined", HOLD, &[
        Link("4000009600000098"), Settle, Invoice(12), Pay(&[0]), Settle, Refund(0, 5), Settle, Refund(0, 0), Settle,
    ]),
    flow("refund-answered-late", HOLD, &[
        Link("4000009600000080"), Settle, Invoice(12), Pay(&[0]), Settle, Refund(0, 5), Refund(0, 8), Hours(1), Settle,
    ]),
    flow("refund-redirect", CHINA, &[
        Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("ICBC"), Complete(0), Settle,
        Refund(0, 5), Refund(0, 0), Settle,
    ]),
    flow("late-success", HOLD, &[Link(TAKEN_AFTER_ALL), Settle, Invoice(12), Pay(&[0]), Settle, Hours(1), Refund(1, 5), Settle]),
    flow("late-success-refunded", HOLD, &[Link(TAKEN_AFTER_ALL), Settle, Invoice(12), Pay(&[0]), Settle, Void(0), Hours(1), Settle]),
    flow("late-success-withdrawn", HOLD, &[
        Link("4000009700000063"), Settle, Invoice(3_500), Pay(&[0]), CancelPayment(0), Settle, Hours(1), Settle,
    ]),
    flow("late-success-verification", CHARGE, &[Link(TAKEN_AFTER_ALL), Right, Settle, Hours(1), Settle]),
    flow("late-success-redirect", CHINA, &[
        Link(UNIONPAY), Settle, Invoice(12), EnableRedirect, PayWith(1, &[0]), AtBank("CIB"), Complete(0), Settle, Hours(1), Settle,
    ]),
    flow("default-unlink", HOLD, &[Link(PLAIN), Settle, Link(OTHER), Settle, SetDefault(1), Unlink(0), Report(0), Unlink(1), Settle]),
    flow("obligations", HOLD, &[Link(PLAIN), Settle, Report(1), Unlink(0), Report(0), Unlink(0)]),
    flow("expiry-changed", HOLD, &[Link(PLAIN), Settle, UpdateExpiry(0), Settle]),
    flow("expiry-changed-challenged", CHARGE, &[Link(PLAIN), Right, Settle, UpdateExpiry(0), Right, Settle]),
    flow("card-expires", HOLD, &[LinkExpiring(PLAIN), Settle, Days(33), UpdateExpiry(0), Settle]),
    flow("credit", HOLD, &[Credit(20), Invoice(12), Invoice(12), Credit(30), Invoice(12), Void(0)]),
    flow("order", HOLD, &[Link(PLAIN), Settle, Order(12), Settle, Order(3_500), Right, Settle]),
    flow("order-left", HOLD, &[Link(PLAIN), Settle, Order(3_500), Leave, Settle]),
    flow("usage-threshold", HOLD, &[
        Link(PLAIN), Settle, Enable, Threshold(20), Use(600), Use(600), Use(1_100), Settle, Disable, Use(1), Settle,
    ]),
    flow("usage-month", HOLD, &[Link(PLAIN), Settle, Enable, Use(1_000), Settle, Use(40), Days(33), Settle]),
    flow("usage-preauthorized", HOLD, &[
        Wallet, AgreeAs("ada@example.com"), Settle, Enable, Use(5), Settle, Use(600), Settle, Use(5), Settle,
    ]),
    flow("usage-preauthorized-for-a-month", HOLD, &[
        Wallet, AgreeAs("ada@example.com"), Settle, Enable, Use(5), Days(33), Settle, Use(1), Days(3),
    ]),
    flow("usage-preauthorization-declined", HOLD, &[
        Wallet, AgreeAs("tight@example.com"), Settle, Enable, Use(5), Settle, Disable, Enable, Use(600), Settle,
    ]),
    flow("usage-preauthorized-wallet-ended", HOLD, &[
        Wallet, AgreeAs("ada@example.com"), Settle, Enable, Use(5), Settle, EndAgreements, Settle,
    ]),
    flow("usage-ladder", CHARGE, &[
        Link("4000009900000012"), Right, Settle, Link("4000009900000038"), Right, Settle,
        Enable, Use(40), Bill, Settle, ClosePeriod(0),
    ]),
    flow("usage-retry", HOLD, &[Link("4000009800000013"), Settle, Enable, Use(1_000), Settle, Days(5), Settle]),
    flow("remit", HOLD, &[Credit(900), Invoice(12), Invoice(30), Remit(20), Days(3), Invoice(5), Void(1), Settle]),
    flow("remit-by-hand", HOLD, &[Credit(900), Auto(false), Invoice(12), Remit(20), Days(3), FromBalance(0), Invoice(30), Auto(true)]),
    flow("remit-returned", HOLD, &[Credit(900), Invoice(12), Remit(20), Days(3), TakeBack, Days(1)]),
    flow("remit-and-card", HOLD, &[Link(PLAIN), Settle, Credit(900), Invoice(30), Remit(20), Days(3), Pay(&[0]), Settle]),
    flow("remit-for-usage", HOLD, &[Link(PLAIN), Settle, Enable, Credit(900), Use(40), Days(33), Remit(50), Days(4), Settle]),
    flow("claim", HOLD, &[Credit(900), Invoice(12), Share(20), Days(3), Claim, Reject, Claim, ApproveOwn, Approve, Days(1)]),
    flow("claim-returned", HOLD, &[Credit(900), Share(20), Days(3), Claim, Approve, TakeBack, Days(1)]),
    flow("void", HOLD, &[Invoice(5), Void(0)]),
    flow("prove-email", HOLD, &[Code(EMAIL), Settle, Answer(EMAIL, false), Answer(EMAIL, true)]),
    flow("prove-mobile", HOLD, &[Code(MOBILE), Settle, Answer(MOBILE, true)]),
    flow("deactivated", HOLD, &[Link(PLAIN), Settle, Invoice(5), Deactivate, Void(0), Deactivate, Days(16), Settle]),
    flow("deactivated-with-two", CHARGE, &[Link(PLAIN), Right, Settle, Link(OTHER), Right, Settle, Deactivate, Days(2), Settle]),
    flow("challenge-is-told", HOLD, &[Code(EMAIL), Settle, Answer(EMAIL, true), Link(CHALLENGED), Right, Settle]),
    flow("kyc", HOLD, &[
        Person, RequireKyc, Documents("passport.png"), Settle, Link(PLAIN), Settle, Invoice(12), Pay(&[0]), Settle,
    ]),
    flow("kyc-rejected", HOLD, &[
        Person, Code(EMAIL), Settle, Answer(EMAIL, true), Documents("blurry.png"), Settle,
        Documents("passport.png"), Settle,
    ]),
    flow("kyc-slow", HOLD, &[Person, Documents("two-days.png"), Hours(49), Settle]),
    flow("kyc-answer-lost", HOLD, &[Person, Documents("answer-lost.png"), Settle]),
    flow("kyc-lost", HOLD, &[Person, Documents("lost.png"), Settle]),
    flow("webhooks", HOLD, &[
        Webhook(Hook::Create("http://shop.sim/hook")), Invoice(5), Webhook(Hook::Rotate), Settle, Void(0),
        Webhook(Hook::Disable), Invoice(6), Webhook(Hook::Enable), Days(1), Webhook(Hook::ReplayAll), Days(1),
        Webhook(Hook::Replay), Days(1),
    ]),
    flow("webhooks-gone", HOLD, &[Webhook(Hook::Create("http://shop.sim/gone")), Invoice(5), Days(1), Webhook(Hook::Delete)]),
    flow("test-clock", HOLD, &[Clock, Link(CHALLENGED), Advance(3_600), Link(PLAIN), Advance(86_400)]),
];
