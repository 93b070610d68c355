//! What an object declares of a member, by the name under which it comes.

use std::borrow::Cow;

use regex::Regex;

use super::{Property, Rest, ShapeId};

/// What is declared of an object's members.
#[derive(Debug, Default)]
pub struct ObjectShape {
    /// By name, in document order.
    pub(crate) properties: Vec<(Box<str>, Property)>,
    /// Indices into `properties`, sorted by name.
    pub(crate) by_name: Vec<u32>,
    /// `patternProperties`; `None`: what falls under it is forbidden.
    pub(crate) patterns: Vec<(Regex, Option<ShapeId>)>,
    /// What a name must be that falls under several patterns, by the set of these patterns.
    pub(crate) joined: Vec<(u32, ShapeId)>,
    /// Names that are forbidden, though a pattern or a map would take them.
    pub(crate) forbidden: Vec<Box<str>>,
    /// How the declared names look to a careless reader, sorted; only beside patterns and maps.
    pub(crate) spellings: Vec<Spelling>,
    /// `propertyNames`: what names must be that nothing declares.
    pub(crate) names: Vec<NameRule>,
    /// What else may stand there.
    pub rest: Rest,
    /// A schema says that anything else may stand there (`additionalProperties: true` or `{}`),
    /// which is no more than saying nothing ([`Rest::Open`]).
    pub is_said_open: bool,
}

/// What is declared of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// Its name is declared, or is another spelling of a name that not everyone may write or see.
    Property(Property),
    /// Its name falls under a pattern.
    Pattern(ShapeId),
    /// It is a value of a map.
    Map(ShapeId),
    /// Nothing is declared at all.
    FreeForm,
    /// Nothing declares it, or its schema takes nothing, beside properties that are declared.
    Undeclared,
    /// The same where the schema says that nothing else may stand there.
    Closed,
}

impl Member {
    /// The declared property that it is.
    pub const fn property(self) -> Option<Property> {
        match self {
            Self::Property(property) => Some(property),
            _ => None,
        }
    }
}

/// A declared name as a careless reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spelling {
    pub(crate) folded: Box<str>,
    /// Some may not write or see it. These come first.
    pub(crate) rank: Rank,
    /// Its place among the properties; `None`: it is forbidden.
    pub(crate) index: Option<u32>,
}

/// Whether a map may hold other spellings of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    Guarded,
    /// Only names with brackets, which lead into it, are kept out.
    Plain,
}

/// What a name must be.
#[derive(Debug)]
pub(crate) enum NameRule {
    Pattern(Regex),
    OneOf(Vec<Box<str>>),
}

impl NameRule {
    fn allows(&self, name: &str) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(name),
            Self::OneOf(names) => names.iter().any(|known| **known == *name),
        }
    }
}

impl ObjectShape {
    /// Nothing may stand there.
    pub(crate) const fn closed() -> Self {
        Self {
            properties: Vec::new(),
            by_name: Vec::new(),
            patterns: Vec::new(),
            joined: Vec::new(),
            forbidden: Vec::new(),
            spellings: Vec::new(),
            names: Vec::new(),
            rest: Rest::Closed,
            is_said_open: false,
        }
    }

    /// Whether anything is declared of its members.
    pub fn is_described(&self) -> bool {
        self.rest != Rest::FreeForm || !self.properties.is_empty() || !self.patterns.is_empty()
    }

    /// The declared properties, in document order.
    pub fn properties(&self) -> impl Iterator<Item = (&str, Property)> {
        self.properties.iter().map(|(name, property)| (&**name, *property))
    }

    /// The shapes of what may stand under a pattern.
    pub fn under_patterns(&self) -> impl Iterator<Item = ShapeId> {
        self.patterns.iter().filter_map(|(_, shape)| *shape)
    }

    /// What names fall under, as it is written, and what stands there; `None`: nothing may.
    pub fn patterns(&self) -> impl Iterator<Item = (&str, Option<ShapeId>)> {
        self.patterns.iter().map(|(pattern, shape)| (pattern.as_str(), *shape))
    }

    /// What restricts names beside properties and patterns, in a form that can be compared.
    pub fn name_rules(&self) -> (&[Box<str>], Vec<String>) {
        let rules = self.names.iter().map(|rule| match rule {
            NameRule::Pattern(pattern) => pattern.to_string(),
            NameRule::OneOf(names) => format!("{names:?}"),
        });
        (&self.forbidden, rules.collect())
    }

    /// What is declared of a member. `hint` is where the last one was found: members mostly come in
    /// declared order, so the next one is tried first.
    pub fn member(&self, name: &str, hint: &mut usize) -> Member {
        if let Some(property) = self.property(name, hint) {
            return Member::Property(property);
        }
        if self.forbidden.iter().any(|forbidden| **forbidden == *name) {
            return self.nothing();
        }
        if let Some(member) = self.respelt(name) {
            return member;
        }
        match (self.matching(name), self.rest) {
            (Matching::One(shape), _) => Member::Pattern(shape),
            (Matching::Forbidden, _) | (Matching::None, Rest::Open) => self.nothing(),
            (Matching::None, Rest::Closed) => Member::Closed,
            (Matching::None, _) if !self.names.iter().all(|rule| rule.allows(name)) => {
                Member::Closed
            }
            (Matching::None, Rest::FreeForm) => Member::FreeForm,
            (Matching::None, Rest::Map(shape)) => Member::Map(shape),
        }
    }

    /// The property that is declared under exactly this name.
    pub fn property(&self, name: &str, hint: &mut usize) -> Option<Property> {
        if let Some((known, property)) = self.properties.get(*hint)
            && &**known == name
        {
            *hint += 1;
            return Some(*property);
        }
        let place = self
            .by_name
            .binary_search_by(|index| {
                self.properties.get(*index as usize).map_or("", |(known, _)| known).cmp(name)
            })
            .ok()?;
        let index = *self.by_name.get(place)? as usize;
        *hint = index + 1;
        self.properties.get(index).map(|(_, property)| *property)
    }

    /// The shape of a member that is declared in any way.
    pub(crate) fn value(&self, name: &str) -> Option<ShapeId> {
        match self.member(name, &mut 0) {
            Member::Property(property) => Some(property.shape),
            Member::Pattern(shape) | Member::Map(shape) => Some(shape),
            Member::FreeForm | Member::Undeclared | Member::Closed => None,
        }
    }

    /// The shape of a member by the patterns alone.
    pub fn pattern(&self, name: &str) -> Option<ShapeId> {
        match self.matching(name) {
            Matching::One(shape) => Some(shape),
            Matching::None | Matching::Forbidden => None,
        }
    }

    const fn nothing(&self) -> Member {
        match self.rest {
            Rest::Closed => Member::Closed,
            _ => Member::Undeclared,
        }
    }

    fn matching(&self, name: &str) -> Matching {
        let mut set = 0_u32;
        let mut found: Option<ShapeId> = None;
        let mut differ = false;
        for (place, (pattern, shape)) in self.patterns.iter().enumerate() {
            if !pattern.is_match(name) {
                continue;
            }
            let Some(shape) = *shape else { return Matching::Forbidden };
            differ |= found.is_some_and(|found| found != shape);
            found = Some(shape);
            set |= 1_u32.checked_shl(place as u32).unwrap_or(0);
        }
        let Some(shape) = found else { return Matching::None };
        if !differ {
            return Matching::One(shape);
        }
        // Sets that are not known are those that were too many to join.
        let joined = self.joined.iter().find(|(known, _)| *known == set);
        joined.map_or(Matching::Forbidden, |(_, shape)| Matching::One(*shape))
    }

    /// What a name is that no property has, if a careless reader takes it for one that has limits
    /// of its own.
    fn respelt(&self, name: &str) -> Option<Member> {
        if self.spellings.is_empty() {
            return None;
        }
        if let Some(known) = self.spelt(name) {
            return match (known.rank, known.index) {
                (Rank::Guarded, Some(index)) => {
                    let (_, property) = self.properties.get(index as usize)?;
                    Some(Member::Property(*property))
                }
                (Rank::Guarded, None) => Some(self.nothing()),
                (Rank::Plain, _) => has_brackets(name).then(|| self.nothing()),
            };
        }
        // Binders of Spring and ASP.NET go into a property at a dot, and Spring reads marks before it. To
        // Rack any bracket begins or ends a name: `name]` is `name`.
        let bare = name.trim_start_matches(['.', '!', '[', ']']);
        let head = bare.find(['.', '[', ']']).and_then(|end| bare.get(..end)).unwrap_or(bare);
        let known = self.spelt(head)?;
        let leads_into = head.len() < bare.len() || name.starts_with(['.', '[', ']']);
        (leads_into || known.rank == Rank::Guarded).then(|| self.nothing())
    }

    /// The declared name that a careless reader takes this one for.
    fn spelt(&self, name: &str) -> Option<&Spelling> {
        let folded = folded(name);
        let first = self.spellings.partition_point(|known| *known.folded < *folded);
        self.spellings.get(first).filter(|known| *known.folded == *folded)
    }
}

enum Matching {
    None,
    One(ShapeId),
    Forbidden,
}

/// Indices of properties, sorted by name.
pub(super) fn by_name(properties: &[(Box<str>, Property)]) -> Vec<u32> {
    let mut by_name: Vec<u32> = (0..properties.len() as u32).collect();
    by_name.sort_by_key(|index| properties.get(*index as usize).map(|(name, _)| name));
    by_name
}

/// A name as careless readers see it: without regard to case (binders of .NET, Go and Java), up to
/// the first bracket or zero byte, without space around it, with `_` for what PHP replaces.
pub fn folded(name: &str) -> Box<str> {
    let end = name.bytes().position(|byte| byte == 0).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or(name);
    let outside = if has_brackets(name) { name.split('[').next().unwrap_or(name) } else { name };
    let outside =
        outside.trim_matches(|character: char| character.is_whitespace() || character.is_control());
    let plain = |character| if matches!(character, ' ' | '.' | '[') { '_' } else { character };
    // In capitals first: some small letters have the same one.
    let capitals: Cow<'_, str> = outside.chars().map(plain).flat_map(char::to_uppercase).collect();
    capitals.chars().flat_map(char::to_lowercase).collect::<String>().into_boxed_str()
}

fn has_brackets(name: &str) -> bool {
    name.bytes().skip(1).any(|byte| byte == b'[')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_careless_reader_takes_these_for_one_name() {
        for name in
            ["Is_Admin", " is_admin", "is admin", "is.admin", "IS_ADMIN[]", "is_admin[a][b]"]
        {
            assert_eq!(&*folded(name), "is_admin", "{name}");
        }
        assert_eq!(&*folded("Ma\u{17f}\u{212a}"), "mask", "as Go folds them");
        assert_eq!(&*folded("[a"), "_a");
        assert_ne!(folded("isadmin"), folded("is_admin"));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(name in "[ -~]{0,12}") {
            let once = folded(&name);
            prop_assert_eq!(&folded(&once), &once);
        }
    }
}
