//! PayPal accounts as scenarios. They play holds, charges and what undoes them as cards do; whoever logs
//! on with their e-mail address holds them. `example.com` is nobody's (RFC 2606).

use super::{Card, Delivery, Reason, Security};

const INSTRUMENT_DECLINED: Reason =
    Reason::new("INSTRUMENT_DECLINED", "the bank or card behind the wallet declined");

/// A PayPal account.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Account {
    /// What it plays. Its number is its e-mail address.
    pub plays: Card,
    /// Whether it has a bank or card to take money from. Where it has none, PayPal asks for one first.
    pub funded: bool,
}

const fn account(email: &'static str, name: &'static str, description: &'static str) -> Account {
    let plays = Card::new(email, name, description).on(&["PAYPAL"]).secured(Security::None);
    Account { plays, funded: true }
}

const fn with(account: Account, plays: Card) -> Account {
    Account { plays, ..account }
}

const ADA: Account =
    account("ada@example.com", "paypal", "A PayPal account of the United States; all is approved.");
const BERTA: Account =
    account("berta@example.com", "paypal-europe", "A PayPal account of Switzerland; all is approved.");
const WANG: Account =
    account("wang@example.com", "paypal-china", "A PayPal account registered in the Chinese mainland.");
const EMPTY: Account = account(
    "empty@example.com",
    "paypal-no-funding",
    "No bank or card is behind it: PayPal asks for one first.",
);
const POOR: Account =
    account("poor@example.com", "paypal-hold-declined", "The hold that verifies it is declined.");
const TIGHT: Account = account(
    "tight@example.com",
    "paypal-large-hold-declined",
    "It is linked; a hold of more than USD 1.00 is declined.",
);
const LATER: Account =
    account("later@example.com", "paypal-charge-declined", "It is linked; every charge is declined.");
const LOST: Account = account(
    "lost@example.com",
    "paypal-answer-lost",
    "It is linked; charges are made, and the answer never comes.",
);

/// Every PayPal account.
pub(super) const ACCOUNTS: &[Account] = &[
    ADA,
    with(BERTA, BERTA.plays.of("CH")),
    with(WANG, WANG.plays.of("CN")),
    Account { funded: false, ..EMPTY },
    with(POOR, POOR.plays.declining_holds(INSTRUMENT_DECLINED)),
    with(TIGHT, TIGHT.plays.holding_at_most(1)),
    with(LATER, LATER.plays.declining_charges(INSTRUMENT_DECLINED)),
    with(LOST, LOST.plays.charges(Delivery::LostApplied)),
];
