//! Bodies of parts (`multipart/form-data`, RFC 7578).

use serde::Deserialize;
use serde_json::Value;

use crate::bytes::Bytes;
use crate::variables::{Missing, Variables};

/// What stands between parts.
macro_rules! boundary {
    () => {
        "portcullis-part-5f0e9c1d7a"
    };
}
/// The header field's value.
pub(crate) const LABEL: &str = concat!("multipart/form-data; boundary=", boundary!());
const BOUNDARY: &str = boundary!();
/// Parts of one body.
const PARTS_MAX: usize = 100;

/// Parts, one after another.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Vec<Part>")]
pub struct Parts(Vec<Part>);

/// One part, as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a part")]
struct Part {
    name: String,
    /// The name of the file; none: it is no file.
    file: Option<String>,
    /// Its media type.
    #[serde(rename = "type")]
    media: Option<String>,
    text: Option<String>,
    json: Option<Value>,
    base64: Option<Bytes>,
}

impl TryFrom<Vec<Part>> for Parts {
    type Error = String;

    fn try_from(parts: Vec<Part>) -> Result<Self, String> {
        if parts.len() > PARTS_MAX {
            return Err(format!("a body has at most {PARTS_MAX} parts"));
        }
        for part in &parts {
            let contents = [part.text.is_some(), part.json.is_some(), part.base64.is_some()];
            let name = part.name.escape_default();
            if contents.iter().filter(|is_there| **is_there).count() != 1 {
                return Err(format!("part `{name}` has one of `text`, `json`, `base64`"));
            }
            let mut heads = [Some(&part.name), part.file.as_ref(), part.media.as_ref()].into_iter();
            if heads.any(|text| text.is_some_and(|text| text.contains(['"', '\r', '\n']))) {
                return Err(format!(
                    "part `{name}` has a quotation mark or a line end in its head; write the whole \
                     body as `text`"
                ));
            }
        }
        Ok(Self(parts))
    }
}

impl Parts {
    /// The bytes, saved values put in.
    pub(crate) fn bytes(&self, variables: &Variables) -> Result<Vec<u8>, Missing> {
        let mut out = Vec::new();
        for part in &self.0 {
            out.extend_from_slice(format!("--{BOUNDARY}\r\n").as_bytes());
            out.extend_from_slice(part.head().as_bytes());
            match (&part.text, &part.json, &part.base64) {
                (Some(text), ..) => out.extend_from_slice(variables.fill(text)?.as_bytes()),
                (_, Some(json), _) => {
                    out.extend_from_slice(variables.fill_value(json)?.to_string().as_bytes());
                }
                (.., Some(bytes)) => out.extend_from_slice(bytes.as_slice()),
                (None, None, None) => {}
            }
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Ok(out)
    }

    /// Every text in which `${name}` may stand.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |part: &Part| part.text.clone().or(part.json.as_ref().map(Value::to_string));
        self.0.iter().filter_map(text).collect()
    }
}

impl Part {
    fn head(&self) -> String {
        let (name, file) = (&self.name, self.file.as_ref());
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let media = self.media.as_deref().or(self.json.is_some().then_some("application/json"));
        let media = media.map(|media| format!("\r\nContent-Type: {media}")).unwrap_or_default();
        format!("Content-Disposition: form-data; name=\"{name}\"{file}{media}\r\n\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_says_what_it_is() {
        let parts: Parts = serde_saphyr::from_str(
            "[{ name: a, text: 'x${id}' }, { name: p, file: p.png, type: image/png, base64: aGk= }, \
             { name: o, json: { n: '${id}' } }]",
        )
        .unwrap();
        let mut variables = Variables::default();
        variables.save("id", Value::from(7));
        let bytes = String::from_utf8(parts.bytes(&variables).unwrap()).unwrap();
        let expected = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx7\r\n\
             --B\r\nContent-Disposition: form-data; name=\"p\"; filename=\"p.png\"\r\n\
             Content-Type: image/png\r\n\r\nhi\r\n\
             --B\r\nContent-Disposition: form-data; name=\"o\"\r\n\
             Content-Type: application/json\r\n\r\n{\"n\":7}\r\n--B--\r\n";
        assert_eq!(bytes, expected.replace("--B", &format!("--{BOUNDARY}")));
        assert_eq!(parts.texts(), ["x${id}", "{\"n\":\"${id}\"}"]);
        assert!(LABEL.ends_with(BOUNDARY));
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for bad in [
            "[{ name: a }]",
            "[{ name: a, text: x, base64: aGk= }]",
            "[{ name: 'a\"', text: x }]",
            "[{ name: a, file: \"b\\r\\n\", text: x }]",
            "[{ text: x }]",
            "[{ name: a, text: x, more: y }]",
        ] {
            assert!(serde_saphyr::from_str::<Parts>(bad).is_err(), "{bad}");
        }
    }
}
