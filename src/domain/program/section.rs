//! Reading a table of a program file, every error kept (C1).
//!
//! A key that can't be read is reported and a harmless stand-in returned in its place, so that reading
//! goes on and all errors are found at once. A program with any error is never returned, so no
//! stand-in ever decides. Keys that nobody asked for are reported when the section is dropped.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    str::FromStr,
};

use jiff::{SignedDuration, Span, SpanRelativeTo, civil::Date};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::source::Source;
use crate::domain::{currency::Currency, money::Money};

/// One table of the file.
pub(super) struct Section<'t> {
    source: &'t Source<'t>,
    /// `None` where the file lacks the table.
    table: Option<&'t DeTable<'t>>,
    path: String,
    offset: usize,
    asked: RefCell<BTreeSet<&'static str>>,
    /// Set where the keys are names that the file chooses, so that none is unknown.
    free: Cell<bool>,
}

impl<'t> Section<'t> {
    pub(super) fn root(source: &'t Source<'t>, table: &'t Spanned<DeTable<'t>>) -> Self {
        Self::new(source, Some(table.get_ref()), String::new(), 0)
    }

    fn new(source: &'t Source<'t>, table: Option<&'t DeTable<'t>>, path: String, offset: usize) -> Self {
        Self { source, table, path, offset, asked: RefCell::default(), free: Cell::new(false) }
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn find(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table?.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    fn optional(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        self.find(key)
    }

    /// The value of a key that has to be there.
    pub(super) fn required(&self, key: &'static str, expected: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let value = self.optional(key);
        if value.is_none() {
            self.source.report(self.offset, &self.path_of(key), format!("is missing; expected {expected}"));
        }
        value
    }

    /// Reports a key of this table, at its value.
    pub(super) fn reject(&self, key: &str, message: String) {
        let offset = self.find(key).map_or(self.offset, |value| value.span().start);
        self.source.report(offset, &self.path_of(key), message);
    }

    fn unexpected(&self, key: &str, value: &Spanned<DeValue<'t>>, expected: &str) {
        let found = show(value.get_ref());
        let message = format!("expected {expected}, found {found}");
        self.source.report(value.span().start, &self.path_of(key), message);
    }

    /// Whether a key is there.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.optional(key).is_some()
    }

    /// A text that must not be empty.
    pub(super) fn text(&self, key: &'static str, expected: &str) -> String {
        let full = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        self.required(key, expected)
            .and_then(|value| self.convert(key, value, expected, full))
            .unwrap_or_default()
    }

    /// A text that stands for a value.
    pub(super) fn value<T: FromStr>(&self, key: &'static str, expected: &str) -> Option<T> {
        let value = self.required(key, expected)?;
        self.convert(key, value, expected, |text| text.parse().ok())
    }

    fn convert<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'t>>,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = value.get_ref().as_str().and_then(parse);
        if parsed.is_none() {
            self.unexpected(key, value, expected);
        }
        parsed
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        const EXPECTED: &str = "true or false";
        self.required(key, EXPECTED).and_then(|value| self.read_flag(key, value)).unwrap_or_default()
    }

    /// `true` or `false`, or nothing.
    pub(super) fn optional_flag(&self, key: &'static str) -> Option<bool> {
        self.optional(key).and_then(|value| self.read_flag(key, value))
    }

    fn read_flag(&self, key: &str, value: &Spanned<DeValue<'t>>) -> Option<bool> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.unexpected(key, value, "true or false");
        }
        flag
    }

    /// A whole number above zero.
    pub(super) fn count(&self, key: &'static str) -> u32 {
        self.required(key, COUNT).and_then(|value| self.read_count(key, value)).unwrap_or_default()
    }

    /// A whole number above zero, or nothing.
    pub(super) fn optional_count(&self, key: &'static str) -> Option<u32> {
        self.optional(key).and_then(|value| self.read_count(key, value))
    }

    fn read_count(&self, key: &str, value: &Spanned<DeValue<'t>>) -> Option<u32> {
        let number = value.get_ref().as_integer().filter(|number| number.radix() == 10);
        let count = number.and_then(|number| number.as_str().parse().ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.unexpected(key, value, COUNT);
        }
        count
    }

    /// A date without a time.
    pub(super) fn date(&self, key: &'static str) -> Date {
        const EXPECTED: &str = "a date such as 2026-01-12, not in quotes";
        let Some(value) = self.required(key, EXPECTED) else { return Date::ZERO };
        let date = value.get_ref().as_datetime().and_then(|datetime| datetime.to_string().parse().ok());
        // A date with a time would parse as a date too, and the time would be lost in silence.
        let date = date.filter(|date: &Date| {
            Some(date.to_string()) == value.get_ref().as_datetime().map(ToString::to_string)
        });
        date.unwrap_or_else(|| {
            self.unexpected(key, value, EXPECTED);
            Date::ZERO
        })
    }

    /// A length of time above zero.
    pub(super) fn duration(&self, key: &'static str) -> SignedDuration {
        self.required(key, DURATION)
            .and_then(|value| self.convert(key, value, DURATION, read_duration))
            .unwrap_or_default()
    }

    /// A length of time above zero, or nothing.
    pub(super) fn optional_duration(&self, key: &'static str) -> Option<SignedDuration> {
        self.optional(key).and_then(|value| self.convert(key, value, DURATION, read_duration))
    }

    /// Lengths of time above zero, in order; none where the key is missing.
    pub(super) fn optional_durations(&self, key: &'static str) -> Vec<SignedDuration> {
        let Some(value) = self.optional(key) else { return Vec::new() };
        let mut durations = Vec::new();
        for (item, text) in self.texts(key, value, DURATION) {
            match read_duration(text) {
                Some(duration) => durations.push(duration),
                None => self.unexpected(key, item, DURATION),
            }
        }
        durations
    }

    /// An amount, stated in US dollars or, under another key, with its currency.
    pub(super) fn amount(&self, usd: &'static str, with_currency: &'static str) -> Money {
        if !self.has(usd) && !self.has(with_currency) {
            let message = format!("is missing; expected {USD}, or {with_currency} with {MONEY}");
            self.source.report(self.offset, &self.path_of(usd), message);
        }
        self.optional_amount(usd, with_currency).unwrap_or_else(|| Money::zero(Currency::USD))
    }

    /// As [`amount`](Self::amount), or nothing.
    pub(super) fn optional_amount(&self, usd: &'static str, with_currency: &'static str) -> Option<Money> {
        let in_dollars = self.optional(usd).and_then(|value| self.convert(usd, value, USD, read_usd));
        let given = self.optional_money(with_currency);
        if self.has(usd) && self.has(with_currency) {
            self.reject(with_currency, format!("is stated in {usd} too; expected it once"));
        }
        let nothing = |amount: &Money| amount.is_zero();
        if given.as_ref().is_some_and(nothing) {
            self.reject(with_currency, format!("expected {MONEY}, above zero"));
        }
        in_dollars.or(given)
    }

    /// An amount with its currency, or nothing.
    pub(super) fn optional_money(&self, key: &'static str) -> Option<Money> {
        self.optional(key).and_then(|value| {
            self.convert(key, value, MONEY, |text| {
                let (currency, amount) = text.split_once(' ')?;
                Money::parse(amount, currency.parse().ok()?).ok()
            })
        })
    }

    /// A list of texts that stand for values, without duplicates.
    pub(super) fn set<T: FromStr + Ord>(&self, key: &'static str, expected: &str) -> BTreeSet<T> {
        self.required(key, expected).map(|value| self.read_set(key, value, expected)).unwrap_or_default()
    }

    /// As [`set`](Self::set), with one value at least.
    pub(super) fn full_set<T: FromStr + Ord>(&self, key: &'static str, expected: &str) -> BTreeSet<T> {
        let empty =
            |value: &Spanned<DeValue<'_>>| value.get_ref().as_array().is_some_and(|list| list.is_empty());
        if self.optional(key).is_some_and(empty) {
            self.reject(key, format!("is empty; expected one at least, {expected}"));
        }
        self.set(key, expected)
    }

    /// A list of texts that stand for values, or nothing.
    pub(super) fn optional_set<T: FromStr + Ord>(
        &self,
        key: &'static str,
        expected: &str,
    ) -> Option<BTreeSet<T>> {
        self.optional(key).map(|value| self.read_set(key, value, expected))
    }

    pub(super) fn read_set<T: FromStr + Ord>(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
        expected: &str,
    ) -> BTreeSet<T> {
        let mut set = BTreeSet::new();
        for (item, text) in self.texts(key, value, expected) {
            match text.parse() {
                Ok(parsed) => {
                    if !set.insert(parsed) {
                        let message = format!("lists {text:?} twice; expected each once");
                        self.source.report(item.span().start, &self.path_of(key), message);
                    }
                }
                Err(_) => self.unexpected(key, item, expected),
            }
        }
        set
    }

    /// The texts of a list, each with its place.
    pub(super) fn texts(
        &self,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
        expected: &str,
    ) -> Vec<(&'t Spanned<DeValue<'t>>, &'t str)> {
        let Some(items) = value.get_ref().as_array() else {
            self.unexpected(key, value, &format!("a list, each of them {expected}"));
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push((item, text)),
                None => self.unexpected(key, item, expected),
            }
        }
        texts
    }

    /// A table inside this one. Where it is missing it reads as an empty one, so that what it has to
    /// hold is named too.
    pub(super) fn section(&self, key: &'static str) -> Section<'t> {
        let value = self.required(key, "a table");
        let path = self.path_of(key);
        let Some(value) = value else { return Self::new(self.source, None, path, self.offset) };
        let offset = value.span().start;
        match value.get_ref().as_table() {
            Some(table) => Self::new(self.source, Some(table), path, offset),
            None => {
                self.unexpected(key, value, "a table");
                Self::new(self.source, None, path, offset)
            }
        }
    }

    /// A table inside this one, or nothing.
    pub(super) fn optional_section(&self, key: &'static str) -> Option<Section<'t>> {
        self.has(key).then(|| self.section(key))
    }

    /// Tables inside this one, in order; none where the key is missing.
    pub(super) fn sections(&self, key: &'static str) -> Vec<Section<'t>> {
        let Some(value) = self.optional(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.unexpected(key, value, "a list of tables");
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{}[{index}]", self.path_of(key));
            match item.get_ref().as_table() {
                Some(table) => sections.push(Self::new(self.source, Some(table), path, item.span().start)),
                None => self.unexpected(key, item, "a table"),
            }
        }
        sections
    }

    /// All keys with their values, where the file chooses the names.
    pub(super) fn entries(&self) -> Vec<(&'t str, &'t Spanned<DeValue<'t>>)> {
        self.free.set(true);
        let entries = self.table.into_iter().flatten();
        entries.map(|(name, value)| (name.get_ref().as_ref(), value)).collect()
    }

    /// Reports an item of this table.
    pub(super) fn reject_item(&self, key: &str, item: &Spanned<DeValue<'t>>, message: String) {
        self.source.report(item.span().start, &self.path_of(key), message);
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        if self.free.get() {
            return;
        }
        let asked = self.asked.borrow();
        for (name, _) in self.table.into_iter().flatten() {
            if !asked.contains(name.get_ref().as_ref()) {
                let known: Vec<_> = asked.iter().copied().collect();
                let message = format!("is not a known key; expected one of {}", known.join(", "));
                self.source.report(name.span().start, &self.path_of(name.get_ref()), message);
            }
        }
    }
}

const COUNT: &str = "a whole number above zero";
const DURATION: &str = "a length of time as text, for example \"24h\" or \"15d\"";
const USD: &str = "an amount in US dollars above zero as text, for example \"1.00\"";
const MONEY: &str = "an amount as text with its currency, for example \"USD 1000.00\"";

/// Days are 24 hours: these are lengths of time, not calendar days.
fn read_duration(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    duration.is_positive().then_some(duration)
}

fn read_usd(text: &str) -> Option<Money> {
    Money::parse(text, Currency::USD).ok().filter(|amount| !amount.is_zero())
}

/// A value as a person would point at it.
fn show(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(datetime) => format!("the date {datetime}"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
