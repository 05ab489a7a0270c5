//! The command line and environment: every setting has a flag, a `BURSAR_` variable and a default.

mod args;

pub use args::{
    AuditArgs, Command, CommandLine, LogFormat, ProgramCommand, SandboxArgs, SandboxMode, ServeArgs, Span,
};
