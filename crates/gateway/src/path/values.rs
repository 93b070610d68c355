//! All values that a checked request has at a place.

use std::borrow::Cow;

use portcullis_contract::{Collection, Operation, PathPart, Place};
use portcullis_controls::business_flow;
use portcullis_controls::resource_limits::Said;
use portcullis_controls::urlencoded;
use portcullis_json::{Document, Kind, Value};
use portcullis_policy::{InputPlace, ObjectInput, RequestPlace};

use super::context::Context;
use super::find_operation::Matched;
use super::payload::Payload;

/// Values at one place of a request; nobody names more objects at once.
const VALUES_MAX: usize = 10_000;

/// The values cannot be read as single ones, or there are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// What a checked request says.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) matched: &'a Matched,
    /// None: nobody has read it yet.
    pub(super) body: Option<&'a Payload>,
}

impl Request<'_> {
    /// Every value at a place, in the one spelling that a flow knows it by.
    pub(super) fn known(
        self,
        place: &InputPlace,
        context: &Context<'_>,
    ) -> Result<Vec<String>, Unreadable> {
        match place {
            InputPlace::One(RequestPlace::Body(pointer)) => {
                self.body(|root| known_at(root, pointer))
            }
            InputPlace::One(RequestPlace::Cookie(_)) => {
                let unquoted = |text: &String| {
                    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                    business_flow::of_text(inner.unwrap_or(text))
                };
                Ok(self.values(place, context)?.iter().map(unquoted).collect())
            }
            _ => {
                let texts = self.values(place, context)?;
                Ok(texts.iter().map(|text| business_flow::of_text(text)).collect())
            }
        }
    }

    /// What stands at a place, where one value is to stand.
    pub(super) fn said(self, place: &InputPlace, context: &Context<'_>) -> Said {
        match self.values(place, context) {
            Ok(values) => match <[String; 1]>::try_from(values) {
                Ok([one]) => Said::One(one),
                Err(values) if values.is_empty() => Said::Nothing,
                Err(_) => Said::Several,
            },
            Err(_) => Said::Several,
        }
    }

    /// The object of a resource that it names, wherever its id stands.
    pub(super) fn object(self, resource: &str, context: &Context<'_>) -> Said {
        let authorization = &context.plan.model.authorization;
        let touches = self.matched.operation().and_then(|at| authorization.operations.get(at));
        let is_it = |input: &&ObjectInput| {
            let known = authorization.resources.get(input.resource);
            known.is_some_and(|known| *known.name == *resource)
        };
        let mut all = Vec::new();
        for input in touches.map_or(&[][..], |touches| &touches.inputs).iter().filter(is_it) {
            match self.ids(input, context) {
                Ok(ids) => all.extend(ids),
                Err(_) => return Said::Several,
            }
        }
        // The path and the body may name the same one.
        all.sort_unstable();
        all.dedup();
        match <[String; 1]>::try_from(all) {
            Ok([one]) => Said::One(one),
            Err(all) if all.is_empty() => Said::Nothing,
            Err(_) => Said::Several,
        }
    }

    /// The ids of objects at a place.
    pub(super) fn ids(
        self,
        input: &ObjectInput,
        context: &Context<'_>,
    ) -> Result<Vec<String>, String> {
        let values = self.values(&input.place, context);
        let values = values.map_err(|_| format!("{} cannot be read as ids", input.place))?;
        let ids = match &input.pattern {
            None => values,
            Some(pattern) => {
                let mut all = Vec::new();
                for text in values.iter().filter(|text| !text.is_empty()) {
                    let before = all.len();
                    all.extend(pattern.find(text).map(str::to_owned));
                    if all.len() == before {
                        return Err(format!("{} has nothing that its pattern finds", input.place));
                    }
                }
                all
            }
        };
        let mut ids: Vec<String> = ids.into_iter().filter(|id| !id.is_empty()).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Every value at a place; none where it is not there.
    pub(super) fn values(
        self,
        place: &InputPlace,
        context: &Context<'_>,
    ) -> Result<Vec<String>, Unreadable> {
        let contract = &context.plan.model.contract;
        let operation = self.matched.operation().and_then(|index| contract.operation(index));
        let Some(operation) = operation else { return Ok(Vec::new()) };
        let head = self.matched.received().head();
        match place {
            InputPlace::One(RequestPlace::Path(name)) => {
                let texts = self.path(name, context)?;
                split(operation, Place::Path, name, texts)
            }
            InputPlace::One(RequestPlace::Query(name)) => {
                let pairs = urlencoded::pairs(head.query().unwrap_or_default());
                let is_it =
                    |shown: &str| urlencoded::decode(shown).is_ok_and(|shown| shown == *name);
                let values = pairs.filter(|(shown, _)| is_it(shown));
                let texts = values.map(|(_, value)| urlencoded::decode(value).map(Cow::into_owned));
                let texts: Vec<String> = texts.collect::<Result<_, _>>().map_err(|_| Unreadable)?;
                split(operation, Place::Query, name, texts)
            }
            InputPlace::One(RequestPlace::Cookie(name)) => {
                let values = head.fields.cookies().filter(|(shown, _)| shown == name);
                let texts = values.map(|(_, value)| urlencoded::decode(value).map(Cow::into_owned));
                let texts: Vec<String> = texts.collect::<Result<_, _>>().map_err(|_| Unreadable)?;
                split(operation, Place::Cookie, name, texts)
            }
            InputPlace::Header(name) => {
                let texts = head.fields.all(name).map(str::to_owned).collect();
                split(operation, Place::Header, name, texts)
            }
            InputPlace::One(RequestPlace::Body(pointer)) => self.body(|root| all_at(root, pointer)),
            InputPlace::Names(pointer) => self.body(|root| {
                let pointer = if pointer == "/" { "" } else { pointer };
                let members = root.lookup(pointer).into_iter().flat_map(Value::members);
                let names = members.map(|(name, _)| name.as_str().unwrap_or_default().to_owned());
                let names: Vec<String> = names.take(VALUES_MAX + 1).collect();
                if names.len() > VALUES_MAX { Err(Unreadable) } else { Ok(names) }
            }),
        }
    }

    fn path(self, name: &str, context: &Context<'_>) -> Result<Vec<String>, Unreadable> {
        let (Some(index), Some(path)) = (self.matched.operation(), self.matched.path()) else {
            return Ok(Vec::new());
        };
        let mut parts = Vec::new();
        context.plan.model.contract.path_parts(index, path, &mut parts);
        let mut texts = Vec::new();
        for part in parts {
            if let PathPart::Value(value) = part
                && value.name == name
            {
                // An API may read such a segment in another way.
                if !value.others.is_empty() || value.has_more {
                    return Err(Unreadable);
                }
                texts.push(value.text.to_owned());
            }
        }
        Ok(texts)
    }

    fn body(
        self,
        read: impl FnOnce(Value<'_>) -> Result<Vec<String>, Unreadable>,
    ) -> Result<Vec<String>, Unreadable> {
        match self.body {
            Some(Payload::Nothing) => Ok(Vec::new()),
            body => read(body.and_then(Payload::tree).ok_or(Unreadable)?),
        }
    }
}

/// Several values in one text, as the parameter's style writes them.
fn split(
    operation: &Operation,
    place: Place,
    name: &str,
    texts: Vec<String>,
) -> Result<Vec<String>, Unreadable> {
    let is_it = |known: &str| {
        if place == Place::Header { known.eq_ignore_ascii_case(name) } else { known == name }
    };
    let parameter = operation.parameters.iter().find(|one| one.place == place && is_it(&one.name));
    let collection = parameter.map_or(Collection::Single, |parameter| parameter.collection);
    let texts: Vec<String> = match collection {
        Collection::Single | Collection::Repeated => texts,
        Collection::Joined(delimiter) => texts
            .iter()
            .flat_map(|text| text.split(delimiter.character()))
            .map(|text| text.trim().to_owned())
            .collect(),
        Collection::Json => {
            let mut found = Vec::new();
            for text in texts {
                let document =
                    Document::parse(text.into_bytes(), &portcullis_json::Limits::default());
                let document = document.map_err(|_| Unreadable)?;
                scalars(document.root(), &mut found)?;
            }
            found
        }
        Collection::JoinedMembers { .. }
        | Collection::Members
        | Collection::DeepObject
        | Collection::Form
        | Collection::NotUnderstood => {
            return if texts.is_empty() { Ok(texts) } else { Err(Unreadable) };
        }
    };
    if texts.len() > VALUES_MAX { Err(Unreadable) } else { Ok(texts) }
}

/// The values of a tree at a pointer; `*` is every item, or every member.
pub(super) fn all_at(root: Value<'_>, pointer: &str) -> Result<Vec<String>, Unreadable> {
    let mut found = Vec::new();
    gather(root, pointer, &mut |value| scalars(value, &mut found))?;
    Ok(found)
}

/// The same, each in the one spelling that a flow knows it by, and null as a value of its own.
pub(super) fn known_at(root: Value<'_>, pointer: &str) -> Result<Vec<String>, Unreadable> {
    let mut found = Vec::new();
    gather(root, pointer, &mut |value| {
        let text = match (value.as_str(), value.as_number()) {
            (Some(text), _) => business_flow::of_text(text),
            (None, Some(number)) => business_flow::of_number(number),
            (None, None) if value.kind() == Kind::Null => "null".to_owned(),
            (None, None) => return Err(Unreadable),
        };
        if found.len() == VALUES_MAX {
            return Err(Unreadable);
        }
        found.push(text);
        Ok(())
    })?;
    Ok(found)
}

fn gather<'v>(
    value: Value<'v>,
    pointer: &str,
    leaf: &mut dyn FnMut(Value<'v>) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let Some(rest) = pointer.strip_prefix('/') else { return leaf(value) };
    let (token, rest) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let name = token.replace("~1", "/").replace("~0", "~");
    if token == "*" {
        value.items().try_for_each(|item| gather(item, rest, leaf))?;
        return value.members().try_for_each(|(_, member)| gather(member, rest, leaf));
    }
    // Declared one, sent a list: each is looked at.
    if value.is_array() {
        return value.items().try_for_each(|item| gather(item, pointer, leaf));
    }
    value.get(&name).map_or(Ok(()), |member| gather(member, rest, leaf))
}

/// A value that names something, or each of a list; what is none of both cannot be looked up.
fn scalars(value: Value<'_>, found: &mut Vec<String>) -> Result<(), Unreadable> {
    match value.kind() {
        Kind::Null => return Ok(()),
        Kind::Array => return value.items().try_for_each(|item| scalars(item, found)),
        _ => {}
    }
    let text = value.as_str().or_else(|| value.as_number()).ok_or(Unreadable)?;
    if found.len() == VALUES_MAX {
        return Err(Unreadable);
    }
    found.push(text.to_owned());
    Ok(())
}
