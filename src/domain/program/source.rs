//! A program file while it is read, and what is wrong with it (C1).

use std::{cell::RefCell, fmt};

/// What is wrong with one key of a program file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {key}: {message}")]
pub struct ProgramError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The path of the key, as `edition[0].verification.mode`.
    pub key: String,
    /// What was expected and what was found.
    pub message: String,
}

/// Everything that is wrong with a program file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ProgramErrors(pub Vec<ProgramError>);

impl fmt::Display for ProgramErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// One file while it is read.
pub(super) struct Source<'t> {
    name: &'t str,
    text: &'t str,
    errors: RefCell<Vec<ProgramError>>,
}

impl<'t> Source<'t> {
    pub(super) fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text, errors: RefCell::default() }
    }

    pub(super) fn report(&self, offset: usize, key: &str, message: String) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        let error = ProgramError { file: self.name.to_owned(), line, key: key.to_owned(), message };
        self.errors.borrow_mut().push(error);
    }

    /// All errors in the order of their lines.
    pub(super) fn into_errors(self) -> Vec<ProgramError> {
        let mut errors = self.errors.into_inner();
        errors.sort_by(|a, b| (a.line, &a.key, &a.message).cmp(&(b.line, &b.key, &b.message)));
        errors
    }
}
