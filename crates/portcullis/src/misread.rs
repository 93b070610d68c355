//! A command line that cannot be read, with what was probably meant.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Endings of documents.
const DOCUMENTS: [&str; 3] = [".yaml", ".yml", ".json"];

/// Says what is wrong, and ends.
pub(crate) fn end(mut error: clap::Error) -> ! {
    if let Some(meant) = meant(&error) {
        let tip = format!("did you mean `--contract {meant}`?");
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error.exit()
}

/// The document that was named where a command stands: `portcullis threats openapi.yaml`.
fn meant(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand || std::env::args().nth(1)? != "threats" {
        return None;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    DOCUMENTS.iter().any(|end| word.ends_with(end)).then(|| crate::shell::word(word))
}
