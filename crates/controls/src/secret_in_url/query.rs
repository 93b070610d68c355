//! Credentials in a query: whether the document asks for them.

use std::borrow::Cow;

use portcullis_contract::{Collection, Operation, Place, SchemePlace, SecurityScheme, Shapes};
use portcullis_model::{ControlId, Refusal, Status, shown};

use super::HIDDEN;
use super::forms::credential_form;
use crate::face::Judgement;
use crate::sensitive::credential_name;
use crate::urlencoded::{self, brackets};

/// What a document asks for in a query, as far as one operation is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// The operation; none for one that nobody declares.
    pub operation: Option<&'a Operation>,
    /// The schemas of the document.
    pub shapes: &'a Shapes,
    /// Its schemes: clients send a key with every call, also with those that do not need it.
    pub schemes: &'a [SecurityScheme],
}

/// Judges a query, still encoded and without `?`. Passes with whether a credential stands in it that the document
/// asks for.
pub fn judge_query(declared: Declared<'_>, query: Option<&str>) -> Judgement<bool> {
    let mut holds_declared = false;
    for (name, value) in urlencoded::pairs(query.unwrap_or_default()) {
        let (name, value) = (decoded(name), decoded(value));
        let Some(what) = credential(&name, &value) else { continue };
        if !declared.has(&name) {
            return Judgement::Refuse(undeclared(&name, what), holds_declared);
        }
        holds_declared = true;
    }
    Judgement::Pass(holds_declared)
}

/// Why a pair of a query is a credential, if it is one: its name says so, or the form of the value. One without `=`
/// may be nothing but the value.
pub(super) fn credential(name: &str, value: &str) -> Option<&'static str> {
    if is_named_so(name) {
        return Some("a credential by its name");
    }
    credential_form(value).or_else(|| credential_form(name))
}

/// A pair of a query, still encoded, as it may be shown.
pub fn shown_pair(pair: &str) -> Cow<'_, str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let (read, value) = (decoded(name), decoded(value));
    match credential(&read, &value) {
        None => Cow::Borrowed(pair),
        Some(_) if credential_form(&read).is_some() => Cow::Borrowed(HIDDEN),
        Some(_) => Cow::Owned(format!("{name}={HIDDEN}")),
    }
}

/// Whether a name, or the last part of one with brackets or dots, is that of a credential: `user[password]`.
fn is_named_so(name: &str) -> bool {
    let last = name.rsplit(['[', ']', '.']).find(|part| !part.is_empty());
    credential_name(name) || last.is_some_and(credential_name)
}

/// As it would be read; as it stands there where it has no reading.
pub(super) fn decoded(raw: &str) -> Cow<'_, str> {
    urlencoded::decode(raw).unwrap_or(Cow::Borrowed(raw))
}

impl Declared<'_> {
    /// Whether the document names what stands under this name. An object that takes any name asks for nothing.
    fn has(&self, name: &str) -> bool {
        let mut parameters = self.operation.into_iter().flat_map(|one| &one.parameters);
        let is_scheme = |scheme: &SecurityScheme| matches!(&scheme.place, SchemePlace::Query(known) if known == name);
        self.schemes.iter().any(is_scheme)
            || parameters.any(|one| {
                let is_inside = match one.collection {
                    Collection::DeepObject => brackets::keys(&one.name, name).is_some(),
                    Collection::Members => {
                        let shape = one.schema.as_ref().map(|schema| schema.shape);
                        urlencoded::declared(self.shapes, shape, name).is_some()
                    }
                    _ => false,
                };
                one.place == Place::Query && (one.name == name || is_inside)
            })
    }
}

fn undeclared(name: &str, what: &str) -> Refusal {
    // A name that is the credential itself is not told.
    let of = match credential_form(name) {
        Some(_) => "a query parameter".to_owned(),
        None => format!("query parameter {}", shown(name)),
    };
    let detail = format!("{of}, which the document does not declare, is {what}");
    Refusal::new(ControlId::SecretInUrl, Status::BAD_REQUEST, "secret_in_url", detail)
        .saying("a credential stands in the URL: send it in a header")
}
