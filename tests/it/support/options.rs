//! How the world of a test is set up.

/// Which store bursar stands on. Every acceptance test runs on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// Where the world outside is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outside {
    /// In the same process.
    #[default]
    Embedded,
    /// In a process of its own.
    Apart,
    /// Nowhere.
    None,
}

/// A file of rules beside, or in place of, those that ship.
#[derive(Debug, Clone)]
pub struct RuleFile {
    pub name: &'static str,
    pub text: String,
}

/// What differs from the defaults.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub outside: Outside,
    pub arguments: Vec<&'static str>,
    pub rules: Vec<RuleFile>,
    /// Whether there is a second world outside, in a process of its own, known as the provider `backup`.
    pub backup: bool,
    /// Whether the server comes back at the same addresses when it is started again.
    pub keeps_its_addresses: bool,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// A provider that does not answer within three seconds has not answered: for what is in doubt. A
    /// busy machine takes its time; less than that, and answers are lost that no scenario has lost.
    pub fn impatient() -> Self {
        Self::new().with(&["--provider-deadline", "3s", "--lease", "8s"])
    }

    /// Puts the world outside elsewhere.
    pub fn outside(mut self, outside: Outside) -> Self {
        self.outside = outside;
        self
    }

    /// Adds arguments of `bursar serve`.
    pub fn with(mut self, arguments: &[&'static str]) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// Adds a second world outside, which is the provider `backup`.
    pub fn with_backup(mut self) -> Self {
        self.backup = true;
        self
    }

    /// Has the server come back at the same addresses, where clients and notifications look for it.
    pub fn at_lasting_addresses(mut self) -> Self {
        self.keeps_its_addresses = true;
        self
    }

    /// Adds a file to those under `programs/`, or replaces one.
    pub fn rule_file(mut self, name: &'static str, text: String) -> Self {
        self.rules.push(RuleFile { name, text });
        self
    }
}

/// A file that ships under `programs/`.
pub fn shipped(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
