//! Pictures that are fetched from an address that somebody sends, and links that lead away. Nothing is really
//! fetched: a small world of hosts stands here, with an inside that only this API reaches.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::{coerce, decode, strict};

/// What a machine of the cloud is told of itself.
const METADATA: &str = "role=pharmacy-api token=not-a-real-token";
/// What is told to whoever stands inside.
const INSIDE: &str = "jobs=3 database=db.internal";
/// What lies on the disk.
const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh";
/// Where our pictures are.
const IMAGES: &str = "images.pharmacy.example";

/// `POST /pictures`: fetches the picture and says how it begins.
pub(crate) fn add(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let fields = call.fields()?;
    let field = |name: &str| fields.get(name).map(coerce::text);
    let Some(url) = field("url") else { return Err(Fault::invalid("send a `url`")) };
    // FLAW(a12-metadata), FLAW(a12-local-name), FLAW(a12-decimal), FLAW(a12-octal), FLAW(a12-mapped),
    // FLAW(a12-user-info), FLAW(a12-backslash), FLAW(a12-bare), FLAW(a12-wide-digits), FLAW(a12-file),
    // FLAW(a12-name-inside): whatever is named is fetched from here, and answered.
    let start = world(&url).ok_or_else(|| Fault::invalid("nothing answers there"))?;
    Ok(Answer::json(shown(start, field("link"), field("note"))))
}

/// What a picture is told with.
#[derive(Deserialize)]
struct Said {
    url: String,
    link: Option<String>,
    note: Option<String>,
}

/// `POST /safe/pictures`: from the one host that has them.
pub(crate) fn safe_add(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let said: Said = strict::json(call)?;
    for text in [Some(&said.url), said.link.as_ref(), said.note.as_ref()].into_iter().flatten() {
        strict::bounded(text, 300)?;
    }
    let path = said.url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(IMAGES));
    if !path.is_some_and(|path| path.starts_with('/')) {
        return Err(Fault::invalid("our pictures are at `https://images.pharmacy.example/`"));
    }
    Ok(Answer::json(shown(PICTURE, said.link, said.note)))
}

/// How a picture begins.
const PICTURE: &str = "a picture";

fn shown(start: &str, link: Option<String>, note: Option<String>) -> Value {
    json!({ "start": start, "link": link.unwrap_or_default(), "note": note.unwrap_or_default() })
}

/// What answers at a URL.
fn world(url: &str) -> Option<&'static str> {
    let url: String = url.trim().replace(['\t', '\r', '\n'], "").replace('\\', "/");
    if url.starts_with("file:///") {
        return Some(ACCOUNTS);
    }
    let rest = ["http:", "https:"].into_iter().find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.unwrap_or(&url).trim_start_matches('/');
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = decode::percent(authority.rsplit('@').next()?, false);
    let host: String = host.chars().map(narrow).collect::<String>().to_ascii_lowercase();
    let host = match host.strip_prefix('[') {
        Some(inner) => inner.split(']').next()?,
        None => host.split(':').next()?,
    };
    let host = host.strip_prefix("::ffff:").unwrap_or(host);
    match number(host).map(u32::to_be_bytes) {
        Some([169, 254, 169, 254]) => return Some(METADATA),
        Some([127, ..]) => return Some(INSIDE),
        _ => {}
    }
    match host {
        // The last one is public by its looks: its owner lets it lead inside.
        "localhost" | "::1" | "inner.pharmacy.example" => Some(INSIDE),
        IMAGES => Some(PICTURE),
        _ => None,
    }
}

/// A full-width digit or dot as the ordinary one, as resolvers fold them.
fn narrow(one: char) -> char {
    match one {
        '。' => '.',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(one) - 0xfee0).unwrap_or(one),
        other => other,
    }
}

/// An address as old libraries read it: from one to four numbers, octal and hexadecimal, too.
fn number(host: &str) -> Option<u32> {
    let read = |part: &str| match (part.strip_prefix("0x"), part.strip_prefix('0')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).ok(),
        (None, Some(digits)) if !digits.is_empty() => u32::from_str_radix(digits, 8).ok(),
        _ => part.parse().ok(),
    };
    let parts: Vec<u32> = host.split('.').map(read).collect::<Option<_>>()?;
    let (last, before) = parts.split_last()?;
    let high = before.iter().fold(0_u32, |sum, part| (sum << 8) | (part & 0xff));
    let bits = 8 * (4_u32.checked_sub(before.len() as u32)?);
    Some(high.checked_shl(bits).unwrap_or(0) | last)
}

/// `GET /leave`.
pub(crate) fn leave(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a12-redirect), FLAW(a12-redirect-slashes): whoever makes a link to us says where it ends.
    let to = call.query("to").unwrap_or("/api/medicines");
    Ok(Answer::redirect(StatusCode::FOUND, to.to_owned()))
}

/// `GET /safe/leave`: to a path, or to our shop.
pub(crate) fn safe_leave(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let to = call.query("to").unwrap_or("/api/medicines");
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = to.starts_with('/') && !to.starts_with("//");
    if !is_plain || !(is_path || to.starts_with("https://shop.pharmacy.example/")) {
        return Err(Fault::invalid("`to` is a path of this API, or in our shop"));
    }
    Ok(Answer::redirect(StatusCode::FOUND, to.to_owned()))
}
