//! A case as Cedar is asked about it, by what the printed schema says: everything is a text, and what is null,
//! empty or no value is left out.

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
    Schema,
};
use portcullis_cedar::{Action, Kind, Resource};
use portcullis_controls::rules::Truth;
use portcullis_model::Value as Known;
use serde_json::Value;

use crate::cases::Case;

pub(crate) fn uid(kind: &str, id: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().unwrap();
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}

/// The request, and the two entities that it is about.
pub(crate) fn asked(
    case: &Case,
    action: &Action,
    resource: Option<&Resource>,
    schema: &Schema,
) -> (Request, Entities) {
    let principal = uid("Caller", "caller");
    let object = uid(resource.map_or("Api", |resource| &resource.entity), "object");
    let members = resource.map_or_else(Vec::new, |resource| members(resource, &case.object));
    let entities = [
        Entity::new(principal.clone(), caller(case).into_iter().collect(), [].into()).unwrap(),
        Entity::new(object.clone(), members.into_iter().collect(), [].into()).unwrap(),
    ];
    let entities = Entities::from_entities(entities, Some(schema)).expect("entities of the schema");
    let context = Context::from_pairs(context(case, action)).unwrap();
    let action = uid("Action", &action.name);
    let request = Request::new(principal, action, object, context, Some(schema));
    (request.expect("a request of the schema"), entities)
}

fn set<'t>(texts: impl IntoIterator<Item = &'t str>) -> RestrictedExpression {
    let texts = texts.into_iter().map(|text| RestrictedExpression::new_string(text.to_owned()));
    RestrictedExpression::new_set(texts)
}

fn caller(case: &Case) -> Vec<(String, RestrictedExpression)> {
    let known = &case.caller;
    let mut all = vec![
        ("subject".to_owned(), RestrictedExpression::new_string(known.subject.to_string())),
        ("scopes".to_owned(), set(known.scopes.iter().map(|scope| &**scope))),
    ];
    for attribute in &known.attributes {
        let texts: Vec<&str> = match &attribute.value {
            Known::Text(text) | Known::Number(text) => vec![text],
            Known::Truth(true) => vec!["true"],
            Known::Truth(false) => vec!["false"],
            Known::List(texts) => texts.iter().map(|text| &**text).collect(),
        };
        if !texts.is_empty() {
            all.push((attribute.name.to_string(), set(texts)));
        }
    }
    all
}

fn context(case: &Case, action: &Action) -> Vec<(String, RestrictedExpression)> {
    let said = case.said.iter().filter(|(place, _)| action.context.contains(*place));
    let said = said.map(|(place, texts)| (place.clone(), set(texts.iter().map(String::as_str))));
    let held = match case.held {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Unknown => None,
    };
    let held = held.filter(|_| action.asks_held);
    said.chain(held.map(|held| ("held".to_owned(), RestrictedExpression::new_bool(held)))).collect()
}

fn members(resource: &Resource, object: &Value) -> Vec<(String, RestrictedExpression)> {
    let mut all = Vec::new();
    for (pointer, kind) in &resource.members {
        let mut texts = Vec::new();
        let tokens: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|one| one.replace("~1", "/").replace("~0", "~"))
            .collect();
        if !gather(object, &tokens, &mut texts) || texts.is_empty() {
            continue;
        }
        let name = match pointer.strip_prefix('/') {
            Some(name) if !name.contains(['/', '~']) => name,
            _ => pointer,
        };
        let value = match kind {
            Kind::One => RestrictedExpression::new_string(texts.remove(0)),
            Kind::Several => set(texts.iter().map(String::as_str)),
        };
        all.push((name.to_owned(), value));
    }
    all
}

/// False: something there is no value.
fn gather(value: &Value, tokens: &[String], texts: &mut Vec<String>) -> bool {
    match (value, tokens) {
        (Value::Array(items), _) => items.iter().all(|item| gather(item, tokens, texts)),
        (Value::Object(members), [token, rest @ ..]) => {
            members.get(token).is_some_and(|member| gather(member, rest, texts))
        }
        (Value::String(text), []) => {
            texts.push(text.clone());
            !text.is_empty()
        }
        (Value::Number(number), []) => {
            texts.push(number.to_string());
            true
        }
        (Value::Bool(truth), []) => {
            texts.push(truth.to_string());
            true
        }
        _ => false,
    }
}
