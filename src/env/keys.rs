//! The service's secret, and what is derived from it: fingerprints, request digests, link tokens.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Keys for one purpose each, derived from one secret. All replicas of a service share the secret; who
/// loses it can no longer tell which cards are linked.
pub struct Keys {
    instruments: Zeroizing<[u8; 32]>,
    requests: Zeroizing<[u8; 32]>,
    links: Zeroizing<[u8; 32]>,
    notifications: Zeroizing<[u8; 32]>,
    codes: Zeroizing<[u8; 32]>,
    webhooks: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

impl Keys {
    /// Derives the keys.
    #[must_use]
    pub fn derive(secret: &[u8; 32]) -> Self {
        let derive = |purpose: &str| Zeroizing::new(digest(secret, &[purpose.as_bytes()]));
        Self {
            instruments: derive("bursar instruments v1"),
            requests: derive("bursar requests v1"),
            links: derive("bursar links v1"),
            notifications: derive("bursar notifications v1"),
            codes: derive("bursar codes v1"),
            webhooks: derive("bursar webhooks v1"),
        }
    }

    /// The key of card fingerprints (A8).
    #[must_use]
    pub fn instruments(&self) -> &[u8] {
        &*self.instruments
    }

    /// The keyed digest of a request (C7). Each part is preceded by its length.
    #[must_use]
    pub fn request(&self, parts: &[&[u8]]) -> [u8; 32] {
        digest(&*self.requests, parts)
    }

    /// Tells one secret from another, and tells nothing else of it.
    #[must_use]
    pub fn check_value(&self) -> [u8; 32] {
        digest(&*self.requests, &[b"bursar check value v1"])
    }

    /// What a link to an entity carries. It can't be guessed, and needs no table.
    #[must_use]
    pub fn link_token(&self, account: Uuid, entity: Uuid) -> String {
        let mac = digest(&*self.links, &[account.as_bytes(), entity.as_bytes()]);
        let (short, _) = mac.split_at(16);
        format!("{}{}{}", account.simple(), entity.simple(), hex::encode(short))
    }

    /// The account and entity that a link is about, if the link is one of ours.
    #[must_use]
    pub fn open_link(&self, token: &str) -> Option<(Uuid, Uuid)> {
        let account = Uuid::try_parse(token.get(..32)?).ok()?;
        let entity = Uuid::try_parse(token.get(32..64)?).ok()?;
        let wanted = self.link_token(account, entity);
        bool::from(wanted.as_bytes().ct_eq(token.as_bytes())).then_some((account, entity))
    }

    /// What an adapter's notifications about an effect of an account carry.
    #[must_use]
    pub fn notification_token(&self, account: Uuid, effect: &str) -> String {
        let mac = digest(&*self.notifications, &[account.as_bytes(), effect.as_bytes()]);
        format!("{}{}", account.simple(), hex::encode(mac))
    }

    /// What a bank's reports of remittances carry.
    #[must_use]
    pub fn remittance_token(&self) -> String {
        hex::encode(digest(&*self.notifications, &[b"bursar remittances v1"]))
    }

    /// Whether a report of a remittance carries it.
    #[must_use]
    pub fn is_remittance_token(&self, token: &str) -> bool {
        self.remittance_token().as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// What messages to a webhook endpoint are signed with (C11). It is derived each time, so nothing that is
    /// stored has to be kept from anybody.
    #[must_use]
    pub fn webhook_secret(&self, endpoint: Uuid, generation: u32) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(digest(&*self.webhooks, &[endpoint.as_bytes(), &generation.to_be_bytes()]))
    }

    /// The account that a notification about an effect belongs to, if its token is one of ours.
    #[must_use]
    pub fn open_notification(&self, token: &str, effect: &str) -> Option<Uuid> {
        let account = Uuid::try_parse(token.get(..32)?).ok()?;
        let wanted = self.notification_token(account, effect);
        bool::from(wanted.as_bytes().ct_eq(token.as_bytes())).then_some(account)
    }
}

impl Keys {
    /// The one-time code of a message: six digits that follow from its id, so that nobody has to keep them
    /// (H3).
    #[must_use]
    pub fn verification_code(&self, message: Uuid) -> Zeroizing<String> {
        let mac = digest(&*self.codes, &[message.as_bytes()]);
        let (first, _) = mac.split_at(8);
        let number = <[u8; 8]>::try_from(first).map_or(0, u64::from_be_bytes);
        Zeroizing::new(format!("{:06}", number % 1_000_000))
    }

    /// Whether an answer is the code of a message. It takes as long whatever the answer is.
    #[must_use]
    pub fn is_verification_code(&self, message: Uuid, answer: &str) -> bool {
        self.verification_code(message).as_bytes().ct_eq(answer.as_bytes()).into()
    }
}

fn digest(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length; there is no error to report.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
