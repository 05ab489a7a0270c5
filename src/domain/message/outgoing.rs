//! A message on its way out. It holds neither a one-time code nor a link: those are secrets, made where
//! the message leaves.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};
use uuid::Uuid;

use crate::domain::{kyc::RejectionReason, money::Money};

/// By which way a message is sent.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// As a short message to a mobile number.
    Sms,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter, Serialize, Deserialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Template {
    /// The verification of a payment method waits for the customer (A16).
    VerificationWaits,
    /// A payment waits for the customer (A16).
    PaymentWaits,
    /// A one-time code (H2, H3).
    VerificationCode,
    /// Identity documents were approved (A32).
    KycApproved,
    /// They were rejected (A32).
    KycRejected,
    /// A bill of usage was issued (H10).
    BillIssued,
}

/// A bill that the customer is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// What it comes to.
    pub amount: Money,
    /// By when it is to be paid; `None` where it is charged by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

/// A message to be sent, with everything but its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// By which way.
    pub channel: Channel,
    /// The e-mail address or mobile number.
    pub address: String,
    /// What it says.
    pub template: Template,
    /// Who sends it, for people.
    pub seller: String,
    /// The entity that its link leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Uuid>,
    /// Until when its code or link can be used, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Timestamp>,
    /// Why documents were rejected, if it tells of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<RejectionReason>,
    /// The bill, if it tells of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
}

impl Outgoing {
    /// What the text needs beside its secrets, by name.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::from([("seller".to_owned(), self.seller.clone())]);
        if let Some(expire_at) = self.expire_at {
            parameters.insert("expire_time".to_owned(), to_the_second(expire_at));
        }
        if let Some(reason) = self.rejected {
            parameters.insert("reason".to_owned(), reason.to_string());
            parameters.insert("advice".to_owned(), reason.advice().to_owned());
        }
        if let Some(bill) = self.bill {
            parameters.insert("amount".to_owned(), bill.amount.to_string());
            parameters.extend(bill.due.map(|due| ("due_time".to_owned(), to_the_second(due))));
        }
        parameters
    }
}

/// Nobody reads fractions.
fn to_the_second(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
