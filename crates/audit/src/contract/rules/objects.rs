//! Whose objects are touched (A1).

use std::collections::HashMap;

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};
use portcullis_contract::{Place, Types};
use portcullis_controls::object_ownership::Expected;
use portcullis_policy::{names_an_owner, naming};

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::{Op, Subject};
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 3] = [&COUNTED, &OWNERLESS, &OWNER_SENT];

static COUNTED: Check = Check {
    rule: Rule {
        id: "counted-id",
        title: "ids of objects cannot be counted through",
        item: "A1",
        cwe: &[639, 340],
        severity: Severity::Medium,
        page: r"## Why

From `/orders/1001` anybody knows `/orders/1002`. One check that is forgotten in one operation then gives away all
objects and not one, by a loop of three lines; and without any flaw a number tells how many orders there are.

## Example

```yaml
/orders/{id}: { get: { parameters: [{ name: id, in: path, schema: { type: integer } }] } }
```

## Fix

Give objects ids of chance (`format: uuid`), beside numbers that only people see. They are no replacement for asking
whose an object is.",
    },
    fix: "give objects ids of chance, such as `format: uuid`, for use outside",
    answered: by!(ObjectOwnership, |plan, operation| {
        plan.operations.get(operation).is_some_and(|one| one.objects == Expected::Asked)
    }),
    look: |subject, raising| {
        by_collection(subject, raising, is_counted, |path, count| {
            let what = names::counted(count, "operation takes", "operations take");
            format!("{what} a number that can be counted through, at {path}")
        });
    },
};

static OWNERLESS: Check = Check {
    rule: Rule {
        id: "object-without-owner",
        title: "of every object that is named by an id, something says whose it is",
        item: "A1",
        cwe: &[639, 862],
        severity: Severity::Medium,
        page: r"## Why

An operation that takes an id gives out, changes or deletes whatever has that id, unless code in it compares the owner
with the caller. That is the first item of the OWASP list, because it is written anew for each operation. OpenAPI has
no word for it, so a document alone cannot show that it was done.

## Example

```yaml
/orders/{id}: { get: { security: [{ login: [] }] } }
```

## Fix

In front of the API, say it once for each resource:

```yaml
resources: { Order: { schemas: [Order], id: /id, owner: /customer_id } }
access: [{ role: customer, may: [read], on: Order, when: mine }]
```

Where ids name nothing that belongs to anybody, say `objects: none` with a reason.",
    },
    fix: "say under `resources` whose the object is, and who may touch it under `access`",
    answered: by!(ObjectOwnership, |plan, operation| {
        plan.operations.get(operation).is_some_and(|one| one.objects == Expected::Asked)
    }),
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| {
            // What a policy decided not to ask about was decided with a reason.
            let is_decided = subject.plan.zip(one.said.index).is_some_and(|(plan, index)| {
                let objects = plan.operations.get(index).map(|one| &one.objects);
                matches!(objects, Some(Expected::NotAsked(_)))
            });
            one.is_secured() && !is_decided && last_id(one).is_some()
        };
        by_collection(subject, raising, is_such, |path, count| {
            let what = names::counted(count, "operation touches", "operations touch");
            format!("{what} objects at {path} by their id, and nothing says whose they are")
        });
    },
};

static OWNER_SENT: Check = Check {
    rule: Rule {
        id: "owner-from-caller",
        title: "whose something is follows from who calls, and is not sent",
        item: "A1",
        cwe: &[639, 915],
        severity: Severity::Medium,
        page: r"## Why

A body with `customer_id` or a header with the tenant lets the caller say in whose name they act. Code that believes it
books orders on another account, or shows another tenant's data.

## Example

```yaml
Order: { properties: { customer_id: { type: string }, items: {} } }
```

## Fix

Take it from the credential, and mark the property `readOnly: true`. Where some callers act for others, give them an
operation of their own. In front of an API that cannot be changed, `values: { body./customer_id: caller }` holds it to
the caller.",
    },
    fix: "take it from the credential and mark it `readOnly: true`, or hold it to the caller with `values`",
    answered: by!(BusinessFlow, |plan, operation| {
        plan.model.values.get(operation).is_some_and(|rules| !rules.is_empty())
            || plan.operations.get(operation).is_some_and(|one| one.objects == Expected::Asked)
    }),
    look: |subject, raising| {
        let writes = |number: &u32| {
            subject.operation(*number).is_some_and(|one| {
                one.is_write() && one.is_secured() && one.administrative.is_none()
            })
        };
        let is_such = |index: SchemaIndex, schema: &OutlinedSchema| {
            let in_path = |name: &str| {
                let numbers = schema.in_requests.operations.iter();
                numbers.filter_map(|number| subject.operation(*number)).all(|one| {
                    one.said
                        .parameters
                        .iter()
                        .any(|known| known.name == name && known.place == Some(Place::Path))
                })
            };
            !schema.said.read_only
                && subject.names_of(index).any(|name| {
                    names_an_owner(name) && naming::looks_like_id(name) && !in_path(name)
                })
                && schema.in_requests.operations.iter().any(writes)
        };
        for group in subject.in_requests(is_such) {
            let message =
                format!("{} lets the caller say whose it is{}", group.owner, group.names());
            // What other operations take of it is no fault of theirs.
            raising.group(&group, message).operations.retain(writes);
        }
    },
};

/// The parameter at the end of a path that looks like the id of an object.
fn last_id<'o>(one: &'o Op<'_>) -> Option<&'o portcullis_contract::outline::OutlinedParameter> {
    let mut segments = one.said.template.split('/').rev();
    let segment = segments.find(|part| part.starts_with('{') && part.ends_with('}'))?;
    let name = segment.trim_matches(['{', '}']);
    let before = one.said.template.split(segment).next()?;
    // Behind a literal segment stands an object of it; in front of one, versions and languages.
    let is_behind = before
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .is_some_and(|part| !part.is_empty() && !part.contains('{'));
    let mut all = one.said.parameters.iter();
    let found = all.find(|known| known.place == Some(Place::Path) && known.name == name)?;
    (naming::id_of(name).is_some() || is_behind).then_some(found)
}

/// Whether its object is named by a number.
fn is_counted(one: &Op<'_>) -> bool {
    let schema = last_id(one).and_then(|found| found.schema);
    let served = one.served.and_then(|served| {
        let name = last_id(one)?;
        let found = served
            .parameters
            .iter()
            .find(|known| known.place == Place::Path && known.name == name.name)?;
        found.schema.as_ref().map(|schema| schema.types)
    });
    schema.is_some()
        && served
            .is_some_and(|types| types.intersects(Types::INTEGER) && !types.contains(Types::STRING))
}

/// A finding for each collection, as its path says it.
fn by_collection(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_such: impl Fn(&Op<'_>) -> bool,
    message: impl Fn(&str, usize) -> String,
) {
    let mut found: Vec<(&str, Vec<u32>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for one in subject.operations().filter(|one| is_such(one)) {
        let template = one.said.template.as_str();
        let end = template.rfind('}').map_or(template.len(), |end| end + 1);
        let path = template.get(..end).unwrap_or(template);
        let place = *known.entry(path).or_insert_with(|| {
            found.push((path, Vec::new()));
            found.len() - 1
        });
        if let Some((_, operations)) = found.get_mut(place) {
            operations.push(one.number);
        }
    }
    for (path, operations) in found {
        let count = operations.len();
        raising.operations(operations, |_| message(&portcullis_model::shown(path), count));
    }
}
