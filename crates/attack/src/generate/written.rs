//! How does an attack look that writes one property?

use portcullis_policy::Hidden;
use serde_json::{Map, Value, json};

use super::Generator;
use super::body::CHANGED;
use super::danger::Danger;
use super::draft::Draft;
use super::kind::Kind;
use super::properties::are_closed;
use super::request::Wanted;
use super::stage::{MADE, Sight, Stage};

/// A property, and what is written there.
pub(super) struct Written {
    pub(super) at: String,
    pub(super) value: Value,
    pub(super) kind: Kind,
    /// What is done, in a word.
    pub(super) act: String,
    /// What comes before, beside what the object needs.
    pub(super) before: Vec<Value>,
    /// By which step it is seen afterwards; none: by the same as before.
    pub(super) look: Option<Map<String, Value>>,
}

impl Generator<'_> {
    /// The honest body, and the same with the property; then a look at what is there.
    pub(super) fn writing(
        &self,
        stage: &Stage<'_>,
        sight: &Sight,
        masks: &[&Hidden],
        property: Written,
    ) -> Result<Draft, String> {
        let is_theirs = |name: &str| {
            let at = format!("/{name}");
            at != property.at && !are_closed(masks, &at)
        };
        let write = |members| {
            let wanted = Wanted {
                by: Some(&stage.person.name),
                objects: stage.objects.clone(),
                members,
                mark: Some((CHANGED, &is_theirs)),
                may_say: Some(&is_theirs),
            };
            let mut step = self.requests.write(stage.operation, &wanted)?.step;
            if let Some(at) = &stage.made_at {
                step.insert("save".to_owned(), json!({ MADE: at }));
            }
            Ok::<_, String>(step)
        };
        let at = format!("{}{}", sight.at, property.at);
        let has = |test: &str| json!([{ "status": "2xx" }, { "json": at, test: property.value }]);
        let mut honest = vec![write(Vec::new())?];
        honest.extend(sight.step.clone());
        if let [first, .., _] = honest.as_mut_slice() {
            first.insert("expect".to_owned(), json!([{ "status": "2xx" }]));
        }
        if let Some(last) = honest.last_mut() {
            last.insert("expect".to_owned(), has("differs"));
        }
        let attack = write(vec![(property.at.clone(), property.value.clone())])?;
        let look = property.look.clone().or_else(|| sight.step.clone()).map(|mut step| {
            step.remove("at_api");
            Value::Object(step)
        });
        Ok(Draft {
            worst: (!stage.object.is_made).then_some(Danger::Changes),
            operation: stage.operation,
            name: self.name(stage.operation),
            kind: property.kind,
            by: Some(stage.person.name.clone()),
            harm: has("equals").as_array().cloned().unwrap_or_default(),
            act: property.act,
            at: Some(property.at),
            before: stage.before.iter().cloned().chain(property.before).collect(),
            honest: honest.into_iter().map(Value::Object).collect(),
            attack: vec![Value::Object(attack)],
            look: look.into_iter().collect(),
        })
    }
}
