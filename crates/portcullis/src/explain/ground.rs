//! Which lines of the policy decide, and where a line stands. For requests that were recorded and
//! for those that are described.

use portcullis_contract::{Operation, Security};
use portcullis_controls::{Plan, Remedy, remedy};
use portcullis_model::{Clock as _, ControlId, Effect, Span};
use portcullis_policy::{Flow, Model, OperationLines};
use serde_json::{Value, json};

use crate::clock::SystemClock;
use crate::report::{Places, located};

/// A line that decides, or the word that none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ground {
    pub(super) text: String,
    /// `file:line:column`.
    pub(super) at: Option<String>,
}

impl Ground {
    /// For programs.
    pub(super) fn json(&self) -> Value {
        located(json!({ "text": self.text }), self.at.as_deref())
    }

    /// For people, on one line.
    pub(super) fn line(&self) -> String {
        match &self.at {
            Some(at) => format!("{at}  {}", self.text),
            None => self.text.clone(),
        }
    }
}

/// Something that a control did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) operation: Option<usize>,
    pub(super) control: ControlId,
    pub(super) reason: &'a str,
    pub(super) detail: &'a str,
    /// What was asked for: `/orders?page=2`; empty if nobody knows.
    pub(super) target: &'a str,
}

/// The files of a plan, for whoever asks where something stands.
#[derive(Debug)]
pub(super) struct Grounds<'a> {
    pub(super) plan: &'a Plan,
    places: Places<'a>,
}

impl<'a> Grounds<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self { plan, places: Places::new(&plan.model.sources) }
    }

    pub(super) fn ground(&mut self, text: impl Into<String>, span: Option<Span>) -> Ground {
        Ground { text: text.into(), at: span.map(|span| self.places.at(span)) }
    }

    pub(super) fn operation(&self, index: Option<usize>) -> Option<&'a Operation> {
        self.plan.model.contract.operation(index?)
    }

    /// Where the operation itself stands.
    pub(super) fn declared(&mut self, index: usize) -> Option<Ground> {
        let operation = self.operation(Some(index))?;
        let (name, title) = (operation.name(), operation.title());
        let text = if name == title {
            format!("`{title}`")
        } else {
            format!("`{name}`, which is {title}")
        };
        Some(self.ground(text, Some(operation.span)))
    }

    /// What decides the base path.
    pub(super) fn base_path(&mut self) -> Ground {
        let model = &self.plan.model;
        let text = match (model.base_path.as_str(), model.lines.base_path) {
            ("", None) => "no base path".to_owned(),
            ("", Some(_)) => "the policy says: no base path".to_owned(),
            (base, None) => format!("base path `{base}`"),
            (base, Some(_)) => format!("the policy says: base path `{base}`"),
        };
        self.ground(text, model.lines.base_path.or(model.contract.base_path_span))
    }

    /// What says who may call.
    pub(super) fn caller(&mut self, index: usize) -> Option<Ground> {
        let operation = self.operation(Some(index))?;
        let line = self.plan.model.lines.anyone.get(index).copied().flatten();
        Some(match (&operation.security, line) {
            (_, Some(line)) => self.ground("the policy lets anyone call it", Some(line)),
            (Security::Anonymous { span, .. }, None) => {
                self.ground("the contract lets anyone call it", Some(*span))
            }
            (Security::Required { span, any_of }, None) => {
                let schemes = &self.plan.model.contract.schemes;
                let name = |index: &usize| Some(format!("`{}`", schemes.get(*index)?.name));
                let all = any_of.iter().map(|one| {
                    one.schemes.iter().filter_map(name).collect::<Vec<_>>().join(" with ")
                });
                let all = all.collect::<Vec<_>>().join(" or ");
                self.ground(format!("the contract asks for {all}"), Some(*span))
            }
            (Security::NotStated, None) => {
                self.ground("the contract says nothing of who may call", Some(operation.span))
            }
        })
    }

    /// The lines of the policy that an act rests on, or the word that none decides it.
    pub(super) fn policy(&mut self, act: Act<'_>) -> Vec<Ground> {
        let model = &self.plan.model;
        let lines = &model.lines;
        let of_operation = act.operation.and_then(|index| lines.operations.get(index).copied());
        let of_operation = of_operation.unwrap_or_default();
        let line = match (remedy(act.control, act.reason), act.control) {
            (Remedy::Limit(key), _) => own_amount(key, of_operation).or_else(|| {
                let written = lines.limits.iter().find(|(known, _)| *known == key);
                written.map(|(_, span)| (format!("`limits: {{ {key} }}`"), *span))
            }),
            (Remedy::Rate | Remedy::Once | Remedy::Flow | Remedy::Value, _) => named(act, model),
            (Remedy::Origins, _) => lines.origins.map(|at| ("`origins`".to_owned(), at)),
            (Remedy::Hosts, _) => lines.hosts.map(|at| ("`hosts`".to_owned(), at)),
            (Remedy::Contract, _) => lines.base_path.map(|at| ("`base_path`".to_owned(), at)),
            (Remedy::Access, _) => {
                let is_off_loopback = !model.listen.ip().is_loopback();
                lines.listen.filter(|_| is_off_loopback).map(|at| {
                    (
                        "`listen` is not loopback, so nobody who needs a credential gets in"
                            .to_owned(),
                        at,
                    )
                })
            }
            (Remedy::Targets, _) => of_operation.targets.map(|at| ("`targets`".to_owned(), at)),
            (Remedy::Redirects, _) => {
                of_operation.redirects.map(|at| ("`redirects`".to_owned(), at))
            }
            (Remedy::Later, _) => of_operation.serialize.map(|at| ("`serialize`".to_owned(), at)),
            (Remedy::Text, _) => of_operation.texts.map(|at| ("`texts`".to_owned(), at)),
            (Remedy::Stream, _) => of_operation.answer.map(|at| ("`answer`".to_owned(), at)),
            (_, ControlId::WritableProperties) if act.reason == "exact_body" => {
                of_operation.body.map(|at| ("`body: exact`".to_owned(), at))
            }
            (_, ControlId::WritableProperties) => {
                of_operation.undeclared.map(|at| ("`undeclared`".to_owned(), at))
            }
            (_, ControlId::InputShape) if act.reason == "null_property" => {
                of_operation.null_means.map(|at| ("`null_means: absent`".to_owned(), at))
            }
            (_, ControlId::ResponseShape) => {
                of_operation.answers.map(|at| ("`answers`".to_owned(), at))
            }
            _ => None,
        };
        let mut grounds: Vec<Ground> =
            line.into_iter().map(|(text, at)| self.ground(text, Some(at))).collect();
        grounds.extend(self.relaxations(act));
        if grounds.is_empty() {
            grounds.push(self.ground("default: no policy line decides this", None));
        }
        grounds
    }

    /// Exceptions that are about this control and operation, in force or not.
    fn relaxations(&mut self, act: Act<'_>) -> Vec<Ground> {
        let now = SystemClock.now();
        let all = &self.plan.model.relaxations;
        let is_meant = |one: &&portcullis_model::Relaxation| {
            one.scope.control.is_none_or(|control| control == act.control)
                && (one.scope.operation.is_none() || one.scope.operation == act.operation)
        };
        let lines = all.iter().filter(is_meant).map(|one| {
            let effect = match one.effect {
                Effect::Observe => "only observes",
                Effect::AllowUndeclared => "undeclared properties pass",
            };
            let (by, reason) = (&one.by, &one.reason);
            let state = if one.holds(act.control, act.operation, now) { "" } else { ", over now" };
            let until = one.until.map(|day| format!(" until {day}")).unwrap_or_default();
            (format!("relaxed by {by}{until}{state}: {effect} ({reason})"), one.span)
        });
        let lines: Vec<_> = lines.collect();
        lines.into_iter().map(|(text, span)| self.ground(text, span)).collect()
    }
}

/// The bound of the operation itself, where it has one.
fn own_amount(key: &str, lines: OperationLines) -> Option<(String, Span)> {
    let line = match key {
        "page_size" => lines.page_size,
        "page_offset" => lines.page_offset,
        "batch_items" => lines.batch_items,
        _ => None,
    };
    line.map(|at| (format!("`{key}`"), at))
}

/// The entry of `rates`, the flow or the rule of a value that a detail names.
fn named(act: Act<'_>, model: &Model) -> Option<(String, Span)> {
    let holds = |text: &str| act.detail.contains(&format!("{{ {text} }}"));
    if let Some(rate) = model.rates.iter().find(|rate| holds(&rate.text)) {
        return Some((format!("`rates: {{ {} }}`", rate.text), rate.line?));
    }
    let is_it = |one: &&Flow| act.detail.starts_with(&format!("`flows: {}`", one.name));
    if let Some(flow) = model.flows.iter().find(is_it) {
        return Some((format!("`flows: {}`", flow.name), flow.line?));
    }
    let mut rules = act.operation.and_then(|index| model.values.get(index))?.iter();
    let rule = rules.find(|rule| holds(&rule.text))?;
    Some((format!("`values: {{ {} }}`", rule.text), rule.line?))
}
