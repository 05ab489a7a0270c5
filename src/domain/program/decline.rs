//! What an issuer's decline code means and what the customer can do (A32).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::domain::table::{TableError, each_row};

/// What kind of refusal a code is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumIter,
    EnumString,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineCategory {
    /// This card will never work again.
    Hard,
    /// There is not enough money, or a limit is reached.
    SoftFunds,
    /// Something failed at the issuer or on the way.
    SoftTechnical,
    /// The issuer refuses without telling more, or until its customer calls.
    SoftIssuer,
    /// Something the customer entered is wrong or out of date.
    Data,
    /// The issuer wants its customer authenticated first.
    ScaRequired,
    /// The issuer suspects fraud.
    Fraud,
    /// The seller's set-up is at fault.
    Config,
    /// The code is in no table.
    Unknown,
}

/// A decline, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decline {
    /// The code as the issuer gave it.
    pub code: String,
    /// What kind of refusal it is.
    pub category: DeclineCategory,
    /// What the code means.
    pub meaning: String,
    /// What to do next, in a sentence.
    pub advice: String,
}

/// All codes.
#[derive(Debug, Clone, Default)]
pub struct DeclineTable {
    declines: BTreeMap<String, Decline>,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    category: String,
    meaning: String,
    advice: String,
}

impl Decline {
    /// Whether the card will never pay, so that networks forbid to ask again.
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        match self.category {
            DeclineCategory::Hard | DeclineCategory::Fraud => true,
            DeclineCategory::SoftFunds
            | DeclineCategory::SoftTechnical
            | DeclineCategory::SoftIssuer
            | DeclineCategory::Data
            | DeclineCategory::ScaRequired
            | DeclineCategory::Config
            | DeclineCategory::Unknown => false,
        }
    }
}

impl DeclineTable {
    /// Reads `code,category,meaning,advice`. Every line that can't be read is reported.
    pub fn parse(text: &str) -> Result<Self, Vec<TableError>> {
        let mut table = Self::default();
        each_row(text, |row| table.add(row))?;
        Ok(table)
    }

    /// What a code means. One that is in no table is unknown, by name: it is never taken for another.
    #[must_use]
    pub fn explain(&self, code: &str) -> Decline {
        self.declines.get(&code.trim().to_ascii_uppercase()).cloned().unwrap_or_else(|| Decline {
            code: code.to_owned(),
            category: DeclineCategory::Unknown,
            meaning: "The issuer declined with a code that is not known.".to_owned(),
            advice: "Contact the card's issuer, or use another card.".to_owned(),
        })
    }

    fn add(&mut self, row: Row) -> Result<(), String> {
        let category =
            row.category.parse().ok().filter(|category| *category != DeclineCategory::Unknown).ok_or_else(
                || format!("category: {:?} is none, expected one such as SOFT_FUNDS", row.category),
            )?;
        if row.code.is_empty() || row.meaning.is_empty() || !row.advice.ends_with('.') {
            return Err("expected a code, a meaning and an advice that is a sentence".to_owned());
        }
        let decline = Decline { code: row.code.clone(), category, meaning: row.meaning, advice: row.advice };
        match self.declines.insert(row.code.to_ascii_uppercase(), decline) {
            None => Ok(()),
            Some(_) => Err(format!("code: {} is listed already", row.code)),
        }
    }
}
