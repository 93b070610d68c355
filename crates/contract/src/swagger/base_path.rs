//! `basePath`. What else Swagger 2.0 says of the server (`host`, `schemes`) is not needed.

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::reader::Reader;
use crate::servers::spelling;

impl Reader<'_> {
    /// The base path, and where it stands.
    pub(crate) fn swagger_base_path(&mut self) -> (String, Option<Span>) {
        let Some(node) = self.root.get("basePath").filter(|node| !node.is_null()) else {
            return (String::new(), None);
        };
        if let Some(path) = node.as_str().and_then(spelling) {
            return (path, Some(node.span()));
        }
        let written = node.as_str().map_or_else(|| node.kind_name().to_owned(), shown);
        let message = format!("`basePath` cannot be {written}: it is taken as empty");
        self.notes.push(
            Diagnostic::warning(&codes::SERVER, message)
                .at(node.span())
                .help("write a path such as `/api/v1`"),
        );
        (String::new(), Some(node.span()))
    }

    /// `schemes` that no plain request can use.
    pub(crate) fn swagger_schemes(&mut self, holder: Node<'_>) {
        let Some(schemes) = holder.get("schemes").filter(|schemes| schemes.len() > 0) else {
            return;
        };
        let is_plain = |scheme: Node<'_>| matches!(scheme.as_str(), Some("http" | "https"));
        if !schemes.items().any(is_plain) {
            let message = "no scheme here is `http` or `https`: WebSocket does not pass";
            self.notes.warn(&codes::SERVER, schemes.span(), message);
        }
    }
}
