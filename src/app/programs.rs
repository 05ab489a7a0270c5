//! Loading the rulebooks and tables: those that ship, or those of a folder.

use std::{collections::BTreeMap, fs, path::Path};

use crate::domain::{
    card::IinTable,
    exchange::RateTable,
    program::{DECLINE_CODES, DeclineTable, EXCHANGE_RATES, IIN_TABLE, Program, ProgramId, shipped},
    reference_rates,
    table::TableError,
};

/// Everything that is data.
#[derive(Debug, Clone)]
pub struct Rulebooks {
    /// The programs.
    pub programs: BTreeMap<ProgramId, Program>,
    /// The exchange rates.
    pub rates: RateTable,
    /// What the issuers' codes mean.
    pub declines: DeclineTable,
    /// What the vendors of card ranges know.
    pub iins: IinTable,
}

impl Rulebooks {
    /// Those that ship.
    ///
    /// # Errors
    /// All that is wrong with them, for people.
    pub fn shipped() -> Result<Self, String> {
        load(None, None)
    }
}

/// Loads and checks everything; all errors are told at once.
pub(super) fn load(folder: Option<&Path>, rates: Option<&Path>) -> Result<Rulebooks, String> {
    let mut errors = Vec::new();
    let mut programs = BTreeMap::new();
    for (file, text) in texts(folder)? {
        match Program::parse(&file, &text) {
            Ok(program) => {
                if let Some(twice) = programs.insert(program.id.clone(), program) {
                    errors.push(format!("{file}: another file has a program {} too", twice.id));
                }
            }
            Err(found) => errors.push(found.to_string()),
        }
    }
    if programs.is_empty() && errors.is_empty() {
        errors.push("there is no program file (*.toml)".to_owned());
    }
    let rates = match rates {
        Some(file) => parsed(read(file), reference_rates::parse, &mut errors),
        None => table(folder, EXCHANGE_RATES, reference_rates::parse, &mut errors),
    };
    let declines = table(folder, DECLINE_CODES, DeclineTable::parse, &mut errors);
    let iins = table(folder, IIN_TABLE, IinTable::parse, &mut errors);
    match (rates, declines, iins) {
        (Some(rates), Some(declines), Some(iins)) if errors.is_empty() => {
            Ok(Rulebooks { programs, rates, declines, iins })
        }
        _ => Err(errors.join("\n")),
    }
}

fn texts(folder: Option<&Path>) -> Result<Vec<(String, String)>, String> {
    let Some(folder) = folder else {
        return Ok(shipped().into_iter().map(|(file, text)| (file.to_owned(), text.to_owned())).collect());
    };
    let broken = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(broken)? {
        let path = entry.map_err(broken)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<(String, String), String> {
    let name = path.display().to_string();
    fs::read_to_string(path).map(|text| (name.clone(), text)).map_err(|error| format!("{name}: {error}"))
}

/// A table: the folder's own where it has one, else the one that ships.
fn table<T>(
    folder: Option<&Path>,
    (shipped_name, shipped_text): (&str, &str),
    parse: impl Fn(&str) -> Result<T, Vec<TableError>>,
    errors: &mut Vec<String>,
) -> Option<T> {
    let own = folder
        .zip(Path::new(shipped_name).file_name())
        .map(|(folder, name)| folder.join(name))
        .filter(|path| path.exists());
    let text = own.as_deref().map(read);
    parsed(text.unwrap_or_else(|| Ok((shipped_name.to_owned(), shipped_text.to_owned()))), parse, errors)
}

/// A table from its file's name and text.
fn parsed<T>(
    read: Result<(String, String), String>,
    parse: impl Fn(&str) -> Result<T, Vec<TableError>>,
    errors: &mut Vec<String>,
) -> Option<T> {
    let (name, text) = read.map_err(|error| errors.push(error)).ok()?;
    parse(&text).map_err(|found| errors.extend(found.iter().map(|error| format!("{name}:{error}")))).ok()
}

/// `bursar program check FILE` (C1).
#[expect(clippy::print_stdout, reason = "the answer of a command line tool")]
pub(super) fn check(path: &Path) -> Result<(), String> {
    let (name, text) = read(path)?;
    let program = Program::parse(&name, &text).map_err(|errors| errors.to_string())?;
    println!("{name}: program {} is good", program.id);
    for edition in program.editions() {
        println!("  {} holds from {}", edition.version(), edition.from());
    }
    Ok(())
}
