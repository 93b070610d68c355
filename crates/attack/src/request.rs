//! A step, as the bytes of a request.

use std::time::Duration;

use crate::client::{Request, Trickle};
use crate::form::{Slow, SlowPart, Step};
use crate::payload::Payload;
use crate::variables::{Missing, Variables};

/// What a slow body announces. Nobody waits for its end.
const SLOW_BODY_BYTES: usize = 1 << 20;

/// Header fields that the runner adds to a step's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Added {
    /// Straight after the first line: they must arrive even if nothing else does.
    pub(crate) first: Vec<(&'static str, String)>,
    /// The field that the step's `as` has: its name and value.
    pub(crate) credential: Option<(String, String)>,
}

/// The bytes of a step's request.
pub(crate) fn build(step: &Step, added: &Added, variables: &Variables) -> Result<Request, Missing> {
    match (&step.raw, &step.send) {
        (Some(raw), _) => Ok(raw_request(&variables.fill(raw)?, added)),
        (None, send) => written(step, send.as_deref().unwrap_or_default(), added, variables),
    }
}

/// The bytes as they are written, with the added fields after the first line.
fn raw_request(raw: &str, added: &Added) -> Request {
    let (line, rest) = raw.split_once("\r\n").unwrap_or((raw, ""));
    let mut bytes = Vec::with_capacity(raw.len() + 256);
    bytes.extend_from_slice(line.as_bytes());
    if raw.contains("\r\n") {
        bytes.extend_from_slice(b"\r\n");
        added.first.iter().for_each(|(name, value)| push_field(&mut bytes, name, value));
    }
    bytes.extend_from_slice(rest.as_bytes());
    Request { bytes, trickle: None, is_head: raw.starts_with("HEAD ") }
}

fn written(
    step: &Step,
    send: &str,
    added: &Added,
    variables: &Variables,
) -> Result<Request, Missing> {
    let payload = step.body.as_ref().map(|body| body.bytes(variables)).transpose()?;
    let mut bytes = Vec::with_capacity(512 + payload.as_ref().map_or(0, Vec::len));
    bytes.extend_from_slice(variables.fill(send)?.as_bytes());
    bytes.extend_from_slice(b" HTTP/1.1\r\n");
    added.first.iter().for_each(|(name, value)| push_field(&mut bytes, name, value));
    let mut default = |name: &str, value: &str| {
        if !step.headers.names(name) {
            push_field(&mut bytes, name, value);
        }
    };
    default("Host", &variables.fill("${host}")?);
    let credential = added.credential.as_ref();
    if let Some((name, value)) = credential {
        default(name, value);
    }
    if let Some((name, value)) = step.body.as_ref().and_then(Payload::label) {
        default(name, value);
    }
    let slow_body = step.slow.filter(|slow| slow.part == SlowPart::Body);
    match (&payload, slow_body) {
        (_, Some(_)) => default("Content-Length", &SLOW_BODY_BYTES.to_string()),
        (Some(_), None) if step.chunked => default("Transfer-Encoding", "chunked"),
        (Some(payload), None) => default("Content-Length", &payload.len().to_string()),
        (None, None) => {}
    }
    default("Connection", "close");
    for (name, value) in &step.headers.pairs {
        let mut value = variables.fill(value)?;
        // A cookie of the step's stands beside the one by which it calls.
        if let Some((_, own)) = credential.filter(|(own, _)| is_cookie(own) && is_cookie(name)) {
            value = format!("{own}; {value}");
        }
        push_field(&mut bytes, name, &value);
    }
    let trickle = step.slow.map(|slow| end_slowly(slow, &mut bytes));
    if trickle.is_none() || slow_body.is_some() {
        bytes.extend_from_slice(b"\r\n");
    }
    match payload {
        Some(payload) if step.chunked => push_chunks(&payload, &mut bytes),
        Some(payload) => bytes.extend_from_slice(&payload),
        None => {}
    }
    Ok(Request { bytes, trickle, is_head: send.starts_with("HEAD ") })
}

fn end_slowly(slow: Slow, bytes: &mut Vec<u8>) -> Trickle {
    let Slow { part, bytes_per, pause_ms, at_most_ms } = slow;
    if part == SlowPart::Head {
        bytes.extend_from_slice(b"X-Slow: ");
    }
    Trickle {
        byte: if part == SlowPart::Head { b'a' } else { b' ' },
        bytes_per: usize::from(bytes_per),
        pause: Duration::from_millis(u64::from(pause_ms)),
        at_most: Duration::from_millis(u64::from(at_most_ms)),
    }
}

fn is_cookie(name: &str) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

fn push_field(bytes: &mut Vec<u8>, name: &str, value: &str) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(b": ");
    bytes.extend_from_slice(value.as_bytes());
    bytes.extend_from_slice(b"\r\n");
}

/// Several chunks, so that whoever reads has to put them together.
fn push_chunks(payload: &[u8], bytes: &mut Vec<u8>) {
    for chunk in payload.chunks(payload.len().div_ceil(3).max(1)) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(step: &str) -> Request {
        let step: Step = serde_saphyr::from_str(step).unwrap();
        let mut variables = Variables::default();
        variables.save("host", "h:1".into());
        variables.save("id", 7.into());
        let added = Added {
            first: vec![("portcullis-probe", "p n".to_owned())],
            credential: Some(("Authorization".to_owned(), "Bearer t".to_owned())),
        };
        build(&step, &added, &variables).unwrap()
    }

    fn text(step: &str) -> String {
        String::from_utf8(request(step).bytes).unwrap()
    }

    #[test]
    fn a_step_is_sent_as_it_is_written_with_defaults() {
        assert_eq!(
            text(
                "{ send: 'PUT /a//%2e/${id}', headers: { x-a: [1, 2] }, body: { json: { b: 1 } } }"
            ),
            "PUT /a//%2e/7 HTTP/1.1\r\nportcullis-probe: p n\r\nHost: h:1\r\n\
             Authorization: Bearer t\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\
             Connection: close\r\nx-a: 1\r\nx-a: 2\r\n\r\n{\"b\":1}"
        );
    }

    #[test]
    fn a_default_that_is_named_is_left_to_the_step() {
        assert_eq!(
            text(
                "{ send: GET /, headers: { host: x, Authorization: [], content-type: text/plain, \
                 connection: [], content-length: 9 }, body: { json: 1 } }"
            ),
            "GET / HTTP/1.1\r\nportcullis-probe: p n\r\nhost: x\r\ncontent-type: text/plain\r\n\
             content-length: 9\r\n\r\n1"
        );
    }

    #[test]
    fn raw_bytes_stay_but_for_the_probe() {
        assert_eq!(
            text(r#"{ raw: "GET  /${id} HTTP/9\r\n a: b\n\r\n" }"#),
            "GET  /7 HTTP/9\r\nportcullis-probe: p n\r\n a: b\n\r\n"
        );
        assert_eq!(text("{ raw: 'no line' }"), "no line");
    }

    #[test]
    fn chunks_and_slow_ends_are_framed() {
        let chunked = text("{ send: POST /, chunked: true, body: { text: abcdef } }");
        assert!(chunked.contains("Transfer-Encoding: chunked\r\n"), "{chunked}");
        assert!(
            chunked.ends_with("\r\n\r\n2\r\nab\r\n2\r\ncd\r\n2\r\nef\r\n0\r\n\r\n"),
            "{chunked}"
        );
        let slow = "slow: { part: head, bytes_per: 1, pause_ms: 50, at_most_ms: 900 }";
        let head = request(&format!("{{ send: GET /, {slow} }}"));
        assert!(head.bytes.ends_with(b"\r\nX-Slow: "));
        assert_eq!(head.trickle.map(|trickle| trickle.byte), Some(b'a'));
        let body = request(&format!("{{ send: POST /, {} }}", slow.replace("head", "body")));
        assert!(body.bytes.ends_with(b"\r\n\r\n"));
        assert!(String::from_utf8(body.bytes).unwrap().contains("Content-Length: 1048576\r\n"));
    }
}
