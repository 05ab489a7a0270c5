//! The oracle: what must hold of every run, judged over collected facts and nothing else.
//!
//! | | |
//! |---|---|
//! | I1 | no double charge: an effect enters the ledger once; an invoice is paid once; a refund is given back once |
//! | I2 | no lost payment: each success at the bank ends SUCCEEDED, pays as a record of its own, is given back, or is before a person |
//! | I3 | no phantom: SUCCEEDED has a charge of the same amount |
//! | I4 | nothing is stuck; a review by a person is counted and has a reason that needs one |
//! | I5 | what a verification took is given back within 24 hours, or once the usage is billed that it is held for; nothing was taken for nobody |
//! | I6 | conservation: nothing is given back that was not taken, nor more than was, nor is more ever asked for |
//! | I7 | the same request, the same resource; another under its id is refused |
//! | I8 | one card, one account, at every moment; at the end linked methods have theirs and nobody else has |
//! | I9 | the next attempt only after the one before certainly took nothing, and never after a stolen card |
//! | I10 | no card number outside the vault |
//! | I11 | an end is an end |
//! | I12 | a journal row precedes every call that moves money |
//! | I13 | every answer is documented; no part of the service ends badly |
//! | I14 | at every moment, what a payment under way charges is reserved for it, and its method is linked |
//! | I15 | a one-time code proves an address in time, and after few wrong answers |
//! | I16 | what was used is on bills once: they and what is on none come to the total |
//! | I17 | what the bank has is credited once and to whom it belongs; a balance is what its entries make |
//! | Log | the log is chained, without a gap, and makes the tables |

pub mod facts;
mod log;
mod money;
mod refunds;
mod selftest;
mod told;
mod transfer;
mod usage;
mod verified;

use std::fmt;

use facts::Facts;
pub use selftest::run as selftest;

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    I1,
    I2,
    I3,
    I4,
    I5,
    I6,
    I7,
    I8,
    I9,
    I10,
    I11,
    I12,
    I13,
    I14,
    I15,
    I16,
    I17,
    Log,
}

/// Something that does not hold.
#[derive(Debug, Clone)]
pub struct Violation {
    pub of: Invariant,
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.of, self.what)
    }
}

/// What the oracle says.
#[derive(Debug, Default)]
pub struct Verdict {
    pub violations: Vec<Violation>,
    /// Why a person has to look, where one has to.
    pub reviews: Vec<String>,
}

impl Verdict {
    fn breach(&mut self, of: Invariant, what: String) {
        self.violations.push(Violation { of, what });
    }
}

/// Judges.
pub fn judge(facts: &Facts) -> Verdict {
    let mut verdict = Verdict::default();
    money::judge(facts, &mut verdict);
    told::judge(facts, &mut verdict);
    usage::judge(facts, &mut verdict);
    transfer::judge(facts, &mut verdict);
    log::judge(facts, &mut verdict);
    verdict
}
