//! Room 3: who is calling? In this version: is a credential of a declared kind there?

use portcullis_contract::SchemePlace;
use portcullis_controls::{transport_encryption, urlencoded};
use portcullis_model::{Caller, Room};

use super::context::{Context, Exit};
use super::find_operation::Matched;
use crate::head::{Essential, RequestHead};

/// A request of which it is known who calls, as far as this version can know.
pub(super) struct Authenticated {
    matched: Matched,
    shows_credential: bool,
}

impl Authenticated {
    pub(super) const fn matched(&self) -> &Matched {
        &self.matched
    }

    /// Whether a credential of the contract is there, needed or not: the answer may depend on it.
    pub(super) const fn shows_credential(&self) -> bool {
        self.shows_credential
    }
}

pub(super) fn enter(matched: Matched, context: &mut Context<'_>) -> Result<Authenticated, Exit> {
    context.enter(Room::Authenticate);
    let plan = context.plan;
    let compiled = matched.operation().and_then(|index| plan.operations.get(index));
    let head = matched.received().head();
    let schemes = &plan.model.contract.schemes;
    // Whatever stands where a credential may, in whatever form: whoever reads it on the way can use it
    // with an API that is less strict.
    let shows_credential = head.fields.first(Essential::Authorization).is_some()
        || schemes.iter().any(|scheme| stands(head, &scheme.place));
    if shows_credential {
        context.ask(transport_encryption::judge_credential(context.hop))?;
    }
    let caller = match compiled {
        Some(compiled) => {
            context.ask(compiled.caller.judge(schemes, |place| is_shown(head, place)))?
        }
        None => Caller::Anonymous,
    };
    context.entry.caller(caller);
    Ok(Authenticated { matched, shows_credential })
}

/// Whether anything stands where a credential of this kind may.
fn stands(head: &RequestHead, place: &SchemePlace) -> bool {
    match place {
        SchemePlace::Header(name) => head.fields.all(name).any(|value| !value.is_empty()),
        place => is_shown(head, place),
    }
}

/// Whether a credential stands at this place. An empty one is none.
fn is_shown(head: &RequestHead, place: &SchemePlace) -> bool {
    match place {
        SchemePlace::Authorization(scheme) => {
            head.fields.first(Essential::Authorization).is_some_and(|value| {
                value.split_once(' ').is_some_and(|(shown, credential)| {
                    shown.eq_ignore_ascii_case(scheme) && !credential.trim().is_empty()
                })
            })
        }
        SchemePlace::Header(name) => {
            let mut values = head.fields.all(name);
            values.next().is_some_and(|value| !value.is_empty()) && values.next().is_none()
        }
        SchemePlace::Cookie(name) => head.fields.first(Essential::Cookie).is_some_and(|cookies| {
            cookies
                .split(';')
                .filter_map(|pair| pair.trim().split_once('='))
                .any(|(shown, value)| shown == name && !value.is_empty())
        }),
        SchemePlace::Query(name) => head.query().is_some_and(|query| {
            urlencoded::pairs(query).any(|(shown, value)| {
                !value.is_empty() && urlencoded::decode(shown).is_ok_and(|shown| shown == *name)
            })
        }),
        SchemePlace::MutualTls | SchemePlace::NotUnderstood => false,
    }
}
