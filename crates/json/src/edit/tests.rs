//! Edits, one by one.

mod sequence;

use super::*;
use crate::{Limits, Number, Value};

fn read(text: &str) -> Document {
    Document::parse(text.into(), &Limits::default()).unwrap()
}

fn written(document: &Document) -> String {
    let mut out = Vec::new();
    document.write(&mut out);
    String::from_utf8(out).unwrap()
}

fn string(text: &str) -> Scalar {
    Scalar::String(text.to_owned())
}

#[test]
fn a_dropped_member_is_gone_until_it_is_restored() {
    let mut document = read(r#"{"keep": 1, "role": "staff", "list": [1, 2]}"#);
    let role = document.root().get("role").unwrap().index();
    let second = document.root().lookup("/list/1").unwrap().index();
    document.drop_value(role);
    document.drop_value(second);
    document.drop_value(role);
    assert!(document.root().get("role").is_none());
    assert_eq!(document.root().len(), 2);
    assert_eq!(document.root().get("list").unwrap().len(), 1);
    assert_eq!(written(&document), r#"{"keep":1,"list":[1]}"#);
    document.restore_all();
    assert_eq!(document.root().len(), 3);
    assert!(!document.is_edited());
}

#[test]
fn the_root_cannot_be_dropped() {
    let mut document = read("[]");
    document.drop_value(0);
    assert!(document.root().is_array());
    assert!(!document.is_edited());
}

#[test]
fn a_scalar_stands_in_the_place_of_a_value_of_any_kind() {
    let text = r#"{"s":"\n","n":1.50,"o":{"x":[1]},"a":[1,{"y":2}],"t":true,"z":null}"#;
    let mut document = read(text);
    let index = |document: &Document, name: &str| document.root().get(name).unwrap().index();
    for (name, scalar) in [
        ("s", Scalar::Number(Number::read("-1.0e2").unwrap())),
        ("n", string("a \"quoted\"\nline")),
        ("o", Scalar::Bool(false)),
        ("a", Scalar::Null),
        ("t", Scalar::Number(Number::from(7))),
        ("z", Scalar::Bool(true)),
    ] {
        let at = index(&document, name);
        document.replace_value(at, &scalar).unwrap();
        let value = document.root().get(name).unwrap();
        assert_eq!((value.kind(), value.lexeme()), (scalar.kind(), scalar.characters()), "{name}");
        assert_eq!((value.len(), value.members().count(), value.items().count()), (0, 0, 0));
        assert!(value.span().is_empty());
    }
    assert_eq!(
        written(&document),
        r#"{"s":-1.0e2,"n":"a \"quoted\"\nline","o":false,"a":null,"t":7,"z":true}"#
    );
    assert_eq!(document.root().get("n").and_then(Value::as_str), Some("a \"quoted\"\nline"));
    assert_eq!(document.root().get("t").and_then(Value::as_number), Some("7"));
    assert_eq!(document.root().get("z").and_then(Value::as_bool), Some(true));
    assert_eq!(document.text(), text, "the text stays as it was read");
    document.restore_all();
    assert_eq!(written(&document), text);
    assert!(!document.is_edited());
}

#[test]
fn a_replaced_root_is_the_whole_value() {
    let mut document = read(r#"{"a":[1]}"#);
    document.replace_value(0, &string("gone")).unwrap();
    assert!(document.is_edited());
    assert_eq!(written(&document), r#""gone""#);
    assert_eq!(document.insert_member(0, "b", &Scalar::Null), Err(NotEdited::NotAnObject));
}

#[test]
fn a_dropped_value_stays_dropped_whatever_is_put_in_its_place() {
    let mut document = read(r#"{"secret":"s","o":{},"k":1}"#);
    let secret = document.root().get("secret").unwrap().index();
    let object = document.root().get("o").unwrap().index();
    document.drop_value(secret);
    document.replace_value(secret, &Scalar::Bool(true)).unwrap();
    document.drop_value(object);
    document.insert_member(object, "in", &Scalar::Null).unwrap();
    assert_eq!(written(&document), r#"{"k":1}"#);
    document.restore_all();
    assert_eq!(written(&document), r#"{"secret":"s","o":{},"k":1}"#);
}

#[test]
fn an_added_member_stands_behind_the_last_and_is_like_any_other() {
    let mut document = read(r#"{"a":{"x":1},"e":{}}"#);
    let a = document.root().get("a").unwrap().index();
    let e = document.root().get("e").unwrap().index();
    let over_21 = document.insert_member(a, "over_21", &Scalar::Bool(true)).unwrap();
    document.insert_member(e, "last \"four\"", &string("4242")).unwrap();
    document.insert_member(a, "y", &Scalar::Null).unwrap();
    assert_eq!(
        written(&document),
        r#"{"a":{"x":1,"over_21":true,"y":null},"e":{"last \"four\"":"4242"}}"#
    );
    let root = document.root();
    assert_eq!(root.lookup("/a/over_21").map(Value::index), Some(over_21));
    assert_eq!(
        (root.len(), root.lookup("/a").unwrap().len(), root.lookup("/e").unwrap().len()),
        (2, 3, 1)
    );
    assert_eq!(document.node_count(), 7, "as it was read");
    document.replace_value(over_21, &Scalar::Bool(false)).unwrap();
    assert_eq!(
        written(&document),
        r#"{"a":{"x":1,"over_21":false,"y":null},"e":{"last \"four\"":"4242"}}"#
    );
    document.drop_value(over_21);
    assert_eq!(written(&document), r#"{"a":{"x":1,"y":null},"e":{"last \"four\"":"4242"}}"#);
    document.restore_all();
    assert_eq!(written(&document), r#"{"a":{"x":1},"e":{}}"#);
    assert!(document.root().get("over_21").is_none());
}

#[test]
fn a_name_is_given_once() {
    let mut document = read(r#"{"n\u0061me":1}"#);
    let known = document.root().get("name").unwrap().index();
    assert_eq!(document.insert_member(0, "name", &Scalar::Null), Err(NotEdited::NameTaken));
    assert!(!document.is_edited(), "a refused edit is none");
    document.drop_value(known);
    let added = document.insert_member(0, "name", &string("n")).unwrap();
    assert_eq!(document.insert_member(0, "name", &Scalar::Null), Err(NotEdited::NameTaken));
    document.drop_value(added);
    document.insert_member(0, "name", &Scalar::Null).unwrap();
    assert_eq!(written(&document), r#"{"name":null}"#);
}

#[test]
fn names_and_what_is_not_there_are_no_values() {
    let mut document = read(r#"{"a":[1]}"#);
    let name = document.root().members().next().unwrap().0.index();
    document.drop_value(name);
    assert!(!document.is_edited());
    let added = document.insert_member(0, "b", &Scalar::Null).unwrap();
    assert!(document.is_edited());
    for index in [name, 4, u32::MAX, added - 1, added + 1] {
        assert_eq!(document.replace_value(index, &Scalar::Null), Err(NotEdited::NoSuchValue));
        document.drop_value(index);
    }
    assert_eq!(document.insert_member(4, "c", &Scalar::Null), Err(NotEdited::NoSuchValue));
    assert_eq!(document.insert_member(2, "c", &Scalar::Null), Err(NotEdited::NotAnObject));
    assert_eq!(written(&document), r#"{"a":[1],"b":null}"#);
}

#[test]
fn no_more_is_added_to_an_object_than_can_be_compared() {
    let mut document = read("{}");
    for place in 0..ADDED_TO_OBJECT_MAX {
        document.insert_member(0, &place.to_string(), &Scalar::Null).unwrap();
    }
    assert_eq!(document.insert_member(0, "more", &Scalar::Null), Err(NotEdited::TooMuch));
    assert_eq!(document.root().len(), ADDED_TO_OBJECT_MAX);
}

#[test]
fn nothing_that_was_put_in_is_left_when_all_is_restored() {
    let mut document = read(r#"{"a":"\t"}"#);
    document.insert_member(0, "n\0l", &string("\0")).unwrap();
    assert!(document.contains_nul());
    document.restore_all();
    assert!(!document.contains_nul());
    assert_eq!(document.unescaped, "\t");
}
