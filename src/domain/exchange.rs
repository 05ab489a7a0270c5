//! Exchange rates and conversion (C3).
//!
//! Rates come from a dated table, are looked up for a day and are kept beside what they produced.
//! What has to be compared with a limit is compared as exact quotients, before any rounding (W6).

use std::{cmp::Ordering, collections::BTreeMap};

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::{
    currency::Currency,
    money::{Money, MoneyError},
    table::{TableError, each_row},
};

/// The rates of all days.
#[derive(Debug, Clone, Default)]
pub struct RateTable {
    pairs: BTreeMap<(Currency, Currency), BTreeMap<Date, (Decimal, String)>>,
}

/// The rate that something was converted at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// What one unit is priced.
    pub base: Currency,
    /// What it is priced in.
    pub quote: Currency,
    /// How many units of `quote` one unit of `base` is. An inverse or a cross rate shows 28 digits.
    pub rate: Decimal,
    /// The day it was quoted.
    pub date: Date,
    /// Who quoted it.
    pub source: String,
}

/// An amount and the rate that gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converted {
    /// The amount.
    pub money: Money,
    /// The rate; `None` where the currency stayed as it was.
    pub rate: Option<Rate>,
}

/// Why an amount can't be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// The table has no rate for the pair on or before the day.
    #[error("no exchange rate from {from} to {to} is known on {on}")]
    RateMissing {
        /// The currency of the amount.
        from: Currency,
        /// The currency asked for.
        to: Currency,
        /// The day asked for.
        on: Date,
    },
    /// The result is no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// A rate as a fraction, so that an inverse loses nothing.
#[derive(Clone, Copy)]
struct Quotient {
    numerator: Decimal,
    denominator: Decimal,
}

impl Quotient {
    const ONE: Self = Self { numerator: Decimal::ONE, denominator: Decimal::ONE };

    fn apply(self, amount: Decimal) -> Option<Decimal> {
        amount.checked_mul(self.numerator)?.checked_div(self.denominator)
    }
}

#[derive(Deserialize)]
struct Row {
    date: Date,
    base: String,
    quote: String,
    rate: String,
    source: String,
}

impl RateTable {
    /// Reads `date,base,quote,rate,source`. Every line that can't be read is reported.
    pub fn parse(text: &str) -> Result<Self, Vec<TableError>> {
        let mut table = Self::default();
        each_row(text, |row| table.add(row))?;
        Ok(table)
    }

    fn add(&mut self, row: Row) -> Result<(), String> {
        let base: Currency = row.base.parse().map_err(|error| format!("base: {error}"))?;
        let quote: Currency = row.quote.parse().map_err(|error| format!("quote: {error}"))?;
        self.list(row.date, base, quote, &row.rate, row.source)
    }

    /// Adds the rate of a day.
    pub(super) fn list(
        &mut self,
        date: Date,
        base: Currency,
        quote: Currency,
        rate: &str,
        source: String,
    ) -> Result<(), String> {
        let rate = Decimal::from_str_exact(rate)
            .ok()
            .filter(|rate| *rate > Decimal::ZERO)
            .ok_or_else(|| format!("rate: {rate:?} is not a decimal number above zero"))?;
        if base == quote {
            return Err(format!("quote: expected another currency than the base, {base}"));
        }
        if source.is_empty() {
            return Err("source: expected who quoted the rate".to_owned());
        }
        let days = self.pairs.entry((base, quote)).or_default();
        if days.insert(date, (rate, source)).is_some() {
            return Err(format!("date: {base} to {quote} has a rate for {date} already"));
        }
        Ok(())
    }

    /// The rate from `base` to `quote` quoted last on or before a day: as listed, else the inverse,
    /// else crossed over the US dollar or the euro.
    #[must_use]
    pub fn rate(&self, base: Currency, quote: Currency, on: Date) -> Option<Rate> {
        let (quotient, date, source) = self.find(base, quote, on)?;
        let rate = quotient.apply(Decimal::ONE)?.normalize();
        Some(Rate { base, quote, rate, date, source })
    }

    /// Converts half-even to the minor unit (C3).
    pub fn convert_half_even(
        &self,
        money: &Money,
        to: Currency,
        on: Date,
    ) -> Result<Converted, ConversionError> {
        self.convert(money, to, on, RoundingStrategy::MidpointNearestEven)
    }

    /// What is asked of a card to verify it, in another currency than the program's: rounded up to
    /// the minor unit and at least one whole unit, because networks watch holds below one (H6).
    pub fn verification_equivalent(
        &self,
        money: &Money,
        to: Currency,
        on: Date,
    ) -> Result<Converted, ConversionError> {
        let mut converted = self.convert(money, to, on, RoundingStrategy::AwayFromZero)?;
        if converted.rate.is_some() && converted.money.amount() < Decimal::ONE {
            converted.money = Money::new(Decimal::ONE, to)?;
        }
        Ok(converted)
    }

    /// Whether an amount is below, at or above a limit that may be in another currency. Exact: what
    /// would be rounded on display still counts (W6).
    pub fn compare(&self, money: &Money, limit: &Money, on: Date) -> Result<Ordering, ConversionError> {
        let (from, to) = (limit.currency(), money.currency());
        let quotient = if from == to {
            Quotient::ONE
        } else {
            self.find(from, to, on).ok_or(ConversionError::RateMissing { from, to, on })?.0
        };
        let left = money.amount().checked_mul(quotient.denominator).ok_or(MoneyError::TooLarge)?;
        let right = limit.amount().checked_mul(quotient.numerator).ok_or(MoneyError::TooLarge)?;
        Ok(left.cmp(&right))
    }

    fn convert(
        &self,
        money: &Money,
        to: Currency,
        on: Date,
        rounding: RoundingStrategy,
    ) -> Result<Converted, ConversionError> {
        let from = money.currency();
        if from == to {
            return Ok(Converted { money: *money, rate: None });
        }
        let missing = ConversionError::RateMissing { from, to, on };
        let (quotient, date, source) = self.find(from, to, on).ok_or(missing)?;
        let exact = quotient.apply(money.amount()).ok_or(MoneyError::TooLarge)?;
        let money = Money::new(exact.round_dp_with_strategy(to.minor_digits(), rounding), to)?;
        let rate = quotient.apply(Decimal::ONE).ok_or(MoneyError::TooLarge)?.normalize();
        Ok(Converted { money, rate: Some(Rate { base: from, quote: to, rate, date, source }) })
    }

    fn find(&self, base: Currency, quote: Currency, on: Date) -> Option<(Quotient, Date, String)> {
        if base == quote {
            return Some((Quotient::ONE, on, "same currency".to_owned()));
        }
        if let Some(found) = self.listed_or_inverse(base, quote, on) {
            return Some(found);
        }
        let crossed =
            |over| Some((self.listed_or_inverse(base, over, on)?, self.listed_or_inverse(over, quote, on)?));
        let found = crossed(Currency::USD).or_else(|| crossed(Currency::EUR))?;
        let ((first, first_date, first_source), (second, second_date, second_source)) = found;
        let crossed = Quotient {
            numerator: first.numerator.checked_mul(second.numerator)?,
            denominator: first.denominator.checked_mul(second.denominator)?,
        };
        // A crossed rate is as old as the older of its two.
        let date = first_date.min(second_date);
        let source = if first_source == second_source {
            first_source
        } else {
            format!("{first_source}, {second_source}")
        };
        Some((crossed, date, source))
    }

    fn listed_or_inverse(
        &self,
        base: Currency,
        quote: Currency,
        on: Date,
    ) -> Option<(Quotient, Date, String)> {
        let latest = |pair| {
            let (date, (rate, source)) = self.pairs.get(&pair)?.range(..=on).next_back()?;
            Some((*rate, *date, source.clone()))
        };
        if let Some((rate, date, source)) = latest((base, quote)) {
            return Some((Quotient { numerator: rate, denominator: Decimal::ONE }, date, source));
        }
        let (rate, date, source) = latest((quote, base))?;
        Some((Quotient { numerator: Decimal::ONE, denominator: rate }, date, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
# what a day's rate was
date,base,quote,rate,source
2026-01-02,USD,CNY,7.1250,bank
2026-01-02,USD,CLP,945.5,bank
2026-01-02,USD,JPY,148.5,bank
2026-01-02,USD,GBP,0.75,bank
2026-02-01,USD,JPY,150,bank
2026-01-05,EUR,USD,1.25,other bank
";

    fn table() -> RateTable {
        RateTable::parse(TABLE).unwrap()
    }

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn money(text: &str) -> Money {
        let (code, amount) = text.split_once(' ').unwrap();
        Money::parse(amount, currency(code)).unwrap()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_rate_of_a_day_is_the_latest_on_or_before_it() {
        #[rustfmt::skip]
        let rows = [
            // base   quote  on            rate and its date
            ("USD", "CNY", "2026-01-02", Some(("7.125", "2026-01-02"))),
            ("USD", "CNY", "2026-12-31", Some(("7.125", "2026-01-02"))),
            ("USD", "CNY", "2026-01-01", None),
            ("USD", "JPY", "2026-01-31", Some(("148.5", "2026-01-02"))),
            ("USD", "JPY", "2026-02-01", Some(("150", "2026-02-01"))),
            ("GBP", "USD", "2026-01-02", Some(("1.3333333333333333333333333333", "2026-01-02"))),
            ("USD", "EUR", "2026-02-01", Some(("0.8", "2026-01-05"))),
            ("EUR", "JPY", "2026-02-01", Some(("187.5", "2026-01-05"))),
            ("EUR", "CNY", "2026-01-04", None),
            ("USD", "USD", "2026-01-04", Some(("1", "2026-01-04"))),
            ("USD", "SGD", "2026-02-01", None),
        ];
        for (base, quote, on, expected) in rows {
            let rate = table().rate(currency(base), currency(quote), day(on));
            let shown = rate.map(|rate| (rate.rate.to_string(), rate.date.to_string()));
            let expected = expected.map(|(rate, date)| (rate.to_owned(), date.to_owned()));
            assert_eq!(shown, expected, "{base} {quote} {on}");
        }
    }

    #[test]
    fn conversion_rounds_half_even_and_a_verification_up_to_one_unit_at_least() {
        #[rustfmt::skip]
        let rows = [
            // amount       to     half-even       verification
            ("USD 1.00",   "CLP", "CLP 946",      "CLP 946"),
            ("USD 1.00",   "CNY", "CNY 7.12",     "CNY 7.13"),
            ("USD 1.00",   "JPY", "JPY 148",      "JPY 149"),
            ("USD 1.00",   "GBP", "GBP 0.75",     "GBP 1.00"),
            ("USD 1.00",   "EUR", "EUR 0.80",     "EUR 1.00"),
            ("USD 1.00",   "USD", "USD 1.00",     "USD 1.00"),
            ("USD 0.50",   "USD", "USD 0.50",     "USD 0.50"),
            ("CNY 7.13",   "USD", "USD 1.00",     "USD 1.01"),
            ("EUR 1.00",   "JPY", "JPY 186",      "JPY 186"),
        ];
        for (amount, to, half_even, verification) in rows {
            let on = day("2026-01-10");
            let converted = table().convert_half_even(&money(amount), currency(to), on).unwrap();
            assert_eq!(converted.money.to_string(), half_even, "{amount} {to}");
            let equivalent = table().verification_equivalent(&money(amount), currency(to), on).unwrap();
            assert_eq!(equivalent.money.to_string(), verification, "{amount} {to}");
            assert_eq!(converted.rate.is_none(), amount.starts_with(to));
        }
        let missing = table().convert_half_even(&money("USD 1"), currency("SGD"), day("2026-01-10"));
        let expected = "no exchange rate from USD to SGD is known on 2026-01-10";
        assert_eq!(missing.unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_limit_is_compared_exactly_not_as_displayed() {
        let (cap, on) = (money("USD 50000"), day("2026-01-10"));
        assert_eq!(table().compare(&money("CNY 356250.00"), &cap, on), Ok(Ordering::Equal));
        assert_eq!(table().compare(&money("CNY 356250.01"), &cap, on), Ok(Ordering::Greater));
        assert_eq!(table().compare(&money("CNY 356249.99"), &cap, on), Ok(Ordering::Less));
        assert_eq!(table().compare(&money("USD 50000.01"), &cap, on), Ok(Ordering::Greater));
        assert_eq!(table().compare(&money("EUR 40000.00"), &cap, on), Ok(Ordering::Equal));
    }

    #[test]
    fn every_line_that_cannot_be_read_is_named() {
        let text = "date,base,quote,rate,source\n\
            2026-01-02,USD,CNY,7.1,bank\n\
            2026-13-02,USD,CNY,7.1,bank\n\
            2026-01-02,USX,CNY,7.1,bank\n\
            2026-01-03,USD,CNY,0,bank\n\
            2026-01-02,USD,CNY,7.2,bank\n\
            2026-01-02,USD,USD,1,bank\n\
            2026-01-02,USD\n";
        let errors = RateTable::parse(text).unwrap_err();
        let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
        assert!(errors[1].to_string().contains("base: \"USX\" is not an ISO 4217"), "{}", errors[1]);
    }
}
