//! What operations look like, by their names: a first draft for people to correct. Nothing is
//! decided by it.

use std::collections::BTreeSet;

use portcullis_contract::Operation;
use portcullis_model::Method;
use portcullis_policy::looks_administrative;

/// What an operation may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Login,
    Refresh,
    Logout,
    Registration,
    WhoAmI,
    Administrative,
}

impl Role {
    pub(super) const ALL: [Self; 6] = [
        Self::Login,
        Self::Refresh,
        Self::Logout,
        Self::Registration,
        Self::WhoAmI,
        Self::Administrative,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Logout => "logout",
            Self::Registration => "registration",
            Self::WhoAmI => "who am I",
            Self::Administrative => "administrative",
        }
    }

    /// By name and path; the narrower meaning wins.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        let words = words(operation);
        let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
        let writes = !operation.method.is_safe();
        if looks_administrative(operation).is_some() {
            Some(Self::Administrative)
        } else if writes && has(&["refresh", "renew"]) {
            Some(Self::Refresh)
        } else if has(&["logout", "signout", "logoff"])
            || operation.method == Method::Delete && has(&["session", "sessions"])
        {
            Some(Self::Logout)
        } else if writes && has(&["register", "registration", "signup"]) {
            Some(Self::Registration)
        } else if operation.method == Method::Post
            && has(&["login", "signin", "logon", "authenticate", "token", "session", "sessions"])
        {
            Some(Self::Login)
        } else if operation.method == Method::Get
            && has(&["me", "whoami", "myself", "self", "profile", "userinfo"])
        {
            Some(Self::WhoAmI)
        } else {
            None
        }
    }
}

/// The words of name and path, in lower case: `signIn` is `sign`, `in`, and `signin`.
fn words(operation: &Operation) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let literals = operation.template.split('/').filter(|segment| !segment.contains('{'));
    for text in operation.id.as_deref().into_iter().chain(literals) {
        let mut parts: Vec<String> = Vec::new();
        let mut before = ' ';
        for letter in text.chars() {
            let begins = letter.is_uppercase() && !before.is_uppercase();
            if begins || !before.is_alphanumeric() {
                parts.push(String::new());
            }
            if letter.is_alphanumeric()
                && let Some(part) = parts.last_mut()
            {
                part.extend(letter.to_lowercase());
            }
            before = letter;
        }
        words.extend(parts.windows(2).map(<[String]>::concat));
        words.extend(parts);
    }
    words
}

#[cfg(test)]
mod tests {
    use portcullis_contract::Contract;
    use portcullis_model::Sources;

    use super::*;

    fn contract(operations: &[(&str, &str, &str)]) -> Contract {
        let mut paths = serde_json::Map::new();
        for (method, path, id) in operations {
            let item = paths.entry(*path).or_insert_with(|| serde_json::json!({}));
            item[*method] = serde_json::json!({ "operationId": id, "responses": {} });
        }
        let text = serde_json::json!({
            "openapi": "3.1.0", "info": { "title": "t", "version": "1" }, "paths": paths
        });
        let mut sources = Sources::default();
        let source = sources.add("a.json", text.to_string());
        portcullis_contract::read(&mut sources, source, &mut portcullis_contract::NoFiles).unwrap()
    }

    #[test]
    fn operations_are_known_by_their_names() {
        for (method, path, id, role) in [
            ("post", "/login", "a", Some(Role::Login)),
            ("post", "/users/v1/sign-in", "a", Some(Role::Login)),
            ("post", "/x", "signIn", Some(Role::Login)),
            ("post", "/oauth/token", "issue", Some(Role::Login)),
            ("post", "/token/refresh", "a", Some(Role::Refresh)),
            ("delete", "/sessions/current", "a", Some(Role::Logout)),
            ("post", "/auth/logout", "a", Some(Role::Logout)),
            ("post", "/users", "registerUser", Some(Role::Registration)),
            ("get", "/users/me", "a", Some(Role::WhoAmI)),
            ("get", "/admin/users", "a", Some(Role::Administrative)),
            ("get", "/orders", "listOrders", None),
            ("get", "/theme", "getTheme", None),
            ("get", "/tokens", "listTokens", None),
        ] {
            let contract = contract(&[(method, path, id)]);
            assert_eq!(Role::of(&contract.operations[0]), role, "{method} {path} {id}");
        }
    }
}
