//! What the policy says of the texts of one operation, ready to be looked up.

use portcullis_contract::Place;
use portcullis_injection::Sinks;
use portcullis_policy::{InputPlace, RequestPlace, TextPlace};

/// What the policy says of the texts of one operation.
#[derive(Debug, Default)]
pub struct Said {
    parameters: Vec<(Place, Box<str>, Sinks)>,
    body: Vec<(Vec<Box<str>>, Sinks)>,
}

/// A step on the way to a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Name { name: &'a str, is_declared: bool },
    Index(usize),
}

impl Said {
    /// Takes the places apart.
    pub fn of(places: &[TextPlace]) -> Self {
        let mut said = Self::default();
        for TextPlace { place, kind } in places {
            let (place, name) = match place {
                InputPlace::One(RequestPlace::Path(name)) => (Place::Path, name),
                InputPlace::One(RequestPlace::Query(name)) => (Place::Query, name),
                InputPlace::One(RequestPlace::Cookie(name)) => (Place::Cookie, name),
                InputPlace::Header(name) => (Place::Header, name),
                InputPlace::One(RequestPlace::Body(pointer)) | InputPlace::Names(pointer) => {
                    let names = pointer.split('/').skip(1);
                    let names = names.map(|name| name.replace("~1", "/").replace("~0", "~").into());
                    said.body.push((names.collect(), kind.sinks()));
                    continue;
                }
            };
            said.parameters.push((place, name.as_str().into(), kind.sinks()));
        }
        said
    }

    /// What is looked for in a parameter, if it is said.
    pub(super) fn parameter(&self, place: Place, name: &str) -> Option<Sinks> {
        let is_it = |known: &str| match place {
            Place::Header => known.eq_ignore_ascii_case(name),
            _ => known == name,
        };
        let mut all = self.parameters.iter();
        all.find(|(at, known, _)| *at == place && is_it(known)).map(|(_, _, sinks)| *sinks)
    }

    /// What is looked for at a place of a body, if it is said. What names a place exactly wins over `*`.
    pub(super) fn body(&self, at: &[Step<'_>]) -> Option<Sinks> {
        let meant = self.body.iter().filter(|(names, _)| is_at(names, at));
        let stars = |names: &[Box<str>]| names.iter().filter(|name| &***name == "*").count();
        meant.min_by_key(|(names, _)| stars(names)).map(|(_, sinks)| *sinks)
    }
}

fn is_at(names: &[Box<str>], at: &[Step<'_>]) -> bool {
    let is_step = |(name, step): (&str, &Step<'_>)| match step {
        _ if name == "*" => true,
        Step::Name { name: known, .. } => name == *known,
        Step::Index(index) => name.parse() == Ok(*index),
    };
    names.len() == at.len() && names.iter().map(|name| &**name).zip(at).all(is_step)
}
