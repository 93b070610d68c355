//! Documents in which one value leads to more than anybody can count.

use portcullis_model::{Sources, UnixMillis};

use crate::{Input, InputPlace, Model, Overrides};

/// Schemas of which each leads to three others, and operations that take each.
fn document(schemas: usize) -> String {
    let mut text = String::from("openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths:\n");
    for at in 0..schemas {
        text.extend([format!(
            "  /a{at}:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: \
             '#/components/schemas/S{at}' }} }} }} }}\n      responses: {{ '204': {{ description: d }} }}\n"
        )]);
    }
    text.push_str("components:\n  schemas:\n");
    for at in 0..schemas {
        let to = |step: usize| format!("#/components/schemas/S{}", (at + step) % schemas);
        text.extend([format!(
            "    S{at}: {{ type: object, properties: {{ a: {{ $ref: '{}' }}, b: {{ $ref: '{}' }}, c: {{ $ref: '{}' }}, \
             d: {{ $ref: '{}' }}, e: {{ $ref: '{}' }}, order_id: {{ type: string }} }} }}\n",
            to(1),
            to(2),
            to(3),
            to(4),
            to(5)
        )]);
    }
    text
}

#[test]
fn schemas_that_lead_to_one_another_in_many_ways_end_and_are_not_decided() {
    let mut sources = Sources::default();
    let contract = sources.add("openapi.yaml", document(50));
    let policy = "apis: [{ contract: openapi.yaml, upstream: \"http://127.0.0.1:3000\" }]\n";
    let policy = Some(sources.add("portcullis.yaml", policy));
    let (folder, overrides) = (std::path::PathBuf::new(), Overrides::default());
    let input = Input { sources, contract, policy, folder, overrides, now: UnixMillis(0) };
    let model = Model::join(input).unwrap();
    for touches in &model.authorization.operations {
        assert_eq!(touches.undecided.first(), Some(&InputPlace::Names("/".to_owned())));
    }
}
