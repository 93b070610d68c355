//! `changes: true`: an operation that reads by its method, and is taken for a write.

use portcullis_model::Diagnostic;
use portcullis_yaml::Notes;

use super::operations::Decisions;
use crate::authorization::Authorization;
use crate::codes;

/// What is said of it, once everything else of objects is known: it is judged before it is asked, and nobody asks
/// it to learn of an object.
pub(super) fn join(all: &[Decisions], authorizations: &mut [Authorization], notes: &mut Notes) {
    for (decisions, authorization) in all.iter().zip(authorizations) {
        let changing = decisions.changing.iter().enumerate();
        for index in changing.filter(|(_, is_changing)| **is_changing).map(|(index, _)| index) {
            set(index, authorization, notes);
        }
    }
}

fn set(index: usize, authorization: &mut Authorization, notes: &mut Notes) {
    if let Some(touches) = authorization.operations.get_mut(index) {
        touches.is_unsafe = true;
    }
    for resource in &mut authorization.resources {
        for read_by in &mut resource.read_by {
            read_by.retain(|known| *known != index);
        }
        if resource.own_list == Some(index) {
            notes.push(|| {
                let message =
                    "the gateway asks it for the caller's own list, and it changes something";
                Diagnostic::error(&codes::CONFLICT, message)
                    .help("name another operation as `own_list`, or none")
            });
        }
    }
}
