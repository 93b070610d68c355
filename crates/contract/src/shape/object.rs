//! From what is gathered to what an object declares of its members.

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};

use super::build::ShapeBuilder;
use super::flags::Flag;
use super::gather::Gathered;
use super::member::{NameRule, ObjectShape, Rank, Spelling, by_name, folded};
use super::never::{Bans, Key};
use super::summary::Map;
use super::{Property, Rest, Shape, ShapeId, Types};
use crate::codes;
use crate::document::Node;
use crate::ecma::spelt_out;
use crate::notes::{Notes, shown};
use crate::pattern_budget::PatternBudget;

/// Bytes of one compiled pattern of property names.
const PATTERN_BYTES_MAX: usize = 1 << 20;
/// Patterns of one object whose schemas are joined where a name falls under several.
const JOINED_MAX: usize = 4;

impl<'a> ShapeBuilder<'a> {
    /// What a set of schemas declares of an object's members. What is taken out of `gathered` is
    /// used up.
    pub(super) fn object(
        &mut self,
        set: &[Node<'a>],
        gathered: &mut Gathered<'a>,
        notes: &mut Notes,
    ) -> ObjectShape {
        let declared = std::mem::take(&mut gathered.patterns);
        let declared: Vec<(&'a str, Regex, Node<'a>)> = declared
            .into_iter()
            .filter_map(|(text, schema)| Some((text, self.pattern(text, schema, notes)?, schema)))
            .collect();
        let banned = std::mem::take(&mut gathered.forbidden_patterns);
        let banned: Vec<(&'a str, Regex)> = banned
            .into_iter()
            .filter_map(|(text, schema)| Some((text, self.pattern(text, schema, notes)?)))
            .collect();
        let forbidden = self.forbidden(set, gathered, &declared, &banned, notes);
        let properties = self.properties(gathered, &declared, &forbidden, notes);
        let mut patterns = Vec::new();
        let mut schemas = Vec::new();
        for (_, regex, schema) in declared {
            patterns.push((regex, Some(self.id(vec![schema], notes))));
            schemas.push(schema);
        }
        let joined = self.joined(&schemas, &patterns, notes);
        for (text, regex) in banned {
            if self.bans(notes).forbid(set, Key::Pattern(text)) {
                patterns.push((regex, None));
            }
        }
        let maps: Vec<Node<'a>> = gathered.maps.iter().map(|map| map.values).collect();
        let rest = match (maps.is_empty(), gathered.is_declared, gathered.is_closed) {
            (false, ..) => Rest::Map(self.id(maps, notes)),
            (true, false, _) => Rest::FreeForm,
            (true, true, true) => Rest::Closed,
            (true, true, false) => Rest::Open,
        };
        let is_open = matches!(rest, Rest::Map(_)) || !patterns.is_empty();
        let forbidden: Vec<Box<str>> =
            if is_open { forbidden.into_iter().map(Box::from).collect() } else { Vec::new() };
        let spellings = if is_open { spellings(&properties, &forbidden) } else { Vec::new() };
        let names = std::mem::take(&mut gathered.names);
        let names = names.into_iter().filter_map(|names| self.name_rule(names, notes)).collect();
        let by_name = by_name(&properties);
        ObjectShape {
            properties,
            by_name,
            patterns,
            joined,
            forbidden,
            spellings,
            names,
            rest,
            is_said_open: gathered.is_said_open,
        }
    }

    /// The names that may not stand there, though some schema declares them.
    fn forbidden(
        &mut self,
        set: &[Node<'a>],
        gathered: &Gathered<'a>,
        declared: &[(&'a str, Regex, Node<'a>)],
        banned: &[(&'a str, Regex)],
        notes: &mut Notes,
    ) -> HashSet<&'a str> {
        let under_ban = gathered.properties.iter().map(|(name, _)| *name);
        let under_ban =
            under_ban.filter(|name| banned.iter().any(|(_, pattern)| pattern.is_match(name)));
        let names: HashSet<&'a str> = gathered.forbidden.iter().copied().chain(under_ban).collect();
        let mut forbidden = HashSet::new();
        for name in names {
            let all = declared.iter().map(|(text, pattern, _)| (*text, pattern));
            let all = all.chain(banned.iter().map(|(text, pattern)| (*text, pattern)));
            let patterns: HashSet<&'a str> =
                all.filter(|(_, pattern)| pattern.is_match(name)).map(|(text, _)| text).collect();
            if self.bans(notes).forbid(set, Key::Name(name, &patterns)) {
                forbidden.insert(name);
            }
        }
        forbidden
    }

    fn bans<'n>(&'n mut self, notes: &'n mut Notes) -> Bans<'a, 'n> {
        Bans { source: self.source, nevers: &mut self.nevers, notes, steps: &mut self.steps }
    }

    fn properties(
        &mut self,
        gathered: &mut Gathered<'a>,
        patterns: &[(&'a str, Regex, Node<'a>)],
        forbidden: &HashSet<&'a str>,
        notes: &mut Notes,
    ) -> Vec<(Box<str>, Property)> {
        let mut properties = Vec::new();
        for (name, mut declarations) in std::mem::take(&mut gathered.properties) {
            if forbidden.contains(name) {
                continue;
            }
            let matching = patterns.iter().filter(|(_, pattern, _)| pattern.is_match(name));
            let matching: Vec<Node<'a>> = matching.map(|(_, _, schema)| *schema).collect();
            let is_bare = declarations.is_empty();
            // A name that is only required is described by the pattern or the map that it falls
            // under.
            if is_bare && (!gathered.maps.is_empty() || !matching.is_empty()) {
                continue;
            }
            if is_bare && gathered.discriminators.contains(name) {
                let shape = self.text();
                let required = gathered.required.contains(name);
                let property = Property { shape, read_only: false, write_only: false, required };
                properties.push((name.into(), property));
                continue;
            }
            declarations.extend(matching);
            let property = Property {
                read_only: self.is_said(Flag::ReadOnly, name, &declarations, gathered, notes),
                write_only: self.is_said(Flag::WriteOnly, name, &declarations, gathered, notes),
                required: gathered.required.contains(name),
                shape: self.id(declarations, notes),
            };
            properties.push((name.into(), property));
        }
        properties
    }

    /// Whether a property has this flag: by its declarations, or by the map of another schema that
    /// it falls under.
    fn is_said(
        &mut self,
        flag: Flag,
        name: &str,
        declarations: &[Node<'a>],
        gathered: &Gathered<'a>,
        notes: &mut Notes,
    ) -> bool {
        self.any_says(flag, declarations, notes)
            || gathered.maps.iter().any(|map| {
                self.any_says(flag, &[map.values], notes) && self.takes(*map, name, notes)
            })
    }

    /// Whether a name is additional to the schema that has this map.
    fn takes(&mut self, map: Map<'a>, name: &str, notes: &mut Notes) -> bool {
        let keyword = map.owner.get("additionalProperties");
        let is_additional = keyword.is_some_and(|keyword| keyword.id() == map.values.id());
        let own = map.owner.get("properties").and_then(|own| own.get(name));
        let patterns = map.owner.get("patternProperties").into_iter().flat_map(Node::members);
        is_additional
            && own.is_none()
            && !patterns.into_iter().any(|(text, schema)| {
                self.pattern(text.text, schema, notes).is_some_and(|regex| regex.is_match(name))
            })
    }

    /// The text that a discriminator names, and no more.
    fn text(&mut self) -> ShapeId {
        if let Some(text) = self.text {
            return text;
        }
        let object = ObjectShape::closed();
        let text = self.push(Shape { types: Types::STRING, object, ..Shape::default() });
        self.text = Some(text);
        text
    }

    /// What names must be that fall under several patterns.
    fn joined(
        &mut self,
        schemas: &[Node<'a>],
        patterns: &[(Regex, Option<ShapeId>)],
        notes: &mut Notes,
    ) -> Vec<(u32, ShapeId)> {
        let differ = patterns.windows(2).any(|pair| match pair {
            [(_, one), (_, other)] => one != other,
            _ => false,
        });
        if !differ {
            return Vec::new();
        }
        if let Some(first) = schemas.first()
            && schemas.len() > JOINED_MAX
        {
            let message = format!(
                "more than {JOINED_MAX} patterns stand here: a property that falls under several of \
                 different schemas is undeclared"
            );
            notes.warn(&codes::SCHEMA, first.span(), message);
            return Vec::new();
        }
        let sets = (1_u32..1 << schemas.len()).filter(|set| set.count_ones() > 1);
        let mut joined = Vec::new();
        for set in sets {
            let members = schemas.iter().enumerate().filter(|(place, _)| set >> place & 1 == 1);
            joined.push((set, self.id(members.map(|(_, schema)| *schema).collect(), notes)));
        }
        joined
    }

    /// What `propertyNames` says of names, as far as answers are held to it.
    fn name_rule(&mut self, names: Node<'a>, notes: &mut Notes) -> Option<NameRule> {
        let names = self.resolved(names, notes);
        let listed = names.get("enum").into_iter().flat_map(Node::items).chain(names.get("const"));
        let listed: Vec<Box<str>> = listed.filter_map(Node::as_str).map(Box::from).collect();
        if !listed.is_empty() {
            return Some(NameRule::OneOf(listed));
        }
        let pattern = names.get("pattern")?;
        compiled(pattern.as_str()?, &mut self.pattern_budget).map(NameRule::Pattern)
    }

    fn pattern(&mut self, text: &'a str, schema: Node<'a>, notes: &mut Notes) -> Option<Regex> {
        let known =
            self.patterns.entry(text).or_insert_with(|| compiled(text, &mut self.pattern_budget));
        if known.is_none() {
            let message = format!(
                "the pattern {} is not read, or too large, by itself or beside the others: properties \
                 that it means count as undeclared",
                shown(text)
            );
            notes.warn(&codes::SCHEMA, schema.span(), message);
        }
        known.clone()
    }
}

fn spellings(properties: &[(Box<str>, Property)], forbidden: &[Box<str>]) -> Vec<Spelling> {
    let of_properties = properties.iter().zip(0_u32..).map(|((name, property), index)| {
        let is_guarded = property.read_only || property.write_only;
        let rank = if is_guarded { Rank::Guarded } else { Rank::Plain };
        Spelling { folded: folded(name), rank, index: Some(index) }
    });
    let of_forbidden = forbidden.iter().map(|name| Spelling {
        folded: folded(name),
        rank: Rank::Guarded,
        index: None,
    });
    let mut spellings: Vec<Spelling> = of_properties.chain(of_forbidden).collect();
    spellings.sort();
    spellings
}

/// A pattern as validators read it: in the dialect of ECMA-262.
fn compiled(pattern: &str, budget: &mut PatternBudget) -> Option<Regex> {
    let spelt = spelt_out(pattern)?;
    budget.take(&spelt, PATTERN_BYTES_MAX).ok()?;
    RegexBuilder::new(&spelt).size_limit(PATTERN_BYTES_MAX).build().ok()
}
