//! The command lines of `portcullis sessions` and `portcullis tokens`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use crate::format::Format;
use crate::when::When;

#[derive(Debug, Subcommand)]
pub(crate) enum SessionsCommand {
    /// List sessions, newest first; never a token
    #[command(
        after_help = "Example:\n  portcullis sessions list -c portcullis.yaml --max 20\n\nExit \
        codes: 0 listed, 1 the store did not answer, 2 usage, unreadable file, store not to be had"
    )]
    List(SessionsListOptions),
    /// End sessions: who holds one is nobody from then on
    #[command(after_help = "Example:\n  portcullis sessions end -c portcullis.yaml --account \
        alice@example.com\n  portcullis sessions end -c portcullis.yaml --all\n\nWhen it returns, no \
        request is served under such a session, streams and WebSockets are over, and a restart changes \
        nothing. Where no gateway runs on the store, it is done on the store itself.\n\nExit codes: 0 \
        they are ended and stay so, also if there were none, 1 not, or a restart would undo it, 2 \
        usage, unreadable file, store not to be had")]
    End(SessionsEndOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokensCommand {
    /// Revoke tokens that an issuer has signed or vouches for
    #[command(after_help = "Example:\n  portcullis tokens revoke -c portcullis.yaml --issuer \
        https://login.example.com --subject 7f3a\n  portcullis tokens revoke -c portcullis.yaml \
        --issuer https://login.example.com --issued-before 2026-11-24T12:00:00Z\n\nWhen it returns, no \
        request is served with such a token. A subject's new tokens count again.\n\nExit codes: 0 \
        they are revoked and stay so, 1 not, or a restart would undo it, 2 usage, unreadable file, \
        store not to be had")]
    Revoke(TokensRevokeOptions),
}

#[derive(Debug, Args)]
pub(crate) struct SessionsListOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Of which API [default: each of the policy's]
    #[arg(long, value_name = "NAME")]
    pub(crate) api: Option<String>,
    /// How many of each API at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub(crate) max: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("selected").required(true))]
pub(crate) struct SessionsEndOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Of which API [default: each of the policy's]
    #[arg(long, value_name = "NAME")]
    pub(crate) api: Option<String>,
    /// The one with this id, as `sessions list` shows it
    #[arg(long, value_name = "ID", group = "selected")]
    pub(crate) id: Option<String>,
    /// All of an account, by the name that people log in with
    #[arg(long, value_name = "NAME", group = "selected")]
    pub(crate) account: Option<String>,
    /// All of a subject, as records and `sessions list` show it
    #[arg(long, value_name = "NAME", group = "selected")]
    pub(crate) subject: Option<String>,
    /// All that were opened before: `now`, a date, or a time like 2026-11-24T12:00:00Z
    #[arg(long, value_name = "WHEN", group = "selected", value_parser = When::parse)]
    pub(crate) opened_before: Option<When>,
    /// All there are
    #[arg(long, group = "selected")]
    pub(crate) all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("revoked").required(true).multiple(true))]
pub(crate) struct TokensRevokeOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Whose tokens: an issuer of the policy
    #[arg(long, value_name = "ISSUER")]
    pub(crate) issuer: String,
    /// The one with this `jti`
    #[arg(long, value_name = "ID", group = "revoked", conflicts_with_all = ["subject", "issued_before"])]
    pub(crate) jti: Option<String>,
    /// Those of a subject, as records show it
    #[arg(long, value_name = "NAME", group = "revoked")]
    pub(crate) subject: Option<String>,
    /// Those that were issued before, or do not say when: `now`, a date, or a time like
    /// 2026-11-24T12:00:00Z [default with --subject: now]
    #[arg(long, value_name = "WHEN", group = "revoked", value_parser = When::parse)]
    pub(crate) issued_before: Option<When>,
    /// For how many days it is remembered: no shorter than the issuer's tokens live
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub(crate) days: u16,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
