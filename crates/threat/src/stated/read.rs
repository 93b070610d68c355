//! `threats.yaml`, read: all of it or nothing.

use std::path::Path;

use portcullis_model::{Diagnostic, SourceId, Sources, Span, UnixMillis};
use portcullis_policy::{Failure, Unreadable};
use portcullis_yaml::{
    Content, Node, Notes, Read as _, Spanned, load, ordinary, reference, shown, tree,
};
use serde_json::Value;

use super::ends;
use super::file::{
    AcceptedSection, AnsweredSection, AssetSection, GoalSection, RatedSection, StoreSection,
    ThreatsFile, ZoneSection,
};
use super::words::{ClassWord, VERSION};
use super::{
    Acceptance, Answered, Goal, Rated, Stated, StatedAsset, StatedData, StatedStore, StatedZone,
};
use crate::codes;
use crate::risk::Rating;
use crate::system::{DataClasses, StoreKind};

/// Bytes of a file that are read before anything of it is judged.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// Entries of one list, so that every threat can be held against all of them.
const ENTRIES_MAX: usize = 1_000;

impl Stated {
    /// Reads a file, and adds it to the sources that spans of the model point into. Ends are counted from `now`.
    pub fn from_file(path: &Path, sources: &mut Sources, now: UnixMillis) -> Result<Self, Failure> {
        let mut notes = Notes::new(&codes::FILE);
        let loaded = ordinary::file(path)
            .and_then(|()| load(sources, path, FILE_BYTES_MAX, &codes::NOT_UTF8, &mut notes));
        let (source, is_text) = match loaded {
            Ok(found) => found,
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                notes.push(|| {
                    Diagnostic::error(&codes::UNREADABLE_FILE, message)
                        .help("look at the path, and whether this user may read the file")
                });
                let unreadable = Some(Unreadable { path: path.to_owned(), error });
                return Err(Failure {
                    sources: sources.clone(),
                    diagnostics: notes.into_diagnostics(),
                    unreadable,
                });
            }
        };
        let text = sources.text(source);
        let stated = if is_text { of(source, text, now, &mut notes) } else { None };
        match stated {
            Some(stated) if !notes.has_error() => Ok(stated),
            _ => Err(failed(sources, notes)),
        }
    }

    /// Reads a text that is among the sources. Ends are counted from `now`.
    pub fn from_text(
        source: SourceId,
        sources: &Sources,
        now: UnixMillis,
    ) -> Result<Self, Failure> {
        let mut notes = Notes::new(&codes::FILE);
        match of(source, sources.text(source), now, &mut notes) {
            Some(stated) if !notes.has_error() => Ok(stated),
            _ => Err(failed(sources, notes)),
        }
    }
}

/// The JSON Schema of `threats.yaml` (draft 2020-12), for editors.
pub fn json_schema() -> Value {
    reference::json_schema::<ThreatsFile>("Portcullis threats")
}

/// The reference page in Markdown.
pub fn reference_page() -> String {
    let made = "Made from the types of crate `threat`; change it there.";
    reference::page("The threat file", made, &json_schema())
}

fn failed(sources: &Sources, notes: Notes) -> Failure {
    let sources = sources.clone();
    Failure { sources, diagnostics: notes.into_diagnostics(), unreadable: None }
}

fn of(source: SourceId, text: &str, now: UnixMillis, notes: &mut Notes) -> Option<Stated> {
    let tree = tree::read(source, text, notes)?;
    if tree.content == Content::Nothing {
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "the threat file is empty")
                .at(tree.span)
                .help("begin with `version: 1`")
        });
        return None;
    }
    // Before anything else: what a newer version says is not known here.
    if is_newer(&tree, notes) {
        return None;
    }
    let file = ThreatsFile::read(&tree, notes)?;
    file.version.0?;
    ends::check(&file, now, notes);
    let data = file.data.into_iter().flat_map(|named| named.0).map(|(key, classes)| StatedData {
        name: key.text,
        classes: self::classes(Some(classes)),
        span: Some(key.span),
    });
    let data = data.collect::<Vec<_>>();
    if let Some(further) = data.get(ENTRIES_MAX) {
        too_many(further.span, notes);
    }
    Some(Stated {
        goals: each(file.goals, notes, goal),
        regimes: file.regimes.unwrap_or_default().into_iter().take(ENTRIES_MAX).collect(),
        weight: file.weight.map(|word| word.0),
        tier: file.tier.map(|word| word.0),
        assets: each(file.assets, notes, asset),
        zones: each(file.zones, notes, zone),
        stores: each(file.stores, notes, store),
        data,
        accepted: each(file.accepted, notes, accepted),
        answered: each(file.answered, notes, answered),
        rated: each(file.rated, notes, rated),
    })
}

/// Whether the file says a version that is none of ours, and a number.
fn is_newer(tree: &Node, notes: &mut Notes) -> bool {
    let Content::Mapping(entries) = &tree.content else { return false };
    let stated = entries.iter().find(|(key, _)| key.text == "version").map(|(_, value)| value);
    let Some(Node { content: Content::Scalar { text, .. }, span }) = stated else { return false };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_newer = is_number && text.parse::<u32>().map_or(true, |version| version > VERSION);
    if is_newer {
        notes.push(|| {
            let message =
                format!("the threat file is of version {}; this program reads {VERSION}", shown(text));
            Diagnostic::error(&codes::NEWER_VERSION, message)
                .at(*span)
                .help("use a newer Portcullis: a newer form may mean something else, so none of it is read")
        });
    }
    is_newer
}

/// Each entry of a list, with its place; notes when there are too many. What could not be read was noted.
fn each<S, T>(
    list: Option<Vec<Spanned<S>>>,
    notes: &mut Notes,
    made: fn(S, Span) -> Option<T>,
) -> Vec<T> {
    let list = list.unwrap_or_default();
    if let Some(further) = list.get(ENTRIES_MAX) {
        too_many(Some(further.span), notes);
    }
    let list = list.into_iter().take(ENTRIES_MAX);
    list.filter_map(|one| made(one.value, one.span)).collect()
}

fn too_many(at: Option<Span>, notes: &mut Notes) {
    notes.push(|| {
        let message = format!("there are more than {ENTRIES_MAX} entries");
        Diagnostic::error(&codes::TOO_LARGE, message)
            .at(at)
            .help("an entry without `of` holds wherever its threat is found")
    });
}

fn classes(words: Option<Vec<ClassWord>>) -> DataClasses {
    words.into_iter().flatten().map(|word| word.0).collect()
}

fn goal(section: GoalSection, span: Span) -> Option<Goal> {
    let protects = classes(section.protects);
    Some(Goal { text: section.text.0?, protects, span: Some(span) })
}

fn asset(section: AssetSection, span: Span) -> Option<StatedAsset> {
    Some(StatedAsset { name: section.name.0?, why: section.why.0?, span: Some(span) })
}

fn zone(section: ZoneSection, span: Span) -> Option<StatedZone> {
    let ZoneSection { name, description, trust } = section;
    let trust = trust.map(|trust| trust.0);
    Some(StatedZone { name: name.0?, description, trust, span: Some(span) })
}

fn store(section: StoreSection, span: Span) -> Option<StatedStore> {
    Some(StatedStore {
        name: section.name.0?,
        kind: section.kind.map_or(StoreKind::Unknown, |word| word.0),
        zone: section.zone.map(|zone| zone.value),
        holds: section.holds.into_iter().flatten().map(|one| one.value).collect(),
        is_encrypted: section.encrypted,
        product: section.product,
        span: Some(span),
    })
}

fn accepted(section: AcceptedSection, span: Span) -> Option<Acceptance> {
    Some(Acceptance {
        threat: section.threat.0?.value,
        of: section.of.map(|of| of.value),
        by: section.by.0?,
        reason: section.reason.0?,
        until: section.until.0?.value.0,
        span: Some(span),
    })
}

fn answered(section: AnsweredSection, span: Span) -> Option<Answered> {
    Some(Answered {
        threat: section.threat.0?.value,
        of: section.of.map(|of| of.value),
        how: section.how.0?,
        by: section.by.0?,
        until: section.until.0?.value.0,
        span: Some(span),
    })
}

fn rated(section: RatedSection, span: Span) -> Option<Rated> {
    Some(Rated {
        threat: section.threat.0?.value,
        of: section.of.map(|of| of.value),
        rating: Rating::of(section.likelihood.0?.0, section.impact.0?.0),
        reason: section.reason.0?,
        by: section.by.0?,
        until: section.until.map(|until| until.value.0),
        span: Some(span),
    })
}
