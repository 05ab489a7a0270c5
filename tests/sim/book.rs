//! What clients asked for and what they were told: none of it may be taken back.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::{
    ask::{Answer, Ask, Told},
    oracle::facts::{Repeat, Witnessed},
};

/// All clients' book.
#[derive(Default)]
pub struct Book(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    asked: BTreeMap<String, Asked>,
    witnessed: Witnessed,
}

/// A request and what came of it.
struct Asked {
    ask: Ask,
    /// The resource that the first answer named.
    told: Option<String>,
}

impl Witnessed {
    /// From an end on nothing may change any more.
    fn saw(&mut self, name: &str, state: &str) {
        let end = (name.to_owned(), state.to_owned());
        if ENDS.contains(&state) && !self.ends.contains(&end) {
            self.ends.push(end);
        }
    }
}

impl Book {
    fn pages(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request is about to be sent.
    pub fn asks(&self, ask: &Ask) {
        let asked = Asked { ask: ask.clone(), told: None };
        self.pages().asked.entry(ask.request_id().to_owned()).or_insert(asked);
    }

    /// It was answered. `sent_after_told`: the call was sent when the answer was known already.
    pub fn answered(&self, ask: &Ask, answer: &Answer, sent_after_told: bool) {
        let mut pages = self.pages();
        let pages = &mut *pages;
        let Some(asked) = pages.asked.get_mut(ask.request_id()) else { return };
        let repeat = |again: String| Repeat {
            request: format!("{} {}", ask.method(), ask.request_id()),
            first: asked.told.clone().unwrap_or_default(),
            again,
        };
        match answer {
            Answer::Told(told) => {
                if asked.told.is_some() {
                    pages.witnessed.repeats.push(repeat(told.name().to_owned()));
                } else {
                    asked.told = Some(told.name().to_owned());
                }
                pages.witnessed.saw(told.name(), state(told));
            }
            Answer::Refused(reason) if sent_after_told => {
                pages.witnessed.repeats.push(repeat(format!("refused: {reason}")));
            }
            Answer::Undocumented(what) => pages.witnessed.undocumented.push(what.clone()),
            Answer::Refused(_) | Answer::Later(_) | Answer::Lost => {}
        }
    }

    /// Somebody saw how things stand.
    pub fn saw(&self, states: &[(String, String)]) {
        let mut pages = self.pages();
        for (name, state) in states {
            pages.witnessed.saw(name, state);
        }
    }

    /// A request id that was answered was used for something else.
    pub fn misused(&self, ask: &Ask, answer: &Answer) {
        let got = match answer {
            Answer::Told(told) => format!("told {}", told.name()),
            Answer::Refused(reason) => reason.clone(),
            Answer::Undocumented(what) => {
                self.pages().witnessed.undocumented.push(what.clone());
                return;
            }
            Answer::Later(_) | Answer::Lost => return,
        };
        let request = format!("{} {}", ask.method(), ask.request_id());
        self.pages().witnessed.misuses.push((request, got));
    }

    /// Whether a request was answered.
    pub fn was_told(&self, ask: &Ask) -> bool {
        self.pages().asked.get(ask.request_id()).is_some_and(|asked| asked.told.is_some())
    }

    /// Everything that was ever asked.
    pub fn all(&self) -> Vec<Ask> {
        self.pages().asked.values().map(|asked| asked.ask.clone()).collect()
    }

    /// What was witnessed.
    pub fn close(&self) -> Witnessed {
        let mut pages = self.pages();
        let mut witnessed = std::mem::take(&mut pages.witnessed);
        let told = |asked: &Asked| Some((asked.ask.request_id().to_owned(), asked.told.clone()?));
        witnessed.told = pages.asked.values().filter_map(told).collect();
        witnessed
    }
}

/// The states, in all services' words, that nothing may follow.
const ENDS: [&str; 15] = [
    "PAYMENT_STATE_SUCCEEDED",
    "PAYMENT_STATE_FAILED",
    "PAYMENT_STATE_EXPIRED",
    "PAYMENT_STATE_CANCELLED",
    "VERIFICATION_STATE_SUCCEEDED",
    "VERIFICATION_STATE_FAILED",
    "VERIFICATION_STATE_EXPIRED",
    "VERIFICATION_STATE_CANCELLED",
    "PAYMENT_METHOD_STATE_UNLINKED",
    "REFUND_STATE_SUCCEEDED",
    "REFUND_STATE_FAILED",
    "INVOICE_STATE_PAID",
    "INVOICE_STATE_VOIDED",
    "KYC_REVIEW_STATE_APPROVED",
    "KYC_REVIEW_STATE_REJECTED",
];

fn state(told: &Told) -> &'static str {
    match told {
        Told::Payment(payment) => payment.state().as_str_name(),
        Told::Refund(refund) => refund.state().as_str_name(),
        Told::Verification(verification) => verification.state().as_str_name(),
        Told::Method(method) => method.state().as_str_name(),
        Told::Invoice(invoice) => invoice.state().as_str_name(),
        Told::Link(link) => link.state().as_str_name(),
        Told::Review(review) => review.state().as_str_name(),
        Told::Account(_) | Told::Message(_) | Told::Remittance(_) | Told::Balance(_) => "",
        Told::Period(period) => period.state().as_str_name(),
    }
}
