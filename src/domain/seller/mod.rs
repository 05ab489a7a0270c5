//! A program's own account (design decision 2): what belongs to no customer's account lives here.
//!
//! It is the root of its world as an [`Account`](super::account::Account) is of a customer's. Its id follows
//! from the program's, and it is made by the first command that is accepted for it. Customers' commands find
//! no account here, and its own commands none of theirs.
//!
//! To add a command for it: a variant of [`Command`](super::command::Command) that carries the program,
//! named in `Command::seller`; what it makes lies in a folder of its own.

mod decide;
mod state;

pub use decide::{attach, decide_for};
pub use state::{Seller, SellerEvent, account_of};
