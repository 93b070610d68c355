//! Schemas that take nothing, however that is written, and the names that they forbid.

use std::collections::{HashMap, HashSet};

use super::source::{Source, says_nothing};
use crate::document::Node;
use crate::notes::Notes;
use crate::reference::Step;

/// Schemas inside one another at one value.
const DEPTH_MAX: usize = 1_000;

/// Which schemas take nothing, as far as it was asked.
#[derive(Debug, Default)]
pub(super) struct Nevers {
    known: HashMap<u32, bool>,
}

impl Nevers {
    /// Whether a schema takes no value: `false`, `not` of a schema that takes all, an `allOf` with
    /// a part that takes nothing, alternatives that all take nothing, a reference to such a schema.
    pub(super) fn takes_nothing<'a>(
        &mut self,
        source: Source<'a>,
        schema: Node<'a>,
        notes: &mut Notes,
    ) -> bool {
        let mut question =
            Question { source, known: &mut self.known, found: HashMap::new(), is_circular: false };
        let answer = question.ask(schema, 0, notes);
        let Question { found, is_circular, .. } = question;
        if !is_circular {
            self.known.extend(found.into_iter().filter_map(|(id, found)| Some((id, found?))));
        }
        self.known.insert(schema.id(), answer);
        answer
    }
}

struct Question<'a, 'n> {
    source: Source<'a>,
    known: &'n mut HashMap<u32, bool>,
    /// `None` while it is being looked at.
    found: HashMap<u32, Option<bool>>,
    /// A schema was met inside itself.
    is_circular: bool,
}

impl<'a> Question<'a, '_> {
    fn ask(&mut self, schema: Node<'a>, depth: usize, notes: &mut Notes) -> bool {
        if let Some(known) = schema.as_bool() {
            return !known;
        }
        if let Some(known) = self.known.get(&schema.id()) {
            return *known;
        }
        if let Some(found) = self.found.get(&schema.id()) {
            self.is_circular |= found.is_none();
            return found.unwrap_or(false);
        }
        // Deeper ones are told, and closed, where they are gathered.
        if !schema.is_object() || depth > DEPTH_MAX {
            return false;
        }
        self.found.insert(schema.id(), None);
        let answer = self.parts(schema, depth + 1, notes);
        self.found.insert(schema.id(), Some(answer));
        answer
    }

    fn parts(&mut self, schema: Node<'a>, depth: usize, notes: &mut Notes) -> bool {
        if schema.get("$ref").is_some() {
            let target = self.source.references.step(schema, notes).target();
            if target.is_some_and(|target| self.ask(target, depth, notes)) {
                return true;
            }
            if self.source.version.has_lone_references() {
                return false;
            }
        }
        schema.members().any(|(name, keyword)| match name.text {
            "not" => {
                keyword.as_bool().unwrap_or_else(|| keyword.is_object() && says_nothing(keyword))
            }
            "allOf" => keyword.items().any(|part| self.ask(part, depth, notes)),
            "anyOf" | "oneOf" => {
                keyword.len() > 0 && keyword.items().all(|part| self.ask(part, depth, notes))
            }
            _ => false,
        })
    }
}

/// What schemas say of a name that one of them forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Silent,
    /// An alternative forbids it, another says nothing of it.
    SometimesForbidden,
    Taken,
    Forbidden,
}

/// A name, or a pattern of names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'a, 'k> {
    /// With the patterns that it falls under.
    Name(&'a str, &'k HashSet<&'a str>),
    Pattern(&'a str),
}

/// Asks schemas of one value about one name.
pub(super) struct Bans<'a, 'n> {
    pub(super) source: Source<'a>,
    pub(super) nevers: &'n mut Nevers,
    pub(super) notes: &'n mut Notes,
    pub(super) steps: &'n mut usize,
}

impl<'a> Bans<'a, '_> {
    /// Whether these alternatives forbid a name.
    pub(super) fn forbid(&mut self, set: &[Node<'a>], key: Key<'a, '_>) -> bool {
        let mut seen = HashMap::new();
        let verdict = self.any_of(set.iter().copied(), key, 0, &mut seen);
        matches!(verdict, Verdict::Forbidden | Verdict::SometimesForbidden)
    }

    fn schema(
        &mut self,
        schema: Node<'a>,
        key: Key<'a, '_>,
        depth: usize,
        seen: &mut HashMap<u32, Verdict>,
    ) -> Verdict {
        *self.steps += 1;
        if let Some(verdict) = seen.get(&schema.id()) {
            return *verdict;
        }
        if !schema.is_object() || depth > DEPTH_MAX {
            return Verdict::Silent;
        }
        seen.insert(schema.id(), Verdict::Silent);
        let verdict = self.parts(schema, key, depth + 1, seen);
        seen.insert(schema.id(), verdict);
        verdict
    }

    fn parts(
        &mut self,
        schema: Node<'a>,
        key: Key<'a, '_>,
        depth: usize,
        seen: &mut HashMap<u32, Verdict>,
    ) -> Verdict {
        let mut verdict = Verdict::Silent;
        match self.source.references.step(schema, self.notes) {
            Step::To(target) => verdict = self.schema(target, key, depth, seen),
            Step::NoReference | Step::Unreadable => {}
        }
        if self.source.version.has_lone_references() && schema.get("$ref").is_some() {
            return verdict;
        }
        for (name, keyword) in schema.members() {
            let said = match name.text {
                "properties" => {
                    self.own(keyword, |name| matches!(key, Key::Name(key, _) if key == name))
                }
                "patternProperties" => self.own(keyword, |pattern| match key {
                    Key::Name(_, patterns) => patterns.contains(pattern),
                    Key::Pattern(key) => key == pattern,
                }),
                "allOf" => keyword.items().fold(Verdict::Silent, |so_far, part| {
                    both(so_far, self.schema(part, key, depth, seen))
                }),
                "anyOf" | "oneOf" => self.any_of(keyword.items(), key, depth, seen),
                _ => Verdict::Silent,
            };
            verdict = both(verdict, said);
        }
        verdict
    }

    fn own(&mut self, keyword: Node<'a>, is_meant: impl Fn(&str) -> bool) -> Verdict {
        let meant = keyword.members().filter(|(name, _)| is_meant(name.text));
        meant.fold(Verdict::Silent, |so_far, (_, declaration)| {
            let never = self.nevers.takes_nothing(self.source, declaration, self.notes);
            both(so_far, if never { Verdict::Forbidden } else { Verdict::Taken })
        })
    }

    fn any_of(
        &mut self,
        alternatives: impl Iterator<Item = Node<'a>>,
        key: Key<'a, '_>,
        depth: usize,
        seen: &mut HashMap<u32, Verdict>,
    ) -> Verdict {
        let mut verdicts = Vec::new();
        for alternative in alternatives {
            if !self.nevers.takes_nothing(self.source, alternative, self.notes) {
                verdicts.push(self.schema(alternative, key, depth, seen));
            }
        }
        let has = |verdict| verdicts.contains(&verdict);
        match (has(Verdict::Taken), has(Verdict::Forbidden), has(Verdict::Silent)) {
            (true, ..) => Verdict::Taken,
            (_, true, false) if !has(Verdict::SometimesForbidden) => Verdict::Forbidden,
            (_, false, _) if !has(Verdict::SometimesForbidden) => Verdict::Silent,
            _ => Verdict::SometimesForbidden,
        }
    }
}

/// What both say together.
fn both(one: Verdict, other: Verdict) -> Verdict {
    let rank = |verdict| match verdict {
        Verdict::Silent => 0,
        Verdict::SometimesForbidden => 1,
        Verdict::Taken => 2,
        Verdict::Forbidden => 3,
    };
    if rank(one) >= rank(other) { one } else { other }
}
