//! Who holds an instrument in a program (A8), and how often linking it failed (C15).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::{
    card::InstrumentFingerprint,
    ids::{AccountId, MethodId},
    program::Limit,
};

/// The claim on one instrument in one program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The account and method that hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// When linking it failed, whoever tried; old ones are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Timestamp>,
}

/// Who holds an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// Its method.
    pub method: MethodId,
}

/// What happens to a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ClaimEvent {
    /// It is held from now on.
    Taken { instrument: InstrumentFingerprint, holder: Holder },
    /// It is free again.
    Released { instrument: InstrumentFingerprint },
    /// Linking the instrument failed.
    LinkFailed { instrument: InstrumentFingerprint, at: Timestamp, keep_from: Timestamp },
}

impl ClaimEvent {
    /// The instrument it is about.
    #[must_use]
    pub fn instrument(&self) -> &InstrumentFingerprint {
        match self {
            Self::Taken { instrument, .. }
            | Self::Released { instrument }
            | Self::LinkFailed { instrument, .. } => instrument,
        }
    }
}

impl Claim {
    /// The claim after what happened.
    pub fn evolve(&mut self, event: &ClaimEvent) {
        match event {
            ClaimEvent::Taken { holder, .. } => self.holder = Some(*holder),
            ClaimEvent::Released { .. } => self.holder = None,
            ClaimEvent::LinkFailed { at, keep_from, .. } => {
                self.failures.retain(|failure| failure >= keep_from);
                self.failures.push(*at);
            }
        }
    }
}

/// When a further attempt is admitted: now (`None`), or once the oldest of the failures that fill the
/// limit is older than the window (C15). Attempts that are `under_way` may fail yet, so they count as
/// failures of now: otherwise a burst would pass. Failures on a test clock that is ahead do not count.
#[must_use]
pub fn limited_until(
    failures: &[Timestamp],
    under_way: usize,
    limit: Limit,
    now: Timestamp,
) -> Option<Timestamp> {
    let opens = |failure: &Timestamp| failure.checked_add(limit.window).unwrap_or(Timestamp::MAX);
    let mut recent: Vec<Timestamp> = failures
        .iter()
        .filter(|failure| **failure <= now)
        .chain(std::iter::repeat_n(&now, under_way))
        .map(opens)
        .filter(|opens| *opens > now)
        .collect();
    recent.sort_unstable();
    let index = recent.len().checked_sub(usize::try_from(limit.count).ok()?)?;
    recent.get(index).copied()
}
