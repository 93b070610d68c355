//! The command line of `portcullis reference`.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct ReferenceOptions {
    /// Which page
    #[arg(value_enum)]
    pub(crate) what: Reference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reference {
    Policy,
    PolicySchema,
    ThreatsFile,
    ThreatsSchema,
    Controls,
    Threats,
    Codes,
    Command,
    AuditRules,
}
