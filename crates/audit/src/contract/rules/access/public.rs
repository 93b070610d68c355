//! What everybody may call, because the document says so.

use portcullis_contract::Security;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::subject::Op;
use super::super::{names, schemes};
use crate::finding::{Rule, Severity};

/// Words of operations that somebody without a credential needs.
const BEFORE_LOGIN: [&str; 24] = [
    "auth",
    "authenticate",
    "authorize",
    "callback",
    "confirm",
    "forgot",
    "health",
    "healthz",
    "hook",
    "introspect",
    "login",
    "oauth",
    "password",
    "ping",
    "register",
    "registration",
    "reset",
    "revoke",
    "session",
    "signin",
    "signup",
    "token",
    "verify",
    "webhook",
];

pub(super) static WRITE: Check = Check {
    rule: Rule {
        id: "write-public",
        title: "strangers write only what they must",
        item: "A2",
        cwe: &[862, 799],
        severity: Severity::Medium,
        page: r"## Why

`security: []` at an operation that writes lets everybody write, and programs most of all: comments, orders and uploads
by nobody, as many as they like. Login, registration and webhooks must be so; others rarely.

## Example

```yaml
/reviews: { post: { security: [] } }
```

## Fix

Ask for a credential. Where strangers must write, limit how often an address may, and prove that a person does.",
    },
    fix: "ask for a credential, or limit how often strangers may call it",
    answered: by!(ResourceLimits, super::has_rate_of_its_own),
    look: |subject, raising| {
        for one in subject.operations() {
            let is_public =
                matches!(one.security(), Security::Anonymous { or, .. } if or.is_empty());
            if is_public && one.is_write() && !is_before_login(one) {
                raising.operation(
                    one.number,
                    format!("everybody may call {}, which writes", one.shown()),
                );
            }
        }
    },
};

pub(in crate::contract) static OPERATION: Check = Check {
    rule: Rule {
        id: "operation-public",
        title: "what everybody may call is little, and known",
        item: "A2",
        cwe: &[306],
        severity: Severity::Info,
        page: r"## Why

`security: []`, and `{}` beside other alternatives, say that a stranger may call the operation. That is right for a
login, a health check or a catalogue, and no document shows whether it is right. It is no fault; this is the list, to be
read by somebody who knows. In the score such an operation counts as if something were wrong with its credentials, because
otherwise a document would gain by asking for none.

## Example

```yaml
/catalogue: { get: { security: [] } }
```

## Fix

Where an operation need not be open, ask for a credential. Where it must be, leave it: the points are the price of being
open, and no aim.",
    },
    fix: "ask for a credential where it need not be open; leave what must be",
    answered: by!(CallerIdentity, schemes::verified),
    look: |subject, raising| {
        let all = subject.numbers(|one| matches!(one.security(), Security::Anonymous { .. }));
        raising.operations(all, |count| {
            let what = names::counted(count, "operation asks", "operations ask");
            format!("{what} for no credential, and the document says so")
        });
    },
};

/// Whether somebody without a credential needs it.
pub(in crate::contract) fn is_before_login(one: &Op<'_>) -> bool {
    one.says_any(&BEFORE_LOGIN)
}
