//! # `object_ownership`
//!
//! A caller touches only objects that a rule lets them touch: what a request names, and what an answer
//! shows.
//!
//! ## Why
//!
//! `GET /orders/4` with the token of somebody whose orders are 1 to 3: most APIs look up the number and
//! never ask whose it is (broken object level authorization; the first item of OWASP's list, API1; CWE-639,
//! CWE-566, CWE-284). It is the most frequent hole of all, because nothing outside of the handler's own code
//! seemed to be able to see it.
//!
//! ## Example
//!
//! ```yaml
//! callers: { id: customer_id, attributes: { customer_id: { claim: /customer_id }, role: { claim: /role } } }
//! roles: { customer: [], staff: [] }
//! resources:
//!   Order: { owner: /customer_id, own_list: listMyOrders }
//! access:
//!   - { role: customer, may: [read, create, update], on: Order, when: mine }
//!   - { role: staff, may: read, on: Order, hide: [/notes] }
//! ```
//!
//! alice's `GET /orders/4` is answered by the API, which sends bob's order; the gateway sees `/customer_id`
//! in it, and alice gets the same 404 as for an order that does not exist. `DELETE /orders/4` never reaches
//! the API: the gateway reads the order first, with alice's own credential. Of a list she sees her own
//! items. An order that she made, or that her own list showed her, is known from then on.
//!
//! ## Limits
//!
//! What names no owner in any answer, in no list of the caller's own and in nothing that a request says
//! cannot be judged: such operations are closed, and `check` lists them. An answer that is not described has
//! no objects for the gateway. What an operation does to objects that neither request nor answer names is not
//! seen. Between the reading of an object and the writing of it somebody else may change it. The page
//! "What a gateway cannot see" names each such case.

mod answers;
mod expected;
mod places;
mod totals;

use portcullis_model::{Code, ControlId, Diagnostic, Refusal, Room, Status, shown};
use portcullis_policy::{Model, Posture};

use crate::face::{Expectation, Face, Stride, Threat};
use crate::rules::Why;

pub use answers::{Judged, Shown, belongs, find, judge};
pub use expected::{Closed, Expected};
pub use places::Places;
pub use totals::declares_total;

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::ObjectOwnership,
    item: "A1",
    guarantee: "a caller touches only objects that a rule lets them touch",
    threat: Threat {
        id: "broken-object-authorization",
        text: "a caller reads or changes what belongs to somebody else by naming it",
        stride: Stride::InformationDisclosure,
        cwe: &[284, 566, 639],
    },
    rooms: &[Room::AuthorizeObject, Room::Inspect],
    expectation,
    source: include_str!("object_ownership.rs"),
};

static NO_RULE: Code = Code {
    name: "object-no-rule",
    page: "This operation takes an id, or shows objects, and nothing says whose they are or who may touch them: \
           it is closed (403).\n\nSay what the id names, and where an object of that kind names its \
           owner:\n\n```yaml\nresources:\n  Order: { owner: /customer_id }\naccess:\n  - { may: [read, update], on: Order, when: \
           mine }\noperations:\n  trackParcel: { objects: { path.code: Order } }\n  getMedicine: { objects: none, reason: \"everybody \
           sees all medicines\" }\n```\n\n`portcullis resources` shows which values are taken for ids of what. While rules \
           are being written, `relax: [{ control: object_ownership, mode: observe, by: ..., reason: ... }]` lets requests \
           through and records what would be refused.",
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&NO_RULE];

/// The refusal of an object: the same as of one that does not exist.
pub fn not_found(why: Why, detail: String) -> Refusal {
    Refusal::new(ControlId::ObjectOwnership, Status::NOT_FOUND, why.reason(), detail)
}

/// The refusal of an operation that nobody decided about.
pub fn closed(why: &Closed) -> Refusal {
    Refusal::new(ControlId::ObjectOwnership, Status::FORBIDDEN, "no_object_rule", why.detail())
}

/// The refusal of what would make an object somebody else's.
pub fn given_away(detail: String) -> Refusal {
    Refusal::new(ControlId::ObjectOwnership, Status::FORBIDDEN, "for_somebody_else", detail)
}

fn expectation(model: &Model, operation: usize) -> Expectation {
    if model.posture == Posture::ContractOnly {
        return Expectation::NotApplicable("there is no policy: nobody says whose objects are");
    }
    let Some(declared) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("there is no such operation");
    };
    match Expected::derive(model, operation) {
        Expected::NotAsked(why) => Expectation::NotApplicable(why),
        Expected::Asked => {
            let touches = model.authorization.operations.get(operation);
            let inputs = touches.into_iter().flat_map(|touches| &touches.inputs);
            let name = |resource: usize| {
                model.authorization.resources.get(resource).map_or("", |resource| &*resource.name)
            };
            let inputs: Vec<String> = inputs
                .map(|input| format!("{} by {}", name(input.resource), input.place))
                .collect();
            let shown: Vec<&str> = touches
                .into_iter()
                .flat_map(|touches| &touches.shows)
                .map(|one| name(*one))
                .collect();
            let mut parts = Vec::new();
            if !inputs.is_empty() {
                parts.push(inputs.join(", "));
            }
            if !shown.is_empty() {
                parts.push(format!("{} in answers", shown.join(", ")));
            }
            Expectation::Required(parts.join("; "))
        }
        Expected::Closed(why) => {
            let message = format!("{} {}", shown(&declared.name()), why.words(model));
            Expectation::Missing(vec![
                Diagnostic::warning(&NO_RULE, message)
                    .at(declared.span)
                    .help(why.help(model, operation)),
            ])
        }
    }
}
