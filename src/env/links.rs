//! How the outside finds back to us.

use uuid::Uuid;

use super::Keys;

/// Where we can be reached, and the keys that links and notifications are sealed with.
#[derive(Debug)]
pub struct Links {
    /// Where customers' browsers reach our pages, without a slash at the end.
    pub pages_url: String,
    /// Where adapters reach our `NotificationService`.
    pub notification_target: String,
    /// The keys.
    pub keys: Keys,
}

impl Links {
    /// Where a browser comes back to after a challenge. It carries no authority (A16).
    #[must_use]
    pub fn return_url(&self, account: Uuid, entity: Uuid) -> String {
        format!("{}/return/{}", self.pages_url, self.keys.link_token(account, entity))
    }

    /// A page that leads on to the issuer's page as often as it is opened (A16).
    #[must_use]
    pub fn continue_url(&self, account: Uuid, entity: Uuid) -> String {
        format!("{}/continue/{}", self.pages_url, self.keys.link_token(account, entity))
    }
}
