//! The keywords of a schema that look at one number or text.

use portcullis_model::{Diagnostic, Span};
use serde_json::{Map, Value as Data, json};

use super::decimal::{Decimal, is_same_number};
use super::formats::{Treatment, treatment};
use super::numbers::EXACT;
use super::options::Engine;
use super::slow::{self, SLOW_NAMES, SLOW_PATTERN};
use super::translate::{Position, Translator};
use crate::codes;
use crate::document::Node;
use crate::notes::shown;

impl<'a> Translator<'a, '_> {
    /// A bound. Where the nearest double is another number, its lexeme goes with it.
    pub(super) fn bound(
        &mut self,
        name: &str,
        keyword: Node<'a>,
        out: &mut Map<String, Data>,
    ) -> Option<Data> {
        let lexeme = keyword.as_number().unwrap_or_default();
        let one = Decimal::read("1");
        let number = keyword.to_number().filter(|_| {
            name != "multipleOf"
                || !lexeme.starts_with('-') && one.is_multiple_of(&Decimal::read(lexeme)).is_some()
        });
        let Some(number) = number else {
            self.fault(keyword.span(), format!("`{name}` cannot be this value"));
            return None;
        };
        if !is_same_number(lexeme, &number.to_string()) {
            let exact = out.entry(EXACT).or_insert_with(|| Map::new().into());
            if let Some(exact) = exact.as_object_mut() {
                exact.insert(name.to_owned(), lexeme.into());
            }
        }
        Some(number.into())
    }

    /// Values that others are compared with.
    pub(super) fn exact(&mut self, keyword: Node<'a>) -> Data {
        let data = keyword.to_data();
        if let Some(place) = first_inexact(keyword) {
            let message = "this number has more digits than values are compared in";
            self.fault(place.span(), message);
        }
        data
    }

    pub(super) fn format(&mut self, keyword: Node<'a>) -> Option<Data> {
        let name = keyword.as_str().unwrap_or_default();
        match treatment(name) {
            Treatment::Enforced => Some(name.into()),
            Treatment::Empty => None,
            Treatment::Unknown => {
                if self.definitions.unknown_formats.insert(name) {
                    let message =
                        format!("the format {} is not known: it is not enforced", shown(name));
                    self.notes.push(
                        Diagnostic::warning(&codes::FORMAT, message).at(keyword.span()).help(
                            "say what is meant with `pattern`, `enum`, `minLength` or `maxLength`",
                        ),
                    );
                }
                None
            }
        }
    }

    /// A pattern as the engine reads it that it needs: of texts, or of names, which the library matches.
    fn pattern(
        &mut self,
        pattern: &'a str,
        span: Span,
        is_of_text: bool,
    ) -> Option<(Engine, String)> {
        let found = self.definitions.patterns.engine(pattern);
        let found = found.map(|(engine, spelt)| (engine, spelt.to_owned()));
        match &found {
            Some((Engine::Linear, _)) => {}
            Some((Engine::Backtracking, spelt)) if is_of_text && slow::is_linear(spelt) => {}
            Some((Engine::Backtracking, _)) => {
                let message = format!(
                    "the pattern {} is not matched in linear time, but in bounded steps",
                    shown(pattern)
                );
                self.notes.warn(&codes::SLOW_PATTERN, span, message);
            }
            None => self.fault(
                span,
                format!(
                    "{} is no pattern, or too large, by itself or beside the others",
                    shown(pattern)
                ),
            ),
        }
        found
    }

    pub(super) fn text_pattern(
        &mut self,
        keyword: Node<'a>,
        out: &mut Map<String, Data>,
    ) -> Option<Data> {
        let pattern = keyword.as_str().unwrap_or_default();
        match self.pattern(pattern, keyword.span(), true)? {
            (Engine::Linear, spelt) => Some(spelt.into()),
            (Engine::Backtracking, spelt) => {
                out.insert(SLOW_PATTERN.to_owned(), spelt.into());
                None
            }
        }
    }

    pub(super) fn pattern_properties(
        &mut self,
        keyword: Node<'a>,
        position: &Position,
        out: &mut Map<String, Data>,
    ) -> Option<Data> {
        if !keyword.is_object() {
            self.wrong("patternProperties", keyword);
            return None;
        }
        let (mut all, mut slow) = (Map::new(), Vec::new());
        for (pattern, value) in keyword.members() {
            let (engine, spelt) = self.pattern(pattern.text, pattern.span, false)?;
            if engine == Engine::Backtracking {
                self.backtracks();
                slow.push(spelt.clone());
            }
            let schema = self.schema(value, position);
            // Two patterns may be one when they are spelt out: both schemas hold.
            let schema = match all.remove(&spelt) {
                Some(other) => json!({ "allOf": [other, schema] }),
                None => schema,
            };
            all.insert(spelt, schema);
        }
        if !slow.is_empty() {
            out.insert(SLOW_NAMES.to_owned(), slow.into());
        }
        Some(Data::Object(all))
    }
}

/// The first number inside a value that no double holds.
fn first_inexact(value: Node<'_>) -> Option<Node<'_>> {
    match value.as_number() {
        Some(lexeme) => {
            let number = value.to_number().map(|number| number.to_string()).unwrap_or_default();
            (!is_same_number(lexeme, &number)).then_some(value)
        }
        None if value.is_object() => value.members().find_map(|(_, member)| first_inexact(member)),
        None => value.items().find_map(first_inexact),
    }
}
