//! The scenarios as data: one card a scenario, chosen by its number (C13).
//!
//! `published.rs` holds numbers that others published for testing, `own.rs` numbers of our own for
//! what those don't cover. To add a scenario, add a line to one of them; the tests below see to it
//! that the number is Luhn-valid and new. Numbers of our own start with `4000009`: Stripe's test
//! numbers are `400000` and a numeric country code, and 900 to 999 are no country's.

mod banks;
mod documents;
mod own;
mod published;
mod wallets;

use std::fmt;

pub(super) use banks::{BANKS, Bank, find as find_bank};
pub(super) use documents::{
    ANY as ANY_DOCUMENT, DOCUMENTS, Document, EXPIRED, INCONSISTENT, find as find_document,
};
pub(super) use wallets::Account;

/// Something the world outside can play.
#[derive(Clone, Copy)]
pub(super) struct Card {
    pub number: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub publisher: &'static str,
    pub networks: &'static [&'static str],
    pub funding: Funding,
    pub region: &'static str,
    pub security: Security,
    pub page: Page,
    /// What becomes of holds and of verifications with no amount.
    pub hold: Play,
    /// Above how many units of its currency a hold is declined.
    pub holds_at_most: Option<i64>,
    pub charge: Play,
    /// What becomes of the first charge, where it differs. A program that verifies a card by a
    /// charge makes that one on linking.
    pub first_charge: Option<Play>,
    /// What becomes of releases and refunds.
    pub undo: Play,
    /// Whether the issuer gives a charge back as a whole or not at all.
    pub refunds_whole_only: bool,
    /// How often each notification is delivered, though the first was taken.
    pub notified: u8,
}

/// A number is never printed, not even one for testing (C9).
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How the card is funded, as its printing and its IIN say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub(super) enum Funding {
    Credit,
    Debit,
    Prepaid,
    Gift,
    Virtual,
}

/// What the issuer's 3-D Secure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// The card does not take part.
    None,
    /// A challenge only where it is mandated; else the cardholder passes unseen.
    WhenMandated,
    /// A challenge whenever the cardholder is there.
    WhenPresent,
    /// A challenge for every use: one without the cardholder is declined.
    Always,
    /// The issuer says that this is not the cardholder (transStatus N or R).
    Refused,
    /// The issuer's authentication is out of order (transStatus U).
    Unavailable,
}

/// What the issuer's page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    OneTimeCode,
    Password,
}

impl Page {
    /// What the page accepts.
    pub const fn answer(self) -> &'static str {
        match self {
            Self::OneTimeCode => "123456",
            Self::Password => "open sesame",
        }
    }
}

/// What the issuer decides, and how its answer gets back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Play {
    pub verdict: Verdict,
    pub delivery: Delivery,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Approve,
    /// Half of the amount is approved, and no more.
    ApproveHalf,
    Decline(Reason),
}

/// How the answer to the first `Perform` of an effect gets back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivery {
    AtOnce,
    /// It is done at once; the answer takes its time.
    Slow,
    /// It is done; the answer never comes.
    LostApplied,
    /// It never arrives, nor does an answer.
    LostUnapplied,
    /// It never arrives, and the answer is UNAVAILABLE.
    UnavailableOnce,
    /// It is worked on; the verdict falls later.
    Pending,
    /// It is done at once, but the answer is only that it is being worked on; what came of it is
    /// notified much later. An inquiry tells the truth at any time.
    NotifiedLate,
    /// It is declined at once; much later the issuer has taken the money all the same, and tells of it.
    TakenAfterAll,
    /// It is worked on. One that was withdrawn meanwhile is taken all the same, much later, and told of.
    PromiseBroken,
}

impl Delivery {
    /// Whether the issuer works on it for a while.
    pub fn is_worked_on(self) -> bool {
        match self {
            Self::Pending | Self::PromiseBroken => true,
            Self::AtOnce
            | Self::Slow
            | Self::LostApplied
            | Self::LostUnapplied
            | Self::UnavailableOnce
            | Self::NotifiedLate
            | Self::TakenAfterAll => false,
        }
    }
}

/// An issuer's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reason {
    /// ISO 8583 DE39.
    pub code: &'static str,
    pub message: &'static str,
}

impl Reason {
    pub const fn new(code: &'static str, message: &'static str) -> Self {
        Self { code, message }
    }
}

/// What issuers say when they refuse.
pub(super) mod reason {
    use super::Reason;

    pub const DO_NOT_HONOR: Reason = Reason::new("05", "do not honor");
    pub const INVALID_TRANSACTION: Reason = Reason::new("12", "invalid transaction");
    pub const INVALID_AMOUNT: Reason = Reason::new("13", "more than is left to give back");
    pub const NO_SUCH_NUMBER: Reason = Reason::new("14", "no such card number");
    pub const LOST: Reason = Reason::new("41", "lost card");
    pub const STOLEN: Reason = Reason::new("43", "stolen card");
    pub const INSUFFICIENT_FUNDS: Reason = Reason::new("51", "insufficient funds");
    pub const EXPIRED: Reason = Reason::new("54", "expired card");
    pub const NOT_PERMITTED: Reason = Reason::new("57", "the card is not enabled for international payments");
    pub const MALFUNCTION: Reason = Reason::new("96", "system malfunction");
    pub const AUTHENTICATION_REQUIRED: Reason = Reason::new("1A", "the cardholder has to be authenticated");
    pub const HOLDER_UNKNOWN: Reason =
        Reason::new("6P", "the cardholder's name does not match the issuer's records");
    pub const SECURITY_CODE: Reason = Reason::new("N7", "the security code does not match");
    pub const UNANSWERED: Reason = Reason::new("91", "the issuer is not available");
    pub const AGREEMENT_CANCELLED: Reason = Reason::new("AGREEMENT_CANCELLED", "the agreement has ended");
}

/// The last word of a holder's name that no issuer knows. Every other name is the one on the card.
pub(super) const UNKNOWN_HOLDER: &str = "MISMATCH";

/// No card here is good for that long: an expiry from this year on is not the one on the card.
pub(super) const EXPIRY_NOT_ON_CARD_FROM: i32 = 2040;

const APPROVE: Play = Play { verdict: Verdict::Approve, delivery: Delivery::AtOnce };

impl Card {
    /// A Visa credit card of the United States that approves everything.
    const fn new(number: &'static str, name: &'static str, description: &'static str) -> Self {
        Self {
            number,
            name,
            description,
            publisher: "bursar",
            networks: &["VISA"],
            funding: Funding::Credit,
            region: "US",
            security: Security::WhenMandated,
            page: Page::OneTimeCode,
            hold: APPROVE,
            holds_at_most: None,
            charge: APPROVE,
            first_charge: None,
            undo: APPROVE,
            refunds_whole_only: false,
            notified: 1,
        }
    }

    const fn by(mut self, publisher: &'static str) -> Self {
        self.publisher = publisher;
        self
    }

    const fn on(mut self, networks: &'static [&'static str]) -> Self {
        self.networks = networks;
        self
    }

    const fn of(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    const fn funded(mut self, funding: Funding) -> Self {
        self.funding = funding;
        self
    }

    const fn secured(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    const fn asking(mut self, page: Page) -> Self {
        self.page = page;
        self
    }

    const fn declining(self, reason: Reason) -> Self {
        self.declining_holds(reason).declining_charges(reason)
    }

    const fn declining_holds(mut self, reason: Reason) -> Self {
        self.hold.verdict = Verdict::Decline(reason);
        self
    }

    const fn holding_at_most(mut self, units: i64) -> Self {
        self.holds_at_most = Some(units);
        self
    }

    const fn declining_charges(mut self, reason: Reason) -> Self {
        self.charge.verdict = Verdict::Decline(reason);
        self
    }

    const fn notified(mut self, times: u8) -> Self {
        self.notified = times;
        self
    }

    const fn halving_charges(mut self) -> Self {
        self.charge.verdict = Verdict::ApproveHalf;
        self
    }

    const fn approving_the_first_charge(mut self) -> Self {
        self.first_charge = Some(APPROVE);
        self
    }

    const fn holds(mut self, delivery: Delivery) -> Self {
        self.hold.delivery = delivery;
        self
    }

    const fn charges(mut self, delivery: Delivery) -> Self {
        self.charge.delivery = delivery;
        self
    }

    const fn undoes(mut self, delivery: Delivery) -> Self {
        self.undo.delivery = delivery;
        self
    }

    const fn refunding_whole_charges_only(mut self) -> Self {
        self.refunds_whole_only = true;
        self
    }

    /// How many digits the security code has.
    pub fn security_code_length(&self) -> usize {
        if self.networks.contains(&"AMEX") { 4 } else { 3 }
    }

    /// Whether any use can lead to the issuer's page.
    pub fn can_challenge(&self) -> bool {
        match self.security {
            Security::WhenMandated | Security::WhenPresent | Security::Always => true,
            Security::None | Security::Refused | Security::Unavailable => false,
        }
    }
}

/// Every scenario, the published ones first.
pub(super) fn cards() -> impl Iterator<Item = &'static Card> {
    published::CARDS.iter().chain(own::CARDS)
}

/// The scenario that a number, or a wallet's e-mail address, chooses.
pub(super) fn find(number: &str) -> Option<&'static Card> {
    cards().chain(wallets().map(|account| &account.plays)).find(|card| card.number == number)
}

/// Every wallet.
pub(super) fn wallets() -> impl Iterator<Item = &'static Account> {
    wallets::ACCOUNTS.iter()
}

/// The wallet of whoever logs on with that e-mail address.
pub(super) fn find_wallet(email: &str) -> Option<&'static Account> {
    wallets().find(|account| account.plays.number.eq_ignore_ascii_case(email.trim()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn luhn(number: &str) -> bool {
        let sum: u32 = number
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0');
                let doubled = if place % 2 == 1 { digit * 2 } else { digit };
                if doubled > 9 { doubled - 9 } else { doubled }
            })
            .sum();
        sum.is_multiple_of(10)
    }

    #[test]
    fn every_number_is_valid_and_new() {
        let mut numbers = BTreeSet::new();
        let mut names = BTreeSet::new();
        for card in cards() {
            assert!(card.number.bytes().all(|byte| byte.is_ascii_digit()), "{}", card.name);
            assert!((13..=19).contains(&card.number.len()), "{}", card.name);
            assert!(luhn(card.number), "{} {}", card.name, card.number);
            assert!(numbers.insert(card.number), "{} twice", card.number);
            assert!(names.insert(card.name), "{} twice", card.name);
            assert!(!card.description.is_empty() && card.description.ends_with('.'), "{}", card.name);
            assert_eq!(card.publisher == "bursar", card.number.starts_with("4000009"), "{}", card.name);
        }
    }

    #[test]
    fn a_number_chooses_its_scenario() {
        assert_eq!(find("4242424242424242").map(|card| card.name), Some("visa"));
        assert_eq!(find("378282246310005").map(Card::security_code_length), Some(4));
        assert!(find("4242424242424241").is_none());
        assert!(find("").is_none());
    }
}
