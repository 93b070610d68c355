//! Ways to show who calls: which of them leak, last for ever or can be guessed (A2).

mod oauth;

use portcullis_contract::{SchemeKind, SchemePlace, SecurityScheme};

use super::super::check::Check;
use super::super::control::by;
use super::super::raised::Raising;
use super::super::subject::Subject;
use super::names;
use crate::finding::{Rule, Severity};

pub(super) static CHECKS: [&Check; 12] = [
    &BASIC,
    &KEY_IN_QUERY,
    &OLD_SCHEME,
    &TOKEN_KIND,
    &MISSING,
    &COOKIE,
    &oauth::IMPLICIT,
    &oauth::PASSWORD,
    &oauth::NO_CODE,
    &oauth::NO_REFRESH,
    &oauth::PLAIN,
    &oauth::ONE_SCOPE,
];

static BASIC: Check = Check {
    rule: Rule {
        id: "basic-credentials",
        title: "callers do not send a password with every request",
        item: "N2",
        cwe: &[522, 262],
        severity: Severity::Medium,
        page: r"## Why

Basic sends the password itself, with each request, to every proxy and log on the way that sees the header. It cannot
be limited to one purpose, it does not end, and a leaked one opens whatever else has the same password.

## Example

```yaml
securitySchemes: { login: { type: http, scheme: basic } }
```

## Fix

Let clients exchange the password once for a token that ends, by the authorization code flow with PKCE, or give
services an API key or a client certificate:

```yaml
securitySchemes: { login: { type: http, scheme: bearer, bearerFormat: opaque } }
```

Where old clients stay, a gateway with `passwords` in `callers` verifies them against slow hashes and limits guesses.",
    },
    fix: "give people a login that issues tokens, and services a key or a certificate",
    answered: by!(CallerIdentity, verified),
    look: |subject, raising| {
        each(
            subject,
            raising,
            |one| is_http(one, &["basic"]),
            |name| format!("{name} sends a password with each request"),
        );
    },
};

static KEY_IN_QUERY: Check = Check {
    rule: Rule {
        id: "key-declared-in-query",
        title: "no credential is declared to stand in a URL",
        item: "C7",
        cwe: &[598],
        severity: Severity::High,
        page: r"## Why

A URL is written down everywhere: access logs, browser histories, bookmarks, `Referer`, monitoring, support tickets.
A key in it is a key in all of them.

## Example

```yaml
securitySchemes: { key: { type: apiKey, in: query, name: api_key } }
```

## Fix

```yaml
securitySchemes: { key: { type: apiKey, in: header, name: X-Api-Key } }
```

Take both for a while, and tell clients when the old way ends.",
    },
    fix: "declare it `in: header`, and let the old way end",
    answered: None,
    look: |subject, raising| {
        let is_such = |one: &SecurityScheme| matches!(one.place, SchemePlace::Query(_));
        each(subject, raising, is_such, |name| format!("{name} travels in the URL"));
    },
};

static OLD_SCHEME: Check = Check {
    rule: Rule {
        id: "old-authentication",
        title: "callers are known by a scheme that is still believed",
        item: "A2",
        cwe: &[327, 1390],
        severity: Severity::Medium,
        page: r"## Why

Digest rests on MD5 and on passwords kept so that they can be read; OAuth 1.0 signs with keys that every client shares;
`negotiate` and NTLM bind a connection and not a request, so that a proxy in between mixes callers up.

## Example

```yaml
securitySchemes: { old: { type: http, scheme: digest } }
```

## Fix

Bearer tokens (RFC 6750), bound to a key of the client where they are worth stealing (DPoP, RFC 9449), or client
certificates (`mutualTLS`).",
    },
    fix: "use bearer tokens or client certificates",
    answered: by!(CallerIdentity, verified),
    look: |subject, raising| {
        let old = ["digest", "negotiate", "ntlm", "oauth"];
        each(
            subject,
            raising,
            |one| is_http(one, &old),
            |name| format!("{name} is of a scheme that is not to be trusted any more"),
        );
    },
};

static TOKEN_KIND: Check = Check {
    rule: Rule {
        id: "token-kind-unsaid",
        title: "a bearer token says what it is, so that it is verified as such",
        item: "A2",
        cwe: &[347, 345],
        severity: Severity::Low,
        page: r"## Why

Whoever does not know whether a token is a JWT, and by whose key, verifies it by guesswork: `alg: none`, keys of another
issuer, tokens for another audience, tokens without an end (RFC 8725 lists what went wrong). `bearerFormat` is the one
word of OpenAPI for it, and tools read it.

## Example

```yaml
securitySchemes: { login: { type: http, scheme: bearer } }
```

## Fix

```yaml
securitySchemes: { login: { type: http, scheme: bearer, bearerFormat: JWT } }
```

For a JWT, pin algorithm, issuer and audience, and refuse what has no `exp`; in front of the API that is `issuers` of
the policy. For an opaque one, say `bearerFormat: opaque`, and introspect it.",
    },
    fix: "write `bearerFormat: JWT` or `opaque`, and pin issuer, audience and algorithm where it is verified",
    answered: by!(CallerIdentity, verified),
    look: |subject, raising| {
        for (index, one) in subject.contract.schemes.iter().enumerate() {
            let said = subject.outline.schemes.iter().find(|said| said.name == one.name);
            let Some(said) = said.filter(|said| said.bearer_format.is_none()) else { continue };
            if is_http(one, &["bearer"]) {
                let name = portcullis_model::shown(&one.name);
                let message = format!("nobody says what a token of {name} is");
                raising.at([said.site.span], asked_by(subject, index), message);
            }
        }
    },
};

static MISSING: Check = Check {
    rule: Rule {
        id: "scheme-missing",
        title: "every credential that is asked for is declared",
        item: "A2",
        cwe: &[1059, 306],
        severity: Severity::High,
        page: r"## Why

`security` names a scheme that stands nowhere, is of a kind that there is not, or is no list of schemes at all. One tool
refuses every request, another one leaves the requirement out and lets everybody in; which, nobody sees in the document.

## Example

```yaml
security: [{ apiKey: [] }]
components: { securitySchemes: { api_key: { type: apiKey, in: header, name: X-Api-Key } } }
```

## Fix

Write the name as it is declared, or declare the scheme, with a `type` and what that needs.",
    },
    fix: "write the name as it is declared under `securitySchemes`, or declare the scheme",
    answered: by!(CallerIdentity),
    look: |subject, raising| {
        let is_such = |one: &SecurityScheme| one.place == SchemePlace::NotUnderstood;
        for (index, one) in
            subject.contract.schemes.iter().enumerate().filter(|(_, one)| is_such(one))
        {
            let operations = asked_by(subject, index);
            if operations.is_empty() {
                continue;
            }
            let name = portcullis_model::shown(&one.name);
            let message = match one.span {
                None if one.name.is_empty() => "what `security` asks for cannot be read".to_owned(),
                None => format!("{name} is asked for and declared nowhere"),
                Some(_) => format!("{name} is asked for, and of a kind that there is not"),
            };
            raising.at(one.span, operations, message);
        }
    },
};

static COOKIE: Check = Check {
    rule: Rule {
        id: "cookie-for-writes",
        title: "what changes something is not allowed by a cookie alone",
        item: "F4",
        cwe: &[352],
        severity: Severity::Medium,
        page: r"## Why

A browser sends a cookie along with whatever another site makes it send. A form on a stranger's page then changes the
e-mail address of whoever looks at it, unless something else shows that the API's own page asked.

## Example

```yaml
securitySchemes: { session: { type: apiKey, in: cookie, name: session } }
paths: { /email: { put: { security: [{ session: [] }] } } }
```

## Fix

Ask for a header that no form can set beside the cookie, and give the cookie `SameSite`:

```yaml
put: { security: [{ session: [], csrf: [] }] }   # csrf: { type: apiKey, in: header, name: X-CSRF-Token }
```",
    },
    fix: "ask for a header beside the cookie, such as `X-CSRF-Token`, or for a bearer token",
    answered: by!(CrossSite),
    look: |subject, raising| {
        let is_cookie = |index: &usize| {
            let scheme = subject.contract.schemes.get(*index);
            scheme.is_some_and(|one| matches!(one.place, SchemePlace::Cookie(_)))
        };
        let all = subject.numbers(|one| {
            one.is_write()
                && one
                    .alternatives()
                    .iter()
                    .any(|asked| !asked.schemes.is_empty() && asked.schemes.iter().all(is_cookie))
        });
        raising.operations(all, |count| {
            format!(
                "a cookie alone is enough for {}",
                names::counted(count, "operation that writes", "operations that write")
            )
        });
    },
};

/// Whether every caller of an operation is verified.
pub(super) fn verified(plan: &portcullis_controls::Plan, operation: usize) -> bool {
    use portcullis_controls::caller_identity::Expected;
    let expected = plan.operations.get(operation).map(|one| &one.caller);
    matches!(expected, Some(Expected::Callers(any_of)) if any_of.iter().all(|one| one.is_verified))
}

/// The operations that may be called with this scheme.
pub(super) fn asked_by(subject: &Subject<'_>, scheme: usize) -> Vec<u32> {
    subject.asking(scheme).to_vec()
}

fn is_http(one: &SecurityScheme, words: &[&str]) -> bool {
    one.kind == SchemeKind::Http
        && matches!(&one.place, SchemePlace::Authorization(word) if words.contains(&word.as_str()))
}

/// A finding for each scheme that is such.
fn each(
    subject: &Subject<'_>,
    raising: &mut Raising<'_>,
    is_such: impl Fn(&SecurityScheme) -> bool,
    message: impl Fn(&str) -> String,
) {
    for (index, one) in subject.contract.schemes.iter().enumerate().filter(|(_, one)| is_such(one))
    {
        let name = portcullis_model::shown(&one.name);
        raising.at(one.span, asked_by(subject, index), message(&name));
    }
}
