//! Where something lies.

use std::fmt;

/// A file, what is in it, and the state of a history that it is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file; what is in an archive stands after `!/`.
    pub path: String,
    /// The object of a git history.
    pub object: Option<String>,
    /// Whether this is handed to clients: a bundle, a map, an app.
    pub is_client: bool,
}

/// Bytes of a name that is shown.
const NAME_BYTES_MAX: usize = 512;

impl Place {
    /// A file of a tree. `./a` is called `a`, as git calls it: a baseline knows it by either way.
    pub fn file(path: &str) -> Self {
        let path = bare(path);
        Self { path: shown(path), object: None, is_client: is_client(path) }
    }

    /// What is called `name` in it. The name is never used as a path.
    #[must_use]
    pub fn inner(&self, name: &str) -> Self {
        let path = format!("{}!/{}", self.path, shown(name));
        Self { path, object: self.object.clone(), is_client: self.is_client || is_client(name) }
    }

    /// The name at its end.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit(['/', '!']).next().unwrap_or(&self.path)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

/// Where in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// Line and column, from 1; a column is a byte.
    Line(u64, u64),
    /// A byte of what has no lines, from 0.
    Byte(u64),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, column) => write!(f, "{line}:{column}"),
            Self::Byte(at) => write!(f, "byte {at}"),
        }
    }
}

/// Without `./` at its beginning.
pub(crate) fn bare(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./").filter(|rest| !rest.is_empty()) {
        path = rest.trim_start_matches('/');
    }
    path
}

fn shown(name: &str) -> String {
    let cut = name.char_indices().map(|(at, _)| at).find(|at| *at >= NAME_BYTES_MAX);
    name.get(..cut.unwrap_or(name.len())).unwrap_or_default().to_owned()
}

/// Whether everybody who has the app has this.
fn is_client(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_bundle =
        |part: &str| [".min.js", ".bundle.js", ".chunk.js"].iter().any(|end| part.ends_with(end));
    let ending = name.rsplit('.').next().unwrap_or_default();
    is_bundle(&name)
        || matches!(
            ending,
            "map" | "wasm" | "asar" | "apk" | "aab" | "ipa" | "jar" | "dex" | "html" | "htm"
        )
        || name
            .split('/')
            .any(|part| matches!(part, "dist" | "public" | "static" | "www" | "assets"))
            && matches!(ending, "js" | "mjs" | "css" | "json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_have_is_told_by_its_name() {
        for name in [
            "app.min.js",
            "dist/app.js",
            "web/public/config.json",
            "a.js.map",
            "core.wasm",
            "app.APK",
        ] {
            assert!(Place::file(name).is_client, "{name}");
        }
        for name in ["src/app.js", "distance/app.js", "config.json", "dist/notes.txt"] {
            assert!(!Place::file(name).is_client, "{name}");
        }
        let inner = Place::file("app.apk").inner("classes.bin");
        assert!(inner.is_client && inner.name() == "classes.bin");
        assert_eq!(inner.to_string(), "app.apk!/classes.bin");
    }
}
