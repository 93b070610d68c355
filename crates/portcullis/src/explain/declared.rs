//! Which lines of the contract decide.

use portcullis_contract::{CanonicalPath, Find, Operation, Place, locate};
use portcullis_controls::input_shape::{Concerned, Unmet};
use portcullis_model::{ControlId, Method, Pointer};

use super::ground::{Act, Ground, Grounds};

impl Grounds<'_> {
    /// The lines of the contract that an act rests on.
    pub(super) fn contract(&mut self, act: Act<'_>) -> Vec<Ground> {
        let Some(index) = act.operation else {
            let mut declared = self.methods(act);
            declared.extend(self.not_served(act));
            if !declared.is_empty() {
                return declared;
            }
            // Where the policy says it, it is no line of the contract.
            let is_of_policy = self.plan.model.lines.base_path.is_some();
            return if is_of_policy { Vec::new() } else { vec![self.base_path()] };
        };
        let Some(operation) = self.operation(act.operation) else { return Vec::new() };
        let mut grounds = match act.control {
            ControlId::ApiInventory => {
                let sunset = operation.sunset.map(|sunset| sunset.span);
                sunset.map(|at| self.ground("its last day", Some(at))).into_iter().collect()
            }
            ControlId::CallerIdentity => self.caller(index).into_iter().collect(),
            ControlId::ContentType => {
                let at = operation.body.as_ref().map(|body| body.span);
                vec![self.ground(declared_types(operation), at.or(Some(operation.span)))]
            }
            ControlId::InputShape if act.reason == "undeclared_header" => {
                vec![self.ground("declares no such header", Some(operation.span))]
            }
            ControlId::InputShape => self.input(operation, act.detail),
            ControlId::HostileInput => self.text(operation, act.detail),
            ControlId::WritableProperties => self.body(operation, act.detail),
            ControlId::ResponseShape => self.answers(operation, act.detail),
            ControlId::BusinessFlow
            | ControlId::CrossSite
            | ControlId::FunctionAccess
            | ControlId::ObjectOwnership
            | ControlId::OutboundTarget
            | ControlId::ResourceLimits
            | ControlId::SafeConfiguration
            | ControlId::SecretInUrl
            | ControlId::TransportEncryption
            | ControlId::UpstreamAnswer => Vec::new(),
        };
        if grounds.is_empty() {
            grounds.extend(self.declared(index));
        }
        grounds
    }

    /// The parameter or body that is meant, and the keyword that was not met.
    fn input(&mut self, operation: &Operation, detail: &str) -> Vec<Ground> {
        let Some(Concerned { parameter, unmet }) = Concerned::of(detail) else {
            let body = operation.body.as_ref().map(|body| body.span);
            return body.map(|at| self.ground("the declared body", Some(at))).into_iter().collect();
        };
        let mut grounds = Vec::new();
        let mut schemas = Vec::new();
        if let Some((place, name)) = parameter {
            let is_meant = |one: &&portcullis_contract::Parameter| {
                one.place == place
                    && (one.name == name
                        || place == Place::Header && one.name.eq_ignore_ascii_case(name))
            };
            let Some(one) = operation.parameters.iter().find(is_meant) else {
                let text = format!("declares no {} parameter `{name}`", place.name());
                return vec![self.ground(text, Some(operation.span))];
            };
            let text = format!("{} parameter `{}`", place.name(), one.name);
            grounds.push(self.ground(text, Some(one.span)));
            schemas.extend(one.schema.as_ref().map(|schema| schema.span));
        } else {
            let media = operation.body.iter().flat_map(|body| &body.media);
            schemas.extend(media.filter_map(|one| Some(one.schema.as_ref()?.span)));
        }
        if let Some(Unmet { keyword, schema_at, .. }) = unmet {
            let pointer = Pointer::from_text(schema_at);
            let sources = &self.plan.model.sources;
            let found = schemas
                .iter()
                .find_map(|schema| locate(sources, self.plan.model.main, *schema, &pointer));
            let at = found.or_else(|| schemas.first().copied());
            grounds.push(self.ground(format!("`{keyword}` of its schema"), at));
        }
        grounds
    }

    /// What is declared at the place that a detail names as policies do: `body./note`, `query.q`.
    fn text(&mut self, operation: &Operation, detail: &str) -> Vec<Ground> {
        let place = detail.split_once(" at `").and_then(|(_, rest)| rest.split_once('`'));
        match place.and_then(|(place, _)| place.split_once('.')) {
            Some(("body", at)) => self.body(operation, &format!("a text at `{at}`")),
            Some((place, name)) => self.input(operation, &format!("{place} parameter `{name}`")),
            None => Vec::new(),
        }
    }

    /// The schema of the body, and the property that is read-only, if that is what it is about.
    fn body(&mut self, operation: &Operation, detail: &str) -> Vec<Ground> {
        let sources = &self.plan.model.sources;
        let at = detail.rsplit_once(" at `").map_or(detail, |(_, at)| at.trim_end_matches('`'));
        let mut grounds = Vec::new();
        let media = operation.body.iter().flat_map(|body| &body.media);
        for schema in media.filter_map(|one| one.schema.as_ref()) {
            grounds.push(self.ground("the schema of the body", Some(schema.span)));
            let pointer = declaration(at);
            if let Some(found) = locate(sources, self.plan.model.main, schema.span, &pointer) {
                grounds.push(self.ground(format!("`{at}`"), Some(found)));
            }
        }
        grounds
    }

    /// The declared answer that was meant, and its schema; all of them where that is not known.
    fn answers(&mut self, operation: &Operation, detail: &str) -> Vec<Ground> {
        let Some(status) = status(detail) else {
            let answers = operation.responses.iter();
            return answers.map(|one| self.ground("a declared answer", Some(one.span))).collect();
        };
        let Some(answer) = operation.response(status) else {
            return vec![self.ground(format!("declares no answer {status}"), Some(operation.span))];
        };
        let mut grounds = vec![self.ground(format!("the answer {status}"), Some(answer.span))];
        for media in &answer.media {
            let text = match &media.schema {
                Some(_) => format!("the schema of its `{}`", media.range),
                None => format!("its `{}`, without a schema", media.range),
            };
            let at = media.schema.as_ref().map_or(media.span, |schema| schema.span);
            grounds.push(self.ground(text, Some(at)));
        }
        grounds
    }

    /// The operation that is declared and cannot be served, and what is wrong with it.
    fn not_served(&mut self, act: Act<'_>) -> Vec<Ground> {
        let title = act.detail.split('`').nth(1).filter(|_| act.reason == "not_served");
        let all = &self.plan.model.contract.not_served;
        let Some(one) = title.and_then(|title| all.iter().find(|one| one.title == title)) else {
            return Vec::new();
        };
        let (declares, why) = (format!("declares `{}`", one.title), one.why.clone());
        let (at, why_at) = (one.span, one.why_span);
        vec![self.ground(declares, Some(at)), self.ground(why, Some(why_at))]
    }

    /// The operations of a path that is declared with other methods.
    fn methods(&mut self, act: Act<'_>) -> Vec<Ground> {
        if act.reason != "undeclared_method" {
            return Vec::new();
        }
        let model = &self.plan.model;
        let path = act.target.split('?').next().unwrap_or_default();
        let path = CanonicalPath::parse(path).ok().and_then(|path| path.behind(&model.base_path));
        let Some(path) = path else { return Vec::new() };
        let methods: Vec<Method> = model.contract.methods(&path).unwrap_or_default().to_vec();
        let found = methods.into_iter().filter_map(|method| {
            let Find::Operation(index) = model.contract.find(method, &path) else { return None };
            model.contract.operation(index)
        });
        let found: Vec<_> = found.map(|one| (one.title(), one.span)).collect();
        found
            .into_iter()
            .map(|(title, span)| self.ground(format!("declares `{title}`"), Some(span)))
            .collect()
    }
}

/// Where a schema declares the value at a pointer.
fn declaration(at: &str) -> Pointer {
    let steps = at.split('/').skip(1).map(|step| {
        let is_index = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
        if is_index { "/items".to_owned() } else { format!("/properties/{step}") }
    });
    Pointer::from_text(steps.collect::<String>())
}

fn declared_types(operation: &Operation) -> String {
    let Some(body) = &operation.body else {
        return "declares no body".to_owned();
    };
    let types: Vec<String> = body.media.iter().map(|one| format!("`{}`", one.range)).collect();
    format!("the declared body: {}", types.join(" or "))
}

/// The status that a detail speaks of: "... of the answer 200", "the API answered 500 ...".
fn status(detail: &str) -> Option<u16> {
    let (_, behind) =
        detail.rsplit_once("the answer ").or_else(|| detail.rsplit_once("answered "))?;
    let digits = behind.split(' ').next()?;
    digits.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_an_answer_is_read_back() {
        for (detail, found) in [
            ("/*/owner of the answer 200 (3 times)", Some(200)),
            ("/the answer 404 of the answer 201", Some(201)),
            ("the API answered 500", Some(500)),
            ("the API answered 406 as `a/b`, which is not declared", Some(406)),
            ("the answer 200 is of a type that is not declared", Some(200)),
            ("/owner", None),
            ("the answer", None),
            ("the answer 99999", None),
        ] {
            assert_eq!(status(detail), found, "{detail}");
        }
    }
}
