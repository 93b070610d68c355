//! What texts are meant to be.

use portcullis_policy::{InputPlace, RequestPlace};

use crate::pharmacy::{API, diagnostics, join, own};

#[test]
fn a_place_and_a_word() {
    let policy = "operations: { createOrder: { texts: { body./item: markdown } }, \"GET /orders/{id}\": { texts: { path.id: plain } } }\n";
    let model = join(&format!("{API}{policy}")).unwrap();
    let of = |name: &str| {
        let index = model.contract.operation_named(name).unwrap();
        let said = model.texts[index].iter();
        said.map(|one| (one.place.clone(), one.kind.word())).collect::<Vec<_>>()
    };
    let item = InputPlace::One(RequestPlace::Body("/item".to_owned()));
    assert_eq!(of("createOrder"), [(item, "markdown")]);
    let id = InputPlace::One(RequestPlace::Path("id".to_owned()));
    assert_eq!(of("GET /orders/{id}"), [(id, "plain")]);
    assert_eq!(of("listMedicines"), []);
    let index = model.contract.operation_named("createOrder").unwrap();
    assert!(model.lines.operations[index].texts.is_some());
}

#[test]
fn what_cannot_be_meant_is_an_error_at_its_line() {
    for (operation, texts, told) in [
        ("createOrder", "body./itme: markdown", "no request of `createOrder` has `body./itme`"),
        ("createOrder", "body./item/*: markdown", "has `body./item/*`"),
        ("createOrder", "query.q: prose", "has `query.q`"),
        ("createOrder", "names./item: prose", "`names./item` is no place in a request"),
        ("createOrder", "item: prose", "`item` is no place in a request"),
        ("createOrder", "body./item: markdwon", "did you mean `markdown`?"),
        ("GET /orders/{id}", "path.ids: plain", "did you mean `id`?"),
    ] {
        let policy =
            format!("{API}operations: {{ \"{operation}\": {{ texts: {{ {texts} }} }} }}\n");
        let failure = join(&policy).unwrap_err();
        let text = diagnostics(&failure.sources, &own(&failure.diagnostics));
        assert!(text.contains(told) && text.contains("portcullis.yaml:"), "{texts}: {text}");
    }
}
