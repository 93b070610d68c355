//! What callers may do to which objects, as the policy decided: rules, resources, and which objects
//! the requests and answers of each operation touch.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use portcullis_contract::{SchemaName, ShapeId};
use portcullis_model::Span;
pub use portcullis_model::{Verb, Verbs};
use regex::Regex;

use crate::callers::OfCaller;
use crate::expression::Expression;
use crate::login::RequestPlace;

/// What callers of one API may do. Empty: nothing is said beside what the contract says.
#[derive(Debug, Clone, Default)]
pub struct Authorization {
    /// Whether a rule grants something: what nobody grants is then closed.
    pub is_exhaustive: bool,
    /// What `caller.id` is.
    pub caller_id: OfCaller,
    /// Which units are above a unit of the organisation, itself included.
    pub units: Units,
    /// The attribute that is a caller's tenant; none: there are no tenants.
    pub tenant: Option<OfCaller>,
    /// Roles that include no other one and that others include: those of everybody.
    pub ordinary_roles: Vec<Arc<str>>,
    /// Types of objects.
    pub resources: Vec<Resource>,
    /// In the order of the file.
    pub rules: Vec<Rule>,
    /// By operation index.
    pub operations: Vec<Touches>,
}

/// Units of an organisation: for each, those above it, itself included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units(pub(crate) HashMap<Arc<str>, Vec<Arc<str>>>);

impl Units {
    /// Each unit with those above it, in words.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(unit, above)| format!("{unit}: {}", above.join(" < ")))
    }

    /// Every unit that is above another one, with those that are below it, each sorted.
    pub fn above(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut above: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (unit, all) in &self.0 {
            for one in all.iter().filter(|one| *one != unit) {
                above.entry(one).or_default().push(unit);
            }
        }
        above.values_mut().for_each(|below| below.sort_unstable());
        above
    }

    /// Whether a unit is another one, or stands below it.
    pub fn is_under(&self, unit: &str, above: &str) -> bool {
        unit == above || self.0.get(unit).is_some_and(|all| all.iter().any(|one| **one == *above))
    }
}

/// A type of object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the policy.
    pub name: Arc<str>,
    /// The named schemas that describe it.
    pub schemas: Vec<SchemaName>,
    /// Shapes without a name that describe it, too.
    pub shapes: Vec<ShapeId>,
    /// Where an object has its ids: JSON Pointers, at least one.
    pub ids: Vec<String>,
    /// Where an object names its owners; any of them may call it theirs.
    pub owners: Vec<Owner>,
    /// Where an object names somebody or something else, by the name of that relation: JSON Pointers.
    pub relations: Vec<(Arc<str>, String)>,
    /// Where an object names its tenant: a JSON Pointer; none: it has none.
    pub tenant: Option<String>,
    /// The operation that lists the caller's own, by its index.
    pub own_list: Option<usize>,
    /// Whether its items are the caller's own although they name no owner: somebody said so.
    pub trusts_list: bool,
    /// Whether a write carries the entity tag of what was read before it (`If-Match`).
    pub pins: bool,
    /// The operations by which the gateway reads one, by their index: for each id, by its place in `ids`. Of
    /// several, each takes other credentials.
    pub read_by: Vec<Vec<usize>>,
    /// Where the policy declares it.
    pub span: Span,
}

/// Where an object names an owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The member: a JSON Pointer.
    pub at: String,
    /// What of the caller it must equal.
    pub is: OfCaller,
}

/// One rule of `access` that says who may, or who may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whether it forbids; such a rule wins over all that permit.
    pub forbids: bool,
    /// Whom it means.
    pub who: Who,
    /// The operations that it opens, or closes, by index, sorted.
    pub functions: Vec<usize>,
    /// What must hold of the request, where it speaks of no objects.
    pub when: Expression,
    /// The objects that it speaks of.
    pub on: Vec<OnResource>,
    /// Whether it also speaks of objects of other tenants.
    pub across_tenants: bool,
    /// Where it stands.
    pub span: Span,
}

/// Whom a rule means: verified callers of whom all of this holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// One of these roles; none: whatever their role. Roles that include a named one are among them.
    pub roles: Vec<Arc<str>>,
    /// One of these groups; none: whatever their group.
    pub groups: Vec<Arc<str>>,
    /// All of these scopes.
    pub scopes: Vec<Arc<str>>,
}

/// What a rule says of the objects of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnResource {
    /// The resource, by its index.
    pub resource: usize,
    /// What may be done to them.
    pub verbs: Verbs,
    /// Operations that may touch them, by index, whatever they do.
    pub named: Vec<usize>,
    /// Which objects.
    pub when: Expression,
    /// What of them is not shown.
    pub hidden: Hidden,
    /// What of them is not written.
    pub readonly: Hidden,
}

impl Rule {
    /// Whether a part of the rule speaks of objects of its resource in an operation, by its index. Who may read
    /// an order may not for that reason pay it; who may not read or change it may not pay it either.
    pub fn speaks_of(&self, on: &OnResource, operation: usize, touches: &Touches) -> bool {
        let means = match touches.verb(on.resource) {
            Some(verb) => on.verbs.has(verb),
            None if touches.acts_on(on.resource) && self.forbids => {
                on.verbs.has(Verb::Read) || on.verbs.has(Verb::Update)
            }
            None if touches.acts_on(on.resource) => on.verbs.has_others(),
            None => on.verbs.has(Verb::Read),
        };
        means || on.named.binary_search(&operation).is_ok()
    }

    /// Whether it permits something with objects of a resource in an operation, to whomever.
    pub fn permits(&self, resource: usize, operation: usize, touches: &Touches) -> bool {
        let mut on = self.on.iter().filter(|on| on.resource == resource);
        !self.forbids && on.any(|on| self.speaks_of(on, operation, touches))
    }
}

/// Members of an object: JSON Pointers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Hidden {
    /// None.
    #[default]
    Nothing,
    /// These.
    These(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

/// Which objects an operation touches.
#[derive(Debug, Clone, Default)]
pub struct Touches {
    /// What it does to objects of which resource, by index; the first one is what it is about.
    pub does: Vec<(usize, Verb)>,
    /// Where its requests name objects.
    pub inputs: Vec<ObjectInput>,
    /// Where its requests have what looks like an id, and nobody says of what.
    pub undecided: Vec<InputPlace>,
    /// A body may say whose an object that it makes or changes shall be.
    pub gives: bool,
    /// Whether the policy says `objects: none`.
    pub is_none: bool,
    /// Whether the policy says `totals: hide`: what counts objects does not leave, whoever they are of.
    pub hides_totals: bool,
    /// Whether it may change something: its method is not a safe one.
    pub is_unsafe: bool,
    /// The resources whose objects its answers of success may hold, by index.
    pub shows: Vec<usize>,
    /// What an object that it is about says of others that the request names: the member (a JSON Pointer)
    /// equals the value there, or the one does not belong to the other.
    pub belongs: Vec<(String, InputPlace)>,
}

impl Touches {
    /// Whether it does something to the objects of this resource that its requests name, and only its own name
    /// says what: no word of a rule, but `*`, means it.
    pub fn acts_on(&self, resource: usize) -> bool {
        self.is_unsafe
            && self.does.is_empty()
            && self.inputs.iter().any(|input| input.resource == resource)
    }

    /// The resources of whose objects a body may say something: what is made or changed, and what an operation
    /// with a name of its own acts on.
    pub fn writes(&self) -> Vec<(usize, Verb)> {
        let does = self.does.iter().filter(|(_, verb)| matches!(verb, Verb::Create | Verb::Update));
        let mut all: Vec<(usize, Verb)> = does.copied().collect();
        for input in &self.inputs {
            let is_known = all.iter().any(|(known, _)| *known == input.resource);
            if !is_known && self.acts_on(input.resource) {
                all.push((input.resource, Verb::Update));
            }
        }
        all
    }

    /// What it does to objects of this resource, as far as that is known without a rule.
    pub fn verb(&self, resource: usize) -> Option<Verb> {
        self.does.iter().find(|(known, _)| *known == resource).map(|(_, verb)| *verb)
    }
}

/// Where a request names an object.
#[derive(Debug, Clone)]
pub struct ObjectInput {
    /// Where.
    pub place: InputPlace,
    /// The resource, by its index.
    pub resource: usize,
    /// Which of its ids it is.
    pub id: usize,
    /// It may be the id of an object that does not exist yet: the request makes one, and chooses it.
    pub may_be_new: bool,
    /// What of the value is the id: the first group of this pattern; none: all of it.
    pub pattern: Option<Pattern>,
}

/// A pattern with one group.
#[derive(Debug, Clone)]
pub struct Pattern(pub(crate) Regex);

impl Pattern {
    /// Every id that it finds in a text.
    pub fn find<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.0.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str()))
    }

    /// As it is written.
    pub fn text(&self) -> &str {
        self.0.as_str()
    }
}

/// Where a request has a value, or several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum InputPlace {
    /// One value: a member of a body may be reached over every item of lists, and every value of
    /// maps, where a name is `*`.
    One(RequestPlace),
    /// A header field, in lower case.
    Header(String),
    /// The names of an object's members, below this pointer of the body.
    Names(String),
}

impl std::fmt::Display for InputPlace {
    /// As the policy file writes it: `path.id`, `body./items/*/order_id`, `names./orders`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(RequestPlace::Body(pointer)) => write!(f, "body.{pointer}"),
            Self::One(RequestPlace::Path(name)) => write!(f, "path.{name}"),
            Self::One(RequestPlace::Query(name)) => write!(f, "query.{name}"),
            Self::One(RequestPlace::Cookie(name)) => write!(f, "cookie.{name}"),
            Self::Header(name) => write!(f, "header.{name}"),
            Self::Names(pointer) => write!(f, "names.{pointer}"),
        }
    }
}
