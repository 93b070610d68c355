//! What else than what is declared a request may hold (A6, F1).

mod writable;

use portcullis_contract::Types;
use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};

use super::super::check::Check;
use super::super::control::by;
use super::super::group::Group;
use super::super::raised::Draft;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 8] = [
    &OPEN,
    &COMPOSED,
    &FREE,
    &UNTYPED,
    &ITEMS,
    &PATH_TEXT,
    &writable::PRIVILEGE,
    &writable::SERVERS_OWN,
];

static OPEN: Check = Check {
    rule: Rule {
        id: "object-open",
        title: "an object in a request takes declared properties only",
        item: "A6",
        cwe: &[915],
        severity: Severity::Low,
        page: r"## Why

JSON Schema lets every other property stand beside the declared ones, unless it is told not to. Frameworks that fill
objects from requests then set `role`, `verified` or `balance`, because the caller sent them (mass assignment).

## Example

```yaml
User: { type: object, properties: { name: { type: string } } }
```

## Fix

```yaml
User: { type: object, additionalProperties: false, properties: { name: { type: string } } }
```

Where the same schema describes answers, closing it binds the API, too: give requests a schema of their own.",
    },
    fix: "write `additionalProperties: false`",
    answered: by!(WritableProperties),
    look: |subject, raising| {
        let groups = subject.in_requests(|_, one| {
            one.lacks.closing && one.said.has_properties && !one.said.is_part && !one.said.has_parts
        });
        for group in groups {
            let message = format!(
                "undeclared properties may stand in {} of {}{}",
                names::counted(group.count(), "object", "objects"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            propose_closing(draft, subject, &group, "additionalProperties");
        }
    },
};

static COMPOSED: Check = Check {
    rule: Rule {
        id: "composed-object-open",
        title: "an object that is put together takes the properties of its parts only",
        item: "A6",
        cwe: &[915],
        severity: Severity::Low,
        page: r"## Why

With `allOf`, no part can be closed by `additionalProperties: false`: it would refuse the properties of the others. So
composed objects are open, and they are the ones that have many properties worth setting.

## Example

```yaml
Staff: { allOf: [{ $ref: '#/components/schemas/User' }, { type: object, properties: { shift: { type: string } } }] }
```

## Fix

OpenAPI 3.1 closes the whole:

```yaml
Staff: { unevaluatedProperties: false, allOf: [...] }
```

In OpenAPI 3.0 and 2.0 write the properties out, or let what stands in front of the API close it: a gateway knows the
union of the parts.",
    },
    fix: "write `unevaluatedProperties: false` beside `allOf` (OpenAPI 3.1), or write the properties out",
    answered: by!(WritableProperties),
    look: |subject, raising| {
        let groups = subject.in_requests(|_, one| {
            let is_object = one.said.types.is_none_or(|types| types.contains(Types::OBJECT));
            let has_object = one.said.has_properties || leads_to_properties(subject, one);
            one.lacks.closing && one.said.has_parts && !one.said.is_part && is_object && has_object
        });
        for group in groups {
            let message = format!(
                "properties that no part declares may stand in {} of {}{}",
                names::counted(group.count(), "object", "objects"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            if subject.outline.is_json_schema {
                propose_closing(draft, subject, &group, "unevaluatedProperties");
            }
        }
    },
};

static FREE: Check = Check {
    rule: Rule {
        id: "body-undescribed",
        title: "a body says what is in it",
        item: "F1",
        cwe: &[20],
        severity: Severity::Medium,
        page: r"## Why

A body without a schema, or of `type: object` and nothing else, is whatever a caller sends. Nothing can be checked before
the API sees it, no property is read-only, and no test is generated for it.

## Example

```yaml
requestBody: { content: { application/json: { schema: { type: object } } } }
```

## Fix

Declare its properties. Where it really is free, give it a `maxProperties`, and store it as one opaque value.",
    },
    fix: "declare the properties of the body",
    answered: None,
    look: |subject, raising| {
        for one in subject.operations() {
            let described = |(kind, schema): &(String, Option<SchemaIndex>)| {
                let is_tree =
                    kind.contains("json") || kind.contains("form") || kind.contains("xml");
                !is_tree || schema.is_some_and(|schema| !is_free(subject, schema))
            };
            if !one.said.bodies.iter().all(described) {
                raising
                    .operation(one.number, format!("the body of {} is not described", one.shown()));
            }
        }
    },
};

static UNTYPED: Check = Check {
    rule: Rule {
        id: "value-without-type",
        title: "a value in a request has a type",
        item: "F1",
        cwe: &[20, 843],
        severity: Severity::Low,
        page: r#"## Why

Where a text is meant and nothing says so, `{"$gt": ""}` is as valid as a name. That is how operators get into NoSQL
queries, and how comparisons in loosely typed languages are won.

## Example

```yaml
properties: { password: { description: the password } }
```

## Fix

```yaml
properties: { password: { type: string, maxLength: 128 } }
```"#,
    },
    fix: "write its `type`",
    answered: None,
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            one.lacks.kind
                && !one.said.is_choice
                && !one.said.is_map
                && !one.said.is_part
                && subject.names_of(index).next().is_some()
        };
        for group in subject.in_requests(is_such) {
            let message = format!(
                "{} in {} may be of any type{}",
                names::counted(group.count(), "value", "values"),
                group.owner,
                group.names()
            );
            raising.group(&group, message);
        }
    },
};

static ITEMS: Check = Check {
    rule: Rule {
        id: "items-undescribed",
        title: "a list in a request says what its items are",
        item: "F1",
        cwe: &[20],
        severity: Severity::Low,
        page: r"## Why

A list without `items` holds anything: objects in place of ids, lists of lists, a million nulls.

## Example

```yaml
ids: { type: array }
```

## Fix

```yaml
ids: { type: array, maxItems: 100, items: { type: string, format: uuid } }
```",
    },
    fix: "write `items`",
    answered: None,
    look: |subject, raising| {
        for group in subject.in_requests(|_, one| one.lacks.item && !one.said.read_only) {
            let message = format!(
                "{} in {} may hold anything{}",
                names::counted(group.count(), "list", "lists"),
                group.owner,
                group.names()
            );
            raising.group(&group, message);
        }
    },
};

static PATH_TEXT: Check = Check {
    rule: Rule {
        id: "path-text-unrestricted",
        title: "a text in a path says what it looks like",
        item: "A8",
        cwe: &[20, 22],
        severity: Severity::Low,
        page: r"## Why

What stands in a path chooses a row, a file or another server behind the API. A text of any form there may be `..`,
`1 OR 1=1`, a wildcard of a search, or a whole other path once somebody decodes it.

## Example

```yaml
/files/{name}: { get: { parameters: [{ name: name, in: path, schema: { type: string } }] } }
```

## Fix

```yaml
schema: { type: string, pattern: '^[A-Za-z0-9_-]{1,64}$' }   # or format: uuid
```",
    },
    fix: "write a `pattern` from `^` to `$`, or a `format` such as `uuid`",
    answered: by!(HostileInput),
    look: |subject, raising| {
        let in_path = subject.in_path();
        let groups = subject.in_requests(|index, one| {
            one.lacks.form && !one.said.is_choice && in_path.contains(&index)
        });
        for group in groups {
            let message = format!(
                "{} in the path of {} may look like anything{}",
                names::counted(group.count(), "text", "texts"),
                group.owner,
                group.names()
            );
            raising.group(&group, message);
        }
    },
};

/// Proposes to close the objects of a group. It is never sure: subtypes add members to what they build upon,
/// alternatives share a value, and clients may send what the API ignores.
fn propose_closing(draft: &mut Draft, subject: &Subject<'_>, group: &Group, keyword: &str) {
    for index in &group.schemas {
        // The properties of an object there are parameters, and another parameter would be an undeclared one.
        if subject.in_query.contains(index) {
            continue;
        }
        if let Some(schema) = subject.outline.schema(*index) {
            draft.propose(subject.outline, schema.site, serde_json::json!({keyword: false}));
        }
    }
}

/// Whether nothing is said of a value but that it is an object, or not even that.
pub(super) fn is_free(subject: &Subject<'_>, schema: SchemaIndex) -> bool {
    subject.outline.schema(schema).is_some_and(|one| {
        let is_object = one.said.types.is_none_or(|types| types.contains(Types::OBJECT));
        let is_plain = one.edges.is_empty() && !one.said.is_choice && !one.said.is_map;
        is_plain
            && is_object
            && !one.said.is_binary
            && (one.said.types.is_some() || one.said.is_silent)
    })
}

/// Whether a part of it, or an alternative, declares properties.
fn leads_to_properties(subject: &Subject<'_>, whole: &OutlinedSchema) -> bool {
    /// Parts that are looked at.
    const PARTS_MAX: usize = 256;
    let same = |one: &OutlinedSchema| -> Vec<SchemaIndex> {
        let edges = one
            .edges
            .iter()
            .filter(|edge| edge.kind == portcullis_contract::outline::EdgeKind::Same);
        edges.map(|edge| edge.to).collect()
    };
    let mut waiting = same(whole);
    for _ in 0..PARTS_MAX {
        let Some(one) = waiting.pop().and_then(|next| subject.outline.schema(next)) else {
            return false;
        };
        if one.said.has_properties {
            return true;
        }
        waiting.extend(same(one));
    }
    false
}
