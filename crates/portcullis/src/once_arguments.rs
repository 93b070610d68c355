//! The command line of `portcullis once`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::format::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum OnceCommand {
    /// Give one back: it may happen once more
    #[command(
        after_help = "Example:\n  portcullis once give-back -c portcullis.yaml --of caller=7f3a --issuer \
        https://login.example.com --of body./code=SAVE10\n\nOne --of for each word of the entry's `per`. The record of the \
        request that was refused has the subject, its issuer and the entry. Where several entries are `once`, --entry names \
        one.\n\nExit codes: 0 it is given back and stays so, 1 nothing like that happened, a request is under way with \
        it, or it could not be written, 2 usage, unreadable file, store not to be had"
    )]
    GiveBack(GiveBackOptions),
}

#[derive(Debug, Args)]
pub(crate) struct GiveBackOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The entry of `rates`, as records show it, or a part of that [default: the only one that is `once`]
    #[arg(long, value_name = "TEXT")]
    pub(crate) entry: Option<String>,
    /// What it counts by, and which: `caller=SUBJECT`, `body./code=SAVE10`, `caller.tenant=acme`
    #[arg(long = "of", value_name = "KEY=VALUE", value_parser = Of::parse)]
    pub(crate) of: Vec<Of>,
    /// Who vouches for the caller, as records show it
    #[arg(long, value_name = "ISSUER")]
    pub(crate) issuer: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// One word of `per`, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Of {
    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                Ok(Self { key: key.to_owned(), value: value.to_owned() })
            }
            _ => Err("write KEY=VALUE: `body./code=SAVE10`".to_owned()),
        }
    }
}
