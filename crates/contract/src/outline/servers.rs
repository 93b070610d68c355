//! Where the document says that the API is.

use portcullis_model::Span;

use super::Site;
use super::walk::Walker;
use crate::document::Node;

/// Servers and schemes that are told.
const SERVERS_MAX: usize = 1_000;

/// One server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlinedServer {
    /// Its URL, variables as written; of Swagger 2.0, put together from scheme and `host`.
    pub url: String,
    /// What stands at its URL.
    pub span: Span,
    /// How the document writes it.
    pub form: ServerForm,
    /// `description` and `name`.
    pub words: String,
    /// Variables of the URL's host that may have any value.
    pub open_variables: Vec<String>,
}

/// How a document writes a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerForm {
    /// As an object with a `url`, which stands there.
    Object(Site),
    /// As a word in the list of `schemes`, which stands there; its place in it, and how many there are.
    Scheme(Site, usize, usize),
}

impl<'a> Walker<'a, '_> {
    /// All servers of the document, of paths and of operations.
    pub(super) fn servers(&mut self) -> Vec<OutlinedServer> {
        let mut found = Vec::new();
        if self.version.is_swagger() {
            self.schemes_of(self.root, &mut found);
            return found;
        }
        self.servers_of(self.root, &mut found);
        for (_, node) in self.root.get("paths").into_iter().flat_map(Node::members) {
            let Some(item) = self.object(node) else { continue };
            self.servers_of(item, &mut found);
            for (_, operation) in item.members().filter(|(key, _)| key.text != "servers") {
                self.servers_of(operation, &mut found);
            }
        }
        found
    }

    fn servers_of(&mut self, holder: Node<'a>, found: &mut Vec<OutlinedServer>) {
        for server in holder.get("servers").into_iter().flat_map(Node::items) {
            let Some(url) = server.get("url").filter(|_| found.len() < SERVERS_MAX) else {
                continue;
            };
            let words = ["description", "name"].into_iter().filter_map(|key| server.get_str(key));
            found.push(OutlinedServer {
                url: url.as_str().unwrap_or_default().to_owned(),
                span: url.span(),
                form: ServerForm::Object(self.site(server)),
                words: words.collect::<Vec<_>>().join(" "),
                open_variables: open_variables(server, url.as_str().unwrap_or_default()),
            });
        }
    }

    fn schemes_of(&mut self, holder: Node<'a>, found: &mut Vec<OutlinedServer>) {
        let host = holder.get_str("host").unwrap_or_default().to_owned();
        let path = holder.get_str("basePath").unwrap_or_default().to_owned();
        let Some(list) = holder.get("schemes").filter(|list| list.is_array()) else { return };
        for (place, scheme) in list.items().enumerate().take(SERVERS_MAX) {
            let Some(word) = scheme.as_str() else { continue };
            found.push(OutlinedServer {
                url: format!("{word}://{host}{path}"),
                span: scheme.span(),
                form: ServerForm::Scheme(self.site(list), place, list.len()),
                words: String::new(),
                open_variables: Vec::new(),
            });
        }
    }
}

/// Names in the host of a URL, of variables that have no list of values.
fn open_variables(server: Node<'_>, url: &str) -> Vec<String> {
    let host = url.split_once("//").map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
    let variables = server.get("variables").into_iter().flat_map(Node::members);
    let open = variables.filter(|(name, variable)| {
        variable.get("enum").is_none() && host.contains(&format!("{{{}}}", name.text))
    });
    open.take(SERVERS_MAX).map(|(name, _)| name.text.to_owned()).collect()
}
