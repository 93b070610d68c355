//! Who may do what: read from the rules and the objects themselves, in the plainest way.

use serde_json::Value;

use super::request::Request;
use super::shape::{Api, Caller, Does, ROLES, Rule, Verb, When};
use super::world::{World, caller_id, merge, named};

/// Somebody who does something.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    /// The API.
    pub api: &'a Api,
    /// Who.
    pub caller: &'a Caller,
    /// What: an operation, by its place.
    pub operation: usize,
}

impl Act<'_> {
    /// The rules for this caller about objects of a kind, in this operation.
    fn rules(&self, kind: usize) -> impl Iterator<Item = &Rule> {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let verb = if operation.kind == kind { operation.does.verb() } else { Some(Verb::Read) };
        let roles = ROLES.get(self.caller.role).map_or(&[][..], |(_, all)| all);
        let speaks = move |rule: &&Rule| {
            let is_meant = |verb| rule.verbs.contains(&verb);
            // Who may not read or change an object does nothing else with it either.
            let others = || rule.forbids && (is_meant(Verb::Read) || is_meant(Verb::Update));
            let does = verb.map_or_else(others, is_meant);
            rule.kind == kind
                && roles.contains(&rule.role)
                && (does || operation.kind == kind && rule.named.contains(&self.operation))
        };
        self.api.rules.iter().filter(speaks)
    }

    /// Those, and the rules about reading such an object: what of an answer is shown to this caller.
    fn rules_of_answers(&self, kind: usize) -> Vec<&Rule> {
        let roles = ROLES.get(self.caller.role).map_or(&[][..], |(_, all)| all);
        let reads = self.api.rules.iter().filter(|rule| {
            let is_read = rule.verbs.contains(&Verb::Read);
            rule.kind == kind && roles.contains(&rule.role) && is_read
        });
        self.rules(kind).chain(reads).collect()
    }

    /// Whether an object may be touched; if so, whether its notes stay hidden.
    pub(super) fn may(&self, kind: usize, object: &Value) -> Option<bool> {
        self.judge(kind, object, self.rules(kind).collect())
    }

    /// The same for an object in an answer.
    pub(super) fn may_see(&self, kind: usize, object: &Value) -> Option<bool> {
        self.judge(kind, object, self.rules_of_answers(kind))
    }

    fn judge(&self, kind: usize, object: &Value, rules: Vec<&Rule>) -> Option<bool> {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let reads = |rule: &Rule| {
            let is_named = operation.method == "GET" && rule.named.contains(&self.operation);
            rule.verbs.contains(&Verb::Read) || is_named
        };
        // What those hide that permit reading it; where none does, those of all.
        let (mut is_hidden, mut is_hidden_to_read) = (None, None);
        for rule in rules {
            let holds = self.holds(rule.when, kind, object);
            if rule.forbids {
                // What nobody can know counts as the worse.
                if holds != Some(false) {
                    return None;
                }
            } else if holds == Some(true) && (rule.is_across || self.is_of_tenant(kind, object)) {
                is_hidden = Some(is_hidden.unwrap_or(true) && rule.hides);
                if reads(rule) {
                    is_hidden_to_read = Some(is_hidden_to_read.unwrap_or(true) && rule.hides);
                }
            }
        }
        is_hidden_to_read.or(is_hidden)
    }

    fn is_of_tenant(&self, kind: usize, object: &Value) -> bool {
        let has_tenant = self.api.kinds.get(kind).is_some_and(|kind| kind.has_tenant);
        !has_tenant
            || self.caller.tenant.is_some()
                && object["org"].as_str() == self.caller.tenant.as_deref()
    }

    /// None: nobody knows.
    fn holds(&self, when: When, kind: usize, object: &Value) -> Option<bool> {
        let status = |wanted: &str| object["status"].as_str().map(|status| status == wanted);
        let both = |one: Option<bool>, other: Option<bool>| match (one, other) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        let not = |one: Option<bool>| one.map(|one| !one);
        let mine = self.is_theirs(kind, object);
        let helped =
            || object["assistant"].as_str().map(|own| caller_id(self.api, self.caller) == own);
        match when {
            When::All => Some(true),
            When::Mine => mine,
            When::Helped => helped(),
            When::Open => status("open"),
            When::MineAndOpen => both(mine, status("open")),
            When::MineOrHelped => not(both(not(mine), not(helped()))),
            When::NotLocked => not(status("locked")),
            When::Locked => status("locked"),
        }
    }

    /// Whether one of its owners is the caller; none: it names none.
    fn is_theirs(&self, kind: usize, object: &Value) -> Option<bool> {
        let kind = self.api.kinds.get(kind)?;
        let mut is_theirs = None;
        for owner in &kind.owners {
            let said = object.pointer(owner.at).filter(|said| !said.is_null());
            let own = named(owner.is_email, false, self.api, self.caller);
            let one = match said {
                Some(Value::Array(all)) if all.is_empty() => None,
                Some(Value::Array(all)) => Some(all.contains(&own)),
                said => said.map(|said| *said == own),
            };
            is_theirs = match (is_theirs, one) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (known, one) => one.or(known),
            };
        }
        is_theirs
    }

    /// Whether some rule opens the operation, and none closes it whatever the object.
    fn is_open(&self) -> bool {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let is_closed = |rule: &Rule| {
            let is_meant = operation.does.verb().is_some_and(|verb| rule.verbs.contains(&verb));
            rule.forbids && rule.when == When::All && is_meant
        };
        let rules = || self.rules(operation.kind);
        !rules().any(is_closed) && rules().any(|rule| !rule.forbids)
    }

    /// Whether a request must succeed.
    pub(super) fn allows(&self, world: &World, request: &Request) -> bool {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let value = |number: Option<usize>| {
            let object = world.objects.get(number?)?;
            (!object.is_gone).then_some((object.kind, &object.value))
        };
        let may = |number: Option<usize>| {
            value(number).is_some_and(|(kind, value)| self.may(kind, value).is_some())
        };
        let belongs = || match (operation.does, request.named.first(), request.above) {
            // One that names none belongs to whichever.
            (Does::ReadOf | Does::DeleteOf, Some(named), Some(above)) => {
                let own = world.above(self.api, *named);
                own.is_none()
                    || own == above.and_then(|above| world.first_id(self.api, above)).as_ref()
            }
            _ => true,
        };
        self.is_open()
            && (self.names_some(request) || self.is_open_for_all())
            && request.named.iter().all(|one| may(*one))
            && request.above.is_none_or(may)
            && request.under.is_none_or(may)
            && belongs()
            && self.is_given_well(world, request)
    }

    /// Whether the request has an object that can be judged before anything happens: one that it names or makes,
    /// or one that its answer shows.
    fn names_some(&self, request: &Request) -> bool {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let is_named = !request.named.is_empty() || request.above.or(request.under).is_some();
        is_named || operation.method == "GET" || operation.does == Does::Create
    }

    /// Whether a rule opens the operation whatever the object.
    fn is_open_for_all(&self) -> bool {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        self.rules(operation.kind).any(|rule| !rule.forbids && rule.when == When::All)
    }

    /// Whether what a body makes of an object is for this caller to make.
    fn is_given_well(&self, world: &World, request: &Request) -> bool {
        let operation = self.api.operations.get(self.operation).expect("an operation");
        let body = request.body.as_ref();
        let after = match (operation.does, body) {
            (Does::Create, _) => {
                let none = serde_json::json!({});
                world.would_be(self.api, operation.kind, self.caller, body.unwrap_or(&none))
            }
            (Does::Update, Some(body)) => {
                let before = request.named.first().copied().flatten();
                let Some(object) = before.and_then(|one| world.objects.get(one)) else {
                    return false;
                };
                // Whose it shall be counts; the rest of a condition is asked of what is.
                let mut after = object.value.clone();
                merge(&mut after, body);
                let before = |at: &str| object.value.get(at).cloned();
                for at in ["status", "note", "amount", "code"] {
                    match (before(at), after.as_object_mut()) {
                        (Some(was), Some(after)) => drop(after.insert(at.to_owned(), was)),
                        (None, Some(after)) => drop(after.remove(at)),
                        (_, None) => {}
                    }
                }
                after
            }
            _ => return true,
        };
        self.may(operation.kind, &after).is_some()
    }

    /// What of an answer this caller may see; none: nothing.
    pub(super) fn visible(&self, world: &World, value: &Value) -> Option<Value> {
        match value {
            Value::Array(items) => {
                Some(items.iter().filter_map(|item| self.visible(world, item)).collect())
            }
            Value::Object(members) => {
                let mark = value["mark"].as_str().and_then(number);
                let mut is_hidden = false;
                if let Some(object) = mark.and_then(|mark| world.objects.get(mark)) {
                    is_hidden = self.may_see(object.kind, value)?;
                }
                let mut own = value.clone();
                let left = own.as_object_mut()?;
                let mut is_less = false;
                for (name, member) in members {
                    match self.visible(world, member) {
                        None => drop(left.remove(name)),
                        Some(seen) => {
                            is_less |= ["items", "byId"].contains(&name.as_str())
                                && size(&seen) != size(member);
                            left.insert(name.clone(), seen);
                        }
                    }
                }
                if is_hidden {
                    left.remove("note");
                }
                // How many there are is not for those who see some of them.
                if is_less {
                    left.remove("total");
                    left.remove("count");
                }
                Some(own)
            }
            other => Some(other.clone()),
        }
    }
}

fn size(value: &Value) -> usize {
    value.as_array().map_or_else(|| value.as_object().map_or(0, serde_json::Map::len), Vec::len)
}

/// The object that a mark is of.
pub(super) fn number(mark: &str) -> Option<usize> {
    mark.get(2..8)?.parse().ok()
}
