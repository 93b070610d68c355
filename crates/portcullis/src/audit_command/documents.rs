//! OpenAPI documents: those of the policy, and those that lie in the paths that were given.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use portcullis_audit::contract::{Audited, Overlay, audit, rule};
use portcullis_audit::{
    NotLookedAt, Part, SeenDocuments, Severity, Spot, SpotAt, Told, ToldFix, ToldRule, ToldScore,
    document_text, may_be_document, says,
};
use portcullis_contract::as_json;
use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::Standing;
use portcullis_model::{Diagnostic, Severity as Stops, Sources, UnixMillis};
use portcullis_policy::Failure;
use serde_json::Value;

use crate::load;
use crate::report::{Places, many};

/// Bytes of a file that is looked into for a document.
const DOCUMENT_BYTES_MAX: u64 = 32 << 20;
/// Documents of one run.
const DOCUMENTS_MAX: usize = 500;
/// Problems of one document that are told.
const PROBLEMS_MAX: usize = 20;
/// Folders whose documents are of others.
const OF_OTHERS: [&str; 3] = ["node_modules", ".git", "target"];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct FoundDocuments {
    pub(super) seen: SeenDocuments,
    pub(super) findings: Vec<Told>,
    pub(super) not_looked_at: Vec<NotLookedAt>,
    pub(super) scores: Vec<ToldScore>,
    /// What mends each document.
    pub(super) overlays: Vec<Overlay>,
    /// Files that were named as documents and hold none, with why.
    pub(super) unusable: Vec<String>,
    /// Whether there were more than are looked at.
    has_more: bool,
    /// Files that were looked at, so that none is twice.
    known: HashSet<PathBuf>,
}

impl FoundDocuments {
    /// Looks at a file below a path that was named, or at that itself. In a folder, what is no document is left alone;
    /// a file that was named as one is not.
    pub(super) fn look(&mut self, path: &Path, root: &Path, now: UnixMillis) {
        // Where the folder itself lies is of no matter.
        let below = path.strip_prefix(root).unwrap_or(path);
        let is_named = below.as_os_str().is_empty();
        if !is_named && !may_hold_one(below) {
            return;
        }
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if !self.known.insert(whole) {
            return;
        }
        let text = match text_of(path) {
            Ok(text) if may_be_document(&text) => text,
            // Folders hold many other files of the same form.
            Ok(_) if !is_named || !has_form(path) => return,
            Ok(_) => {
                let why = "it holds no OpenAPI document: no `openapi` or `swagger` with a version at its root";
                return self.not_one(path, is_named, why);
            }
            Err(why) => return self.not_one(path, is_named, &why),
        };
        if self.seen.count >= DOCUMENTS_MAX {
            return self.one_too_many(path);
        }
        let name = path.display().to_string();
        let mut sources = Sources::default();
        let id = sources.add(name.clone(), text);
        // What has no single reading is told below, with its place.
        if let Ok(json) = as_json(&sources, id)
            && let Ok(document) = serde_json::from_str::<Value>(&json)
        {
            says(&document, &name, &mut self.seen);
        }
        match load::explained(None, Some(path)) {
            Ok(model) => {
                let plan = Plan::compile(model, PlanOptions::default());
                let audited = Audited { plan: None, ..Audited::of(&plan, None, now) };
                self.audit(&name, &audited);
            }
            Err(failure) => self.refused(&name, &failure),
        }
    }

    /// A document that is held against no rule is no pass.
    fn one_too_many(&mut self, path: &Path) {
        let (what, why) =
            (path.display().to_string(), format!("more than {DOCUMENTS_MAX} documents"));
        if !self.has_more {
            let message = format!("{why}: this one, and those behind it, are held against no rule");
            let place = Spot { at: SpotAt::File(what.clone()), line: None, operation: None };
            self.unread(message, "name the folders of some at a time".to_owned(), place);
        }
        self.has_more = true;
        self.seen.unread.push(what.clone());
        self.not_looked_at.push(NotLookedAt { what, why });
    }

    /// Tells why a file could not be looked at, or is no document.
    fn not_one(&mut self, path: &Path, is_named: bool, why: &str) {
        let what = path.display().to_string();
        if is_named && has_form(path) {
            self.unusable.push(format!("`{what}`: {why}"));
        } else if !is_named {
            let why = format!("as a document: {why}");
            self.not_looked_at.push(NotLookedAt { what, why });
        }
    }

    /// Looks at the document of an API of the policy, with the gateway in front of it.
    pub(super) fn look_behind(
        &mut self,
        plan: &Plan,
        evidence: Option<&Standing>,
        now: UnixMillis,
    ) {
        let model = &plan.model;
        let name = model.sources.name(model.main).to_owned();
        let whole = Path::new(&name).canonicalize().unwrap_or_else(|_| PathBuf::from(&name));
        if !self.known.insert(whole) {
            return;
        }
        if let Ok(json) = as_json(&model.sources, model.main)
            && let Ok(document) = serde_json::from_str::<Value>(&json)
        {
            says(&document, &name, &mut self.seen);
        }
        self.audit(&name, &Audited::of(plan, evidence, now));
    }

    fn audit(&mut self, name: &str, audited: &Audited<'_>) {
        let found = match audit(audited) {
            Ok(found) => found,
            Err(problem) => {
                return self.not_whole(name, &[problem], audited.sources);
            }
        };
        let mut places = Places::new(audited.sources);
        for one in &found.findings {
            let mut told = Told::of(Part::Contract, &one.finding, &mut |span| places.start(span));
            told.regains = found.score.map(|_| one.regains);
            self.findings.push(told);
        }
        if let Some(score) = found.score {
            self.scores.push(ToldScore {
                document: name.to_owned(),
                tenths: score.tenths(),
                operations: found.operations,
                fixes: found.fixes.iter().map(ToldFix::of).collect(),
            });
        } else {
            let why = "nothing to score: no operation was read".to_owned();
            self.not_looked_at.push(NotLookedAt { what: name.to_owned(), why });
        }
        if found.untold > 0 {
            let why = format!("{} more findings are not told", found.untold);
            self.not_looked_at.push(NotLookedAt { what: name.to_owned(), why });
        }
        self.overlays.push(found.overlay);
    }

    /// A document that cannot be enforced is held against no rule.
    fn refused(&mut self, name: &str, failure: &Failure) {
        let is_error = |one: &&Diagnostic| one.severity == Stops::Error;
        let errors: Vec<Diagnostic> =
            failure.diagnostics.iter().filter(is_error).cloned().collect();
        self.not_whole(name, &errors, &failure.sources);
    }

    /// Tells each error, and what they lead to: without this, few findings look like a document that is well.
    fn not_whole(&mut self, name: &str, errors: &[Diagnostic], sources: &Sources) {
        let mut places = Places::new(sources);
        let shown = errors.iter().take(PROBLEMS_MAX);
        let told: Vec<Told> =
            shown.map(|one| of_problem(Part::Contract, one, name, &mut places)).collect();
        let of_file = Spot { at: SpotAt::File(name.to_owned()), line: None, operation: None };
        let first = told.first().and_then(|one| one.places.first().cloned()).unwrap_or(of_file);
        let message = format!(
            "`{name}` could not be read whole ({}): none of its rules was asked, and it has no score",
            many(errors.len(), "error")
        );
        let fix = format!("mend it: `portcullis check --contract {name}` shows each line");
        self.unread(message, fix, first);
        self.findings.extend(told);
        self.seen.unread.push(name.to_owned());
    }

    /// A finding about what was held against no rule.
    fn unread(&mut self, message: String, fix: String, place: Spot) {
        let Some(rule) = rule("part-unread") else { return };
        self.findings.push(Told {
            part: Part::Contract,
            rule: ToldRule::of(rule),
            severity: rule.severity,
            message,
            fix,
            places: vec![place],
            enforced: None,
            regains: None,
        });
    }
}

/// An error of a file, which stops the gateway.
pub(super) fn of_problem(
    part: Part,
    one: &Diagnostic,
    file: &str,
    places: &mut Places<'_>,
) -> Told {
    let (file, line) = match one.span.map(|span| places.start(span)) {
        Some((file, line, column)) => (file, Some((line, column))),
        None => (file.to_owned(), None),
    };
    let rule = ToldRule {
        id: one.code.name.to_owned(),
        title: "contract and policy can be read and enforced".to_owned(),
        item: "A9".to_owned(),
        cwe: vec![1059],
        severity: Severity::High,
        page: one.code.page.to_owned(),
    };
    let explained = format!("`portcullis explain {}` says what it means", one.code.name);
    Told {
        part,
        rule,
        severity: Severity::High,
        message: one.message.clone(),
        fix: one.help.clone().unwrap_or(explained),
        places: vec![Spot { at: SpotAt::File(file), line, operation: None }],
        enforced: None,
        regains: None,
    }
}

/// Whether its name ends as that of a document.
fn has_form(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ["json", "yaml", "yml"].iter().any(|form| ending.eq_ignore_ascii_case(form))
}

fn may_hold_one(path: &Path) -> bool {
    let is_of_others =
        |part: std::path::Component<'_>| OF_OTHERS.iter().any(|other| part.as_os_str() == *other);
    has_form(path) && !path.components().any(is_of_others)
}

/// A text, or why there is none.
fn text_of(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| error.to_string();
    // To open a pipe would wait for whoever writes to it.
    if !path.metadata().map_err(told)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(told)?;
    file.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(told)?;
    if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        return Err(format!("it has more than {} MiB", DOCUMENT_BYTES_MAX >> 20));
    }
    document_text(bytes).map_err(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_others_is_judged_below_the_path_that_was_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("target/api");
        std::fs::create_dir_all(root.join("node_modules")).unwrap();
        let text = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: { /a: { get: { responses: { '200': { description: a } } } } }\n";
        for name in ["a.yaml", "node_modules/b.yaml", "c.txt"] {
            std::fs::write(root.join(name), text).unwrap();
        }
        let mut found = FoundDocuments::default();
        for name in ["a.yaml", "a.yaml", "node_modules/b.yaml", "c.txt"] {
            found.look(&root.join(name), &root, UnixMillis(0));
        }
        assert_eq!((found.seen.count, found.scores.len()), (1, 1), "each once");
        found.look(&root.join("c.txt"), &root.join("c.txt"), UnixMillis(0));
        assert_eq!(found.seen.count, 2, "it was named");
    }

    #[test]
    fn a_reference_that_points_to_nothing_is_told_as_a_document_that_no_rule_was_asked_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        let text = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\nservers: [{ url: 'https://a.example' }]\npaths: { /a: { get: { \
                    responses: { '200': { $ref: '#/components/responses/None' } } } } }\n";
        std::fs::write(&path, text).unwrap();
        let mut found = FoundDocuments::default();
        found.look(&path, &path, UnixMillis(0));
        let told: Vec<_> = found.findings.iter().map(|one| (&*one.rule.id, one.severity)).collect();
        let expected =
            [("part-unread", Severity::High), ("contract-dangling-reference", Severity::High)];
        assert_eq!(told, expected);
        let first = found.findings.first().unwrap();
        assert!(first.message.contains("none of its rules was asked"), "{first:?}");
        assert_eq!(first.places.first().unwrap().line.map(|(line, _)| line), Some(4));
        assert_eq!((found.seen.unread.len(), found.scores.len()), (1, 0));
    }

    #[test]
    fn a_document_that_is_one_too_many_is_no_pass() {
        let folder = tempfile::tempdir().unwrap();
        let text = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: {}\n";
        let mut found = FoundDocuments::default();
        found.seen.count = DOCUMENTS_MAX;
        for name in ["a.yaml", "b.yaml"] {
            std::fs::write(folder.path().join(name), text).unwrap();
            found.look(&folder.path().join(name), folder.path(), UnixMillis(0));
        }
        let told: Vec<_> = found.findings.iter().map(|one| (&*one.rule.id, one.severity)).collect();
        assert_eq!(told, [("part-unread", Severity::High)], "once");
        assert_eq!(found.not_looked_at.len(), 2);
    }

    #[test]
    fn what_is_too_large_to_be_looked_into_is_told_and_never_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.json");
        File::create(&path).unwrap().set_len(DOCUMENT_BYTES_MAX + 1).unwrap();
        let mut below = FoundDocuments::default();
        below.look(&path, folder.path(), UnixMillis(0));
        let told = below.not_looked_at.first().unwrap();
        assert!(told.why.contains("more than 32 MiB"), "{told:?}");
        let mut named = FoundDocuments::default();
        named.look(&path, &path, UnixMillis(0));
        assert!(named.unusable.iter().any(|why| why.contains("32 MiB")), "{:?}", named.unusable);
    }

    #[test]
    fn what_was_named_as_a_document_and_is_none_is_told_and_in_folders_what_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let bom = "\u{feff}openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths: { /a: { get: {} } }\n";
        let utf_16: &[u8] = b"\xff\xfeo\0p\0";
        for (name, bytes) in [
            ("empty.yaml", &b""[..]),
            ("other.json", b"{}"),
            ("wide.yml", utf_16),
            ("bom.yaml", bom.as_bytes()),
            ("notes.txt", b"none"),
        ] {
            std::fs::write(root.join(name), bytes).unwrap();
        }
        let files = ["empty.yaml", "other.json", "wide.yml", "bom.yaml", "notes.txt"];
        let mut named = FoundDocuments::default();
        files.iter().for_each(|name| named.look(&root.join(name), &root.join(name), UnixMillis(0)));
        assert_eq!((named.unusable.len(), named.seen.count), (3, 1), "{:?}", named.unusable);
        let mut below = FoundDocuments::default();
        files.iter().for_each(|name| below.look(&root.join(name), root, UnixMillis(0)));
        assert!(below.unusable.is_empty());
        let told: Vec<&str> = below.not_looked_at.iter().map(|one| one.what.as_str()).collect();
        assert!(matches!(told.as_slice(), [one] if one.ends_with("wide.yml")), "{told:?}");
    }
}
