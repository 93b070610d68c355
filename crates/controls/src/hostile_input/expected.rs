//! What is expected of one operation: how many of its texts may say anything, and are looked at.

use std::collections::HashSet;

use portcullis_contract::{BodyKind, Media, Operation, Rest, ShapeId, Shapes, Types};
use portcullis_injection::{Language, Sinks};
use portcullis_policy::Model;

use crate::face::Expectation;

/// Shapes that are counted for one operation.
const SHAPES_MAX: usize = 5_000;

pub(super) fn expectation(model: &Model, operation: usize) -> Expectation {
    let Some(operation) = model.contract.operation(operation) else {
        return Expectation::NotApplicable("no such operation");
    };
    let free = Free::of(operation, &model.contract.shapes);
    if free.texts == 0 {
        return Expectation::NotApplicable("nothing that it takes can be more than a value");
    }
    let all = Language::ALL.into_iter().filter(|language| free.sinks.has(*language));
    let words: Vec<&str> = all.map(Language::word).collect();
    let looked_for =
        if free.sinks == Sinks::ALL { "every language".to_owned() } else { words.join(", ") };
    let texts = match (free.texts, free.is_more) {
        (1, false) => "1 text is".to_owned(),
        (count, false) => format!("{count} texts are"),
        (count, true) => format!("more than {count} texts are"),
    };
    Expectation::Required(format!("{texts} looked at for {looked_for}"))
}

/// The languages that each text of an operation is looked at for, that is looked at for any: by the contract, and by what
/// the policy says its texts are. None where something of its body is not looked into at all.
pub fn languages(model: &Model, index: usize) -> Sinks {
    let Some(operation) = model.contract.operation(index) else { return Sinks::NONE };
    let media = operation.body.iter().flat_map(|body| &body.media);
    let is_unread = |media: &Media| {
        let is_bytes = matches!(media.kind, BodyKind::Opaque | BodyKind::Stream);
        is_bytes && media.has_properties(&model.contract.shapes)
            || media.kind == BodyKind::Xml && media.schema.is_none()
    };
    if media.into_iter().any(is_unread) {
        return Sinks::NONE;
    }
    let said = model.texts.get(index).map_or(&[][..], Vec::as_slice);
    let by_contract = Free::of(operation, &model.contract.shapes);
    // What is not counted any more may be anything.
    let least = if by_contract.is_more { Sinks::NONE } else { by_contract.least };
    said.iter().fold(least, |all, text| all.and(text.kind.sinks()))
}

/// The texts of an operation that are looked at, as far as the contract says it.
struct Free<'a> {
    shapes: &'a Shapes,
    known: HashSet<ShapeId>,
    texts: usize,
    sinks: Sinks,
    /// What all of them are looked at for.
    least: Sinks,
    is_more: bool,
}

impl<'a> Free<'a> {
    fn of(operation: &Operation, shapes: &'a Shapes) -> Self {
        let mut free = Self {
            shapes,
            known: HashSet::new(),
            texts: 0,
            sinks: Sinks::NONE,
            least: Sinks::ALL,
            is_more: false,
        };
        for parameter in &operation.parameters {
            free.root(parameter.schema.as_ref().map(|schema| schema.shape));
        }
        for media in operation.body.iter().flat_map(|body| &body.media) {
            if !matches!(media.kind, BodyKind::Opaque | BodyKind::Stream) {
                free.root(media.schema.as_ref().map(|schema| schema.shape));
            }
        }
        free
    }

    fn count(&mut self, sinks: Sinks) {
        if !sinks.is_empty() {
            self.texts += 1;
            self.sinks = self.sinks.or(sinks);
            self.least = self.least.and(sinks);
        }
    }

    /// Every shape counts once, however many places have it.
    fn root(&mut self, root: Option<ShapeId>) {
        let Some(root) = root else { return self.count(Sinks::ALL) };
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            if self.known.len() >= SHAPES_MAX {
                self.is_more = true;
                return;
            }
            if !self.known.insert(id) {
                continue;
            }
            let shape = self.shapes.get(id);
            if shape.read_only {
                continue;
            }
            let is_text = shape.types.contains(Types::STRING) && !shape.text.is_confined;
            // Anything at all has texts, too.
            let is_open = shape.is_any_object(self.shapes) || shape.is_any_list(self.shapes);
            if is_text && (shape.types != Types::ANY || !shape.object.is_described()) {
                self.count(shape.text.sinks);
            } else if is_open {
                self.count(Sinks::ALL);
            }
            let object = &shape.object;
            let properties = object.properties().filter(|(_, property)| !property.read_only);
            waiting.extend(properties.map(|(_, property)| property.shape));
            waiting.extend(object.under_patterns());
            if let Rest::Map(values) = object.rest {
                waiting.push(values);
            }
            waiting.extend(shape.items);
        }
    }
}
