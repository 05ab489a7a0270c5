//! What clients asked for and what they were told: none of it may be taken back.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use bursar::proto::v1::{InvoiceState, PaymentMethodState, PaymentState, VerificationState};

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
                if let Some(end) = end(told) {
                    pages.witnessed.ends.push((told.name().to_owned(), end));
                }
            }
            Answer::Refused(reason) if sent_after_told => {
                pages.witnessed.repeats.push(repeat(format!("refused: {reason}")));
            }
            Answer::Undocumented(what) => pages.witnessed.undocumented.push(what.clone()),
            Answer::Refused(_) | Answer::Later(_) | Answer::Lost => {}
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

/// The end that a resource has come to, if it has: from then on nothing may change it.
fn end(told: &Told) -> Option<String> {
    let (is_end, state) = match told {
        Told::Payment(payment) => {
            let state = payment.state();
            let is_end = matches!(
                state,
                PaymentState::Succeeded
                    | PaymentState::Failed
                    | PaymentState::Expired
                    | PaymentState::Cancelled
            );
            (is_end, state.as_str_name())
        }
        Told::Verification(verification) => {
            let state = verification.state();
            let is_end = matches!(
                state,
                VerificationState::Succeeded
                    | VerificationState::Failed
                    | VerificationState::Expired
                    | VerificationState::Cancelled
            );
            (is_end, state.as_str_name())
        }
        Told::Method(method) => {
            let state = method.state();
            let is_end = matches!(state, PaymentMethodState::Failed | PaymentMethodState::Unlinked);
            (is_end, state.as_str_name())
        }
        Told::Invoice(invoice) => {
            let state = invoice.state();
            (matches!(state, InvoiceState::Paid | InvoiceState::Voided), state.as_str_name())
        }
        Told::Account(_) => return None,
    };
    is_end.then(|| state.to_owned())
}
