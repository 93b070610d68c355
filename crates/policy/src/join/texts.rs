//! What the policy says of texts (`texts`): a place that no request has is an error.

use portcullis_contract::{Contract, Media, Member, Operation, Place, ShapeId, Shapes, Types};
use portcullis_model::{Diagnostic, did_you_mean};
use portcullis_yaml::{Key, Notes, shown};

use super::names::Names;
use super::operations::Decisions;
use crate::authorization::InputPlace;
use crate::codes;
use crate::file::PolicyFile;
use crate::login::RequestPlace;
use crate::login_place::input_place;
use crate::texts::TextPlace;

/// Places of one operation.
const PLACES_MAX: usize = 256;

/// Reads `texts` of all `operations` into the decisions of each API.
pub(super) fn join(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    names: &Names,
    all: &mut [Decisions],
    notes: &mut Notes,
) {
    let entries = file.and_then(|file| file.operations.as_ref());
    for (key, decision) in entries.iter().flat_map(|entries| &entries.0) {
        let Some(texts) = &decision.texts else { continue };
        // A name that means nothing was told where operations are decided.
        let Some((api, index)) = names.find(&key.text, key.span, &mut Notes::new(&codes::FILE))
        else {
            continue;
        };
        let contract = contracts.get(api).and_then(Option::as_ref);
        let operation = contract.and_then(|contract| Some((contract, contract.operation(index)?)));
        let slot = all.get_mut(api).and_then(|decisions| decisions.texts.get_mut(index));
        let (Some((contract, operation)), Some(slot)) = (operation, slot) else { continue };
        let places = &texts.value.0.0;
        if let Some((beyond, _)) = places.get(PLACES_MAX) {
            notes.push(|| {
                let message = format!("more than {PLACES_MAX} texts of one operation");
                Diagnostic::error(&codes::TOO_LARGE, message)
                    .at(beyond.span)
                    .help("say it in the contract: `x-text` in the schema that they share")
            });
        }
        for (key, word) in places.iter().take(PLACES_MAX) {
            if let Some(place) = place(key, operation, &contract.shapes, notes) {
                slot.push(TextPlace { place, kind: word.0 });
            }
        }
    }
}

fn place(
    key: &Key,
    operation: &Operation,
    shapes: &Shapes,
    notes: &mut Notes,
) -> Option<InputPlace> {
    let place = input_place(&key.text).filter(|place| !matches!(place, InputPlace::Names(_)));
    let Some(place) = place else {
        notes.push(|| {
            let message = format!("{} is no place in a request", shown(&key.text));
            Diagnostic::error(&codes::BAD_POINTER, message).at(key.span).help(
                "write `body./text`, `body./tags/*`, `query.q`, `path.id`, `header.x-note` or `cookie.cart`",
            )
        });
        return None;
    };
    let (wanted, name) = match &place {
        InputPlace::One(RequestPlace::Path(name)) => (Place::Path, name),
        InputPlace::One(RequestPlace::Query(name)) => (Place::Query, name),
        InputPlace::One(RequestPlace::Cookie(name)) => (Place::Cookie, name),
        InputPlace::Header(name) => (Place::Header, name),
        InputPlace::One(RequestPlace::Body(pointer)) | InputPlace::Names(pointer) => {
            let mut media = operation.body.iter().flat_map(|body| &body.media);
            if media.any(|media| may_have(media, pointer, shapes)) {
                return Some(place);
            }
            missing(key, operation, None, notes);
            return None;
        }
    };
    let known = || operation.parameters.iter().filter(|one| one.place == wanted);
    if known().any(|one| one.name.eq_ignore_ascii_case(name)) {
        return Some(place);
    }
    missing(key, operation, did_you_mean(name, known().map(|one| one.name.as_str())), notes);
    None
}

fn missing(key: &Key, operation: &Operation, near: Option<&str>, notes: &mut Notes) {
    notes.push(|| {
        let message =
            format!("no request of {} has {}", shown(&operation.name()), shown(&key.text));
        let help = match near {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => "what the contract does not declare does not pass: declare it, or correct the \
                     place; `*` stands for every item and every name of a map"
                .to_owned(),
        };
        Diagnostic::error(&codes::BAD_POINTER, message).at(key.span).help(help)
    });
}

/// Whether a body of this type may have a value there.
fn may_have(media: &Media, pointer: &str, shapes: &Shapes) -> bool {
    let Some(schema) = &media.schema else { return true };
    let mut here = vec![schema.shape];
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        let mut next = Vec::new();
        for id in here {
            match inside(id, &name, shapes) {
                Inside::Anything => return true,
                Inside::Nothing => {}
                Inside::Values(values) => next.extend(values),
            }
        }
        here = next;
    }
    !here.is_empty()
}

/// What stands behind one name of a pointer.
enum Inside {
    Nothing,
    Values(Vec<ShapeId>),
    Anything,
}

fn inside(id: ShapeId, name: &str, shapes: &Shapes) -> Inside {
    let shape = shapes.get(id);
    let is_item = name == "*" || !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    let mut values = Vec::new();
    if is_item && shape.types.intersects(Types::ARRAY) {
        match shapes.item_of(id) {
            Some(item) => values.push(item),
            None => return Inside::Anything,
        }
    }
    match shape.object.member(name, &mut 0) {
        Member::Property(property) => values.push(property.shape),
        Member::Pattern(one) | Member::Map(one) => values.push(one),
        Member::FreeForm if shape.types.intersects(Types::OBJECT) => return Inside::Anything,
        Member::FreeForm | Member::Undeclared | Member::Closed => {}
    }
    if name == "*" {
        values.extend(shape.object.under_patterns());
    }
    if values.is_empty() { Inside::Nothing } else { Inside::Values(values) }
}
