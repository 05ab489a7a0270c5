//! The hash chain over an account's journal (C10): whoever changes a row has to change all after it.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::store::rows::Micros;

/// The hash of a journal row: over the hash of the row before and over what the row says. Each part
/// is preceded by its length, so that no two rows read the same.
#[must_use]
pub fn link(
    previous: &[u8; 32],
    account: Uuid,
    sequence: i64,
    time: Micros,
    cause: &str,
    events: &str,
) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(account.as_bytes());
    hash.update(sequence.to_be_bytes());
    hash.update(time.to_be_bytes());
    for text in [cause, events] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}
