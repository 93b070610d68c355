//! What is compiled into the binary, and what is only needed to make it: as cargo says it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use crate::shell;

/// The target, as rustc names it.
pub(crate) const TARGET: &str = "x86_64-unknown-linux-gnu";

/// One package.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression.
    pub(crate) licence: String,
    pub(crate) description: String,
    /// SHA-256 of the archive that it came in; ours came in none.
    pub(crate) checksum: Option<String>,
    pub(crate) folder: PathBuf,
    /// Whether its code is in the binary, and not only in what made it.
    pub(crate) is_linked: bool,
    /// Names and versions of what it uses.
    pub(crate) uses: Vec<(String, String)>,
}

/// All of them, by name and version.
pub(crate) struct Packages {
    pub(crate) all: BTreeMap<(String, String), Package>,
    /// Ours.
    pub(crate) version: String,
    pub(crate) cargo_home: PathBuf,
}

impl Packages {
    /// Asks cargo.
    pub(crate) fn read() -> Result<Self, String> {
        let root = shell::root();
        let options =
            ["metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET];
        let metadata = shell::output(&root, "cargo", &options)?;
        let metadata: Value =
            serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
        let lock = std::fs::read_to_string(root.join("Cargo.lock"))
            .map_err(|error| format!("Cargo.lock: {error}"))?;
        let linked = tree("normal,no-proc-macro")?;
        let needed = tree("normal,build")?;
        Self::join(&metadata, &checksums(&lock), &linked, &needed)
    }

    fn join(
        metadata: &Value,
        checksums: &BTreeMap<(String, String), String>,
        linked: &BTreeSet<(String, String)>,
        needed: &BTreeSet<(String, String)>,
    ) -> Result<Self, String> {
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
        let packages = list(metadata.get("packages")).ok_or("cargo metadata without packages")?;
        let nodes = list(metadata.pointer("/resolve/nodes")).ok_or("cargo metadata unresolved")?;
        let mut keys = BTreeMap::new();
        let mut all = BTreeMap::new();
        let mut cargo_home = None;
        for package in &packages {
            let text = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default();
            let key = (text("name").to_owned(), text("version").to_owned());
            keys.insert(text("id").to_owned(), key.clone());
            if !needed.contains(&key) {
                continue;
            }
            let manifest = PathBuf::from(text("manifest_path"));
            let above = manifest.ancestors().find(|one| one.ends_with("registry"));
            cargo_home = cargo_home.or(above.and_then(|one| one.parent().map(PathBuf::from)));
            let one = Package {
                name: key.0.clone(),
                version: key.1.clone(),
                licence: text("license").replace('/', " OR "),
                description: text("description").split_whitespace().collect::<Vec<_>>().join(" "),
                checksum: checksums.get(&key).cloned(),
                folder: manifest.parent().map(PathBuf::from).unwrap_or_default(),
                is_linked: linked.contains(&key),
                uses: Vec::new(),
            };
            all.insert(key, one);
        }
        for node in &nodes {
            let id = node.get("id").and_then(Value::as_str).unwrap_or_default();
            let uses = node.get("deps").and_then(Value::as_array).into_iter().flatten();
            let uses = uses.filter(|one| !is_for_tests(one)).filter_map(|one| one.get("pkg"));
            let uses =
                uses.filter_map(|id| keys.get(id.as_str()?)).filter(|one| needed.contains(one));
            let uses: BTreeSet<_> = uses.cloned().collect();
            if let Some(package) = keys.get(id).and_then(|key| all.get_mut(key)) {
                package.uses = uses.into_iter().collect();
            }
        }
        let ours = all.keys().find(|(name, _)| name == "portcullis").ok_or("no `portcullis`")?;
        let version = ours.1.clone();
        Ok(Self { all, version, cargo_home: cargo_home.ok_or("no package of a registry")? })
    }
}

/// Whether a dependency is one of tests alone.
fn is_for_tests(dependency: &Value) -> bool {
    let kinds = dependency.get("dep_kinds").and_then(Value::as_array);
    kinds.is_some_and(|kinds| {
        kinds.iter().all(|kind| kind.get("kind").and_then(Value::as_str) == Some("dev"))
    })
}

/// Names and versions that `cargo tree` shows below the command, along these edges.
fn tree(edges: &str) -> Result<BTreeSet<(String, String)>, String> {
    let options = ["tree", "--locked", "--package", "portcullis", "--target", TARGET];
    let options = [&options[..], &["--prefix", "none", "--edges", edges]].concat();
    let printed = shell::output(&shell::root(), "cargo", &options)?;
    let pairs = printed.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let (name, version) = (words.next()?, words.next()?);
        Some((name.to_owned(), version.strip_prefix('v')?.to_owned()))
    });
    Ok(pairs.collect())
}

/// The digests of `Cargo.lock`.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        line.strip_suffix('"').map(str::to_owned)
    };
    let blocks = lock.split("[[package]]").skip(1);
    blocks
        .filter_map(|block| {
            let key = (field(block, "name")?, field(block, "version")?);
            Some((key, field(block, "checksum")?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_use_is_not_handed_on() {
        let dev = serde_json::json!({ "dep_kinds": [{ "kind": "dev" }] });
        let both = serde_json::json!({ "dep_kinds": [{ "kind": "dev" }, { "kind": null }] });
        assert!(is_for_tests(&dev));
        assert!(!is_for_tests(&both));
    }

    #[test]
    fn the_lock_file_says_the_digest_of_what_came_from_a_registry() {
        let lock = "[[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"bytes\"\n\
                    version = \"1.2.3\"\nsource = \"registry\"\nchecksum = \"abc\"\n";
        let all = checksums(lock);
        assert_eq!(all.len(), 1);
        assert_eq!(all.get(&("bytes".to_owned(), "1.2.3".to_owned())).unwrap(), "abc");
    }
}
