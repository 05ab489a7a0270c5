//! Cards: reading what a customer typed, and knowing what an IIN says.
//!
//! Number and security code live only in [`CardNumber`] and [`SecurityCode`]; everything past the
//! edge sees [`CardFacts`] and an [`InstrumentFingerprint`] (C9). To add a brand: a variant of
//! [`Brand`], its ranges in `brand.rs` and a row in the tests there. What one issuer's cards can do is a
//! line of `programs/iin.csv`.

mod brand;
mod expiry;
mod facts;
mod fingerprint;
mod iin;
mod input;
mod postal;
mod secret;
mod stray;
#[cfg(test)]
mod tests;

pub use brand::Brand;
pub use expiry::{Expiry, ExpiryError};
pub use facts::{CardFacts, Funding, Product};
pub use fingerprint::{InstrumentFingerprint, fingerprint};
pub use iin::IinTable;
pub use input::{
    AddressInput, BillingAddress, CardInput, CardInputRules, ValidCard, validate_address, validate_card,
};
pub use secret::{CardNumber, CardNumberError, SecurityCode};
pub use stray::holds_card_number;
