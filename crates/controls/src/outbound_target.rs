//! # `outbound_target`
//!
//! A URL in a request points only where the policy allows: at hosts that everybody can reach, unless it says more.
//!
//! ## Why
//!
//! An API that fetches what a caller names (an image, a feed, a webhook) sends requests from inside: to the
//! metadata of the cloud, where the machine's credentials lie, to databases, to administrative doors on loopback
//! (server-side request forgery, CWE-918; CWE-441). One that redirects to what a caller names lends its good name
//! to whoever made the link (CWE-601).
//!
//! ## Example
//!
//! ```yaml
//! operations:
//!   attachImage: { targets: { body./url: [images.example.com, "*.cdn.example.com"] } }
//!   signIn: { targets: { query.next: own } }
//! ```
//!
//! `{"url": "http://169.254.169.254/latest/"}` is answered 400 in any operation, with or without these lines; and
//! so are `http://2130706433/`, `http://127.1/`, `http://[::ffff:10.0.0.1]/`, `http://good.example@10.0.0.1/`,
//! `http:\\localhost`, `file:///etc/passwd`, and a name of public looks that leads to a private address. With
//! them, `attachImage` takes images of these hosts alone, and `signIn` leads back to a path of this API or to one
//! of its own hosts.
//!
//! ## Limits
//!
//! A URL inside a longer text is not looked at, nor one that is encoded, or put together from pieces. A host
//! without scheme (`10.0.0.1/x`) is known only where a format, a name (`url`, `callback`, `host`) or the policy says
//! that URLs stand there. What a name leads to is asked once, here: whoever owns the name may answer the API
//! otherwise a moment later, and a host that is reached may redirect inside. Only the API's own network can
//! hold that: let it reach out through a proxy that refuses private addresses. Names are asked of
//! the gateway's own resolver, which may know others than the API's: one that it does not know is refused where
//! URLs are expected, and passes in other texts.

mod address;
mod authority;
mod findings;
mod found;
mod internal;
mod judged;
mod names;
mod target;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use portcullis_contract::{Operation, Shapes};
use portcullis_model::{Code, ControlId, Refusal, Room};
use portcullis_policy::{InputPlace, Model, Targets};

use crate::face::{Expectation, Face, Judgement, Stride, Threat};
use found::{Found, Search};

pub use address::{Class, class};
pub use authority::{Doubt, Host};
pub use found::Given;
pub(crate) use judged::{Judged, is_own, is_public, listed};
pub use judged::{Own, Why};
pub use target::{Reading, Target, Web, target};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::OutboundTarget,
    item: "A12",
    guarantee: "a URL in a request points only at hosts that everybody can reach, or that the policy names",
    threat: Threat {
        id: "request-forgery",
        text: "a caller has the API fetch from inside, or lead others somewhere, in its own name",
        stride: Stride::InformationDisclosure,
        cwe: &[441, 601, 918],
    },
    rooms: &[Room::Validate],
    expectation,
    source: include_str!("outbound_target.rs"),
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&findings::POINTS_ANYWHERE];

/// Names that one request may have asked for.
pub const NAMES_MAX: usize = 16;

/// A name that a request points at, and whose addresses decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The name.
    pub name: String,
    /// Where it stands, as the policy file names the place.
    pub place: String,
    /// Whether URLs are expected there: then a name that leads nowhere is refused.
    pub is_expected: bool,
}

/// Judges every URL of a request. Passes with the names whose addresses decide, each once.
pub fn judge<'a>(
    (operation, shapes): (&'a Operation, &'a Shapes),
    targets: &'a Targets,
    given: &Given<'a>,
    own: Own<'_>,
) -> Judgement<Vec<Question>> {
    let mut questions: Vec<Question> = Vec::new();
    let mut refused = None;
    let mut take = |Found { place, read, rule, is_expected }: Found<'a>| {
        let why = match judged::judge(&read, rule, own) {
            Judged::Passes => return Ok(()),
            Judged::Refused(why) => why,
            Judged::Asks(name) if known(&mut questions, &name, is_expected) => return Ok(()),
            Judged::Asks(_) if questions.len() == NAMES_MAX => Why::TooMany,
            Judged::Asks(name) => {
                questions.push(Question { name, place, is_expected });
                return Ok(());
            }
        };
        refused = Some(judged::refusal(why, &place));
        Err(())
    };
    let _ = Search { operation, shapes, targets, take: &mut take }.all(given);
    match refused {
        Some(refusal) => Judgement::Refuse(refusal, Vec::new()),
        None => Judgement::Pass(questions),
    }
}

/// Whether a name is asked about already; then also for where it stands now.
fn known(questions: &mut [Question], name: &str, is_expected: bool) -> bool {
    let known = questions.iter_mut().find(|known| known.name == name);
    known.is_some_and(|known| {
        known.is_expected |= is_expected;
        true
    })
}

/// Why a name may not be pointed at, now that its addresses are known; none: nobody knows any. A text that happens to
/// be a link may lead nowhere: nobody fetches it, and a resolver that knows less must not stop it.
pub fn refusal_of(question: &Question, addresses: Option<&[IpAddr]>) -> Option<Refusal> {
    let why = judged::of_addresses(addresses)?;
    let passes = why == Why::Unresolved && !question.is_expected;
    (!passes).then(|| judged::refusal(why, &question.place))
}

/// Where an operation takes URLs by its own word: by the format of a value, or by its name. At most 16 places.
pub fn url_places(shapes: &Shapes, operation: &Operation) -> Vec<InputPlace> {
    findings::places(shapes, operation)
}

fn expectation(model: &Model, index: usize) -> Expectation {
    let Some(operation) = model.contract.operation(index) else {
        return Expectation::NotApplicable("there is no such operation");
    };
    let places = findings::places(&model.contract.shapes, operation);
    let targets = model.targets.get(index);
    let values = model.values.get(index).map(Vec::as_slice).unwrap_or_default();
    let undecided = findings::undecided(&places, targets, values);
    if !undecided.is_empty() && model.posture == portcullis_policy::Posture::Policy {
        return Expectation::Missing(vec![findings::points_anywhere(operation, &undecided)]);
    }
    let said = targets.into_iter().flat_map(|targets| &targets.places);
    let said: Vec<String> = said.map(|(place, rule)| format!("`{place}`: {rule}")).collect();
    Expectation::Required(if said.is_empty() {
        "URLs point at public hosts".to_owned()
    } else {
        format!("URLs point at public hosts, but {}", said.join(", "))
    })
}
