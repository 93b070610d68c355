//! What the contract shows: which parameters and members are ids of which resource, and what an
//! operation does to them.

use portcullis_contract::{
    BodyKind, Contract, Operation, Parameter, Place, Rest, Shape, ShapeId, Types,
};
use portcullis_model::Method;

use super::leads::{Holds, Leads};
use super::{input, is_success, linked};
use crate::authorization::{InputPlace, Resource, Touches, Verb};
use crate::login::RequestPlace;
use crate::naming::{folded, id_of, looks_like_id, singular, words};

/// Members of a body inside one another that are looked at.
const DEPTH_MAX: usize = 8;
/// Places of one operation's requests.
const INPUTS_MAX: usize = 64;
/// Values of one operation's bodies that are looked at, and places that are found before each is told once: schemas
/// that lead to one another in several ways have more of them than anybody can count.
const VALUES_MAX: usize = 4_096;
const FOUND_MAX: usize = 8 * INPUTS_MAX;

pub(super) struct Derive<'a> {
    pub(super) contract: &'a Contract,
    pub(super) resources: &'a [Resource],
    pub(super) leads: &'a Leads,
}

/// On the way through a body.
#[derive(Default)]
struct Way {
    /// From the body to here.
    shapes: Vec<ShapeId>,
    values: usize,
}

impl Way {
    fn is_over(&self, touches: &Touches) -> bool {
        self.values > VALUES_MAX || touches.inputs.len().max(touches.undecided.len()) > FOUND_MAX
    }
}

/// What a value is.
enum Said {
    /// An id of a resource.
    Of(usize, usize),
    /// An id, and nobody says of what.
    Undecided,
    /// No id.
    Nothing,
}

impl Derive<'_> {
    pub(super) fn operation(&self, index: usize) -> Touches {
        let Some(operation) = self.contract.operation(index) else { return Touches::default() };
        let is_unsafe = !operation.method.is_safe();
        let mut touches = Touches { is_unsafe, ..Touches::default() };
        let about = self.about(operation);
        for parameter in &operation.parameters {
            let place = place(parameter);
            match self.parameter(operation, parameter, about) {
                Said::Of(resource, id) => touches.inputs.push(input(place, resource, id)),
                Said::Undecided => touches.undecided.push(place),
                Said::Nothing => {}
            }
        }
        self.body(operation, about, &mut touches);
        once(&mut touches);
        if touches.inputs.len() > INPUTS_MAX {
            // What is not looked at is not decided.
            touches.undecided.push(InputPlace::Names("/".to_owned()));
        }
        touches.inputs.truncate(INPUTS_MAX);
        touches.undecided.truncate(INPUTS_MAX);
        self.does(operation, &mut touches);
        self.without_owners(operation, &mut touches);
        let made =
            touches.does.first().filter(|(_, verb)| *verb == Verb::Create).map(|(one, _)| *one);
        for input in &mut touches.inputs {
            let is_body = matches!(input.place, InputPlace::One(RequestPlace::Body(_)));
            input.may_be_new = is_body && Some(input.resource) == made;
        }
        touches.belongs = self.belongs(&touches);
        touches
    }

    /// Whose an object shall be, a body says of itself: that is judged with the object that it makes.
    fn without_owners(&self, operation: &Operation, touches: &mut Touches) {
        let written = touches.writes();
        let made = written.iter().filter_map(|(resource, _)| self.resources.get(*resource));
        let owners: Vec<&str> = made
            .flat_map(|resource| {
                let owners = resource.owners.iter().map(|owner| owner.at.as_str());
                owners.chain(resource.tenant.as_deref())
            })
            .collect();
        let lasts: Vec<&str> =
            owners.iter().map(|at| at.rsplit('/').next().unwrap_or_default()).collect();
        let media = operation.body.iter().flat_map(|body| &body.media);
        touches.gives = media
            .filter_map(|media| media.schema.as_ref())
            .any(|schema| self.contract.shapes.may_set(schema.shape, |name| lasts.contains(&name)));
        let is_owner = |place: &InputPlace| match place {
            InputPlace::One(RequestPlace::Body(at)) => {
                let at = at.strip_prefix("/*").unwrap_or(at);
                owners.contains(&at)
            }
            _ => false,
        };
        touches.inputs.retain(|input| !is_owner(&input.place));
        touches.undecided.retain(|place| !is_owner(place));
    }

    /// What the object that an operation is about says of the others that its path names.
    fn belongs(&self, touches: &Touches) -> Vec<(String, InputPlace)> {
        let Some((about, _)) = touches.does.first() else { return Vec::new() };
        let shapes = &self.contract.shapes;
        let resource = self.resources.get(*about);
        let roots = resource.into_iter().flat_map(|one| {
            one.schemas
                .iter()
                .flat_map(|name| shapes.shapes_of(*name))
                .chain(one.shapes.iter().copied())
        });
        let names: Vec<&str> = roots
            .flat_map(|root| shapes.get(root).object.properties().map(|(name, _)| name))
            .collect();
        let others = touches.inputs.iter().filter(|input| {
            let is_in_path = matches!(&input.place, InputPlace::One(RequestPlace::Path(_)));
            is_in_path && input.resource != *about
        });
        let pairs = others.filter_map(|input| {
            let is_it = |name: &&&str| {
                id_of(name).is_some_and(|of| self.named(&of) == Some(input.resource))
            };
            let name = names.iter().find(is_it)?;
            Some((format!("/{}", name.replace('~', "~0").replace('/', "~1")), input.place.clone()))
        });
        pairs.collect()
    }

    /// The resource that the path speaks of: the last literal that names one.
    fn about(&self, operation: &Operation) -> Option<usize> {
        literals(&operation.template).rev().find_map(|literal| self.named(&folded(literal)))
    }

    fn named(&self, word: &str) -> Option<usize> {
        self.resources.iter().position(|resource| folded(&resource.name) == word)
    }

    /// Which of a resource's ids a name is.
    fn id(&self, resource: usize, name: &str) -> Option<usize> {
        let ids = &self.resources.get(resource)?.ids;
        let own = words(name).concat();
        ids.iter().position(|id| {
            let last = words(id.rsplit('/').next().unwrap_or_default()).concat();
            last == own
        })
    }

    fn parameter(
        &self,
        operation: &Operation,
        parameter: &Parameter,
        about: Option<usize>,
    ) -> Said {
        if parameter.place == Place::Header && is_of_transport(&parameter.name) {
            return Said::Nothing;
        }
        if !may_be_id(parameter) {
            return if self.holds_ids(parameter) { Said::Undecided } else { Said::Nothing };
        }
        let name = &parameter.name;
        let shape = parameter.schema.as_ref().map(|schema| self.contract.shapes.get(schema.shape));
        if shape.is_some_and(|shape| self.is_word(name, shape)) {
            return Said::Nothing;
        }
        // What the document says in so many words goes before what its names suggest.
        if let Some((resource, id)) =
            linked::id(self.contract, self.resources, operation, parameter)
        {
            return Said::Of(resource, id);
        }
        if parameter.place != Place::Path {
            return self.name(name, about, parameter.place == Place::Query);
        }
        let own = id_of(name).filter(|of| !of.is_empty());
        let by_name = own.and_then(|of| self.named(&of)).or_else(|| self.named(&folded(name)));
        let by_segment = || self.named(&folded(behind(&operation.template, name)?));
        match by_name.or_else(by_segment).or_else(|| self.by_answer(operation, name)) {
            Some(resource) => Said::Of(resource, self.id(resource, name).unwrap_or_default()),
            None => Said::Undecided,
        }
    }

    /// The resource that an operation reads, where nothing is called like it: `GET /members/{id}` answers a
    /// `Person`. Only for what is called an id, or as one of the resource's ids is; and only where the answer
    /// itself says whose it is: `DELETE /members/{id}` may mean the number of a membership.
    fn by_answer(&self, operation: &Operation, name: &str) -> Option<usize> {
        let is_last =
            matches!(last_segment(&operation.template), Last::Parameter(last) if last == name);
        if operation.method != Method::Get || !is_last {
            return None;
        }
        let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
        let schemas =
            answers.flat_map(|answer| &answer.media).filter_map(|one| one.schema.as_ref());
        let mut shown = schemas.flat_map(|schema| {
            let shape = self.contract.shapes.get(schema.shape);
            let is_it = move |resource: &Resource| {
                resource.schemas.iter().any(|name| shape.is_of(*name))
                    || resource.shapes.contains(&schema.shape)
            };
            self.resources.iter().enumerate().filter(move |(_, one)| is_it(one)).map(|(at, _)| at)
        });
        let resource = shown.next()?;
        let is_id =
            id_of(name).is_some_and(|of| of.is_empty()) || self.id(resource, name).is_some();
        (is_id && shown.all(|other| other == resource)).then_some(resource)
    }

    /// Whether a value is one of a few words, and its name does not end like that of an id: `delivery` is
    /// then a way of it, and not one of the deliveries.
    fn is_word(&self, name: &str, shape: &Shape) -> bool {
        let items = shape.items.map(|items| self.contract.shapes.get(items));
        id_of(name).is_none() && items.unwrap_or(shape).is_choice
    }

    /// Whether a parameter is an object with members that look like ids: nobody looks for them there.
    fn holds_ids(&self, parameter: &Parameter) -> bool {
        let shape = parameter.schema.as_ref().map(|schema| self.contract.shapes.get(schema.shape));
        let properties = shape.into_iter().flat_map(|shape| shape.object.properties());
        properties.into_iter().any(|(name, _)| {
            looks_like_id(name) || id_of(name).is_some_and(|of| self.named(&of).is_some())
        })
    }

    /// What a name says outside of the path.
    fn name(&self, name: &str, about: Option<usize>, is_of_path: bool) -> Said {
        match id_of(name) {
            Some(of) if of.is_empty() => match about.filter(|_| is_of_path) {
                Some(resource) => Said::Of(resource, self.id(resource, name).unwrap_or_default()),
                None if looks_like_id(name) => Said::Undecided,
                None => Said::Nothing,
            },
            Some(of) => match self.named(&of) {
                Some(resource) => Said::Of(resource, self.own_id(resource, name)),
                None if looks_like_id(name) => Said::Undecided,
                None => Said::Nothing,
            },
            // `order`, `orders` of plain values.
            None => match self.named(&folded(name)) {
                Some(resource) => Said::Of(resource, 0),
                None => Said::Nothing,
            },
        }
    }

    /// Which id `order_number` is: the one that ends so, else the first.
    fn own_id(&self, resource: usize, name: &str) -> usize {
        let last = words(name).pop().map(|word| singular(&word)).unwrap_or_default();
        self.id(resource, &last).or_else(|| self.id(resource, name)).unwrap_or_default()
    }

    fn body(&self, operation: &Operation, about: Option<usize>, touches: &mut Touches) {
        let media = operation.body.iter().flat_map(|body| &body.media);
        let trees = media.filter(|media| TREES.contains(&media.kind));
        let mut way = Way::default();
        for schema in trees.filter_map(|media| media.schema.as_ref()) {
            self.value(schema.shape, &mut String::new(), about, &mut way, touches);
        }
        if way.is_over(touches) {
            // What is not looked at is not decided. First of all: those behind it are cut.
            touches.undecided.insert(0, InputPlace::Names("/".to_owned()));
        }
    }

    /// Looks into a value of a body.
    fn value(
        &self,
        id: ShapeId,
        at: &mut String,
        about: Option<usize>,
        way: &mut Way,
        touches: &mut Touches,
    ) {
        way.values += 1;
        if way.is_over(touches) {
            return;
        }
        if way.shapes.len() == DEPTH_MAX || way.shapes.contains(&id) {
            // What stands in itself, or too deep, is not looked at: if it may name objects, nobody says so.
            let names = |name: &str| {
                looks_like_id(name) || id_of(name).is_some_and(|of| self.named(&of).is_some())
            };
            if self.contract.shapes.may_set(id, names) {
                touches.undecided.push(InputPlace::One(RequestPlace::Body(at.clone())));
            }
            return;
        }
        way.shapes.push(id);
        let shape = self.contract.shapes.get(id);
        let length = at.len();
        for (name, property) in shape.object.properties().filter(|(_, one)| !one.read_only) {
            at.push('/');
            at.push_str(&name.replace('~', "~0").replace('/', "~1"));
            self.member(
                name,
                property.shape,
                at,
                about.filter(|_| way.shapes.len() == 1),
                way,
                touches,
            );
            at.truncate(length);
        }
        let inner = match shape.object.rest {
            Rest::Map(values) => Some(values),
            _ => None,
        };
        // A map below `/orders`: its names may be ids, and nobody says so.
        let last = at.rsplit('/').next().unwrap_or_default();
        let is_about = at.is_empty() || self.named(&folded(last)).is_some();
        if inner.is_some() && about.is_some() && is_about {
            let pointer = if at.is_empty() { "/" } else { at.as_str() };
            touches.undecided.push(InputPlace::Names(pointer.to_owned()));
        }
        let patterns: Vec<ShapeId> = shape.object.under_patterns().collect();
        for inner in inner.into_iter().chain(shape.items).chain(patterns) {
            at.push_str("/*");
            self.value(inner, at, about, way, touches);
            at.truncate(length);
        }
        way.shapes.pop();
    }

    fn member(
        &self,
        name: &str,
        id: ShapeId,
        at: &mut String,
        about: Option<usize>,
        way: &mut Way,
        touches: &mut Touches,
    ) {
        let shape = self.contract.shapes.get(id);
        let items = shape.items.map(|items| self.contract.shapes.get(items));
        // Whatever may stand there, its name says that it is an id.
        let is_any = shape.types == Types::ANY && looks_like_id(name);
        let is_scalar = shape.types.intersects(ID_TYPES) && (shape.types != Types::ANY || is_any);
        let is_list = items
            .is_some_and(|items| items.types.intersects(ID_TYPES) && items.types != Types::ANY);
        if (is_scalar || is_list) && !self.is_word(name, shape) {
            let place = if is_list && !is_scalar { format!("{at}/*") } else { at.clone() };
            let place = InputPlace::One(RequestPlace::Body(place));
            match self.name(name, about, about.is_some()) {
                Said::Of(resource, id) => touches.inputs.push(input(place, resource, id)),
                Said::Undecided => touches.undecided.push(place),
                Said::Nothing => {}
            }
        }
        self.value(id, at, about, way, touches);
    }

    /// What the operation does to which resource.
    fn does(&self, operation: &Operation, touches: &mut Touches) {
        let answers = operation.responses.iter().filter(|answer| is_success(answer.status));
        let media = answers.flat_map(|answer| &answer.media);
        let shown: Vec<(usize, Holds)> = media
            .filter_map(|media| media.schema.as_ref())
            .flat_map(|schema| self.leads.found(&self.contract.shapes, schema.shape))
            .collect();
        touches.shows = shown.iter().map(|(resource, _)| *resource).collect();
        touches.shows.sort_unstable();
        touches.shows.dedup();
        let last = last_segment(&operation.template);
        let in_path = touches.inputs.iter().filter_map(|input| match &input.place {
            InputPlace::One(RequestPlace::Path(name)) => Some((name, input.resource)),
            _ => None,
        });
        let of_last = match last {
            Last::Parameter(name) => {
                in_path.filter(|(known, _)| **known == *name).map(|(_, one)| one).next()
            }
            Last::Literal(_) => None,
        };
        let collection = match last {
            Last::Literal(literal) => self.named(&folded(literal)),
            Last::Parameter(_) => None,
        };
        let mut add = |resource: usize, verb: Verb| {
            if !touches.does.iter().any(|(known, _)| *known == resource) {
                touches.does.push((resource, verb));
            }
        };
        let safe = operation.method.is_safe();
        match (of_last, operation.method) {
            (Some(resource), Method::Post | Method::Put | Method::Patch) => {
                add(resource, Verb::Update);
            }
            (Some(resource), Method::Delete) => add(resource, Verb::Delete),
            (Some(resource), _) if safe => add(resource, Verb::Read),
            _ => {}
        }
        match (collection, operation.method) {
            (Some(resource), Method::Post) => add(resource, Verb::Create),
            (Some(resource), Method::Put | Method::Patch) => add(resource, Verb::Update),
            (Some(resource), Method::Delete) => add(resource, Verb::Delete),
            _ => {}
        }
        if safe {
            for (resource, holds) in shown {
                add(resource, if holds == Holds::One { Verb::Read } else { Verb::List });
            }
            if let Some(resource) = collection {
                add(resource, Verb::List);
            }
        }
    }
}

/// Each place once: a body of several media types has the same members in all of them.
fn once(touches: &mut Touches) {
    let mut known = Vec::new();
    touches.inputs.retain(|input| {
        let this = (input.place.clone(), input.resource, input.id);
        let is_new = !known.contains(&this);
        known.extend(is_new.then_some(this));
        is_new
    });
    let mut known = Vec::new();
    touches.undecided.retain(|place| {
        let is_new = !known.contains(place);
        known.extend(is_new.then(|| place.clone()));
        is_new
    });
}

/// Bodies that are trees with named members.
const TREES: [BodyKind; 4] = [BodyKind::Json, BodyKind::Form, BodyKind::FormData, BodyKind::Xml];

const ID_TYPES: Types = Types::STRING.or(Types::INTEGER);

/// Whether a parameter's values can be ids: a flag, a fraction or one of few words is none.
fn may_be_id(parameter: &Parameter) -> bool {
    let Some(schema) = &parameter.schema else { return true };
    schema.types.intersects(ID_TYPES) || schema.types.intersects(Types::ARRAY)
}

/// Header fields that name a request, and no object.
fn is_of_transport(name: &str) -> bool {
    const NAMES: [&str; 6] =
        ["correlationid", "requestid", "spanid", "traceid", "transactionid", "traceparent"];
    let plain = words(name).concat();
    NAMES.contains(&plain.as_str()) || name.to_ascii_lowercase().starts_with("x-b3-")
}

fn place(parameter: &Parameter) -> InputPlace {
    let name = parameter.name.clone();
    match parameter.place {
        Place::Path => InputPlace::One(RequestPlace::Path(name)),
        Place::Query => InputPlace::One(RequestPlace::Query(name)),
        Place::Cookie => InputPlace::One(RequestPlace::Cookie(name)),
        Place::Header => InputPlace::Header(name.to_ascii_lowercase()),
    }
}

fn segments(template: &str) -> impl DoubleEndedIterator<Item = &str> {
    template.split('/').filter(|segment| !segment.is_empty())
}

fn literals(template: &str) -> impl DoubleEndedIterator<Item = &str> {
    segments(template).filter(|segment| !segment.contains('{'))
}

/// The literal that a parameter stands behind: `orders` of `/orders/{id}` and of `/orders/by-code/{code}`. Of
/// `/repos/{owner}/{repo}` only the last one is a repository's, and `/files/sessions/{id}` is no file.
fn behind<'t>(template: &'t str, name: &str) -> Option<&'t str> {
    let is_it = |segment: &&str| segment.contains(&format!("{{{name}}}"));
    let all: Vec<&str> = segments(template).collect();
    let at = all.iter().position(is_it)?;
    if all.get(at + 1).is_some_and(|next| next.starts_with('{')) {
        return None;
    }
    let before = all.get(..at).unwrap_or_default().iter().rev();
    let says_how = |segment: &&&str| words(segment).first().is_some_and(|first| first == "by");
    let mut nearest = before.skip_while(says_how);
    nearest.next().copied().filter(|segment| !segment.contains('{'))
}

enum Last<'t> {
    Parameter(&'t str),
    Literal(&'t str),
}

fn last_segment(template: &str) -> Last<'_> {
    let last = segments(template).next_back().unwrap_or_default();
    match last.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
        Some((name, _)) => Last::Parameter(name),
        None => Last::Literal(last),
    }
}

#[cfg(test)]
mod many_ways;

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_parameter_is_of_the_literal_that_it_stands_behind() {
        for (template, name, literal) in [
            ("/orders/{id}", "id", Some("orders")),
            ("/orders/{id}.json", "id", Some("orders")),
            ("/orders/by-code/{code}", "code", Some("orders")),
            ("/customers/{a}/orders/{b}", "a", Some("customers")),
            ("/repos/{owner}/{repo}", "owner", None),
            ("/repos/{owner}/{repo}", "repo", None),
            ("/user/boxes/secrets/{name}", "name", Some("secrets")),
            ("/{id}", "id", None),
        ] {
            assert_eq!(behind(template, name), literal, "{template}");
        }
    }
}
