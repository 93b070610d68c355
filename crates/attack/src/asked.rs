//! Which operations does a step ask for?

use portcullis_contract::{CanonicalPath, Find, Operation};
use portcullis_model::Method;
use portcullis_policy::Model;

use crate::form::Step;
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
}
