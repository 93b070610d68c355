//! Versions with advisories: what this program was built with, held against a folder of advisories (OSV, in JSON).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::rules;
use crate::finding::{At, Finding, Place};

/// Files of a folder of advisories.
const FILES_MAX: usize = 100_000;
/// Other forms that are named.
const OTHER_MAX: usize = 3;
/// What is read.
const FORM: &str = "OSV's form (one JSON file each, with `affected`)";
/// Bytes of one advisory.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// How Cargo's index of a registry ends; what stands before it is what OSV calls the registry.
const INDEX: &str = "-index";

/// A library that is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The registry that it comes from, as OSV calls it (`ecosystem`); none: from elsewhere.
    pub registry: Option<String>,
}

/// The libraries of a lock file of Cargo.
pub fn dependencies(lock: &str) -> Vec<Dependency> {
    let value = |line: &str, key: &str| {
        let rest = line.strip_prefix(key)?.strip_prefix(" = \"")?;
        rest.strip_suffix('"').map(str::to_owned)
    };
    let mut all = Vec::new();
    for block in lock.split("[[package]]").skip(1) {
        let of = |key| block.lines().find_map(|line| value(line, key));
        // What has no source is ours.
        if let (Some(name), Some(version), Some(source)) = (of("name"), of("version"), of("source"))
        {
            let last = source.rsplit('/').next().and_then(|last| last.strip_suffix(INDEX));
            all.push(Dependency { name, version, registry: last.map(str::to_owned) });
        }
    }
    all
}

/// What a folder of advisories says.
#[derive(Debug, Default)]
pub struct Advisories {
    /// Advisories that were read.
    pub read: usize,
    /// Files that are none.
    pub not_read: usize,
    /// What concerns these libraries.
    pub findings: Vec<Finding>,
}

impl Advisories {
    /// Reads a folder, and those in it.
    ///
    /// # Errors
    /// Why it cannot be read, or holds none.
    pub fn of(folder: &Path, built_in: &[Dependency]) -> Result<Self, String> {
        let mut all = Self::default();
        let mut other: BTreeSet<String> = BTreeSet::new();
        if folder.is_file() {
            let shown = folder.display();
            return Err(format!("`{shown}` is a file: name a folder with {FORM}, unpacked"));
        }
        let root = folder;
        let mut folders = vec![folder.to_owned()];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder)
                .map_err(|why| format!("`{}`: {why}", folder.display()))?;
            for entry in entries.map_while(Result::ok) {
                let Ok(kind) = entry.file_type() else { continue };
                let path = entry.path();
                if kind.is_dir() {
                    folders.push(path);
                    continue;
                }
                if !kind.is_file() {
                    continue;
                }
                count += 1;
                if count > FILES_MAX {
                    return Err(format!("more than {FILES_MAX} files"));
                }
                let ending = path.extension().unwrap_or_default().to_string_lossy();
                if ending == "json" {
                    all.look(&path, built_in);
                } else if !ending.is_empty() && other.len() < OTHER_MAX {
                    other.insert(format!("`.{ending}`"));
                }
            }
        }
        if all.read == 0 {
            let mut why = format!("`{}` holds no advisory in {FORM}", root.display());
            if all.not_read > 0 {
                // Writing to a String cannot fail.
                let _ = write!(why, "; {} files of JSON are something else", all.not_read);
            }
            if !other.is_empty() {
                let other: Vec<String> = other.into_iter().collect();
                let _ = write!(why, "; {} is not read", other.join(", "));
            }
            return Err(why);
        }
        Ok(all)
    }

    fn look(&mut self, path: &Path, built_in: &[Dependency]) {
        use std::io::Read as _;
        let mut text = String::new();
        let file = std::fs::File::open(path);
        let read = file.and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text));
        let told: Option<Value> = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        let Some(told) = told.filter(|told| told.get("affected").is_some_and(Value::is_array))
        else {
            self.not_read += 1;
            return;
        };
        self.read += 1;
        if told.get("withdrawn").is_some_and(Value::is_string) {
            return;
        }
        self.findings.extend(
            built_in.iter().filter(|one| concerns(&told, one)).map(|one| finding(&told, one, path)),
        );
    }
}

fn finding(told: &Value, one: &Dependency, path: &Path) -> Finding {
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default();
    let Dependency { name, version, .. } = one;
    Finding {
        rule: &rules::ADVISORY,
        severity: rules::ADVISORY.severity,
        message: format!("`{name}` {version} is built in: {} {}", text("id"), text("summary")),
        fix: "take a build with a newer version of it, or read the advisory and write down why it does not concern you".to_owned(),
        places: vec![Place { at: At::File(path.to_owned()), operation: None }],
        enforced: None,
    }
}

/// Whether an advisory means this version of this library.
fn concerns(told: &Value, one: &Dependency) -> bool {
    let Some(version) = numbers(&one.version) else { return false };
    let all = told.get("affected").and_then(Value::as_array);
    let is_meant = |affected: &&Value| {
        let of = |name: &str| affected.pointer(&format!("/package/{name}")).and_then(Value::as_str);
        let is_of_registry = one.registry.is_some() && of("ecosystem") == one.registry.as_deref();
        is_of_registry && of("name") == Some(&one.name)
    };
    all.into_iter().flatten().filter(is_meant).any(|affected| {
        let listed = affected.get("versions").and_then(Value::as_array);
        let is_listed =
            listed.is_some_and(|all| all.iter().any(|known| known.as_str() == Some(&one.version)));
        let ranges = affected.get("ranges").and_then(Value::as_array).into_iter().flatten();
        is_listed
            || ranges
                .filter(|range| range.get("type").and_then(Value::as_str) == Some("SEMVER"))
                .any(|range| is_in(range, &version))
    })
}

/// Whether the events of a range, in their order, leave a version affected.
fn is_in(range: &Value, version: &Version) -> bool {
    let mut is_affected = false;
    for event in range.get("events").and_then(Value::as_array).into_iter().flatten() {
        let at = |name: &str| event.get(name).and_then(Value::as_str).and_then(numbers);
        if let Some(introduced) = at("introduced")
            && *version >= introduced
        {
            is_affected = true;
        }
        if let Some(fixed) = at("fixed")
            && *version >= fixed
        {
            is_affected = false;
        }
        if let Some(last) = at("last_affected")
            && *version > last
        {
            is_affected = false;
        }
    }
    is_affected
}

/// Major, minor, patch, and whether it is a release: what comes before one is below it.
type Version = (u64, u64, u64, bool);

fn numbers(version: &str) -> Option<Version> {
    let plain = version.split('+').next()?;
    let (release, is_release) =
        plain.split_once('-').map_or((plain, true), |(release, _)| (release, false));
    let mut parts = release.split('.').map(|part| part.parse().ok());
    let major = parts.next()??;
    let (minor, patch) = (parts.next().unwrap_or(Some(0))?, parts.next().unwrap_or(Some(0))?);
    Some((major, minor, patch, is_release))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn built(name: &str, version: &str) -> Dependency {
        let registry = Some("example".to_owned());
        Dependency { name: name.to_owned(), version: version.to_owned(), registry }
    }

    #[test]
    fn a_lock_file_names_what_comes_from_elsewhere() {
        let lock = "version = 4\n\n[[package]]\nname = \"h2\"\nversion = \"0.4.1\"\nsource = \"registry+https://x/example-index\"\n\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\ndependencies = [\n \"h2\",\n]\n";
        assert_eq!(dependencies(lock), [built("h2", "0.4.1")]);
    }

    #[test]
    fn a_version_is_meant_from_where_it_was_introduced_to_where_it_was_mended() {
        let told = json!({ "affected": [{
            "package": { "ecosystem": "example", "name": "h2" },
            "ranges": [{ "type": "SEMVER", "events": [
                { "introduced": "0.0.0-0" }, { "fixed": "0.3.24" }, { "introduced": "0.4.0" }, { "fixed": "0.4.2" },
            ] }],
        }] });
        for (version, is_meant) in [
            ("0.3.23", true),
            ("0.3.24", false),
            ("0.4.0", true),
            ("0.4.1", true),
            ("0.4.2", false),
            ("0.4.2-rc.1", true),
        ] {
            assert_eq!(concerns(&told, &built("h2", version)), is_meant, "{version}");
        }
        assert!(!concerns(&told, &built("h3", "0.4.1")) && !concerns(&told, &built("h2", "x")));
    }

    #[test]
    fn a_folder_is_read_and_what_is_no_advisory_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let told = json!({ "id": "RUSTSEC-0000-0000", "summary": "bad", "affected": [{
            "package": { "ecosystem": "example", "name": "h2" }, "versions": ["0.4.1"],
        }] });
        std::fs::create_dir(folder.path().join("h2")).unwrap();
        std::fs::write(folder.path().join("h2/a.json"), told.to_string()).unwrap();
        std::fs::write(folder.path().join("b.json"), "{").unwrap();
        let all =
            Advisories::of(folder.path(), &[built("h2", "0.4.1"), built("h2", "0.4.2")]).unwrap();
        assert_eq!((all.read, all.not_read, all.findings.len()), (1, 1, 1));
        assert!(all.findings[0].message.contains("RUSTSEC-0000-0000 bad"));
        std::fs::remove_dir_all(folder.path().join("h2")).unwrap();
        std::fs::write(folder.path().join("RUSTSEC-0000-0000.md"), "```toml").unwrap();
        let why = Advisories::of(folder.path(), &[]).unwrap_err();
        for word in ["OSV", "1 files of JSON are something else", "`.md` is not read"] {
            assert!(why.contains(word), "{why}");
        }
        let why = Advisories::of(&folder.path().join("b.json"), &[]).unwrap_err();
        assert!(why.contains("is a file") && why.contains("unpacked"), "{why}");
    }
}
