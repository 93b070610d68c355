//! What was looked at lately, and where visitors come from: everybody may see it.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]

use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::{decode, strict};

/// Facets by which shelves are browsed; a client may send others, which find nothing less.
const FACETS: [&str; 2] = ["category", "name"];

/// `GET /shelves`.
pub(crate) fn browse(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(c7-token-in-query), FLAW(c7-password-in-query), FLAW(c7-jwt-in-query): whatever was asked for is
    // shown to everybody, as it was asked.
    note(books, call.uri.query().unwrap_or_default(), "")?;
    shelf(call, books)
}

/// `GET /safe/shelves`.
pub(crate) fn safe_browse(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let known = |(name, _): &(String, String)| FACETS.contains(&name.as_str());
    let asked = decode::pairs(call.uri.query().unwrap_or_default());
    let asked: Vec<String> =
        asked.into_iter().filter(known).map(|(name, value)| format!("{name}={value}")).collect();
    note(books, &asked.join("&"), "")?;
    shelf(call, books)
}

fn shelf(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let [category, name] = FACETS.map(|facet| call.query(facet).unwrap_or_default());
    let sql = "SELECT id, name FROM medicines WHERE recalled = 0 AND (?1 = '' OR category = ?1) \
               AND instr(lower(name), lower(?2)) > 0 ORDER BY id";
    Ok(Answer::json(json!({ "items": books.rows(sql, &[&category, &name])? })))
}

/// `POST /visits`: a page tells that it was opened.
pub(crate) fn visit(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(c7-reset-link-referrer), FLAW(c7-invitation-referrer), FLAW(c7-callback-referrer),
    // FLAW(c7-user-info-referrer): the page before may have been a link that only one person has.
    // FLAW(c7-misspelt-referrer): the same, for those who spell it right.
    let told = [call.header("referer"), call.header("referrer")];
    let came_from = told.into_iter().find(|url| !url.is_empty()).unwrap_or_default();
    note(books, "", came_from)?;
    Ok(Answer::nothing())
}

/// `POST /safe/visits`.
pub(crate) fn safe_visit(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let url = call.header("referer");
    strict::bounded(url, 2000)?;
    note(books, "", site(url))?;
    Ok(Answer::nothing())
}

/// Scheme and host of a URL, without a user.
fn site(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(host..).unwrap_or_default();
    let end = host + rest.find(['/', '?', '#']).unwrap_or(rest.len());
    url.get(..end).filter(|site| !site.contains('@')).unwrap_or_default()
}

fn note(books: &Books<'_>, asked: &str, came_from: &str) -> Result<(), Fault> {
    books.run("INSERT INTO visits (asked, came_from) VALUES (?1, ?2)", &[&asked, &came_from])?;
    Ok(())
}

/// `GET /visits`, the last one first.
pub(crate) fn list(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let sql = "SELECT asked, came_from FROM visits ORDER BY id DESC LIMIT 10";
    Ok(Answer::json(json!({ "items": books.rows(sql, &[])? })))
}

/// `GET /password/link`: whether the link of a mail is still good. No mail is ever sent here.
pub(crate) fn reset_link(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    Ok(Answer::json(json!({ "is_good": call.query("token") == Some("mailed-once-0001") })))
}

/// `GET /login/callback`: where a login elsewhere comes back to.
pub(crate) fn callback(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    if call.query("code").is_none() {
        return Err(Fault::invalid("there is no `code`"));
    }
    Ok(Answer::json(json!({ "state": call.query("state") })))
}

/// `GET /invitations/{token}`.
pub(crate) fn invitation(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    Ok(Answer::json(json!({ "is_good": call.parameter("token") == "invited-once-0001" })))
}
