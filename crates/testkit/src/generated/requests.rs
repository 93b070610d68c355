//! Requests that somebody might send: for what is theirs, and for what is not.

use serde_json::{Map, Value, json};

use super::chance::Chance;
use super::oracle::Act;
use super::request::Request;
use super::shape::{Api, Does, Kind, Operation};
use super::world::{World, named, set, text};

/// How often somebody looks for an object that is theirs to touch.
const TRIES: usize = 6;

/// One request, by chance.
pub fn request(api: &Api, world: &World, chance: &mut Chance) -> Request {
    let caller = chance.below(api.callers.len());
    let operation = chance.below(api.operations.len());
    let act = Act { api, caller: api.callers.get(caller).expect("a caller"), operation };
    let own = api.operations.get(operation).expect("an operation");
    let mut make = Make { act, own, kind: api.kinds.get(own.kind).expect("a kind"), world, chance };
    let is_plain = make.chance.is(95);
    let count = match own.does {
        Does::List | Does::ListOf | Does::Create => 0,
        Does::Batch | Does::Pay | Does::Label => make.chance.below(4),
        _ => 1,
    };
    let mut named: Vec<Option<usize>> = (0..count).map(|_| make.pick(own.kind)).collect();
    named.dedup();
    let ids: Vec<Value> = named.iter().map(|one| make.id(*one)).collect();
    let texts: Vec<String> = ids.iter().map(|id| make.written(id, is_plain)).collect();
    let above = own.does.needs_parent().then(|| make.above(named.first().copied().flatten()));
    let mut target = own.template.clone();
    if let (Some(above), Some(parent)) =
        (above, make.kind.parent.and_then(|one| api.kinds.get(one)))
    {
        let id = above.and_then(|above| world.first_id(api, above));
        let id = id.map_or_else(|| "99999".to_owned(), |id| text(&id));
        target = target.replacen(&format!("{{{}_id}}", parent.one), &id, 1);
    }
    if let (Some((before, rest)), Some(id)) = (target.split_once('{'), texts.first()) {
        let behind = rest.split_once('}').map_or("", |(_, behind)| behind);
        target = format!("{before}{}{behind}", id.replace(' ', "%20"));
    }
    let one = make.kind.one;
    let mut field = None;
    match (own.does, texts.first()) {
        (Does::Find, Some(id)) => {
            target = format!("{target}?{one}_id={}", id.replace(' ', "%20").replace('+', "%2B"));
        }
        (Does::Touch, Some(id)) => field = Some((format!("X-{}-Id", make.kind.name), id.clone())),
        _ => {}
    }
    let (body, under) = make.body(&ids);
    let is_head = own.method == "GET" && make.chance.is(5);
    let method = if is_head { "HEAD" } else { own.method };
    Request { caller, operation, method, target, field, body, named, above, under, is_plain }
}

struct Make<'a, 'c> {
    act: Act<'a>,
    own: &'a Operation,
    kind: &'a Kind,
    world: &'a World,
    chance: &'c mut Chance,
}

impl Make<'_, '_> {
    /// An object of a kind: often one that may be touched, sometimes none.
    fn pick(&mut self, kind: usize) -> Option<usize> {
        if self.chance.is(4) {
            return None;
        }
        let all: Vec<usize> = self.world.of_kind(kind).collect();
        let mut one = *self.chance.one(&all);
        let is_bold = self.chance.is(35);
        for _ in 0..TRIES {
            let value = &self.world.objects.get(one)?.value;
            if is_bold || self.act.may(kind, value).is_some() {
                break;
            }
            one = *self.chance.one(&all);
        }
        Some(one)
    }

    /// The id that names an object here.
    fn id(&mut self, number: Option<usize>) -> Value {
        let place = if let Does::Read(place) = self.own.does { place } else { 0 };
        let id = self.kind.ids.get(place).map_or("", |id| id.at);
        let object = number.and_then(|number| self.world.objects.get(number));
        object.and_then(|object| object.value.pointer(id).cloned()).unwrap_or_else(|| json!(99_999))
    }

    /// As somebody writes it who tries his luck.
    fn written(&mut self, id: &Value, is_plain: bool) -> String {
        let id = text(id);
        if is_plain {
            return id;
        }
        match self.chance.below(4) {
            0 => format!("0{id}"),
            1 => format!("+{id}"),
            2 => format!("{id} "),
            _ => id.to_uppercase(),
        }
    }

    /// The object above one: mostly the one that it is.
    fn above(&mut self, number: Option<usize>) -> Option<usize> {
        let parent = self.kind.parent?;
        let said = self.world.above(self.act.api, number).map(text);
        let real = said.and_then(|said| self.world.with_id(self.act.api, parent, 0, &said));
        if real.is_some() && self.chance.is(80) {
            return real;
        }
        self.pick(parent)
    }

    fn body(&mut self, ids: &[Value]) -> (Option<Value>, Option<Option<usize>>) {
        let one = self.kind.one;
        let body = match self.own.does {
            Does::Create | Does::Update => return self.object(),
            Does::Batch => json!({ (format!("{one}_ids")): ids }),
            Does::Pay => {
                let item = |id: &Value| json!({ (format!("{one}_id")): id, "amount": 3 });
                json!({ "items": ids.iter().map(item).collect::<Vec<_>>() })
            }
            Does::Label => {
                let names: Map<String, Value> =
                    ids.iter().map(|id| (text(id), json!("x"))).collect();
                json!({ (self.kind.many): names })
            }
            _ => return (None, None),
        };
        (Some(body), None)
    }

    /// What an object shall be: mostly the caller's own, or as it is.
    fn object(&mut self) -> (Option<Value>, Option<Option<usize>>) {
        let api = self.act.api;
        let mut body = json!({ "amount": self.chance.below(1000) });
        if self.chance.is(40) {
            let is_own = self.chance.is(60);
            let whose = if is_own { self.act.caller } else { self.chance.one(&api.callers) };
            for owner in &self.kind.owners {
                let mut level = &mut body;
                for name in owner.at.split('/').skip(1) {
                    if level.get(name).is_none() {
                        level[name] = json!({});
                    }
                    level = &mut level[name];
                }
                set(&mut body, owner.at, named(owner.is_email, owner.is_list, api, whose));
            }
        }
        if self.kind.has_tenant && self.chance.is(20) {
            let other = self.chance.one(&api.callers).tenant.clone();
            let own = self.act.caller.tenant.clone();
            let tenant = if self.chance.is(60) { own } else { other };
            if let Some(tenant) = tenant {
                body["org"] = json!(tenant);
            }
        }
        let parent = self.kind.parent.filter(|_| self.chance.is(50));
        let Some(parent) = parent else { return (Some(body), None) };
        let under = self.pick(parent);
        let id = under.and_then(|under| self.world.first_id(api, under));
        let Some(id) = id else { return (Some(body), None) };
        let name = api.kinds.get(parent).map_or("", |parent| parent.one);
        body[format!("{name}_id")] = id;
        (Some(body), Some(under))
    }
}
