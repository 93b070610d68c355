//! What the API would read, with every credential masked.

use portcullis_contract::{SchemePlace, SecurityScheme};
use portcullis_controls::Plan;
use portcullis_controls::secret_in_url::{HIDDEN, SecretPaths, shown_pair};
use portcullis_controls::sensitive::secret_name;
use portcullis_policy::Upstream;
use serde_json::Value;

/// Bytes of a body that are shown.
const BODY_SHOWN_MAX: usize = 4 << 10;
/// Stands for a credential.
const MASK: &str = HIDDEN;

/// A request as the API would read it.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Body,
}

/// Its body.
#[derive(Debug)]
pub(super) enum Body {
    /// None.
    Nothing,
    /// Text, as it is sent but for what is masked; cut if it is long.
    Text { text: String, bytes: usize, is_masked: bool },
    /// Something that is no text.
    Bytes(usize),
}

impl Seen {
    /// Reads what was sent. It went to a stand-in: the API's own address is put back.
    pub(super) fn of(
        request: &[u8],
        upstream: &Upstream,
        schemes: &[SecurityScheme],
        paths: &SecretPaths,
    ) -> Self {
        let split = request.windows(4).position(|window| window == b"\r\n\r\n");
        let split = split.unwrap_or(request.len());
        let head = String::from_utf8_lossy(request.get(..split).unwrap_or_default()).into_owned();
        let body = request.get(split + 4..).unwrap_or_default();
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(masked_query(query, schemes))),
            None => (target, None),
        };
        let field = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_owned(), shown(name, value, upstream, schemes)))
        };
        let fields: Vec<_> = lines.filter_map(field).collect();
        let path = paths.recorded(path).into_owned();
        Self { method, path, query, fields, body: Body::of(body) }
    }
}

/// A target, as it may be shown.
pub(super) fn shown_target(target: &str, plan: &Plan) -> String {
    let (path, query) =
        target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let path = plan.secret_paths.recorded(path);
    match query {
        Some(query) => format!("{path}?{}", masked_query(query, &plan.model.contract.schemes)),
        None => path.into_owned(),
    }
}

/// The value of a field, as it may be shown.
fn shown(name: &str, value: &str, upstream: &Upstream, schemes: &[SecurityScheme]) -> String {
    let name = name.to_ascii_lowercase();
    let is_scheme =
        |one: &SecurityScheme| matches!(&one.place, SchemePlace::Header(known) if *known == name);
    match name.as_str() {
        "host" => upstream.first.to_string(),
        "x-request-id" => "(a new one for each request)".to_owned(),
        "cdn-loop" => "(the gateways that it passed through)".to_owned(),
        "x-forwarded-for" => "(the client's address)".to_owned(),
        "x-forwarded-proto" => "(http, or https where the client spoke it)".to_owned(),
        "authorization" | "proxy-authorization" => {
            let scheme = value.split_once(' ').map(|(scheme, _)| format!("{scheme} "));
            scheme.unwrap_or_default() + MASK
        }
        "cookie" => {
            let names = value.split("; ").map(|pair| pair.split('=').next().unwrap_or_default());
            names.map(|name| format!("{name}={MASK}")).collect::<Vec<_>>().join("; ")
        }
        _ if schemes.iter().any(is_scheme) || secret_name(&name) => MASK.to_owned(),
        _ => value.to_owned(),
    }
}

fn masked_query(query: &str, schemes: &[SecurityScheme]) -> String {
    let is_secret = |name: &str| {
        secret_name(name)
            || schemes
                .iter()
                .any(|one| matches!(&one.place, SchemePlace::Query(known) if known == name))
    };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
        _ => shown_pair(pair).into_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

impl Body {
    fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Nothing;
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Bytes(bytes.len());
        };
        let masked = masked_json(text).or_else(|| masked_form(text));
        let is_masked = masked.is_some();
        let mut text = masked.unwrap_or_else(|| text.to_owned());
        let mut end = BODY_SHOWN_MAX.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        Self::Text { text, bytes: bytes.len(), is_masked }
    }
}

/// JSON without its secrets; nothing if it holds none, so that the bytes themselves are shown.
fn masked_json(text: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    mask(&mut value).then(|| value.to_string())
}

/// Whether anything was masked. The parser bounds the depth.
fn mask(value: &mut Value) -> bool {
    let mut is_masked = false;
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if secret_name(name) {
                    *member = MASK.into();
                    is_masked = true;
                } else {
                    is_masked |= mask(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| is_masked |= mask(item)),
        _ => {}
    }
    is_masked
}

fn masked_form(text: &str) -> Option<String> {
    let masked = masked_query(text, &[]);
    (masked != text).then_some(masked)
}

#[cfg(test)]
mod tests {
    use portcullis_contract::SchemeKind;
    use portcullis_policy::{Instance, UpstreamProof};

    use super::*;

    #[test]
    fn no_credential_is_shown() {
        let schemes =
            [SchemePlace::Header("x-key".to_owned()), SchemePlace::Query("key".to_owned())].map(
                |place| SecurityScheme {
                    name: "a".to_owned(),
                    kind: SchemeKind::ApiKey,
                    place,
                    span: None,
                },
            );
        let first = Instance::plain("api".to_owned(), 80);
        let upstream = Upstream {
            first,
            others: Vec::new(),
            path: String::new(),
            proof: UpstreamProof::default(),
        };
        let paths = SecretPaths::default();
        let request = "POST /a?key=s3cret&x=1 HTTP/1.1\r\nHost: 127.0.0.1:9\r\nauthorization: \
                       Bearer s3cret\r\nx-key: s3cret\r\nCookie: sid=s3cret; b=s3cret\r\n\r\n\
                       {\"a\":[{\"password\":\"s3cret\"}],\"n\":1.0}";
        let seen = format!("{:?}", Seen::of(request.as_bytes(), &upstream, &schemes, &paths));
        assert!(!seen.contains("s3cret"), "{seen}");
        for part in ["api:80", "Bearer ***", "sid=***; b=***", "key=***&x=1", "\\\"n\\\":1.0"] {
            assert!(seen.contains(part), "{part}: {seen}");
        }
    }

    #[test]
    fn what_holds_no_secret_is_shown_as_it_is_sent() {
        let Body::Text { text, is_masked, .. } = Body::of(b"{\"n\":1.50,\"n2\":1e400}") else {
            unreachable!("it is text");
        };
        assert_eq!((text.as_str(), is_masked), ("{\"n\":1.50,\"n2\":1e400}", false));
    }
}
