//! # `secret_in_url`
//!
//! No credential travels in a URL where the document does not ask for one, and none stays in a record.
//!
//! ## Why
//!
//! A URL is written down by everybody who sees it: servers, proxies, histories of browsers, and the
//! `Referer` of the page that is opened next. A password, a session's token or a key in it is with all
//! of them (CWE-598, CWE-532), and some of them show their lists to others.
//!
//! ## Example
//!
//! The document of `GET /search` declares `q` and nothing more. `/search?q=tea&access_token=...` is
//! answered 400, and so is `/search?x=ghp_...`, under whatever name: the client must send it in a
//! header. Where the document declares the parameter (a reset link's `token`, the `code` of an OAuth
//! callback, `apiKey` with `in: query`) it passes, and the record says `drift: secret_in_url`; `check`
//! lists it. `/reset/{token}` is recorded as `/reset/***`. A `Referer` with such a parameter or
//! segment, or with a user's name and password, does not go on to the API.
//!
//! ## Limits
//!
//! A credential is known by the name of its parameter, or by the form that its maker publishes. A
//! random word under an ordinary name (`?x=8f14e45f`) is not, nor one inside a further URL, JSON or
//! base64 under an ordinary name, unless its own form is plain. A user's name alone is none. A
//! credential in a declared parameter of another meaning (`q=ghp_...`) passes and is reported.
//! Links that the API itself sends are not looked at. What stands before the gateway writes its own
//! logs: what was refused here was seen there.

mod findings;
mod forms;
mod masked;
mod paths;
mod query;
mod referrer;
mod shown;

#[cfg(test)]
mod tests;

use portcullis_model::{Code, ControlId, Room};
use portcullis_policy::Model;

use crate::face::{Expectation, Face, Stride, Threat};

pub use forms::{FORM_BYTES_MIN, Form, credential_form};
pub use masked::masked;
pub use paths::SecretPaths;
pub use query::{Declared, judge_query, shown_pair};
pub use referrer::{holds_credential, is_referrer};
pub use shown::without_credentials;

/// See the module's page. It is asked where it is known who calls and that they may: strangers learn from it
/// nothing of what is declared.
pub const FACE: Face = Face {
    id: ControlId::SecretInUrl,
    item: "C7",
    guarantee: "no credential travels in a URL where none is declared, and none stays in a record",
    threat: Threat {
        id: "secret-in-url",
        text: "somebody reads a credential where URLs are written down, and uses it",
        stride: Stride::InformationDisclosure,
        cwe: &[532, 598],
    },
    rooms: &[Room::Validate, Room::Forward],
    expectation,
    source: include_str!("secret_in_url.rs"),
};

/// What stands where records and explanations leave a credential out.
pub const HIDDEN: &str = "***";

/// The codes of this control.
pub const CODES: [&Code; 2] = [&findings::KEY_IN_QUERY, &findings::SECRET_PARAMETER];

fn expectation(model: &Model, index: usize) -> Expectation {
    let Some(operation) = model.contract.operation(index) else {
        return Expectation::NotApplicable("no such operation");
    };
    let found = findings::findings(model, index, operation);
    if found.is_empty() {
        return Expectation::Required("no credential stands in its URL".to_owned());
    }
    Expectation::Missing(found)
}
