//! What `portcullis audit` is told.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use portcullis_audit::Severity;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(group = ArgGroup::new("audited").required(true).multiple(true))]
pub(crate) struct AuditOptions {
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
    /// OpenAPI documents, and folders and files that are looked through: for documents, for secrets, for links to storage
    #[arg(value_name = "PATH", group = "audited")]
    pub(crate) paths: Vec<PathBuf>,
    /// The policy file: its contracts, what it decides and relaxes, and the deployment on this host
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "audited")]
    pub(crate) config: Option<PathBuf>,
    /// An authorization server of yours, on this machine only: it is attacked, for C2, C9 and C10
    #[arg(long, value_name = "URL", group = "audited", requires = "client")]
    pub(crate) issuer: Option<String>,
    /// What is registered at the issuer, as for `attack --issuer`
    #[arg(long, value_name = "FILE", requires = "issuer")]
    pub(crate) client: Option<PathBuf>,
    /// A folder with copies of the store, which must be as closed as the store is; may be given several times
    #[arg(long, value_name = "FOLDER", requires = "config")]
    pub(crate) backup: Vec<PathBuf>,
    /// A folder of advisories in OSV's form (JSON): what this program is built of is held against them
    #[arg(long, value_name = "FOLDER", requires = "config")]
    pub(crate) advisories: Option<PathBuf>,
    /// Evidence of attacks on this policy: what a control was seen to stop is told beside each finding that it answers
    #[arg(long, value_name = "FILE", requires_all = ["config", "evidence_key"])]
    pub(crate) evidence: Option<PathBuf>,
    /// The public key that must have signed it, in PEM
    #[arg(long, value_name = "FILE", requires = "evidence")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// Write what mends the document, as an OpenAPI Overlay; works on one document at a time
    #[arg(long, value_name = "OVERLAY")]
    pub(crate) fix: Option<PathBuf>,
    /// Ask the storage that is linked (Amazon S3, Google Cloud Storage, Azure Blob) for a list, as nobody, over https. Without
    /// it nobody but this machine is asked anything
    #[arg(long)]
    pub(crate) ask_storage: bool,
    /// Secrets that may stay: a file of digests that `audit secrets --write-baseline` wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Findings that are so bad, or worse, and that no control answers, end the command with 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = DenySeverity::High)]
    pub(crate) deny: DenySeverity,
    /// How to print
    #[arg(long, value_enum, default_value_t = AuditFormat::Text)]
    pub(crate) format: AuditFormat,
    /// Write it to this file instead of standard output; an audit that is there is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show each finding by itself, with every place, in the form for people; the others always have all
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
}

/// What ends the command with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DenySeverity {
    Low,
    Medium,
    High,
    Critical,
}

/// How an audit is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// One page, for people
    Html,
    /// For code hosts and editors (SARIF 2.1.0)
    Sarif,
    /// For build servers: a test case for each rule and each question
    Junit,
}

impl From<DenySeverity> for Severity {
    fn from(deny: DenySeverity) -> Self {
        match deny {
            DenySeverity::Low => Self::Low,
            DenySeverity::Medium => Self::Medium,
            DenySeverity::High => Self::High,
            DenySeverity::Critical => Self::Critical,
        }
    }
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
