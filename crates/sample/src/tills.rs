//! The cash registers of 2009: user and password with every request (RFC 7617).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;
use crate::safe_sessions::{Login, permitted};
use crate::sessions::known_password;
use crate::web;

/// `GET /tills/me`: whose till it is.
pub(crate) fn me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let Login { email, password } = shown(call).ok_or_else(Fault::unknown_caller)?;
    // FLAW(a2-guess-basic): as many passwords as there are requests.
    let id = known_password(books, &email, &password)?.ok_or_else(Fault::unknown_caller)?;
    web::greeted(books, id)
}

/// `GET /safe/tills/me`.
pub(crate) fn safe_me(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let login = shown(call).ok_or_else(Fault::unknown_caller)?;
    web::greeted(books, permitted(books, &login)?)
}

/// User and password.
pub(crate) fn shown(call: &Call) -> Option<Login> {
    let coded = call.header("authorization").strip_prefix("Basic ")?;
    let text = String::from_utf8(BASE64_STANDARD.decode(coded).ok()?).ok()?;
    let (email, password) = text.split_once(':')?;
    Some(Login { email: email.to_owned(), password: password.to_owned() })
}
