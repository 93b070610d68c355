//! Redirects by which an API corrects a slash at the end of a path: the document says `/items`, the
//! API's framework `/items/`. A client that followed such a redirect would ask for a path that nobody
//! declared, so it is followed here, once.

use portcullis_controls::safe_configuration::Sides;
use portcullis_model::Method;

use crate::head::{AnswerHead, Essential};

/// The target to ask for instead, where an answer to `target` says only that. Methods keep their
/// meaning: 301 and 302 turn what is no read into one (RFC 9110 section 15.4).
pub(super) fn corrected(
    answer: &AnswerHead,
    method: Option<Method>,
    target: &str,
    sides: Sides<'_>,
) -> Option<String> {
    match answer.status {
        307 | 308 => {}
        301 | 302 if matches!(method, Some(Method::Get | Method::Head)) => {}
        _ => return None,
    }
    if answer.fields.is_repeated(Essential::Location) {
        return None;
    }
    let wanted = sides.inner_target(answer.fields.first(Essential::Location)?)?;
    let ((asked, query), (said, said_query)) = (parts(target), parts(wanted));
    let is_slash = said.strip_suffix('/') == Some(asked) || asked.strip_suffix('/') == Some(said);
    (is_slash && query == said_query && !said.is_empty()).then(|| wanted.to_owned())
}

/// Path and query.
fn parts(target: &str) -> (&str, Option<&str>) {
    target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portcullis_policy::{Instance, Upstream, UpstreamProof};

    fn answered(status: u16, location: &str, method: Method, target: &str) -> Option<String> {
        let head =
            format!("HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let head = AnswerHead::parse(head.as_bytes(), false).unwrap();
        let first = Instance::plain("127.0.0.1", 3000);
        let upstream = Upstream {
            first,
            others: Vec::new(),
            path: "/v2".to_owned(),
            proof: UpstreamProof::default(),
        };
        let hosts = ["api.example.com".to_owned()];
        let sides = Sides { upstream: &upstream, base_path: "/api", hosts: &hosts };
        corrected(&head, Some(method), target, sides)
    }

    #[test]
    fn a_slash_is_corrected_and_nothing_else() {
        for (location, target, expected) in [
            ("/v2/items/", "/v2/items", "/v2/items/"),
            ("http://127.0.0.1:3000/v2/items/?a=1", "/v2/items?a=1", "/v2/items/?a=1"),
            ("https://api.example.com/v2/items", "/v2/items/", "/v2/items"),
        ] {
            let corrected = answered(307, location, Method::Post, target);
            assert_eq!(corrected.as_deref(), Some(expected), "{location}");
        }
        for (location, target) in [
            ("/v2/items//", "/v2/items"),
            ("/v2/items", "/v2/items"),
            ("/v2/other/", "/v2/items"),
            ("/v2/items/?b=1", "/v2/items?a=1"),
            ("/v2/items/", "/v2/items?a=1"),
            ("http://other.example/v2/items/", "/v2/items"),
            ("http://127.0.0.1:3001/v2/items/", "/v2/items"),
            ("//other.example/v2/items/", "/v2/items"),
            ("items/", "/v2/items"),
            ("/v2/items/\t", "/v2/item"),
            ("", "/"),
        ] {
            assert_eq!(answered(307, location, Method::Get, target), None, "{location}");
        }
    }

    #[test]
    fn a_write_is_not_made_a_read() {
        for (status, method, is_followed) in [
            (301, Method::Get, true),
            (302, Method::Head, true),
            (301, Method::Post, false),
            (308, Method::Delete, true),
            (303, Method::Get, false),
            (200, Method::Get, false),
        ] {
            let corrected = answered(status, "/v2/items/", method, "/v2/items");
            assert_eq!(corrected.is_some(), is_followed, "{status} {method:?}");
        }
    }
}
