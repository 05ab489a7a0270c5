//! Amounts as tests write them: `USD 12.50`.

use bursar::proto::{sandbox, v1};

const NANOS_DIGITS: usize = 9;
/// Currencies of these tests that have no minor unit.
const WHOLE: [&str; 3] = ["CLP", "JPY", "KRW"];

/// Reads `USD 12.50`.
pub fn money(text: &str) -> v1::Money {
    let (code, amount) = text.split_once(' ').expect("a currency and an amount");
    let (units, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let nanos = format!("{fraction:0<NANOS_DIGITS$}");
    v1::Money {
        currency_code: code.to_owned(),
        units: units.parse().expect("units"),
        nanos: nanos.parse().expect("nanos"),
    }
}

/// Writes an amount with two digits, or with as many as it takes.
fn text(code: &str, units: i64, nanos: i32) -> String {
    if nanos == 0 && WHOLE.contains(&code) {
        return format!("{code} {units}");
    }
    let fraction = format!("{nanos:0NANOS_DIGITS$}");
    format!("{code} {units}.{:0<2}", fraction.trim_end_matches('0'))
}

/// How an amount of the API is written; `nothing` where there is none.
pub fn shown(amount: Option<&v1::Money>) -> String {
    amount.map_or_else(|| "nothing".to_owned(), |it| text(&it.currency_code, it.units, it.nanos))
}

/// How an amount of the sandbox is written.
pub fn shown_outside(amount: Option<&sandbox::v1::Money>) -> String {
    amount.map_or_else(|| "nothing".to_owned(), |it| text(&it.currency_code, it.units, it.nanos))
}
