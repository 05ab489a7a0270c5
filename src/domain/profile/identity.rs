//! Identity numbers (H7).

use serde::{Deserialize, Serialize};

use crate::domain::{program::CheckDigitRule, reason::Reason, rejection::FieldViolation};

/// Kinds of identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityKind {
    /// Chile's taxpayer number.
    Rut,
    /// Another one of Chile's.
    Otro,
}

/// An identity number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityNumber {
    /// Of which kind.
    pub kind: IdentityKind,
    /// The number; a RUT as `8148691-3`.
    pub number: String,
    /// Whether its check digit is wrong, where the program only warns of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub check_digit_wrong: bool,
}

const FIELD: &str = "account.identity_number.number";

impl IdentityNumber {
    /// Reads a number as it was typed.
    pub fn read(kind: IdentityKind, text: &str, rule: CheckDigitRule) -> Result<Self, FieldViolation> {
        let refused = |description: &str| FieldViolation::new(FIELD, Reason::InvalidField, description);
        match kind {
            IdentityKind::Rut => {
                let (body, digit) = rut(text).ok_or_else(|| {
                    refused("A RUT has 6 to 8 digits and a check digit. Enter it as 8148691-3.")
                })?;
                let wrong = check_digit(&body) != digit;
                match rule {
                    CheckDigitRule::Enforce if wrong => {
                        Err(refused("The RUT's check digit is wrong. Check the number for a typing error."))
                    }
                    CheckDigitRule::Off | CheckDigitRule::Warn | CheckDigitRule::Enforce => Ok(Self {
                        kind,
                        number: format!("{body}-{digit}"),
                        check_digit_wrong: wrong && rule == CheckDigitRule::Warn,
                    }),
                }
            }
            IdentityKind::Otro => {
                let number = text.trim();
                let length = number.chars().count();
                if (5..=20).contains(&length) && !number.chars().any(char::is_control) {
                    Ok(Self { kind, number: number.to_owned(), check_digit_wrong: false })
                } else {
                    Err(refused("Such a number has 5 to 20 characters. Enter all of it."))
                }
            }
        }
    }
}

/// The digits of a RUT without leading zeros, and its check digit.
fn rut(text: &str) -> Option<(String, char)> {
    let text: String = text.trim().chars().filter(|character| *character != '.').collect();
    let (body, digit) = text.split_once('-')?;
    let mut digit = digit.chars();
    let (Some(check), None) = (digit.next(), digit.next()) else { return None };
    let check = check.to_ascii_uppercase();
    let all_digits = body.bytes().all(|byte| byte.is_ascii_digit());
    let body = body.trim_start_matches('0');
    (all_digits && (6..=8).contains(&body.len()) && (check.is_ascii_digit() || check == 'K'))
        .then(|| (body.to_owned(), check))
}

/// Modulo 11, with weights of 2 to 7 from the right.
fn check_digit(body: &str) -> char {
    let digits = body.bytes().rev().map(|byte| u32::from(byte.saturating_sub(b'0')));
    let sum: u32 = digits.zip((2..=7).cycle()).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => '0',
        10 => 'K',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckDigitRule::{Enforce, Off, Warn};

    #[test]
    fn h7_a_rut_has_a_check_digit() {
        #[rustfmt::skip]
        let table = [
            // as typed         off                       warn                         enforce
            ("8148691-3",    [Some(("8148691-3", false)),  Some(("8148691-3", false)),  Some(("8148691-3", false))]),
            ("8148691-0",    [Some(("8148691-0", false)),  Some(("8148691-0", true)),   None]), // the document's own
            ("12.345.678-5", [Some(("12345678-5", false)), Some(("12345678-5", false)), Some(("12345678-5", false))]),
            ("10000013-k",   [Some(("10000013-K", false)), Some(("10000013-K", false)), Some(("10000013-K", false))]),
            ("8148691",      [None, None, None]),
            ("8148691-33",   [None, None, None]),
            ("814869a-3",    [None, None, None]),
            ("814-3",        [None, None, None]),
            ("",             [None, None, None]),
        ];
        for (text, expected) in table {
            for (rule, expected) in [Off, Warn, Enforce].into_iter().zip(expected) {
                let read = IdentityNumber::read(IdentityKind::Rut, text, rule).ok();
                let read = read.as_ref().map(|it| (it.number.as_str(), it.check_digit_wrong));
                assert_eq!(read, expected, "{text} {rule:?}");
            }
        }
    }

    #[test]
    fn h7_another_number_has_5_to_20_characters() {
        for (length, taken) in [(4, false), (5, true), (20, true), (21, false)] {
            let read = IdentityNumber::read(IdentityKind::Otro, &"ñ".repeat(length), Enforce);
            assert_eq!(read.is_ok(), taken, "{length}");
        }
    }
}
