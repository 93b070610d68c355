//! What a report says, before it has a form.

use std::collections::HashMap;
use std::path::Path;

use portcullis_contract::{
    Operation, SchemePlace, Security, SecurityScheme, Shapes, StatusPattern, codes,
};
use portcullis_controls::Plan;
use portcullis_controls::coverage::{self, Extent};
use portcullis_controls::response_shape;
use portcullis_model::{Code, Diagnostic, Method, Span};

use crate::report::{self, Places};

/// A document, as its owner asks about it.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) file: String,
    pub(super) title: String,
    pub(super) version: String,
    /// `OpenAPI 3.1.0`, `Swagger 2.0`.
    pub(super) kind: String,
    pub(super) openapi: String,
    pub(super) digest: String,
    pub(super) base_path: String,
    pub(super) base_path_at: Option<String>,
    pub(super) schemes: Vec<Scheme>,
    /// In document order.
    pub(super) operations: Vec<OperationFacts>,
    pub(super) warnings: Vec<Warning>,
    /// How many warnings there are, those included that the reading only counted.
    pub(super) warning_count: usize,
}

/// A way to show who is calling.
#[derive(Debug)]
pub(super) struct Scheme {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) at: Option<String>,
}

#[derive(Debug)]
pub(super) struct Warning {
    pub(super) code: &'static str,
    /// `file:line:column`.
    pub(super) at: String,
    pub(super) text: String,
    pub(super) help: Option<String>,
}

#[derive(Debug)]
pub(super) struct OperationFacts {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) at: String,
    pub(super) caller: Caller,
    pub(super) parts: Vec<Part>,
    pub(super) is_deprecated: bool,
    pub(super) sunset: Option<String>,
}

/// Who may call, as far as the document says.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) text: String,
    pub(super) at: Option<String>,
    /// Whether the document says it: what it leaves open is closed under a policy.
    pub(super) is_stated: bool,
}

/// A parameter, a body or an answer.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) is_answer: bool,
    pub(super) what: String,
    pub(super) is_required: bool,
    pub(super) extent: Extent,
    /// What is removed although the document says that it may stand there.
    pub(super) removed: Option<String>,
    pub(super) at: String,
}

/// Codes of operations that are declared and not served.
const NOT_SERVED: [&Code; 3] = [&codes::NOT_SERVED, &codes::SAME_PATH, &codes::PATH_TEMPLATE];

/// What is said of an operation of which nobody says who may call it.
const UNDECIDED: &str = "nobody says who may call it";
/// What that means, said once.
pub(super) const CLOSED: &str = "an operation of which nobody says who may call it is closed as soon \
                                 as there is a policy file, or a listener that is not loopback";

impl Facts {
    /// What the plan of a document without a policy says.
    pub(super) fn of(plan: &Plan, file: &Path) -> Self {
        let model = &plan.model;
        let contract = &model.contract;
        let mut places = Places::new(&model.sources);
        let mut problems = model.warnings.clone();
        problems.extend(plan.findings());
        let file = file.display().to_string();
        Self {
            title: contract.title.clone(),
            version: contract.version.clone(),
            kind: kind(&contract.openapi),
            openapi: contract.openapi.clone(),
            digest: contract.digest.clone(),
            base_path: model.base_path.clone(),
            base_path_at: contract.base_path_span.map(|span| places.at(span)),
            schemes: contract.schemes.iter().map(|one| scheme(one, &mut places)).collect(),
            operations: contract
                .operations
                .iter()
                .map(|one| operation(one, &contract.schemes, &contract.shapes, &mut places))
                .collect(),
            warning_count: report::count(&problems).1,
            warnings: problems.iter().map(|one| warning(one, &file, &mut places)).collect(),
            file,
        }
    }

    /// How many operations nobody says who may call.
    pub(super) fn undecided_count(&self) -> usize {
        self.operations.iter().filter(|one| !one.caller.is_stated).count()
    }

    /// Each warning once, with the number of its other places.
    pub(super) fn grouped(&self) -> Vec<(&Warning, usize)> {
        let mut firsts: Vec<(&Warning, usize)> = Vec::new();
        let mut known = HashMap::new();
        for one in &self.warnings {
            let place = *known.entry((one.code, &one.text)).or_insert(firsts.len());
            match firsts.get_mut(place) {
                Some((_, others)) => *others += 1,
                None => firsts.push((one, 0)),
            }
        }
        firsts
    }

    /// Declared, and not served.
    pub(super) fn not_served(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter().filter(|one| NOT_SERVED.iter().any(|code| code.name == one.code))
    }

    /// Operations with the most to do first, in document order among equals.
    pub(super) fn worst_first(&self) -> Vec<&OperationFacts> {
        let mut operations: Vec<_> = self.operations.iter().collect();
        operations.sort_by_key(|one| std::cmp::Reverse(one.badness()));
        operations
    }

    /// How many operations are as the document can make them.
    pub(super) fn enforced_count(&self) -> usize {
        self.operations.iter().filter(|one| one.is_enforced()).count()
    }

    /// How often each code is told, most often first, with the first place.
    pub(super) fn kinds(&self) -> Vec<(usize, &Warning)> {
        let mut kinds: Vec<(usize, &Warning)> = Vec::new();
        for one in &self.warnings {
            match kinds.iter_mut().find(|(_, first)| first.code == one.code) {
                Some((count, _)) => *count += 1,
                None => kinds.push((1, one)),
            }
        }
        kinds.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        kinds
    }
}

impl OperationFacts {
    fn count(&self, name: &str) -> usize {
        self.parts.iter().filter(|part| part.extent.name() == name).count()
    }

    fn badness(&self) -> (usize, bool, usize, usize, bool) {
        let stated = self.caller.is_stated;
        let (not, refused, partly) =
            (self.count("not"), self.count("refused"), self.count("partly"));
        (not, !stated, refused, partly, self.is_deprecated)
    }

    /// Whether every part is enforced and somebody says who may call.
    pub(super) fn is_enforced(&self) -> bool {
        self.caller.is_stated && self.parts.iter().all(|part| part.extent == Extent::Enforced)
    }
}

/// What the specification calls itself.
fn kind(version: &str) -> String {
    let name = if version.starts_with("2.") { "Swagger" } else { "OpenAPI" };
    format!("{name} {version}")
}

fn warning(one: &Diagnostic, file: &str, places: &mut Places<'_>) -> Warning {
    Warning {
        code: one.code.name,
        at: one.span.map_or_else(|| format!("{file}:1:1"), |span| places.at(span)),
        text: one.message.clone(),
        help: one.help.clone(),
    }
}

fn scheme(scheme: &SecurityScheme, places: &mut Places<'_>) -> Scheme {
    Scheme {
        name: scheme.name.clone(),
        place: credential_place(&scheme.place),
        at: scheme.span.map(|span| places.at(span)),
    }
}

/// Where a credential stands, in words.
pub(crate) fn credential_place(place: &SchemePlace) -> String {
    match place {
        SchemePlace::Authorization(scheme) => format!("`Authorization: {scheme}`"),
        SchemePlace::Header(name) => format!("header `{name}`"),
        SchemePlace::Cookie(name) => format!("cookie `{name}`"),
        SchemePlace::Query(name) => format!("query parameter `{name}`"),
        SchemePlace::MutualTls => "a client certificate".to_owned(),
        SchemePlace::NotUnderstood => "not understood: nothing satisfies it".to_owned(),
    }
}

fn operation(
    operation: &Operation,
    schemes: &[SecurityScheme],
    shapes: &Shapes,
    places: &mut Places<'_>,
) -> OperationFacts {
    let mut parts = Vec::new();
    for one in &operation.parameters {
        parts.push(Part {
            is_answer: false,
            what: format!("{} parameter `{}`", one.place.name(), one.name),
            is_required: one.required,
            extent: coverage::parameter(one, shapes),
            removed: None,
            at: places.at(one.span),
        });
    }
    for media in operation.body.iter().flat_map(|body| &body.media) {
        parts.push(Part {
            is_answer: false,
            what: format!("body `{}`", media.range),
            is_required: operation.body.as_ref().is_some_and(|body| body.required),
            extent: coverage::request(operation, media, shapes),
            removed: coverage::removed_request(operation, media, shapes),
            at: places.at(media.span),
        });
    }
    parts.extend(answers(operation, shapes, places));
    OperationFacts {
        name: operation.name(),
        method: operation.method.to_string(),
        path: operation.template.clone(),
        at: places.at(operation.span),
        caller: caller(&operation.security, schemes, places),
        parts,
        is_deprecated: operation.deprecated,
        sunset: operation.sunset.map(|sunset| sunset.date.to_string()),
    }
}

fn answers(operation: &Operation, shapes: &Shapes, places: &mut Places<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if operation.method == Method::Head {
        // No body, whatever the document says (RFC 9110 section 9.3.2).
        return parts;
    }
    if !response_shape::says_of_success(operation) {
        parts.push(Part {
            is_answer: true,
            what: "answer".to_owned(),
            is_required: false,
            extent: Extent::Partly(
                "no success is declared: JSON leaves but for password-like names".to_owned(),
            ),
            removed: None,
            at: places.at(operation.span),
        });
    }
    for response in &operation.responses {
        let status = response.status;
        let mut part = |what: String, extent, removed, span: Span| {
            parts.push(Part {
                is_answer: true,
                what,
                is_required: false,
                extent,
                removed,
                at: places.at(span),
            });
        };
        let may_be_empty =
            matches!(response.status, StatusPattern::Exact(100..=199 | 204 | 205 | 300..));
        if response.media.is_empty() && !may_be_empty {
            let mut why =
                "no content is declared: JSON leaves but for password-like names".to_owned();
            let named = response.produced.iter();
            why.extend(named.map(|media| format!(", `{}` as it is", media.range)));
            part(format!("answer {status}"), Extent::Partly(why), None, response.span);
        }
        for media in &response.media {
            let extent = coverage::answer(response, media, shapes);
            let removed = coverage::removed_answer(media, shapes);
            part(format!("answer {status} `{}`", media.range), extent, removed, media.span);
        }
    }
    parts
}

fn caller(security: &Security, schemes: &[SecurityScheme], places: &mut Places<'_>) -> Caller {
    match security {
        Security::NotStated => Caller { text: UNDECIDED.to_owned(), at: None, is_stated: false },
        Security::Anonymous { span, .. } => {
            let text = "anybody, the document says so".to_owned();
            Caller { text, at: Some(places.at(*span)), is_stated: true }
        }
        Security::Required { span, any_of } => {
            let name = |index: &usize| schemes.get(*index).map(|one| format!("`{}`", one.name));
            let alternatives: Vec<String> = any_of
                .iter()
                .map(|all| all.schemes.iter().filter_map(name).collect::<Vec<_>>().join(" and "))
                .collect();
            let text = format!("a credential: {}", alternatives.join(" or "));
            Caller { text, at: Some(places.at(*span)), is_stated: true }
        }
    }
}
