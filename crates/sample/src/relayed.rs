//! What others wrote and this API passes on: a supplier's news, the links of mails, the names of leaflets. Nothing is
//! really fetched: what the supplier sent stands here, as it was before and after somebody broke in there.

use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;

/// What the supplier sent, by edition. The first is honest.
const EDITIONS: [&str; 4] = [
    r#"{"edition":1,"items":[{"title":"Aspirelle & tea: <3","price_cents":499}]}"#,
    r#"{"edition":2,"items":[{"title":"</script><script>steal(document.cookie)</script>","price_cents":1}]}"#,
    r#"{"edition":3,"items":[{"title":{"html":"cheap"},"price_cents":1,"supplier_token":"not-a-real-token"}]}"#,
    r#"{"edition":4,"items":[],"items":[{"title":"the second one","price_cents":1}]}"#,
];

/// Leaflets, by the names that the supplier gave them. The second one looks like a picture and is a program.
const LEAFLETS: [&str; 2] = ["aspirelle.txt", "aspirelle\u{202e}gnp.exe"];

/// The place in a list that a parameter names, from 1 on.
fn nth<'a>(call: &Call, name: &str, list: &[&'a str]) -> Result<&'a str, Fault> {
    let number: usize = call.query(name).unwrap_or("1").parse().unwrap_or_default();
    let found = number.checked_sub(1).and_then(|place| list.get(place).copied());
    found.ok_or_else(|| Fault::invalid("there is no such one"))
}

/// `GET /news`: what the supplier sent, as it was sent.
pub(crate) fn news(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a13-feed-script), FLAW(a13-feed-types), FLAW(a13-feed-twice): the supplier is believed.
    let feed = nth(call, "edition", &EDITIONS)?;
    Ok(Answer::text("application/json", feed.to_owned()))
}

/// What a supplier's news are.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct News {
    edition: u32,
    items: Vec<Item>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Item {
    title: String,
    price_cents: u32,
}

/// `GET /safe/news`: what has the form of news, in characters that no page takes for markup.
pub(crate) fn safe_news(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let feed = nth(call, "edition", &EDITIONS)?;
    let news: News =
        serde_json::from_str(feed).map_err(|_| Fault::invalid("there are no such news"))?;
    let text = serde_json::to_string(&news).map_err(|_| Fault::invalid("there are no news"))?;
    Ok(Answer::text("application/json", text.replace('<', "\\u003c")))
}

/// `GET /click`: counts a click on a link of a mail, and leads on.
pub(crate) fn click(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a13-click), FLAW(a13-click-slashes), FLAW(a13-click-inside): whoever can write base64 says where it ends.
    Ok(Answer::redirect(StatusCode::FOUND, link(call)?))
}

/// `GET /safe/click`: to a path, or to our shop.
pub(crate) fn safe_click(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let to = link(call)?;
    let is_plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = to.starts_with('/') && !to.starts_with("//");
    if !is_plain || !(is_path || to.starts_with("https://shop.pharmacy.example/")) {
        return Err(Fault::invalid("we sent no such link"));
    }
    Ok(Answer::redirect(StatusCode::FOUND, to))
}

fn link(call: &Call) -> Result<String, Fault> {
    let decoded = URL_SAFE_NO_PAD.decode(call.query("c").unwrap_or_default());
    let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| Fault::invalid("send the `c` of a mail"))
}

/// `GET /leaflet`: a leaflet under the supplier's name for it.
pub(crate) fn leaflet(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a13-file-name): the name turns itself around, and ends with `exe` where people read `png`.
    let name = nth(call, "number", &LEAFLETS)?;
    Ok(attached(&format!("attachment; filename=\"{name}\"")))
}

/// `GET /safe/leaflet`: under a name of ours, where theirs is none that everybody can read.
pub(crate) fn safe_leaflet(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let name = Some(nth(call, "number", &LEAFLETS)?).filter(|name| name.is_ascii());
    Ok(attached(&format!("attachment; filename=\"{}\"", name.unwrap_or("leaflet.txt"))))
}

fn attached(disposition: &str) -> Answer {
    Answer::text("text/plain", "Take one a day.".to_owned())
        .with(header::CONTENT_DISPOSITION, disposition.to_owned())
}
