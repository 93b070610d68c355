//! What everybody sees of objects: `answers`, joined with each contract.

use std::num::NonZeroU8;
use std::path::Path;

use portcullis_contract::{Contract, SchemaName, ShapeId};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Key, Notes, Spanned, shown};

use super::authorization::pointers::{Declared, declared, near};
use crate::answers::{AnswerMask, Answers, Derivation, DerivedMember};
use crate::authorization::Authorization;
use crate::claim::ClaimPointer;
use crate::codes;
use crate::file::{AnswersSection, DeriveSection, PolicyFile};

/// Kinds of objects of one policy.
const MASKS_MAX: usize = 256;
/// Members that one of them names, and derives.
const MEMBERS_MAX: usize = 64;
/// Years that people live, at most.
const YEARS_MAX: u64 = 150;

/// One API, and what is known of its objects.
type Api<'a> = (&'a Contract, &'a Authorization);

/// What is seen of each API's objects. A name that no API has is an error.
pub(super) fn of(
    file: Option<&PolicyFile>,
    contracts: &[Option<Contract>],
    authorization: &[Authorization],
    folder: &Path,
    notes: &mut Notes,
) -> Vec<Answers> {
    let mut all = vec![Answers::default(); contracts.len()];
    let Some(file) = file else { return all };
    for one in &mut all {
        one.key = file.answers_key.as_ref().map(|key| key.value.source(folder));
        one.key_span = file.answers_key.as_ref().map(|key| key.span);
    }
    let sections = file.answers.as_ref().map_or(&[][..], |named| &named.0);
    if let Some((further, _)) = sections.get(MASKS_MAX) {
        let message = format!("there are more than {MASKS_MAX} of them");
        wrong(&message, further.span, "name fewer", notes);
    }
    let is_complete = contracts.iter().all(Option::is_some);
    for (key, section) in sections.iter().take(MASKS_MAX) {
        let derive = derived(section, file, notes);
        let mut is_known = false;
        for (place, contract) in contracts.iter().enumerate() {
            let (Some(contract), Some(of_api)) = (contract, authorization.get(place)) else {
                continue;
            };
            let Some((schemas, shapes)) = described((contract, of_api), &key.text) else {
                continue;
            };
            let mut silent = Notes::new(&codes::FILE);
            let heard = if is_known { &mut silent } else { &mut *notes };
            is_known = true;
            let mut one = One { key, section, contract, schemas, shapes, notes: heard };
            let mask = one.mask(&derive);
            if let Some(answers) = all.get_mut(place) {
                answers.masks.push(mask);
            }
        }
        if !is_known && is_complete {
            unknown(key, contracts, authorization, notes);
        }
    }
    all
}

/// The schemas and shapes of a resource, or of a named schema.
fn described((contract, of): Api<'_>, name: &str) -> Option<(Vec<SchemaName>, Vec<ShapeId>)> {
    let resource = of.resources.iter().find(|one| *one.name == *name);
    match resource {
        Some(one) => Some((one.schemas.clone(), one.shapes.clone())),
        None => contract.shapes.schema_named(name).map(|name| (vec![name], Vec::new())),
    }
}

fn unknown(
    key: &Key,
    contracts: &[Option<Contract>],
    authorization: &[Authorization],
    notes: &mut Notes,
) {
    let schemas = contracts.iter().flatten().flat_map(|one| one.shapes.schema_names());
    let resources = authorization.iter().flat_map(|one| &one.resources).map(|one| &*one.name);
    let near = did_you_mean(&key.text, resources.chain(schemas.map(|(name, _)| name)));
    let message = format!("there is no resource and no schema {}", shown(&key.text));
    let help = match near {
        Some(near) => format!("did you mean {}?", shown(near)),
        None => "name a resource of this file, or a schema of the contract".to_owned(),
    };
    notes.push(|| {
        Diagnostic::error(&codes::UNKNOWN_RESOURCE, message)
            .at(key.span)
            .label("unknown")
            .help(help)
    });
}

fn wrong(message: &str, span: Span, help: &str, notes: &mut Notes) {
    notes.push(|| Diagnostic::error(&codes::BAD_ANSWERS, message.to_owned()).at(span).help(help));
}

/// A derived member, as the file says it.
struct Read<'a> {
    member: DerivedMember,
    key: &'a Key,
    from: Option<&'a Spanned<ClaimPointer>>,
    is_kept: bool,
}

/// What is derived, whichever API it is about.
fn derived<'a>(section: &'a AnswersSection, file: &PolicyFile, notes: &mut Notes) -> Vec<Read<'a>> {
    let sections = section.derive.as_ref().map_or(&[][..], |named| &named.0);
    if let Some((further, _)) = sections.get(MEMBERS_MAX) {
        let message = format!("there are more than {MEMBERS_MAX} derived members");
        wrong(&message, further.span, "derive fewer", notes);
    }
    let one = |(key, section): &'a (Key, DeriveSection)| {
        let how = how(key, section, notes)?;
        let from = section.from.as_ref();
        match (&how, from) {
            (Derivation::Constant(_), Some(from)) => {
                wrong("a constant is derived from nothing", from.span, "leave `from` out", notes);
            }
            (Derivation::Constant(_), None) | (_, Some(_)) => {}
            (_, None) => {
                let help = "say which member: `from: /date_of_birth`";
                wrong(
                    &format!("from what is {} derived?", shown(&key.text)),
                    key.span,
                    help,
                    notes,
                );
            }
        }
        if matches!(how, Derivation::KeyedHash { .. }) && file.answers_key.is_none() {
            let help = "name one at the top of the file: `answers_key: file:answers.key`";
            wrong("there is no key for this hash", key.span, help, notes);
        }
        let from_text = from.map(|from| from.value.0.clone());
        let member = DerivedMember { name: key.text.as_str().into(), from: from_text, how };
        let is_kept = section.keep.unwrap_or_default();
        if is_kept && member.replaces_source() {
            let help = "give the derived member another name, or leave `keep` out";
            wrong("what is replaced cannot be kept", key.span, help, notes);
        }
        Some(Read { member, key, from, is_kept })
    };
    sections.iter().take(MEMBERS_MAX).filter_map(one).collect()
}

/// How a member is derived: it says one thing.
fn how(key: &Key, section: &DeriveSection, notes: &mut Notes) -> Option<Derivation> {
    let is = |word: &Option<Spanned<bool>>| word.as_ref().is_some_and(|word| word.value);
    let mut all = Vec::new();
    if let Some(years) = &section.age_at_least {
        let in_reach = (1..=YEARS_MAX).contains(&years.value.0);
        let read = u8::try_from(years.value.0).ok().filter(|_| in_reach);
        if read.is_none() {
            wrong("nobody lives so long, or has to", years.span, "write 1 to 150", notes);
        }
        all.push(Derivation::AgeAtLeast(read.unwrap_or_default()));
    }
    if let Some(last) = &section.last {
        let read = u8::try_from(last.value.0).ok().and_then(NonZeroU8::new);
        if read.is_none() {
            wrong("so many characters cannot be shown", last.span, "write 1 to 255", notes);
        }
        all.push(Derivation::LastCharacters(read.unwrap_or(NonZeroU8::MIN)));
    }
    all.extend(is(&section.masked_email).then_some(Derivation::MaskedEmail));
    all.extend(is(&section.year).then_some(Derivation::YearOnly));
    all.extend(is(&section.presence).then_some(Derivation::Presence));
    let purpose = section.keyed_hash.as_ref().map(|purpose| purpose.value.clone());
    all.extend(purpose.map(|purpose| Derivation::KeyedHash { purpose }));
    all.extend(section.constant.as_ref().map(|one| Derivation::Constant(one.value.0.clone())));
    if all.len() != 1 {
        let message = format!("how is {} derived?", shown(&key.text));
        let help = "say exactly one of `age_at_least`, `last`, `masked_email`, `year`, `presence`, \
                    `keyed_hash`, `constant`";
        wrong(&message, key.span, help, notes);
    }
    all.into_iter().next()
}

/// What is seen of one kind of object of one API.
struct One<'a, 'n> {
    key: &'a Key,
    section: &'a AnswersSection,
    contract: &'a Contract,
    schemas: Vec<SchemaName>,
    shapes: Vec<ShapeId>,
    notes: &'n mut Notes,
}

impl One<'_, '_> {
    fn mask(&mut self, derive: &[Read<'_>]) -> AnswerMask {
        let section = self.section;
        let mut list = |list: &Option<Vec<Spanned<ClaimPointer>>>| -> Vec<String> {
            let all = list.iter().flatten().take(MEMBERS_MAX);
            all.filter(|at| self.is_declared(at)).map(|at| at.value.0.clone()).collect()
        };
        let (mut hide, show) = (list(&section.hide), list(&section.show));
        for one in derive {
            if let Some(from) = one.from {
                self.is_declared(from);
            }
            let sources =
                one.member.from.iter().filter(|from| !one.is_kept && !hide.contains(from));
            let sources: Vec<String> = sources.cloned().collect();
            hide.extend(sources);
            if self.has(&format!("/{}", one.key.text.replace('~', "~0").replace('/', "~1")))
                && !one.member.replaces_source()
            {
                let message =
                    format!("{} has a member {}", shown(&self.key.text), shown(&one.key.text));
                let help = "derive it from that member, or give it another name";
                wrong(&message, one.key.span, help, self.notes);
            }
        }
        AnswerMask {
            name: self.key.text.as_str().into(),
            schemas: self.schemas.clone(),
            shapes: self.shapes.clone(),
            hide,
            show,
            derive: derive.iter().map(|one| one.member.clone()).collect(),
            span: self.key.span,
        }
    }

    fn roots(&self) -> Vec<ShapeId> {
        let shapes = &self.contract.shapes;
        let named = self.schemas.iter().flat_map(|name| shapes.shapes_of(*name));
        named.chain(self.shapes.iter().copied()).collect()
    }

    /// Whether some schema declares exactly this.
    fn has(&self, pointer: &str) -> bool {
        let shapes = &self.contract.shapes;
        self.roots().iter().any(|root| matches!(declared(shapes, *root, pointer), Declared::At(_)))
    }

    /// Whether a member may be there; told where it may not.
    fn is_declared(&mut self, at: &Spanned<ClaimPointer>) -> bool {
        let shapes = &self.contract.shapes;
        let roots = self.roots();
        let found = |root: &ShapeId| declared(shapes, *root, &at.value.0) != Declared::Nothing;
        // A schema that nothing uses has no shape, and no answer shows it.
        if roots.is_empty() || roots.iter().any(found) {
            return true;
        }
        let near = near(shapes, roots.into_iter(), &at.value.0);
        let message = format!("no schema of {} has {}", shown(&self.key.text), shown(&at.value.0));
        let help = match near {
            Some(near) => format!("did you mean {}?", shown(&near)),
            None => {
                "name a member that the contract declares; others do not pass at all".to_owned()
            }
        };
        self.notes.push(|| {
            Diagnostic::error(&codes::BAD_POINTER, message)
                .at(at.span)
                .label("no such member")
                .help(help)
        });
        false
    }
}
