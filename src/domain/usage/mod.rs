//! Pay-as-you-go: what was used, and the bills that charge it (A19, A20, H9 to H11).
//!
//! A [`Period`] gathers what an account uses in a month. What has accrued is billed once: when it reaches the
//! deduction threshold ([`threshold`]), when the month's bill is generated ([`close`]), or at once on risk of
//! arrears. Each bill is an invoice, collected by a payment that nobody has to ask for.

mod bill;
mod close;
mod preauthorization;
mod products;
mod report;
mod state;
mod threshold;

pub use bill::issue_now;
pub(in crate::domain) use bill::settled;
pub use close::{close, wake};
pub use products::{disable, enable};
pub use report::report;
pub use state::{Charge, Period, PeriodEvent, Preauthorization, State};
pub use threshold::set_threshold;
