//! Lists that are answered in pages.

use portcullis_contract::Place;
use portcullis_contract::Types;
use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};
use portcullis_model::Method;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::subject::{Op, Subject};
use super::super::names;
use super::mends;
use crate::finding::{Rule, Severity};

pub(super) static PAGE_SIZE: Check = Check {
    rule: Rule {
        id: "page-size-without-bound",
        title: "the size of a page has a largest value",
        item: "A4",
        cwe: &[770],
        severity: Severity::Medium,
        page: r"## Why

`?limit=10000000` turns a page into an export: the database, the serialiser and the network work for one caller, and
whatever leaks leaks all at once. A public feed that is harvested is mostly harvested so.

## Example

```yaml
- { name: limit, in: query, schema: { type: integer } }
```

## Fix

```yaml
- { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100, default: 20 } }
```

In front of an API that cannot be changed, `page_size` of the policy bounds it for all operations.",
    },
    fix: "write `maximum`, with the largest page that clients need",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            let is_parameter =
                subject.parameter_names.get(&index).is_some_and(|name| names::is_page_size(name));
            is_parameter && (one.lacks.most || one.lacks.kind)
        };
        for group in subject.in_requests(is_such) {
            let message = format!("a page of {} may be of any size{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            mends::propose_each(
                draft,
                subject,
                &group,
                |_| serde_json::json!({"minimum": 1, "maximum": 100}),
            );
        }
    },
};

pub(super) static LIST_ANSWER: Check = Check {
    rule: Rule {
        id: "list-without-pages",
        title: "a list is answered in pages",
        item: "A4",
        cwe: &[770],
        severity: Severity::Low,
        page: r"## Why

A list that is answered whole grows with the table behind it. It is fast on the day it is written, and years later one
GET reads a million rows. Nobody can bound it from outside without breaking clients that expect all of it.

## Example

```yaml
/orders:
  get: { responses: { '200': { content: { application/json: { schema: { type: array, items: {} } } } } } }
```

## Fix

Take a `limit` and a cursor, and give the list a `maxItems`:

```yaml
/orders:
  get:
    parameters:
      - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100, default: 20 } }
      - { name: cursor, in: query, schema: { type: string, maxLength: 200 } }
```",
    },
    fix: "take a page size and a cursor, or say with `maxItems` that the list is short",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let all = subject.numbers(|one| {
            one.said.method == Method::Get && !is_paged(one) && answers_a_list(subject, one)
        });
        raising.operations(all, |count| {
            format!(
                "{} of any length, whole",
                names::counted(count, "operation answers a list", "operations answer lists")
            )
        });
    },
};

/// Whether it takes anything that says which part of a list is meant.
fn is_paged(one: &Op<'_>) -> bool {
    let mut taken = one.said.parameters.iter();
    taken.any(|parameter| {
        parameter.place == Some(Place::Query)
            && (names::is_page_size(&parameter.name) || names::is_page(&parameter.name))
    })
}

/// Whether its success is a list without a bound.
fn answers_a_list(subject: &Subject<'_>, one: &Op<'_>) -> bool {
    let success = one.said.answers.iter().filter(|answer| answer.status.starts_with('2'));
    let mut bodies = success.flat_map(|answer| &answer.bodies).filter_map(|(_, schema)| *schema);
    bodies.any(|schema| {
        subject.outline.schema(schema).is_some_and(|schema| {
            schema.said.types.is_some_and(|types| types.contains(Types::ARRAY))
                && schema.lacks.items
        })
    })
}
