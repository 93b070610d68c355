//! What answers and examples give away (A3).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};
use portcullis_controls::sensitive::{password_name, secret_name, sensitive_name};
use portcullis_model::Span;

use super::super::check::Check;
use super::super::control::by;
use super::super::subject::Subject;
use super::{names, openness};
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 5] = [&SECRET, &SENSITIVE, &UNDESCRIBED, &INSIDE, &EXAMPLE];

/// Words of operations that give out credentials because that is what they are for.
const ISSUING: [&str; 17] = [
    "apikey",
    "auth",
    "authenticate",
    "authorize",
    "credential",
    "key",
    "login",
    "oauth",
    "refresh",
    "register",
    "secret",
    "session",
    "signin",
    "signup",
    "token",
    "webhook",
    "mfa",
];
/// Names of what errors tell of the inside, folded and sorted.
const INNER: [&str; 13] = [
    "backtrace",
    "debugmessage",
    "developermessage",
    "exception",
    "exceptionmessage",
    "exceptiontype",
    "innererror",
    "innerexception",
    "sql",
    "sqlstate",
    "stack",
    "stacktrace",
    "trace",
];
/// How keys begin that somebody made, with how long they are at least.
const KEYS: [(&str, usize); 21] = [
    ("AIza", 39),
    ("AKIA", 20),
    ("ASIA", 20),
    ("EAAC", 60),
    ("SG.", 60),
    ("dop_v1_", 60),
    ("ghp_", 40),
    ("ghs_", 40),
    ("gho_", 40),
    ("github_pat_", 60),
    ("glpat-", 26),
    ("key-", 36),
    ("npm_", 40),
    ("pypi-", 60),
    ("rk_live_", 24),
    ("shpat_", 38),
    ("sk-ant-", 60),
    ("sk_live_", 24),
    ("xoxb-", 40),
    ("xoxp-", 40),
    ("ya29.", 60),
];

static SECRET: Check = Check {
    rule: Rule {
        id: "secret-in-answer",
        title: "no answer holds a password, a private key or the number of a card",
        item: "A3",
        cwe: &[201, 522],
        severity: Severity::High,
        page: r"## Why

A schema that is stored is often answered as well, and with it the hash of the password, the secret of a second factor,
the number on the card. Whoever may see the object may see all of it, and so does every log that keeps answers.

## Example

```yaml
User: { properties: { name: { type: string }, password_hash: { type: string } } }
```

## Fix

Mark it `writeOnly: true` where requests need it, and take it out of answers:

```yaml
password: { type: string, writeOnly: true }
```",
    },
    fix: "take it out of answers: a schema of their own, or `writeOnly: true`",
    answered: by!(ResponseShape, |_, _| false),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            !one.said.write_only
                && subject.names_of(index).any(|name| secret_name(name) && !is_of_change(name))
                && !is_issued(subject, one)
                && !is_parameter_alone(subject, index)
        };
        for group in subject.in_answers(is_such) {
            let message = format!("{} is answered with secrets{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            answered_by(subject, draft, &group.schemas);
            for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
                draft.propose(subject.outline, schema.site, serde_json::json!({"writeOnly": true}));
            }
        }
    },
};

static SENSITIVE: Check = Check {
    rule: Rule {
        id: "sensitive-in-answer",
        title: "somebody decided who sees tokens and numbers of persons",
        item: "A3",
        cwe: &[359, 213],
        severity: Severity::Medium,
        page: r"## Why

Tokens, numbers of accounts and of persons in an answer go to every client that may read the object, and to everything
between. Often one screen needs the last four digits.

## Example

```yaml
Customer: { properties: { iban: { type: string }, tax_id: { type: string } } }
```

## Fix

Answer a derived value (`iban_last4`), or give the property to an operation of its own that few may call. In front of an
API that cannot be changed, a mask of `answers` does either.",
    },
    fix: "answer a derived value, or hide it from callers that do not need it",
    answered: by!(ResponseShape, |_, _| false),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            !one.said.write_only
                && !subject.names_of(index).any(|name| password_name(name) || secret_name(name))
                && subject.names_of(index).any(sensitive_name)
                && !subject.names_of(index).any(names::is_page)
                && !is_issued(subject, one)
                && !is_parameter_alone(subject, index)
        };
        for group in subject.in_answers(is_such) {
            let message =
                format!("{} is answered with what few should see{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            answered_by(subject, draft, &group.schemas);
        }
    },
};

static UNDESCRIBED: Check = Check {
    rule: Rule {
        id: "answer-undescribed",
        title: "an answer of success says what is in it",
        item: "A3",
        cwe: &[213],
        severity: Severity::Medium,
        page: r"## Why

Of an answer without a schema nobody can say what leaves. What the code behind it adds next month, a hash or a note of
the staff, leaves too, and nothing can filter it.

## Example

```yaml
'200': { description: the user, content: { application/json: { schema: { type: object } } } }
```

## Fix

Declare its properties.",
    },
    fix: "declare the properties of the answer",
    answered: None,
    look: |subject, raising| {
        for one in subject.operations() {
            let success = one.said.answers.iter().filter(|answer| answer.status.starts_with('2'));
            let mut bodies = success.flat_map(|answer| &answer.bodies);
            let is_undescribed = bodies.any(|(kind, schema)| {
                kind.contains("json")
                    && schema.is_none_or(|schema| openness::is_free(subject, schema))
            });
            if is_undescribed {
                raising.operation(
                    one.number,
                    format!("the answer of {} is not described", one.shown()),
                );
            }
        }
    },
};

static INSIDE: Check = Check {
    rule: Rule {
        id: "error-tells-inside",
        title: "errors tell clients nothing of the code",
        item: "A7",
        cwe: &[209],
        severity: Severity::Medium,
        page: r"## Why

Stack traces, SQL and names of classes tell an attacker which library in which version fails where, and whether the last
attempt came nearer.

## Example

```yaml
Error: { properties: { message: { type: string }, stackTrace: { type: array, items: { type: string } } } }
```

## Fix

Answer a problem document (RFC 9457) with an id, and keep the rest in the log under that id.",
    },
    fix: "answer an id, and keep the rest in the log under it",
    answered: by!(SafeConfiguration),
    look: |subject, raising| {
        let in_errors = in_errors(subject);
        let is_such = |index: SchemaIndex, _: &OutlinedSchema| {
            subject
                .names_of(index)
                .any(|name| INNER.binary_search(&names::folded(name).as_str()).is_ok())
                && in_errors.contains(&index)
        };
        for group in subject.in_answers(is_such) {
            let message = format!("{} tells of the inside{}", group.owner, group.names());
            raising.group(&group, message);
        }
    },
};

static EXAMPLE: Check = Check {
    rule: Rule {
        id: "secret-in-example",
        title: "no example holds a key that somebody uses",
        item: "C1",
        cwe: &[798, 540],
        severity: Severity::High,
        page: r"## Why

Examples are copied out of real requests. A key in one is published with the document, and programs that look for keys
find it within minutes.

## Example

```yaml
example: { authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.bm90LWEtcmVhbC1zaWduYXR1cmUtYXQtYWxs }
```

## Fix

Revoke it, then write a text that can be none: `<token>`.",
    },
    fix: "revoke it, and write a text that can be none, such as `<token>`",
    answered: None,
    look: |subject, raising| {
        // A key that was copied is one key.
        let mut found: BTreeMap<&str, (&str, Vec<Span>)> = BTreeMap::new();
        for example in subject.outline.examples.iter().filter(|one| is_key(&one.text)) {
            let (_, spans) = found.entry(&example.text).or_insert((&example.name, Vec::new()));
            spans.push(example.span);
        }
        for (name, spans) in found.into_values() {
            let of = match name {
                "" => String::new(),
                name => format!(" of {}", portcullis_model::shown(name)),
            };
            raising.at(spans, [], format!("an example{of} looks like a key that is used"));
        }
    },
};

/// Whether it is a field of a form that changes a password: no store has an old and a new one.
fn is_of_change(name: &str) -> bool {
    let folded = names::folded(name);
    let start = folded.strip_suffix("password").unwrap_or_default();
    matches!(start, "old" | "new" | "current" | "confirm" | "repeat" | "previous")
}

/// Whether every operation that answers it is one that gives out credentials.
fn is_issued(subject: &Subject<'_>, schema: &OutlinedSchema) -> bool {
    let numbers = schema.in_answers.operations.iter();
    numbers.filter_map(|number| subject.operation(*number)).all(|one| one.says_any(&ISSUING))
}

/// Whether it has its name as a parameter only.
fn is_parameter_alone(subject: &Subject<'_>, index: SchemaIndex) -> bool {
    subject.parameter_names.contains_key(&index) && subject.names_of(index).nth(1).is_none()
}

/// Of what is answered, the operations that answer it count.
fn answered_by(
    subject: &Subject<'_>,
    draft: &mut super::super::raised::Draft,
    schemas: &[SchemaIndex],
) {
    draft.operations.retain(|number| {
        schemas
            .iter()
            .filter_map(|index| subject.outline.schema(*index))
            .any(|schema| schema.in_answers.operations.binary_search(number).is_ok())
    });
}

/// Schemas that answers which say no hold, near their root.
fn in_errors(subject: &Subject<'_>) -> HashSet<SchemaIndex> {
    /// Schemas of one operation's errors that are looked at.
    const STEPS_MAX: usize = 64;
    let mut all = HashSet::new();
    for one in subject.operations() {
        let answers = one.said.answers.iter();
        let errors = answers.filter(|answer| !answer.status.starts_with(['1', '2', '3']));
        let mut waiting: Vec<SchemaIndex> =
            errors.flat_map(|answer| &answer.bodies).filter_map(|(_, schema)| *schema).collect();
        let mut seen = BTreeSet::new();
        while let Some(next) = waiting.pop().filter(|_| seen.len() < STEPS_MAX) {
            if seen.insert(next) {
                let edges = subject.outline.schema(next).map_or(&[][..], |one| &one.edges);
                waiting.extend(edges.iter().take(STEPS_MAX).map(|edge| edge.to));
            }
        }
        all.extend(seen);
    }
    all
}

/// Whether a text looks like a key that somebody made: by its first letters, or as a signed token. One that says of
/// itself that it is an example is none.
fn is_key(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text).trim();
    let is_word = |text: &str| {
        text.bytes().all(|one| one.is_ascii_alphanumeric() || b"-_.=+/".contains(&one))
    };
    let lower = text.to_ascii_lowercase();
    let is_made_up =
        ["example", "xxxx", "1234567890", "abcdef", "your", "00000", "redacted", "dummy"]
            .iter()
            .any(|word| lower.contains(word));
    if text.starts_with("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return text.len() > 200;
    }
    if !is_word(text) || is_made_up {
        return false;
    }
    let is_known =
        KEYS.iter().any(|(start, length)| text.starts_with(start) && text.len() >= *length);
    let parts: Vec<&str> = text.split('.').collect();
    let is_token = match parts.as_slice() {
        [head, body, signature] => {
            head.starts_with("eyJ") && body.starts_with("eyJ") && signature.len() >= 27
        }
        _ => false,
    };
    is_known || is_token
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_changes_a_password_is_no_stored_secret() {
        for name in ["oldPassword", "new_password", "current-password"] {
            assert!(is_of_change(name), "{name}");
        }
        for name in ["password", "user_password", "newPasswordHash"] {
            assert!(!is_of_change(name), "{name}");
        }
    }

    #[test]
    fn keys_that_somebody_made_are_known_and_examples_are_not() {
        assert!(INNER.is_sorted());
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.bm90LWEtcmVhbC1zaWduYXR1cmUtYXQtYWxs";
        for (text, expected) in [
            (token, true),
            ("AKIAIOSFODNN7EXAMPLE", false),
            ("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.sig", false),
            ("keyboard", false),
            ("key-value pairs are taken by this operation", false),
        ] {
            assert_eq!(is_key(text), expected, "{text}");
        }
        assert!(is_key(&format!("Bearer {token}")));
        assert!(is_key(&["AKIA", "2OGYBAH6STMMNXNN"].concat()));
    }
}
