//! The command line of `portcullis store`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::format::Format;

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
    /// Have the key service wrap the store's key anew, after it took a new version of its own
    #[command(
        after_help = "Example:\n  vault write -f transit/keys/portcullis/rotate\n  portcullis store rewrap -c \
        portcullis.yaml\n\nThe store's own key stays as it is, and so do all rows: `store rekey --to kms` makes \
        another one.\n\nExit codes: 0 it is wrapped anew, 1 not, or nobody knows yet, 2 usage, unreadable file, \
        store not to be had"
    )]
    Rewrap(StoreRewrapOptions),
    /// Copy the store, while a gateway runs or while none does
    #[command(
        after_help = "Example:\n  portcullis store backup -c portcullis.yaml --to /backup/2027-01-31\n\nThe copy opens \
        with the store's key, which is not in it, and as an older one: `run --accept-older-store`. Nobody waits \
        meanwhile.\n\nExit codes: 0 it is there and lasts, 1 not, 2 usage, unreadable file, store not to be had"
    )]
    Backup(StoreBackupOptions),
}

#[derive(Debug, Args)]
pub(crate) struct StoreBackupOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// The folder that the copy comes into: made if it is not there, and for this user alone
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StoreRewrapOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct StoreRekeyOptions {
    /// The policy file, which says where the store is
    #[arg(short = 'c', long = "config", value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Where the new key is: `file:new.key`; where no gateway runs, also `env:NAME` or `credential:NAME`. `kms`: one
    /// of chance, which the policy's key service wraps
    #[arg(long, value_name = "PLACE")]
    pub(crate) to: String,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
