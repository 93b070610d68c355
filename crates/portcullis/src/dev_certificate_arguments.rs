//! The command line of `portcullis dev-certificate`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct DevCertificateOptions {
    /// A host under which clients call: a name, or an address; may be given several times
    #[arg(long = "host", value_name = "HOST", required = true)]
    pub(crate) hosts: Vec<String>,
    /// The folder for the four files; it is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Replace what lies there, the issuer as well: whoever trusted it must trust the new one
    #[arg(long)]
    pub(crate) overwrite: bool,
}
