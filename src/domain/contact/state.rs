//! The contacts of an account.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{ids::MessageId, message::Channel};

/// An address that a code has proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The e-mail address, or the mobile number as `+` and digits.
    pub address: String,
    /// When it was proved.
    pub proved: Timestamp,
}

/// A code that was sent and has not been answered rightly yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCode {
    /// By which way.
    pub channel: Channel,
    /// To where.
    pub address: String,
    /// The message it was sent in, from which it is derived.
    pub message: MessageId,
    /// Until when it can be used.
    pub expire_at: Timestamp,
    /// How many answers were wrong.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrong: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// How a customer is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Contact>,
    /// The mobile number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Contact>,
    /// Codes that are waited for, at most one by each way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingCode>,
    /// When codes were sent by which way; old ones are dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sends: Vec<(Channel, Timestamp)>,
}

impl Contacts {
    /// Whether nothing is known at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The code that is waited for by a way.
    #[must_use]
    pub fn pending(&self, channel: Channel) -> Option<&PendingCode> {
        self.pending.iter().find(|code| code.channel == channel)
    }

    /// When codes were sent by a way.
    pub fn sends(&self, channel: Channel) -> Vec<Timestamp> {
        self.sends.iter().filter(|(by, _)| *by == channel).map(|(_, at)| *at).collect()
    }

    /// A code was sent; sends before `keep_from` no longer matter.
    pub fn sent(&mut self, code: &PendingCode, at: Timestamp, keep_from: Timestamp) {
        self.sends.retain(|(_, sent)| *sent >= keep_from);
        self.sends.push((code.channel, at));
        self.pending.retain(|pending| pending.channel != code.channel);
        self.pending.push(code.clone());
    }

    /// An answer was wrong.
    pub fn answered_wrong(&mut self, channel: Channel) {
        for code in self.pending.iter_mut().filter(|code| code.channel == channel) {
            code.wrong = code.wrong.saturating_add(1);
        }
    }

    /// An address was proved.
    pub fn proved(&mut self, channel: Channel, contact: &Contact) {
        self.pending.retain(|code| code.channel != channel);
        match channel {
            Channel::Email => self.email = Some(contact.clone()),
            Channel::Sms => self.mobile = Some(contact.clone()),
        }
    }
}
