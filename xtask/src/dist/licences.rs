//! The licences of everything that is compiled into the binary, in one file: most of them ask for that.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::packages::{Package, Packages};

/// How names of files with licences and notices begin.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];
/// A file above this size is none.
const FILE_BYTES_MAX: u64 = 256 * 1024;

pub(crate) fn text(packages: &Packages) -> Result<String, String> {
    let mut out = "What `portcullis` is made of, beside its own code (LICENSE): each package with its licence, \
                   then the texts.\n\n"
        .to_owned();
    // The same text stands in many packages.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let is_of_others = |package: &&Package| package.is_linked && package.checksum.is_some();
    for package in packages.all.values().filter(is_of_others) {
        let shown = format!("{} {}", package.name, package.version);
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "{shown}: {}", package.licence);
        for text in of(&package.folder)? {
            texts.entry(text).or_default().push(shown.clone());
        }
    }
    for (text, names) in texts {
        let _ = writeln!(out, "\n{}\n{}\n\n{text}", "=".repeat(72), names.join(", "));
    }
    Ok(out)
}

/// The texts that lie in the folder of a package.
fn of(folder: &Path) -> Result<Vec<String>, String> {
    let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(problem)? {
        let entry = entry.map_err(problem)?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        let metadata = entry.metadata().map_err(problem)?;
        let is_licence = BEGINNINGS.iter().any(|begin| name.starts_with(begin));
        if is_licence && metadata.is_file() && metadata.len() <= FILE_BYTES_MAX {
            paths.push(entry.path());
        }
    }
    // A folder is read in no order.
    paths.sort();
    let texts = paths.iter().map(|path| std::fs::read(path).map_err(problem));
    texts.map(|text| Ok(String::from_utf8_lossy(&text?).trim().replace('\r', ""))).collect()
}
