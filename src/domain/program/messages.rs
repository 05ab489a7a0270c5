//! Who sends messages, of what the customer is told, and how one-time codes are limited (A16, H2, H3).

use std::collections::BTreeSet;

use jiff::SignedDuration;
use strum::{EnumIter, EnumString};

use super::{edition::Limit, routing::ProviderName, section::Section};
use crate::domain::message::Template;

/// What the customer may be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Occasion {
    /// The verification of a payment method waits for them.
    VerificationWaits,
    /// A payment waits for them.
    PaymentWaits,
    /// A review of their identity documents was decided.
    KycDecided,
    /// A bill of usage was issued.
    BillIssued,
}

/// Who sends messages, on what occasions one is written, and how one-time codes are limited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Messaging {
    /// Who sends messages.
    pub sender: ProviderName,
    /// What the customer is told of.
    pub told_of: BTreeSet<Occasion>,
    /// One-time codes.
    pub codes: CodeRules,
}

/// How long one-time codes last, and how often they can be sent and answered (H3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeRules {
    /// How long a code can be used.
    pub lifetime: SignedDuration,
    /// How many wrong answers a code endures.
    pub wrong_answers: u32,
    /// How often codes are sent to an account by each way.
    pub sends: Limit,
}

impl Messaging {
    /// Reads `[messages]`; a program without it sends none.
    pub(super) fn read(edition: &Section<'_>) -> Option<Self> {
        const OCCASION: &str = "VERIFICATION_WAITS, PAYMENT_WAITS, KYC_DECIDED or BILL_ISSUED";
        if !edition.has("messages") {
            return None;
        }
        let section = edition.section("messages");
        let codes = section.section("codes");
        Some(Self {
            sender: ProviderName(section.text("sender", "the name of an adapter that sends messages")),
            told_of: section.set("told_of", OCCASION),
            codes: CodeRules {
                lifetime: codes.duration("lifetime"),
                wrong_answers: codes.count("wrong_answers"),
                sends: Limit::read(&codes.section("sends")),
            },
        })
    }

    /// Whether the customer is told of that.
    #[must_use]
    pub fn tells_of(&self, template: Template) -> bool {
        match template {
            Template::VerificationWaits => self.told_of.contains(&Occasion::VerificationWaits),
            Template::PaymentWaits => self.told_of.contains(&Occasion::PaymentWaits),
            Template::KycApproved | Template::KycRejected => self.told_of.contains(&Occasion::KycDecided),
            Template::BillIssued => self.told_of.contains(&Occasion::BillIssued),
            // Who asks for a code wants it.
            Template::VerificationCode => true,
        }
    }
}
