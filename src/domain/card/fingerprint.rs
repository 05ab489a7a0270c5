//! The keyed fingerprint by which a card is known again without its number (A8, C9).

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::secret::CardNumber;
use crate::domain::program::MethodKind;

/// The whole digest in hexadecimal. Without the key it tells nothing, so it may be stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstrumentFingerprint(String);

impl InstrumentFingerprint {
    /// Takes a digest that was computed before, as the store returns it.
    #[must_use]
    pub fn from_hex(hex: String) -> Self {
        Self(hex)
    }

    /// A wallet's account, by the wallet's own id of it. That id is no secret and can't be guessed, so no key
    /// is needed.
    #[must_use]
    pub fn of_wallet(wallet: MethodKind, holder_id: &str) -> Self {
        let digest = Sha256::new().chain_update(b"wallet-fp-v1\0").chain_update(wallet.to_string());
        Self(hex::encode(digest.chain_update(b"\0").chain_update(holder_id).finalize()))
    }

    /// The digest in hexadecimal.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstrumentFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// HMAC-SHA-256 over a label of its own and the number. Keyed, because a bare hash of a number whose
/// ends are known falls to a search of a million.
#[must_use]
pub fn fingerprint(key: &[u8], number: &CardNumber) -> InstrumentFingerprint {
    // The key as HMAC defines it: hashed where it is longer than a block, then filled with zeros.
    let mut block = Zeroizing::new([0_u8; 64]);
    if let Some(start) = block.get_mut(..key.len()) {
        start.copy_from_slice(key);
    } else if let Some(start) = block.get_mut(..32) {
        start.copy_from_slice(&Sha256::digest(key));
    }
    let mut mac = Hmac::<Sha256>::new(&(*block).into());
    mac.update(b"pan-fp-v1\0");
    mac.update(number.expose().as_bytes());
    InstrumentFingerprint(hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vector() {
        let key: Vec<u8> = (0..32).collect();
        let number = CardNumber::parse("4242 4242 4242 4242").unwrap();
        let expected = "5ea1618de27a7765ee5cc5e8d4a6fe44a69c5f437c5b0f69f51c919e38607449";
        assert_eq!(fingerprint(&key, &number).as_str(), expected);
        assert_ne!(fingerprint(&[1], &number).as_str(), expected);
    }
}
