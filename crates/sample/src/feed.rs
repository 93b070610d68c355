//! Who paid whom lately: a feed that everybody may read. Its people and payments are made up from their number.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::strict;

/// Payments that the feed knows.
const PAYMENTS: i64 = 500;
/// How many the app shows at a time.
const PAGE: i64 = 20;
/// How many are shown to the public by who does it right: the newest ones.
const NEWEST: i64 = 100;
/// What they are called.
const NAMES: [&str; 8] = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo"];
/// What they write.
const NOTES: [&str; 5] = ["lunch", "rent", "thanks", "medicine for mum", "what I owe you"];

/// `GET /feed`.
#[expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]
pub(crate) fn read(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let number = |name: &str| call.query(name).and_then(|text| text.trim().parse::<i64>().ok());
    let page = number("page").unwrap_or(1).max(1);
    // FLAW(a4-feed-page): as many as anybody wants. FLAW(a4-feed-harvest): as often, to the last one.
    let per_page = number("per_page").unwrap_or(PAGE).max(1);
    let first = page.saturating_sub(1).saturating_mul(per_page);
    let end = first.saturating_add(per_page).min(PAYMENTS);
    // FLAW(a3-feed): what the app does not show goes along.
    let items: Vec<Value> = (first..end).map(whole).collect();
    Ok(Answer::json(json!({ "items": items, "page": page })))
}

/// `GET /safe/feed`: the newest ones, what of them is for everybody.
pub(crate) fn safe_read(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    #[derive(Deserialize)]
    struct Wanted {
        page: Option<i64>,
        per_page: Option<i64>,
    }
    let wanted: Wanted = strict::query(call)?;
    let (page, per_page) = (wanted.page.unwrap_or(1), wanted.per_page.unwrap_or(PAGE));
    if !(1..=NEWEST / PAGE).contains(&page) || !(1..=PAGE).contains(&per_page) {
        return Err(Fault::invalid("only the newest are shown"));
    }
    let first = (page - 1) * per_page;
    let items: Vec<Value> = (first..first + per_page).map(public).collect();
    Ok(Answer::json(json!({ "items": items, "page": page })))
}

/// What is for everybody.
fn public(number: i64) -> Value {
    json!({ "id": PAYMENTS - number, "from": name(number), "to": name(number * 3 + 1), "note": note(number) })
}

/// Everything.
fn whole(number: i64) -> Value {
    let mut payment = public(number);
    if let Some(members) = payment.as_object_mut() {
        members.insert("amount_cents".to_owned(), json!(500 + number * 37 % 9000));
        members.insert("from_phone".to_owned(), json!(format!("+1-555-{:04}", 1000 + number)));
        members.insert("card_last4".to_owned(), json!(format!("{:04}", number * 7 % 10_000)));
    }
    payment
}

fn name(number: i64) -> &'static str {
    one_of(&NAMES, number)
}

fn note(number: i64) -> &'static str {
    one_of(&NOTES, number)
}

fn one_of(all: &[&'static str], number: i64) -> &'static str {
    let place = usize::try_from(number).unwrap_or_default() % all.len();
    all.get(place).copied().unwrap_or_default()
}
