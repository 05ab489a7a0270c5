//! Reading a document: which blocks it has, and what of them is missing in an answer.

/// A block that the walkthrough runs or compares.
pub struct Step {
    /// The block's info string, or `hidden`.
    pub kind: String,
    /// Where it starts.
    pub line: usize,
    /// What is in it.
    pub text: String,
}

const KINDS: [&str; 4] = ["bash server", "bash walkthrough", "bash postgres", "text output"];

/// The blocks, in order.
pub fn steps(markdown: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut lines = markdown.lines().zip(1..);
    while let Some((line, number)) = lines.next() {
        let (kind, end) = match line.strip_prefix("```") {
            Some(info) if KINDS.contains(&info) => (info, "```"),
            // Another block: nothing inside it is one of ours.
            Some(_) => ("", "```"),
            None if line == "<!-- walkthrough" => ("hidden", "-->"),
            None if line == "<!-- output" => ("text output", "-->"),
            None => continue,
        };
        let text = lines.by_ref().take_while(|(line, _)| *line != end);
        let text = text.map(|(line, _)| format!("{line}\n")).collect();
        if !kind.is_empty() {
            steps.push(Step { kind: kind.to_owned(), line: number, text });
        }
    }
    steps
}

/// The URL of a database in place of the document's.
pub fn with_url(text: &str, url: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| match word.find("postgres://") {
        Some(at) => {
            let after = word.trim_end().len();
            format!("{}{url}{}", &word[..at], &word[after..])
        }
        None => word.to_owned(),
    });
    words.collect()
}

/// The first line of `expected` that does not come in `said` where it should.
pub fn misses(expected: &str, said: &str) -> Option<String> {
    let mut said = said.lines();
    let wanted = expected.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "…");
    wanted.into_iter().find(|wanted| !said.any(|line| fits(wanted, line.trim()))).map(str::to_owned)
}

/// Whether a line is what was wanted; `…` stands for anything.
fn fits(wanted: &str, line: &str) -> bool {
    let Some((start, rest)) = wanted.split_once('…') else { return wanted == line };
    let Some(mut left) = line.strip_prefix(start) else { return false };
    let mut parts = rest.split('…').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    true
}

#[test]
fn a_line_that_is_not_there_is_missed() {
    let said = "{\n  \"state\": \"ACTIVE\",\n  \"url\": \"http://a/b\",\n}\n";
    assert_eq!(misses("…\n\"state\": \"ACTIVE\",\n\"url\": \"…/b\",", said), None);
    assert_eq!(
        misses("\"url\": \"…\",\n\"state\": \"ACTIVE\",", said).as_deref(),
        Some("\"state\": \"ACTIVE\",")
    );
    assert_eq!(misses("\"state\": \"FAILED\",", said).as_deref(), Some("\"state\": \"FAILED\","));
}

#[test]
fn blocks_are_found_in_order() {
    let text = "```bash server\na\n```\n```toml\n```bash walkthrough\n```\n<!-- walkthrough\nb\n-->\n\
                ```text output\nc\n```\n";
    let found: Vec<_> = steps(text).into_iter().map(|step| (step.kind, step.line, step.text)).collect();
    let expected = [("bash server", 1, "a\n"), ("hidden", 7, "b\n"), ("text output", 10, "c\n")];
    assert_eq!(found, expected.map(|(kind, line, text)| (kind.to_owned(), line, text.to_owned())));
}

#[test]
fn the_database_is_exchanged() {
    assert_eq!(with_url("export A=postgres://x/y\nb\n", "U"), "export A=U\nb\n");
}
