//! An earlier model is believed as it was written, and not otherwise.

use portcullis_threat::diff::Baseline;

use crate::shop::{CONTRACT, NOW, alone, found, read, written};

fn refused(text: &str) -> String {
    Baseline::from_json(text.as_bytes()).unwrap_err()
}

#[test]
fn a_newer_form_is_refused_with_words_and_what_is_no_model_too() {
    let mut value = written(&alone(CONTRACT, ""));
    let newer = portcullis_threat::forms::VERSION + 1;
    value["version"] = newer.into();
    value["threats"] = "of another kind".into();
    let why = refused(&value.to_string());
    assert!(why.contains(&format!("form {newer}")) && why.contains("newer Portcullis"), "{why}");
    for text in ["", "{}", "[]", "null", "{\"format\":\"portcullis-threats\"}", "{\"format\":1}"] {
        assert!(Baseline::from_json(text.as_bytes()).is_err(), "{text}");
    }
    let deep =
        format!("{{\"format\":\"portcullis-threats\",\"version\":1,\"x\":{}", "[".repeat(1 << 20));
    assert!(Baseline::from_json(deep.as_bytes()).is_err());
}

#[test]
fn what_somebody_changed_is_refused_where_its_digest_stands() {
    let value = written(&alone(CONTRACT, ""));
    let text = format!("{value:#}\n");
    let last = text.lines().count() - 1;
    for (from, to) in [
        ("\"open\": true", "\"open\": false"),
        ("\"state\": \"missing\"", "\"state\": \"configured\""),
        ("\"reach\": \"every caller\"", "\"reach\": \"anyone\""),
        ("\"gateway\": false", "\"gateway\": true"),
        ("\"title\": \"Shop\"", "\"title\": \"Shops\""),
        ("\"rule\": \"others-objects-read\"", "\"rule\": \"x\""),
        ("\"questions\": []", "\"questions\": [1]"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let why = refused(&changed);
        assert!(why.starts_with(&format!("line {last}: it is not as it was written")), "{why}");
    }
    // How it is spaced is no change.
    assert_eq!(read(&value), Baseline::from_json(text.as_bytes()).unwrap());
}

#[test]
fn what_has_no_digest_or_another_is_refused() {
    let mut value = written(&alone(CONTRACT, ""));
    for digest in [serde_json::Value::Null, "".into(), "0".repeat(64).into()] {
        value["digest"] = digest;
        assert!(refused(&value.to_string()).contains("`digest`"));
    }
    value.as_object_mut().unwrap().remove("digest");
    let why = refused(&value.to_string());
    assert_eq!(why, "it has no `digest`, by which a change of it would be seen");
}

#[test]
fn a_threat_or_an_element_that_is_there_twice_is_refused() {
    let mut model = alone(CONTRACT, "");
    model.threats.push(model.threats[0].clone());
    let name = model.name(&model.threats[0]);
    let text = format!("{:#}", written(&model));
    let why = refused(&text);
    let line = why.strip_prefix("line ").and_then(|rest| rest.split(':').next()).unwrap();
    let told = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
    assert!(told.contains(&name) && why.ends_with(&format!("the threat `{name}` twice")), "{why}");
    let mut model = alone(CONTRACT, "");
    model.system.entries.push(model.system.entries[0].clone());
    assert_eq!(
        refused(&written(&model).to_string()),
        "it has the element `entry/get-orders` twice"
    );
}

#[test]
fn a_model_of_another_api_or_of_one_with_nothing_in_front_is_not_compared() {
    let of =
        |contract: &str, is_in_front| Baseline::of(&found(contract, "", is_in_front, &[]), NOW);
    let other = CONTRACT.replace("title: Shop", "title: Bank");
    let why = of(&other, true).fits(&of(CONTRACT, true)).unwrap_err();
    assert!(why.contains("`Bank`") && why.contains("`Shop`"), "{why}");
    let why = of(CONTRACT, false).fits(&of(CONTRACT, true)).unwrap_err();
    assert!(why.contains("the API alone"), "{why}");
    for is_in_front in [false, true] {
        assert_eq!(of(CONTRACT, true).fits(&of(CONTRACT, is_in_front)), Ok(()));
    }
}
