//! The bytes of a body, as parts.

use std::ops::Range;

use memchr::memmem;
use portcullis_contract::MediaRange;
use portcullis_policy::Limits;

use super::Fault;
use super::disposition::disposition;
use super::parameters::{is_token, parameters};
use crate::resource_limits::Breach;

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `name`.
    pub name: String,
    /// `filename`, in one spelling; empty where no file was chosen.
    pub file_name: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<PartType>,
    /// Other header fields: names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where its bytes stand in the body.
    pub bytes: Range<usize>,
}

/// What a part says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartType {
    /// The media type.
    pub range: MediaRange,
    /// Whether it says that it is UTF-8; it says nothing else.
    pub says_utf8: bool,
}

/// Reads a body with this boundary.
///
/// The boundary stands nowhere but where parts begin and end. What stands before the first and
/// behind the last one is nobody's (RFC 2046 section 5.1.1) and left out, if no reader can take a
/// line of it for a boundary. In time linear to the body.
pub fn parse(body: &[u8], boundary: &str, limits: &Limits) -> Result<Vec<Part>, Fault> {
    let delimiter = format!("--{boundary}");
    let finder = memmem::Finder::new(&delimiter);
    let mut parts: Vec<Part> = Vec::new();
    let first = finder.find(body).ok_or(Fault::Syntax("the boundary is not there"))?;
    let preamble = body.get(..first).unwrap_or_default();
    let is_left_out = preamble.is_empty() || preamble.ends_with(b"\r\n") && is_nobodys(preamble);
    if !is_left_out {
        return Err(Fault::Shape("preamble"));
    }
    let mut at = first + delimiter.len();
    loop {
        let rest = body.get(at..).unwrap_or_default();
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            let is_end = epilogue.is_empty() || epilogue.starts_with(b"\r\n");
            return if is_end && is_nobodys(epilogue) {
                Ok(parts)
            } else {
                Err(Fault::Shape("epilogue"))
            };
        }
        let Some(inside) = rest.strip_prefix(b"\r\n") else {
            return Err(Fault::Shape("boundary_in_part"));
        };
        if parts.len() >= limits.parts_max {
            return Err(Fault::Breach(Breach::Parts));
        }
        let start = at + 2;
        let length = finder.find(inside).ok_or(Fault::Syntax("the last boundary is not there"))?;
        let content = inside.get(..length).unwrap_or_default();
        let content = content.strip_suffix(b"\r\n").ok_or(Fault::Shape("boundary_in_part"))?;
        parts.push(part(content, start, limits)?);
        at = start + length + delimiter.len();
    }
}

/// Whether nothing in a text is like a boundary, however its lines end.
fn is_nobodys(text: &[u8]) -> bool {
    memmem::find(text, b"--").is_none()
}

/// One part: header fields, an empty line, its bytes. `start` is where it stands in the body.
fn part(content: &[u8], start: usize, limits: &Limits) -> Result<Part, Fault> {
    // The line end of the last field and the empty line.
    let head_max = limits.part_head_bytes_max.saturating_add(4);
    let near = content.get(..head_max).unwrap_or(content);
    let Some(head_bytes) = memmem::find(near, b"\r\n\r\n") else {
        return Err(if content.len() > head_max {
            Fault::Breach(Breach::PartHeadBytes)
        } else {
            Fault::Syntax("a part without header fields")
        });
    };
    let bytes = start + head_bytes + 4..start + content.len();
    if bytes.len() > limits.part_bytes_max {
        return Err(Fault::Breach(Breach::PartBytes));
    }
    let head = content.get(..head_bytes).unwrap_or_default();
    let head = str::from_utf8(head).map_err(|_| Fault::Shape("part_head"))?;
    let mut own = Own::default();
    let mut headers = Vec::new();
    for line in head.split("\r\n") {
        let (name, value) = field(line)?;
        match name.as_str() {
            "content-disposition" => set(&mut own.disposition, value)?,
            "content-type" => set(&mut own.content_type, value)?,
            "content-length" => set(&mut own.length, value)?,
            "content-transfer-encoding" => set(&mut own.transfer_encoding, value)?,
            _ => headers.push((name, value.to_owned())),
        }
    }
    own.check_length(bytes.len())?;
    own.check_transfer_encoding()?;
    let content_type = own.content_type.map(part_type).transpose()?;
    let disposition = disposition(own.disposition.ok_or(Fault::Shape("part_name"))?)?;
    let (name, file_name) = (disposition.name, disposition.file_name);
    Ok(Part { name, file_name, content_type, headers, bytes })
}

/// The fields that every part may have, once.
#[derive(Default)]
struct Own<'a> {
    disposition: Option<&'a str>,
    content_type: Option<&'a str>,
    length: Option<&'a str>,
    transfer_encoding: Option<&'a str>,
}

impl Own<'_> {
    /// Some clients write it; a length that is another than ours would end the part elsewhere.
    fn check_length(&self, length: usize) -> Result<(), Fault> {
        match self.length {
            Some(text) if text != length.to_string() => Err(Fault::Shape("part_length")),
            _ => Ok(()),
        }
    }

    /// RFC 7578 section 4.7: only where it changes nothing.
    fn check_transfer_encoding(&self) -> Result<(), Fault> {
        let is_plain = |text: &str| {
            ["binary", "8bit", "7bit"].iter().any(|known| known.eq_ignore_ascii_case(text))
        };
        match self.transfer_encoding {
            Some(text) if !is_plain(text) => Err(Fault::Shape("part_transfer_encoding")),
            _ => Ok(()),
        }
    }
}

fn set<'a>(place: &mut Option<&'a str>, value: &'a str) -> Result<(), Fault> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Fault::Shape("repeated_part_field")),
    }
}

/// `Name: value`; the name in lower case. No folding, no control characters.
fn field(line: &str) -> Result<(String, &str), Fault> {
    let (name, value) = line.split_once(':').ok_or(Fault::Syntax("a line that is no field"))?;
    let value = value.trim_matches([' ', '\t']);
    let is_odd = |character: char| character.is_control() && character != '\t';
    if !is_token(name) || value.contains(is_odd) {
        return Err(Fault::Shape("part_head"));
    }
    Ok((name.to_ascii_lowercase(), value))
}

/// The media type of a part. Parameters other than the charset are left out.
fn part_type(field: &str) -> Result<PartType, Fault> {
    let range = MediaRange::parse(field).filter(|range| !range.has_wildcard());
    let range = range.ok_or(Fault::Label("bad_part_type"))?;
    if range.main == "multipart" || range.main == "message" {
        return Err(Fault::Shape("nested_multipart"));
    }
    let rest = field.find(';').and_then(|at| field.get(at..)).unwrap_or_default();
    let mut says_utf8 = false;
    for (name, value) in parameters(rest)? {
        if name == "charset" {
            let utf8 = ["utf-8", "utf8", "us-ascii"];
            if !utf8.iter().any(|known| known.eq_ignore_ascii_case(value)) {
                return Err(Fault::Label("undeclared_part_charset"));
            }
            says_utf8 = true;
        }
    }
    Ok(PartType { range, says_utf8 })
}
