//! Card number and security code: they print as `***`, are zeroed when dropped and cannot be
//! serialized (C9).

use std::fmt;

use zeroize::Zeroizing;

use super::brand::Brand;

/// A card number, digits only.
#[derive(Clone, PartialEq, Eq)]
pub struct CardNumber(Zeroizing<String>);

/// Why a number can't be a card's. None of them repeats a digit of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardNumberError {
    /// Nothing was given.
    #[error("Enter the card number.")]
    Missing,
    /// Something is neither digit, space nor hyphen.
    #[error("A card number has digits only; enter it as it is printed on the card.")]
    NotDigits,
    /// No card number is that long or short.
    #[error("A card number has 8 to 19 digits; enter all of them.")]
    Length,
}

impl CardNumber {
    /// Reads a number. Only spaces and hyphens may separate its digits (A12).
    pub fn parse(text: &str) -> Result<Self, CardNumberError> {
        // Reserved in full at once: a string that grows leaves copies of itself in freed memory.
        let mut digits = Zeroizing::new(String::with_capacity(text.len()));
        for character in text.chars() {
            match character {
                '0'..='9' => digits.push(character),
                ' ' | '-' => {}
                _ => return Err(CardNumberError::NotDigits),
            }
        }
        match digits.len() {
            0 => Err(CardNumberError::Missing),
            8..=19 => Ok(Self(digits)),
            _ => Err(CardNumberError::Length),
        }
    }

    /// The digits, for the provider's vault and the fingerprint only (C9).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first six digits, which may be kept (C9).
    #[must_use]
    pub fn iin(&self) -> String {
        self.0.chars().take(6).collect()
    }

    /// The last four digits, which may be kept (C9).
    #[must_use]
    pub fn last_four(&self) -> String {
        self.0.chars().skip(self.0.len().saturating_sub(4)).collect()
    }

    /// The brand by its range, and whether it has a length of that brand.
    #[must_use]
    pub fn brand(&self) -> Option<(Brand, bool)> {
        Brand::of(&self.0)
    }

    /// Whether its check digit is right (ISO/IEC 7812-1, annex B).
    #[must_use]
    pub fn passes_luhn(&self) -> bool {
        let sum: u32 = self
            .0
            .bytes()
            .rev()
            .map(|byte| u32::from(byte.saturating_sub(b'0')))
            .enumerate()
            .map(|(place, digit)| match (place % 2, digit) {
                (0, digit) => digit,
                (_, digit @ 0..=4) => digit * 2,
                (_, digit) => digit * 2 - 9,
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A security code, digits only.
#[derive(Clone, PartialEq, Eq)]
pub struct SecurityCode(Zeroizing<String>);

impl SecurityCode {
    /// Reads a code of three or four digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plausible = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
        plausible.then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The digits, for the provider's vault only (C9).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// How many digits it has.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for SecurityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_ascii_digits_with_spaces_and_hyphens() {
        #[rustfmt::skip]
        let rows = [
            ("4242424242424242",      Ok("4242424242424242")),
            ("4242 4242-4242 4242",   Ok("4242424242424242")),
            (" 42424242 ",            Ok("42424242")),
            ("",                      Err(CardNumberError::Missing)),
            (" - ",                   Err(CardNumberError::Missing)),
            ("4242424",               Err(CardNumberError::Length)),
            ("42424242424242424242",  Err(CardNumberError::Length)),
            ("4242.4242.4242.4242",   Err(CardNumberError::NotDigits)),
            ("4242\u{a0}42424242",    Err(CardNumberError::NotDigits)),
            ("４２４２４２４２４２４２４２４２", Err(CardNumberError::NotDigits)),
            ("٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢",      Err(CardNumberError::NotDigits)),
        ];
        for (text, expected) in rows {
            let parsed = CardNumber::parse(text);
            assert_eq!(parsed.as_ref().map(CardNumber::expose).map_err(|error| *error), expected, "{text}");
        }
        let number = CardNumber::parse("4000056655665556").unwrap();
        assert_eq!((number.iin().as_str(), number.last_four().as_str()), ("400005", "5556"));
    }

    #[test]
    fn luhn() {
        for good in ["4242424242424242", "378282246310005", "6205500000000000004", "18000000", "00000000"] {
            assert!(CardNumber::parse(good).unwrap().passes_luhn(), "{good}");
        }
        for bad in ["4242424242424241", "4242424242424224", "378282246310006"] {
            assert!(!CardNumber::parse(bad).unwrap().passes_luhn(), "{bad}");
        }
    }

    #[test]
    fn nothing_prints_a_number_or_a_code() {
        let number = CardNumber::parse("4242424242424242").unwrap();
        let code = SecurityCode::parse("737").unwrap();
        assert_eq!(
            format!("{number:?} {code:?} {:#?}", (&number, &code)),
            "*** *** (\n    ***,\n    ***,\n)"
        );
        assert_eq!(code.expose(), "737");
        for bad in ["", "73", "73737", "7a7", "７３７", " 737"] {
            assert_eq!(SecurityCode::parse(bad), None);
        }
    }
}
