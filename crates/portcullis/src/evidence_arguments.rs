//! The command lines of `portcullis evidence`, and how attacks are told to keep it.

use std::io::Read as _;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use portcullis_evidence::{ComplaintKind, PublicKey, Severity, Sha256Hex};

use crate::document_argument::document;
use crate::format::Format;

/// Bytes that are read of a public key.
const KEY_BYTES_MAX: u64 = 16 << 10;

#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// Make a key that signs evidence, and its public half
    #[command(
        after_help = "Example:\n  portcullis evidence key --out evidence.pem\n\nWrites `evidence.pem`, which signs, and \
        `evidence.pem.pub`, which everybody may have. Neither is ever overwritten. A key of `openssl genpkey -algorithm \
        ed25519` is as good.\n\nExit codes: 0 made, 1 something lies there, 2 nothing could be written"
    )]
    Key(EvidenceKeyOptions),
    /// Check that a file of evidence is as it was written: links, seals, signatures. Needs no network
    #[command(
        after_help = "Example:\n  portcullis evidence verify evidence.jsonl --key evidence.pem.pub\n\nWithout --key a file \
        is at best consistent in itself: whoever wrote it may have written anything. What was taken off its end at a \
        seal shows only with --head, the last line's digest as an earlier check printed it.\n\nExit codes: 0 it is as it \
        was written, 1 not, 2 usage or unreadable file"
    )]
    Verify(EvidenceVerifyOptions),
    /// Hold evidence against contract and policy as they are now: what should stop a build?
    #[command(
        after_help = "Example:\n  portcullis evidence check evidence.jsonl -c portcullis.yaml --key evidence.pem.pub \
        --attacks attacks/\n\nComplains of attacks that newly come through (newly-open), of what no control is known to \
        stop any more (lost-attribution), of honest clients that are lost (lost-journey), of evidence about what has \
        changed since (expired), and of operations without any (no-probe).\n\nExit codes: 0 nothing to complain of, 1 \
        there is, or the file is not as it was written, 2 usage or unreadable file"
    )]
    Check(EvidenceCheckOptions),
}

#[derive(Debug, Args)]
pub(crate) struct EvidenceKeyOptions {
    /// The file that the private half comes into; the public one stands beside it with `.pub` behind its name
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// A file of evidence, and how it is believed.
#[derive(Debug, Args)]
pub(crate) struct BelievedFile {
    /// The file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The public key that must have signed all of it, in PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// The digest of a line that must be in it, as an earlier check printed it
    #[arg(long, value_name = "DIGEST", value_parser = head)]
    pub(crate) head: Option<Sha256Hex>,
}

#[derive(Debug, Args)]
pub(crate) struct EvidenceVerifyOptions {
    #[command(flatten)]
    pub(crate) believed: BelievedFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct EvidenceCheckOptions {
    #[command(flatten)]
    pub(crate) believed: BelievedFile,
    /// The OpenAPI document of your API
    #[arg(long, value_name = "FILE", group = "described", required_unless_present = "config", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// The policy file of your API
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "described")]
    pub(crate) config: Option<PathBuf>,
    /// The folder of the attacks: evidence of one that was changed since, or is gone, has expired
    #[arg(long, value_name = "DIR")]
    pub(crate) attacks: Option<PathBuf>,
    /// Takes evidence of another build of Portcullis than this one
    #[arg(long)]
    pub(crate) any_program: bool,
    /// Complains of expired evidence only where an attack that comes through would be as bad as that, or worse
    #[arg(long, value_enum, default_value_t = Level::Low)]
    pub(crate) above: Level,
    /// Does not complain of this; may be given several times
    #[arg(long, value_enum, value_name = "WORD")]
    pub(crate) allow: Vec<Allowed>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How attacks are kept as evidence.
#[derive(Debug, Args)]
pub(crate) struct KeepOptions {
    /// Keep what was seen in this file, signed, behind what stands there already
    #[arg(long, value_name = "FILE")]
    pub(crate) evidence: Option<PathBuf>,
    /// The key that signs it: Ed25519 in PEM, as `portcullis evidence key` makes it
    #[arg(long, value_name = "FILE", requires = "evidence")]
    pub(crate) evidence_key: Option<PathBuf>,
    /// For how many days it is evidence, whatever does not change
    #[arg(long, value_name = "DAYS", requires = "evidence", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) evidence_days: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Low,
    Medium,
    High,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Low => Self::Low,
            Level::Medium => Self::Medium,
            Level::High => Self::High,
        }
    }
}

/// A kind of complaint, as it is called on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowed(pub(crate) ComplaintKind);

impl ValueEnum for Allowed {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Allowed; 5] = [
            Allowed(ComplaintKind::NewlyOpen),
            Allowed(ComplaintKind::LostAttribution),
            Allowed(ComplaintKind::LostJourney),
            Allowed(ComplaintKind::Expired),
            Allowed(ComplaintKind::NoProbe),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

fn head(text: &str) -> Result<Sha256Hex, String> {
    Sha256Hex::parse(text).ok_or_else(|| "a digest has 64 hexadecimal digits".to_owned())
}

impl BelievedFile {
    /// The key that was named, read.
    pub(crate) fn read_key(&self) -> Result<Option<PublicKey>, String> {
        let Some(path) = &self.key else { return Ok(None) };
        let shown = path.display();
        let mut text = String::new();
        let opened = std::fs::File::open(path);
        let read = opened.and_then(|file| file.take(KEY_BYTES_MAX).read_to_string(&mut text));
        read.map_err(|error| format!("`{shown}`: {error}"))?;
        PublicKey::from_pem(&text).map(Some).map_err(|fault| format!("`{shown}`: {fault}"))
    }
}
