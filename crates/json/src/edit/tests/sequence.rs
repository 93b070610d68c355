//! Edits in any sequence, beside another library's value that is edited likewise.

use proptest::prelude::*;

use super::*;

type Model = serde_json::Value;

/// Whole numbers only: their spelling is the same on both sides.
fn json() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        Just(Model::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[a\\PC\n\"]{0,4}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((name(), inner), 0..6)
                .prop_map(|members| Model::Object(members.into_iter().collect())),
        ]
    })
}

/// Few, so that they meet.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("a"), Just("b"), Just("\""), Just(""), Just("é\n")].prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        Just(Scalar::Null),
        any::<bool>().prop_map(Scalar::Bool),
        any::<u64>().prop_map(|number| Scalar::Number(number.into())),
        "[a\\PC\0\"]{0,4}".prop_map(Scalar::String),
    ]
}

#[derive(Debug, Clone)]
enum Edit {
    Drop,
    Replace(Scalar),
    Insert(String, Scalar),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        Just(Edit::Drop),
        scalar().prop_map(Edit::Replace),
        (name(), scalar()).prop_map(|(name, scalar)| Edit::Insert(name, scalar)),
    ]
}

/// The same value for the other library.
fn model_of(scalar: &Scalar) -> Model {
    match scalar {
        Scalar::String(text) => text.as_str().into(),
        other => serde_json::from_str(other.characters()).unwrap(),
    }
}

/// What can be seen at `value` and below it, as places in the model.
fn places(value: Value<'_>, at: &str, found: &mut Vec<(u32, String)>) {
    found.push((value.index(), at.to_owned()));
    for (name, member) in value.members() {
        let token = name.as_str().unwrap().replace('~', "~0").replace('/', "~1");
        places(member, &format!("{at}/{token}"), found);
    }
    for (place, item) in value.items().enumerate() {
        places(item, &format!("{at}/{place}"), found);
    }
}

/// Edits the model as the document; says what the document is to answer, where anything is seen.
fn edit_model(model: &mut Model, at: &str, edit: &Edit) -> Option<NotEdited> {
    match edit {
        Edit::Drop => {
            let (parent, token) = at.rsplit_once('/')?;
            match model.pointer_mut(parent).unwrap() {
                Model::Object(members) => drop(members.shift_remove(token)),
                Model::Array(items) => drop(items.remove(token.parse().unwrap())),
                other => panic!("{other} has no parts"),
            }
            None
        }
        Edit::Replace(scalar) => {
            *model.pointer_mut(at).unwrap() = model_of(scalar);
            None
        }
        Edit::Insert(name, scalar) => match model.pointer_mut(at).unwrap() {
            Model::Object(members) if members.contains_key(name) => Some(NotEdited::NameTaken),
            Model::Object(members) => {
                members.insert(name.clone(), model_of(scalar));
                None
            }
            _ => Some(NotEdited::NotAnObject),
        },
    }
}

fn edit_document(document: &mut Document, index: u32, edit: &Edit) -> Option<NotEdited> {
    match edit {
        Edit::Drop => {
            document.drop_value(index);
            None
        }
        Edit::Replace(scalar) => document.replace_value(index, scalar).err(),
        Edit::Insert(name, scalar) => document.insert_member(index, name, scalar).err(),
    }
}

/// What is read, as the other library's value.
fn seen(value: Value<'_>) -> Model {
    match value.kind() {
        Kind::Null => Model::Null,
        Kind::True | Kind::False => value.as_bool().unwrap().into(),
        Kind::Number => serde_json::from_str(value.as_number().unwrap()).unwrap(),
        Kind::String => value.as_str().unwrap().into(),
        Kind::Array => {
            assert_eq!(value.len(), value.items().count());
            value.items().map(seen).collect()
        }
        Kind::Object => {
            assert_eq!(value.len(), value.members().count());
            let members = value.members();
            members.map(|(name, value)| (name.as_str().unwrap().to_owned(), seen(value))).collect()
        }
    }
}

proptest! {
    #[test]
    fn after_any_edits_what_is_seen_and_written_is_what_they_say(
        value in json(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), edit()), 0..24),
    ) {
        let text = serde_json::to_string(&value).unwrap();
        let mut document = read(&text);
        let mut model = value;
        for (pick, among_all, edit) in &edits {
            let mut visible = Vec::new();
            places(document.root(), "", &mut visible);
            if *among_all {
                // Also names, what is gone, and what was added.
                let index = pick.index(document.nodes.len() + document.edits.added.len()) as u32;
                let read = document.nodes.len() as u32;
                let index = if index < read { index } else { ADDED + index - read };
                if let Some((_, at)) = visible.iter().find(|(known, _)| *known == index) {
                    let expected = edit_model(&mut model, at, edit);
                    prop_assert_eq!(edit_document(&mut document, index, edit), expected);
                } else {
                    edit_document(&mut document, index, edit);
                }
            } else {
                let (index, at) = &visible[pick.index(visible.len())];
                let expected = edit_model(&mut model, at, edit);
                prop_assert_eq!(edit_document(&mut document, *index, edit), expected);
            }
            let out = written(&document);
            prop_assert_eq!(&out, &serde_json::to_string(&model).unwrap());
            prop_assert_eq!(&seen(document.root()), &model);
            prop_assert_eq!(written(&read(&out)), out);
        }
        document.restore_all();
        prop_assert!(!document.is_edited());
        prop_assert_eq!(written(&document), text);
    }
}
