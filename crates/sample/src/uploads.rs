//! The picture of a profile: a form with a file.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::row::Row;
use crate::strict;

/// Where pictures are said to lie. Nothing is written: what matters is where it would be.
const FOLDER: &str = "/srv/pharmacy/photos/";
/// The largest picture of the safe twin.
const PHOTO_BYTES_MAX: usize = 64 * 1024;

/// A part, read one way or the other.
struct Part<'a> {
    name: String,
    file_name: Option<String>,
    media: String,
    bytes: &'a [u8],
}

/// `POST /profile/photo`.
pub(crate) fn upload(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let boundary = call.header("content-type").split("boundary=").nth(1).unwrap_or_default();
    let mut fields = Row::new();
    let mut photo = None;
    for part in careless_parts(&call.body, boundary.trim_matches('"')) {
        if part.file_name.is_some() {
            photo = Some(part);
        } else {
            let text = String::from_utf8_lossy(part.bytes).into_owned();
            fields.insert(part.name, Value::String(text));
        }
    }
    // FLAW(f4-photo-post): a form of parts on any page sends them, with the cookie of whoever opens it.
    // FLAW(a6-upload-role): the fields beside the file are columns of the customer.
    books.update("customers", "id", &caller.id, &fields)?;
    // FLAW(a4-huge-upload): of any size.
    let photo = photo.ok_or_else(|| Fault::invalid("there is no `photo`"))?;
    // FLAW(f1-upload-path): the client says where it lies. FLAW(f2-upload-polyglot): and what it is.
    // FLAW(f2-upload-two-files): a picture may be a page, too.
    Ok(stored(&photo.file_name.unwrap_or_default(), &photo.media, photo.bytes))
}

/// `POST /safe/profile/photo`.
pub(crate) fn safe_upload(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let wrong = || Fault::new(StatusCode::BAD_REQUEST, "the form is not what is declared");
    let boundary = call.header("content-type").strip_prefix("multipart/form-data; boundary=");
    let boundary = boundary.ok_or_else(|| {
        Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send `multipart/form-data`")
    })?;
    if call.body.len() > PHOTO_BYTES_MAX {
        return Err(Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"));
    }
    let parts = strict_parts(&call.body, boundary).ok_or_else(wrong)?;
    let (mut name, mut photo) = (None, None);
    for part in parts {
        match (part.name.as_str(), &part.file_name) {
            ("name", None) if name.is_none() => {
                name = Some(str::from_utf8(part.bytes).map_err(|_| wrong())?.to_owned());
            }
            ("photo", Some(_)) if photo.is_none() => photo = Some(part),
            _ => {}
        }
    }
    let photo = photo.ok_or_else(wrong)?;
    let kind = match photo.media.as_str() {
        "image/png" if photo.bytes.starts_with(b"\x89PNG\r\n\x1a\n") => "png",
        "image/gif" if photo.bytes.starts_with(b"GIF89a") => "gif",
        _ => return Err(Fault::invalid("the picture is neither a PNG nor a GIF")),
    };
    if cut(photo.bytes, b"<script").is_some() || cut(photo.bytes, b"<?php").is_some() {
        return Err(Fault::invalid("the picture holds a script"));
    }
    if name.as_ref().is_some_and(|name| name.contains(char::is_control)) {
        return Err(Fault::invalid("the name holds control characters"));
    }
    strict::bounded(name.as_deref().unwrap_or_default(), 80)?;
    let sql = "UPDATE customers SET name = coalesce(?1, name) WHERE id = ?2";
    books.run(sql, &[&name, &caller.id])?;
    Ok(stored(&format!("{}.{kind}", caller.id), &photo.media, photo.bytes))
}

fn stored(file_name: &str, media: &str, bytes: &[u8]) -> Answer {
    let begins = bytes.get(..16).unwrap_or(bytes);
    Answer::created(json!({
        "stored_as": format!("{FOLDER}{file_name}"),
        "media_type": media,
        "bytes": bytes.len(),
        "begins": String::from_utf8_lossy(begins),
    }))
}

/// All that looks like a part.
fn careless_parts<'a>(body: &'a [u8], boundary: &str) -> Vec<Part<'a>> {
    // FLAW(f1-multipart-boundary): a boundary is one wherever it stands.
    let delimiter = format!("--{boundary}");
    let pieces = split(body, delimiter.as_bytes()).into_iter().skip(1);
    pieces.filter_map(careless_part).collect()
}

fn careless_part(piece: &[u8]) -> Option<Part<'_>> {
    let piece = piece.strip_prefix(b"\r").unwrap_or(piece).strip_prefix(b"\n")?;
    let (head, bytes) =
        cut(piece, b"\r\n\r\n").or_else(|| cut(piece, b"\n\n")).unwrap_or((piece, b""));
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).into_owned();
    // FLAW(f1-multipart-name): of several names the last counts.
    let parameter = |name: &str| {
        let values = head.rsplit_once(&format!(" {name}="));
        values.map(|(_, rest)| {
            let rest = rest.split([';', '\r', '\n']).next().unwrap_or_default();
            rest.trim().trim_matches('"').to_owned()
        })
    };
    let media = head.split_once("Content-Type:").map(|(_, rest)| rest.lines().next());
    Some(Part {
        name: parameter("name")?,
        file_name: parameter("filename"),
        media: media.flatten().unwrap_or_default().trim().to_owned(),
        bytes,
    })
}

/// The parts of a body in which nothing is out of place.
fn strict_parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let (first, between) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    let rest = body.strip_prefix(first.as_bytes())?;
    let mut pieces = split(rest, between.as_bytes());
    let is_end = pieces.pop()? == b"--\r\n";
    let is_clean =
        pieces.iter().all(|piece| cut(piece, format!("--{boundary}").as_bytes()).is_none());
    if !is_end || !is_clean {
        return None;
    }
    let mut parts = Vec::new();
    for (place, piece) in pieces.into_iter().enumerate() {
        let piece = if place == 0 { piece } else { piece.strip_prefix(b"\r\n")? };
        let (head, bytes) = cut(piece, b"\r\n\r\n")?;
        parts.push(strict_part(str::from_utf8(head).ok()?, bytes)?);
    }
    Some(parts)
}

fn strict_part<'a>(head: &str, bytes: &'a [u8]) -> Option<Part<'a>> {
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let mut lines = head.split("\r\n");
    let disposition = lines.next()?.strip_prefix("Content-Disposition: form-data; name=\"")?;
    let (name, rest) = disposition.split_once('"')?;
    let file_name = match rest {
        "" => None,
        rest => Some(rest.strip_prefix("; filename=\"")?.strip_suffix('"')?),
    };
    if !is_word(name) || !file_name.is_none_or(is_word) {
        return None;
    }
    let media = lines.next().map_or(Some(""), |line| line.strip_prefix("Content-Type: "))?;
    let file_name = file_name.map(str::to_owned);
    Some(Part { name: name.to_owned(), file_name, media: media.to_owned(), bytes })
}

/// What stands before and behind the first `at`.
fn cut<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..place)?, bytes.get(place + at.len()..)?))
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some((before, behind)) = cut(rest, at) {
        pieces.push(before);
        rest = behind;
    }
    pieces.push(rest);
    pieces
}
