//! The command line of `portcullis passwords`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::format::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum PasswordsCommand {
    /// Give a user a password, the first one or another; it is read from standard input
    #[command(
        after_help = "Example:\n  portcullis passwords set -c portcullis.yaml --user ann --attribute role=staff\n  portcullis \
        passwords set -c portcullis.yaml --user till-3 --generate > till-3.password\n  pass show ann | portcullis passwords set -c \
        portcullis.yaml --user ann\n\nAt a terminal it is asked for twice and not shown. It is never an argument: others on the \
        machine see those. Only its hash leaves the command. What --attribute says replaces what was known of the user.\n\nExit codes: 0 it \
        is set and stays so, 1 it may not be taken, or is not set, 2 usage, unreadable file, store not to be had"
    )]
    Set(PasswordsSetOptions),
    /// List users, in the order of their names; never what opens
    #[command(
        after_help = "Example:\n  portcullis passwords list -c portcullis.yaml\n\nExit codes: 0 listed, 1 the store did not \
        answer, 2 usage, unreadable file, store not to be had"
    )]
    List(PasswordsListOptions),
    /// Take a user's password away
    #[command(
        after_help = "Example:\n  portcullis passwords remove -c portcullis.yaml --user ann\n\nWhen it returns, no request is \
        served with it, streams under it are over, and a restart changes nothing.\n\nExit codes: 0 there is none and stays none, also \
        if there was none, 1 there may be one after a restart, 2 usage, unreadable file, store not to be had"
    )]
    Remove(PasswordsRemoveOptions),
}

#[derive(Debug, Args)]
pub(crate) struct PasswordsSetOptions {
    /// The policy file, which says where the store is and which passwords may be taken
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Who calls with it: a person or a service
    #[arg(long, value_name = "NAME")]
    pub(crate) user: String,
    /// What is known of them: `role=staff`; one name said twice is a list
    #[arg(long = "attribute", value_name = "NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
    /// Make one, and print it once: nobody can show it again
    #[arg(long)]
    pub(crate) generate: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordsListOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Those behind this name alone
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) after: String,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..1000))]
    pub(crate) max: u64,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordsRemoveOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Whose
    #[arg(long, value_name = "NAME")]
    pub(crate) user: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
