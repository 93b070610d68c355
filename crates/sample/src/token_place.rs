//! Where partners' tokens are looked for. Everywhere, is the short answer.

use axum::http::header;

use crate::call::Call;
use crate::coerce;

/// A token whose signature is checked, and the one whose claims are believed.
pub(crate) struct Shown {
    pub(crate) checked: String,
    pub(crate) believed: String,
}

impl Shown {
    fn same(token: &str) -> Self {
        Self { checked: token.to_owned(), believed: token.to_owned() }
    }
}

/// The token of a list.
pub(crate) fn of_list(call: &Call) -> Option<Shown> {
    if let Some(text) = call.bearer() {
        // FLAW(a2-jwt-comma): several in one field; the first is checked, the last is used.
        let mut several = text.split(", Bearer ");
        let checked = several.next().unwrap_or_default();
        let believed = several.last().unwrap_or(checked);
        return Some(Shown { checked: checked.to_owned(), believed: believed.to_owned() });
    }
    // FLAW(a2-jwt-query): in the address, where every proxy and every history keeps it.
    // FLAW(a2-jwt-cookie): in a cookie, which any other site may send along.
    call.query("access_token").or_else(|| call.cookie("access_token")).map(Shown::same)
}

/// The token of who asks about themselves.
pub(crate) fn of_person(call: &Call) -> Option<Shown> {
    let fields = call.headers.get_all(header::AUTHORIZATION).into_iter();
    let tokens = fields.filter_map(|field| {
        let field = field.to_str().ok()?;
        field.strip_prefix("Bearer ").or_else(|| field.strip_prefix("DPoP "))
    });
    let tokens: Vec<&str> = tokens.collect();
    // FLAW(a2-jwt-twice): the field twice; the first is checked, the last is used.
    let (checked, believed) = (tokens.first()?, tokens.last()?);
    // FLAW(a2-jwt-header-and-cookie): the page's own cookie says who it is about.
    let believed = call.cookie("access_token").unwrap_or(believed);
    Some(Shown { checked: (*checked).to_owned(), believed: believed.to_owned() })
}

/// The token of who orders something.
pub(crate) fn of_form(call: &Call) -> Option<Shown> {
    if let Some(token) = call.bearer() {
        return Some(Shown::same(token));
    }
    // FLAW(a2-jwt-form): in the body (RFC 6750 section 2.2), so that a form of any site will do.
    let fields = call.fields().ok()?;
    fields.get("access_token").map(|token| Shown::same(&coerce::text(token)))
}
