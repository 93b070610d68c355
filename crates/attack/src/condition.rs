//! Conditions on what was observed: an answer's status, header fields and body, or how long a
//! connection stayed open.

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{Answer, Exchange};
use crate::pointed;
use crate::scalar::Statuses;
use crate::variables::{Missing, Variables};

/// One thing that is true or not.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub struct Condition {
    /// The step whose answer is meant; the last one without it.
    pub step: Option<String>,
    /// What is looked at, and how.
    pub check: Check,
}

/// What is looked at, and how.
#[derive(Debug, Clone)]
pub enum Check {
    /// The status is one of these.
    Status(Statuses),
    /// The value at a JSON Pointer of the body; where `*` stands for any item of a list, one of them must pass.
    Json(String, Test),
    /// The values of a header field; one of them must pass.
    Header(String, Test),
    /// The body as text.
    Body(Test),
    /// The connection was open for so many milliseconds, without an answer.
    OpenAfterMs(u64),
    /// The lines of the requests that the attacker's own listener heard.
    Heard(Test),
}

/// What must hold of a value.
#[derive(Debug, Clone)]
pub enum Test {
    /// It is there, or it is not.
    Exists(bool),
    /// It is this value.
    Equals(Value),
    /// It is another value, or none.
    Differs(Value),
    /// Its text contains this.
    Contains(String),
    /// Its text does not contain this.
    Lacks(String),
    /// Its text matches this pattern.
    Matches(Regex),
    /// It is a number, this one or more.
    AtLeast(f64),
    /// It is a number, this one or less.
    AtMost(f64),
    /// A text, list or object with so many characters, items or members or more; of a body, the
    /// bytes.
    LengthAtLeast(usize),
    /// The same, or fewer.
    LengthAtMost(usize),
}

/// A condition as it is written: one subject, one test.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a condition")]
struct Written {
    #[serde(rename = "in")]
    step: Option<String>,
    status: Option<Statuses>,
    json: Option<String>,
    header: Option<String>,
    open_after_ms: Option<u64>,
    heard: Option<bool>,
    exists: Option<bool>,
    // `null` is a value to compare with, not a missing key.
    #[serde(default, deserialize_with = "present")]
    equals: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    differs: Option<Value>,
    contains: Option<String>,
    lacks: Option<String>,
    matches: Option<String>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    length_at_least: Option<usize>,
    length_at_most: Option<usize>,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A pattern may be so large when it is compiled.
const PATTERN_BYTES_MAX: usize = 1 << 20;

impl TryFrom<Written> for Condition {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let tests = written.tests()?;
        let Written { step, status, json, header, open_after_ms, heard, .. } = written;
        if heard == Some(false) {
            return Err("`heard` is `true`, or it is left out".to_owned());
        }
        let subjects = [
            status.is_some(),
            json.is_some(),
            header.is_some(),
            open_after_ms.is_some(),
            heard.is_some(),
        ];
        if subjects.iter().filter(|is_there| **is_there).count() > 1 {
            return Err("a condition looks at one thing: `status`, `json`, `header`, \
                        `open_after_ms`, `heard`, or the body"
                .to_owned());
        }
        let mut tests = tests.into_iter();
        let check = match (status, open_after_ms, tests.next(), tests.next()) {
            (Some(statuses), _, None, _) => Check::Status(statuses),
            (_, Some(ms), None, _) => Check::OpenAfterMs(ms),
            (None, None, Some(test), None) => match (json, header) {
                (Some(pointer), _) if pointer.is_empty() || pointer.starts_with('/') => {
                    Check::Json(pointer, test)
                }
                (Some(pointer), _) => {
                    return Err(format!("`{pointer}` is not a JSON Pointer; write `/{pointer}`"));
                }
                (None, None) if heard.is_some() => Check::Heard(test),
                (None, Some(name)) => Check::Header(name, test),
                (None, None) => Check::Body(test),
            },
            (None, None, None, _) => {
                return Err("a condition needs a test: `equals`, `exists`, `contains`, ..., or a \
                            `status`"
                    .to_owned());
            }
            _ => return Err("a condition has one test; write a second condition".to_owned()),
        };
        Ok(Self { step, check })
    }
}

impl Written {
    fn tests(&self) -> Result<Vec<Test>, String> {
        let matches = self.matches.as_ref().map(|pattern| {
            regex::RegexBuilder::new(pattern)
                .size_limit(PATTERN_BYTES_MAX)
                .build()
                .map(Test::Matches)
                .map_err(|_| format!("`{pattern}` is not a regular expression"))
        });
        let tests = [
            self.exists.map(Test::Exists),
            self.equals.clone().map(Test::Equals),
            self.differs.clone().map(Test::Differs),
            self.contains.clone().map(Test::Contains),
            self.lacks.clone().map(Test::Lacks),
            matches.transpose()?,
            self.at_least.map(Test::AtLeast),
            self.at_most.map(Test::AtMost),
            self.length_at_least.map(Test::LengthAtLeast),
            self.length_at_most.map(Test::LengthAtMost),
        ];
        Ok(tests.into_iter().flatten().collect())
    }
}

impl Condition {
    /// Whether it holds; if not, what is there instead, in a few words.
    pub(crate) fn judge(&self, exchange: &Exchange, variables: &Variables) -> Result<(), String> {
        if self.check.holds(exchange, variables)? {
            return Ok(());
        }
        let found = self.check.found(exchange);
        Err(match &exchange.answer {
            Ok(answer) => format!("{found} (status {})", answer.status),
            Err(silence) => format!("{found} ({silence})"),
        })
    }

    /// Every text in which `${name}` may stand.
    pub(crate) fn texts(&self) -> Vec<String> {
        match &self.check {
            Check::Status(_) | Check::OpenAfterMs(_) => Vec::new(),
            Check::Json(pointer, test) => [vec![pointer.clone()], test.texts()].concat(),
            Check::Header(_, test) | Check::Body(test) | Check::Heard(test) => test.texts(),
        }
    }
}

/// How much of a value a message shows.
const SHOWN_CHARS_MAX: usize = 80;

impl Check {
    fn holds(&self, exchange: &Exchange, variables: &Variables) -> Result<bool, String> {
        if let Self::OpenAfterMs(ms) = self {
            return Ok(exchange.open_ms >= *ms);
        }
        if let Self::Heard(test) = self {
            let judged = test.judge_fields(&[&variables.heard()], variables);
            return judged.map_err(|Missing(name)| format!("no step has saved `{name}`"));
        }
        let answer = exchange.answer.as_ref().map_err(|silence| format!("no answer: {silence}"))?;
        let judged = match self {
            Self::OpenAfterMs(_) | Self::Heard(_) => Ok(true),
            Self::Status(statuses) => Ok(statuses.contains(answer.status)),
            Self::Json(pointer, test) => variables.fill(pointer).and_then(|at| {
                let body = body(answer);
                let values = body.iter().flat_map(|body| pointed::values(body, &at));
                test.judge_each(&values.collect::<Vec<_>>(), variables)
            }),
            Self::Header(name, test) => test.judge_fields(&answer.all(name), variables),
            Self::Body(Test::LengthAtLeast(bytes)) => Ok(answer.body.len() >= *bytes),
            Self::Body(Test::LengthAtMost(bytes)) => Ok(answer.body.len() <= *bytes),
            Self::Body(test) => test.judge_fields(&[&answer.text()], variables),
        };
        judged.map_err(|Missing(name)| format!("no step has saved `{name}`"))
    }

    /// What was found where something else was looked for.
    fn found(&self, exchange: &Exchange) -> String {
        let shown = |text: String| text.chars().take(SHOWN_CHARS_MAX).collect::<String>();
        if let Self::Heard(_) = self {
            return "the listener heard something else".to_owned();
        }
        let Ok(answer) = &exchange.answer else {
            return format!("the connection was over after {} ms", exchange.open_ms);
        };
        match self {
            Self::OpenAfterMs(_) => format!("it was answered after {} ms", exchange.open_ms),
            Self::Status(statuses) => format!("it is not {statuses}"),
            Self::Json(pointer, _) => {
                let body = body(answer);
                let found = body.iter().flat_map(|body| pointed::values(body, pointer));
                let found: Vec<String> = found.map(ToString::to_string).collect();
                if found.is_empty() {
                    return format!("there is no `{pointer}`");
                }
                format!("`{pointer}` is {}", shown(found.join(", ")))
            }
            Self::Header(name, _) => {
                format!("`{name}` is {}", shown(format!("{:?}", answer.all(name))))
            }
            Self::Body(_) | Self::Heard(_) => {
                format!("the body is {}", shown(format!("{:?}", answer.text())))
            }
        }
    }
}

/// The body of an answer, if it is JSON.
fn body(answer: &Answer) -> Option<Value> {
    serde_json::from_slice(&answer.body).ok()
}

impl Test {
    /// Judges texts, of which one must pass; a "not" must hold for all of them.
    fn judge_fields(&self, texts: &[&str], variables: &Variables) -> Result<bool, Missing> {
        let value = |text: &str| match self {
            // A header field and a body are texts; numbers in them are compared as numbers.
            Self::Equals(Value::Number(_)) | Self::AtLeast(_) | Self::AtMost(_) => {
                serde_json::from_str(text.trim()).unwrap_or_else(|_| Value::from(text))
            }
            _ => Value::from(text),
        };
        let values: Vec<Value> = texts.iter().map(|text| value(text)).collect();
        self.judge_each(&values.iter().collect::<Vec<_>>(), variables)
    }

    /// Judges values, of which one must pass; a "not" must hold for all of them.
    fn judge_each(&self, values: &[&Value], variables: &Variables) -> Result<bool, Missing> {
        if values.is_empty() {
            return self.judge(None, variables);
        }
        let judged: Result<Vec<bool>, Missing> =
            values.iter().map(|value| self.judge(Some(value), variables)).collect();
        Ok(match self {
            Self::Lacks(_) | Self::Differs(_) => judged?.into_iter().all(|holds| holds),
            _ => judged?.into_iter().any(|holds| holds),
        })
    }

    fn judge(&self, value: Option<&Value>, variables: &Variables) -> Result<bool, Missing> {
        let text = || match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(value) => Some(value.to_string()),
            None => None,
        };
        let length = || match value? {
            Value::String(text) => Some(text.chars().count()),
            Value::Array(items) => Some(items.len()),
            Value::Object(members) => Some(members.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
        };
        let number = value.and_then(Value::as_f64);
        Ok(match self {
            Self::Exists(exists) => value.is_some() == *exists,
            Self::Equals(wanted) => {
                let wanted = variables.fill_value(wanted)?;
                value.is_some_and(|value| is_same(value, &wanted))
            }
            Self::Differs(wanted) => {
                let wanted = variables.fill_value(wanted)?;
                value.is_none_or(|value| !is_same(value, &wanted))
            }
            Self::Contains(part) => {
                let part = variables.fill(part)?;
                text().is_some_and(|text| text.contains(&part))
            }
            Self::Lacks(part) => {
                let part = variables.fill(part)?;
                !text().is_some_and(|text| text.contains(&part))
            }
            Self::Matches(pattern) => text().is_some_and(|text| pattern.is_match(&text)),
            Self::AtLeast(least) => number.is_some_and(|number| number >= *least),
            Self::AtMost(most) => number.is_some_and(|number| number <= *most),
            Self::LengthAtLeast(least) => length().is_some_and(|length| length >= *least),
            Self::LengthAtMost(most) => length().is_some_and(|length| length <= *most),
        })
    }

    fn texts(&self) -> Vec<String> {
        match self {
            Self::Equals(value) | Self::Differs(value) => vec![value.to_string()],
            Self::Contains(text) | Self::Lacks(text) => vec![text.clone()],
            _ => Vec::new(),
        }
    }
}

/// Numbers are the same where their values are: `5` and `5.0`.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(status: u16, fields: &[(&str, &str)], body: &str) -> Exchange {
        let fields =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Answer { status, fields, body: body.as_bytes().to_vec() };
        Exchange { answer: Ok(answer), open_ms: 12 }
    }

    fn holds(condition: &str, exchange: &Exchange) -> bool {
        let condition: Condition = serde_saphyr::from_str(condition).unwrap();
        let mut variables = Variables::default();
        variables.save("id", Value::from(7));
        condition.judge(exchange, &variables).is_ok()
    }

    #[test]
    fn each_test_can_hold_and_can_fail() {
        let body = r#"{"id":7,"role":"admin","n":null,"list":[1,2],"total":-5}"#;
        let seen = exchange(201, &[("Server", "a/1"), ("server", "b")], body);
        for (yes, no) in [
            ("status: 201", "status: [200, 4xx]"),
            ("{ json: /role, equals: admin }", "{ json: /role, equals: customer }"),
            ("{ json: /id, equals: '${id}' }", "{ json: /total, equals: '${id}' }"),
            ("{ json: /id, equals: 7.0 }", "{ json: /id, equals: '7' }"),
            ("{ json: /n, equals: null }", "{ json: /nn, equals: null }"),
            ("{ json: /role, exists: true }", "{ json: /rule, exists: true }"),
            ("{ json: /rule, exists: false }", "{ json: /role, exists: false }"),
            ("{ json: /role, differs: staff }", "{ json: /role, differs: admin }"),
            ("{ json: /total, at_most: -1 }", "{ json: /id, at_most: -1 }"),
            ("{ json: /id, at_least: 7 }", "{ json: /role, at_least: 7 }"),
            ("{ json: /list/*, equals: 2 }", "{ json: /list/*, equals: 3 }"),
            ("{ json: /list/*, differs: 3 }", "{ json: /list/*, differs: 1 }"),
            ("{ json: /list/*, at_least: 2 }", "{ json: /list/*, at_least: 3 }"),
            ("{ json: /role/*, exists: false }", "{ json: /list/*, exists: false }"),
            ("{ json: /list, length_at_least: 2 }", "{ json: /list, length_at_least: 3 }"),
            ("{ json: /role, length_at_most: 5 }", "{ json: /role, length_at_most: 4 }"),
            ("{ header: server, equals: b }", "{ header: server, equals: c }"),
            ("{ header: x-none, exists: false }", "{ header: SERVER, exists: false }"),
            ("{ header: server, lacks: c }", "{ header: server, lacks: '/1' }"),
            ("contains: admin", "contains: staff"),
            ("lacks: staff", "lacks: admin"),
            ("matches: 'ro.e'", "matches: '^ro'"),
            ("length_at_least: 20", "length_at_least: 2000"),
        ] {
            assert!(holds(yes, &seen), "{yes}");
            assert!(!holds(no, &seen), "{no}");
        }
    }

    #[test]
    fn without_an_answer_only_open_connections_can_hold() {
        let seen = Exchange { answer: Err(crate::client::Silence::Closed), open_ms: 900 };
        assert!(holds("open_after_ms: 800", &seen));
        assert!(!holds("open_after_ms: 1000", &seen));
        assert!(!holds("{ json: /role, exists: false }", &seen), "nothing was seen");
        assert!(!holds("lacks: x", &seen));
    }

    #[test]
    fn what_is_no_json_has_no_values() {
        let seen = exchange(200, &[], "<html>");
        assert!(holds("{ json: '', exists: false }", &seen));
        assert!(!holds("{ json: '', equals: null }", &seen));
    }

    #[test]
    fn a_condition_says_one_thing() {
        for bad in [
            "{ status: 200, json: /a, exists: true }",
            "{ json: /a }",
            "{ json: a, exists: true }",
            "{ json: /a, exists: true, equals: 1 }",
            "{ status: 200, exists: true }",
            "{ matches: '(' }",
            "{ jsn: /a, exists: true }",
            "{}",
        ] {
            assert!(serde_saphyr::from_str::<Condition>(bad).is_err(), "{bad}");
        }
    }
}
