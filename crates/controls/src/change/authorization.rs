//! Rules, resources, and what operations touch: as lines of text without numbers, so that what is only
//! numbered otherwise is no change.

use std::collections::HashMap;

use portcullis_model::Span;
use portcullis_policy::{Authorization, Hidden, OnResource, Rule, Touches, Verb};

use super::{Changes, Pair, Reach};
use crate::object_ownership::Expected;
use crate::plan::{OperationPlan, Plan};

pub(super) fn compare(pair: &Pair<'_>, changes: &mut Changes) {
    let (before, after) = (Words { plan: pair.before }, Words { plan: pair.after });
    let (old, new) = (&pair.before.model.authorization, &pair.after.model.authorization);
    match (old.is_exhaustive, new.is_exhaustive) {
        (true, false) => {
            let what = "no rule grants anything any more: what the contract opens to callers is open to all of them";
            changes.of_all(Reach::Wider, what, None);
        }
        (false, true) => {
            changes.of_all(Reach::Narrower, "what no rule grants is closed", None);
        }
        _ => {}
    }
    rules(old, new, &before, &after, changes);
    let general = |of: &Authorization| {
        let mut units: Vec<String> = of.units.lines().collect();
        units.sort_unstable();
        format!("{:?} {:?} {units:?}", of.caller_id, of.tenant)
    };
    if general(old) != general(new) {
        let what = "whom objects belong to is compared otherwise (`id`, `tenant`, `organisation`)";
        changes.of_all(Reach::Wider, what, None);
    }
    let resources = |words: &Words<'_>, of: &Authorization| -> HashMap<String, (String, Span)> {
        let all = of.resources.iter();
        all.map(|one| (one.name.to_string(), (words.resource(one), one.span))).collect()
    };
    let (known, now) = (resources(&before, old), resources(&after, new));
    for (name, (line, span)) in &now {
        if known.get(name).map(|(line, _)| line) != Some(line) {
            let what = format!("resource `{name}` is described otherwise");
            changes.of_all(Reach::Wider, what, Some(*span));
        }
    }
    for name in known.keys().filter(|name| !now.contains_key(*name)) {
        changes.of_all(Reach::Wider, format!("resource `{name}` is gone"), None);
    }
    objects(&before, &after, changes);
}

/// Which operations are asked for objects, and for which.
fn objects(before: &Words<'_>, after: &Words<'_>, changes: &mut Changes) {
    let all = |words: &Words<'_>| -> HashMap<String, (Expected, String)> {
        let touches = words.plan.model.authorization.operations.iter();
        let all = words.plan.operations.iter().zip(touches).enumerate();
        let line = |(index, (one, touches)): (usize, (&OperationPlan, &Touches))| {
            Some((words.title(index)?, (one.objects.clone(), words.touches(touches))))
        };
        all.filter_map(line).collect()
    };
    let (known, now) = (all(before), all(after));
    let mut titles: Vec<&String> = now.keys().filter(|title| known.contains_key(*title)).collect();
    titles.sort_unstable();
    for title in titles {
        let (Some((old, line)), Some((new, other))) = (known.get(title), now.get(title)) else {
            continue;
        };
        let (reach, what) = match (old, new) {
            (Expected::Closed(_), Expected::Closed(_))
            | (Expected::NotAsked(_), Expected::NotAsked(_)) => continue,
            // Who may call it is told already.
            (Expected::Closed(_), Expected::NotAsked(_)) if is_for_anyone(after, title) => continue,
            (Expected::NotAsked(_), Expected::Closed(_)) if is_for_anyone(before, title) => {
                continue;
            }
            (Expected::Asked, Expected::Asked) if line == other => continue,
            (_, Expected::Closed(_)) => {
                (Reach::Narrower, "is closed: nobody says whose objects it touches")
            }
            (Expected::Closed(_), _) => {
                (Reach::Wider, "was closed: now it is said whose objects it touches")
            }
            (Expected::NotAsked(_), Expected::Asked) => {
                (Reach::Narrower, "is asked for its objects")
            }
            (Expected::Asked, Expected::NotAsked(_)) => {
                (Reach::Wider, "is not asked for its objects any more")
            }
            (Expected::Asked, Expected::Asked) => {
                (Reach::Wider, "touches other objects, or is taken to")
            }
        };
        changes.of_all(reach, format!("`{title}` {what}"), None);
    }
}

/// Whether the policy opens an operation to anyone.
fn is_for_anyone(words: &Words<'_>, title: &str) -> bool {
    let anyone = words.plan.model.access.anyone.iter().enumerate();
    let opened = |(index, is_open): (usize, &bool)| {
        *is_open && words.title(index).is_some_and(|known| known == title)
    };
    anyone.into_iter().any(opened)
}

fn rules(
    old: &Authorization,
    new: &Authorization,
    before: &Words<'_>,
    after: &Words<'_>,
    changes: &mut Changes,
) {
    let known: Vec<String> = old.rules.iter().map(|rule| before.rule(rule)).collect();
    let now: Vec<String> = new.rules.iter().map(|rule| after.rule(rule)).collect();
    for (rule, _) in new.rules.iter().zip(&now).filter(|(_, line)| !known.contains(line)) {
        let (reach, what) = if rule.forbids {
            (Reach::Narrower, "a rule forbids something")
        } else {
            (Reach::Wider, "a rule permits something")
        };
        changes.of_all(reach, what, Some(rule.span));
    }
    for (rule, _) in old.rules.iter().zip(&known).filter(|(_, line)| !now.contains(line)) {
        let (reach, what) = if rule.forbids {
            (Reach::Wider, "a rule that forbids something is gone, or says something else")
        } else {
            (Reach::Narrower, "a rule that permits something is gone, or says something else")
        };
        changes.of_all(reach, what, None);
    }
}

/// What indices mean, in words.
struct Words<'a> {
    plan: &'a Plan,
}

impl Words<'_> {
    fn title(&self, operation: usize) -> Option<String> {
        self.plan.model.contract.operation(operation).map(portcullis_contract::Operation::title)
    }

    fn titles(&self, operations: &[usize]) -> Vec<String> {
        let mut titles: Vec<String> =
            operations.iter().filter_map(|index| self.title(*index)).collect();
        titles.sort_unstable();
        titles
    }

    fn name(&self, resource: usize) -> &str {
        let resources = &self.plan.model.authorization.resources;
        resources.get(resource).map_or("", |resource| &resource.name)
    }

    fn rule(&self, rule: &Rule) -> String {
        // What is added does not compile until somebody has looked for numbers in it.
        let Rule { forbids, who, functions, when, on, across_tenants, span: _ } = rule;
        let on: Vec<String> = on.iter().map(|one| self.on(one)).collect();
        let functions = self.titles(functions);
        format!("{forbids} {who:?} {functions:?} {when:?} {on:?} {across_tenants}")
    }

    fn on(&self, on: &OnResource) -> String {
        let OnResource { resource, verbs, named, when, hidden, readonly } = on;
        let members = |one: &Hidden| format!("{one:?}");
        format!(
            "{} {verbs:?} {:?} {when:?} {} {}",
            self.name(*resource),
            self.titles(named),
            members(hidden),
            members(readonly)
        )
    }

    fn resource(&self, resource: &portcullis_policy::Resource) -> String {
        let portcullis_policy::Resource {
            name,
            schemas,
            // Their own shapes are compared with the answers that have them.
            shapes,
            ids,
            owners,
            relations,
            tenant,
            own_list,
            trusts_list,
            pins,
            read_by,
            span: _,
        } = resource;
        let all = &self.plan.model.contract.shapes;
        let schemas: Vec<&str> = schemas.iter().map(|name| all.schema_name(*name)).collect();
        let own_list = own_list.and_then(|index| self.title(index));
        let titles = |read_by: &Vec<usize>| -> Vec<String> {
            read_by.iter().filter_map(|index| self.title(*index)).collect()
        };
        let read_by: Vec<Vec<String>> = read_by.iter().map(titles).collect();
        format!(
            "{name} {schemas:?} {} {ids:?} {owners:?} {relations:?} {tenant:?} {own_list:?} \
             {trusts_list} {pins} {read_by:?}",
            shapes.len()
        )
    }

    fn touches(&self, touches: &Touches) -> String {
        let Touches {
            does,
            inputs,
            undecided,
            is_none,
            hides_totals,
            shows,
            belongs,
            gives: _,
            is_unsafe: _,
        } = touches;
        let does: Vec<(&str, Verb)> =
            does.iter().map(|(resource, verb)| (self.name(*resource), *verb)).collect();
        let inputs: Vec<String> = inputs
            .iter()
            .map(|one| {
                let pattern = one.pattern.as_ref().map(portcullis_policy::Pattern::text);
                let (name, is_new) = (self.name(one.resource), one.may_be_new);
                format!("{} {name} {} {is_new} {pattern:?}", one.place, one.id)
            })
            .collect();
        let shows: Vec<&str> = shows.iter().map(|one| self.name(*one)).collect();
        format!("{does:?} {inputs:?} {undecided:?} {is_none} {hides_totals} {shows:?} {belongs:?}")
    }
}
