//! What is sent: generated requests, each with what every server must understand of it.

use serde_json::{Value, json};

/// A request, and what must be understood if the gateway lets it through.
pub(crate) struct Request {
    /// What it tries, for the table.
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Expected,
}

#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) method: &'static str,
    /// The whole path, decoded.
    pub(crate) path: Vec<u8>,
    pub(crate) pairs: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) header: Option<(&'static str, Vec<u8>)>,
    pub(crate) body: Body,
}

/// What a body holds.
#[derive(Default)]
pub(crate) enum Body {
    #[default]
    Nothing,
    Bytes(Vec<u8>),
    Json(Value),
    Form(Vec<(Vec<u8>, Vec<u8>)>),
    /// Name, file name, content.
    Parts(Vec<[Vec<u8>; 3]>),
}

type Pairs<'p> = &'p [(&'p str, &'p str)];

pub(crate) fn all() -> Vec<Request> {
    let mut out = Vec::new();
    paths(&mut out);
    queries(&mut out);
    styles(&mut out);
    headers(&mut out);
    json_bodies(&mut out);
    forms_and_parts(&mut out);
    other_bodies(&mut out);
    out
}

/// Texts beyond ASCII, and those that servers are known to read in a way of their own.
pub(crate) const TEXTS: [&str; 20] = [
    "é", "€", "😀", "\u{301}", "\u{202e}", "\u{feff}", "ﬀ", "．．", "a b", "a+b", "a%b", "a%2fb",
    "%2e%2e", "a&b=c", "a;b", "a,b", "a?b#c", "'\"<>", "{}[]|^`", "~!$()*:@",
];

fn get(kind: &'static str, target: &[u8], path: &[u8], pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Request {
    let bytes = [b"GET ", target, b" HTTP/1.1\r\nHost: api\r\n\r\n"].concat();
    let expected = Expected { method: "GET", path: path.to_vec(), pairs, ..Expected::default() };
    Request { kind, bytes, expected }
}

pub(crate) fn escaped(text: &str) -> String {
    let pieces: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    pieces.concat()
}

fn is_unescaped(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"%?#".contains(&byte)
}

fn paths(out: &mut Vec<Request>) {
    for byte in 0..=255_u8 {
        let path = [b"/text/a", &[byte][..], b"b"].concat();
        out.push(get(
            "path: every escape",
            format!("/text/a%{byte:02x}b").as_bytes(),
            &path,
            vec![],
        ));
        if is_unescaped(byte) {
            out.push(get("path: every raw character", &path, &path, vec![]));
        }
    }
    for text in TEXTS {
        let path = format!("/text/{text}");
        let target = format!("/text/{}", escaped(text));
        out.push(get("path: texts", target.as_bytes(), path.as_bytes(), vec![]));
    }
    for (target, path) in [
        ("/%74ext/a", "/text/a"),
        ("/text/%252e%252e", "/text/%2e%2e"),
        ("/text/a;b=c", "/text/a;b=c"),
        ("/text/a+b", "/text/a+b"),
        ("/list/a,b,c", "/list/a,b,c"),
        ("/list/a%20b,c%3Bd", "/list/a b,c;d"),
        ("/label/.1,2", "/label/.1,2"),
        ("/matrix/;value=1,2", "/matrix/;value=1,2"),
        ("/matrices/;value=1;value=2", "/matrices/;value=1;value=2"),
    ] {
        out.push(get("path: styles", target.as_bytes(), path.as_bytes(), vec![]));
    }
}

fn pairs(of: Pairs<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    of.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

fn queries(out: &mut Vec<Request>) {
    for byte in 0..=255_u8 {
        let value = [b"a", &[byte][..], b"b"].concat();
        let expected = vec![(b"q".to_vec(), value.clone())];
        let target = format!("/query?q=a%{byte:02x}b");
        out.push(get("query: every escape", target.as_bytes(), b"/query", expected.clone()));
        if is_unescaped(byte) && !b"&+".contains(&byte) {
            let target = [b"/query?q=", &value[..]].concat();
            out.push(get("query: every raw character", &target, b"/query", expected));
        }
    }
    for text in TEXTS {
        let target = format!("/query?q={}", escaped(text));
        out.push(get("query: texts", target.as_bytes(), b"/query", pairs(&[("q", text)])));
        let target = format!("/query?free={}", escaped(text));
        out.push(get("query: texts", target.as_bytes(), b"/query", pairs(&[("free", text)])));
    }
}

fn styles(out: &mut Vec<Request>) {
    let cases: [(&str, Pairs<'_>); 22] = [
        ("q=a+b", &[("q", "a b")]),
        ("%71=a", &[("q", "a")]),
        ("q=", &[("q", "")]),
        ("n=7&q=a", &[("q", "a"), ("n", "7")]),
        ("b=true", &[("b", "true")]),
        ("b=TRUE", &[("b", "true")]),
        ("list=a&list=b", &[("list", "a"), ("list", "b")]),
        ("list=a&q=x&list=b", &[("q", "x"), ("list", "a"), ("list", "b")]),
        ("joined=a,b", &[("joined", "a,b")]),
        ("joined=a%20b,c%26d", &[("joined", "a b,c&d")]),
        ("spaced=a%20b", &[("spaced", "a b")]),
        ("spaced=a+b", &[("spaced", "a b")]),
        ("piped=a|b", &[("piped", "a|b")]),
        ("piped=a%7Cb", &[("piped", "a|b")]),
        ("deep[r]=1&deep[g]=x", &[("deep[r]", "1"), ("deep[g]", "x")]),
        ("deep%5Br%5D=1", &[("deep[r]", "1")]),
        ("one=a&two=b", &[("one", "a"), ("two", "b")]),
        ("json=%7B%22a%22%3A%22b%22%7D", &[("json", "{\"a\":\"b\"}")]),
        ("free=/a?b:c@d", &[("free", "/a?b:c@d")]),
        ("odd%20name%5B%26%3D%5D=a", &[("odd name[&=]", "a")]),
        ("debug=1&q=a", &[("q", "a")]),
        ("q=a;n=7", &[("q", "a;n=7")]),
    ];
    for (query, expected) in cases {
        let target = format!("/query?{query}");
        out.push(get("query: styles", target.as_bytes(), b"/query", pairs(expected)));
    }
}

fn header(kind: &'static str, line: &[u8], name: &'static str, value: &[u8]) -> Request {
    let mut request = get(kind, b"/header", b"/header", vec![]);
    request.bytes = [b"GET /header HTTP/1.1\r\nHost: api\r\n", line, b"\r\n\r\n"].concat();
    request.expected.header = Some((name, value.to_vec()));
    request
}

fn headers(out: &mut Vec<Request>) {
    for byte in 0..=255_u8 {
        let value = [b"a", &[byte][..], b"b"].concat();
        let line = [b"X-Text: ", &value[..]].concat();
        out.push(header("header: every byte", &line, "x-text", &value));
    }
    for text in TEXTS {
        let line = format!("X-Text:\t{text} ");
        out.push(header("header: texts", line.as_bytes(), "x-text", text.as_bytes()));
    }
    for (line, name, value) in [
        ("X-List: a, b,c", "x-list", "a,b,c"),
        ("X-List: a\r\nX-List: b", "x-list", "a,b"),
        ("x-object: r,1", "x-object", "r,1"),
        ("User-Agent: a (b; c) d/1", "user-agent", "a (b; c) d/1"),
        ("Accept-Language: de, en;q=0.5", "accept-language", "de, en;q=0.5"),
        ("If-None-Match: W/\"a\", \"b\"", "if-none-match", "W/\"a\", \"b\""),
        ("Cookie: session=a", "cookie", "session=a"),
        ("Cookie: other=1; session=a; theme=b", "cookie", "session=a; theme=b"),
        ("Cookie: session=\"a\"", "cookie", "session=\"a\""),
    ] {
        out.push(header("header: lists and cookies", line.as_bytes(), name, value.as_bytes()));
    }
}

fn sent(kind: &'static str, line: (&'static str, &str), label: &str, body: &[u8]) -> Request {
    let (method, path) = line;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: api\r\nContent-Type: {label}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let bytes = [head.as_bytes(), body].concat();
    let path = path.as_bytes().to_vec();
    Request { kind, bytes, expected: Expected { method, path, ..Expected::default() } }
}

/// The same in chunks of a few bytes.
fn chunked(request: &Request) -> Vec<u8> {
    let text = request.bytes.as_slice();
    let end = text.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_default();
    let (head, body) = text.split_at(end);
    let head = String::from_utf8_lossy(head);
    let head: Vec<&str> =
        head.split("\r\n").filter(|line| !line.starts_with("Content-L")).collect();
    let mut out =
        format!("{}\r\nTransfer-Encoding: chunked\r\n\r\n", head.join("\r\n")).into_bytes();
    for piece in body.get(4..).unwrap_or_default().chunks(7) {
        out.extend_from_slice(format!("{:x};x=y\r\n", piece.len()).as_bytes());
        out.extend_from_slice(piece);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\nX-Text: trailer\r\n\r\n");
    out
}

fn json_bodies(out: &mut Vec<Request>) {
    let texts = [
        "{}",
        r#"{"a":1}"#,
        r#" { "a" : [ 1 , 2.50 , -0 , 1E3 , 0.1 ] } "#,
        r#"{"a":12345678901234567}"#,
        r#"{"a":"\u00e9\ud83d\ude00\n\t\"\\\/"}"#,
        r#"{"a":"é😀"}"#,
        r#"{"\u0061":"b"}"#,
        r#"{"a":null,"b":true,"c":{"d":[[],{}]}}"#,
        r#"{"a":"\u2028\u007f"}"#,
        r#"{"":""}"#,
        r#"{"__proto__":{"a":1}}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":NaN}"#,
        r#"{"a":"\ud800"}"#,
        "{'a':1}",
    ];
    for text in texts {
        // A text that is none has no meaning, and must not arrive.
        let value = serde_json::from_str(text).unwrap_or(json!("must not arrive"));
        for method in ["POST", "PUT", "PATCH", "DELETE"] {
            for is_chunked in [false, true] {
                let kind = if is_chunked { "JSON in chunks" } else { "JSON" };
                let mut request =
                    sent(kind, (method, "/json"), "application/json", text.as_bytes());
                if is_chunked {
                    request.bytes = chunked(&request);
                }
                request.expected.body = Body::Json(value.clone());
                out.push(request);
            }
        }
    }
}

fn forms_and_parts(out: &mut Vec<Request>) {
    let label = "application/x-www-form-urlencoded";
    let mut form = |text: String, expected: Pairs<'_>| {
        let mut request = sent("form", ("POST", "/form"), label, text.as_bytes());
        request.expected.body = Body::Form(pairs(expected));
        out.push(request);
    };
    for text in TEXTS {
        form(format!("name={}", escaped(text)), &[("name", text)]);
    }
    form("name=a+b".into(), &[("name", "a b")]);
    form("tags=a&tags=b&name=c".into(), &[("tags", "a"), ("tags", "b"), ("name", "c")]);
    form("%6eame=c&role=admin".into(), &[("name", "c")]);
    form("name=a;role=b".into(), &[("name", "a;role=b")]);
    let every: Vec<u8> = (0..=255).collect();
    for (file, content) in [
        ("a.txt", b"hello".as_slice()),
        ("a b.bin", &every),
        ("none", b""),
        ("dashes", b"--x\r\n--\r\n--x--"),
        ("lines", b"\r\n\r\na\r\n"),
    ] {
        let body = [
            b"--bound\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nsome text\r\n--bound\r\n".as_slice(),
            format!("Content-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n").as_bytes(),
            b"Content-Type: application/octet-stream\r\n\r\n",
            content,
            b"\r\n--bound--\r\n",
        ]
        .concat();
        let label = "multipart/form-data; boundary=bound";
        let mut request = sent("parts", ("POST", "/parts"), label, &body);
        request.expected.body = Body::Parts(vec![
            [b"name".to_vec(), Vec::new(), b"some text".to_vec()],
            [b"file".to_vec(), file.as_bytes().to_vec(), content.to_vec()],
        ]);
        out.push(request);
    }
}

fn other_bodies(out: &mut Vec<Request>) {
    let every: Vec<u8> = (0..=255).collect();
    let xml = "<item><name>a &amp; é</name><size>7</size></item>";
    let long = "x".repeat(100_000);
    let mut bodies: Vec<(&'static str, &str, &str, Vec<u8>)> = vec![
        ("bytes", "/bytes", "application/octet-stream", every),
        ("bytes", "/bytes", "application/octet-stream", long.clone().into_bytes()),
        ("XML", "/xml", "application/xml", xml.as_bytes().to_vec()),
    ];
    for text in TEXTS.iter().copied().chain(["a\r\nb", "", long.as_str()]) {
        bodies.push(("text", "/plain", "text/plain; charset=utf-8", text.as_bytes().to_vec()));
    }
    for (kind, path, label, body) in bodies {
        let mut request = sent(kind, ("POST", path), label, &body);
        request.expected.body = Body::Bytes(body.clone());
        let in_chunks = chunked(&request);
        out.push(request);
        let mut request = sent(kind, ("POST", path), label, &body);
        request.bytes = in_chunks;
        request.expected.body = Body::Bytes(body);
        out.push(request);
    }
}
