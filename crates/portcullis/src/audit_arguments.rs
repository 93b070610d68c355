//! What `portcullis audit` is told.

use std::path::PathBuf;

use clap::Args;

use crate::format::Format;

#[derive(Debug, Args)]
pub(crate) struct AuditOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// A folder with copies of the store, which must be as closed as the store is; may be given several times
    #[arg(long, value_name = "FOLDER")]
    pub(crate) backup: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
