//! What one schema says of an object, with all its parts.

use super::Types;
use super::bounds::Bounds;
use super::text::TextShape;
use crate::document::Node;

/// What one schema says, with all its parts.
#[derive(Debug, Clone)]
pub(super) struct Summary<'a> {
    pub(super) types: Types,
    /// It declares properties, or that there are none.
    pub(super) declares: bool,
    /// Undeclared ones are forbidden.
    pub(super) closes: bool,
    /// It is an object of which nothing is said.
    pub(super) is_free: bool,
    /// Undeclared ones are evaluated, so `unevaluatedProperties` around it says nothing of them.
    pub(super) evaluates_all: bool,
    /// What undeclared ones must be.
    pub(super) maps: Vec<Map<'a>>,
    /// The same where it holds only sometimes: it opens nothing that declares properties.
    pub(super) doubtful_maps: Vec<Map<'a>>,
    /// What the names of all must be.
    pub(super) names: Vec<Node<'a>>,
    /// What it says of texts.
    pub(super) text: TextShape,
    /// What bounds it sets.
    pub(super) bounds: Bounds,
}

/// A schema of additional properties.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map<'a> {
    /// The schema whose keyword this is.
    pub(super) owner: Node<'a>,
    pub(super) values: Node<'a>,
}

impl<'a> Summary<'a> {
    /// What a schema says that says nothing.
    pub(super) const fn silent() -> Self {
        Self {
            types: Types::ANY,
            declares: false,
            closes: false,
            is_free: false,
            evaluates_all: false,
            maps: Vec::new(),
            doubtful_maps: Vec::new(),
            names: Vec::new(),
            text: TextShape::ANY,
            bounds: Bounds::NONE,
        }
    }

    /// No value is valid.
    pub(super) fn nothing() -> Self {
        Self { types: Types::NONE, ..Self::silent() }
    }

    /// It is not known what is said: no more than what others declare.
    pub(super) fn unknown() -> Self {
        Self { declares: true, closes: true, ..Self::silent() }
    }

    /// Both hold.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.types = self.types.and(other.types);
        self.declares |= other.declares;
        self.closes |= other.closes;
        self.is_free &= other.is_free;
        self.evaluates_all |= other.evaluates_all;
        self.text = self.text.and(other.text);
        self.bounds = self.bounds.and(other.bounds);
        add(&mut self.maps, other.maps);
        add(&mut self.doubtful_maps, other.doubtful_maps);
        for names in other.names {
            if !self.names.iter().any(|known| known.id() == names.id()) {
                self.names.push(names);
            }
        }
        if self.closes {
            self.maps.clear();
            self.doubtful_maps.clear();
        }
        self
    }

    /// One of these holds. Alternatives that declare nothing do not open the others; nor does a map
    /// that only some of them are.
    pub(super) fn any_of(alternatives: &[Self]) -> Self {
        let types = alternatives.iter().map(|one| one.types);
        let bounds: Vec<(Types, Bounds)> =
            alternatives.iter().map(|one| (one.types, one.bounds)).collect();
        let texts = alternatives.iter().filter(|one| one.types.contains(Types::STRING));
        let mut declaring = alternatives.iter().filter(|one| one.declares).peekable();
        let declares = declaring.peek().is_some();
        let mut whole = Self {
            types: types.reduce(Types::or).unwrap_or(Types::ANY),
            declares,
            closes: declares && declaring.all(|one| one.closes),
            evaluates_all: alternatives.iter().any(|one| one.evaluates_all),
            text: texts.map(|one| one.text).reduce(TextShape::or).unwrap_or_default(),
            bounds: Bounds::any_of(&bounds),
            ..Self::silent()
        };
        let objects = || alternatives.iter().filter(|one| one.types.contains(Types::OBJECT));
        let is_map = |one: &Self| one.declares || !one.maps.is_empty();
        let are_maps = objects().all(is_map);
        for one in objects() {
            add(&mut whole.doubtful_maps, one.doubtful_maps.clone());
            if declares && one.declares || !declares && are_maps {
                add(&mut whole.maps, one.maps.clone());
            } else if !declares {
                add(&mut whole.doubtful_maps, one.maps.clone());
            }
        }
        whole
    }

    /// What is said of the maps when all is known: those that hold only sometimes, if they count
    /// for nothing.
    pub(super) fn settle(&mut self) -> Vec<Map<'a>> {
        let doubtful = std::mem::take(&mut self.doubtful_maps);
        if self.declares {
            return doubtful;
        }
        add(&mut self.maps, doubtful);
        Vec::new()
    }
}

/// Adds those that are not there yet.
pub(super) fn add<'a>(to: &mut Vec<Map<'a>>, more: Vec<Map<'a>>) {
    for map in more {
        let is_known = |known: &Map<'_>| {
            known.values.id() == map.values.id() && known.owner.id() == map.owner.id()
        };
        if !to.iter().any(is_known) {
            to.push(map);
        }
    }
}
