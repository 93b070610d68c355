//! Leaflets, labels, reviews, doctors, a visitors' book: texts that are pasted into other languages. No file is read, no
//! command is run, no directory is asked: tiny readers show what would have happened.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::readers::{Entry, commands, found, from_base64, rendered, unescaped};
use crate::{coerce, decode, strict};

/// The files that are said to be there.
const FILES: [(&str, &str); 3] = [
    ("/srv/pharmacy/leaflets/aspirelle.txt", "Take one with water."),
    ("/srv/pharmacy/leaflets/brufenol.txt", "Take one with a meal."),
    ("/srv/pharmacy/.env", "SESSION_SECRET=fake-session-secret"),
];
const LEAFLETS: &str = "/srv/pharmacy/leaflets/";
/// Who stands in the directory.
const PEOPLE: [Entry; 3] =
    [("doctor", "Dr. Ada Weber"), ("doctor", "Dr. O'Brien"), ("service", "backup-account")];
/// The time of every record.
const NOW: &str = "2026-01-31T12:00:00Z";
/// Characters of a text that the safe twins take.
const TEXT_CHARS_MAX: usize = 200;

/// A member of the body, whatever it is.
fn said(call: &Call, name: &str) -> Result<String, Fault> {
    Ok(call.fields()?.get(name).map(coerce::text).unwrap_or_default())
}

/// `GET /leaflets?name=`.
pub(crate) fn leaflet(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-leaflet-path): the name is a way through folders. FLAW(a8-leaflet-path-twice): escapes are undone again.
    let name = decode::percent(call.query("name").unwrap_or_default(), false);
    let mut way: Vec<&str> = Vec::new();
    let path = format!("{LEAFLETS}{name}");
    for step in path.split('/') {
        match step {
            ".." => drop(way.pop()),
            "" | "." => {}
            step => way.push(step),
        }
    }
    file(&format!("/{}", way.join("/")))
}

/// `GET /safe/leaflets?name=`.
pub(crate) fn safe_leaflet(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    file(&format!("{LEAFLETS}{}", call.query("name").unwrap_or_default()))
}

fn file(path: &str) -> Result<Answer, Fault> {
    let known = FILES.iter().find(|(known, _)| *known == path);
    let (_, text) = known.ok_or_else(|| Fault::missing("leaflet"))?;
    Ok(Answer::json(json!({ "text": text })))
}

/// `POST /labels`.
pub(crate) fn label(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-label-template): the text is the template. FLAW(a8-label-template-base64): so it is when it comes in
    // base64, as an old till sends it.
    let text = match from_base64(&said(call, "encoded")?) {
        Some(text) if !text.is_empty() => text,
        _ => said(call, "text")?,
    };
    Ok(Answer::json(json!({ "label": rendered(&text, "Alice") })))
}

/// `POST /safe/labels`.
pub(crate) fn safe_label(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let text = one_text(call)?;
    Ok(Answer::json(json!({ "label": text.replace("{{name}}", "Alice") })))
}

/// A body of one text.
#[derive(Deserialize)]
struct OneText {
    #[serde(
        alias = "encoded",
        alias = "file_name",
        alias = "title",
        alias = "options",
        alias = "name"
    )]
    text: String,
}

fn one_text(call: &Call) -> Result<String, Fault> {
    let OneText { text } = strict::json(call)?;
    strict::bounded(&text, TEXT_CHARS_MAX)?;
    Ok(text)
}

/// `POST /reviews`.
pub(crate) fn review(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-review-script-escaped): escapes inside the text are undone.
    let text = unescaped(&said(call, "text")?);
    books.run("INSERT INTO reviews (text) VALUES (?1)", &[&text])?;
    Ok(Answer::created(json!({ "text": text })))
}

/// `POST /safe/reviews`.
pub(crate) fn safe_review(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let text = one_text(call)?;
    books.run("INSERT INTO reviews (text) VALUES (?1)", &[&text])?;
    Ok(Answer::created(json!({ "text": text })))
}

/// `GET /reviews`: the page that everybody sees.
pub(crate) fn reviews(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-review-script): what was written is a part of the page.
    page(books, str::to_owned)
}

/// `GET /safe/reviews`.
pub(crate) fn safe_reviews(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    page(books, |text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

fn page(books: &Books<'_>, shown: impl Fn(&str) -> String) -> Result<Answer, Fault> {
    let rows = books.rows("SELECT text FROM reviews ORDER BY id", &[])?;
    let texts = rows.iter().filter_map(|row| row.get("text")?.as_str());
    let items: Vec<String> = texts.map(|text| format!("<li>{}</li>", shown(text))).collect();
    Ok(Answer::json(json!({ "page": format!("<ul>{}</ul>", items.concat()) })))
}

/// `POST /leaflets/print`: the head with which a file would be offered.
pub(crate) fn print(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-print-header): the name of the file is a part of the head. FLAW(a8-print-header-percent): escapes in it
    // are undone.
    let name = decode::percent(&said(call, "file_name")?, false);
    let head =
        format!("Content-Type: text/plain\r\nContent-Disposition: attachment; filename={name}");
    Ok(Answer::json(json!({ "head": head.split("\r\n").collect::<Vec<_>>() })))
}

/// `POST /safe/leaflets/print`.
pub(crate) fn safe_print(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let name = one_text(call)?;
    let is_plain = |one: char| one.is_ascii_alphanumeric() || "._- ".contains(one);
    let name: String = name.chars().map(|one| if is_plain(one) { one } else { '_' }).collect();
    let disposition = format!("Content-Disposition: attachment; filename=\"{name}\"");
    Ok(Answer::json(json!({ "head": ["Content-Type: text/plain", disposition] })))
}

/// `POST /leaflets/convert`: the commands that would be run.
pub(crate) fn convert(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-convert-shell): the title is a part of a command line. FLAW(a8-convert-shell-json): so is one that comes
    // as JSON in a text.
    let options: Value = serde_json::from_str(&said(call, "options")?).unwrap_or_default();
    let title = match options.get("title").and_then(Value::as_str) {
        Some(title) => title.to_owned(),
        None => said(call, "title")?,
    };
    Ok(Answer::json(
        json!({ "commands": commands(&format!("convert --title \"{title}\" a.txt a.pdf")) }),
    ))
}

/// `POST /safe/leaflets/convert`.
pub(crate) fn safe_convert(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    one_text(call)?;
    // The title is an argument of its own, and no part of a line.
    Ok(Answer::json(json!({ "commands": ["convert --title TITLE a.txt a.pdf"] })))
}

/// `GET /doctors?name=`.
pub(crate) fn doctors(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-doctor-filter): the name is a part of a filter. FLAW(a8-doctor-filter-entity): references in it are undone.
    let name = unescaped(call.query("name").unwrap_or_default());
    people(&found(&format!("(&(role=doctor)(name={name}))"), &PEOPLE))
}

/// `GET /safe/doctors?name=`.
pub(crate) fn safe_doctors(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let name = call.query("name").unwrap_or_default();
    let is_it = |entry: &&Entry| entry.0 == "doctor" && entry.1 == name;
    people(&PEOPLE.iter().filter(is_it).copied().collect::<Vec<_>>())
}

fn people(all: &[Entry]) -> Result<Answer, Fault> {
    let items: Vec<Value> = all.iter().map(|(_, name)| json!({ "name": name })).collect();
    Ok(Answer::json(json!({ "items": items })))
}

/// `POST /visitors`: the log as it stands then.
pub(crate) fn visitor(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a8-visitor-log): the name is a part of a line. FLAW(a8-visitor-log-percent): escapes in it are undone.
    let name = decode::percent(&said(call, "name")?, false);
    Ok(Answer::json(
        json!({ "log": format!("{NOW} INFO visitor {name}").lines().collect::<Vec<_>>() }),
    ))
}

/// `POST /safe/visitors`.
pub(crate) fn safe_visitor(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let name = one_text(call)?;
    Ok(Answer::json(json!({ "log": [format!("{NOW} INFO visitor {}", json!(name))] })))
}

/// `POST /graphql`.
pub(crate) fn graphql(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let query = said(call, "query")?;
    let sql = if query.contains("customers") {
        // FLAW(a5-graphql-customers): what the schema has, everybody may ask for.
        "SELECT id, email AS name FROM customers ORDER BY id"
    } else {
        "SELECT id, name FROM medicines ORDER BY id"
    };
    Ok(Answer::json(json!({ "data": books.rows(sql, &[])? })))
}

/// `POST /safe/graphql`.
pub(crate) fn safe_graphql(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Asked {
        query: String,
    }
    let Asked { query } = strict::json(call)?;
    if query.replace(char::is_whitespace, "") != "{medicines{idname}}" {
        return Err(Fault::new(StatusCode::FORBIDDEN, "only known queries are answered"));
    }
    let sql = "SELECT id, name FROM medicines WHERE recalled = 0 ORDER BY id";
    Ok(Answer::json(json!({ "data": books.rows(sql, &[])? })))
}
