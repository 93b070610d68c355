//! The objects of a generated API, and the API itself: it does whatever it is told, for whomever.

use serde_json::{Map, Value, json};

use super::chance::Chance;
use super::shape::{Api, Caller, Does, Form, Id, Kind, List, Operation};

/// Objects of one kind at the start.
const OBJECTS: usize = 8;
/// Objects of one kind that there may be, and must be; else all are others from then on.
const OBJECTS_MAX: usize = 16;
const OBJECTS_MIN: usize = 3;

/// An object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Of which kind.
    pub kind: usize,
    /// All of it but what it shows of another.
    pub value: Value,
    /// The other one.
    pub inner: Option<usize>,
    /// It was taken away.
    pub is_gone: bool,
}

/// What happened to an object.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which.
    pub number: usize,
    /// What it was before; none: it was made.
    pub before: Option<Value>,
}

/// What the API was told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Who asks, by their place: the API knows, and does not care.
    pub caller: usize,
    /// Requests.
    pub requests: u64,
    /// The last answer: its status and its body.
    pub answer: (u16, Value),
    /// What happened since somebody looked.
    pub changes: Vec<Change>,
}

/// All that the API knows.
#[derive(Debug)]
pub struct World {
    /// By number; also those that are gone.
    pub objects: Vec<Object>,
    /// Those that are there.
    alive: Vec<usize>,
    /// What it was told.
    pub told: Told,
}

/// The one value at a pointer.
pub(super) fn set(value: &mut Value, at: &str, to: Value) {
    let mut level = value;
    for name in at.split('/').skip(1) {
        level = &mut level[name];
    }
    *level = to;
}

/// A value as it stands in a path.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn id(id: Id, kind: usize, number: usize) -> Value {
    match id.form {
        Form::Integer => json!(number + 1),
        Form::Uuid => json!(format!("{kind:08x}-0000-4000-8000-{number:012x}")),
        Form::Text => json!(format!("{}{number}", char::from(b'a' + kind as u8))),
    }
}

impl World {
    /// The first objects.
    pub fn of(api: &Api, chance: &mut Chance) -> Self {
        let mut world = Self { objects: Vec::new(), alive: Vec::new(), told: Told::default() };
        world.fill(api, chance);
        world
    }

    /// All objects are others, where there are too many of a kind, or too few.
    pub fn refresh(&mut self, api: &Api, chance: &mut Chance) {
        let is_good = |kind| (OBJECTS_MIN..=OBJECTS_MAX).contains(&self.of_kind(kind).count());
        if !(0..api.kinds.len()).all(is_good) {
            self.fill(api, chance);
        }
    }

    fn fill(&mut self, api: &Api, chance: &mut Chance) {
        for number in std::mem::take(&mut self.alive) {
            self.objects.get_mut(number).expect("an object").is_gone = true;
        }
        for place in 0..api.kinds.len() {
            for _ in 0..OBJECTS {
                let owner = chance.one(&api.callers).clone();
                let made = self.make(api, place, &owner, &json!({}));
                self.vary(api, made, chance);
            }
        }
        for number in self.alive.clone() {
            let kind = self.objects.get(number).and_then(|one| api.kinds.get(one.kind));
            let inner = kind.and_then(|kind| kind.inner);
            let all: Vec<usize> = inner.map_or_else(Vec::new, |kind| self.of_kind(kind).collect());
            if let Some(object) = self.objects.get_mut(number) {
                object.inner = (!all.is_empty() && chance.is(80)).then(|| *chance.one(&all));
            }
        }
        self.told = Told::default();
    }

    /// An object is not as plain as one that was just made.
    fn vary(&mut self, api: &Api, number: usize, chance: &mut Chance) {
        let parents = |world: &Self, kind: &Kind| {
            kind.parent.map_or_else(Vec::new, |parent| world.of_kind(parent).collect::<Vec<_>>())
        };
        let Some(kind) = self.objects.get(number).and_then(|one| api.kinds.get(one.kind)) else {
            return;
        };
        let above = parents(self, kind);
        let above = (!above.is_empty()).then(|| *chance.one(&above));
        let above = above.and_then(|above| self.first_id(api, above));
        let Some(object) = self.objects.get_mut(number) else { return };
        if let (Some(parent), Some(above)) = (kind.parent.and_then(|at| api.kinds.get(at)), above) {
            object.value[format!("{}_id", parent.one)] = above;
        }
        object.value["status"] = chance
            .one(&[json!("open"), json!("open"), json!("locked"), json!("done"), Value::Null])
            .clone();
        for owner in &kind.owners {
            let other = chance.one(&api.callers);
            if chance.is(20) {
                let nobody = if owner.is_list { json!([]) } else { Value::Null };
                set(&mut object.value, owner.at, nobody);
            } else if chance.is(30) {
                set(&mut object.value, owner.at, named(owner.is_email, owner.is_list, api, other));
            }
            if owner.is_list && chance.is(30) {
                let further =
                    json!([caller_id(api, chance.one(&api.callers)), caller_id(api, other)]);
                set(&mut object.value, owner.at, further);
            }
        }
        if kind.has_tenant && chance.is(10) {
            object.value["org"] = Value::Null;
        }
        if kind.has_helper && chance.is(60) {
            object.value["assistant"] = caller_id(api, chance.one(&api.callers));
        }
    }

    /// Those of a kind that are there.
    pub fn of_kind(&self, kind: usize) -> impl Iterator<Item = usize> {
        let is_it =
            move |number: &usize| self.objects.get(*number).is_some_and(|one| one.kind == kind);
        self.alive.iter().copied().filter(is_it)
    }

    /// The first id of an object.
    pub fn first_id(&self, api: &Api, number: usize) -> Option<Value> {
        let object = self.objects.get(number)?;
        object.value.pointer(api.kinds.get(object.kind)?.ids.first()?.at).cloned()
    }

    /// The object of a kind that an id names, as a careless API reads ids.
    pub fn with_id(&self, api: &Api, kind: usize, place: usize, said: &str) -> Option<usize> {
        let at = api.kinds.get(kind)?.ids.get(place)?.at;
        let said = said.trim().trim_start_matches(['0', '+']).to_lowercase();
        let is_it = |number: &usize| {
            let own = self.objects.get(*number).and_then(|one| one.value.pointer(at)).map(text);
            own.is_some_and(|own| own.trim_start_matches('0') == said)
        };
        self.of_kind(kind).find(is_it)
    }

    /// The id of the object to which another says that it belongs.
    pub(super) fn above(&self, api: &Api, number: Option<usize>) -> Option<&Value> {
        let object = self.objects.get(number?)?;
        let above = api.kinds.get(object.kind)?.parent?;
        object.value.get(format!("{}_id", api.kinds.get(above)?.one))
    }

    /// What an object would be that a body makes.
    pub fn would_be(&self, api: &Api, place: usize, caller: &Caller, body: &Value) -> Value {
        let number = self.objects.len();
        let kind = api.kinds.get(place).expect("a kind");
        let mut value = json!({
            "mark": format!("mk{number:06}."), "note": format!("hd{number:06}."), "status": "open", "amount": 1,
        });
        for one in &kind.ids {
            set(&mut value, one.at, id(*one, place, number));
        }
        for owner in &kind.owners {
            set(&mut value, owner.at, named(owner.is_email, owner.is_list, api, caller));
        }
        if kind.has_tenant {
            value["org"] = json!(caller.tenant);
        }
        merge(&mut value, body);
        value
    }

    /// Makes one, as a body says it.
    fn make(&mut self, api: &Api, place: usize, caller: &Caller, body: &Value) -> usize {
        let number = self.objects.len();
        let value = self.would_be(api, place, caller, body);
        self.objects.push(Object { kind: place, value, inner: None, is_gone: false });
        self.alive.push(number);
        self.told.changes.push(Change { number, before: None });
        number
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut Object)) {
        if let Some(object) = self.objects.get_mut(number) {
            let before = Some(object.value.clone());
            change(object);
            if object.is_gone {
                self.alive.retain(|known| *known != number);
            }
            self.told.changes.push(Change { number, before });
        }
    }

    /// What it shows of an object.
    fn shown(&self, number: usize) -> Value {
        let Some(object) = self.objects.get(number) else { return Value::Null };
        let mut value = object.value.clone();
        let inner =
            object.inner.and_then(|inner| self.objects.get(inner)).filter(|one| !one.is_gone);
        if let Some(inner) = inner {
            value["related"] = inner.value.clone();
        }
        value
    }

    fn list(&self, api: &Api, kind: &Kind, all: &[usize]) -> Value {
        let items: Vec<Value> = all.iter().map(|one| self.shown(*one)).collect();
        match kind.list {
            List::Plain => Value::Array(items),
            List::Wrapped => json!({ "items": items, "total": all.len() }),
            List::Map => {
                let names =
                    all.iter().map(|one| text(&self.first_id(api, *one).unwrap_or_default()));
                let by_id: Map<String, Value> = names.zip(items).collect();
                json!({ "byId": by_id, "count": all.len() })
            }
        }
    }

    /// Does what a request says. The ids that it names: of the object, or objects, and of the one above.
    pub(super) fn answer(
        &mut self,
        api: &Api,
        operation: &Operation,
        said: &Said<'_>,
    ) -> (u16, Value) {
        let answer =
            self.done(api, operation, said).unwrap_or_else(|| (404, json!({ "error": "none" })));
        self.told.requests += 1;
        self.told.answer.clone_from(&answer);
        answer
    }

    fn done(&mut self, api: &Api, operation: &Operation, said: &Said<'_>) -> Option<(u16, Value)> {
        let kind = api.kinds.get(operation.kind)?;
        let place = if let Does::Read(place) = operation.does { place } else { 0 };
        let found: Vec<Option<usize>> =
            said.ids.iter().map(|id| self.with_id(api, operation.kind, place, id)).collect();
        let one = || found.first().copied().flatten();
        let wrapped = |value: Value| if kind.is_wrapped { json!({ "data": value }) } else { value };
        let counted = |object: &mut Object| {
            let amount = object.value["amount"].as_u64().unwrap_or_default();
            object.value["amount"] = json!(amount + 1);
        };
        Some(match operation.does {
            Does::List => {
                let all: Vec<usize> = self.of_kind(operation.kind).collect();
                (200, self.list(api, kind, &all))
            }
            Does::ListOf => {
                let parent = api.kinds.get(kind.parent?)?;
                let member = format!("{}_id", parent.one);
                let is_of = |number: &usize| {
                    let own = self.objects.get(*number).and_then(|one| one.value.get(&member));
                    own.map(text).as_deref() == said.above
                };
                let all: Vec<usize> = self.of_kind(operation.kind).filter(is_of).collect();
                (200, self.list(api, kind, &all))
            }
            Does::Read(_) | Does::ReadOf | Does::Find => (200, wrapped(self.shown(one()?))),
            Does::Create => {
                let made = self.make(api, operation.kind, said.caller, said.body);
                (201, wrapped(self.shown(made)))
            }
            Does::Update => {
                let number = one()?;
                self.change(number, |object| merge(&mut object.value, said.body));
                (200, wrapped(self.shown(number)))
            }
            Does::Delete | Does::DeleteOf => {
                self.change(one()?, |object| object.is_gone = true);
                (204, Value::Null)
            }
            Does::Batch => {
                found
                    .into_iter()
                    .flatten()
                    .for_each(|one| self.change(one, |object| object.is_gone = true));
                (204, Value::Null)
            }
            Does::Touch | Does::Label | Does::Act => {
                found.into_iter().flatten().for_each(|one| self.change(one, counted));
                (204, Value::Null)
            }
            Does::Pay => {
                let all: Vec<usize> = found.into_iter().flatten().collect();
                all.iter().for_each(|one| self.change(*one, counted));
                (200, all.iter().map(|one| self.shown(*one)).collect())
            }
        })
    }
}

/// What a request says, as the API reads it.
#[derive(Debug)]
pub(super) struct Said<'a> {
    /// Who it is from.
    pub caller: &'a Caller,
    /// The objects that it names.
    pub ids: Vec<String>,
    /// The object above them.
    pub above: Option<&'a str>,
    /// Its body.
    pub body: &'a Value,
}

/// What objects call a caller.
pub(super) fn caller_id(api: &Api, caller: &Caller) -> Value {
    json!(if api.has_caller_id { &caller.id } else { &caller.subject })
}

/// How a caller stands where an owner does.
pub(super) fn named(is_email: bool, is_list: bool, api: &Api, caller: &Caller) -> Value {
    let name = if is_email { json!(caller.email) } else { caller_id(api, caller) };
    if is_list { json!([name]) } else { name }
}

/// Puts the members of one object into another, level by level.
pub(super) fn merge(into: &mut Value, from: &Value) {
    let Some(members) = from.as_object() else { return };
    for (name, member) in members {
        if member.is_object() && into.get(name).is_some_and(Value::is_object) {
            merge(&mut into[name.as_str()], member);
        } else {
            into[name.as_str()] = member.clone();
        }
    }
}
