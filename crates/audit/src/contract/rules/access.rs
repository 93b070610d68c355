//! Who may call: operations that nobody guards, or that are guarded less than their neighbours (A2, A5).

mod administration;
mod public;
mod versions;

use portcullis_contract::Security;

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::{Op, Subject};
use super::{names, schemes};
use crate::finding::{Rule, Severity};

pub(in crate::contract) use public::{OPERATION as OPERATION_PUBLIC, is_before_login};

pub(super) static CHECKS: [&Check; 12] = [
    &NO_SCHEME,
    &NEVER_ASKED,
    &WRITE_OPEN,
    &READ_OPEN,
    &ROOT_EMPTY,
    &OPTIONAL,
    &public::WRITE,
    &OPERATION_PUBLIC,
    &administration::OPEN,
    &administration::SAME,
    &administration::DEBUG,
    &versions::WEAKER,
];

static NO_SCHEME: Check = Check {
    rule: Rule {
        id: "no-security-scheme",
        title: "the document says how callers show who they are",
        item: "A2",
        cwe: &[306],
        severity: Severity::High,
        page: r"## Why

Without one security scheme no tool can tell a public operation from one that somebody forgot to guard: generated
clients send no credential, scanners call everything without one, and a gateway must close all of it or open all of it.

## Example

```yaml
openapi: 3.1.0
paths: { /orders: { post: { responses: {} } } }
```

## Fix

```yaml
security: [{ login: [] }]
components: { securitySchemes: { login: { type: http, scheme: bearer, bearerFormat: JWT } } }
```

Give operations that everybody may call a `security: []` of their own.",
    },
    fix: "declare how callers show who they are under `securitySchemes`, and ask for it with `security`",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| {
        if subject.outline.schemes.is_empty() {
            let all = subject.numbers(|one| matches!(one.security(), Security::NotStated));
            raising.operations(all, |count| {
                let what = names::counted(count, "operation says", "operations say");
                format!("no security scheme is declared: {what} nothing of who may call")
            });
        }
    },
};

static NEVER_ASKED: Check = Check {
    rule: Rule {
        id: "security-never-asked",
        title: "a declared scheme is asked for by the operations that need it",
        item: "A2",
        cwe: &[306],
        severity: Severity::High,
        page: r"## Why

A scheme under `securitySchemes` is only a definition. As long as no `security` names it, every operation says nothing
of who may call it, although whoever reads the document believes that it does.

## Example

```yaml
components: { securitySchemes: { login: { type: http, scheme: bearer } } }
paths: { /orders: { post: { responses: {} } } }
```

## Fix

```yaml
security: [{ login: [] }]
```",
    },
    fix: "write `security` at the root, and `security: []` at operations that everybody may call",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| {
        let Some(first) = subject.outline.schemes.first() else { return };
        if is_asked(subject) {
            return;
        }
        let all = subject.numbers(|one| matches!(one.security(), Security::NotStated));
        if !all.is_empty() {
            let name = portcullis_model::shown(&first.name);
            let message = format!("{name} is declared, and no operation asks for a credential");
            raising.at([first.site.span], all, message);
        }
    },
};

static WRITE_OPEN: Check = Check {
    rule: Rule {
        id: "write-open",
        title: "what changes something says who may",
        item: "A2",
        cwe: &[306, 862],
        severity: Severity::High,
        page: r"## Why

Other operations of the document ask for a credential, and this one, which writes, says nothing. Most of the time it was
added later and forgotten; the code behind it often forgot, too.

## Example

```yaml
paths:
  /orders:
    get: { security: [{ login: [] }], responses: {} }
    post: { responses: {} }
```

## Fix

Ask for a credential, or say that everybody may: `security: []` at the operation.",
    },
    fix: "write `security` at the operation; `security: []` if everybody may call it",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| open(subject, raising, true, "changes something"),
};

static READ_OPEN: Check = Check {
    rule: Rule {
        id: "read-open",
        title: "what is read among guarded operations says who may",
        item: "A2",
        cwe: &[306],
        severity: Severity::Medium,
        page: r"## Why

Other operations of the document ask for a credential, and this one says nothing. What it shows may be public; nobody
who reads the document can know.

## Example

```yaml
paths:
  /orders:
    post: { security: [{ login: [] }], responses: {} }
    get: { responses: {} }
```

## Fix

Ask for a credential, or say that everybody may: `security: []` at the operation.",
    },
    fix: "write `security` at the operation; `security: []` if everybody may call it",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| open(subject, raising, false, "is read"),
};

static ROOT_EMPTY: Check = Check {
    rule: Rule {
        id: "root-security-empty",
        title: "`security: []` is a decision about one operation, not about all",
        item: "A7",
        cwe: &[1188, 306],
        severity: Severity::Medium,
        page: r"## Why

Generators write an empty list at the root because nobody said anything. By the letter it opens every operation that
does not say otherwise, also those that are added tomorrow: the default of the document is open.

## Example

```yaml
security: []
```

## Fix

Ask for a credential at the root, and open what is public one by one:

```yaml
security: [{ login: [] }]
paths: { /health: { get: { security: [] } } }
```",
    },
    fix: "ask for a credential at the root, and write `security: []` at the operations that are public",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| {
        let Some(root) = subject.outline.security.filter(|root| root.is_empty) else { return };
        let all = subject.numbers(|one| matches!(one.security(), Security::NotStated));
        if !all.is_empty() {
            raising.at(
                [root.site.span],
                all,
                "the root asks for no credential, for all operations",
            );
        }
    },
};

static OPTIONAL: Check = Check {
    rule: Rule {
        id: "credential-optional",
        title: "what changes something does not do so without the credential that it could ask for",
        item: "A2",
        cwe: &[287, 306],
        severity: Severity::Medium,
        page: r"## Why

`{}` beside other alternatives means: or none at all. Whoever leaves the credential out is served as a stranger, and an
attacker always leaves out what is checked. For a write there is rarely a reason.

## Example

```yaml
post: { security: [{ login: [] }, {}] }
```

## Fix

```yaml
post: { security: [{ login: [] }] }
```",
    },
    fix: "take `{}` out of `security`, or make an operation of its own for strangers",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| {
            let optional =
                matches!(one.security(), Security::Anonymous { or, .. } if !or.is_empty());
            optional && one.is_write()
        };
        let all = subject.numbers(is_such);
        raising.operations(all, |count| {
            let what = names::counted(count, "operation that writes", "operations that write");
            format!("{what} may be called without the credential, too")
        });
    },
};

/// Whether the policy bounds how often this operation, and not only all of them, may be called.
pub(super) fn has_rate_of_its_own(plan: &portcullis_controls::Plan, operation: usize) -> bool {
    let mut rates = plan.model.rates.iter();
    rates.any(|rate| rate.of.as_ref().is_some_and(|of| of.contains(&operation)))
}

/// Whether any operation asks for a credential.
pub(super) fn is_asked(subject: &Subject<'_>) -> bool {
    subject.operations().any(|one| !one.alternatives().is_empty())
}

/// Operations that say nothing, where others ask.
fn open(subject: &Subject<'_>, raising: &mut Raising<'_>, writes: bool, what: &str) {
    if !is_asked(subject) {
        return;
    }
    for one in subject.operations() {
        let is_unsaid = matches!(one.security(), Security::NotStated);
        if is_unsaid && one.is_write() == writes {
            let message = format!("{} {what}, and nothing says who may call it", one.shown());
            raising.operation(one.number, message);
        }
    }
}
