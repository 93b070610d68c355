//! What shows that an attack succeeded?

use portcullis_policy::Verb;
use serde_json::{Map, Value, json};

use super::Generator;
use super::canary::Canary;
use super::shown::{member, shown};

/// Where the state of an object is kept until it is looked at again.
const STATE: &str = "state";

/// Steps and conditions that judge an attack.
#[derive(Debug, Clone, Default)]
pub(super) struct Judge {
    /// What it is called in the attack's name.
    pub(super) word: &'static str,
    pub(super) before: Vec<Value>,
    /// Before the honest request, and behind it.
    pub(super) around: (Vec<Value>, Vec<Value>),
    /// What the honest answer must be like.
    pub(super) expect: Vec<Value>,
    pub(super) look: Vec<Value>,
    pub(super) harm: Vec<Value>,
}

impl Judge {
    /// Whether it looks at what became of the object, and not at the answer.
    pub(super) const fn is_of_effect(&self) -> bool {
        !self.look.is_empty()
    }
}

impl Generator<'_> {
    /// By the object itself, which its owner reads before and after: it is another one, or gone. That it would
    /// have stayed as it is otherwise is a part of the positive control.
    pub(super) fn by_effect(&self, canary: &Canary, owner: &str) -> Result<Judge, String> {
        let reading = self.reading(canary, owner)?.step;
        let with = |key: &str, value: Value| {
            let mut step: Map<String, Value> = reading.clone();
            step.insert(key.to_owned(), value);
            Value::Object(step)
        };
        let mut first = reading.clone();
        first.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        first.insert("save".to_owned(), json!({ STATE: "" }));
        let state = format!("${{{STATE}}}");
        let changed =
            json!([{ "status": ["2xx", "404", "410"] }, { "json": "", "differs": state }]);
        let mut look = reading.clone();
        look.remove("at_api");
        Ok(Judge {
            word: "effect",
            before: vec![Value::Object(first)],
            around: (
                vec![with("expect", json!([{ "json": "", "equals": state }]))],
                vec![with("expect", changed.clone())],
            ),
            expect: vec![json!({ "status": "2xx" })],
            look: vec![Value::Object(look)],
            harm: changed.as_array().cloned().unwrap_or_default(),
        })
    }

    /// By the answer: it shows the object, or, where nothing in it could be known again, is a success.
    pub(super) fn by_answer(
        &self,
        operation: usize,
        canary: &Canary,
        several: bool,
    ) -> Result<Judge, String> {
        let contract = &self.model.contract;
        let declared = contract.operation(operation).ok_or("it is not there")?;
        let resource = self.resource(canary.resource)?;
        let touched = self.model.authorization.operations.get(operation);
        let shows = touched.is_some_and(|touched| touched.shows.contains(&canary.resource));
        let lists = touched.is_some_and(|one| one.verb(canary.resource) == Some(Verb::List));
        let mut harm = vec![json!({ "status": "2xx" })];
        let place = shown(contract, declared, resource);
        let id = place.as_ref().and_then(|shown| {
            let mut ids = resource.ids.iter().enumerate();
            let (place, id) = ids.find(|(place, id)| {
                canary.id(*place).is_some() && member(contract, shown.shape, id).is_some()
            })?;
            Some((format!("{}{id}", shown.at), canary.id(place)?))
        });
        let is_in_list = place.as_ref().is_some_and(|shown| shown.is_list);
        let is_list = lists || several || place.is_none() || is_in_list;
        match (&canary.known_by, id) {
            (_, Some((at, id))) if !is_list => {
                harm.push(json!({ "json": at, "equals": format!("${{{id}}}") }));
            }
            (Some(word), _) if is_list && shows => harm.push(json!({ "contains": word })),
            // A number stands in too many answers, but not in the ids of the items.
            (None, Some((at, id))) if is_in_list && shows => {
                harm.push(json!({ "json": at, "equals": format!("${{{id}}}") }));
            }
            _ if is_list && shows => {
                return Err(format!("nothing in a list tells one {} from another", resource.name));
            }
            _ => {}
        }
        Ok(Judge { word: "answer", expect: harm.clone(), harm, ..Judge::default() })
    }
}

/// By a success alone.
pub(super) fn by_status() -> Judge {
    let success = vec![json!({ "status": "2xx" })];
    Judge { word: "call", expect: success.clone(), harm: success, ..Judge::default() }
}
