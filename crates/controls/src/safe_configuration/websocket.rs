//! Connections that become WebSockets (RFC 6455): only where the policy names the operation, and
//! from a browser only where it names the page's origin, or the page is of the same.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portcullis_model::{ControlId, Refusal, Status};
use portcullis_policy::Origin;
use sha1::{Digest as _, Sha1};

use super::cors::is_named;
use crate::face::Judgement;

/// What a client asks for.
#[derive(Debug, Clone, Copy)]
pub struct Upgrade<'a> {
    /// Whether the policy lets this operation become one.
    pub is_named: bool,
    /// Where it is written, for whoever wonders: `"GET /chat"`.
    pub operation: &'a str,
    /// `Origin`, which every browser sends and no page can change.
    pub origin: Option<&'a str>,
    /// The origins of the host that was asked.
    pub own: &'a [Origin],
    /// The origins of the policy.
    pub origins: &'a [Origin],
    /// `Sec-WebSocket-Version`, each time it stands.
    pub versions: &'a [&'a str],
    /// `Sec-WebSocket-Key`, each time it stands.
    pub keys: &'a [&'a str],
    /// `Sec-WebSocket-Protocol`, each time it stands.
    pub protocols: &'a [&'a str],
}

/// A handshake that may go to the API. Extensions are left out, so that none is agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    key: String,
    protocols: Vec<String>,
}

/// Offers of one handshake, and bytes of each.
const PROTOCOLS_MAX: usize = 16;
const PROTOCOL_BYTES_MAX: usize = 64;

/// Whether a connection may become a WebSocket. Only observed, it does not: nobody could say what
/// would have been refused inside it.
pub fn judge_upgrade(asked: &Upgrade<'_>) -> Judgement<Option<Handshake>> {
    let refuse = |refusal| Judgement::Refuse(refusal, None);
    if !asked.is_named {
        let detail = format!(
            "a WebSocket, and nobody decided that it may be one: operations: {{ \"{}\": {{ upgrade: \
             websocket }} }}",
            asked.operation
        );
        return refuse(refusal(Status::FORBIDDEN, "undecided_upgrade", detail));
    }
    let is_known = |origin: &str| is_named(asked.origins, origin) || is_named(asked.own, origin);
    // A browser sends cookies with it from any page (CWE-1385), and asks nobody first.
    if let Some(origin) = asked.origin.filter(|origin| !is_known(origin)) {
        let shown: String = origin.chars().take(128).collect();
        let detail = format!("`origins:` does not name `{shown}`");
        return refuse(refusal(Status::FORBIDDEN, "unknown_origin", detail));
    }
    if *asked.versions != ["13"] {
        let refusal =
            refusal(Status(426), "websocket_version", "a version other than 13".to_owned());
        return refuse(refusal.with_field("Sec-WebSocket-Version", "13"));
    }
    let Some((key, protocols)) = key(asked.keys).zip(protocols(asked.protocols)) else {
        let detail = "its key or its protocols are none".to_owned();
        return refuse(refusal(Status::BAD_REQUEST, "websocket_handshake", detail));
    };
    Judgement::Pass(Some(Handshake { key, protocols }))
}

fn refusal(status: Status, reason: &'static str, detail: String) -> Refusal {
    Refusal::new(ControlId::SafeConfiguration, status, reason, detail)
}

/// Sixteen bytes in base64 (RFC 6455 section 4.1), in their one spelling.
fn key(keys: &[&str]) -> Option<String> {
    const KEY_BYTES: usize = 16;
    let [key] = keys else { return None };
    let decoded = STANDARD.decode(key).ok().filter(|bytes| bytes.len() == KEY_BYTES)?;
    Some(STANDARD.encode(decoded))
}

/// Tokens, none of them twice.
fn protocols(lines: &[&str]) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for one in lines.iter().flat_map(|line| line.split(',')).map(str::trim) {
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        let is_known = all.iter().any(|known| known == one);
        let is_long = one.len() > PROTOCOL_BYTES_MAX || all.len() >= PROTOCOLS_MAX;
        if one.is_empty() || !one.bytes().all(is_token) || is_known || is_long {
            return None;
        }
        all.push(one.to_owned());
    }
    Some(all)
}

impl Handshake {
    /// The fields by which the API is asked.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let protocols = (!self.protocols.is_empty())
            .then(|| ("Sec-WebSocket-Protocol", self.protocols.join(", ")));
        [
            ("Connection", "Upgrade".to_owned()),
            ("Upgrade", "websocket".to_owned()),
            ("Sec-WebSocket-Version", "13".to_owned()),
            ("Sec-WebSocket-Key", self.key.clone()),
        ]
        .into_iter()
        .chain(protocols)
    }

    /// The fields of an answer 101 that completes it; none if the API's answer does not (RFC 6455
    /// section 4.1): not to this key, a protocol that nobody offered, or extensions.
    pub fn completed(
        &self,
        upgrade: Option<&str>,
        accept: Option<&str>,
        protocol: Option<&str>,
        extensions: Option<&str>,
    ) -> Option<Vec<(&'static str, String)>> {
        let is_websocket = upgrade.is_some_and(|word| word.eq_ignore_ascii_case("websocket"));
        let is_offered =
            protocol.is_none_or(|protocol| self.protocols.iter().any(|known| known == protocol));
        let expected = self.accept();
        if !is_websocket || accept != Some(&expected) || !is_offered || extensions.is_some() {
            return None;
        }
        let mut fields = vec![("Sec-WebSocket-Accept", expected)];
        fields.extend(protocol.map(|protocol| ("Sec-WebSocket-Protocol", protocol.to_owned())));
        Some(fields)
    }

    /// RFC 6455 section 4.2.2: proves that whoever answers read this very request as a handshake.
    fn accept(&self) -> String {
        const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        STANDARD.encode(Sha1::new().chain_update(&self.key).chain_update(GUID).finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Upgrade<'_> = Upgrade {
        is_named: true,
        operation: "chat",
        origin: None,
        own: &[],
        origins: &[],
        versions: &["13"],
        keys: &["dGhlIHNhbXBsZSBub25jZQ=="],
        protocols: &[],
    };

    fn reason(asked: &Upgrade<'_>) -> &'static str {
        match judge_upgrade(asked) {
            Judgement::Pass(_) => "",
            Judgement::Refuse(refusal, value) => {
                assert_eq!(value, None);
                refusal.reason
            }
        }
    }

    #[test]
    fn the_example_of_the_rfc_is_completed_and_nothing_else() {
        let Judgement::Pass(Some(handshake)) = judge_upgrade(&ASKED) else { panic!("refused") };
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
        let completed = handshake.completed(Some("WebSocket"), Some(accept), None, None);
        assert_eq!(completed.unwrap(), [("Sec-WebSocket-Accept", accept.to_owned())]);
        for (upgrade, accept, protocol, extensions) in [
            (None, Some(accept), None, None),
            (Some("h2c"), Some(accept), None, None),
            (Some("websocket"), None, None, None),
            (Some("websocket"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOp="), None, None),
            (Some("websocket"), Some(accept), Some("chat"), None),
            (Some("websocket"), Some(accept), None, Some("permessage-deflate")),
        ] {
            assert_eq!(handshake.completed(upgrade, accept, protocol, extensions), None);
        }
    }

    #[test]
    fn a_page_that_nobody_named_opens_none_and_neither_does_an_undecided_operation() {
        let origins = [Origin::new("https://shop.example").unwrap()];
        assert_eq!(reason(&ASKED), "", "no browser");
        for (asked, expected) in [
            (Upgrade { is_named: false, ..ASKED }, "undecided_upgrade"),
            (Upgrade { origin: Some("https://evil.example"), ..ASKED }, "unknown_origin"),
            (Upgrade { origin: Some("null"), origins: &origins, ..ASKED }, "unknown_origin"),
            (Upgrade { origin: Some("https://shop.example"), origins: &origins, ..ASKED }, ""),
            (Upgrade { origin: Some("https://shop.example"), own: &origins, ..ASKED }, ""),
            (
                Upgrade { origin: Some("http://shop.example"), own: &origins, ..ASKED },
                "unknown_origin",
            ),
            (Upgrade { versions: &["8"], ..ASKED }, "websocket_version"),
            (Upgrade { versions: &["13", "13"], ..ASKED }, "websocket_version"),
            (Upgrade { keys: &[], ..ASKED }, "websocket_handshake"),
            (Upgrade { keys: &["dGhlIHNhbXBsZQ=="], ..ASKED }, "websocket_handshake"),
            (Upgrade { protocols: &["a, b", "a"], ..ASKED }, "websocket_handshake"),
            (Upgrade { protocols: &["a,, b"], ..ASKED }, "websocket_handshake"),
            (Upgrade { protocols: &["a, b", "c"], ..ASKED }, ""),
        ] {
            assert_eq!(reason(&asked), expected, "{asked:?}");
        }
    }
}
