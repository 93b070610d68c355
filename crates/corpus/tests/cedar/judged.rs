//! Both judges of one policy: the rules as the gateway asks them, and Cedar with what is printed of them.

use cedar_policy::{Authorizer, Decision, PolicySet, Schema, ValidationMode, Validator};
use portcullis_cedar::{Action, Vocabulary, policies, schema};
use portcullis_controls::Judgement;
use portcullis_controls::function_access::Expected;
use portcullis_controls::rules::{Asked, Object, Of, Purpose, Rules, Verdict};
use portcullis_json::{Document, Limits};
use portcullis_model::Caller;
use portcullis_policy::{InputPlace, Model, RequestPlace};
use serde_json::Value;

use crate::asked;
use crate::cases::Case;

pub(crate) struct Judges<'m> {
    vocabulary: Vocabulary<'m>,
    rules: Rules,
    printed: String,
    policies: PolicySet,
    schema: Schema,
}

/// What Cedar reads of what is printed, and its validator accepts, in strict mode.
pub(crate) fn accepted(vocabularies: &[Vocabulary<'_>]) -> (String, PolicySet, Schema) {
    let (printed, declared) = (policies(vocabularies), schema(vocabularies));
    let schema = match Schema::from_cedarschema_str(&declared) {
        Ok((schema, _)) => schema,
        Err(error) => panic!("{declared}\n{:?}", miette(&error)),
    };
    let policies: PolicySet =
        printed.parse().unwrap_or_else(|error| panic!("{printed}\n{:?}", miette(&error)));
    let judged = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
    let errors: Vec<String> = judged.validation_errors().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{printed}\n{declared}\n{errors:#?}");
    (printed, policies, schema)
}

fn miette(error: &dyn std::fmt::Display) -> String {
    error.to_string()
}

impl<'m> Judges<'m> {
    pub(crate) fn of(models: &'m [Model]) -> Self {
        let vocabularies = Vocabulary::of(models);
        let (printed, policies, schema) = accepted(&vocabularies);
        let rules = Rules::compile(&models[0].authorization);
        let vocabulary = vocabularies.into_iter().next().unwrap();
        Self { vocabulary, rules, printed, policies, schema }
    }

    pub(crate) fn actions(&self) -> &[Action] {
        &self.vocabulary.actions
    }

    /// Whether it is permitted; both must say the same.
    pub(crate) fn agree(&self, case: &Case, policy: &Value) -> bool {
        let action = &self.vocabulary.actions[case.operation];
        let resource = case.resource.map(|index| &self.vocabulary.resources[index]);
        let (request, entities) = asked::asked(case, action, resource, &self.schema);
        let answer = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        let errors: Vec<String> = answer.diagnostics().errors().map(ToString::to_string).collect();
        assert!(errors.is_empty(), "{}\n{case:#?}\n{errors:?}", self.printed);
        let theirs = answer.decision() == Decision::Allow;
        let ours = self.ours(case);
        assert_eq!(ours, theirs, "{}\n{policy:#}\n{case:#?}", self.printed);
        ours
    }

    fn ours(&self, case: &Case) -> bool {
        let said = |place: &RequestPlace| {
            let name = InputPlace::One(place.clone()).to_string();
            Some(case.said.get(&name).cloned().unwrap_or_default())
        };
        let model = self.vocabulary.model;
        let asked = Asked {
            model: &model.authorization,
            caller: Some(&case.caller),
            request: &said,
            limits: &[],
        };
        let Some(resource) = case.resource else {
            let caller = Caller::Verified(case.caller.clone().into());
            let expected = Expected::derive(model, case.operation);
            let judgement = expected.judge(&self.rules, &asked, &caller, case.operation, true);
            return matches!(judgement, Judgement::Pass(()));
        };
        let text = case.object.to_string();
        let document = Document::parse(text.into_bytes(), &Limits::default()).unwrap();
        let object = Object::whole(document.root(), case.held);
        let of = Of { operation: case.operation, resource, purpose: Purpose::Touch };
        matches!(self.rules.object(&asked, of, &object, true), Verdict::Permitted(_))
    }
}
