//! The European Central Bank's reference rates, as it publishes them: `eurofxref-hist.csv` and
//! `eurofxref-daily.csv`, with a column for each currency, and `eurofxref-hist.xml` and `eurofxref-daily.xml`.
//! All are quoted for one euro.

use std::collections::BTreeMap;

use jiff::civil::Date;
use roxmltree::{Document, Node};

use super::{
    currency::Currency,
    exchange::RateTable,
    table::{TableError, each_row},
};

const SOURCE: &str = "European Central Bank";
/// Currencies that the history has and that are no more. Nothing is paid in them.
const WITHDRAWN: [&str; 11] = ["BGN", "CYP", "EEK", "HRK", "LTL", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL"];

/// Reads rates in whatever format they come in: the table that ships, or one of the bank's.
pub fn parse(text: &str) -> Result<RateTable, Vec<TableError>> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().find(|line| !line.starts_with('#') && !line.trim().is_empty());
    let first = first.unwrap_or_default().trim_start();
    if first.starts_with('<') {
        xml(text)
    } else if first.split(',').next().is_some_and(|name| name.trim() == "Date") {
        csv(text)
    } else {
        RateTable::parse(text)
    }
}

/// One rate of a day; none where it says `N/A`.
fn add(table: &mut RateTable, date: Date, code: &str, rate: &str) -> Result<(), String> {
    if rate == "N/A" || rate.is_empty() {
        return Ok(());
    }
    match code.parse::<Currency>() {
        Ok(quote) => table.list(date, Currency::EUR, quote, rate, SOURCE.to_owned()),
        Err(_) if WITHDRAWN.contains(&code) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    // The daily table writes the day out; the history does not.
    let read = text.parse().or_else(|_| Date::strptime("%d %B %Y", text));
    read.map_err(|_| format!("{text:?} is no day such as 2026-01-02"))
}

fn csv(text: &str) -> Result<RateTable, Vec<TableError>> {
    let mut table = RateTable::default();
    each_row(text, |mut row: BTreeMap<String, String>| {
        let date = row.remove("Date").unwrap_or_default();
        let date = day(&date).map_err(|error| format!("Date: {error}"))?;
        // Lines end with a comma, and so with a column that has no name.
        row.remove("");
        for (code, rate) in &row {
            add(&mut table, date, code, rate).map_err(|error| format!("{code}: {error}"))?;
        }
        Ok(())
    })?;
    Ok(table)
}

fn xml(text: &str) -> Result<RateTable, Vec<TableError>> {
    let at = |line: u32, column: u32, what: &str| TableError {
        line: line.into(),
        message: format!("column {column}: {what}"),
    };
    let document = Document::parse(text)
        .map_err(|error| vec![at(error.pos().row, error.pos().col, &error.to_string())])?;
    let place = |node: Node<'_, '_>, what: &str| {
        let position = document.text_pos_at(node.range().start);
        at(position.row, position.col, what)
    };
    let (mut table, mut errors) = (RateTable::default(), Vec::new());
    let mut days = 0;
    for on in document.descendants().filter(|node| node.tag_name().name() == "Cube") {
        let Some(time) = on.attribute("time") else { continue };
        days += 1;
        let date = match day(time) {
            Ok(date) => date,
            Err(error) => {
                errors.push(place(on, &format!("time: {error}")));
                continue;
            }
        };
        for cube in on.children().filter(Node::is_element) {
            let (Some(code), Some(rate)) = (cube.attribute("currency"), cube.attribute("rate")) else {
                errors.push(place(cube, "expected a currency and a rate"));
                continue;
            };
            if let Err(error) = add(&mut table, date, code, rate) {
                errors.push(place(cube, &format!("{code}: {error}")));
            }
        }
    }
    if days == 0 && errors.is_empty() {
        errors.push(at(1, 1, "expected the bank's rates: Cube elements with a time"));
    }
    if errors.is_empty() { Ok(table) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSV: &str = "\
Date,USD,JPY,BGN,CYP,RUB,CNY,
2026-01-05,1.1500,180.55,N/A,N/A,N/A,8.0500,
2026-01-02,1.1600,181.10,1.9558,N/A,N/A,8.1200,
";
    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube>
    <Cube time='2026-01-05'>
      <Cube currency='USD' rate='1.1500'/>
      <Cube currency='CNY' rate='8.0500'/>
    </Cube>
  </Cube>
</gesmes:Envelope>
"#;

    fn rate(table: &RateTable, base: &str, quote: &str, on: &str) -> Option<(String, String, String)> {
        let rate = table.rate(base.parse().unwrap(), quote.parse().unwrap(), on.parse().unwrap())?;
        Some((rate.rate.to_string(), rate.date.to_string(), rate.source))
    }

    #[test]
    fn c3_the_banks_csv_and_xml_are_read_and_crossed_over_the_euro() {
        let seven = Some(("7".to_owned(), "2026-01-05".to_owned(), SOURCE.to_owned()));
        for text in [CSV.to_owned(), XML.to_owned(), format!("\u{feff}{CSV}")] {
            let table = parse(&text).unwrap();
            assert_eq!(rate(&table, "USD", "CNY", "2026-01-31"), seven);
            assert_eq!(rate(&table, "EUR", "USD", "2026-01-05").unwrap().0, "1.15");
            assert_eq!(rate(&table, "USD", "RUB", "2026-01-31"), None, "N/A is no rate");
            assert_eq!(rate(&table, "USD", "CNY", "2025-12-31"), None, "before the first day");
        }
        let table = parse(CSV).unwrap();
        assert_eq!(rate(&table, "USD", "CNY", "2026-01-04").unwrap().0, "7");
        // The daily table writes its day out.
        let daily = parse("Date, USD, JPY, \n05 January 2026, 1.1500, 180.55, \n").unwrap();
        assert_eq!(rate(&daily, "EUR", "JPY", "2026-01-05").unwrap().0, "180.55");
    }

    #[test]
    fn c3_the_table_that_ships_is_read_as_ever() {
        let table = parse(super::super::program::EXCHANGE_RATES.1).unwrap();
        assert!(rate(&table, "USD", "CNY", "2026-01-31").is_some());
    }

    #[test]
    fn c3_what_cannot_be_read_is_named_by_line_and_column() {
        #[rustfmt::skip]
        let rows = [
            ("Date,USD,\n2026-13-01,1.1,\n",                        "line 2: Date: \"2026-13-01\" is no day"),
            ("Date,USD,JPY,\n2026-01-01,1.1,-4,\n",                 "line 2: JPY: rate: \"-4\" is not"),
            ("Date,USX,\n2026-01-01,1.1,\n",                        "line 2: USX: \"USX\" is not an ISO 4217"),
            ("Date,USD,\n2026-01-01,1.1,\n2026-01-01,1.2,\n",       "line 3: USD: date: EUR to USD has"),
            ("Date,USD,\n2026-01-01,1.1,2,3,\n",                    "line 2: expected 3 columns, found 5"),
            ("<a>\n  <Cube time='x'/></a>",                         "line 2: column 3: time: \"x\" is no day"),
            ("<a><Cube time='2026-01-01'>\n<Cube currency='USD'/></Cube></a>", "line 2: column 1: expected a"),
            ("<a><Cube time='2026-01-01'><Cube currency='USD' rate='z'/></Cube></a>", "line 1: column 28: USD:"),
            ("<a>\n<b></a>",                                        "line 2: column"),
            ("<a/>",                                                "line 1: column 1: expected the bank's rates"),
        ];
        for (text, expected) in rows {
            let errors = parse(text).unwrap_err();
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert!(told[0].starts_with(expected), "{text:?}: {told:?}");
        }
    }
}
