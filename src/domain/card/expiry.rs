//! A card's expiry (A12).

use std::fmt;

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

/// How many years ahead an expiry may lie.
pub const YEARS_AHEAD_MAX: i16 = 20;

/// Until the end of which month a card is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Expiry {
    // The year comes first so that expiries sort by time.
    year: i16,
    month: i8,
}

/// An expiry as stored, before its month is known to be one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    year: i16,
    month: i16,
}

impl TryFrom<Parts> for Expiry {
    type Error = ExpiryError;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::new(parts.month, parts.year).ok_or(ExpiryError::Format)
    }
}

/// Why a text is no expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// It isn't `MM/YY` with a month from 01 to 12.
    #[error("Enter the expiry as MM/YY, for example 09/28.")]
    Format,
    /// It lies further ahead than cards are issued for.
    #[error("No card is valid for more than 20 years; enter the expiry as it is printed on the card.")]
    TooFar,
}

impl Expiry {
    /// Reads `MM/YY`, nothing else; `YY` is a year of this century.
    pub fn parse(text: &str, today: Date) -> Result<Self, ExpiryError> {
        let bytes = text.as_bytes();
        let [m1 @ b'0'..=b'9', m2 @ b'0'..=b'9', b'/', y1 @ b'0'..=b'9', y2 @ b'0'..=b'9'] = *bytes else {
            return Err(ExpiryError::Format);
        };
        let two = |tens: u8, ones: u8| i16::from((tens - b'0') * 10 + (ones - b'0'));
        let expiry = Self::new(two(m1, m2), 2000 + two(y1, y2)).ok_or(ExpiryError::Format)?;
        if expiry.year > today.year() + YEARS_AHEAD_MAX {
            return Err(ExpiryError::TooFar);
        }
        Ok(expiry)
    }

    /// An expiry of a month from 1 to 12 and a year of four digits.
    #[must_use]
    pub fn new(month: i16, year: i16) -> Option<Self> {
        let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        (2000..=2199).contains(&year).then_some(Self { year, month })
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> i8 {
        self.month
    }

    /// The year, four digits.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// Whether the card has expired: its month is over.
    #[must_use]
    pub fn is_past(self, today: Date) -> bool {
        (self.year, self.month) < (today.year(), today.month())
    }

    /// Whether the card expires in the month of that day. It can still pay, but not be added (A12).
    #[must_use]
    pub fn is_this_month(self, today: Date) -> bool {
        (self.year, self.month) == (today.year(), today.month())
    }

    /// The first day on which the card can't pay any more.
    #[must_use]
    pub fn end(self) -> Date {
        let first = jiff::civil::date(self.year, self.month, 1);
        first.saturating_add(1.month())
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}/{:02}", self.month, self.year % 100)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_expiry_is_mm_slash_yy_and_at_most_twenty_years_ahead() {
        #[rustfmt::skip]
        let rows = [
            ("09/28",   Ok((9, 2028))),
            ("01/26",   Ok((1, 2026))),
            ("12/46",   Ok((12, 2046))),
            ("01/00",   Ok((1, 2000))),
            ("01/47",   Err(ExpiryError::TooFar)),
            ("01/99",   Err(ExpiryError::TooFar)),
            ("00/28",   Err(ExpiryError::Format)),
            ("13/28",   Err(ExpiryError::Format)),
            ("9/28",    Err(ExpiryError::Format)),
            ("09/2028", Err(ExpiryError::Format)),
            ("0928",    Err(ExpiryError::Format)),
            ("09-28",   Err(ExpiryError::Format)),
            (" 09/28",  Err(ExpiryError::Format)),
            ("09/28 ",  Err(ExpiryError::Format)),
            ("+9/28",   Err(ExpiryError::Format)),
            ("０9/28",  Err(ExpiryError::Format)),
            ("",        Err(ExpiryError::Format)),
        ];
        for (text, expected) in rows {
            let parsed = Expiry::parse(text, date(2026, 1, 12));
            assert_eq!(parsed.map(|expiry| (expiry.month(), expiry.year())), expected, "{text:?}");
        }
    }

    #[test]
    fn a_card_is_valid_through_the_last_day_of_its_month() {
        #[rustfmt::skip]
        let rows = [
            // expiry     today               past   this month
            ("01/26",  date(2025, 12, 31),  false, false),
            ("01/26",  date(2026, 1, 1),    false, true),
            ("01/26",  date(2026, 1, 31),   false, true),
            ("01/26",  date(2026, 2, 1),    true,  false),
            ("12/25",  date(2026, 1, 1),    true,  false),
            ("12/26",  date(2026, 11, 30),  false, false),
        ];
        for (text, today, past, this_month) in rows {
            let expiry = Expiry::parse(text, today).unwrap();
            assert_eq!((expiry.is_past(today), expiry.is_this_month(today)), (past, this_month), "{text}");
        }
        assert_eq!(Expiry::new(12, 2026).unwrap().end(), date(2027, 1, 1));
        assert_eq!(Expiry::new(2, 2028).unwrap().end(), date(2028, 3, 1));
        assert_eq!(Expiry::new(2, 2028).unwrap().to_string(), "02/28");
        assert!(Expiry::new(12, 2026).unwrap() < Expiry::new(1, 2027).unwrap());
    }

    #[test]
    fn what_is_stored_is_checked_when_read() {
        let expiry = Expiry::new(9, 2028).unwrap();
        let json = serde_json::to_string(&expiry).unwrap();
        assert_eq!(json, r#"{"year":2028,"month":9}"#);
        assert_eq!(serde_json::from_str::<Expiry>(&json).unwrap(), expiry);
        for bad in [r#"{"year":2028,"month":13}"#, r#"{"year":28,"month":9}"#, r#"{"year":2028}"#] {
            assert!(serde_json::from_str::<Expiry>(bad).is_err(), "{bad}");
        }
    }
}
