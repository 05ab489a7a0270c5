//! The reasons for a refusal are written in three places: the domain's enum, the proto and `docs/errors.md`.

use std::{collections::BTreeSet, str::FromStr as _};

use bursar::{domain::reason::Reason, proto::v1::ErrorReason};
use strum::IntoEnumIterator as _;
use tonic::Code;

const DOCUMENT: &str = include_str!("../../docs/errors.md");

fn in_the_domain() -> BTreeSet<String> {
    Reason::iter().map(|reason| reason.to_string()).collect()
}

#[test]
fn the_proto_has_the_reasons_of_the_domain() {
    let numbers = 1..=1_000;
    let names = numbers.filter_map(|number| ErrorReason::try_from(number).ok());
    let in_the_proto: BTreeSet<String> =
        names.map(|reason| reason.as_str_name().strip_prefix("ERROR_REASON_").unwrap().to_owned()).collect();
    assert_eq!(in_the_proto, in_the_domain());
}

#[test]
fn every_reason_is_documented_once_with_a_code() {
    let mut documented = BTreeSet::new();
    for row in DOCUMENT.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let name = cells[0].trim_start_matches("| `").trim_end_matches('`');
        // The table of what a failure carries has rows of another kind.
        if Reason::from_str(name).is_err() && cells.len() == 2 {
            continue;
        }
        assert_eq!(cells.len(), 4, "{row}");
        let codes: Vec<Code> = (1..=16).map(Code::from_i32).collect();
        let known = codes.iter().any(|code| format!("{code:?}").to_uppercase() == cells[1].replace('_', ""));
        assert!(known, "{} is no code: {row}", cells[1]);
        assert!(documented.insert(name.to_owned()), "{name} is documented twice");
    }
    assert_eq!(documented, in_the_domain());
}
