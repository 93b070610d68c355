//! Properties that callers should not be able to write.

use portcullis_contract::outline::{OutlinedSchema, SchemaIndex};

use super::super::super::check::Check;
use super::super::super::control::by;
use super::super::super::subject::Subject;
use super::super::names;
use crate::finding::{Rule, Severity};

/// Names of what gives rights, standing or money to whoever writes it, folded and sorted.
const PRIVILEGES: [&str; 28] = [
    "accountbalance",
    "admin",
    "approved",
    "authorities",
    "balance",
    "creditbalance",
    "creditlimit",
    "emailverified",
    "isadmin",
    "isapproved",
    "isemailverified",
    "isstaff",
    "issuperuser",
    "isverified",
    "kycstatus",
    "mfaenabled",
    "paid",
    "passwordhash",
    "permissions",
    "phoneverified",
    "privileges",
    "role",
    "roleid",
    "roles",
    "superuser",
    "userrole",
    "userroles",
    "verified",
];
/// Names of what servers write of objects, folded and sorted.
const SERVERS: [&str; 16] = [
    "createdat",
    "createdby",
    "createdon",
    "creationdate",
    "datecreated",
    "datemodified",
    "deletedat",
    "insertedat",
    "lastlogin",
    "lastmodified",
    "lastupdated",
    "modifiedat",
    "modifiedby",
    "updatedat",
    "updatedby",
    "updatedon",
];

/// Words of operations whose business is who may what.
const GRANTING: [&str; 14] = [
    "access",
    "acl",
    "binding",
    "collaborator",
    "grant",
    "iam",
    "invitation",
    "invite",
    "member",
    "membership",
    "permission",
    "policy",
    "privilege",
    "role",
];

pub(super) static PRIVILEGE: Check = Check {
    rule: Rule {
        id: "privilege-writable",
        title: "no caller writes what their own rights follow from",
        item: "A6",
        cwe: &[915, 269],
        severity: Severity::High,
        page: r"## Why

A role, a balance or `email_verified` in the body of an ordinary operation is an invitation: whoever updates their profile
becomes an administrator, or rich.

## Example

```yaml
Profile: { type: object, properties: { name: { type: string }, role: { type: string } } }
```

## Fix

```yaml
role: { type: string, readOnly: true }
```

Let administrators change it by an operation of their own.",
    },
    fix: "mark it `readOnly: true`, and change it by an operation for administrators",
    answered: by!(WritableProperties, |_, _| false),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            is_named(subject, index, &PRIVILEGES)
                && !one.said.read_only
                && is_ordinary_write(subject, one, &GRANTING)
        };
        for group in subject.in_requests(is_such) {
            let message =
                format!("{} lets callers write what gives rights{}", group.owner, group.names());
            let draft = raising.group(&group, message);
            for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
                draft.propose(subject.outline, schema.site, serde_json::json!({"readOnly": true}));
            }
        }
    },
};

pub(super) static SERVERS_OWN: Check = Check {
    rule: Rule {
        id: "server-value-writable",
        title: "what the API writes by itself is read-only",
        item: "A6",
        cwe: &[915],
        severity: Severity::Low,
        page: r"## Why

Times and authors of changes are evidence of who did what. Where a request may set them, entries are dated back, put
under another name, or hidden from whoever looks for the newest.

## Example

```yaml
Order: { properties: { created_at: { type: string, format: date-time } } }
```

## Fix

```yaml
created_at: { type: string, format: date-time, readOnly: true }
```",
    },
    fix: "mark it `readOnly: true`",
    answered: by!(WritableProperties, |_, _| false),
    look: |subject, raising| {
        let is_such = |index: SchemaIndex, one: &OutlinedSchema| {
            is_named(subject, index, &SERVERS)
                && !one.said.read_only
                // Of a filter it is a bound, not a value.
                && !subject.parameter_names.contains_key(&index)
                && is_ordinary_write(subject, one, &[])
        };
        for group in subject.in_requests(is_such) {
            let message = format!(
                "{} takes {} that the API writes by itself{}",
                group.owner,
                names::counted(group.count(), "value", "values"),
                group.names()
            );
            let draft = raising.group(&group, message);
            for schema in group.schemas.iter().filter_map(|index| subject.outline.schema(*index)) {
                draft.propose(subject.outline, schema.site, serde_json::json!({"readOnly": true}));
            }
        }
    },
};

fn is_named(subject: &Subject<'_>, index: SchemaIndex, known: &[&str]) -> bool {
    subject.names_of(index).any(|name| known.binary_search(&names::folded(name).as_str()).is_ok())
}

/// Whether an operation that writes, and is neither one of administrators nor about such things, takes it.
fn is_ordinary_write(subject: &Subject<'_>, schema: &OutlinedSchema, not: &[&str]) -> bool {
    let mut taken = schema.in_requests.operations.iter();
    taken.any(|number| {
        subject.operation(*number).is_some_and(|one| {
            let is_ordinary = one.administrative.is_none() && !one.says_any(not);
            one.is_write() && one.served.is_some() && is_ordinary
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(PRIVILEGES.is_sorted() && SERVERS.is_sorted());
    }
}
