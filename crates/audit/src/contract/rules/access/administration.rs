//! Operations of administrators, and what only developers need.

use std::collections::BTreeSet;

use portcullis_contract::Security;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::raised::Raising;
use super::super::super::subject::{Op, Subject};
use super::super::names;
use crate::finding::{Rule, Severity};

/// Segments of paths under which frameworks show their inside, folded.
const INSIDE: [&str; 9] = [
    "actuator",
    "debug",
    "h2console",
    "heapdump",
    "jolokia",
    "phpinfo",
    "pprof",
    "serverstatus",
    "threaddump",
];

pub(super) static OPEN: Check = Check {
    rule: Rule {
        id: "administration-open",
        title: "functions of administrators ask who calls",
        item: "A5",
        cwe: &[862, 306],
        severity: Severity::Critical,
        page: r"## Why

An operation that looks like one of administrators says nothing of who may call it, or that everybody may. Its address
is no secret: it stands here, in the code of the admin page, and in the word lists of every scanner.

## Example

```yaml
/admin/users/{id}: { delete: { security: [] } }
```

## Fix

Ask for a credential that ordinary callers do not have: a scope or a role of its own, best on a listener of its own.",
    },
    fix: "ask for a credential that only administrators have",
    answered: by!(FunctionAccess),
    look: open,
};

pub(super) static SAME: Check = Check {
    rule: Rule {
        id: "administration-same-credential",
        title: "functions of administrators ask for more than others do",
        item: "A5",
        cwe: &[285, 863],
        severity: Severity::Medium,
        page: r"## Why

Operations of administrators ask for the same scheme and the same scopes as those of everybody. Then only code deep in
each of them tells an administrator from a customer, and one of them forgets to.

## Example

```yaml
/orders: { get: { security: [{ login: [] }] } }
/admin/users: { delete: { security: [{ login: [] }] } }
```

## Fix

```yaml
/admin/users: { delete: { security: [{ login: [admin] }] } }   # or another scheme
```

In front of an API that cannot be changed, `{ role: admin, may: [deleteUser] }` under `access` says it.",
    },
    fix: "ask another scheme, or a scope that only administrators have",
    answered: by!(FunctionAccess),
    look: |subject, raising| {
        let all: Vec<&Op<'_>> = administrative(subject).map(|(one, _)| one).collect();
        let numbers: BTreeSet<u32> = all.iter().map(|one| one.number).collect();
        let asked = |one: &Op<'_>| match one.security() {
            Security::Required { any_of, .. } => any_of
                .iter()
                .map(|asked| (asked.schemes.clone(), asked.scopes.clone()))
                .collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let ordinary: BTreeSet<Vec<_>> = subject
            .operations()
            .filter(|one| !numbers.contains(&one.number))
            .map(asked)
            .filter(|asked| !asked.is_empty())
            .collect();
        let same = all.into_iter().filter(|one| ordinary.contains(&asked(one)));
        let same: Vec<u32> = same.map(|one| one.number).collect();
        raising.operations(same, |count| {
            let what = names::counted(count, "operation", "operations");
            format!("{what} of administrators ask for no more than others do")
        });
    },
};

pub(super) static DEBUG: Check = Check {
    rule: Rule {
        id: "debug-operation",
        title: "what shows the inside of a process is not part of an API",
        item: "A7",
        cwe: &[489, 215],
        severity: Severity::Medium,
        page: r"## Why

Environment variables, heap dumps, profiles and mocks hold keys of everything behind the API. They are meant for
developers, are left on by a framework's default, and are the first thing that scanners ask for.

## Example

```yaml
/actuator/heapdump: { get: {} }
```

## Fix

Take them out of the document and off the public listener; serve them on a port of their own that only operators reach.",
    },
    fix: "take it out of the document, and serve it only where operators reach it",
    answered: by!(FunctionAccess),
    look: debug,
};

fn open(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    // Where no scheme is declared, another rule tells of all that say nothing.
    let is_told = subject.outline.schemes.is_empty();
    let is_open = |one: &Op<'_>| match one.security() {
        Security::NotStated => !is_told,
        Security::Anonymous { .. } => true,
        Security::Required { .. } => false,
    };
    let all: Vec<(&Op<'_>, &str)> =
        administrative(subject).filter(|(one, _)| is_open(one)).collect();
    // Where nothing is guarded, that is one cause.
    if !super::is_asked(subject) && all.len() > 1 {
        let numbers = all.iter().map(|(one, _)| one.number).collect();
        raising.operations(numbers, |count| {
            format!("{count} operations that look like those of administrators are open")
        });
        return;
    }
    for (one, why) in all {
        let draft = raising.operation(one.number, format!("{} is open, and {why}", one.shown()));
        // Everybody manages something of their own.
        if why.contains("`manage") {
            draft.severity(Severity::High);
        }
    }
}

fn debug(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    for one in subject.operations() {
        let literal: Vec<String> = one
            .said
            .template
            .split('/')
            .filter(|part| !part.is_empty() && !part.contains('{'))
            .map(names::folded)
            .collect();
        let Some(word) = literal.iter().find(|part| INSIDE.contains(&part.as_str())) else {
            continue;
        };
        let message = format!("{} shows the inside of a process (`{word}`)", one.shown());
        let draft = raising.operation(one.number, message);
        if !one.is_secured() {
            draft.severity(Severity::High);
        }
    }
}

/// Operations that look like those of administrators, and why.
fn administrative<'s, 'a>(subject: &'s Subject<'a>) -> impl Iterator<Item = (&'s Op<'a>, &'s str)> {
    subject.operations().filter_map(|one| Some((one, one.administrative.as_deref()?)))
}
