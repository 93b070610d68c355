//! Operations at which something can be guessed: what is tried there, and what an answer says of it.

use portcullis_contract::{Operation, SchemePlace};
use portcullis_json::{Kind, Value};
use portcullis_policy::{AnswerTest, GuessedAt, Literal, Login, Model, RequestPlace, Tested};

use super::Guessed;

/// What is tried at an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    /// The function, the same for all its versions.
    pub function: String,
    /// What can be guessed.
    pub guessed: Guessed,
    /// Where the request names the account.
    pub account: Option<RequestPlace>,
    /// Where it has what is tried.
    pub secret: Option<RequestPlace>,
    /// What an answer looks like that says no, beside a status of 400 or more.
    pub failure: Option<AnswerTest>,
}

impl Guarded {
    /// What is tried at an operation, by its index; none if nothing is.
    pub fn of(model: &Model, index: usize) -> Option<Self> {
        let operation = model.contract.operation(index)?;
        let function = || format!("{} {}", api(model), function(operation));
        let callers = &model.callers;
        if let Some(login) = callers.logins.iter().find(|login| login.operation == index) {
            return Some(Self::login(login, function()));
        }
        let steps = callers.logins.iter().filter_map(|login| login.second_step.as_ref());
        if let Some(step) = steps.into_iter().find(|step| step.operation == index) {
            return Some(Self {
                function: function(),
                guessed: Guessed::Code,
                // It is that of the first step, which the session knows that is shown.
                account: step.sent.clone(),
                secret: None,
                failure: None,
            });
        }
        if let Some(guessed) = callers.guesses.iter().find(|one| one.operation == index) {
            return Some(Self::stated(guessed, function()));
        }
        Self::same_function(model, operation).and_then(|same| {
            // What it does is guarded, so it is: its own words for the account are the same ones.
            let named = callers.logins.iter().find(|login| login.operation == same);
            let stated = callers.guesses.iter().find(|one| one.operation == same);
            named
                .map(|login| Self::login(login, function()))
                .or_else(|| stated.map(|one| Self::stated(one, function())))
        })
    }

    /// The operation that the policy names and of which this one is another version, by its index.
    pub fn same_function(model: &Model, operation: &Operation) -> Option<usize> {
        let callers = &model.callers;
        let named = callers.logins.iter().map(|login| login.operation);
        let mut named = named.chain(callers.guesses.iter().map(|one| one.operation));
        let own = function(operation);
        named.find(|index| {
            let named = model.contract.operation(*index);
            named.is_some_and(|named| named.title() != operation.title() && function(named) == own)
        })
    }

    fn login(login: &Login, function: String) -> Self {
        Self {
            function,
            guessed: Guessed::Password,
            account: login.account.clone(),
            secret: login.secret.clone(),
            failure: login.failure.clone(),
        }
    }

    fn stated(guessed: &GuessedAt, function: String) -> Self {
        Self {
            function: guessed.function.clone().unwrap_or(function),
            guessed: if guessed.is_password { Guessed::Password } else { Guessed::Code },
            account: guessed.account.clone(),
            secret: guessed.secret.clone(),
            failure: guessed.failure.clone(),
        }
    }

    /// Whether only the body of an answer tells a no that its status does not.
    pub fn looks_into_body(&self) -> bool {
        self.failure.as_ref().is_some_and(|test| matches!(test.of, Tested::Member(_)))
    }

    /// Whether an answer says no. One without a body says what no member says.
    pub fn is_no(&self, status: u16, location: Option<&str>, body: Option<Value<'_>>) -> bool {
        let is_met = |test: &AnswerTest| is_met(test, status, location, body);
        status >= 400 || self.failure.as_ref().is_some_and(is_met)
    }
}

/// Whether a question about an answer is met.
pub fn is_met(
    test: &AnswerTest,
    status: u16,
    location: Option<&str>,
    body: Option<Value<'_>>,
) -> bool {
    let code = status.to_string();
    let is_it = match (&test.of, &test.with) {
        (Tested::Status, Some(Literal::Number(number))) => *number == code,
        (Tested::Status, _)
        | (Tested::Location, Some(Literal::Number(_) | Literal::Truth(_) | Literal::Null)) => false,
        (Tested::Location, None) => location.is_some(),
        (Tested::Location, Some(Literal::Text(wanted))) => location == Some(wanted),
        (Tested::Member(pointer), with) => {
            let value = body.and_then(|body| body.lookup(pointer));
            match (value, with) {
                (None, _) => false,
                // APIs write `"error": null` beside what they give.
                (Some(value), None) => !value.is_null(),
                (Some(value), Some(literal)) => is_literal(value, literal),
            }
        }
    };
    is_it == test.is_equal
}

fn is_literal(value: Value<'_>, literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => value.as_str() == Some(text),
        Literal::Number(number) => value.as_number() == Some(number),
        Literal::Truth(truth) => value.as_bool() == Some(*truth),
        Literal::Null => value.kind() == Kind::Null,
    }
}

/// What an API is counted by: where it is, since several entries may lead to one.
pub fn api(model: &Model) -> String {
    model.upstream.first.authority()
}

/// What an operation does, whatever its version: method and path, without `v1`, `v2.1` and the like.
fn function(operation: &Operation) -> String {
    let is_version = |segment: &str| {
        let digits = segment.strip_prefix(['v', 'V']).unwrap_or_default();
        digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let title = operation.title();
    let parts = title.split('/').filter(|segment| !is_version(segment));
    parts.collect::<Vec<_>>().join("/").to_lowercase()
}

/// Whether user and password of Basic reach the API unverified: it answers 401 to a wrong one.
pub fn takes_basic(model: &Model, index: usize) -> bool {
    let schemes = &model.contract.schemes;
    let is_basic = |scheme: &usize| {
        !model.callers.verifies(*scheme)
            && schemes.get(*scheme).is_some_and(|scheme| {
                scheme.place == SchemePlace::Authorization("basic".to_owned())
            })
    };
    let operation = model.contract.operation(index);
    let alternatives = operation.into_iter().flat_map(|one| one.security.alternatives());
    alternatives.flat_map(|one| &one.schemes).any(is_basic)
}

#[cfg(test)]
mod tests {
    use portcullis_json::{Document, Limits};

    use super::*;

    #[test]
    fn a_question_about_an_answer_is_met_by_what_stands_there() {
        let limits = Limits {
            text_bytes_max: 1_000,
            depth_max: 8,
            nodes_max: 100,
            string_bytes_max: 100,
            array_items_max: 10,
            object_members_max: 10,
            number_bytes_max: 10,
        };
        let body = br#"{"status":"fail","code":7,"user":null}"#.to_vec();
        let document = Document::parse(body, &limits).unwrap();
        let member = |pointer: &str, with, is_equal| AnswerTest {
            of: Tested::Member(pointer.to_owned()),
            with,
            is_equal,
        };
        let text = |text: &str| Some(Literal::Text(text.to_owned()));
        for (test, expected) in [
            (member("/status", text("fail"), true), true),
            (member("/status", text("ok"), true), false),
            (member("/status", text("ok"), false), true),
            (member("/none", text("ok"), false), true),
            (member("/none", None, true), false),
            (member("/code", Some(Literal::Number("7".to_owned())), true), true),
            (member("/code", text("7"), true), false),
            (member("/user", Some(Literal::Null), true), true),
        ] {
            assert_eq!(is_met(&test, 200, None, Some(document.root())), expected, "{test:?}");
        }
        let status = AnswerTest {
            of: Tested::Status,
            with: Some(Literal::Number("302".to_owned())),
            is_equal: true,
        };
        assert!(is_met(&status, 302, None, None) && !is_met(&status, 200, None, None));
    }
}
