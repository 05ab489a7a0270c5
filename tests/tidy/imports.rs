//! Who may import whom. The picture is in the design: a file imports from its own folder or from a
//! lower rank; the domain from itself alone; the sandbox is an island.

use crate::source::{File, code_only};

/// Every folder or file directly under `src/`, with its rank.
const RANKS: [(&str, u8); 16] = [
    ("app", 5),
    ("api", 4),
    ("effects", 4),
    ("audit", 4),
    ("engine", 3),
    ("store", 2),
    ("provider", 2),
    ("wire", 1),
    ("domain", 0),
    ("env", 0),
    ("config", 0),
    ("telemetry", 0),
    ("proto", 0),
    ("planted", 0),
    // The world outside. Only the composition root starts it.
    ("sandbox", 4),
    // Its pages, which know the service by its public API alone.
    ("console", 4),
];

/// What only the composition root starts, and what that may import.
const ISLANDS: [&str; 2] = ["sandbox", "console"];
const ISLANDS_MAY_IMPORT: [&str; 3] = ["proto", "env", "telemetry"];

/// Crates by which I/O, protobuf or SQL would enter the domain.
const IMPURE_CRATES: [&str; 14] = [
    "async_trait",
    "axum",
    "deadpool_postgres",
    "futures",
    "opentelemetry",
    "prost",
    "prost_types",
    "rusqlite",
    "sqlx",
    "tokio",
    "tokio_postgres",
    "tonic",
    "tower",
    "tracing",
];

/// A path of the crate that a file names, by its first segment.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    line: usize,
    target: String,
}

/// Imports that the ranks forbid.
pub fn breaches(file: &File) -> Vec<String> {
    let own = top_folder(&file.path);
    let imports = imports(file);
    imports
        .iter()
        .filter_map(|import| breach(&own, import).map(|why| finding(file, import.line, &why)))
        .collect()
}

fn breach(own: &str, import: &Import) -> Option<String> {
    let target = import.target.as_str();
    if own == target || own == "lib" {
        return None;
    }
    let rank = |name: &str| RANKS.iter().find(|(folder, _)| *folder == name).map(|(_, rank)| *rank);
    let Some(target_rank) = rank(target) else {
        return Some(format!("`{target}` has no rank; give it one in tests/tidy/imports.rs"));
    };
    if own == "main" {
        return (target != "app").then(|| format!("main imports app, not `{target}`"));
    }
    let Some(own_rank) = rank(own) else {
        return Some(format!("`{own}` has no rank; give it one in tests/tidy/imports.rs"));
    };
    if ISLANDS.contains(&own) {
        let allowed = ISLANDS_MAY_IMPORT.contains(&target);
        return (!allowed).then(|| format!("`{own}` is an island and may not import `{target}`"));
    }
    (target_rank >= own_rank)
        .then(|| format!("`{own}` (rank {own_rank}) may not import `{target}` (rank {target_rank})"))
}

/// Names of crates, and words, that have no place in the domain.
pub fn impurities(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let tokens = tokens(&file.text);
    for (i, token) in tokens.iter().enumerate() {
        let starts_a_path = i == 0 || word(&tokens, i - 1) != "::";
        let names_a_crate = word(&tokens, i + 1) == "::" || (i > 0 && word(&tokens, i - 1) == "use");
        if starts_a_path && names_a_crate && IMPURE_CRATES.contains(&token.word.as_str()) {
            findings.push(finding(file, token.line, &format!("the domain is pure: no `{}`", token.word)));
        }
        if token.word == "async" {
            findings.push(finding(file, token.line, "the domain is pure: nothing in it waits"));
        }
    }
    findings
}

/// Files that no `mod` names: the compiler never reads them.
pub fn undeclared(files: &[File]) -> Vec<String> {
    let dead = files.iter().filter(|file| {
        let Some((parents, name)) = declared_in(&file.path) else { return false };
        !files.iter().any(|other| parents.contains(&other.path) && declares(other, &name))
    });
    dead.map(|file| finding(file, 1, "no `mod` names this file, so nothing compiles it")).collect()
}

/// The files of which one must declare `path`, and the name to declare; none for the roots.
fn declared_in(path: &str) -> Option<(Vec<String>, String)> {
    let inner = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    if inner == "lib" || inner == "main" {
        return None;
    }
    let module = inner.strip_suffix("/mod").unwrap_or(inner);
    Some(match module.rsplit_once('/') {
        None => (vec!["src/lib.rs".to_owned(), "src/main.rs".to_owned()], module.to_owned()),
        Some((folder, name)) => {
            (vec![format!("src/{folder}/mod.rs"), format!("src/{folder}.rs")], name.to_owned())
        }
    })
}

fn declares(file: &File, name: &str) -> bool {
    let tokens = tokens(&file.text);
    (0..tokens.len())
        .any(|i| word(&tokens, i) == "mod" && word(&tokens, i + 1) == name && word(&tokens, i + 2) == ";")
}

fn finding(file: &File, line: usize, why: &str) -> String {
    format!("{}:{line}: {why}", file.path)
}

/// `src/store/sqlite/mod.rs` is of `store`, `src/proto.rs` of `proto`.
fn top_folder(path: &str) -> String {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

struct Token {
    line: usize,
    word: String,
}

fn word(tokens: &[Token], i: usize) -> &str {
    tokens.get(i).map_or("", |token| token.word.as_str())
}

/// Words, `::` and every other character alone, without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (code, line) in code_only(text).lines().zip(1..) {
        let mut rest = code.trim_start();
        while let Some(first) = rest.chars().next() {
            let in_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = if in_word(first) {
                rest.find(|c| !in_word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(length);
            tokens.push(Token { line, word: token.to_owned() });
            rest = after.trim_start();
        }
    }
    tokens
}

/// Every path that starts at the crate's root, written as `crate::`, through `super::`, or, in
/// `main.rs`, as `bursar::`. An inline module is one more level for `super` to climb.
fn imports(file: &File) -> Vec<Import> {
    let tokens = tokens(&file.text);
    let mut imports = Vec::new();
    let mut open_braces: Vec<bool> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let starts_a_path = i == 0 || (word(&tokens, i - 1) != "::" && word(&tokens, i - 1) != "$");
        match token.word.as_str() {
            "{" => open_braces.push(i >= 2 && word(&tokens, i - 2) == "mod"),
            "}" => drop(open_braces.pop()),
            "crate" if starts_a_path => push_targets(&tokens, i + 1, &mut imports),
            "bursar" if starts_a_path && file.path == "src/main.rs" => {
                push_targets(&tokens, i + 1, &mut imports)
            }
            "super" if starts_a_path => {
                let inline = open_braces.iter().filter(|inline| **inline).count();
                let mut climbed = 1;
                let mut at = i + 1;
                while word(&tokens, at) == "::" && word(&tokens, at + 1) == "super" {
                    (climbed, at) = (climbed + 1, at + 2);
                }
                if climbed == module_depth(&file.path) + inline {
                    push_targets(&tokens, at, &mut imports);
                }
            }
            _ => {}
        }
    }
    imports
}

/// How many modules below the crate's root the file is: `src/a.rs` and `src/a/mod.rs` one.
fn module_depth(path: &str) -> usize {
    let inner = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    if inner == "lib" || inner == "main" {
        return 0;
    }
    inner.trim_end_matches("/mod").split('/').count()
}

/// The first segments that follow the `::` at `at`: one, or several in braces.
fn push_targets(tokens: &[Token], at: usize, imports: &mut Vec<Import>) {
    if word(tokens, at) != "::" {
        return;
    }
    let mut push = |i: usize| {
        if let Some(token) = tokens.get(i).filter(|token| token.word != "self") {
            imports.push(Import { line: token.line, target: token.word.clone() });
        }
    };
    if word(tokens, at + 1) != "{" {
        push(at + 1);
        return;
    }
    let mut depth = 0_usize;
    for i in at + 1..tokens.len() {
        match word(tokens, i) {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
        let opens_a_segment = ["{", ","].contains(&word(tokens, i)) && depth == 1;
        if opens_a_segment && !["{", "}"].contains(&word(tokens, i + 1)) {
            push(i + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn targets(path: &str, text: &str) -> Vec<String> {
        imports(&file(path, text)).into_iter().map(|import| import.target).collect()
    }

    #[test]
    fn paths_of_the_crate_are_found_however_they_are_written() {
        let cases: [(&str, &str, &[&str]); 9] = [
            ("src/api/a.rs", "use crate::engine::Handle;", &["engine"]),
            (
                "src/api/a.rs",
                "use crate::{domain::{Money, Ids}, engine,\n wire::x};",
                &["domain", "engine", "wire"],
            ),
            ("src/api/a.rs", "fn f() { crate::store::load() }", &["store"]),
            ("src/api/a.rs", "use super::b; use super::super::store::c;", &["store"]),
            ("src/api/mod.rs", "use super::store::c;", &["store"]),
            ("src/api/mod.rs", "mod tests { use super::*; use super::super::store; }", &["store"]),
            ("src/main.rs", "fn main() { bursar::app::run() }", &["app"]),
            ("src/proto.rs", "pub use generated::bursar::v1;", &[]),
            ("src/api/a.rs", "// use crate::store;\nlet a = \"crate::store\"; pub(crate) fn f() {}", &[]),
        ];
        for (path, text, expected) in cases {
            assert_eq!(targets(path, text), expected, "{path}: {text}");
        }
    }

    #[test]
    fn a_breach_of_the_ranks_fails() {
        let cases = [
            ("src/api/a.rs", "effects", false),
            ("src/effects/a.rs", "api", false),
            ("src/store/a.rs", "provider", false),
            ("src/provider/a.rs", "store", false),
            ("src/engine/a.rs", "api", false),
            ("src/domain/a.rs", "env", false),
            ("src/domain/a.rs", "proto", false),
            ("src/env/a.rs", "config", false),
            ("src/sandbox/a.rs", "domain", false),
            ("src/sandbox/a.rs", "wire", false),
            ("src/console/a.rs", "sandbox", false),
            ("src/console/a.rs", "api", false),
            ("src/console/a.rs", "proto", true),
            ("src/api/a.rs", "sandbox", false),
            ("src/api/a.rs", "unheard_of", false),
            ("src/unheard_of.rs", "domain", false),
            ("src/main.rs", "engine", false),
            ("src/main.rs", "app", true),
            ("src/app/a.rs", "sandbox", true),
            ("src/sandbox/a.rs", "telemetry", true),
            ("src/api/a.rs", "engine", true),
            ("src/engine/a.rs", "provider", true),
            ("src/wire/a.rs", "domain", true),
            ("src/store/sqlite/a.rs", "store", true),
        ];
        for (path, target, allowed) in cases {
            let root = if path == "src/main.rs" { "bursar" } else { "crate" };
            let found = breaches(&file(path, &format!("\nuse {root}::{target}::X;")));
            assert_eq!(found.is_empty(), allowed, "{path} imports {target}: {found:?}");
            assert!(found.iter().all(|finding| finding.starts_with(&format!("{path}:2: "))), "{found:?}");
        }
    }

    #[test]
    fn an_impure_domain_fails() {
        for text in ["use tokio::sync::Mutex;", "fn f(s: tonic::Status) {}", "async fn f() {}", "use prost;"]
        {
            assert_eq!(impurities(&file("src/domain/a.rs", text)).len(), 1, "{text}");
        }
        for text in ["let tokio = 1;", "use crate::domain::tokio::X;", "// async tonic::Status"] {
            assert_eq!(impurities(&file("src/domain/a.rs", text)), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_file_that_nothing_declares_fails() {
        let lib = file("src/lib.rs", "pub mod a;\n// pub mod c;\n");
        let files = [lib, file("src/a/mod.rs", "mod b;"), file("src/a/b.rs", ""), file("src/c.rs", "")];
        assert_eq!(undeclared(&files), ["src/c.rs:1: no `mod` names this file, so nothing compiles it"]);
    }
}
