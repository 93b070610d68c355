//! The rules of a policy as policies of Cedar: one for each rule and resource, and one for the functions that
//! a rule opens or closes.

use std::fmt::Write as _;

use portcullis_controls::function_access::Expected;
use portcullis_policy::{Expression, Hidden, OnResource, Rule};

use crate::condition::Condition;
use crate::formula::Formula;
use crate::names::{quoted, shown};
use crate::vocabulary::{API, Action, CALLER, Vocabulary};

const HEAD: &str = "\
// Printed by `portcullis policy show --cedar`. The schema: `portcullis policy show --cedar --schema`.
//
// Every value is a text, as it stands in JSON: the number 7 is \"7\", true is \"true\". What is null, empty, or
// no value is left out. `Api` is the API itself: whether a function may be used at all.
// `context.held` is what the ids register knows of this caller and this object; left out: nothing.
// An object that a request would make names the caller's tenant, and is held, unless it says otherwise.
// What `@hide`, `@only`, `@readonly` and `@writable` say is done by the gateway, not by Cedar.
";

/// The policies of one API after the other.
pub fn policies(vocabularies: &[Vocabulary<'_>]) -> String {
    let mut text = HEAD.to_owned();
    for vocabulary in vocabularies {
        Printed { vocabulary, text: &mut text }.print();
    }
    text
}

struct Printed<'a, 'm> {
    vocabulary: &'a Vocabulary<'m>,
    text: &'a mut String,
}

/// One policy.
struct Policy<'t> {
    id: String,
    annotations: Vec<(&'t str, String)>,
    forbids: bool,
    /// Whether it is for callers only.
    is_of_callers: bool,
    /// By index; none: every one that there is.
    actions: Option<Vec<usize>>,
    resource: &'t str,
    when: Vec<Formula>,
    unless: Formula,
}

impl Printed<'_, '_> {
    fn print(&mut self) {
        let model = self.vocabulary.model;
        if !model.name.is_empty() {
            let _ = write!(self.text, "\n// API {}\n", shown(&model.name));
        }
        self.open("anyone", Expected::Anyone);
        self.open("callers", Expected::Callers);
        for (index, rule) in model.authorization.rules.iter().enumerate() {
            self.functions(index, rule);
            for (part, on) in rule.on.iter().enumerate() {
                self.objects((index, rule), part, on);
            }
        }
    }

    /// What is open without a rule that grants it.
    fn open(&mut self, id: &str, expected: Expected) {
        let operations = 0..self.vocabulary.actions.len();
        let is_open = |one: &usize| Expected::derive(self.vocabulary.model, *one) == expected;
        let open: Vec<usize> = operations.filter(is_open).collect();
        if open.is_empty() {
            return;
        }
        let policy = Policy {
            id: self.id(id),
            annotations: Vec::new(),
            forbids: false,
            is_of_callers: expected != Expected::Anyone,
            actions: (open.len() < self.vocabulary.actions.len()).then_some(open),
            resource: API,
            when: Vec::new(),
            unless: Formula::Known(false),
        };
        self.write(&policy);
    }

    /// The functions that a rule opens or closes.
    fn functions(&mut self, index: usize, rule: &Rule) {
        let vocabulary = self.vocabulary;
        let is_for_anyone =
            |one: &usize| Expected::derive(vocabulary.model, *one) == Expected::Anyone;
        let list: Vec<usize> =
            rule.functions.iter().copied().filter(|one| !is_for_anyone(one)).collect();
        let when = rule.on.first().map_or(&rule.when, |on| &on.when);
        // Objects are judged one by one: a function is open where some of them may be touched, and closed by
        // no rule that closes only some.
        let asks_object = rule.on.iter().any(|on| on.when.asks_object());
        if list.is_empty() || rule.forbids && asks_object {
            return;
        }
        let condition = Condition { vocabulary, resource: None };
        let when = if asks_object { &Expression::Always } else { when };
        let (yes, no) = (condition.yes(when), condition.no(when));
        let policy = Policy {
            id: self.id(&format!("rule {}, functions", index + 1)),
            annotations: self.annotations(rule, None),
            forbids: rule.forbids,
            is_of_callers: true,
            actions: (list.len() < vocabulary.actions.len()).then_some(list),
            resource: API,
            when: vec![who(rule), if rule.forbids { Formula::Known(true) } else { yes }],
            unless: if rule.forbids { no } else { Formula::Known(false) },
        };
        self.write(&policy);
    }

    /// What a rule says of objects of one resource.
    fn objects(&mut self, (index, rule): (usize, &Rule), part: usize, on: &OnResource) {
        let vocabulary = self.vocabulary;
        let authorization = &vocabulary.model.authorization;
        let Some(resource) = vocabulary.resources.get(on.resource) else { return };
        let speaks = |operation: &usize| {
            let touches = authorization.operations.get(*operation);
            touches.is_some_and(|touches| rule.speaks_of(on, *operation, touches))
        };
        let list: Vec<usize> = vocabulary.touching(on.resource).filter(speaks).collect();
        if list.is_empty() {
            let entity = &resource.entity;
            let _ = write!(
                self.text,
                "\n// rule {}: no operation for it touches {entity}\n",
                index + 1
            );
            return;
        }
        let is_all = list.len() == vocabulary.touching(on.resource).count();
        let condition = Condition { vocabulary, resource: Some(on.resource) };
        let tenant = if rule.forbids || rule.across_tenants {
            Formula::Known(true)
        } else {
            condition.tenant()
        };
        let (yes, no) = (condition.yes(&on.when), condition.no(&on.when));
        let policy = Policy {
            id: self.id(&format!("rule {}, objects {}", index + 1, part + 1)),
            annotations: self.annotations(rule, Some(on)),
            forbids: rule.forbids,
            is_of_callers: true,
            actions: (!is_all).then_some(list),
            resource: &resource.entity,
            when: vec![who(rule), tenant, if rule.forbids { Formula::Known(true) } else { yes }],
            unless: if rule.forbids { no } else { Formula::Known(false) },
        };
        self.write(&policy);
    }

    fn id(&self, id: &str) -> String {
        match &self.vocabulary.namespace {
            Some(space) => format!("{space}, {id}"),
            None => id.to_owned(),
        }
    }

    fn annotations(&self, rule: &Rule, on: Option<&OnResource>) -> Vec<(&'static str, String)> {
        let sources = &self.vocabulary.model.sources;
        let line = sources.line_column(rule.span).0;
        let mut all = vec![("line", format!("{}:{line}", sources.name(rule.span.source)))];
        let Some(on) = on else { return all };
        if on.when != Expression::Always {
            all.push(("when", on.when.to_string()));
        }
        if rule.across_tenants {
            all.push(("across_tenants", "true".to_owned()));
        }
        for (hidden, these, all_but) in
            [(&on.hidden, "hide", "only"), (&on.readonly, "readonly", "writable")]
        {
            match hidden {
                Hidden::Nothing => {}
                Hidden::These(list) => all.push((these, list.join(", "))),
                Hidden::AllBut(list) => all.push((all_but, list.join(", "))),
            }
        }
        all
    }

    fn write(&mut self, policy: &Policy<'_>) {
        let vocabulary = self.vocabulary;
        let mut text = format!("\n@id({})\n", quoted(&policy.id));
        for (name, value) in &policy.annotations {
            let _ = writeln!(text, "@{name}({})", quoted(value));
        }
        let effect = if policy.forbids { "forbid" } else { "permit" };
        let principal = if policy.is_of_callers {
            format!("principal is {}", vocabulary.entity(CALLER))
        } else {
            "principal".to_owned()
        };
        let action = policy.actions.as_ref().map_or_else(
            || "action".to_owned(),
            |list| {
                let named = list.iter().filter_map(|index| vocabulary.actions.get(*index));
                let named: Vec<String> = named.map(|one| self.action(one)).collect();
                match named.as_slice() {
                    [only] => format!("action == {only}"),
                    several => format!("action in [{}]", several.join(", ")),
                }
            },
        );
        let resource = vocabulary.entity(policy.resource);
        let _ =
            write!(text, "{effect} (\n  {principal},\n  {action},\n  resource is {resource}\n)");
        for when in policy.when.iter().filter(|when| **when != Formula::Known(true)) {
            let _ = write!(text, "\nwhen {{ {} }}", when.text());
        }
        if policy.unless != Formula::Known(false) {
            let _ = write!(text, "\nunless {{ {} }}", policy.unless.text());
        }
        text.push_str(";\n");
        self.text.push_str(&text);
    }

    fn action(&self, action: &Action) -> String {
        format!("{}::{}", self.vocabulary.entity("Action"), quoted(&action.name))
    }
}

/// Whom a rule means.
fn who(rule: &Rule) -> Formula {
    let mut parts = Vec::new();
    for (name, list) in [("role", &rule.who.roles), ("group", &rule.who.groups)] {
        if !list.is_empty() {
            parts.push(Condition::caller_has(name, list.iter().map(|one| &**one)));
        }
    }
    for scope in &rule.who.scopes {
        parts.push(Formula::test(format!("principal.scopes.contains({})", quoted(scope))));
    }
    Formula::all(parts)
}
