//! How a document is named on the command line.

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};

/// A document on this machine: only `init` fetches one.
pub(crate) fn document() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.to_str() {
        Some(url) if url.contains("://") => Err(format!(
            "only `init` fetches a document, once: portcullis init --contract {url} --upstream \
             http://HOST:PORT; then name the file that it wrote"
        )),
        _ => Ok(path),
    })
}
