//! The command line of `portcullis keys`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use crate::format::Format;
use crate::import_arguments::KeysImportOptions;
use crate::key_limits::{GoodFor, KeyLimits};
use crate::lasting::Lasting;
use crate::when::When;

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Issue a key, and print it once: nobody can show it again
    #[command(
        after_help = "Example:\n  portcullis keys issue -c portcullis.yaml --owner acme --label billing \
        --for 90d\n  portcullis keys issue -c portcullis.yaml --owner acme --operation listOrders --operation \
        'GET /orders/{id}' --from 203.0.113.0/24 --attribute role=partner\n  portcullis keys issue -c \
        portcullis.yaml --parent 0AbC1dEf2GhI3jKl --operation listOrders\n  portcullis keys issue -c \
        portcullis.yaml --owner acme --may Order:read --object Order=7 --quota 1000/day\n\nThe key stands alone on standard \
        output. The store gets its digest, which the pepper is needed for; a gateway that runs knows it when \
        this returns. What restricts a key restricts every key below it.\n\nExit codes: 0 it is issued and stays so, 1 \
        not, 2 usage, unreadable file, store not to be had"
    )]
    Issue(Box<KeysIssueOptions>),
    /// Import keys that others issued: their owners go on using them, until they roll them
    #[command(
        after_help = "Example:\n  portcullis keys import -c portcullis.yaml --format kong kong.yaml --dry-run\n  \
        portcullis keys import -c portcullis.yaml --format sha256 digests.txt --for 30d --attribute role=partner\n\n\
        All of them or none. What is handed over is made of each text's SHA-256 with the pepper; no text is kept or \
        sent on. What is there already and the same is counted, so that it may be run again.\n\nExit codes: 0 they \
        are imported and stay so, 1 none is, or not all where it was cut short, 2 usage, unreadable file, store not to be had"
    )]
    Import(Box<KeysImportOptions>),
    /// List keys, newest first; never what opens
    #[command(
        after_help = "Example:\n  portcullis keys list -c portcullis.yaml --owner acme\n\nExit codes: 0 \
        listed, 1 the store did not answer, 2 usage, unreadable file, store not to be had"
    )]
    List(KeysListOptions),
    /// Issue a key in the place of another: it may what that may, and at its first use the other one gets an end
    #[command(
        after_help = "Example:\n  portcullis keys roll -c portcullis.yaml --id 0AbC1dEf2GhI3jKl \
        --overlap 24h\n  portcullis keys roll -c portcullis.yaml --id 0AbC1dEf2GhI3jKl --operation \
        listOrders\n\nWhat is said besides makes the new one narrower; wider is refused.\n\nExit codes: 0 it is issued and stays so, 1 not, 2 usage, unreadable file, store not to be had"
    )]
    Roll(KeysRollOptions),
    /// Give a key an end that comes earlier than its own
    #[command(
        after_help = "Example:\n  portcullis keys expire -c portcullis.yaml --id 0AbC1dEf2GhI3jKl --at \
        2027-01-31\n\nExit codes: 0 it ends then, 1 not, 2 usage, unreadable file, store not to be had"
    )]
    Expire(KeysExpireOptions),
    /// Revoke keys, and all below them
    #[command(
        after_help = "Example:\n  portcullis keys revoke -c portcullis.yaml --owner acme\n  portcullis \
        keys revoke -c portcullis.yaml --issued-before now\n\nWhen it returns, no request is served with such a \
        key, streams under it are over, and a restart changes nothing.\n\nExit codes: 0 they are revoked and stay so, \
        also if there were none, 1 not, or a restart would undo it, 2 usage, unreadable file, store not to be had"
    )]
    Revoke(KeysRevokeOptions),
    /// Show all that is known of one key; never what opens
    #[command(
        after_help = "Example:\n  portcullis keys show -c portcullis.yaml --id 0AbC1dEf2GhI3jKl\n\nExit codes: 0 \
        shown, 1 there is none, 2 usage, unreadable file, store not to be had"
    )]
    Show(KeysShowOptions),
    /// Find keys in a text that turned up somewhere, and put an end to those that are genuine
    #[command(
        after_help = "Example:\n  portcullis keys report -c portcullis.yaml --url https://paste.example/x \
        < paste.txt\n\nWhoever has the text of a key may end it: what is found is revoked, with all below it, or gets \
        the end that the policy's `leaks` gives. Each is said with its owner and its last use; texts that are no key \
        of ours are not.\n\nExit codes: 0 all that is genuine has its end and stays so, also if there is none, 1 not, \
        2 usage, unreadable file, store not to be had"
    )]
    Report(KeysReportOptions),
    /// List what a key was used for, from the ledger
    #[command(
        after_help = "Example:\n  portcullis keys uses -c portcullis.yaml --id 0AbC1dEf2GhI3jKl --since \
        2026-11-24\n\nExit codes: 0 listed, also if there is nothing, 2 usage, unreadable file"
    )]
    Uses(KeysUsesOptions),
    /// Say which keys may more than they use, and how to restrict them
    #[command(
        after_help = "Example:\n  portcullis keys suggest -c portcullis.yaml --days 30\n\nWhat was used is in the \
        ledger: it must go back as far. Nothing is changed.\n\nExit codes: 0 said, 1 the ledger cannot say, 2 usage, \
        unreadable file, store not to be had"
    )]
    Suggest(KeysSuggestOptions),
    /// Say whether a text on standard input is a whole key, without asking anybody
    #[command(
        after_help = "Example:\n  portcullis keys check < found.txt\n\nOnly form and checksum are looked \
        at. Exit codes: 0 it is whole, 1 not, 2 nothing could be read"
    )]
    Check(KeysCheckOptions),
    /// Print the regular expression that finds keys, for those who scan code and logs
    #[command(
        after_help = "Example:\n  portcullis keys pattern -c portcullis.yaml\n\nExit codes: 0 printed, 1 \
        the policy has errors, 2 usage, unreadable file, or it has no `api_keys`"
    )]
    Pattern(KeysPatternOptions),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whose").required(true))]
pub(crate) struct KeysIssueOptions {
    /// The policy file, which says where the store is and what keys begin with
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Who calls with it: a person or a service
    #[arg(long, value_name = "NAME", group = "whose")]
    pub(crate) owner: Option<String>,
    /// The id of a key: the new one is its owner's, may no more than it, and ends with it
    #[arg(long, value_name = "ID", group = "whose")]
    pub(crate) parent: Option<String>,
    /// What it is for, for people
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) label: String,
    /// How long it lasts: `90d`, `12h`, `30min`, or `never` ends
    #[arg(long = "for", value_name = "TIME", default_value = "365d", value_parser = Lasting::parse)]
    pub(crate) lasting: Lasting,
    #[command(flatten)]
    pub(crate) good_for: GoodFor,
    /// What is known of its owner: `role=partner`; one name said twice is a list
    #[arg(long = "attribute", value_name = "NAME=VALUE", conflicts_with = "parent")]
    pub(crate) attributes: Vec<String>,
    /// When it begins to hold: a date, or a time like 2026-11-24T12:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub(crate) not_before: Option<When>,
    #[command(flatten)]
    pub(crate) limits: KeyLimits,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("listed"))]
pub(crate) struct KeysListOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The one with this id
    #[arg(long, value_name = "ID", group = "listed")]
    pub(crate) id: Option<String>,
    /// All of an owner
    #[arg(long, value_name = "NAME", group = "listed")]
    pub(crate) owner: Option<String>,
    /// All below this one
    #[arg(long, value_name = "ID", group = "listed")]
    pub(crate) parent: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) max: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysRollOptions {
    /// The policy file, which says where the store is and what keys begin with
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The one that is replaced
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// How long the old one is still good after the first use of the new one: `24h`, `7d`
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = Lasting::parse)]
    pub(crate) overlap: Lasting,
    /// How long the new one lasts: `90d`, `12h`, `30min`, or `never` ends [default: as long as the old one was
    /// issued for]
    #[arg(long = "for", value_name = "TIME", value_parser = Lasting::parse)]
    pub(crate) lasting: Option<Lasting>,
    #[command(flatten)]
    pub(crate) good_for: GoodFor,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysExpireOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Which one
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// When: `now`, a date, or a time like 2026-11-24T12:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub(crate) at: When,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("revoked").required(true))]
pub(crate) struct KeysRevokeOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The one with this id
    #[arg(long, value_name = "ID", group = "revoked")]
    pub(crate) id: Option<String>,
    /// All of an owner
    #[arg(long, value_name = "NAME", group = "revoked")]
    pub(crate) owner: Option<String>,
    /// All below this one, which stays
    #[arg(long, value_name = "ID", group = "revoked")]
    pub(crate) parent: Option<String>,
    /// All that were issued before: `now`, a date, or a time like 2026-11-24T12:00:00Z
    #[arg(long, value_name = "WHEN", group = "revoked", value_parser = When::parse)]
    pub(crate) issued_before: Option<When>,
    /// All there are
    #[arg(long, group = "revoked")]
    pub(crate) all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysCheckOptions {}

#[derive(Debug, Args)]
pub(crate) struct KeysPatternOptions {
    /// The policy file, which says what keys begin with
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct KeysShowOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Which one
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysReportOptions {
    /// The text in which keys may be [default: standard input]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The policy file, which says where the store is and what keys begin with
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// In what it was found, for the ledger: `paste`, `commit`
    #[arg(long, value_name = "WORD", default_value = "")]
    pub(crate) source: String,
    /// Where it was found, for the ledger, which gets it without query and credentials
    #[arg(long, value_name = "URL", default_value = "")]
    pub(crate) url: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysUsesOptions {
    /// The policy file, which says where the ledger is
    #[arg(short = 'c', long = "config", value_name = "FILE", required_unless_present = "ledgers")]
    pub(crate) config: Option<PathBuf>,
    /// Which one
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// The ledger; several are said one by one, the oldest first [default: the policy's]
    #[arg(long = "ledger", value_name = "FILE")]
    pub(crate) ledgers: Vec<PathBuf>,
    /// Only since: a date, or a time like 2026-11-24T12:00:00Z
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    pub(crate) since: Option<When>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct KeysSuggestOptions {
    /// The policy file, which says where store and ledger are
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// This one alone
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Days that are looked at
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub(crate) days: u16,
    /// The ledger; several are said one by one, the oldest first [default: the policy's]
    #[arg(long = "ledger", value_name = "FILE")]
    pub(crate) ledgers: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
