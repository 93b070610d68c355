//! The values of a request that point somewhere, wherever they stand.

use portcullis_contract::{
    Collection, Operation, Parameter, PathPart, Place, Pointing, Shape, ShapeId, Shapes,
};
use portcullis_json::{Document, Kind, Limits, Value};
use portcullis_model::Pointer;
use portcullis_policy::{InputPlace, RequestPlace, TargetRule, Targets};

use super::authority::Doubt;
use super::names::reading;
use super::target::{Reading, Target, target};
use crate::urlencoded;

/// Header fields in which browsers say where somebody comes from, and sends nobody anywhere.
const COMING: [&str; 3] = ["origin", "referer", "referrer"];
const PUBLIC: TargetRule = TargetRule::Public;

/// What a checked request says.
pub struct Given<'a> {
    /// The path, taken apart.
    pub path: &'a [PathPart<'a>],
    /// The query as it goes on, still encoded.
    pub query: &'a str,
    /// The values of a header field.
    pub header: &'a dyn Fn(&str) -> Vec<&'a str>,
    /// `Cookie`, as it goes on.
    pub cookies: &'a str,
    /// What the body was read as.
    pub body: Option<Value<'a>>,
    /// What it was declared as.
    pub shape: Option<ShapeId>,
}

/// A value that points somewhere.
pub(super) struct Found<'a> {
    /// As the policy file names it.
    pub(super) place: String,
    /// Where it points.
    pub(super) read: Result<Target, Doubt>,
    /// Where it may point.
    pub(super) rule: &'a TargetRule,
    /// Whether URLs are expected there: by a format, a name, or the policy.
    pub(super) is_expected: bool,
}

/// Where a value of a body stands.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

/// Looks through a request, and goes on as long as `take` says so.
pub(super) struct Search<'a, 't> {
    pub(super) operation: &'a Operation,
    pub(super) shapes: &'a Shapes,
    pub(super) targets: &'a Targets,
    pub(super) take: &'t mut dyn FnMut(Found<'a>) -> Result<(), ()>,
}

impl<'a> Search<'a, '_> {
    /// All of it.
    pub(super) fn all(&mut self, given: &Given<'a>) -> Result<(), ()> {
        for part in given.path {
            let PathPart::Value(value) = part else { continue };
            for text in std::iter::once(&value.text).chain(&value.others) {
                self.parameter(Place::Path, value.name, text)?;
            }
        }
        for (name, value) in urlencoded::pairs(given.query) {
            let (Ok(name), Ok(value)) = (urlencoded::decode(name), urlencoded::decode(value))
            else {
                continue;
            };
            self.parameter(Place::Query, &name, &value)?;
        }
        for (name, value) in given.cookies.split(';').filter_map(|pair| pair.trim().split_once('='))
        {
            if let Ok(value) = urlencoded::decode(value) {
                self.parameter(Place::Cookie, name, &value)?;
            }
        }
        let declared = self.operation.parameters.iter().filter(|one| one.place == Place::Header);
        for parameter in declared {
            let name = parameter.name.to_ascii_lowercase();
            if COMING.contains(&&*name) {
                continue;
            }
            for value in (given.header)(&name) {
                self.parameter(Place::Header, &name, value)?;
            }
        }
        let Some(body) = given.body else { return Ok(()) };
        let shape = given.shape.map(|shape| self.shapes.get(shape));
        self.tree(body, shape, &mut Vec::new())
    }

    /// A value outside the body, all of it and each piece of a list.
    fn parameter(&mut self, place: Place, name: &str, text: &str) -> Result<(), ()> {
        let base = name.split('[').next().unwrap_or(name);
        let is_it = |one: &&Parameter| {
            let is_name = if place == Place::Header {
                one.name.eq_ignore_ascii_case(name)
            } else {
                one.name == name || one.name == base
            };
            one.place == place && is_name
        };
        let parameter = self.operation.parameters.iter().find(is_it);
        let shape =
            parameter.and_then(|one| one.schema.as_ref()).map(|one| self.shapes.get(one.shape));
        let last = name.split(['[', ']']).rfind(|part| !part.is_empty()).unwrap_or(name);
        let told = format!("{}.{name}", place.name());
        let rule = self.rule(|known| is_parameter(known, place, name, base));
        let shape = if last == name { shape } else { member(self.shapes, shape, last) };
        let read = reading(pointing(self.shapes, shape), last);
        let mut take = |text: &str| self.text(text, read, rule, || told.clone());
        match parameter.map(|one| one.collection) {
            Some(Collection::Json) => {
                let Ok(document) = Document::parse(text.as_bytes().to_vec(), &Limits::default())
                else {
                    return take(text);
                };
                let mut texts = Vec::new();
                leaves(document.root(), &mut texts);
                texts.into_iter().try_for_each(|(name, text)| {
                    let read = read.max(
                        name.map_or(Reading::Anywhere, |name| reading(Pointing::Nowhere, name)),
                    );
                    self.text(text, read, rule, || told.clone())
                })
            }
            Some(Collection::Joined(delimiter)) => {
                text.split(delimiter.character()).try_for_each(take)
            }
            _ => take(text),
        }
    }

    /// A value of a body, and all below it. Recurses within the depth of bodies.
    fn tree(
        &mut self,
        value: Value<'a>,
        shape: Option<&'a Shape>,
        at: &mut Vec<Step<'a>>,
    ) -> Result<(), ()> {
        match value.kind() {
            Kind::Object => {
                for (name, inner) in value.members() {
                    let name = name.as_str().unwrap_or_default();
                    at.push(Step::Member(name));
                    self.tree(inner, member(self.shapes, shape, name), at)?;
                    at.pop();
                }
            }
            Kind::Array => {
                let items = shape.and_then(|shape| shape.item(self.shapes));
                for (index, inner) in value.items().enumerate() {
                    at.push(Step::Item(index));
                    self.tree(inner, items, at)?;
                    at.pop();
                }
            }
            _ => return self.leaf(value, shape, at),
        }
        Ok(())
    }

    fn leaf(&mut self, value: Value<'a>, shape: Option<&Shape>, at: &[Step<'a>]) -> Result<(), ()> {
        let name = at.iter().rev().find_map(|step| match step {
            Step::Member(name) => Some(*name),
            Step::Item(_) => None,
        });
        let read = reading(pointing(self.shapes, shape), name.unwrap_or_default());
        // `2130706433` is an address for whoever puts `http://` before it.
        let number = || value.as_number().filter(|_| read >= Reading::Url);
        let Some(text) = value.as_str().or_else(number) else { return Ok(()) };
        let rule = self.rule(|known| match known {
            InputPlace::One(RequestPlace::Body(pattern)) => fits(pattern, at),
            _ => false,
        });
        self.text(text, read, rule, || format!("body.{}", pointer(at)))
    }

    fn rule(&self, is_it: impl Fn(&InputPlace) -> bool) -> Option<&'a TargetRule> {
        self.targets.places.iter().find(|(place, _)| is_it(place)).map(|(_, rule)| rule)
    }

    fn text(
        &mut self,
        text: &str,
        read: Reading,
        rule: Option<&'a TargetRule>,
        place: impl FnOnce() -> String,
    ) -> Result<(), ()> {
        // What the policy names is made for URLs, whatever it is called. A list of hosts is for what is fetched;
        // a redirect to `shop.example` without scheme stays here.
        let read = match rule {
            Some(TargetRule::Hosts(_)) => read.max(Reading::Url),
            Some(_) => read.max(Reading::Reference),
            None => read,
        };
        let Some(found) = target(text, read) else { return Ok(()) };
        (self.take)(Found {
            place: place(),
            read: found,
            rule: rule.unwrap_or(&PUBLIC),
            is_expected: read > Reading::Anywhere,
        })
    }
}

fn is_parameter(known: &InputPlace, place: Place, name: &str, base: &str) -> bool {
    match (known, place) {
        (InputPlace::One(RequestPlace::Path(known)), Place::Path)
        | (InputPlace::One(RequestPlace::Query(known)), Place::Query)
        | (InputPlace::One(RequestPlace::Cookie(known)), Place::Cookie) => {
            known == name || known == base
        }
        (InputPlace::Header(known), Place::Header) => known == name,
        _ => false,
    }
}

/// What is declared of a member.
fn member<'a>(shapes: &'a Shapes, shape: Option<&'a Shape>, name: &str) -> Option<&'a Shape> {
    use portcullis_contract::Member;
    match shape?.as_object(shapes).object.member(name, &mut 0) {
        Member::Property(property) => Some(shapes.get(property.shape)),
        Member::Pattern(one) | Member::Map(one) => Some(shapes.get(one)),
        Member::FreeForm | Member::Undeclared | Member::Closed => None,
    }
}

/// What is said of a text, or of each of a list of them.
fn pointing(shapes: &Shapes, shape: Option<&Shape>) -> Pointing {
    let Some(shape) = shape else { return Pointing::Nowhere };
    let items = shape.items.map_or(Pointing::Nowhere, |items| shapes.get(items).pointing);
    shape.pointing.max(items)
}

/// Whether a pointer of the policy means a place. `*` is every item and every member; where one is declared and a
/// list was sent, each item is meant.
fn fits(pattern: &str, at: &[Step<'_>]) -> bool {
    let Some(rest) = pattern.strip_prefix('/') else {
        return pattern.is_empty() && at.iter().all(|step| matches!(step, Step::Item(_)));
    };
    let (token, rest) = rest.find('/').map_or((rest, ""), |end| rest.split_at(end));
    match at.split_first() {
        None => false,
        Some((Step::Member(name), further)) => {
            (token == "*" || token.replace("~1", "/").replace("~0", "~") == *name)
                && fits(rest, further)
        }
        Some((Step::Item(index), further)) => {
            (token == "*" || token.parse() == Ok(*index)) && fits(rest, further)
                || fits(pattern, further)
        }
    }
}

fn pointer(at: &[Step<'_>]) -> Pointer {
    let mut pointer = Pointer::root();
    for step in at {
        match step {
            Step::Member(name) => pointer.push(name),
            Step::Item(index) => pointer.push_index(*index),
        }
    }
    pointer
}

/// The texts of a tree, each with the name that it stands under.
fn leaves<'v>(value: Value<'v>, found: &mut Vec<(Option<&'v str>, &'v str)>) {
    fn walk<'v>(
        value: Value<'v>,
        name: Option<&'v str>,
        found: &mut Vec<(Option<&'v str>, &'v str)>,
    ) {
        match value.kind() {
            Kind::Object => {
                value.members().for_each(|(name, inner)| walk(inner, name.as_str(), found));
            }
            Kind::Array => value.items().for_each(|inner| walk(inner, name, found)),
            _ => found.extend(value.as_str().map(|text| (name, text))),
        }
    }
    walk(value, None, found);
}
