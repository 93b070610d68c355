//! What `portcullis threats` is told.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use portcullis_threat::diff::Change;
use portcullis_threat::risk::Level;

use crate::document_argument::document;
use crate::format::Format;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct ThreatsOptions {
    #[command(subcommand)]
    pub(crate) command: Option<ThreatsCommand>,
    #[command(flatten)]
    pub(crate) derived: Option<DerivedFrom>,
    /// How to print
    #[arg(long, value_enum, default_value_t = ThreatsFormat::Text)]
    pub(crate) format: ThreatsFormat,
    /// Write it to this file instead of standard output; one that is there is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show every threat with its rating, line by line
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
    /// End with 1 if a threat of this level or above is open, after what answers it [default: never]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) deny: Option<DeniedLevel>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ThreatsCommand {
    /// What is worse than in an earlier model: for CI
    #[command(
        after_help = "Example:\n  portcullis threats -c portcullis.yaml --format json --output threats.json\n  portcullis \
        threats diff --against threats.json -c portcullis.yaml --allow new-entry\n\nThe earlier model is what `--format json` \
        wrote, unchanged. Give both runs the same kind of evidence: a model without it has lost what was proven, and does \
        not know whether an attack still comes through.\n\nExit codes: 0 nothing is worse, or it is allowed, 1 something \
        is, or files have errors, 2 usage, unreadable file, an earlier model that was changed, is of a newer form, of \
        another API or of one with nothing in front, or evidence that cannot be believed"
    )]
    Diff(ThreatsDiffOptions),
    /// Write a first threats.yaml: what is assumed, to be corrected
    #[command(
        after_help = "Example:\n  portcullis threats init -c portcullis.yaml\n\nEach question stands there with what is \
        assumed until somebody answers it, as a comment. No file is ever overwritten.\n\nExit codes: 0 written, 1 the \
        files have errors, 2 usage, unreadable file, or something lies there already"
    )]
    Init(ThreatsInitOptions),
}

/// From what the model is derived.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("threats_source").required(true))]
pub(crate) struct DerivedFrom {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "threats_source")]
    pub(crate) config: Option<PathBuf>,
    /// The OpenAPI document, where there is no policy file
    #[arg(long, value_name = "FILE", group = "threats_source", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// Where the API is: then the gateway stands in front of the document's API, as `run` would serve it
    #[arg(long, value_name = "URL", requires = "contract")]
    pub(crate) upstream: Option<String>,
    /// Show the API alone, as if nothing stood in front
    #[arg(long)]
    pub(crate) without_gateway: bool,
    /// What people say [default: threats.yaml beside the policy or the document, if it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) model: Option<PathBuf>,
    /// What attacks showed of the policy's one API, as `portcullis attack --evidence` keeps it
    #[arg(long, value_name = "FILE", requires = "evidence_key")]
    pub(crate) evidence: Option<PathBuf>,
    /// The public key that must have signed all of it
    #[arg(long, value_name = "PEM", requires = "evidence")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// The folder of the attacks: evidence of one that was changed since, or is gone, is stale
    #[arg(long, value_name = "DIR", requires = "evidence")]
    pub(crate) attacks: Option<PathBuf>,
    /// Takes evidence of another build of Portcullis than this one
    #[arg(long, requires = "evidence")]
    pub(crate) any_program: bool,
    /// Records of requests; may be given several times
    #[arg(long = "ledger", value_name = "FILE")]
    pub(crate) ledgers: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ThreatsDiffOptions {
    /// An earlier model, as `portcullis threats --format json` wrote it
    #[arg(long, value_name = "FILE")]
    pub(crate) against: PathBuf,
    #[command(flatten)]
    pub(crate) derived: DerivedFrom,
    /// Does not stop for this; may be given several times
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) allow: Vec<AllowedChange>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ThreatsInitOptions {
    #[command(flatten)]
    pub(crate) derived: DerivedFrom,
    /// The file to write [default: threats.yaml beside the policy or the document]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThreatsFormat {
    /// For people
    Text,
    /// For programs, and for `diff`
    Json,
    /// One page for a browser, with a picture
    Html,
    /// For repositories, with a picture in Mermaid
    Markdown,
    /// OWASP TM-BOM 1.0.2
    TmBom,
    /// OWASP Threat Dragon 2
    ThreatDragon,
    /// For code hosts and editors (SARIF 2.1.0): what nothing answers; what somebody takes is suppressed
    Sarif,
}

/// A level, as it is called on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeniedLevel(pub(crate) Level);

impl ValueEnum for DeniedLevel {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [DeniedLevel; 5] = [
            DeniedLevel(Level::Note),
            DeniedLevel(Level::Low),
            DeniedLevel(Level::Medium),
            DeniedLevel(Level::High),
            DeniedLevel(Level::Critical),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// A kind of change, as it is called on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AllowedChange(pub(crate) Change);

impl ValueEnum for AllowedChange {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AllowedChange; 11] = [
            AllowedChange(Change::NewEntry),
            AllowedChange(Change::WiderEntry),
            AllowedChange(Change::NewOpen),
            AllowedChange(Change::LostControl),
            AllowedChange(Change::HigherRisk),
            AllowedChange(Change::LostAcceptance),
            AllowedChange(Change::StaleEvidence),
            AllowedChange(Change::LostEvidence),
            AllowedChange(Change::NewClaim),
            AllowedChange(Change::WiderClaim),
            AllowedChange(Change::Gone),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}
