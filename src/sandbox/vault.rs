//! What the tokens stand for (C9). Only numbers of the catalogue are kept; of any other number the
//! truncation alone, and of a security code only whether the issuer knows it.

use rusqlite::OptionalExtension as _;

use super::{
    catalogue::{self, Card},
    database::Turn,
    error::Error,
};
use crate::proto::provider::v1::TokenizeRequest;

/// A card as it was presented.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// `None`: no issuer knows the number.
    pub card: Option<&'static Card>,
    /// IIN and last four digits.
    pub truncated: String,
    pub code_matches: bool,
    pub holder_known: bool,
    pub expiry_year: i32,
    pub expiry_month: i32,
    /// How many charges were begun with its token.
    pub charges: i64,
}

/// Looks at a card as it is presented. The number and the code go no further.
pub(super) fn look(request: &TokenizeRequest) -> Result<Held, Error> {
    let number = request.number.as_str();
    let code = request.security_code.as_str();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(number) || !(13..=19).contains(&number.len()) {
        return Err(Error::invalid("number", "a card number has 13 to 19 digits and nothing else"));
    }
    if !digits(code) || !(3..=4).contains(&code.len()) {
        return Err(Error::invalid("security_code", "a security code has 3 or 4 digits and nothing else"));
    }
    if !(1..=12).contains(&request.expiry_month) {
        return Err(Error::invalid("expiry_month", "a month is from 1 to 12"));
    }
    if !(2000..=2999).contains(&request.expiry_year) {
        return Err(Error::invalid("expiry_year", "a year has four digits"));
    }
    let card = catalogue::find(number);
    let holder_known = request
        .holder_name
        .split_whitespace()
        .next_back()
        .is_some_and(|word| !word.eq_ignore_ascii_case(catalogue::UNKNOWN_HOLDER));
    let zeros = code.bytes().all(|byte| byte == b'0');
    Ok(Held {
        card,
        truncated: truncate(number),
        code_matches: !zeros && card.is_none_or(|card| card.security_code_length() == code.len()),
        holder_known,
        expiry_year: request.expiry_year,
        expiry_month: request.expiry_month,
        charges: 0,
    })
}

/// IIN and last four, as `424242…4242`.
fn truncate(number: &str) -> String {
    let iin = number.get(..6).unwrap_or("");
    let last = number.get(number.len().saturating_sub(4)..).unwrap_or("");
    format!("{iin}…{last}")
}

/// Puts a card away and draws its token.
pub(super) fn keep(turn: &mut Turn<'_>, held: &Held) -> Result<String, Error> {
    let token = format!("tok_{}", turn.secret());
    turn.connection
        .prepare_cached(
            "INSERT INTO vault (token, number, truncated, code_matches, holder_known, expiry_year, expiry_month, charges)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        )?
        .execute((
            &token,
            held.card.map(|card| card.number),
            &held.truncated,
            held.code_matches,
            held.holder_known,
            held.expiry_year,
            held.expiry_month,
        ))?;
    Ok(token)
}

/// The card that a token stands for.
pub(super) fn open(turn: &Turn<'_>, token: &str) -> Result<Option<Held>, Error> {
    let held = turn
        .connection
        .prepare_cached(
            "SELECT number, truncated, code_matches, holder_known, expiry_year, expiry_month, charges
             FROM vault WHERE token = ?1",
        )?
        .query_row([token], |row| {
            let number: Option<String> = row.get(0)?;
            Ok(Held {
                card: number.as_deref().and_then(catalogue::find),
                truncated: row.get(1)?,
                code_matches: row.get(2)?,
                holder_known: row.get(3)?,
                expiry_year: row.get(4)?,
                expiry_month: row.get(5)?,
                charges: row.get(6)?,
            })
        })
        .optional()?;
    Ok(held)
}

/// Counts a charge that was begun.
pub(super) fn count_charge(turn: &Turn<'_>, token: &str) -> Result<(), Error> {
    turn.connection
        .prepare_cached("UPDATE vault SET charges = charges + 1 WHERE token = ?1")?
        .execute([token])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(number: &str, code: &str, holder: &str) -> TokenizeRequest {
        TokenizeRequest {
            number: number.to_owned(),
            security_code: code.to_owned(),
            expiry_month: 12,
            expiry_year: 2030,
            holder_name: holder.to_owned(),
            billing_region_code: "US".to_owned(),
        }
    }

    #[test]
    fn name_and_code_are_compared() {
        #[rustfmt::skip]
        let table = [
            ("4242424242424242", "123",  "Ada Lovelace",   true,  true),
            ("4242424242424242", "000",  "Ada Lovelace",   false, true),
            ("4242424242424242", "1234", "Ada Lovelace",   false, true),
            ("378282246310005",  "1234", "Ada Lovelace",   true,  true),
            ("378282246310005",  "0000", "Ada Lovelace",   false, true),
            ("378282246310005",  "123",  "Ada Lovelace",   false, true),
            ("4242424242424242", "123",  "Ada MISMATCH",   true,  false),
            ("4242424242424242", "123",  "Ada mismatch ",  true,  false),
            ("4242424242424242", "123",  "MISMATCH Ada",   true,  true),
            ("4242424242424242", "123",  "  ",             true,  false),
        ];
        for (number, code, holder, code_matches, holder_known) in table {
            let held = look(&presented(number, code, holder)).unwrap();
            assert_eq!((held.code_matches, held.holder_known), (code_matches, holder_known), "{holder}");
        }
    }

    #[test]
    fn an_unknown_number_is_only_kept_truncated() {
        let held = look(&presented("4999999999999996", "123", "Ada")).unwrap();
        assert!(held.card.is_none());
        assert_eq!(held.truncated, "499999…9996");
    }

    #[test]
    fn what_is_no_card_is_refused() {
        for (number, code) in [("4242 4242 4242 4242", "123"), ("", "123"), ("4242424242424242", "12a")] {
            let error = look(&presented(number, code, "Ada")).unwrap_err().to_string();
            assert!(!error.contains("4242") && !error.contains("12a"), "{error}");
        }
    }
}
