//! A program's own account and what can happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use uuid::Uuid;

use crate::domain::{ids::AccountId, program::ProgramId};

/// Names sellers' accounts after their programs.
const SELLERS: Uuid = Uuid::from_u128(0x5a7e_01b9_64c3_4d0c_8f2b_90d3_7c55_1e68);

/// The account of a program itself.
#[must_use]
pub fn account_of(program: &ProgramId) -> AccountId {
    AccountId(Uuid::new_v5(&SELLERS, program.0.as_bytes()))
}

/// A program's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// Its name, as [`account_of`] derives it.
    pub id: AccountId,
    /// Whose it is.
    pub program: ProgramId,
    /// When it was first needed.
    pub created: Timestamp,
}

/// What can happen to a program's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SellerEvent {
    /// It was needed for the first time.
    Opened { seller: Seller },
    /// It follows a test clock from now on (C14).
    ClockAttached { clock: String },
    /// A request was accepted that changed nothing; see [`AccountEvent`](crate::domain::account::AccountEvent).
    Unchanged {},
}

impl Seller {
    /// The account after what happened.
    pub fn evolve(&mut self, event: &SellerEvent) {
        match event {
            SellerEvent::Opened { seller } => *self = seller.clone(),
            // The clock stands in the account's head, where every commit reads it.
            SellerEvent::ClockAttached { .. } | SellerEvent::Unchanged {} => {}
        }
    }
}
