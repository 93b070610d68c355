//! How much a caller may send: lengths, counts, sizes of numbers (A4).

mod mends;
mod pages;

use portcullis_contract::outline::{EdgeKind, OutlinedSchema, SchemaIndex};
use portcullis_model::ControlId;

use super::super::check::Check;
use super::super::control::{by, is_required};
use super::super::raised::Raising;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 9] = [
    &LIST,
    &TEXT,
    &NUMBER,
    &WIDTH,
    &MAP,
    &ENDLESS,
    &pages::PAGE_SIZE,
    &pages::LIST_ANSWER,
    &BELOW_ZERO,
];

static LIST: Check = Check {
    rule: Rule {
        id: "list-without-bound",
        title: "a list in a request says how many items it may have",
        item: "A4",
        cwe: &[770],
        severity: Severity::Medium,
        page: r"## Why

One request with a million items makes the API allocate, validate and store a million things. A rate limit counts
requests, so it does not see this one. A list of ids multiplies every check that is made for one object.

## Example

```yaml
ids: { type: array, items: { type: string } }
```

## Fix

Write the largest number that an honest client sends:

```yaml
ids: { type: array, maxItems: 100, items: { type: string } }
```

In front of an API that cannot be changed, `array_items` and `batch_items` of the policy bound every list.",
    },
    fix: "write `maxItems` with the largest number of items that an honest client sends",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let groups = subject.in_requests(|_, one| one.lacks.items && !one.said.read_only);
        for group in groups {
            let message = format!(
                "{} in {} may have any number of items{}",
                names::counted(group.count(), "list", "lists"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            mends::propose_each(draft, subject, &group, |_| serde_json::json!({"maxItems": 100}));
        }
    },
};

static TEXT: Check = Check {
    rule: Rule {
        id: "text-without-bound",
        title: "a text in a request says how long it may be",
        item: "A4",
        cwe: &[770, 1284],
        severity: Severity::Low,
        page: r"## Why

A name of ten megabytes fills columns, logs and memory, and makes regular expressions, password hashes and templates
behind the API slow. What has no bound in the document has the bound of whatever breaks first.

## Example

```yaml
name: { type: string }
```

## Fix

```yaml
name: { type: string, maxLength: 200 }
```

A `pattern` from `^` to `$` that bounds its repetitions is a bound, too, and so are `enum`, `uuid` and `date`. In front
of an API that cannot be changed, `string_bytes` and `body_bytes` of the policy bound every text.",
    },
    fix: "write `maxLength`, or a pattern from `^` to `$` that bounds it",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let in_path = subject.in_path();
        let groups = subject.in_requests(|index, one| {
            // A pattern, which another rule asks for there, bounds it as well.
            let is_told = one.lacks.form && in_path.contains(&index);
            one.lacks.length && !one.said.read_only && !is_told
        });
        for group in groups {
            let message = format!(
                "{} in {} may have any length{}",
                names::counted(group.count(), "text", "texts"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            mends::lengths(draft, subject, &group);
        }
    },
};

static NUMBER: Check = Check {
    rule: Rule {
        id: "number-without-bound",
        title: "a number in a request says how small and how large it may be",
        item: "A4",
        cwe: &[1284],
        severity: Severity::Low,
        page: r"## Why

What multiplies, allocates, waits or pays by a number does so by any number that a caller writes: a quantity of two
billion, a delay of years, a width of a picture that fills the memory.

## Example

```yaml
quantity: { type: integer, format: int32 }
```

## Fix

```yaml
quantity: { type: integer, format: int32, minimum: 1, maximum: 1000 }
```

The bounds of `int32` themselves are the least that can be said.",
    },
    fix: "write `minimum` and `maximum` as the business means them",
    answered: by!(InputShape),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            (one.lacks.most || one.lacks.least)
                && !one.lacks.width
                && !one.said.read_only
                && !is_told_elsewhere(subject, index)
        };
        for group in subject.in_requests(is_such) {
            let message = format!(
                "{} in {} may be of any size{}",
                names::counted(group.count(), "number", "numbers"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            mends::bounds_of_formats(draft, subject, &group);
        }
    },
};

static WIDTH: Check = Check {
    rule: Rule {
        id: "integer-without-format",
        title: "an integer says of which format it is, or between which bounds it lies",
        item: "F1",
        cwe: &[190],
        severity: Severity::Low,
        page: r"## Why

Languages read a JSON integer into 32 bits, 64 bits, a float or an object of any size. What one of them checks, the
next one wraps around or rounds: the amount that was allowed is not the amount that is booked.

## Example

```yaml
amount_cents: { type: integer }
```

## Fix

```yaml
amount_cents: { type: integer, format: int64, minimum: 1, maximum: 500000 }
```",
    },
    fix: "write `format: int32` or `int64`, and `minimum` and `maximum`",
    answered: by!(InputShape),
    look: |subject, raising| {
        let groups = subject.in_requests(|index, one| {
            one.lacks.width && !one.said.read_only && !is_told_elsewhere(subject, index)
        });
        for group in groups {
            let message = format!(
                "{} in {} may have any number of digits{}",
                names::counted(group.count(), "integer", "integers"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            mends::propose_each(
                draft,
                subject,
                &group,
                |_| serde_json::json!({"format": "int32", "minimum": 0, "maximum": i32::MAX}),
            );
        }
    },
};

static MAP: Check = Check {
    rule: Rule {
        id: "map-without-bound",
        title: "an object with names of the caller's choice says how many it may have",
        item: "A4",
        cwe: &[770],
        severity: Severity::Low,
        page: r"## Why

`additionalProperties` with a schema is a map: the caller chooses the names. Without `maxProperties` a request adds a
hundred thousand of them, each of which becomes a row, an index entry or a label in somebody's metrics.

## Example

```yaml
labels: { type: object, additionalProperties: { type: string } }
```

## Fix

```yaml
labels:
  type: object
  maxProperties: 64
  propertyNames: { pattern: '^[a-z][a-z0-9-]{0,62}$' }   # OpenAPI 3.1
  additionalProperties: { type: string, maxLength: 256 }
```",
    },
    fix: "write `maxProperties`",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        for group in subject.in_requests(|_, one| one.lacks.members && !one.said.read_only) {
            let message = format!(
                "{} in {} may have any number of members{}",
                names::counted(group.count(), "map", "maps"),
                group.owner,
                group.names()
            );
            let draft = raising.group(&group, message);
            mends::propose_each(
                draft,
                subject,
                &group,
                |_| serde_json::json!({"maxProperties": 100}),
            );
        }
    },
};

static ENDLESS: Check = Check {
    rule: Rule {
        id: "endless-nesting",
        title: "a schema of a request does not lead back into itself",
        item: "A4",
        cwe: &[674],
        severity: Severity::Low,
        page: r"## Why

A comment with replies, each with replies, is a tree as deep as the caller likes. Readers and validators that call
themselves for each level run out of stack, and a store that saves one row per level writes for minutes. JSON Schema
has no word for a depth.

## Example

```yaml
Comment:
  type: object
  properties: { replies: { type: array, items: { $ref: '#/components/schemas/Comment' } } }
```

## Fix

Let a request hold one level, and name the parent by its id. Where depth is meant, bound it in front of the API:
`limits: { json_depth: 16 }`.",
    },
    fix: "let requests hold one level and name the parent by its id, or bound `json_depth` in front of the API",
    answered: by!(ResourceLimits),
    look: endless,
};

static BELOW_ZERO: Check = Check {
    rule: Rule {
        id: "amount-below-zero",
        title: "an amount, a price or a quantity says that it is not below zero",
        item: "A11",
        cwe: &[839, 20],
        severity: Severity::Medium,
        page: r"## Why

A transfer of minus 100 is a withdrawal from the other side, and an order of minus 3 pays the customer. Code that
subtracts an amount from a balance checks that the balance suffices, which it always does.

## Example

```yaml
amount: { type: number }
```

## Fix

```yaml
amount: { type: number, exclusiveMinimum: 0 }   # OpenAPI 3.0: minimum: 0, exclusiveMinimum: true
```

In front of an API that cannot be changed, `values: { body./amount: '0.01..5000' }` says the same for one operation.",
    },
    fix: "write `minimum`, as the business means it",
    answered: by!(BusinessFlow, |plan, operation| {
        is_required(plan, ControlId::BusinessFlow, operation)
            && plan.model.values.get(operation).is_some_and(|rules| !rules.is_empty())
    }),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            one.lacks.least && !one.said.read_only && subject.names_of(index).any(names::is_amount)
        };
        for group in subject.in_requests(is_such) {
            let message = format!("{} takes amounts below zero{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            mends::propose_each(draft, subject, &group, |_| serde_json::json!({"minimum": 0}));
        }
    },
};

/// Whether another rule tells of the same missing bound: page sizes and amounts.
fn is_told_elsewhere(subject: &Subject<'_>, index: SchemaIndex) -> bool {
    subject.names_of(index).any(|name| names::is_amount(name) || names::is_page_size(name))
}

/// One finding for each named schema that leads back to itself.
fn endless(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let schemas = &subject.outline.schemas;
    let mut is_endless = vec![false; schemas.len()];
    // White, on the way, done: a step to what is on the way closes a circle.
    let mut state = vec![0_u8; schemas.len()];
    for (start, schema) in schemas.iter().enumerate() {
        if schema.in_requests.is_empty() || state.get(start) != Some(&0) {
            continue;
        }
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        if let Some(state) = state.get_mut(start) {
            *state = 1;
        }
        while let Some((at, next)) = way.last_mut() {
            let edge = schemas.get(*at).and_then(|one| one.edges.get(*next));
            *next += 1;
            let Some(edge) = edge else {
                if let Some(state) = state.get_mut(*at) {
                    *state = 2;
                }
                way.pop();
                continue;
            };
            let target = subject.outline.place(edge.to);
            let passes = schemas.get(target).is_some_and(|one| !one.said.read_only);
            match state.get_mut(target).filter(|_| passes) {
                Some(known @ 0) => {
                    *known = 1;
                    way.push((target, 0));
                }
                // What is only another word for the same value is no level.
                Some(1) if edge.kind != EdgeKind::Same || way.len() > 1 => {
                    if let Some(known) = is_endless.get_mut(target) {
                        *known = true;
                    }
                }
                _ => {}
            }
        }
    }
    let is_such =
        |index, _: &OutlinedSchema| is_endless.get(subject.outline.place(index)) == Some(&true);
    for group in subject.in_requests(is_such) {
        raising.group(&group, format!("{} may be nested in itself without end", group.owner));
    }
}
