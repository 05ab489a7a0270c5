//! What the documents list is what there is: reasons for a refusal, settings, keys of a program, files.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    str::FromStr as _,
};

use bursar::{
    config::CommandLine,
    domain::{
        event::Event,
        program::{Program, shipped},
        reason::Reason,
    },
    proto::v1::ErrorReason,
};
use clap::CommandFactory as _;
use strum::IntoEnumIterator as _;
use tonic::Code;

const README: &str = include_str!("../../README.md");
const PROGRAMS: &str = include_str!("../../docs/programs.md");
const REQUIREMENTS: &str = include_str!("../../docs/requirements.md");
const ERRORS: &str = include_str!("../../docs/errors.md");
const EVENTS: &str = include_str!("../../docs/events.md");

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
    for row in ERRORS.lines().filter(|line| line.starts_with("| `")) {
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

#[test]
fn every_type_of_event_is_documented() {
    let names = |(kind, whats): (&str, &[&str])| -> Vec<String> {
        whats.iter().map(|what| format!("{kind}.{what}")).collect()
    };
    let there: Vec<String> = Event::names().into_iter().flat_map(names).collect();
    let rows = EVENTS.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: Vec<&str> = rows.filter_map(|row| row.split_once('`')).map(|(name, _)| name).collect();
    assert_eq!(documented, there);
}

#[test]
fn every_setting_is_in_the_readme() {
    let mut line = CommandLine::command();
    // So that what holds for all subcommands is told of each.
    line.build();
    let serve = line.find_subcommand("serve").unwrap();
    for setting in serve.get_arguments() {
        let (Some(flag), Some(variable)) = (setting.get_long(), setting.get_env()) else { continue };
        // Set by the machine, not by people.
        if flag == "instance" {
            continue;
        }
        let start = format!("| `--{flag}` | `{}` |", variable.to_string_lossy());
        let row = README.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("README.md has no row {start}"));
        for default in setting.get_default_values() {
            let shown = format!("| `{}` |", default.to_string_lossy());
            assert!(row.contains(&shown), "the default of --{flag} is {shown} {row}");
        }
    }
}

#[test]
fn every_key_of_a_program_is_documented() {
    for (file, text) in shipped() {
        Program::parse(file, text).unwrap();
        let mut section = "";
        for line in text.lines() {
            if line.starts_with('[') {
                section = line.trim_matches(['[', ']']);
            }
            let Some((key, _)) = line.split_once(" = ") else { continue };
            // Names that a program chooses, or brands and kinds.
            let chosen = section.ends_with("regions") || key.chars().any(char::is_uppercase);
            if key.starts_with(['#', ' ']) || chosen {
                continue;
            }
            assert!(
                PROGRAMS.contains(&format!("`{key}`")),
                "docs/programs.md does not tell of {section}.{key}"
            );
        }
    }
}

#[test]
fn links_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    documents.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap_or_default();
            // Pictures of pages are taken where the pages are tested.
            if link.starts_with("http") || file.is_empty() || file.ends_with(".png") {
                continue;
            }
            let target = document.parent().unwrap().join(file);
            assert!(target.exists(), "{} links to {link}, which is not there", document.display());
        }
    }
}

/// The tests that show each requirement, by the numbers that their names begin with.
fn shown() -> BTreeMap<String, BTreeSet<String>> {
    let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/acceptance");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        // The cover page tells how to write one.
        for part in
            text.split("acceptance!(").chain(text.split("async fn ")).skip(1).filter(|_| stem != "mod")
        {
            let name: String =
                part.trim_start().chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
            let numbers = name.split('_').take_while(|word| is_number(word));
            for number in numbers {
                shown.entry(number.to_uppercase()).or_default().insert(format!("`{stem}::{name}`"));
            }
        }
    }
    shown
}

/// `a8` and the like.
fn is_number(word: &str) -> bool {
    word.strip_prefix(['c', 'a', 'h', 'w'])
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn every_requirement_names_the_tests_that_show_it() {
    let mut shown = shown();
    let mut rows = BTreeSet::new();
    for row in REQUIREMENTS.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, _, tests] = cells.as_slice() else { panic!("{row}") };
        assert!(rows.insert(number.to_owned()), "{number} has two rows");
        let expected = shown.remove(*number).unwrap_or_default();
        let named: BTreeSet<String> = match *tests {
            "not yet" => BTreeSet::new(),
            tests => tests.split(", ").map(str::to_owned).collect(),
        };
        let cell = expected.iter().cloned().collect::<Vec<_>>().join(", ");
        assert_eq!(named, expected, "the row of {number} has to say: {cell}");
    }
    let all: BTreeSet<String> = [('C', 15), ('A', 33), ('H', 16), ('W', 9)]
        .into_iter()
        .flat_map(|(letter, last)| (1..=last).map(move |number| format!("{letter}{number}")))
        .collect();
    assert_eq!(rows.iter().map(|row| (*row).to_owned()).collect::<BTreeSet<_>>(), all);
    assert_eq!(shown, BTreeMap::new(), "tests of requirements that there are not");
}
