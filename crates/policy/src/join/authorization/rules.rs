//! The rules of `access` that say what callers may, and may not, do.

mod conditions;
mod members;

use portcullis_contract::Contract;
use portcullis_model::{Diagnostic, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::super::names::Meant;
use super::Api;
use super::roles::Roles;
use crate::authorization::{OnResource, Resource, Rule, Touches, Verb, Verbs, Who};
use crate::callers::OfCaller;
use crate::claim::Texts;
use crate::codes;
use crate::expression::Expression;
use crate::file::{AccessRule, PolicyFile};
use crate::word::Names as Words;
use conditions::Conditions;

/// Rules of one policy.
const RULES_MAX: usize = 10_000;
/// Stands for everything.
const ALL: &str = "*";
/// Stands before the name of an operation that is called like a verb.
const OPERATION: &str = "operation:";

/// What all rules are read with.
pub(super) struct Reading<'a> {
    pub(super) file: &'a PolicyFile,
    pub(super) roles: &'a Roles,
    pub(super) caller_id: &'a OfCaller,
    /// Whether every contract could be read.
    pub(super) is_complete: bool,
}

impl Reading<'_> {
    /// The rules of each API, and whether some rule of the policy grants something.
    pub(super) fn of(
        &self,
        apis: &[Api<'_>],
        resources: &[Vec<Resource>],
        touches: &[Vec<Touches>],
        notes: &mut Notes,
    ) -> Vec<(Vec<Rule>, bool)> {
        let access = self.file.access.as_deref().unwrap_or_default();
        let is_rule =
            |rule: &&Spanned<AccessRule>| rule.value.may.is_some() || rule.value.forbid.is_some();
        let is_exhaustive = access.iter().any(|rule| rule.value.may.is_some());
        let rules: Vec<&Spanned<AccessRule>> = access.iter().filter(is_rule).collect();
        if let Some(further) = rules.get(RULES_MAX) {
            let message = format!("there are more than {RULES_MAX} rules");
            let at = further.span;
            notes.push(|| Diagnostic::error(&codes::BAD_RULE, message).at(at).help("write fewer"));
        }
        let mut all: Vec<(Vec<Rule>, bool)> =
            apis.iter().map(|_| (Vec::new(), is_exhaustive)).collect();
        for rule in rules.into_iter().take(RULES_MAX) {
            self.check(rule, apis, resources, notes);
            let who = self.who(rule, apis, notes);
            let mut is_heard = true;
            for (place, api) in apis.iter().enumerate() {
                let (Some(resources), Some(touches)) = (resources.get(place), touches.get(place))
                else {
                    continue;
                };
                // What is wrong in a condition is wrong in each API: it is told once.
                let mut silent = Notes::new(&codes::FILE);
                // In one that has none of the resources it says nothing.
                let has = |name: &Spanned<String>| {
                    name.value == ALL || resources.iter().any(|one| *one.name == *name.value)
                };
                let speaks = rule.value.on.as_ref().is_none_or(|on| on.0.iter().any(has));
                let is_first = is_heard && speaks;
                let heard = if is_first { &mut *notes } else { &mut silent };
                let mut one = One { reading: self, rule, api, resources, touches, notes: heard };
                let read = one.read(who.clone());
                is_heard &= !is_first;
                if let Some((list, _)) = all.get_mut(place) {
                    list.push(read);
                }
            }
        }
        all
    }

    /// What is wrong with a rule, whichever API it is about.
    fn check(
        &self,
        rule: &Spanned<AccessRule>,
        apis: &[Api<'_>],
        resources: &[Vec<Resource>],
        notes: &mut Notes,
    ) {
        let said = &rule.value;
        let words = said.may.iter().chain(&said.forbid).flat_map(|words| &words.0);
        for word in words {
            match meant(&word.value) {
                Word::Verb(_) if said.on.is_none() => notes.push(|| {
                    let message = format!("{} of what?", shown(&word.value));
                    Diagnostic::error(&codes::BAD_RULE, message)
                        .at(word.span)
                        .help("add `on: Order`; an operation that is called so is `operation:NAME`")
                }),
                Word::All | Word::Verb(_) => {}
                Word::Operation(name) => {
                    if let Some(api) = apis.first() {
                        // It is told when it is unknown.
                        let _ = api.names.meant(name, word.span, notes);
                    }
                }
            }
        }
        self.check_resources(said, resources, notes);
        if let Some(across) = &said.across_tenants
            && across.value
            && said.reason.is_none()
        {
            notes.push(|| {
                let message = "tenants are crossed, and nobody says why";
                Diagnostic::error(&codes::MISSING_KEY, message)
                    .at(across.span)
                    .help("add `reason: \"...\"`: the next person decides by it")
            });
        }
        check_members(rule, notes);
    }

    fn check_resources(&self, said: &AccessRule, resources: &[Vec<Resource>], notes: &mut Notes) {
        for name in said.on.iter().flat_map(|names| &names.0) {
            let mut known = resources.iter().flatten().map(|resource| &*resource.name);
            let is_known = name.value == ALL || known.any(|known| *known == *name.value);
            if !is_known && self.is_complete {
                let declared = self.file.resources.iter().flat_map(|named| &named.0);
                let near = did_you_mean(&name.value, declared.map(|(key, _)| key.text.as_str()));
                notes.push(|| {
                    let message = format!("there is no resource {}", shown(&name.value));
                    Diagnostic::error(&codes::UNKNOWN_RESOURCE, message)
                        .at(name.span)
                        .label("not under `resources`")
                        .help(match near {
                            Some(near) => format!("did you mean {}?", shown(near)),
                            None => format!(
                                "add it: `resources: {{ {}: {{ owner: /customer_id }} }}`",
                                name.value
                            ),
                        })
                });
            }
        }
    }

    fn who(&self, rule: &Spanned<AccessRule>, apis: &[Api<'_>], notes: &mut Notes) -> Who {
        let said = &rule.value;
        let list =
            |texts: &Option<Texts>| texts.iter().flat_map(|texts| &texts.0).cloned().collect();
        let roles: Vec<Spanned<String>> = list(&said.role);
        let groups: Vec<Spanned<String>> = list(&said.group);
        let scopes: Vec<Spanned<String>> = list(&said.scope);
        for (names, attribute) in [(&roles, "role"), (&groups, "group")] {
            let (Some(first), Some(api)) = (names.first(), apis.first()) else { continue };
            if let Err((message, help)) = super::known_attribute(attribute, api.callers) {
                let at = first.span;
                notes.push(|| {
                    Diagnostic::error(&codes::UNKNOWN_ATTRIBUTE, message).at(at).help(help)
                });
            }
        }
        let mut all = Vec::new();
        for role in &roles {
            all.extend(self.roles.satisfied_by(&role.value, role.span, notes));
        }
        all.sort_unstable();
        all.dedup();
        let texts =
            |list: Vec<Spanned<String>>| list.into_iter().map(|one| one.value.into()).collect();
        Who { roles: all, groups: texts(groups), scopes: texts(scopes) }
    }
}

/// What is wrong with the members that a rule names, whichever its resources are.
fn check_members(rule: &Spanned<AccessRule>, notes: &mut Notes) {
    let said = &rule.value;
    if said.on.is_none() {
        let masks = said.hide.iter().chain(&said.only).chain(&said.readonly).chain(&said.writable);
        if let Some(mask) = masks.flatten().next() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_RULE, "members of what?")
                    .at(mask.span)
                    .help("add `on: Order`: members are those of a resource's objects")
            });
        }
    }
    for (one, other, words) in [
        (&said.hide, &said.only, "`hide` and `only`"),
        (&said.readonly, &said.writable, "`readonly` and `writable`"),
    ] {
        if let (Some(_), Some(other)) = (one, other) {
            let at = other.first().map_or(rule.span, |first| first.span);
            notes.push(|| {
                Diagnostic::error(&codes::CONFLICT, format!("this rule says both {words}"))
                    .at(at)
                    .help("keep one of them")
            });
        }
    }
}

/// What a word of `may` means.
enum Word<'w> {
    All,
    Verb(Verb),
    Operation(&'w str),
}

fn meant(word: &str) -> Word<'_> {
    if word == ALL {
        return Word::All;
    }
    if let Some(name) = word.strip_prefix(OPERATION) {
        return Word::Operation(name);
    }
    match Verb::ALL.into_iter().find(|verb| verb.name() == word) {
        Some(verb) => Word::Verb(verb),
        None => Word::Operation(word),
    }
}

/// One rule, for one API.
struct One<'a, 'n> {
    reading: &'a Reading<'a>,
    rule: &'a Spanned<AccessRule>,
    api: &'a Api<'a>,
    resources: &'a [Resource],
    touches: &'a [Touches],
    notes: &'n mut Notes,
}

impl One<'_, '_> {
    fn read(&mut self, who: Who) -> Rule {
        let said = &self.rule.value;
        let forbids = said.forbid.is_some();
        let words = said.may.as_ref().or(said.forbid.as_ref());
        let words = words.map_or(&[][..], |words: &Words| &words.0);
        let (mut verbs, mut named, mut is_all) = (Verbs::default(), Vec::new(), false);
        for word in words {
            match meant(&word.value) {
                Word::All => is_all = true,
                Word::Verb(Verb::Read) => verbs = verbs.with(Verb::Read).with(Verb::List),
                Word::Verb(verb) => verbs = verbs.with(verb),
                Word::Operation(name) => self.operations(name, &mut named),
            }
        }
        if is_all {
            verbs = Verbs::ALL;
        }
        named.sort_unstable();
        named.dedup();
        let on = self.on(is_all);
        let when = match (&said.when, on.is_empty()) {
            // A resource that does not exist was told.
            (Some(when), true) if said.on.is_none() => self.condition(when, None),
            _ => Expression::Always,
        };
        let on: Vec<OnResource> =
            on.into_iter().map(|one| self.on_resource(one, verbs, &named)).collect();
        let is_everything = is_all && said.on.is_none();
        let functions = self.functions(&on, verbs, &named, is_everything);
        Rule {
            forbids,
            who,
            functions,
            when,
            on,
            across_tenants: said.across_tenants.as_ref().is_some_and(|word| word.value),
            span: self.rule.span,
        }
    }

    fn contract(&self) -> &Contract {
        self.api.contract
    }

    fn operations(&self, name: &str, named: &mut Vec<usize>) {
        match self.api.names.in_api(name, self.api.place) {
            Some(Meant::One(_, index)) => named.push(index),
            Some(Meant::All | Meant::AllOf(_)) => named.extend(0..self.contract().operations.len()),
            None => {}
        }
    }

    /// The resources that the rule speaks of.
    fn on(&self, is_all: bool) -> Vec<usize> {
        let everything = || (0..self.resources.len()).collect();
        let Some(names) = &self.rule.value.on else {
            return if is_all { everything() } else { Vec::new() };
        };
        if names.0.iter().any(|name| name.value == ALL) {
            return everything();
        }
        let find = |name: &Spanned<String>| {
            self.resources.iter().position(|resource| *resource.name == *name.value)
        };
        names.0.iter().filter_map(find).collect()
    }

    fn on_resource(&mut self, resource: usize, verbs: Verbs, named: &[usize]) -> OnResource {
        let when = match &self.rule.value.when {
            Some(when) => self.condition(when, Some(resource)),
            None => Expression::Always,
        };
        let (hidden, readonly) = members::of(&self.rule.value, resource, self);
        OnResource { resource, verbs, named: named.to_vec(), when, hidden, readonly }
    }

    fn condition(&mut self, when: &Spanned<String>, resource: Option<usize>) -> Expression {
        let conditions = Conditions {
            callers: self.api.callers,
            caller_id: self.reading.caller_id,
            resource: resource.and_then(|resource| self.resources.get(resource)),
            is_made: resource.is_some_and(|resource| {
                let makes = (resource, Verb::Create);
                self.touches.iter().any(|touches| touches.does.first() == Some(&makes))
            }),
        };
        conditions.read(when, self.notes)
    }

    /// The operations that the rule opens or closes.
    fn functions(
        &self,
        on: &[OnResource],
        verbs: Verbs,
        named: &[usize],
        is_everything: bool,
    ) -> Vec<usize> {
        if is_everything {
            return (0..self.contract().operations.len()).collect();
        }
        let mut functions = named.to_vec();
        for (index, touches) in self.touches.iter().enumerate() {
            // What an operation is about decides; what else it shows is judged object by object.
            let Some((resource, verb)) = touches.does.first() else {
                if verbs.has_others() && on.iter().any(|one| touches.acts_on(one.resource)) {
                    functions.push(index);
                }
                continue;
            };
            if verbs.has(*verb) && on.iter().any(|one| one.resource == *resource) {
                functions.push(index);
            }
        }
        functions.sort_unstable();
        functions.dedup();
        functions
    }
}
