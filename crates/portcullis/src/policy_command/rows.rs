//! The access rules, one row for each rule and what it says the same of.

use portcullis_controls::function_access::Expected;
use portcullis_policy::{Expression, Hidden, Model, OnResource, Rule, Verb, Verbs, Who};

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// The API, where there are several.
    pub(super) api: String,
    /// `portcullis.yaml:12`; none: the contract, or no rule at all.
    pub(super) at: Option<String>,
    pub(super) who: String,
    pub(super) forbids: bool,
    /// Verbs and operations; `*` is everything.
    pub(super) what: Vec<String>,
    /// The resources.
    pub(super) on: Vec<String>,
    pub(super) when: Option<String>,
    pub(super) across_tenants: bool,
    /// What is not shown, or not written: the word of the policy file, and JSON Pointers.
    pub(super) masks: Vec<(&'static str, Vec<String>)>,
}

/// The rows of one API.
pub(super) fn of(model: &Model) -> Vec<Row> {
    let mut rows = Vec::new();
    for (expected, who) in
        [(Expected::Anyone, "anyone"), (Expected::Callers, "every verified caller")]
    {
        let is_so = |one: &usize| Expected::derive(model, *one) == expected;
        let open: Vec<usize> = (0..model.contract.operations.len()).filter(is_so).collect();
        if !open.is_empty() {
            let what = named(model, &open);
            rows.push(Row { at: None, who: who.to_owned(), what, ..Row::new(model) });
        }
    }
    model.authorization.rules.iter().for_each(|rule| of_rule(model, rule, &mut rows));
    rows
}

impl Row {
    fn new(model: &Model) -> Self {
        Self {
            api: model.name.to_string(),
            at: None,
            who: String::new(),
            forbids: false,
            what: Vec::new(),
            on: Vec::new(),
            when: None,
            across_tenants: false,
            masks: Vec::new(),
        }
    }
}

fn of_rule(model: &Model, rule: &Rule, rows: &mut Vec<Row>) {
    let line = model.sources.line_column(rule.span).0;
    let row = |what, on, when: &Expression, masks| Row {
        at: Some(format!("{}:{line}", model.sources.name(rule.span.source))),
        who: who(&rule.who),
        forbids: rule.forbids,
        what,
        on,
        when: (*when != Expression::Always).then(|| when.to_string()),
        across_tenants: rule.across_tenants,
        masks,
        ..Row::new(model)
    };
    if rule.on.is_empty() {
        rows.push(row(named(model, &rule.functions), Vec::new(), &rule.when, Vec::new()));
    }
    let mut parts: Vec<(&OnResource, Vec<String>)> = Vec::new();
    for on in &rule.on {
        let resource = model.authorization.resources.get(on.resource);
        let name = resource.map_or_else(String::new, |resource| resource.name.to_string());
        // What is said of several resources in the same words is one row.
        let is_same =
            |other: &OnResource| OnResource { resource: on.resource, ..other.clone() } == *on;
        match parts.iter_mut().find(|(other, _)| is_same(other)) {
            Some((_, names)) => names.push(name),
            None => parts.push((on, vec![name])),
        }
    }
    for (on, names) in parts {
        rows.push(row(what(model, on), names, &on.when, masks(on)));
    }
}

fn what(model: &Model, on: &OnResource) -> Vec<String> {
    if on.verbs == Verbs::ALL {
        return vec!["*".to_owned()];
    }
    let verbs = Verb::ALL.into_iter().filter(|verb| on.verbs.has(*verb));
    let mut all: Vec<String> = verbs.map(|verb| verb.name().to_owned()).collect();
    all.extend(named(model, &on.named));
    all
}

fn named(model: &Model, operations: &[usize]) -> Vec<String> {
    if operations.len() == model.contract.operations.len() {
        return vec!["*".to_owned()];
    }
    let known = operations.iter().filter_map(|index| model.contract.operation(*index));
    known.map(portcullis_contract::Operation::name).collect()
}

fn masks(on: &OnResource) -> Vec<(&'static str, Vec<String>)> {
    let one = |hidden: &Hidden, these, all_but| match hidden {
        Hidden::Nothing => None,
        Hidden::These(list) => Some((these, list.clone())),
        Hidden::AllBut(list) => Some((all_but, list.clone())),
    };
    let hidden = one(&on.hidden, "hide", "only");
    hidden.into_iter().chain(one(&on.readonly, "readonly", "writable")).collect()
}

/// Whom a rule means, in words. Roles that include a named one are among them.
fn who(who: &Who) -> String {
    let mut parts = Vec::new();
    for (what, list, between) in [
        ("role", &who.roles, " or "),
        ("group", &who.groups, " or "),
        ("scope", &who.scopes, " and "),
    ] {
        if !list.is_empty() {
            let names: Vec<&str> = list.iter().map(|name| &**name).collect();
            parts.push(format!("{what} {}", names.join(between)));
        }
    }
    if parts.is_empty() { "every verified caller".to_owned() } else { parts.join(", ") }
}
