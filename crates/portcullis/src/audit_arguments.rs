//! What `portcullis audit` is told.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::format::Format;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct AuditOptions {
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", required = true)]
    pub(crate) config: Option<PathBuf>,
    /// A folder with copies of the store, which must be as closed as the store is; may be given several times
    #[arg(long, value_name = "FOLDER")]
    pub(crate) backup: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Find secrets in source trees, archives, git histories and what clients are given
    #[command(
        after_help = "Example:\n  portcullis audit secrets .\n  portcullis audit secrets --history --baseline \
        secrets.json .\n  portcullis audit secrets app.apk dist/ image.tar --format sarif\n\nFolders are walked as they \
        are, without `.git`. Archives (tar, gzip, ZIP, asar), source maps, binaries and encodings are read within \
        bounds and never unpacked to a disk. A line with `portcullis:allow-secret REASON` may have its secret. What is \
        printed of one is how its kind begins, and its length.\n\nExit codes: 0 no secret (publishable keys are told), \
        1 secrets, or something could not be read, 2 usage, or nothing could be looked at"
    )]
    Secrets(SecretsOptions),
}

#[derive(Debug, Args)]
pub(crate) struct SecretsOptions {
    /// Folders and files [default: .]
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read what ever was in these git repositories, too: each version of each file, and what commits say
    #[arg(long, conflicts_with = "staged")]
    pub(crate) history: bool,
    /// Read what the next commit of these git repositories would bring, and nothing else
    #[arg(long)]
    pub(crate) staged: bool,
    /// Leave out what git is told to ignore
    #[arg(long, conflicts_with = "staged")]
    pub(crate) gitignore: bool,
    /// What was found before and may stay: a file of digests. It need not be there yet with --write-baseline
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write what is found to the baseline
    #[arg(long, requires = "baseline")]
    pub(crate) write_baseline: bool,
    /// Ask the gateway of this policy about keys of ours: are they live, what may they, when were they used?
    #[arg(long, value_name = "POLICY")]
    pub(crate) ask: Option<PathBuf>,
    /// What could not be read is told, and is no reason to end with 1
    #[arg(long)]
    pub(crate) allow_not_read: bool,
    /// Threads that read [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) threads: Option<u16>,
    /// How to print
    #[arg(long, value_enum, default_value_t = SecretsFormat::Text)]
    pub(crate) format: SecretsFormat,
}

/// How secrets are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecretsFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For code hosts and editors (SARIF 2.1.0)
    Sarif,
}
