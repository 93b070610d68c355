//! Patterns that hold for less than they seem to, or take longer (A4, A8).

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex, backtracks, is_anchored};

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::Subject;
use crate::finding::{Rule, Severity};

/// Patterns that are looked at; a document has each of them many times.
const PATTERNS_MAX: usize = 20_000;

pub(super) static CHECKS: [&Check; 2] = [&BACKTRACKS, &UNANCHORED];

static BACKTRACKS: Check = Check {
    rule: Rule {
        id: "pattern-backtracks",
        title: "no pattern takes exponential time",
        item: "A4",
        cwe: &[1333],
        severity: Severity::Medium,
        page: r"## Why

An engine that steps back tries every way to split `aaaa...` between the inner and the outer repetition before it says
no: 30 characters take seconds, 40 take days. Most validators have such an engine, and one request fills one processor.

## Example

```yaml
code: { type: string, pattern: '^(\w+\s?)*$' }
```

## Fix

Let each round begin with something that only begins rounds, and bound the length:

```yaml
code: { type: string, maxLength: 100, pattern: '^\w+(\s\w+)*$' }
```",
    },
    fix: "let each round of the repetition begin with a sign that stands nowhere else, and write `maxLength`",
    answered: by!(InputShape),
    look: |subject, raising| {
        each(subject, raising, backtracks, |owner, names| {
            format!("{owner} has a pattern that may take exponential time{names}")
        });
    },
};

static UNANCHORED: Check = Check {
    rule: Rule {
        id: "pattern-unanchored",
        title: "a pattern holds for the whole text",
        item: "F1",
        cwe: &[777],
        severity: Severity::Low,
        page: r"## Why

JSON Schema looks for a pattern anywhere in the text. `[a-z]+` holds for `<script>a`, because there is a letter in it.

## Example

```yaml
slug: { type: string, pattern: '[a-z0-9-]+' }
```

## Fix

```yaml
slug: { type: string, pattern: '^[a-z0-9-]+$' }
```",
    },
    fix: "begin the pattern with `^`, and end it with `$`",
    answered: None,
    look: |subject, raising| {
        each(
            subject,
            raising,
            |pattern| !is_anchored(pattern),
            |owner, names| format!("{owner} has a pattern that holds for a part of a text{names}"),
        );
    },
};

fn each(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_such: impl Fn(&str) -> bool,
    message: impl Fn(&str, &str) -> String,
) {
    let mut known: std::collections::HashMap<&str, bool> = std::collections::HashMap::new();
    for pattern in subject.outline.schemas.iter().filter_map(|one| one.said.pattern.as_deref()) {
        if known.len() < PATTERNS_MAX {
            known.entry(pattern).or_insert_with(|| is_such(pattern));
        }
    }
    let is_such = |_: SchemaIndex, one: &OutlinedSchema| {
        let pattern = one.said.pattern.as_deref();
        pattern.and_then(|pattern| known.get(pattern)).copied().unwrap_or_default()
    };
    for group in subject.in_requests(is_such) {
        raising.group(&group, message(&group.owner, &group.names()));
    }
}
