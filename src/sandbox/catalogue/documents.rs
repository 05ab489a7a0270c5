//! Identity documents that play a scenario, chosen by their file's name without its extension.

use jiff::SignedDuration;

use super::{Card, Delivery, Reason, Verdict};

/// A document, and what the reviewer makes of it.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox) struct Document {
    /// The scenario: its number is the file's name.
    pub plays: Card,
    /// How long the reviewer works on it, where they do.
    pub works: SignedDuration,
}

pub(in crate::sandbox) const INCONSISTENT: Reason =
    Reason::new("INCONSISTENT_WITH_REGISTRATION", "the document shows somebody else");
const BLURRY: Reason = Reason::new("BLURRY", "the document can't be read");
pub(in crate::sandbox) const EXPIRED: Reason = Reason::new("EXPIRED", "the document has expired");
const UNHEARD_OF: Reason = Reason::new("UNHEARD_OF", "a reason that no list has");

const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);

const fn named(name: &'static str, description: &'static str) -> Document {
    Document { plays: Card::new(name, name, description), works: SignedDuration::ZERO }
}

impl Document {
    const fn rejected(mut self, reason: Reason) -> Self {
        self.plays.hold.verdict = Verdict::Decline(reason);
        self
    }

    const fn answered(mut self, delivery: Delivery) -> Self {
        self.plays.hold.delivery = delivery;
        self
    }

    const fn worked_on(mut self, works: SignedDuration) -> Self {
        self.works = works;
        self.answered(Delivery::Pending)
    }
}

/// What becomes of a file of any other name.
pub(in crate::sandbox) const ANY: Document = named("any", "Approved at once.");

/// Every scenario.
pub(in crate::sandbox) const DOCUMENTS: &[Document] = &[
    named("inconsistent", "Rejected at once: it shows somebody else.").rejected(INCONSISTENT),
    named("blurry", "Rejected at once: it can't be read.").rejected(BLURRY),
    named("expired", "Rejected at once: it has expired.").rejected(EXPIRED),
    named("unheard-of", "Rejected at once, for a reason that bursar does not know.").rejected(UNHEARD_OF),
    named("two-days", "Worked on for two days, then approved and notified.").worked_on(TWO_DAYS),
    named("two-days-blurry", "Worked on for two days, then rejected as blurry and notified.")
        .rejected(BLURRY)
        .worked_on(TWO_DAYS),
    named("answer-lost", "It is approved, but the first answer never comes.").answered(Delivery::LostApplied),
    named("lost", "The first request never arrives, nor does an answer; when repeated it works.")
        .answered(Delivery::LostUnapplied),
];

/// The scenario that a file's name chooses.
pub(in crate::sandbox) fn find(file_name: &str) -> Option<&'static Document> {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    DOCUMENTS.iter().find(|document| document.plays.number == stem)
}
