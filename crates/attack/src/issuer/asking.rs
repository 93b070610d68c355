//! Asks an issuer: within a budget, within reach, and so that somebody else can ask the same with curl.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::judged::{Unjudged, inconclusive, not_tried};
use super::reach::Reach;
use super::url::{Pairs, Url, form};
use crate::answer::Answer;
use crate::budget::Budget;
use crate::client::{Request, Silence, exchange_at_most};
use crate::percent::encoded;

/// Bytes of an answer's body.
const BODY_BYTES_MAX: usize = 1 << 20;
/// A place that is silent so often is not asked again: every probe would wait for it.
const SILENCES_MAX: u32 = 3;
/// Lines of one probe's script.
const LINES_MAX: usize = 40;

/// A request, as probes write it.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: &'static str,
    pub(super) url: Url,
    pub(super) fields: Pairs,
    pub(super) body: Option<Body>,
    /// What a user fills in: it is in no script.
    pub(super) is_of_user: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Body {
    Form(Pairs),
    Json(Value),
}

impl Asked {
    pub(super) fn get(url: Url) -> Self {
        Self { method: "GET", url, fields: Pairs::new(), body: None, is_of_user: false }
    }

    pub(super) fn post(url: Url, pairs: Pairs) -> Self {
        Self { method: "POST", body: Some(Body::Form(pairs)), ..Self::get(url) }
    }

    pub(super) fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.push((name.to_owned(), value.into()));
        self
    }
}

/// Whoever asks.
pub(super) struct Asking {
    pub(super) reach: Reach,
    budget: Arc<Budget>,
    patience: Duration,
    silences: HashMap<String, u32>,
    lines: Vec<String>,
    /// Values that a script has variables for, in every spelling in which they are sent.
    named: Vec<(String, String)>,
}

impl Asking {
    pub(super) fn new(reach: Reach, budget: Arc<Budget>, patience: Duration) -> Self {
        let (silences, lines) = (HashMap::new(), Vec::new());
        Self { reach, budget, patience, silences, lines, named: Vec::new() }
    }

    /// What this is, is in the script of this probe only by its name.
    pub(super) fn conceal(&mut self, name: &str, value: &str) {
        // A URL and a form spell it in another way; a shell that fills the script in has to know which one is meant.
        let in_url = encoded(value, b"");
        let in_form = in_url.replace("%20", "+");
        for (spelling, variable) in [
            (value.to_owned(), name.to_owned()),
            (lowercase_escapes(&in_url), format!("{name}_ENCODED")),
            (in_url, format!("{name}_ENCODED")),
            (in_form, format!("{name}_ENCODED")),
        ] {
            if !spelling.is_empty() && !self.named.iter().any(|(known, _)| *known == spelling) {
                self.named.push((spelling, variable));
            }
        }
    }

    /// A probe begins: its script is empty, and what others had is not asked again.
    pub(super) fn begin(&mut self) {
        self.lines.clear();
        self.named.clear();
    }

    /// The script of what was asked since the probe began.
    pub(super) fn script(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// A word for the script.
    pub(super) fn remark(&mut self, text: &str) {
        if self.lines.len() < LINES_MAX {
            let text = self.concealed(text);
            self.lines.push(format!("# {text}"));
        }
    }

    /// Asks, and takes no answer that tells nothing of the matter: too often, or out of order.
    pub(super) async fn ask(&mut self, asked: &Asked) -> Result<Answer, Unjudged> {
        let answer = self.ask_any(asked).await?;
        match answer.status {
            429 => Err(inconclusive("the issuer says that this is too often (429)")),
            status @ 500.. => Err(inconclusive(format!("the issuer fails ({status})"))),
            _ => Ok(answer),
        }
    }

    /// Asks.
    pub(super) async fn ask_any(&mut self, asked: &Asked) -> Result<Answer, Unjudged> {
        let address = self.reach.address(&asked.url).map_err(not_tried)?;
        let place = format!("{address}{}", asked.url.path);
        if self.silences.get(&place).is_some_and(|times| *times >= SILENCES_MAX) {
            let path = &asked.url.path;
            return Err(not_tried(format!("`{path}` did not answer {SILENCES_MAX} times")));
        }
        self.budget.take().map_err(|why| {
            not_tried(why.strip_prefix("not tried: ").map_or(why.clone(), str::to_owned))
        })?;
        self.budget.wait().await;
        let line = self.line(asked);
        let request = Request { bytes: bytes(asked), trickle: None, is_head: false };
        let answer =
            exchange_at_most(address, &request, self.patience, BODY_BYTES_MAX).await.answer;
        if self.lines.len() < LINES_MAX {
            self.lines.push(line);
            let said =
                answer.as_ref().map_or_else(ToString::to_string, |one| one.status.to_string());
            self.lines.push(format!("# -> {said}"));
        }
        match answer {
            Ok(answer) => {
                self.silences.remove(&place);
                Ok(answer)
            }
            Err(silence) => {
                if silence == Silence::TimedOut {
                    *self.silences.entry(place).or_default() += 1;
                }
                Err(inconclusive(format!("`{}`: {silence}", asked.url.path)))
            }
        }
    }

    /// The request as curl has it.
    fn line(&self, asked: &Asked) -> String {
        if asked.is_of_user {
            return format!("# the user fills in the form of {}", self.concealed(&asked.url.path));
        }
        let mut line = "curl -sS -i --path-as-is".to_owned();
        if !(asked.method == "GET" || asked.method == "POST" && asked.body.is_some()) {
            let _ = write!(line, " -X {}", asked.method);
        }
        let _ = write!(line, " {}", self.word(&asked.url.to_string()));
        for (name, value) in &asked.fields {
            let value = if name == "Cookie" {
                "$COOKIES".to_owned()
            } else {
                let word = self.word(value);
                word.trim_matches('"').to_owned()
            };
            let _ = write!(line, " -H \"{name}: {value}\"");
        }
        match &asked.body {
            Some(Body::Form(pairs)) if pairs.is_empty() => line.push_str(" -d ''"),
            Some(Body::Form(pairs)) => {
                for (name, value) in pairs {
                    let _ =
                        write!(line, " --data-urlencode {}", self.word(&format!("{name}={value}")));
                }
            }
            Some(Body::Json(json)) => {
                let word = self.word(&json.to_string());
                let _ = write!(line, " -H \"Content-Type: application/json\" -d {word}");
            }
            None => {}
        }
        line
    }

    /// A word in double quotes, in which what is concealed stands as a variable.
    fn word(&self, text: &str) -> String {
        let mut out = String::from("\"");
        for part in self.parts(text) {
            match part {
                Part::Named(name) => {
                    let _ = write!(out, "${{{name}}}");
                }
                Part::Text(text) => {
                    for one in text.chars().filter(|one| !one.is_control()) {
                        if matches!(one, '"' | '\\' | '`' | '$') {
                            out.push('\\');
                        }
                        out.push(one);
                    }
                }
            }
        }
        out.push('"');
        out
    }

    /// A text for people, in which what is concealed stands by its name.
    pub(super) fn concealed(&self, text: &str) -> String {
        let mut out = String::new();
        for part in self.parts(text) {
            match part {
                Part::Named(name) => {
                    let _ = write!(out, "${{{name}}}");
                }
                Part::Text(text) => out.push_str(text),
            }
        }
        out
    }

    /// A text, taken apart at what is concealed; the longest spelling first, so that no rest of a longer one stays.
    fn parts<'a>(&'a self, text: &'a str) -> Vec<Part<'a>> {
        let mut named: Vec<&(String, String)> = self.named.iter().collect();
        named.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let mut parts = vec![Part::Text(text)];
        for (value, name) in named {
            let mut next = Vec::with_capacity(parts.len());
            for part in parts {
                let Part::Text(text) = part else {
                    next.push(part);
                    continue;
                };
                for (place, rest) in text.split(value.as_str()).enumerate() {
                    if place > 0 {
                        next.push(Part::Named(name));
                    }
                    next.push(Part::Text(rest));
                }
            }
            parts = next;
        }
        parts
    }
}

/// A piece of what is shown.
enum Part<'a> {
    Text(&'a str),
    Named(&'a str),
}

/// `%2F` as `%2f`: others write it so.
fn lowercase_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = 0_u8;
    for one in text.chars() {
        out.push(if digits > 0 { one.to_ascii_lowercase() } else { one });
        digits = if one == '%' { 2 } else { digits.saturating_sub(1) };
    }
    out
}

fn bytes(asked: &Asked) -> Vec<u8> {
    let Asked { method, url, fields, body, .. } = asked;
    let authority = url.authority.rsplit('@').next().unwrap_or_default();
    let mut head = format!("{method} {} HTTP/1.1\r\nHost: {authority}\r\n", url.target());
    for (name, value) in fields {
        let value: String = value.chars().filter(|one| !one.is_control()).collect();
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let (label, body) = match body {
        Some(Body::Form(pairs)) => ("application/x-www-form-urlencoded", form(pairs)),
        Some(Body::Json(json)) => ("application/json", json.to_string()),
        None => ("", String::new()),
    };
    if !label.is_empty() {
        let _ = write!(head, "Content-Type: {label}\r\nContent-Length: {}\r\n", body.len());
    }
    head.push_str("Connection: close\r\n\r\n");
    head.push_str(&body);
    head.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking() -> (Url, Asking) {
        let issuer = Url::parse("http://127.0.0.1:9").unwrap();
        let reach = Reach { issuer: issuer.clone(), address: ([127, 0, 0, 1], 9).into() };
        let asking = Asking::new(reach, Arc::new(Budget::default()), Duration::from_millis(10));
        (issuer, asking)
    }

    #[test]
    fn a_secret_is_concealed_in_every_spelling() {
        let (issuer, mut asking) = asking();
        asking.conceal("SECRET", "p@ss/w+rd é");
        let pairs = vec![("client_secret".to_owned(), "p@ss/w+rd é".to_owned())];
        let line = asking.line(&Asked::get(issuer.with(&pairs)));
        assert!(line.ends_with("?client_secret=${SECRET_ENCODED}\""), "{line}");
        for spelling in ["p@ss/w+rd é", "p%40ss%2Fw%2Brd+%C3%A9", "p%40ss%2fw%2brd%20%c3%a9"] {
            let shown = asking.concealed(&format!("<{spelling}>"));
            assert!(shown.starts_with("<${SECRET") && shown.ends_with("}>"), "{shown}");
        }
        assert_eq!(asking.concealed("of nobody"), "of nobody");
    }

    #[test]
    fn a_script_holds_no_secret() {
        let (issuer, mut asking) = asking();
        asking.conceal("SECRET", "obviously-fake");
        asking.conceal("CODE", "abc");
        let pairs = vec![
            ("client_secret".to_owned(), "obviously-fake".to_owned()),
            ("code".to_owned(), "abc".to_owned()),
            ("x".to_owned(), "$(id)`id`\"".to_owned()),
        ];
        let asked = Asked::post(issuer, pairs).field("Cookie", "session=obviously-fake");
        assert_eq!(
            asking.line(&asked),
            "curl -sS -i --path-as-is \"http://127.0.0.1:9\" -H \"Cookie: $COOKIES\" --data-urlencode \
             \"client_secret=${SECRET}\" --data-urlencode \"code=${CODE}\" --data-urlencode \
             \"x=\\$(id)\\`id\\`\\\"\""
        );
        assert!(asking.line(&Asked { is_of_user: true, ..asked }).starts_with('#'));
    }
}
