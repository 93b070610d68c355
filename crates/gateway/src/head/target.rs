//! The target of a request (RFC 9112 section 3.2): its form, and what is asked for.

use super::fault::HeadFault;
use super::host::{is_host, is_same};

/// A target, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target<'t> {
    /// Path and query, or `*` for the server itself.
    pub(super) text: &'t str,
    /// Whose it is, where it is in absolute form.
    authority: Option<Authority<'t>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Authority<'t> {
    host: &'t str,
    /// With its colon.
    default_port: &'static str,
}

impl<'t> Target<'t> {
    /// Reads a target. The authority form is for `CONNECT`, which nobody serves here.
    pub(super) fn parse(method: &str, text: &'t str) -> Result<Self, HeadFault> {
        if text.bytes().any(|byte| byte == b'#' || !byte.is_ascii_graphic()) {
            return Err(HeadFault::Target);
        }
        if text.starts_with('/') || (text == "*" && method == "OPTIONS") {
            return Ok(Self { text, authority: None });
        }
        let (scheme, rest) = text.split_once("://").ok_or(HeadFault::Target)?;
        // Which of the two it is says nothing here: a proxy that ends TLS may send either.
        let default_port = match scheme {
            _ if scheme.eq_ignore_ascii_case("http") => ":80",
            _ if scheme.eq_ignore_ascii_case("https") => ":443",
            _ => return Err(HeadFault::Target),
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if !is_host(host) {
            return Err(HeadFault::Target);
        }
        let text = match (path, method) {
            // RFC 9112 section 3.2.4: the server itself.
            ("", "OPTIONS") => "*",
            ("", _) => "/",
            _ => path,
        };
        Ok(Self { text, authority: Some(Authority { host, default_port }) })
    }

    /// Whether it names a host.
    pub(super) const fn is_absolute(&self) -> bool {
        self.authority.is_some()
    }

    /// The host that the target names, where no field does (HTTP/1.0). A field must name the same:
    /// the target wins by the letter (RFC 9112 section 3.2.2), and not with every reader.
    pub(super) fn host(&self, field: Option<&str>) -> Result<Option<&'t str>, HeadFault> {
        match (self.authority, field) {
            (None, _) => Ok(None),
            (Some(authority), None) => Ok(Some(authority.host)),
            (Some(Authority { host, default_port }), Some(field)) => {
                is_same(host, field, default_port).then_some(None).ok_or(HeadFault::Host)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_asks_for_a_path_whatever_its_form() {
        let text = |method, target| Target::parse(method, target).map(|target| target.text);
        for (method, target, expected) in [
            ("GET", "/a?b", Ok("/a?b")),
            ("GET", "http://a/b?c", Ok("/b?c")),
            ("GET", "HTTPS://a:1/b", Ok("/b")),
            ("GET", "http://a", Ok("/")),
            ("OPTIONS", "http://a", Ok("*")),
            ("OPTIONS", "*", Ok("*")),
            ("GET", "*", Err(HeadFault::Target)),
            ("GET", "", Err(HeadFault::Target)),
            ("GET", "a", Err(HeadFault::Target)),
            ("CONNECT", "a:1", Err(HeadFault::Target)),
            ("GET", "ftp://a/", Err(HeadFault::Target)),
            ("GET", "http:///a", Err(HeadFault::Target)),
            ("GET", "http://a?b", Err(HeadFault::Target)),
            ("GET", "http://u@a/", Err(HeadFault::Target)),
            ("GET", "/a#b", Err(HeadFault::Target)),
            ("GET", "/\u{e9}", Err(HeadFault::Target)),
        ] {
            assert_eq!(text(method, target), expected, "{method} {target}");
        }
    }

    #[test]
    fn target_and_field_name_one_host() {
        let host = |target, field| Target::parse("GET", target).and_then(|t| t.host(field));
        assert_eq!(host("/a", Some("x")), Ok(None));
        assert_eq!(host("http://A:80/", Some("a")), Ok(None));
        assert_eq!(host("http://a/", None), Ok(Some("a")));
        assert_eq!(host("http://a/", Some("b")), Err(HeadFault::Host));
    }
}
