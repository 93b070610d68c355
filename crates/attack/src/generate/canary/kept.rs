//! What is remembered of an object that an answer shows?

use portcullis_contract::Types;
use portcullis_policy::Resource;
use serde_json::{Map, Value, json};

use super::super::Generator;
use super::super::body::MARK;
use super::super::shown::{Shown, member};
use super::Canary;

impl Generator<'_> {
    /// The canary that a step leads to, with what is saved of its answer.
    pub(super) fn kept(
        &self,
        (index, resource, from): (usize, &Resource, usize),
        mut step: Map<String, Value>,
        mut steps: Vec<Value>,
        shown: &Shown,
        (prefix, is_marked): (&str, bool),
    ) -> Canary {
        let mut save = Map::new();
        let mut ids = Vec::new();
        let mut known_by = is_marked.then(|| MARK.to_owned());
        for (place, id) in resource.ids.iter().enumerate() {
            let declared = member(&self.model.contract, shown.shape, id);
            let variable = format!("{prefix}_id{place}");
            if let Some(shape) = declared {
                save.insert(variable.clone(), json!(format!("{}{id}", shown.first())));
                let types = self.model.contract.shapes.get(shape).types;
                let is_text = !types.intersects(Types::NUMBER) && types.intersects(Types::STRING);
                if known_by.is_none() && is_text {
                    known_by = Some(format!("${{{variable}}}"));
                }
            }
            ids.push(declared.map(|_| variable));
        }
        let mut owners = Vec::new();
        for (place, owner) in resource.owners.iter().enumerate() {
            if member(&self.model.contract, shown.shape, &owner.at).is_some() {
                let variable = format!("{prefix}_owner{place}");
                save.insert(variable.clone(), json!(format!("{}{}", shown.first(), owner.at)));
                owners.push((owner.at.clone(), variable));
            }
        }
        step.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        step.insert("save".to_owned(), Value::Object(save));
        steps.push(Value::Object(step));
        Canary { resource: index, from, steps, ids, owners, is_made: true, known_by }
    }
}
