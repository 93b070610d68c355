//! From a text to a [`Contract`].

use portcullis_model::{Diagnostic, SourceId, Sources};

use crate::codes;
use crate::contract::Contract;

/// Reads an OpenAPI document. What stops is in the error, at least one entry; what does not is in
/// [`Contract::warnings`].
pub fn read(sources: &mut Sources, main: SourceId) -> Result<Contract, Vec<Diagnostic>> {
    let name = sources.name(main);
    Err(vec![Diagnostic::error(
        &codes::UNREADABLE,
        format!("`{name}` cannot be read as an OpenAPI document"),
    )])
}
