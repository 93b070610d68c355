//! The document that `init` is about: a file, or something fetched once that becomes one.

use std::path::{Path, PathBuf};

use portcullis_model::{Clock as _, Sources};
use portcullis_policy::{Input, Model, Overrides};

use super::indent::indented;
use super::{fetch, write_new};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{load, talk};

/// A document on disk.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) path: PathBuf,
    /// Where it was fetched from, if it was.
    pub(super) url: Option<String>,
}

/// The document of `--contract`. What is fetched lies beside the policy file afterwards.
pub(super) fn take(contract: &str, out: &Path) -> Result<Document, Exit> {
    if !contract.contains("://") {
        return Ok(Document { path: PathBuf::from(contract), url: None });
    }
    let fetched = fetch::fetch(contract).map_err(|fault| {
        talk::say(&format!(
            "`{}` is not fetched: {}",
            talk::clean(contract),
            talk::clean(&fault.why)
        ));
        talk::say(&format!("help: {}", fault.help));
        Exit::Unusable
    })?;
    let path = out.with_file_name(file_name(contract, &fetched));
    let fetched = indented(&fetched).unwrap_or(fetched);
    // A document that cannot be enforced is not kept: it would only be in the way.
    check(&path, &fetched)?;
    match std::fs::read_to_string(&path) {
        Ok(known) if known == fetched => {}
        Ok(_) => {
            talk::say(&format!("`{}` is another document, and is not overwritten", path.display()));
            talk::say("help: move it away, or name it with --contract FILE");
            return Err(Exit::Unusable);
        }
        Err(_) => write_new(&path, fetched.as_bytes())?,
    }
    talk::say(&format!("`{}` holds what {contract} answered", path.display()));
    Ok(Document { path, url: Some(contract.to_owned()) })
}

/// A plain name for what was fetched: the last segment of the URL if it is a document's, else by
/// what it looks like.
fn file_name(url: &str, text: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let ending = Path::new(last).extension().and_then(|ending| ending.to_str());
    let is_document = ending.is_some_and(|ending| ["json", "yaml", "yml"].contains(&ending));
    if is_document && !last.starts_with('.') && last.bytes().all(is_plain) {
        return last.to_owned();
    }
    let is_json = text.trim_start().starts_with('{');
    if is_json { "openapi.json".to_owned() } else { "openapi.yaml".to_owned() }
}

fn check(path: &Path, text: &str) -> Result<(), Exit> {
    let mut sources = Sources::default();
    let contract = sources.add(path.display().to_string(), text);
    let overrides = Overrides { upstream: Some("http://127.0.0.1:9".to_owned()), listen: None };
    let folder = PathBuf::new();
    let now = SystemClock.now();
    let input = Input { sources, contract, policy: None, folder, overrides, now };
    Model::join(input).map(drop).map_err(|failure| load::refuse(&failure))
}

impl Document {
    /// How the policy file names it: from its own folder where it lies in there, else whole.
    pub(super) fn name_from(&self, out: &Path) -> Result<String, Exit> {
        let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or_else(|| Path::new("."));
        let whole = self.path.canonicalize().and_then(|path| {
            let folder = folder.canonicalize()?;
            Ok(path.strip_prefix(&folder).map(Path::to_path_buf).unwrap_or(path))
        });
        let named = whole.map_err(|error| {
            talk::say(&format!("`{}` cannot be written: {error}", out.display()));
            Exit::Unusable
        })?;
        named.to_str().map(str::to_owned).ok_or_else(|| {
            talk::say(&format!("`{}` is no UTF-8, so no policy can name it", named.display()));
            Exit::Unusable
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_fetched_gets_a_plain_name() {
        for (url, text, name) in [
            ("http://127.0.0.1:8000/openapi.json", "{}", "openapi.json"),
            ("http://127.0.0.1:8000/v3/api.yaml?x=/y", "a", "api.yaml"),
            ("http://127.0.0.1:8000/v3/api-docs", " {}", "openapi.json"),
            ("http://127.0.0.1:8000/", "openapi: 3.1.0", "openapi.yaml"),
            ("http://127.0.0.1:8000/.json", "{}", "openapi.json"),
            ("http://127.0.0.1:8000/a%2f.json", "{}", "openapi.json"),
            ("http://127.0.0.1:8000/..", "{}", "openapi.json"),
        ] {
            assert_eq!(file_name(url, text), name, "{url}");
        }
    }
}
