//! What callers' own answers said of them: a value is set once. A second one, or one value that two
//! callers claim, makes it unknown (rule 2).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_model::Value;

/// Attributes of callers that are known at a time; more are not learned.
const FACTS_MAX: usize = 200_000;

/// A caller of an API, and what is learned of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Of {
    pub(crate) api: Arc<str>,
    pub(crate) issuer: Arc<str>,
    pub(crate) subject: Arc<str>,
    /// The rule that says it: what another rule said before a reload is another thing.
    pub(crate) source: Arc<str>,
}

/// What was learned.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    facts: Mutex<Facts>,
}

#[derive(Debug, Default)]
struct Facts {
    of: HashMap<Of, Fact>,
    /// Whose a value is, by API, rule and value.
    whose: HashMap<(Arc<str>, Arc<str>, String), Of>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Fact {
    Known(Value),
    /// It cannot be known any more.
    Contradicted,
}

/// What became of something that an answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lesson {
    New,
    Known,
    /// It contradicts what was known, of this caller or of another one: it is known of neither now.
    Contradiction,
    /// There is no room for more.
    Full,
}

impl Learned {
    /// An answer to a caller said this.
    pub(crate) fn learn(&self, of: Of, value: Value) -> Lesson {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let claim = (of.api.clone(), of.source.clone(), spelled(&value));
        let other = facts.whose.get(&claim).filter(|known| **known != of).cloned();
        if let Some(other) = other {
            facts.of.insert(other, Fact::Contradicted);
            if facts.of.len() < FACTS_MAX {
                facts.of.insert(of, Fact::Contradicted);
            }
            return Lesson::Contradiction;
        }
        match facts.of.get(&of) {
            Some(Fact::Known(known)) if *known == value => return Lesson::Known,
            Some(_) => {
                facts.of.insert(of, Fact::Contradicted);
                return Lesson::Contradiction;
            }
            None => {}
        }
        if facts.of.len() >= FACTS_MAX {
            return Lesson::Full;
        }
        facts.whose.insert(claim, of.clone());
        facts.of.insert(of, Fact::Known(value));
        Lesson::New
    }

    /// What is known.
    pub(crate) fn known(&self, of: &Of) -> Option<Value> {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        match facts.of.get(of) {
            Some(Fact::Known(value)) => Some(value.clone()),
            Some(Fact::Contradicted) | None => None,
        }
    }
}

/// One spelling for one value: the number 7 and the text "7" name the same thing to an API.
fn spelled(value: &Value) -> String {
    value.texts().collect::<Vec<_>>().join("\u{0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str) -> Of {
        Of {
            api: "shop".into(),
            issuer: "https://login.example".into(),
            subject: subject.into(),
            source: "customer_id of getProfile /id".into(),
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn a_value_is_set_once_and_a_second_one_makes_it_unknown_for_good() {
        let learned = Learned::default();
        assert_eq!(learned.learn(of("alice"), text("7")), Lesson::New);
        assert_eq!(learned.learn(of("alice"), text("7")), Lesson::Known);
        assert_eq!(learned.known(&of("alice")), Some(text("7")));
        assert_eq!(learned.learn(of("alice"), text("8")), Lesson::Contradiction);
        assert_eq!(learned.learn(of("alice"), text("7")), Lesson::Contradiction);
        assert_eq!(learned.known(&of("alice")), None);
    }

    #[test]
    fn one_value_that_two_callers_claim_is_known_of_neither() {
        let learned = Learned::default();
        learned.learn(of("alice"), text("7"));
        assert_eq!(learned.learn(of("mallory"), Value::Number("7".into())), Lesson::Contradiction);
        assert_eq!(learned.known(&of("alice")), None);
        assert_eq!(learned.known(&of("mallory")), None);
        assert_eq!(learned.learn(of("bob"), text("9")), Lesson::New);
    }
}
