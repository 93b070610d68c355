//! `links` of answers: which values of an answer a later request takes.

use crate::document::Node;
use crate::reader::Reader;

/// Links of one answer, and parameters of one link, that are read; of more nothing is known.
const LINKS_MAX: usize = 64;

/// A link (OpenAPI 3, Link Object), as far as it takes values from the body of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which operation is meant.
    pub to: LinkTarget,
    /// Names of its parameters, as written (`id`, or `path.id`), and where in the body their values stand: JSON
    /// Pointers.
    pub parameters: Vec<(String, String)>,
}

/// How a link names an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTarget {
    /// By its `operationId`.
    Id(String),
    /// By its path template and method, in lower case (`operationRef` inside of the document).
    Path(String, String),
}

impl<'a> Reader<'a> {
    /// The links of an answer. What cannot be read says nothing: links grant nothing.
    pub(crate) fn links(&mut self, response: Node<'a>) -> Vec<Link> {
        let mut links = Vec::new();
        for (_, node) in response.get("links").into_iter().flat_map(Node::members).take(LINKS_MAX) {
            let Ok(link) = self.object(node, "a link") else { continue };
            let id = link.get_str("operationId").map(|id| LinkTarget::Id(id.to_owned()));
            let Some(to) = id.or_else(|| link.get_str("operationRef").and_then(path)) else {
                continue;
            };
            let parameters = link.get("parameters").into_iter().flat_map(Node::members);
            let parameters = parameters.take(LINKS_MAX).filter_map(|(name, value)| {
                let pointer = value.as_str()?.strip_prefix("$response.body#")?;
                Some((name.text.to_owned(), pointer.to_owned()))
            });
            links.push(Link { to, parameters: parameters.collect() });
        }
        links
    }
}

/// `#/paths/~1orders~1{id}/get`.
fn path(reference: &str) -> Option<LinkTarget> {
    let (path, method) = reference.strip_prefix("#/paths/")?.split_once('/')?;
    let path = path.replace("%7B", "{").replace("%7D", "}").replace("~1", "/").replace("~0", "~");
    (!method.contains('/')).then(|| LinkTarget::Path(path, method.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{LinkTarget, path};

    #[test]
    fn an_operation_is_named_by_its_place_in_the_document() {
        let is =
            |path: &str, method: &str| Some(LinkTarget::Path(path.to_owned(), method.to_owned()));
        assert_eq!(path("#/paths/~1orders~1{id}/get"), is("/orders/{id}", "get"));
        assert_eq!(path("#/paths/~1orders~1%7Bid%7D/get"), is("/orders/{id}", "get"));
        assert_eq!(path("#/paths/~1orders~1{id}/get/responses"), None);
        assert_eq!(path("https://example.com/openapi.yaml#/paths/~1orders/get"), None);
    }
}
