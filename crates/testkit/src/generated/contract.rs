//! The OpenAPI document of a generated API.

use serde_json::{Map, Value, json};

use super::shape::{Api, Does, Form, Kind, List, Operation};

/// The document, as text.
pub fn contract(api: &Api) -> String {
    let mut schemas = Map::new();
    for kind in &api.kinds {
        schemas.insert(kind.name.to_owned(), object(api, kind));
    }
    let mut paths = Map::new();
    for operation in &api.operations {
        let item = paths.entry(operation.template.clone()).or_insert_with(|| json!({}));
        item[operation.method.to_lowercase()] = described(api, operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Generated", "version": "1" },
        "servers": [{ "url": "/" }],
        "security": [{ "bearer": [] }],
        "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas,
        },
        "paths": paths,
    })
    .to_string()
}

/// Where something is, and its schema.
type Member = (String, Value);

fn nothing_or(of: &str) -> Value {
    json!({ "type": [of, "null"] })
}

/// The schema of an id.
fn id(form: Form) -> Value {
    match form {
        Form::Integer => json!({ "type": "integer" }),
        Form::Uuid => json!({ "type": "string", "format": "uuid" }),
        Form::Text => json!({ "type": "string" }),
    }
}

/// What makes an object one of somebody's.
fn belongings(api: &Api, kind: &Kind) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    for owner in &kind.owners {
        let list = json!({ "type": "array", "items": { "type": "string" } });
        all.push((owner.at.to_owned(), if owner.is_list { list } else { nothing_or("string") }));
    }
    if kind.has_tenant {
        all.push(("/org".to_owned(), nothing_or("string")));
    }
    if kind.has_helper {
        all.push(("/assistant".to_owned(), nothing_or("string")));
    }
    if let Some(parent) = kind.parent.and_then(|parent| api.kinds.get(parent))
        && let Some(first) = parent.ids.first()
    {
        all.push((format!("/{}_id", parent.one), id(first.form)));
    }
    all
}

/// A schema with these members, at their pointers.
fn of_members(members: impl IntoIterator<Item = Member>) -> Value {
    let mut schema = json!({ "type": "object", "properties": {} });
    for (at, own) in members {
        let mut level = &mut schema;
        let mut names = at.split('/').skip(1).peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                level["properties"][name] = own.clone();
            } else {
                if level["properties"].get(name).is_none() {
                    level["properties"][name] = json!({ "type": "object", "properties": {} });
                }
                level = &mut level["properties"][name];
            }
        }
    }
    schema
}

fn object(api: &Api, kind: &Kind) -> Value {
    let mut members: Vec<Member> =
        kind.ids.iter().map(|one| (one.at.to_owned(), id(one.form))).collect();
    members.extend(belongings(api, kind));
    members.extend(["/mark", "/note", "/status"].map(|at| (at.to_owned(), nothing_or("string"))));
    members.push(("/amount".to_owned(), nothing_or("integer")));
    if let Some(inner) = kind.inner.and_then(|inner| api.kinds.get(inner)) {
        members.push(("/related".to_owned(), reference(inner)));
    }
    of_members(members)
}

fn reference(kind: &Kind) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", kind.name) })
}

fn several(kind: &Kind) -> Value {
    let items = json!({ "type": "array", "items": reference(kind) });
    match kind.list {
        List::Plain => items,
        List::Wrapped => {
            json!({ "type": "object", "properties": { "items": items, "total": { "type": "integer" } } })
        }
        List::Map => json!({ "type": "object", "properties": {
            "byId": { "type": "object", "additionalProperties": reference(kind) },
            "count": { "type": "integer" },
        } }),
    }
}

fn described(api: &Api, operation: &Operation) -> Value {
    let kind = api.kinds.get(operation.kind).expect("a kind");
    let one = if kind.is_wrapped {
        json!({ "type": "object", "properties": { "data": reference(kind) } })
    } else {
        reference(kind)
    };
    let (status, shown) = match operation.does {
        Does::List | Does::ListOf => ("200", Some(several(kind))),
        Does::Read(_) | Does::ReadOf | Does::Find | Does::Update => ("200", Some(one)),
        Does::Create => ("201", Some(one)),
        Does::Pay => ("200", Some(json!({ "type": "array", "items": reference(kind) }))),
        Does::Delete | Does::DeleteOf | Does::Touch | Does::Batch | Does::Label | Does::Act => {
            ("204", None)
        }
    };
    let answer = shown.map_or_else(
        || json!({ "description": "done" }),
        |schema| json!({ "description": "done", "content": { "application/json": { "schema": schema } } }),
    );
    let mut described = json!({
        "operationId": operation.name,
        "parameters": parameters(api, operation),
        "responses": { status: answer },
    });
    if let Some(body) = body(api, operation) {
        described["requestBody"] = json!({ "content": { "application/json": { "schema": body } } });
    }
    described
}

/// The form of the id that a placeholder stands for.
fn form_of(api: &Api, operation: &Operation, name: &str) -> Form {
    let kind = api.kinds.get(operation.kind).expect("a kind");
    let parent = kind.parent.and_then(|parent| api.kinds.get(parent));
    let above = parent
        .filter(|parent| operation.does.needs_parent() && name == format!("{}_id", parent.one));
    let place = if let Does::Read(place) = operation.does { place } else { 0 };
    let id = above.map_or_else(|| kind.ids.get(place), |parent| parent.ids.first());
    id.map_or(Form::Text, |id| id.form)
}

fn parameters(api: &Api, operation: &Operation) -> Vec<Value> {
    let kind = api.kinds.get(operation.kind).expect("a kind");
    let names = operation.template.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut all: Vec<Value> = names
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": id(form_of(api, operation, name)) }))
        .collect();
    let first = kind.ids.first().map_or(Form::Text, |id| id.form);
    match operation.does {
        Does::Find => all.push(
            json!({ "name": format!("{}_id", kind.one), "in": "query", "required": true, "schema": id(first) }),
        ),
        Does::Touch => all.push(
            json!({ "name": format!("X-{}-Id", kind.name), "in": "header", "required": true, "schema": id(first) }),
        ),
        _ => {}
    }
    all
}

fn body(api: &Api, operation: &Operation) -> Option<Value> {
    let kind = api.kinds.get(operation.kind)?;
    let first = id(kind.ids.first()?.form);
    let amount = ("/amount".to_owned(), json!({ "type": "integer" }));
    Some(match operation.does {
        Does::Create | Does::Update => {
            of_members(belongings(api, kind).into_iter().chain([amount]))
        }
        Does::Batch => {
            of_members([(format!("/{}_ids", kind.one), json!({ "type": "array", "items": first }))])
        }
        Does::Pay => {
            let item = of_members([(format!("/{}_id", kind.one), first), amount]);
            of_members([("/items".to_owned(), json!({ "type": "array", "items": item }))])
        }
        Does::Label => of_members([(
            format!("/{}", kind.many),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        )]),
        _ => return None,
    })
}
