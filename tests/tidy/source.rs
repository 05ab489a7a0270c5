//! The files of the tree, and Rust source with its comments and strings blanked out.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// One file, by its path from the root of the repository.
pub struct File {
    pub path: String,
    pub text: String,
}

/// Folders that hold what others wrote or what a tool made.
const FOREIGN: [&str; 3] = ["target", "node_modules", ".git"];

/// Every file under `roots` whose extension is one of `kinds`, in order of path. A root that does not
/// exist holds no files.
pub fn files(roots: &[&str], kinds: &[&str]) -> io::Result<Vec<File>> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = roots.iter().map(|root| top.join(root)).collect();
    while let Some(path) = waiting.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !FOREIGN.contains(&name.as_str()) {
                for entry in fs::read_dir(&path)? {
                    waiting.push(entry?.path());
                }
            }
        } else if path.is_file() && path.extension().is_some_and(|kind| kinds.iter().any(|k| *k == kind)) {
            let path_from_top = path.strip_prefix(top).unwrap_or(&path);
            let shown = path_from_top.to_string_lossy().trim_start_matches("./").to_owned();
            found.push(File { path: shown, text: fs::read_to_string(&path)? });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// The same text with every comment turned to blanks and every string or character literal to quotes.
/// Lines stay lines.
pub fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let end = literal_or_comment_end(&chars, at);
        if end > at {
            let filler = if c == '/' { ' ' } else { '"' };
            let blanked = chars.get(at..end).unwrap_or_default().iter();
            out.extend(blanked.map(|c| if *c == '\n' { '\n' } else { filler }));
            at = end;
        } else {
            out.push(c);
            at += 1;
        }
    }
    out
}

/// Where the literal or comment that starts at `at` ends; `at` itself if none starts there.
fn literal_or_comment_end(chars: &[char], at: usize) -> usize {
    let get = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let in_word = at > 0 && (get(at - 1).is_alphanumeric() || get(at - 1) == '_');
    match get(at) {
        '/' if get(at + 1) == '/' => {
            chars.iter().skip(at).position(|c| *c == '\n').map_or(chars.len(), |n| at + n)
        }
        '/' if get(at + 1) == '*' => block_comment_end(chars, at),
        '"' => string_end(chars, at),
        'r' | 'b' | 'c' if !in_word => raw_string_end(chars, at),
        '\'' => char_end(chars, at),
        _ => at,
    }
}

fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut i = at;
    while i < chars.len() {
        match (chars.get(i), chars.get(i + 1)) {
            (Some('/'), Some('*')) => (depth, i) = (depth + 1, i + 2),
            (Some('*'), Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut i = at + 1;
    while let Some(c) = chars.get(i) {
        match c {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// `r"…"`, `r#"…"#`, `br"…"` and the like.
fn raw_string_end(chars: &[char], at: usize) -> usize {
    let mut i = at;
    while chars.get(i).is_some_and(|c| "bc".contains(*c)) && i < at + 1 {
        i += 1;
    }
    if chars.get(i) != Some(&'r') {
        return at;
    }
    i += 1;
    let hashes = chars.iter().skip(i).take_while(|c| **c == '#').count();
    i += hashes;
    if chars.get(i) != Some(&'"') {
        return at;
    }
    let closing: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let rest = chars.get(i + 1..).unwrap_or_default();
    let found = rest.windows(closing.len()).position(|window| window == closing);
    found.map_or(chars.len(), |n| i + 1 + n + closing.len())
}

/// A character literal, as opposed to a lifetime, closes after one character or one escape.
fn char_end(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars.iter().skip(at + 3).position(|c| *c == '\'');
        return close.map_or(at, |n| at + 3 + n + 1);
    }
    if chars.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

#[test]
fn literals_and_comments_are_blanked_and_code_stays() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("a\"//") g"#, r#"f(""""""") g"#),
        (r##"r#"use "x""# b"##, r#""""""""""""" b"#),
        ("'a' 'b: 'static '\\n' x", "\"\"\" 'b: 'static \"\"\"\" x"),
        ("for_r\"s\"", "for_r\"\"\""),
    ];
    for (text, expected) in cases {
        assert_eq!(code_only(text), expected, "{text}");
    }
}
