//! `basePath`, and what else Swagger 2.0 says of the server: `host` and `schemes`.

use portcullis_model::{Diagnostic, Span};

use crate::codes;
use crate::contract::Server;
use crate::document::Node;
use crate::notes::shown;
use crate::reader::Reader;
use crate::servers::{SERVERS_MAX, spelling};

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

    /// Where `host` and `schemes` say that the API is; without `schemes`, at one that nobody names.
    pub(crate) fn swagger_servers(&self) -> Vec<Server> {
        let Some(node) = self.root.get("host") else { return Vec::new() };
        let Some(host) = node.as_str().filter(|host| !host.is_empty()) else { return Vec::new() };
        let path = self.root.get_str("basePath").unwrap_or_default();
        let listed = self.root.get("schemes").filter(|schemes| schemes.len() > 0);
        let Some(schemes) = listed else {
            return vec![Server { url: format!("//{host}{path}"), span: node.span() }];
        };
        let each = schemes.items().take(SERVERS_MAX).filter_map(|scheme| {
            let url = format!("{}://{host}{path}", scheme.as_str()?);
            Some(Server { url, span: scheme.span() })
        });
        each.collect()
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
