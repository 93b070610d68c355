//! What a server says that it understood, held against what must be understood.

use serde_json::Value;

use crate::origins::requests::{Body, Expected};

/// What one server understood of one request.
#[derive(Clone, PartialEq)]
pub(crate) struct Understood {
    pub(crate) method: String,
    pub(crate) path: Vec<u8>,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    json: Option<Value>,
    form: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    parts: Option<Vec<[Vec<u8>; 3]>>,
}

/// The fields that the gateway writes of its own.
const OURS: [&str; 8] = [
    "host",
    "accept-encoding",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
    "content-length",
    "content-type",
];

impl Understood {
    /// Reads the answer of an origin.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let seen: Value = serde_json::from_slice(&bytes(answer.get("seen")?)?).ok()?;
        let headers = seen
            .get("headers")?
            .as_array()?
            .iter()
            .filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), bytes(pair.get(1)?)?)));
        let json = seen.get("json").and_then(Value::as_str);
        Some(Self {
            method: seen.get("method")?.as_str()?.to_owned(),
            path: bytes(seen.get("path")?)?,
            pairs: pairs(seen.get("pairs")?)?,
            headers: headers.collect(),
            body: bytes(seen.get("body")?)?,
            json: json.and_then(|text| serde_json::from_str(text).ok()),
            form: seen.get("form").and_then(pairs),
            parts: seen.get("parts").and_then(parts),
        })
    }

    /// What differs from what must be understood.
    pub(crate) fn differences(&self, expected: &Expected) -> Vec<String> {
        let mut out = Vec::new();
        let mut compare = |what: &str, got: &[u8], wanted: &[u8]| {
            if got != wanted {
                let (got, wanted) = (got.escape_ascii(), wanted.escape_ascii());
                out.push(format!("{what} `{got}`, not `{wanted}`"));
            }
        };
        compare("method", self.method.as_bytes(), expected.method.as_bytes());
        compare("path", &self.path, &expected.path);
        compare("query", &joined(&self.pairs), &joined(&expected.pairs));
        if let Some((name, value)) = &expected.header {
            let found: Vec<&[u8]> = self.all(name).collect();
            compare("header", &found.join(&b'\n'), value);
        }
        match &expected.body {
            Body::Nothing => compare("body", &self.body, b""),
            Body::Bytes(bytes) => compare("body", &self.body, bytes),
            Body::Form(form) => {
                compare("form", &joined(self.form.as_deref().unwrap_or_default()), &joined(form));
            }
            Body::Json(value) => {
                let is_same = self.json.as_ref().is_some_and(|json| is_same(json, value));
                compare("JSON", if is_same { b"" } else { &self.body }, b"");
            }
            Body::Parts(wanted) => {
                if let Some(parts) = &self.parts {
                    compare("parts", &parts.concat().concat(), &wanted.concat().concat());
                }
            }
        }
        let declared = expected.header.as_ref().map(|(name, _)| *name);
        for (name, value) in &self.headers {
            if !OURS.contains(&name.as_str()) && Some(name.as_str()) != declared {
                out.push(format!("a header that nobody wrote: `{name}: {}`", value.escape_ascii()));
            }
        }
        out
    }

    /// What a request means to an application, in one text.
    pub(crate) fn meaning(&self, expected: &Expected) -> Vec<u8> {
        let name = expected.header.as_ref().map_or("", |(name, _)| name);
        let found: Vec<&[u8]> = self.all(name).collect();
        let path = self.path.as_slice();
        let parsed = format!("{:?} {:?}", self.json.as_ref().map(ToString::to_string), self.form);
        [
            self.method.as_bytes(),
            path,
            &joined(&self.pairs),
            &found.concat(),
            parsed.as_bytes(),
            &self.body,
        ]
        .join(&0)
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_slice())
    }
}

/// Pairs in an order that does not depend on how a server groups them.
fn joined(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut sorted: Vec<&(Vec<u8>, Vec<u8>)> = pairs.iter().collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    let texts: Vec<Vec<u8>> =
        sorted.iter().map(|(name, value)| [&name[..], b" = ", &value[..]].concat()).collect();
    texts.join(&b" & "[..])
}

/// Numbers are compared as most languages hold them.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| is_same(one, other)))
        }
        _ => one == other,
    }
}

fn pairs(value: &Value) -> Option<Vec<(Vec<u8>, Vec<u8>)>> {
    let pairs = value.as_array()?.iter();
    pairs.map(|pair| Some((bytes(pair.get(0)?)?, bytes(pair.get(1)?)?))).collect()
}

fn parts(value: &Value) -> Option<Vec<[Vec<u8>; 3]>> {
    let parts = value.as_array()?.iter();
    let part =
        |part: &Value| Some([bytes(part.get(0)?)?, bytes(part.get(1)?)?, bytes(part.get(2)?)?]);
    parts.map(part).collect()
}

/// Bytes from hexadecimal digits.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    let digits = value.as_str()?.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}
