//! The command line of `portcullis keys import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::key_limits::{GoodFor, KeyLimits};
use crate::lasting::Lasting;

#[derive(Debug, Args)]
pub(crate) struct KeysImportOptions {
    /// The file with the keys, or their digests
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// What the file is
    #[arg(long = "format", value_enum)]
    pub(crate) kind: KeysFormat,
    /// How long they last, so that people come for new ones: `90d`, `12h`, or `never` ends
    #[arg(long = "for", value_name = "TIME", default_value = "90d", value_parser = Lasting::parse)]
    pub(crate) lasting: Lasting,
    /// What is known of their owners: `role=partner`; one name said twice is a list
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
    #[command(flatten)]
    pub(crate) good_for: GoodFor,
    #[command(flatten)]
    pub(crate) limits: KeyLimits,
    /// Import keys that may be guessed, too; why, for the ledger
    #[arg(long, value_name = "REASON")]
    pub(crate) accept_weak: Option<String>,
    /// Import those again that were imported before, and revoked or over since
    #[arg(long)]
    pub(crate) again: bool,
    /// Say what would be imported, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a file of keys is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeysFormat {
    /// Kong's declarative file, YAML or JSON: `consumers` with their `keyauth_credentials`
    Kong,
    /// Lines of SHA-256 digest (hex or base64), owner, and perhaps a label
    Sha256,
}
