//! Rules about the text of a file: its length, its cover page, what is left behind in it.

use crate::source::{File, code_only};

/// A file longer than this is asking to be two ideas.
const LINES_MAX: usize = 400;

/// Words for work that was not finished. Split, so that this file does not find itself.
const LEFTOVERS: [&str; 6] = [
    concat!("dbg", "!("),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("for", " now"),
];

/// What a line of code starts with, and a line of prose seldom.
const CODE_STARTS: [&str; 16] = [
    "let ", "use ", "pub ", "fn ", "async fn", "if ", "} else", "for ", "match ", "return ", "impl ", "mod ",
    "struct ", "enum ", "self.", "#[",
];

pub fn too_long(files: &[File], ratchet: &[(&str, usize)]) -> Vec<String> {
    let mut findings = Vec::new();
    for File { path, text } in files {
        let lines = text.lines().count();
        let listed = ratchet.iter().find(|(listed, _)| listed == path).map(|(_, lines)| *lines);
        match listed {
            None if lines > LINES_MAX => {
                findings.push(format!("{path}:1: {lines} lines, at most {LINES_MAX}: make the second file"));
            }
            Some(before) if lines > before => {
                findings.push(format!("{path}:1: grew from {before} to {lines} lines; it may only shrink"));
            }
            Some(before) if lines < before => {
                findings
                    .push(format!("{path}:1: {lines} lines; lower its {before} in LONG_FILES, or remove it"));
            }
            Some(_) | None => {}
        }
    }
    let gone = ratchet.iter().filter(|(listed, _)| files.iter().all(|file| file.path != *listed));
    findings.extend(gone.map(|(listed, _)| format!("{listed}: in LONG_FILES, but not in the tree")));
    findings
}

pub fn missing_cover(file: &File) -> Option<String> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let is_cover = ["mod.rs", "lib.rs", "main.rs"].contains(&name);
    (is_cover && !file.text.starts_with("//! "))
        .then(|| format!("{}:1: a cover page begins with `//!` and says what the folder is", file.path))
}

pub fn leftovers(file: &File) -> Vec<String> {
    let numbered = file.text.lines().zip(1..);
    numbered
        .flat_map(|(line, number)| {
            let found = LEFTOVERS.into_iter().filter(|word| has_word(line, word));
            found.map(move |word| (word, number))
        })
        .map(|(word, number)| format!("{}:{number}: `{word}` is left behind", file.path))
        .collect()
}

/// Whether `line` has `word` with no letter, digit or underscore joined to either end.
fn has_word(line: &str, word: &str) -> bool {
    let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let needs_end = word.ends_with(char::is_alphanumeric);
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|s| s.chars().next());
        !(joined(before) || needs_end && joined(after))
    })
}

pub fn trailing_space(file: &File) -> Vec<String> {
    let numbered = file.text.lines().zip(1..);
    let ends_blank = numbered.filter(|(line, _)| line.ends_with([' ', '\t', '\r']));
    let mut findings: Vec<_> =
        ends_blank.map(|(_, number)| format!("{}:{number}: trailing whitespace", file.path)).collect();
    if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
        findings.push(format!("{}: ends with exactly one newline", file.path));
    }
    findings
}

/// Plain comments that read like code. Documentation may show code; a plain comment says why.
pub fn commented_out_code(file: &File) -> Vec<String> {
    // A line that is blank once comments are gone is a comment; `//` inside a string is not.
    let blanked = code_only(&file.text);
    let lines = file.text.lines().zip(blanked.lines()).zip(1..);
    lines
        .filter(|((line, code), _)| code.trim().is_empty() && looks_like_code(line.trim()))
        .map(|(_, number)| format!("{}:{number}: commented-out code", file.path))
        .collect()
}

fn looks_like_code(line: &str) -> bool {
    let Some(comment) = line.strip_prefix("//").filter(|c| !c.starts_with(['/', '!'])) else {
        return false;
    };
    let comment = comment.trim();
    let ends_like_code = comment.ends_with([';', '{', '}', ',', ')', ']']);
    let starts_like_code = CODE_STARTS.iter().any(|start| comment.starts_with(start));
    comment == "}"
        || comment.ends_with(");")
        || (starts_like_code && ends_like_code && !comment.ends_with(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_long_file_fails_and_a_listed_one_may_only_shrink() {
        let long = [file("src/a.rs", &"x\n".repeat(401))];
        assert!(too_long(&[file("src/a.rs", &"x\n".repeat(400))], &[]).is_empty());
        assert_eq!(too_long(&long, &[]).len(), 1);
        assert!(too_long(&long, &[("src/a.rs", 401)]).is_empty());
        assert_eq!(too_long(&long, &[("src/a.rs", 400)]).len(), 1, "it grew");
        assert_eq!(too_long(&long, &[("src/a.rs", 402)]).len(), 1, "the list was not lowered");
        assert_eq!(too_long(&[], &[("src/a.rs", 402)]).len(), 1, "the list names a file that is gone");
    }

    #[test]
    fn a_folder_without_a_cover_page_fails() {
        assert!(missing_cover(&file("src/a/mod.rs", "mod b;\n")).is_some());
        assert!(missing_cover(&file("src/a/mod.rs", "//! What a is.\n")).is_none());
        assert!(missing_cover(&file("src/a/b.rs", "mod b;\n")).is_none());
    }

    #[test]
    fn unfinished_work_is_found() {
        for word in LEFTOVERS {
            assert_eq!(leftovers(&file("a.rs", &format!("\n x {word} y\n"))).len(), 1, "{word}");
        }
        assert!(leftovers(&file("a.rs", "before nowhere, TODOS\n")).is_empty());
    }

    #[test]
    fn blank_ends_are_found() {
        assert_eq!(trailing_space(&file("a.md", "a \nb\t\nc\n")).len(), 2);
        assert_eq!(trailing_space(&file("a.md", "a")).len(), 1);
        assert_eq!(trailing_space(&file("a.md", "a\n\n")).len(), 1);
        assert!(trailing_space(&file("a.md", "a\n")).is_empty());
    }

    #[test]
    fn code_in_a_comment_is_found_and_prose_is_not() {
        let code = ["// let a = 1;", "// foo(bar);", "// }", "// if a {", "// #[test]"];
        let prose = [
            "// If it is late, ask again; a",
            "// for each (of them) the first,",
            "/// let a = 1;",
            "let a = 1; // one",
            "let a = \"\n// let b = 1;\n\";",
            "// use the clock",
        ];
        for text in code {
            assert_eq!(commented_out_code(&file("a.rs", text)).len(), 1, "{text}");
        }
        for text in prose {
            assert_eq!(commented_out_code(&file("a.rs", text)), Vec::<String>::new(), "{text}");
        }
    }
}
