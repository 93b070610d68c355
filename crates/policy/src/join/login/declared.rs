//! Whether the contract knows of what a login names: it is warned where it does not.

use portcullis_contract::{
    BodyKind, Media, Member, Operation, Place, Rest, ShapeId, Shapes, StatusPattern, Types,
};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::One;
use crate::codes;
use crate::login::{AnswerPlace, RequestPlace};

impl One<'_> {
    /// Warns where no request of the operation has such a place.
    pub(super) fn in_request(&mut self, place: &Spanned<RequestPlace>, operation: &Operation) {
        in_request(place, operation, &self.contract.shapes, self.notes);
    }

    /// The same for its answers.
    pub(super) fn in_answer(&mut self, pointer: &str, span: Span, operation: &Operation) {
        in_answer(pointer, span, operation, &self.contract.shapes, self.notes);
    }

    /// The same, for what an answer gives out.
    pub(super) fn answer_place(&mut self, place: &Spanned<AnswerPlace>, operation: &Operation) {
        if let AnswerPlace::Member(pointer) = &place.value {
            self.in_answer(pointer, place.span, operation);
        }
    }
}

/// Warns where no request of the operation has such a place.
pub(in crate::join) fn in_request(
    place: &Spanned<RequestPlace>,
    operation: &Operation,
    shapes: &Shapes,
    notes: &mut Notes,
) {
    if let Some(Missing { message, near }) = missing(&place.value, operation, shapes) {
        not_declared(message, near, place.span, notes);
    }
}

/// Warns where no answer of the operation that may be one of success has such a value.
pub(in crate::join) fn in_answer(
    pointer: &str,
    span: Span,
    operation: &Operation,
    shapes: &Shapes,
    notes: &mut Notes,
) {
    let answers = operation.responses.iter().filter(|answer| may_succeed(answer.status));
    let mut media =
        answers.flat_map(|answer| &answer.media).filter(|media| media.kind == BodyKind::Json);
    if media.any(|media| may_have(media, pointer, shapes)) {
        return;
    }
    let name = operation.name();
    let message = format!("no answer of {} has {}", shown(&name), shown(pointer));
    not_declared(message, None, span, notes);
}

/// A place that no request of an operation has.
pub(in crate::join) struct Missing<'o> {
    pub(in crate::join) message: String,
    /// What may be meant.
    pub(in crate::join) near: Option<&'o str>,
}

/// What to say where no request of the operation has such a place.
pub(in crate::join) fn missing<'o>(
    place: &RequestPlace,
    operation: &'o Operation,
    shapes: &Shapes,
) -> Option<Missing<'o>> {
    let near = |wanted: Place, name: &str| {
        let all = operation.parameters.iter().filter(|one| one.place == wanted);
        did_you_mean(name, all.map(|one| one.name.as_str()))
    };
    let parameter = |wanted: Place, name: &str| {
        let mut all = operation.parameters.iter().filter(|one| one.place == wanted);
        all.any(|one| one.name == name)
    };
    let (is_there, what, near) = match place {
        RequestPlace::Body(pointer) => {
            let media = operation.body.iter().flat_map(|body| &body.media);
            let mut media =
                media.filter(|media| matches!(media.kind, BodyKind::Json | BodyKind::Form));
            (media.any(|media| may_have(media, pointer, shapes)), pointer, None)
        }
        RequestPlace::Path(name) => (parameter(Place::Path, name), name, near(Place::Path, name)),
        RequestPlace::Query(name) => {
            (parameter(Place::Query, name), name, near(Place::Query, name))
        }
        // Cookies of schemes are declared there.
        RequestPlace::Cookie(_) => return None,
    };
    let message = || format!("no request of {} has {}", shown(&operation.name()), shown(what));
    (!is_there).then(|| Missing { message: message(), near })
}

fn not_declared(message: String, near: Option<&str>, span: Span, notes: &mut Notes) {
    let help = declare(near);
    notes.push(|| Diagnostic::warning(&codes::BAD_POINTER, message).at(span).help(help));
}

/// What to do about it.
pub(in crate::join) fn declare(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("did you mean {}?", shown(near)),
        None => "what the contract does not declare does not pass: declare it, or correct \
                 the name"
            .to_owned(),
    }
}

const fn may_succeed(status: StatusPattern) -> bool {
    match status {
        StatusPattern::Exact(status) => status < 400,
        StatusPattern::Range(hundred) => hundred < 4,
        StatusPattern::Default => true,
    }
}

/// Whether a body of this type may have a value there.
fn may_have(media: &Media, pointer: &str, shapes: &Shapes) -> bool {
    let Some(schema) = &media.schema else { return true };
    let mut shape: ShapeId = schema.shape;
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        let here = shapes.get(shape);
        if name == "*" {
            match (here.items, here.object.rest) {
                (Some(items), _) => shape = items,
                (None, Rest::Map(one)) => shape = one,
                (None, _) => return here.types.intersects(Types::ARRAY.or(Types::OBJECT)),
            }
            continue;
        }
        let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        if is_index && here.types.intersects(Types::ARRAY) {
            match here.items {
                Some(items) => shape = items,
                None => return true,
            }
            continue;
        }
        if !here.types.intersects(Types::OBJECT) {
            return false;
        }
        match here.object.member(&name, &mut 0) {
            Member::Property(property) => shape = property.shape,
            Member::Pattern(one) | Member::Map(one) => shape = one,
            Member::FreeForm => return true,
            Member::Undeclared | Member::Closed => return false,
        }
    }
    true
}
