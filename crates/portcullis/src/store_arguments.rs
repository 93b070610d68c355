//! The command line of `portcullis store`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::arguments::Format;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Exchange the key under which the store is encrypted, while a gateway runs or while none does
    #[command(
        after_help = "Example:\n  portcullis store rekey -c portcullis.yaml --to file:new.key\n\nThe new \
        key is made with `openssl rand -out new.key 32 && chmod 600 new.key`; a gateway that runs reads it \
        from there. When this returns, the old key opens nothing but copies from before. Then name the new \
        one in the policy: the next start needs it.\n\nExit codes: 0 it is exchanged, 1 not, or nobody \
        knows yet, 2 usage, unreadable file, store not to be had"
    )]
    Rekey(StoreRekeyOptions),
}

#[derive(Debug, Args)]
pub(crate) struct StoreRekeyOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where the new key is: `file:new.key`; where no gateway runs, also `env:NAME` or `credential:NAME`
    #[arg(long, value_name = "PLACE")]
    pub(crate) to: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
