//! Who a customer is: what individuals and enterprises tell of themselves (H4), and identity numbers (H7).

mod identity;
mod state;

pub use identity::{IdentityKind, IdentityNumber};
pub use state::{Profile, ProfileInput, validate};
