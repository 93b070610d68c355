//! What the policy says of the objects of an operation (`objects`), in place of what was derived.

use portcullis_contract::{Contract, Place};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};
use regex::RegexBuilder;

use super::super::Api;
use crate::authorization::{InputPlace, ObjectInput, Pattern, Resource, Touches};
use crate::codes;
use crate::file::{ObjectPlace, ObjectsWord, PolicyFile};
use crate::login::RequestPlace;
use crate::login_place::input_place;

/// Bytes that a pattern may take when it is compiled.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Places of one operation.
const PLACES_MAX: usize = 64;

pub(super) fn by(
    file: &PolicyFile,
    apis: &[Api<'_>],
    resources: &[Vec<Resource>],
    touches: &mut [Vec<Touches>],
    notes: &mut Notes,
) {
    let entries = file.operations.iter().flat_map(|named| &named.0);
    for (key, decision) in entries {
        if decision.objects.is_none() && decision.totals.is_none() {
            continue;
        }
        // Names were noted where the other decisions are read.
        let found = apis.iter().enumerate().find_map(|(place, api)| {
            match api.names.in_api(&key.text, api.place) {
                Some(super::super::super::names::Meant::One(_, index)) => Some((place, index)),
                _ => None,
            }
        });
        let Some((place, index)) = found else { continue };
        let (Some(api), Some(resources)) = (apis.get(place), resources.get(place)) else {
            continue;
        };
        let slot = touches.get_mut(place).and_then(|list| list.get_mut(index));
        let Some(slot) = slot else { continue };
        slot.hides_totals = decision.totals.is_some();
        let Some(objects) = &decision.objects else { continue };
        let mut one = One { contract: api.contract, index, resources, says_none: false, notes };
        one.apply(objects, slot);
        if one.says_none && decision.reason.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::MISSING_KEY, "`objects` says `none`, and nobody says why")
                    .at(objects.span)
                    .help("add `reason: \"...\"` to this operation: the next person decides by it")
            });
        }
    }
}

struct One<'a, 'n> {
    contract: &'a Contract,
    index: usize,
    resources: &'a [Resource],
    says_none: bool,
    notes: &'n mut Notes,
}

impl One<'_, '_> {
    fn apply(&mut self, objects: &Spanned<ObjectsWord>, touches: &mut Touches) {
        let places = match &objects.value {
            ObjectsWord::None => {
                self.says_none = true;
                touches.is_none = true;
                touches.inputs.clear();
                touches.undecided.clear();
                return;
            }
            ObjectsWord::Places(places) => places,
        };
        for (key, meant) in places.0.iter().take(PLACES_MAX) {
            let Some(place) = self.place(&key.text, key.span) else { continue };
            touches.undecided.retain(|known| *known != place);
            let was = touches.inputs.iter().position(|known| known.place == place);
            let was = was.map(|at| touches.inputs.remove(at));
            if let Some(input) = self.input(place, meant, was.as_ref()) {
                touches.inputs.push(input);
            }
        }
    }

    fn input(
        &mut self,
        place: InputPlace,
        meant: &ObjectPlace,
        was: Option<&ObjectInput>,
    ) -> Option<ObjectInput> {
        let (name, pattern) = match meant {
            ObjectPlace::Resource(name) if name.value == "none" => {
                self.says_none = true;
                return None;
            }
            ObjectPlace::Resource(name) => (name, None),
            ObjectPlace::Found(section) => {
                (section.resource.0.as_ref()?, Some(section.pattern.0.as_ref()?))
            }
        };
        // `Order/code` is the id that stands at `/code`.
        let (own, id) = name.value.split_once('/').unwrap_or((&name.value, ""));
        let resource = self.resources.iter().position(|resource| *resource.name == *own);
        let Some(resource) = resource else {
            self.unknown(own, name.span);
            return None;
        };
        let ids = self.resources.get(resource).map_or(&[][..], |resource| &resource.ids);
        let id = match ids.iter().position(|known| known.strip_prefix('/') == Some(id)) {
            Some(id) => id,
            None if id.is_empty() => {
                was.filter(|was| was.resource == resource).map_or(0, |was| was.id)
            }
            None => {
                let help = format!("its ids are at {}", ids.join(", "));
                let message = format!("{} has no id at {}", shown(own), shown(&format!("/{id}")));
                self.note(message, help, name.span);
                return None;
            }
        };
        let pattern = match pattern {
            Some(pattern) => Some(self.pattern(pattern)?),
            None => None,
        };
        let may_be_new = was.is_some_and(|was| was.may_be_new);
        Some(ObjectInput { place, resource, id, may_be_new, pattern })
    }

    fn pattern(&mut self, pattern: &Spanned<String>) -> Option<Pattern> {
        let compiled = RegexBuilder::new(&pattern.value).size_limit(PATTERN_BYTES_MAX).build();
        match compiled {
            Ok(regex) if regex.captures_len() == 2 => Some(Pattern(regex)),
            Ok(_) => {
                let help =
                    "put the id, and nothing else, in brackets: `/orders/([0-9]+)`".to_owned();
                self.note("this pattern has not one group".to_owned(), help, pattern.span);
                None
            }
            Err(error) => {
                let why = error.to_string();
                let why =
                    why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let help = "write it as for the crate `regex`: no look-around, no back-reference"
                    .to_owned();
                self.note(format!("this is no pattern: {why}"), help, pattern.span);
                None
            }
        }
    }

    fn place(&mut self, text: &str, span: Span) -> Option<InputPlace> {
        let Some(place) = input_place(text) else {
            let help = "write `path.id`, `query.ids`, `header.x-order`, `cookie.cart`, \
                        `body./items/*/order_id` or `names./orders`"
                .to_owned();
            self.note(format!("{} is no place in a request", shown(text)), help, span);
            return None;
        };
        let (wanted, name) = match &place {
            InputPlace::One(RequestPlace::Path(name)) => (Place::Path, name),
            InputPlace::One(RequestPlace::Query(name)) => (Place::Query, name),
            InputPlace::One(RequestPlace::Cookie(name)) => (Place::Cookie, name),
            InputPlace::Header(name) => (Place::Header, name),
            InputPlace::One(RequestPlace::Body(_)) | InputPlace::Names(_) => return Some(place),
        };
        let operation = self.contract.operation(self.index)?;
        let known = || {
            let all = operation.parameters.iter().filter(|one| one.place == wanted);
            all.map(|one| one.name.as_str())
        };
        let is_same = |known: &str| {
            if wanted == Place::Header { known.eq_ignore_ascii_case(name) } else { known == name }
        };
        if known().any(is_same) {
            return Some(place);
        }
        let message = format!("no request of {} has {}", shown(&operation.name()), shown(text));
        let help = match did_you_mean(name, known()) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => "what the contract does not declare does not reach the API".to_owned(),
        };
        self.note(message, help, span);
        None
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let known = self.resources.iter().map(|resource| &*resource.name).chain(["none"]);
        let help = match did_you_mean(name, known) {
            Some(near) => format!("did you mean {}?", shown(near)),
            None => "add it to `resources`".to_owned(),
        };
        let message = format!("there is no resource {}", shown(name));
        self.notes
            .push(|| Diagnostic::error(&codes::UNKNOWN_RESOURCE, message).at(span).help(help));
    }

    fn note(&mut self, message: String, help: String, span: Span) {
        self.notes.push(|| Diagnostic::error(&codes::BAD_RESOURCE, message).at(span).help(help));
    }
}
