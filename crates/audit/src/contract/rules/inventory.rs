//! What there is, and should end or be something else (A9).

mod unread;

use std::collections::HashMap;

use portcullis_model::Method;
use portcullis_policy::naming::words;

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::{Op, Subject};
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 6] =
    [&NO_SUNSET, &OLD_BESIDE_NEW, &READ_THAT_CHANGES, &TRACE, &ORIGINS, &unread::PART];

/// First words of names of operations that change something.
const CHANGING: [&str; 30] = [
    "activate",
    "add",
    "approve",
    "assign",
    "block",
    "cancel",
    "change",
    "clear",
    "create",
    "deactivate",
    "delete",
    "disable",
    "enable",
    "execute",
    "insert",
    "logout",
    "merge",
    "move",
    "pay",
    "purge",
    "remove",
    "rename",
    "reset",
    "restart",
    "revoke",
    "set",
    "terminate",
    "update",
    "upsert",
    "withdraw",
];

static NO_SUNSET: Check = Check {
    rule: Rule {
        id: "deprecated-without-sunset",
        title: "what is deprecated has a day on which it ends",
        item: "A9",
        cwe: &[477],
        severity: Severity::Low,
        page: r"## Why

What is deprecated without an end is kept for ever, and nobody patches it: the zombie of the inventory. Checks that are
added to its successor are not added to it.

## Example

```yaml
get: { deprecated: true }
```

## Fix

```yaml
get: { deprecated: true, x-sunset: '2027-03-31' }   # announced by the header Sunset (RFC 8594)
```",
    },
    fix: "write `x-sunset` with a date, and tell clients by the header `Sunset`",
    answered: by!(ApiInventory),
    look: |subject, raising| {
        let all = subject.numbers(|one| {
            one.served.is_some_and(|served| served.deprecated && served.sunset.is_none())
        });
        raising.operations(all, |count| {
            let what = names::counted(count, "operation is", "operations are");
            format!("{what} deprecated, and no date says until when")
        });
    },
};

static OLD_BESIDE_NEW: Check = Check {
    rule: Rule {
        id: "old-version-served",
        title: "of two versions, the older one is marked to end",
        item: "A9",
        cwe: &[1059],
        severity: Severity::Low,
        page: r"## Why

Two versions of one function mean that every flaw must be mended twice. Where nothing says that the older one ends,
clients stay with it, and so do attackers.

## Example

```yaml
/v1/orders: { get: {} }
/v2/orders: { get: {} }
```

## Fix

```yaml
/v1/orders: { get: { deprecated: true, x-sunset: '2027-03-31' } }
```",
    },
    fix: "mark the older one `deprecated: true`, with `x-sunset`",
    answered: None,
    look: old_beside_new,
};

static READ_THAT_CHANGES: Check = Check {
    rule: Rule {
        id: "read-that-changes",
        title: "GET changes nothing",
        item: "A7",
        cwe: &[650, 352],
        severity: Severity::Medium,
        page: r"## Why

Browsers send GET for pictures of other sites, prefetch it, and crawlers follow it. A GET that deletes is done by whoever
looks at a stranger's page, and again by every cache that checks whether it is still there. Protections against forged
requests leave GET out.

## Example

```yaml
/users/{id}/delete: { get: { operationId: deleteUser } }
```

## Fix

Use POST, PUT, PATCH or DELETE. In front of an API that cannot be changed, `changes: true` has a gateway treat it as a
write.",
    },
    fix: "use a method that writes; in front of the API, say `changes: true`",
    answered: by!(CrossSite, |plan, operation| plan.model.is_changing(Some(operation))),
    look: |subject, raising| {
        for one in subject.operations().filter(|one| one.said.method == Method::Get) {
            if let Some(word) = changes(one) {
                let message = format!("{} reads, and its name says `{word}`", one.shown());
                raising.operation(one.number, message);
            }
        }
    },
};

static TRACE: Check = Check {
    rule: Rule {
        id: "trace-declared",
        title: "TRACE is not part of an API",
        item: "A7",
        cwe: &[693],
        severity: Severity::Medium,
        page: r"## Why

TRACE answers the request as it came, with the headers that proxies added: credentials and addresses of the inside that
no client should see.

## Example

```yaml
/orders: { trace: { responses: {} } }
```

## Fix

Take it out of the document, and switch it off at the server.",
    },
    fix: "take it out of the document, and switch it off at the server",
    answered: None,
    look: |subject, raising| {
        let all = subject.numbers(|one| one.said.method == Method::Trace);
        raising.operations(all, |count| {
            let what = names::counted(count, "operation answers", "operations answer");
            format!("{what} a request with itself")
        });
    },
};

static ORIGINS: Check = Check {
    rule: Rule {
        id: "origins-undecided",
        title: "somebody decided which pages may call from a browser",
        item: "A7",
        cwe: &[942],
        severity: Severity::Info,
        page: r"## Why

Where nobody decides, a framework's default does, and that is often every origin, with credentials. OpenAPI has no word
for it; an answer header in the document is the only trace that somebody thought of it.

## Example

```yaml
'200': { description: the orders }
```

## Fix

In front of the API, name the pages; none is a decision, too:

```yaml
origins: ['https://shop.example.com']
```",
    },
    fix: "name the pages under `origins` in front of the API, or declare `Access-Control-Allow-Origin`",
    answered: by!(SafeConfiguration),
    look: |subject, raising| {
        let tells = |one: &Op<'_>| {
            let mut answers = one.said.answers.iter();
            answers.any(|answer| {
                answer.headers.iter().any(|name| name == "access-control-allow-origin")
            })
        };
        if subject.operations().any(tells) {
            return;
        }
        let all = subject.numbers(|_| true);
        raising.operations(all, |_| "nothing says which pages may call from a browser".to_owned());
    },
};

fn old_beside_new(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let mut functions: HashMap<(Method, String), Vec<(&Op<'_>, u32)>> = HashMap::new();
    for one in subject.operations() {
        if let Some((function, version)) = names::versioned(&one.said.template) {
            functions.entry((one.said.method, function)).or_default().push((one, version));
        }
    }
    let mut old: Vec<u32> = Vec::new();
    for same in functions.into_values() {
        let newest = same.iter().map(|(_, version)| *version).max().unwrap_or_default();
        let is_unmarked = |one: &Op<'_>| one.served.is_some_and(|served| !served.deprecated);
        let older = same.iter().filter(|(one, version)| *version < newest && is_unmarked(one));
        old.extend(older.map(|(one, _)| one.number));
    }
    old.sort_unstable();
    raising.operations(old, |count| {
        let what = names::counted(count, "operation has", "operations have");
        format!("{what} a newer version, and nothing says that the older one ends")
    });
}

/// The word by which a read says that it changes something: the first of its name, or the last of its path alone.
fn changes(one: &Op<'_>) -> Option<String> {
    let is_changing = |word: &String| CHANGING.binary_search(&word.as_str()).is_ok();
    let by_name = one.said.id.as_deref().and_then(|id| words(verb_of(id)).into_iter().next());
    let last = one.said.template.rsplit('/').find(|part| !part.is_empty() && !part.contains('{'));
    let by_path = last.map(words).filter(|words| words.len() == 1).and_then(|mut all| all.pop());
    // `GET /set` is a set, and `getReset...` reads one.
    let by_path = by_path.filter(|word| {
        matches!(
            word.as_str(),
            "delete" | "remove" | "logout" | "cancel" | "disable" | "revoke" | "purge"
        )
    });
    by_name.filter(is_changing).or(by_path)
}

/// Where a name has its verb: behind the last dot (`books.volumes.get`), or behind the noun (`Locations_List`).
fn verb_of(id: &str) -> &str {
    let last = id.rsplit('.').next().unwrap_or(id);
    match last.split_once('_') {
        Some((noun, verb))
            if noun.starts_with(char::is_uppercase) && verb.starts_with(char::is_uppercase) =>
        {
            verb
        }
        _ => last,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_their_verb_in_front_or_behind() {
        for (id, verb) in [
            ("deleteUser", "deleteUser"),
            ("books.volumes.get", "get"),
            ("UpdateLocations_List", "List"),
            ("delete_user", "delete_user"),
        ] {
            assert_eq!(verb_of(id), verb);
        }
    }

    #[test]
    fn words_are_sorted() {
        assert!(CHANGING.is_sorted());
    }
}
