//! Of what classes a body is: by the names of all properties that may stand in it.

use std::collections::{HashMap, HashSet, VecDeque};

use portcullis_contract::{Property, ShapeId, Shapes};
use portcullis_controls::sensitive;
use portcullis_policy::naming::looks_like_id;

use super::acts::names_tenant;
use super::languages::{Act, folded_words, says};
use super::words::{classes_of, is_password};
use crate::system::{DataClass, DataClasses, DataSet};

/// Shapes that are looked at in one body.
const SHAPES_MAX: usize = 2_000;

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Way {
    In,
    Out,
}

/// What the names in a body say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) classes: DataClasses,
    /// Pointers to properties that say so.
    pub(super) witnesses: Vec<String>,
    /// A password, a token, a key among them.
    pub(super) has_secret: bool,
    /// A password among them.
    pub(super) has_password: bool,
    /// Something in it is a list.
    pub(super) has_list: bool,
    /// Something in it is bytes.
    pub(super) has_bytes: bool,
    /// Something in it may be called anything.
    pub(super) is_open: bool,
    /// It has named properties.
    pub(super) has_properties: bool,
    /// A price, an amount, a count among them.
    pub(super) has_value: bool,
    /// Who gets something is among the first of them: `to`, `email`.
    pub(super) has_recipient: bool,
    /// Where messages about an account go, or its password, is among the first of them.
    pub(super) has_reach: bool,
    /// The password that counts until now is among them.
    pub(super) has_present_password: bool,
    /// A regular expression is among them.
    pub(super) has_pattern: bool,
    /// Whose tenant is meant is among them.
    pub(super) has_tenant: bool,
    /// The id of something else is among the first of them: `order_id`.
    pub(super) has_id: bool,
}

impl Told {
    /// Both together.
    #[must_use]
    pub(super) fn with(mut self, other: Self) -> Self {
        self.classes = self.classes.with(other.classes);
        self.witnesses.extend(other.witnesses);
        self.witnesses.sort_unstable();
        self.witnesses.dedup();
        self.witnesses.truncate(DataSet::WITNESSES_MAX);
        self.has_secret |= other.has_secret;
        self.has_password |= other.has_password;
        self.has_list |= other.has_list;
        self.has_bytes |= other.has_bytes;
        self.is_open |= other.is_open;
        self.has_properties |= other.has_properties;
        self.has_value |= other.has_value;
        self.has_recipient |= other.has_recipient;
        self.has_reach |= other.has_reach;
        self.has_present_password |= other.has_present_password;
        self.has_pattern |= other.has_pattern;
        self.has_tenant |= other.has_tenant;
        self.has_id |= other.has_id;
        self
    }
}

/// The bodies of one contract, each looked through once.
pub(super) struct Looking<'a> {
    shapes: &'a Shapes,
    names: HashMap<&'a str, Named>,
    known: HashMap<(ShapeId, Way), Told>,
}

impl<'a> Looking<'a> {
    pub(super) fn at(shapes: &'a Shapes) -> Self {
        Self { shapes, names: HashMap::new(), known: HashMap::new() }
    }

    /// What the names in a body of this shape say.
    pub(super) fn told(&mut self, root: ShapeId, way: Way) -> Told {
        if let Some(known) = self.known.get(&(root, way)) {
            return known.clone();
        }
        let told = self.look(root, way);
        self.known.insert((root, way), told.clone());
        told
    }

    fn look(&mut self, root: ShapeId, way: Way) -> Told {
        let mut told = Told::default();
        let mut seen = HashSet::from([root]);
        let mut next = VecDeque::from([(root, String::new())]);
        while let Some((id, at)) = next.pop_front() {
            let shape = self.shapes.get(id);
            told.has_list |= shape.items.is_some() && at.is_empty();
            told.has_bytes |= shape.is_binary;
            let object = &shape.object;
            told.has_properties |= object.properties().next().is_some();
            told.is_open |= matches!(object.rest, portcullis_contract::Rest::FreeForm)
                && shape.types == portcullis_contract::Types::ANY
                && shape.items.is_none();
            let mut push = |told: &mut Told, id: ShapeId, at: String| {
                if seen.len() >= SHAPES_MAX {
                    told.is_open = true;
                } else if seen.insert(id) {
                    next.push_back((id, at));
                }
            };
            for (name, property) in object.properties() {
                if hidden(property, way) {
                    continue;
                }
                let here = format!("{at}/{name}");
                let named = *self.names.entry(name).or_insert_with(|| Named::of(name));
                if !named.classes.is_empty() && told.witnesses.len() < DataSet::WITNESSES_MAX {
                    told.witnesses.push(here.clone());
                }
                named.tell(&mut told, at.matches('/').count() < FIRST_LEVELS);
                push(&mut told, property.shape, here);
            }
            for id in object.under_patterns() {
                push(&mut told, id, format!("{at}/*"));
            }
            if let portcullis_contract::Rest::Map(id) = object.rest {
                push(&mut told, id, format!("{at}/*"));
            }
            if let Some(items) = shape.items {
                push(&mut told, items, format!("{at}/*"));
            }
        }
        told
    }
}

/// Levels of a body that speak of what it is for: itself, and one wrapper around it.
const FIRST_LEVELS: usize = 2;

/// What one name says.
#[derive(Debug, Clone, Copy)]
struct Named {
    classes: DataClasses,
    is_secret: bool,
    is_password: bool,
    is_present_password: bool,
    is_value: bool,
    is_recipient: bool,
    is_reach: bool,
    is_pattern: bool,
    is_tenant: bool,
    is_id: bool,
}

impl Named {
    fn of(name: &str) -> Self {
        let (classes, is_password) = (classes_of(name), is_password(name));
        let words = folded_words(name);
        let any = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
        let whole = words.concat();
        let is_reach =
            says(&whole, Act::Reach) || words.last().is_some_and(|word| says(word, Act::Reach));
        Self {
            classes,
            is_secret: sensitive::credential_name(name) || classes.has(DataClass::Credential),
            is_password,
            is_present_password: is_password
                && any(&["current", "existing", "old", "present", "previous"]),
            is_value: words.iter().any(|word| says(word, Act::Value)),
            is_recipient: is_reach
                || ["to", "recipient", "recipients", "msisdn", "emails"].contains(&whole.as_str()),
            is_reach,
            is_pattern: any(&["regex", "regexp"]) || whole == "regularexpression",
            is_tenant: names_tenant(name, false),
            is_id: looks_like_id(name) && names_another(&words),
        }
    }

    /// Adds it to what is told of a body.
    fn tell(self, told: &mut Told, is_first: bool) {
        told.classes = told.classes.with(self.classes);
        told.has_secret |= self.is_secret;
        told.has_password |= self.is_password;
        told.has_present_password |= self.is_present_password;
        told.has_value |= self.is_value;
        told.has_recipient |= self.is_recipient && is_first;
        told.has_reach |= (self.is_reach || self.is_password) && is_first;
        told.has_pattern |= self.is_pattern;
        told.has_tenant |= self.is_tenant && is_first;
        told.has_id |= self.is_id && is_first;
    }
}

/// Whether an id is that of another object: not its own, and not that of a program or of a request.
fn names_another(words: &[String]) -> bool {
    const NO_OBJECTS: [&str; 6] =
        ["client", "correlation", "idempotency", "request", "session", "trace"];
    words.len() > 1 && words.first().is_some_and(|first| !NO_OBJECTS.contains(&first.as_str()))
}

const fn hidden(property: Property, way: Way) -> bool {
    match way {
        Way::In => property.read_only,
        Way::Out => property.write_only,
    }
}
