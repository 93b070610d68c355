//! Which operations does a step ask for?

use portcullis_contract::{CanonicalPath, Find, Operation};
use portcullis_model::Method;
use portcullis_policy::Model;

use crate::form::{Attack, Step};
use crate::variables::named_one;

/// The names of the operations that steps ask for, in the order in which they do, each once. What the document does
/// not have is asked for, too, and has no name.
pub(crate) fn operations<'a>(steps: impl Iterator<Item = &'a Step>, model: &Model) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in steps {
        let line = step.send.as_deref().or_else(|| step.raw.as_deref()?.lines().next());
        let Some(name) = line.and_then(|line| operation(line, model)) else { continue };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The names of the operations that an attack is aimed at: whose answers its harm looks at, and where that stands in an
/// answer of the API itself, or in none, the last one that it asks.
pub(crate) fn aims(attack: &Attack, model: &Model) -> Vec<String> {
    let own = || attack.attack.iter().map(|step| &step.value);
    let last = own().next_back();
    let named = |name: &str| own().find(|step| step.name.as_deref() == Some(name));
    let meant = attack.harm.iter().map(|condition| {
        let step = condition.value.step.as_deref().and_then(named);
        step.or(last)
    });
    operations(meant.flatten().filter(|step| !step.at_api), model)
}

/// The operation of a request line: method and target, and perhaps a version.
fn operation(line: &str, model: &Model) -> Option<String> {
    let mut words = line.split(' ');
    let method = Method::from_name(words.next()?)?;
    // What earlier answers told stands in the place of an id, where any text is as good.
    let target = named_one(words.next()?, "1");
    let path = target.split(['?', '#']).next()?;
    let path = CanonicalPath::parse(path).ok()?.behind(&model.base_path)?;
    match model.contract.find(method, &path) {
        Find::Operation(index) => model.contract.operation(index).map(Operation::name),
        Find::OtherMethods(_) | Find::NotServed(_) | Find::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use portcullis_model::{Clock, UnixMillis};

    use super::*;
    use crate::check::Against;
    use crate::form::Document;
    use crate::place::sample_model;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> UnixMillis {
            UnixMillis(1_790_000_000_000)
        }
    }

    fn step(send: &str) -> Step {
        Step { send: Some(send.to_owned()), ..Step::default() }
    }

    #[test]
    fn operations_are_found_as_the_gateway_finds_them() {
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let nowhere = ([127, 0, 0, 1], 9).into();
        let model = sample_model(Document::Honest, None, nowhere, &clock).unwrap();
        let raw = Step {
            raw: Some("GET /api/medicines HTTP/1.1\r\nHost: a\r\n\r\n".to_owned()),
            ..Step::default()
        };
        let steps = [
            step("GET /api/orders/${id}?x=${y}"),
            step("DELETE /api/orders/7"),
            step("GET /api/orders/8"),
            step("GET /api/debug/env"),
            step("BREW /api/orders/7"),
            step("GET http://elsewhere/"),
            raw,
        ];
        let names = operations(steps.iter(), &model);
        assert_eq!(names, ["getOrder", "cancelOrder", "listMedicines"]);
    }

    #[test]
    fn an_attack_is_aimed_at_what_its_harm_looks_at_and_not_at_all_that_it_asks() {
        let clock: Arc<dyn Clock> = Arc::new(Still);
        let nowhere = ([127, 0, 0, 1], 9).into();
        let model = sample_model(Document::Honest, None, nowhere, &clock).unwrap();
        let steps = "- { name: first, send: GET /api/orders/4, as: alice }\n  - { send: GET /api/medicines, as: alice }";
        for (more, harm, aims) in [
            ("", "[{ status: 200 }]", vec!["listMedicines"]),
            ("", "[{ in: first, status: 200 }]", vec!["getOrder"]),
            (
                "",
                "[{ in: first, status: 200 }, { status: 200 }]",
                vec!["getOrder", "listMedicines"],
            ),
            (
                "look:\n  - { name: after, send: GET /api/orders/5, as: bob }\n",
                "[{ in: after, status: 404 }]",
                vec!["listMedicines"],
            ),
        ] {
            let text = format!(
                "id: own\nitem: A1\ncontrol: object_ownership\ncwe: 639\nthreats: [others-objects-read]\n\
                 title: a\nhonest: [{{ send: GET /api/medicines, expect: [{{ status: 200 }}] }}]\n\
                 attack:\n  {steps}\n{more}harm: {harm}\n"
            );
            let attack = crate::read::attack("own", &text, Against::Sample).unwrap();
            assert_eq!(super::aims(&attack, &model), aims, "{harm}");
        }
    }
}
