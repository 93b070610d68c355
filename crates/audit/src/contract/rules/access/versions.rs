//! One function in two versions, of which the older one is easier.

use std::collections::HashMap;

use portcullis_contract::Security;
use portcullis_model::Method;

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::raised::Raising;
use super::super::super::subject::{Op, Subject};
use super::super::{names, schemes};
use crate::finding::{Rule, Severity};

pub(super) static WEAKER: Check = Check {
    rule: Rule {
        id: "version-weaker",
        title: "every version of a function asks for the same",
        item: "A9",
        cwe: &[306, 1059],
        severity: Severity::High,
        page: r"## Why

The new version asks for a credential and the old one, which does the same to the same data, does not. Whoever is
refused at `/v2` asks at `/v1`; a limit or a check that was added to one version only protects nobody.

## Example

```yaml
/v1/customers/{id}: { get: { security: [] } }
/v2/customers/{id}: { get: { security: [{ login: [] }] } }
```

## Fix

Ask the same of both, or end the old one: `deprecated: true` and `x-sunset: 2027-03-31`.",
    },
    fix: "ask the same of every version, or end the one that asks less",
    answered: by!(CallerIdentity, schemes::verified),
    look: weaker,
};

fn weaker(subject: &Subject<'_>, raising: &mut Raising<'_>) {
    let mut functions: HashMap<(Method, String), Vec<(&Op<'_>, u32)>> = HashMap::new();
    for one in subject.operations() {
        if let Some((function, version)) = names::versioned(&one.said.template) {
            functions.entry((one.said.method, function)).or_default().push((one, version));
        }
    }
    let mut found: Vec<(u32, u32)> = Vec::new();
    for same in functions.into_values() {
        let secured = same.iter().find(|(one, _)| one.is_secured());
        let Some((secured, _)) = secured else { continue };
        let is_open = |one: &Op<'_>| {
            matches!(one.security(), Security::NotStated | Security::Anonymous { .. })
        };
        found.extend(
            same.iter()
                .filter(|(one, _)| is_open(one))
                .map(|(one, _)| (one.number, secured.number)),
        );
    }
    found.sort_unstable();
    for (open, secured) in found {
        let shown = |number| {
            subject.operation(number).map(|one: &Op<'_>| portcullis_model::shown(&one.said.title()))
        };
        let (one, other) = (shown(open).unwrap_or_default(), shown(secured).unwrap_or_default());
        let message = format!("{one} is open, and {other} is not");
        raising.operation(open, message);
    }
}
