//! The house rules that no compiler checks, as tests: who may import whom, how long a file may be,
//! what may not be left behind. Each rule is a function from text to findings, tested here on planted
//! faults and then run over the tree.

mod imports;
mod source;
mod text;

use std::io;

/// Files that were longer than the limit when it came, with their length. A file may only get shorter;
/// when it does, lower its number here, and when it is under the limit, remove it.
const LONG_FILES: [(&str, usize); 0] = [];

/// Fails with one finding a line, each starting with the file and line that an editor can jump to.
fn expect_none(findings: &[String]) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

#[test]
fn imports_keep_to_the_ranks() -> io::Result<()> {
    let files = source::files(&["src"], &["rs"])?;
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "the walk found no source");
    expect_none(&files.iter().flat_map(imports::breaches).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn the_domain_is_pure() -> io::Result<()> {
    let files = source::files(&["src/domain"], &["rs"])?;
    expect_none(&files.iter().flat_map(imports::impurities).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn no_file_is_dead() -> io::Result<()> {
    expect_none(&imports::undeclared(&source::files(&["src"], &["rs"])?));
    Ok(())
}

#[test]
fn every_folder_has_a_cover_page() -> io::Result<()> {
    let files = source::files(&["src", "tests", "benches"], &["rs"])?;
    expect_none(&files.iter().filter_map(text::missing_cover).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn no_file_is_two_ideas() -> io::Result<()> {
    let files = source::files(&["src", "tests", "benches", "build.rs"], &["rs"])?;
    expect_none(&text::too_long(&files, &LONG_FILES));
    Ok(())
}

#[test]
fn nothing_is_left_behind() -> io::Result<()> {
    let code = source::files(&["src", "tests", "benches", "build.rs"], &["rs"])?;
    let mut findings: Vec<_> = code.iter().flat_map(text::commented_out_code).collect();
    let kinds = ["rs", "proto", "sql", "toml", "yaml", "yml", "json", "md", "sh", "js", "py", "tpl", "txt"];
    let all = source::files(&["."], &kinds)?;
    findings.extend(all.iter().flat_map(text::leftovers));
    findings.extend(all.iter().flat_map(text::trailing_space));
    expect_none(&findings);
    Ok(())
}
