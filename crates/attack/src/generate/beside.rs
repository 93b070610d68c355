//! What answers beside what is declared? Doors of frameworks, other versions, copies, and what the document declares and
//! nobody is served.
//!
//! An API that answers every path with success has no such places: a path that nobody could have made must not answer
//! alike, which is a part of the positive control.

use portcullis_contract::{CanonicalPath, Find};
use portcullis_model::Method;
use serde_json::{Value, json};

use super::draft::Draft;
use super::honest::{Honest, expecting};
use super::kind::{COPY, Kind, VERSION};
use super::may::{Known, opens};
use super::{Found, Generator, left_alone};

/// What frameworks, servers and people leave open.
const DOORS: [&str; 22] = [
    "/.env",
    "/.git/config",
    "/actuator",
    "/actuator/env",
    "/admin",
    "/admin/users",
    "/backup.sql",
    "/backup.zip",
    "/config.json",
    "/console",
    "/debug",
    "/debug/env",
    "/debug/pprof/",
    "/debug/vars",
    "/internal/metrics",
    "/metrics",
    "/openapi.json",
    "/phpinfo.php",
    "/server-status",
    "/swagger.json",
    "/trace",
    "/v3/api-docs",
];
/// What copies of files are called.
const COPIES: [&str; 3] = [".bak", ".old", "~"];
/// Declared paths of which copies are looked for.
const COPIED_MAX: usize = 2;
/// Declared paths of which other versions are looked for.
const VERSIONED_MAX: usize = 6;
/// Other versions of one path.
const VERSIONS_MAX: usize = 3;
/// Paths of one run that nobody declared.
const PATHS_MAX: usize = 80;

impl<'s> Generator<'s> {
    /// Everything that could be there, asked by somebody who may call the API.
    pub(super) fn beside(&'s self, found: &mut Found) {
        let Some(honest) = self.anchor() else {
            return found.leave(
                "paths beside",
                "no operation reads without an object, so nobody can show that the API answers",
            );
        };
        let mut paths = self.paths_beside();
        if paths.len() > PATHS_MAX {
            found.leave("paths beside", format!("there are more than {PATHS_MAX}"));
            paths.truncate(PATHS_MAX);
        }
        found.drafts.extend(paths.into_iter().map(|(act, path)| beside(&honest, act, path)));
    }

    /// An operation that only reads and names no object, best of somebody who is known.
    fn anchor(&'s self) -> Option<Honest<'s>> {
        let reads = |index: &usize| {
            let declared = self.model.contract.operation(*index);
            let touched = self.model.authorization.operations.get(*index);
            declared.is_some_and(|one| one.method == Method::Get)
                && touched.is_none_or(|one| one.inputs.is_empty())
                && left_alone::why(self.model, *index).is_none()
        };
        let all = (0..self.model.contract.operations.len()).filter(reads);
        let mut known = all.filter_map(|index| self.honest(index).ok());
        let mut honest = known.find(|one| !one.points_away())?;
        let first = self.people.first();
        let may = first.filter(|one| opens(self.model, honest.operation, one) != Known::No);
        // Somebody with a credential gets further than nobody.
        if let (None, Some(person)) = (honest.by, may) {
            honest.by = Some(&person.name);
            honest.step.insert("as".to_owned(), json!(person.name));
        }
        Some(honest)
    }

    /// What is tried, and its path as it is sent; nothing that is declared.
    fn paths_beside(&self) -> Vec<(&'static str, String)> {
        let base = self.model.base_path.as_str();
        let mut all: Vec<(&str, String)> = Vec::new();
        let unserved = self.model.contract.not_served.iter();
        let unserved = unserved.filter_map(|one| one.title.strip_prefix("GET "));
        let plain = unserved.filter(|path| !path.contains('{'));
        all.extend(plain.map(|path| ("unserved", format!("{base}{path}"))));
        let collections = self.collections();
        for path in collections.iter().take(VERSIONED_MAX) {
            let versions = versions(base, path).into_iter().take(VERSIONS_MAX);
            all.extend(versions.map(|path| (VERSION, path)));
        }
        for path in collections.iter().take(COPIED_MAX) {
            all.extend(COPIES.iter().map(|end| (COPY, format!("{base}{path}{end}"))));
        }
        all.extend(DOORS.iter().map(|door| ("door", format!("{base}{door}"))));
        if !base.is_empty() {
            all.extend(DOORS.iter().map(|door| ("door", (*door).to_owned())));
        }
        let mut known = Vec::new();
        all.retain(|(act, path)| {
            let is_new = !known.contains(path);
            known.push(path.clone());
            is_new && (*act == "unserved" || !self.is_declared(path))
        });
        all
    }

    /// What stands before the first parameter of each path, each once: collections.
    fn collections(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for template in &self.model.contract.paths {
            let fixed = template.split('{').next().unwrap_or_default().trim_end_matches('/');
            if !fixed.is_empty() && !all.iter().any(|known| known == fixed) {
                all.push(fixed.to_owned());
            }
        }
        all
    }

    fn is_declared(&self, path: &str) -> bool {
        let Some(below) = path.strip_prefix(self.model.base_path.as_str()) else { return false };
        if self.model.public_contract.as_deref() == Some(below) {
            return true;
        }
        CanonicalPath::parse(below).is_ok_and(|path| {
            !matches!(self.model.contract.find(Method::Get, &path), Find::Nothing)
        })
    }
}

/// One path that is not declared.
fn beside(honest: &Honest<'_>, act: &str, path: String) -> Draft {
    let by = honest.by.map(str::to_owned);
    let ask = |path: &str| {
        let mut step =
            serde_json::Map::from_iter([("send".to_owned(), json!(format!("GET {path}")))]);
        step.extend(by.iter().map(|by| ("as".to_owned(), json!(by))));
        step
    };
    let works = expecting(&honest.step, json!([{ "status": "2xx" }]));
    let nothing = expecting(&ask(&unlike(&path)), json!([{ "status": ["3xx", "4xx", "5xx"] }]));
    Draft {
        worst: None,
        operation: honest.operation,
        kind: Kind::Beside,
        act: act.to_owned(),
        at: None,
        before: Vec::new(),
        honest: vec![works, nothing],
        attack: vec![Value::Object(ask(&path))],
        look: Vec::new(),
        harm: vec![json!({ "status": "2xx" }), json!({ "length_at_least": 1 })],
        name: path,
        by,
    }
}

/// A path beside this one that nobody could have made, with the same end.
fn unlike(path: &str) -> String {
    let (folder, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or(("", path));
    let end = match name.rfind('.') {
        Some(0) | None => name.get(name.trim_end_matches('~').len()..).unwrap_or_default(),
        Some(dot) => name.get(dot..).unwrap_or_default(),
    };
    format!("{folder}/${{unique}}{end}")
}

/// The same path in other versions: one before, the first ones, one behind.
fn versions(base: &str, path: &str) -> Vec<String> {
    let whole = format!("{base}{path}");
    let parts: Vec<&str> = whole.split('/').collect();
    let number = |part: &str| part.strip_prefix('v')?.parse::<u32>().ok();
    let at = parts.iter().position(|part| number(part).is_some());
    let Some(at) = at else {
        return ["v0", "v1", "v2"].iter().map(|one| format!("{base}/{one}{path}")).collect();
    };
    let known = parts.get(at).and_then(|part| number(part)).unwrap_or_default();
    let before = known.checked_sub(1);
    let first = Some(0).filter(|first| before != Some(*first) && known != *first);
    let others = [before, Some(known.saturating_add(1)), first];
    let other = |one: u32| {
        let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        if let Some(part) = parts.get_mut(at) {
            *part = format!("v{one}");
        }
        parts.join("/")
    };
    others.into_iter().flatten().map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::super::small::{files, made};
    use super::*;

    #[test]
    fn a_path_that_nobody_made_ends_like_the_one_that_is_tried() {
        for (path, expected) in [
            ("/api/.git/config", "/api/.git/${unique}"),
            ("/backup.sql", "/${unique}.sql"),
            ("/.env", "/${unique}"),
            ("/orders~", "/${unique}~"),
            ("/debug/pprof/", "/debug/${unique}"),
        ] {
            assert_eq!(unlike(path), expected, "{path}");
        }
    }

    #[test]
    fn versions_are_those_beside_the_declared_one() {
        assert_eq!(versions("/api", "/a"), ["/api/v0/a", "/api/v1/a", "/api/v2/a"]);
        assert_eq!(versions("/v2", "/a"), ["/v1/a", "/v3/a", "/v0/a"]);
        assert_eq!(versions("", "/v1/a"), ["/v0/a", "/v2/a"]);
    }

    #[test]
    fn what_nobody_declared_is_asked_beside_a_path_that_nobody_made() {
        let made = made("", "", false);
        let files = files(&made, "gen-a9-v2-git-config");
        let [file] = files.as_slice() else { panic!("{files:#?}") };
        assert_eq!(file["honest"][0]["send"], "GET /v2/orders");
        assert_eq!(file["honest"][1]["send"], "GET /v2/.git/${unique}");
        assert_eq!(file["honest"][1]["expect"][0]["status"], json!(["3xx", "4xx", "5xx"]));
        assert_eq!(
            (&file["attack"][0]["as"], &file["control"]),
            (&json!("ann"), &json!("api_inventory"))
        );
    }

    #[test]
    fn other_versions_and_copies_of_declared_paths_are_asked_and_what_is_declared_is_not() {
        let debug = "
  /debug:
    get: { operationId: debug, responses: { '200': { description: x } } }
";
        let made = made(debug, "", false);
        let sent = |begin| -> Vec<Value> {
            files(&made, begin).iter().map(|file| file["attack"][0]["send"].clone()).collect()
        };
        assert_eq!(sent("gen-a9-v1-orders"), ["GET /v1/orders"]);
        assert_eq!(sent("gen-a9-v2-orders-bak"), ["GET /v2/orders.bak"]);
        assert_eq!(sent("gen-a9-debug-ann-door"), ["GET /debug"], "outside of the base path");
        assert!(sent("gen-a9-v2-debug-ann-door").is_empty(), "it is declared");
    }
}
