//! Which refusals a document declares, so that clients act on them (A4, A7).

use portcullis_contract::outline::OutlinedAnswer;
use serde_json::{Value, json};

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::{Op, Subject};
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 8] = [
    &NO_401,
    &NO_403,
    &NO_INVALID,
    &NO_429,
    &NO_500,
    &NO_RETRY_AFTER,
    &NO_RATE_HEADERS,
    &UNDESCRIBED,
];

/// Names of header fields that tell of rates, in lower case.
const RATE_HEADERS: [&str; 6] = [
    "ratelimit",
    "ratelimit-limit",
    "ratelimit-policy",
    "x-rate-limit-limit",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
];

static NO_401: Check = Check {
    rule: Rule {
        id: "error-401-undeclared",
        title: "what asks for a credential declares what happens without one",
        item: "A7",
        cwe: &[755],
        severity: Severity::Low,
        page: r"## Why

A client that does not know 401 does not renew its token; it shows an error, tries again without end, or treats an empty
answer as an empty list. Tests that are generated from the document never call without a credential.

## Example

```yaml
get: { security: [{ login: [] }], responses: { '200': { description: the orders } } }
```

## Fix

```yaml
responses: { '401': { description: the credential is missing, wrong or over } }
```",
    },
    fix: "declare `401`",
    answered: None,
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| one.is_secured() && !one.answers(&["401", "4XX", "default"]);
        let text = "The credential is missing, wrong or over.";
        undeclared(
            subject,
            raising,
            is_such,
            "401",
            text,
            [
                "asks for a credential and does not declare `401`",
                "ask for a credential and do not declare `401`",
            ],
        );
    },
};

static NO_403: Check = Check {
    rule: Rule {
        id: "error-403-undeclared",
        title: "what asks for a scope declares what happens without it",
        item: "A7",
        cwe: &[755],
        severity: Severity::Low,
        page: r"## Why

A good token without the right scope is answered 403. A client that does not know it logs in again, gets the same token,
and goes round for ever.

## Example

```yaml
delete: { security: [{ login: ['orders:write'] }], responses: { '204': { description: gone } } }
```

## Fix

```yaml
responses: { '403': { description: the credential is good, and not for this } }
```",
    },
    fix: "declare `403`",
    answered: None,
    look: |subject, raising| {
        let asks_scopes = |one: &Op<'_>| {
            let alternatives = one.alternatives().iter();
            alternatives.into_iter().any(|asked| !asked.scopes.is_empty())
        };
        let is_such = |one: &Op<'_>| asks_scopes(one) && !one.answers(&["403", "4XX", "default"]);
        let text = "The credential is good, and not for this.";
        undeclared(
            subject,
            raising,
            is_such,
            "403",
            text,
            [
                "asks for scopes and does not declare `403`",
                "ask for scopes and do not declare `403`",
            ],
        );
    },
};

static NO_INVALID: Check = Check {
    rule: Rule {
        id: "error-400-undeclared",
        title: "what takes input declares how wrong input is answered",
        item: "A7",
        cwe: &[755, 20],
        severity: Severity::Low,
        page: r"## Why

An operation that takes a body and declares success only seems to check nothing. Clients show people no reason, and
tests that send wrong values have nothing to hold the answer against.

## Example

```yaml
post: { requestBody: {}, responses: { '201': { description: made } } }
```

## Fix

```yaml
responses: { '400': { description: the request is not as declared } }   # or 422
```",
    },
    fix: "declare `400` or `422`",
    answered: None,
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| {
            let takes = !one.said.bodies.is_empty() || !one.said.parameters.is_empty();
            takes && !one.answers(&["400", "422", "4XX", "default"])
        };
        let text = "The request is not as declared.";
        undeclared(
            subject,
            raising,
            is_such,
            "400",
            text,
            [
                "takes input and declares neither `400` nor `422`",
                "take input and declare neither `400` nor `422`",
            ],
        );
    },
};

static NO_429: Check = Check {
    rule: Rule {
        id: "error-429-undeclared",
        title: "every operation declares what happens to whoever comes too often",
        item: "A4",
        cwe: &[770, 799],
        severity: Severity::Low,
        page: r"## Why

Where no operation declares 429, there mostly is no limit. And where there is one, a client that does not know it tries
again at once, and makes it worse.

## Example

```yaml
responses: { '200': { description: the orders } }
```

## Fix

```yaml
responses:
  '429':
    description: too many requests
    headers: { Retry-After: { schema: { type: integer, minimum: 0, maximum: 86400 } } }
```",
    },
    fix: "limit how often it may be called, and declare `429` with `Retry-After`",
    answered: by!(ResourceLimits, |plan, operation| {
        plan.model.rates.iter().any(|rate| rate.concerns(Some(operation)))
    }),
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| !one.answers(&["429", "4XX", "default"]);
        let all = subject.numbers(is_such);
        let draft = raising.operations(all.clone(), |count| {
            format!(
                "{} not declare `429`",
                names::counted(count, "operation does", "operations do")
            )
        });
        let Some(draft) = draft else { return };
        for one in all.iter().filter_map(|number| subject.operation(*number)) {
            declare(subject, draft, one, "429", &too_many(subject.outline.is_swagger));
        }
    },
};

static NO_500: Check = Check {
    rule: Rule {
        id: "error-500-undeclared",
        title: "every operation declares how its own failure is answered",
        item: "A7",
        cwe: &[755, 209],
        severity: Severity::Info,
        page: r"## Why

An error that nobody described has the form that the framework gives it: a page with a stack trace on one day, an empty
body on the next.

## Example

```yaml
responses: { '200': { description: the orders } }
```

## Fix

```yaml
responses: { '500': { description: the request failed, and it was not the client's fault } }
```",
    },
    fix: "declare `500` or `default`, with one short form for all errors",
    answered: by!(SafeConfiguration),
    look: |subject, raising| {
        let is_such = |one: &Op<'_>| !one.answers(&["500", "5XX", "default"]);
        let text = "The request failed, and it was not the client's fault.";
        undeclared(
            subject,
            raising,
            is_such,
            "500",
            text,
            [
                "does not say how its own failure is answered",
                "do not say how their own failure is answered",
            ],
        );
    },
};

static NO_RETRY_AFTER: Check = Check {
    rule: Rule {
        id: "retry-after-undeclared",
        title: "a refusal with 429 says when to come again",
        item: "A4",
        cwe: &[799],
        severity: Severity::Low,
        page: r"## Why

Clients that do not know when to come again come at once, or all of them after the same second.

## Example

```yaml
'429': { description: too many requests }
```

## Fix

```yaml
'429':
  description: too many requests
  headers: { Retry-After: { schema: { type: integer, minimum: 0, maximum: 86400 } } }
```",
    },
    fix: "declare the header `Retry-After`",
    answered: by!(ResourceLimits),
    look: |subject, raising| {
        let is_such = |answer: &&OutlinedAnswer| {
            answer.status == "429" && !answer.headers.iter().any(|name| name == "retry-after")
        };
        let all = subject.numbers(|one| one.said.answers.iter().any(|answer| is_such(&answer)));
        let draft = raising.operations(all.clone(), |count| {
            let what = names::counted(count, "operation declares", "operations declare");
            format!("{what} `429` without `Retry-After`")
        });
        let Some(draft) = draft else { return };
        for one in all.iter().filter_map(|number| subject.operation(*number)) {
            for answer in one.said.answers.iter().filter(is_such) {
                let headers = too_many(subject.outline.is_swagger);
                let headers = json!({"headers": headers.get("headers")});
                draft.mend(subject.outline, answer.site, headers);
            }
        }
    },
};

static NO_RATE_HEADERS: Check = Check {
    rule: Rule {
        id: "rate-headers-undeclared",
        title: "answers say how many requests are left",
        item: "A4",
        cwe: &[799],
        severity: Severity::Info,
        page: r"## Why

A client that sees its allowance slows down before it is refused. One that does not finds the limit by being refused,
and looks like an attack while it does.

## Example

```yaml
'200': { description: the orders }
```

## Fix

```yaml
'200': { description: the orders, headers: { RateLimit: { schema: { type: string } } } }
```",
    },
    fix: "declare `RateLimit` and `RateLimit-Policy`, or the `X-RateLimit-` fields that you send",
    answered: None,
    look: |subject, raising| {
        let tells = |answer: &OutlinedAnswer| {
            answer.headers.iter().any(|name| RATE_HEADERS.contains(&name.as_str()))
        };
        let all = subject.numbers(|one| !one.said.answers.iter().any(tells));
        raising.operations(all, |count| {
            let what = names::counted(count, "operation does", "operations do");
            format!("{what} not say how many requests are left")
        });
    },
};

static UNDESCRIBED: Check = Check {
    rule: Rule {
        id: "error-undescribed",
        title: "errors have a form that is declared",
        item: "A7",
        cwe: &[209],
        severity: Severity::Low,
        page: r"## Why

Errors without a schema hold what the code happened to say: names of tables, of hosts, of other customers. Nothing can
tell a wanted member from a leak.

## Example

```yaml
'400': { description: wrong, content: { application/json: {} } }
```

## Fix

One form for all, such as a problem document (RFC 9457):

```yaml
'400': { description: wrong, content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } } }
```",
    },
    fix: "declare one form for all errors, such as a problem document (RFC 9457)",
    answered: by!(SafeConfiguration),
    look: |subject, raising| {
        let is_bare = |answer: &OutlinedAnswer| {
            let is_error = answer.status.starts_with(['4', '5']) || answer.status == "default";
            is_error
                && answer.bodies.iter().any(|(kind, schema)| {
                    kind.contains("json")
                        && schema.is_none_or(|schema| super::openness::is_free(subject, schema))
                })
        };
        let all = subject.numbers(|one| one.said.answers.iter().any(is_bare));
        raising.operations(all, |count| {
            let what = names::counted(count, "operation answers", "operations answer");
            format!("{what} errors that are not described")
        });
    },
};

/// One finding for all operations that do not declare an answer, with the change that declares it.
fn undeclared(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_such: impl Fn(&Op<'_>) -> bool,
    status: &str,
    text: &str,
    [one, several]: [&str; 2],
) {
    let all = subject.numbers(is_such);
    let draft = raising.operations(all.clone(), |count| {
        let what = names::counted(count, "operation", "operations");
        format!("{what} {}", if count == 1 { one } else { several })
    });
    let Some(draft) = draft else { return };
    for one in all.iter().filter_map(|number| subject.operation(*number)) {
        declare(subject, draft, one, status, &json!({"description": text}));
    }
}

/// Declares an answer of an operation.
fn declare(
    subject: &Subject<'_>,
    draft: &mut super::super::raised::Draft,
    one: &Op<'_>,
    status: &str,
    answer: &Value,
) {
    match one.said.answers_site {
        Some(site) => draft.mend(subject.outline, site, json!({status: answer})),
        None => draft.mend(subject.outline, one.said.site, json!({"responses": {status: answer}})),
    };
}

/// What a gateway answers to whoever comes too often.
fn too_many(is_swagger: bool) -> Value {
    let seconds = json!({"type": "integer", "minimum": 0, "maximum": 86_400});
    let header = if is_swagger { seconds } else { json!({"schema": seconds}) };
    json!({"description": "Too many requests.", "headers": {"Retry-After": header}})
}
