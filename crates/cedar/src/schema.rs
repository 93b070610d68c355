//! The Cedar schema that the policies are written in.

use std::fmt::Write as _;

use portcullis_controls::function_access::Expected;

use crate::condition::member_name;
use crate::kind::Kind;
use crate::names::{declared, quoted, shown};
use crate::vocabulary::{API, CALLER, HELD, Resource, STRANGER, Vocabulary};

const HEAD: &str = "\
// Printed by `portcullis policy show --cedar --schema`, from the contract and the policy.
//
// Every value is a text, as it stands in JSON; what may be several is a set. A member of an object that stands
// deeper than at its top is named by its JSON Pointer.
";

/// The schema of one API after the other.
pub fn schema(vocabularies: &[Vocabulary<'_>]) -> String {
    let mut text = HEAD.to_owned();
    for vocabulary in vocabularies {
        let own = one(vocabulary);
        match &vocabulary.namespace {
            Some(space) => {
                let name = shown(&vocabulary.model.name);
                let _ = write!(text, "\n// API {name}\nnamespace {space} {{\n{own}}}\n");
            }
            None => text.push_str(&own),
        }
    }
    text
}

fn one(vocabulary: &Vocabulary<'_>) -> String {
    let mut text = format!("\n// The API itself.\nentity {API};\n");
    let mut caller = vec!["subject: String".to_owned(), "scopes: Set<String>".to_owned()];
    for name in &vocabulary.attributes {
        caller.push(format!("{}?: {}", declared(name), written(Kind::Several)));
    }
    text.push_str("\n// Who is known to call.\n");
    entity(&mut text, CALLER, &caller);
    let is_for_anyone: Vec<bool> = (0..vocabulary.actions.len())
        .map(|index| Expected::derive(vocabulary.model, index) == Expected::Anyone)
        .collect();
    if is_for_anyone.contains(&true) {
        let _ = write!(text, "\n// Somebody whom nobody knows.\nentity {STRANGER};\n");
    }
    let declared = vocabulary.model.authorization.resources.iter();
    for (resource, declared) in vocabulary.resources.iter().zip(declared) {
        let _ = write!(text, "\n// {}\n", shown(&declared.name));
        entity(&mut text, &resource.entity, &members(resource));
    }
    for (action, is_for_anyone) in vocabulary.actions.iter().zip(is_for_anyone) {
        let principals =
            if is_for_anyone { format!("{CALLER}, {STRANGER}") } else { CALLER.to_owned() };
        let on = action.on.iter().filter_map(|index| vocabulary.resources.get(*index));
        let on: Vec<&str> = [API].into_iter().chain(on.map(|one| one.entity.as_str())).collect();
        let places = action.context.iter().map(|place| {
            format!("    {}?: {},\n", crate::names::declared(place), written(Kind::Several))
        });
        let mut context: String = places.collect();
        if action.asks_held {
            let _ = writeln!(context, "    {HELD}?: Bool,");
        }
        if !context.is_empty() {
            context = format!("\n{context}  ");
        }
        let _ = write!(
            text,
            "\naction {} appliesTo {{\n  principal: [{principals}],\n  resource: [{}],\n  context: {{{context}}},\n}};\n",
            quoted(&action.name),
            on.join(", "),
        );
    }
    text
}

fn members(resource: &Resource) -> Vec<String> {
    let one = |(pointer, kind): (&String, &Kind)| {
        format!("{}?: {}", declared(&member_name(pointer)), written(*kind))
    };
    resource.members.iter().map(one).collect()
}

fn entity(text: &mut String, name: &str, attributes: &[String]) {
    if attributes.is_empty() {
        let _ = writeln!(text, "entity {name};");
        return;
    }
    let _ = writeln!(text, "entity {name} = {{");
    for one in attributes {
        let _ = writeln!(text, "  {one},");
    }
    text.push_str("};\n");
}

const fn written(kind: Kind) -> &'static str {
    match kind {
        Kind::One => "String",
        Kind::Several => "Set<String>",
    }
}
