//! Tests by property: what is accepted reads the same for whoever splits at CRLF and at the first
//! colon.

use proptest::prelude::*;

use super::{Essential, Length, RequestHead};

/// Heads that are right, to be spoilt.
const SOUND: [&str; 5] = [
    "GET /items?q=a HTTP/1.1\r\nHost: api\r\nX-Text: a b\r\n\r\n",
    "POST /upload HTTP/1.1\r\nHost: api:80\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\n",
    "POST /upload HTTP/1.1\r\nhost: api\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    "GET http://api/items HTTP/1.0\r\nHost: api\r\nConnection: keep-alive, x-text\r\nX-Text: a\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\nCookie: a=b; c=d\r\nAccept:\ttext/html \r\n\r\n",
];

/// What spoils a head: bytes and texts that readers disagree on.
fn spoiler() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(vec![
            "\r",
            "\n",
            "\r\n",
            "\r\n\r\n",
            " ",
            "\t",
            "\0",
            ":",
            ",",
            ";",
            "\"",
            "#",
            "\u{e9}",
            "\r\n ",
            "Content-Length: 5\r\n",
            "Content-Length: 6\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: x\r\n",
            "Host: b\r\n",
            "Connection: close\r\n",
            "chunked, ",
            "0",
            "+",
            "-",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// A sound head with up to three places in which something is put, or is put in place of a byte.
fn heads() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), spoiler(), any::<bool>());
    (prop::sample::select(SOUND.to_vec()), prop::collection::vec(change, 0..4)).prop_map(
        |(sound, changes)| {
            let mut head = sound.as_bytes().to_vec();
            for (at, what, is_instead) in changes {
                let at = at.index(head.len());
                head.splice(at..at + usize::from(is_instead), what);
            }
            head
        },
    )
}

type Lines<'h> = Vec<(String, &'h str)>;

/// The lines of a head as the plainest reader has them.
fn plainly(head: &[u8]) -> Option<(Vec<&str>, Lines<'_>)> {
    let text = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = text.split("\r\n");
    let first = lines.next()?.split(' ').collect();
    let fields = lines.map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim_matches([' ', '\t'])))
    });
    Some((first, fields.collect::<Option<Vec<_>>>()?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_accepted_head_has_the_lines_that_everybody_sees(bytes in heads()) {
        let Ok(head) = RequestHead::parse(&bytes, 64) else { return Ok(()) };
        // Fields that are no text are dropped; a plain reader in UTF-8 has no opinion on those.
        if std::str::from_utf8(&bytes).is_err() {
            return Ok(());
        }
        let (first, fields) = plainly(&bytes).expect("lines");
        prop_assert_eq!(first.len(), 3);
        prop_assert_eq!(first[0], head.method_text());
        prop_assert!(first[1].ends_with(head.target()) || head.target() == "/" || head.is_of_server());
        let ended: Vec<String> = fields
            .iter()
            .filter(|(name, _)| name == "connection")
            .flat_map(|(_, value)| value.split(','))
            .map(|name| name.trim().to_ascii_lowercase())
            .collect();
        let expected: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .filter(|(name, _)| !ended.iter().any(|one| one == name) || is_essential(name))
            .collect();
        // The host of a target in absolute form stands in for the field that HTTP/1.0 may lack.
        let has_host = fields.iter().any(|(name, _)| name == "host");
        let found: Vec<(&str, &str)> =
            head.fields.iter().filter(|(name, _)| has_host || *name != "host").collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn an_accepted_head_has_one_host_and_one_length(bytes in heads()) {
        let Ok(head) = RequestHead::parse(&bytes, 64) else { return Ok(()) };
        let count = |name: &str| head.fields.all(name).count();
        prop_assert!(count("host") == 1 || head.is_http10 && count("host") == 0);
        prop_assert!(count("content-length") + count("transfer-encoding") <= 1);
        let length = head.fields.first(Essential::ContentLength);
        match head.length {
            Length::Exactly(number) => prop_assert_eq!(length.and_then(|l| l.parse().ok()), Some(number)),
            Length::Chunked => prop_assert!(!head.is_http10 && count("transfer-encoding") == 1),
            Length::None => prop_assert_eq!(count("content-length") + count("transfer-encoding"), 0),
            Length::UntilClose => prop_assert!(false, "no request ends so"),
        }
        let is_clean = |text: &str| !text.chars().any(|c| c.is_ascii_control() && c != '\t');
        prop_assert!(head.fields.iter().all(|(name, value)| is_clean(name) && is_clean(value)));
    }
}

/// What `Connection` cannot take away.
fn is_essential(name: &str) -> bool {
    [
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-proto",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "host",
        "location",
        "transfer-encoding",
    ]
    .contains(&name)
}
