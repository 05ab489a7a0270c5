//! When a delivery is tried again.

use jiff::SignedDuration;

/// How deliveries are repeated; the same for all programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRules {
    /// How long is waited before each further attempt.
    pub retries: Vec<SignedDuration>,
    /// Whether endpoints may be in plain HTTP and at addresses of private networks.
    pub private_addresses: bool,
}

/// At most this share of a pause is added to it, so that what failed together does not come together.
const JITTER: f64 = 0.2;

impl WebhookRules {
    /// The pause after so many attempts, from 1; `None` after the last. `fraction` is from 0 up to 1.
    #[must_use]
    pub fn pause(&self, attempts: u16, fraction: f64) -> Option<SignedDuration> {
        let pause = *self.retries.get(usize::from(attempts).checked_sub(1)?)?;
        let added = SignedDuration::try_from_secs_f64(pause.as_secs_f64() * JITTER * fraction);
        Some(pause.saturating_add(added.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_has_its_pause_and_a_little_more() {
        let retries = vec![SignedDuration::from_secs(5), SignedDuration::from_mins(5)];
        let rules = WebhookRules { retries, private_addresses: false };
        assert_eq!(rules.pause(0, 0.0), None);
        assert_eq!(rules.pause(1, 0.0), Some(SignedDuration::from_secs(5)));
        assert_eq!(rules.pause(1, 0.5), Some(SignedDuration::from_millis(5_500)));
        assert_eq!(rules.pause(2, 1.0), Some(SignedDuration::from_mins(6)));
        assert_eq!(rules.pause(3, 0.0), None, "then it is over");
    }
}
