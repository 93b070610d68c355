//! Logins, codes and accounts that can be guessed.

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};
use portcullis_controls::sensitive::credential_name;
use portcullis_policy::naming;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::subject::{Op, Subject};
use super::super::names;
use crate::finding::{Rule, Severity};

/// Words of operations by which a password, a code or an account can be guessed.
const GUESSED_BY: [&str; 11] = [
    "authenticate",
    "forgot",
    "login",
    "logon",
    "mfa",
    "otp",
    "passcode",
    "recover",
    "recovery",
    "signin",
    "verify",
];
/// Words of operations that tell whether somebody has an account.
const TELLING: [&str; 10] = [
    "exist", "exists", "forgot", "login", "logon", "recover", "recovery", "register", "signin",
    "signup",
];

pub(super) static GUESSED: Check = Check {
    rule: Rule {
        id: "guess-without-limit",
        title: "a password or a code can be tried a few times only",
        item: "A2",
        cwe: &[307, 799],
        severity: Severity::Medium,
        page: r"## Why

A code of six digits is found in a million tries, which is an hour of a fast connection; passwords of other sites are
tried by the million, each once. A login that declares no 429 mostly has no limit, or one that nobody documented.

## Example

```yaml
/login: { post: { responses: { '200': { description: in }, '401': { description: no } } } }
```

## Fix

Count wrong attempts by account, by address and by what is tried; slow down, then refuse, and declare the refusal. In
front of an API that cannot be changed, `guesses` under `callers` does that.",
    },
    fix: "limit wrong attempts by account and by address, and declare `429`",
    answered: by!(CallerIdentity, |plan, operation| {
        plan.operations.get(operation).is_some_and(|one| one.guarded.is_some())
    }),
    look: |subject, raising| {
        for one in subject.operations() {
            if is_guessed(subject, one) && !one.answers(&["429"]) {
                let message = format!("{} can be tried as often as somebody likes", one.shown());
                raising.operation(one.number, message);
            }
        }
    },
};

pub(super) static ACCOUNT_TOLD: Check = Check {
    rule: Rule {
        id: "account-told",
        title: "nobody learns who has an account",
        item: "A2",
        cwe: &[204],
        severity: Severity::Low,
        page: r"## Why

A login that answers 404 for a stranger and 401 for a wrong password, or a registration that answers 409, tells which of
a million mail addresses are customers. Those are the ones worth guessing, and the ones worth a letter that looks real.

## Example

```yaml
/login: { post: { responses: { '404': { description: no such user }, '401': { description: wrong password } } } }
```

## Fix

Answer the same to both, after the same time. Let registration say that a mail was sent, whoever asks.",
    },
    fix: "answer the same whether or not there is such an account",
    answered: by!(CallerIdentity, |plan, operation| {
        plan.operations.get(operation).is_some_and(|one| one.guarded.is_some())
    }),
    look: |subject, raising| {
        for one in subject.operations() {
            let tells = one.answers(&["404"]) || one.answers(&["409"]);
            let is_open = one.is_write() && !one.is_secured() && !one.said.template.contains('{');
            if is_open && tells && one.says_any(&TELLING) && names_somebody(subject, one) {
                let message = format!("{} tells who has an account", one.shown());
                raising.operation(one.number, message);
            }
        }
    },
};

pub(super) static TOKEN_TOLD: Check = Check {
    rule: Rule {
        id: "reset-tells-token",
        title: "what proves that a mailbox is somebody's is not in the answer",
        item: "A2",
        cwe: &[640],
        severity: Severity::High,
        page: r"## Why

A reset sends a code to the mailbox so that only its owner has it. Where the answer holds the code, too, left over from
a test, whoever asks for anybody's reset has it.

## Example

```yaml
/password/forgot: { post: { responses: { '200': { content: { application/json: { schema: { properties: { reset_token: {} } } } } } } } }
```

## Fix

Answer nothing (`204`), to everybody.",
    },
    fix: "answer nothing, to everybody",
    answered: None,
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            let named = |name: &str| {
                let words = naming::words(name);
                let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
                let of = ["verification", "reset", "confirmation", "recovery", "access", "auth"];
                says(&["code"]) && says(&of) || says(&["otp"]) || credential_name(name)
            };
            !one.said.write_only
                && subject.names_of(index).any(|name| named(name) && !names::is_page(name))
                && asked_for(subject, one).next().is_some()
        };
        for group in subject.in_answers(is_such) {
            let message =
                format!("{} answers what should only be sent{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            let schemas = group.schemas.iter().filter_map(|index| subject.outline.schema(*index));
            draft.operations = schemas.flat_map(|one| asked_for(subject, one)).collect();
            draft.operations.sort_unstable();
            draft.operations.dedup();
        }
    },
};

/// The operations that answer it and are called by people who lost their password.
fn asked_for<'s>(
    subject: &'s Subject<'_>,
    schema: &'s OutlinedSchema,
) -> impl Iterator<Item = u32> {
    let numbers = schema.in_answers.operations.iter().copied();
    numbers.filter(|number| {
        subject.operation(*number).is_some_and(|one| {
            let is_of_account = one.says_any(&["password", "account"]);
            let forgets = one.says_any(&["forgot", "forgotten"])
                || one.says_any(&["reset", "recover", "recovery"]) && is_of_account
                || one.says_any(&["otp"]) && one.says_any(&["send", "request", "generate"]);
            one.is_write() && !one.is_secured() && forgets
        })
    })
}

/// Whether it takes what tells who somebody is, or nothing at all that is declared.
fn names_somebody(subject: &Subject<'_>, one: &Op<'_>) -> bool {
    let names = |name: &str| {
        let words = naming::words(name);
        let known = ["email", "mail", "user", "username", "phone", "login", "password", "account"];
        words.iter().any(|word| known.contains(&word.as_str()))
    };
    one.said.bodies.is_empty() && one.said.parameters.is_empty()
        || super::takes(subject, one, names)
        || one.said.parameters.iter().any(|known| names(&known.name))
}

/// Whether a stranger tries something there: a word of its name, and a secret in its body.
fn is_guessed(subject: &Subject<'_>, one: &Op<'_>) -> bool {
    let takes = |name: &str| {
        let words = naming::words(name);
        credential_name(name)
            || words.iter().any(|word| {
                matches!(word.as_str(), "otp" | "code" | "pin" | "passcode" | "password")
            })
    };
    let resets = one.says_any(&["password"]) && one.says_any(&["reset", "confirm"]);
    one.is_write()
        && !one.is_secured()
        && (resets || one.says_any(&GUESSED_BY))
        && (super::takes(subject, one, takes)
            || one.said.parameters.iter().any(|known| takes(&known.name)))
}
