//! What an application that goes by the document of this run makes of the elements that a reader of XML found.

use std::collections::BTreeMap;

use crate::readers::tree::Tree;

/// The elements that hold others.
const OBJECTS: [&[u8]; 2] = [b"item", b"inner"];
/// An element whose elements are a list.
const WRAPPED: &[u8] = b"tags";
/// An element that stands once for each item.
const REPEATED: &[u8] = b"colour";
/// The namespace of `inner`, and of what is in it.
const INNER: &[u8] = b"urn:inner";

/// The tree that this element is by the document.
pub(crate) fn meaning(element: &Tree) -> Option<Tree> {
    let element = Element::of(element)?;
    let is_object = OBJECTS.contains(&element.local);
    Some(value(&element, element.space, is_object))
}

/// Name, namespace, attributes, and what is inside.
struct Element<'t> {
    space: &'t [u8],
    local: &'t [u8],
    attributes: &'t BTreeMap<Vec<u8>, Tree>,
    inside: &'t [Tree],
}

impl<'t> Element<'t> {
    fn of(tree: &'t Tree) -> Option<Self> {
        let Tree::List(parts) = tree else { return None };
        match parts.as_slice() {
            [Tree::Text(space), Tree::Text(local), Tree::Object(attributes), inside @ ..] => {
                Some(Self { space, local, attributes, inside })
            }
            _ => None,
        }
    }

    fn children(&self) -> impl Iterator<Item = Element<'t>> {
        self.inside.iter().filter_map(Self::of)
    }

    /// Its own text.
    fn text(&self) -> Vec<u8> {
        let texts = self.inside.iter().filter_map(|one| match one {
            Tree::Text(text) => Some(text.as_slice()),
            _ => None,
        });
        texts.collect::<Vec<&[u8]>>().concat()
    }
}

fn value(element: &Element<'_>, around: &[u8], is_object: bool) -> Tree {
    let has_children = element.children().next().is_some();
    if element.local == WRAPPED && element.text().trim_ascii().is_empty() {
        return Tree::List(element.children().map(|one| value(&one, around, false)).collect());
    }
    if !is_object && !has_children && element.attributes.is_empty() {
        return Tree::Text(element.text());
    }
    let mut members = BTreeMap::new();
    for (name, text) in element.attributes {
        let name = name.strip_prefix(b"|").unwrap_or(name);
        members.insert(name.to_vec(), text.clone());
    }
    for child in element.children() {
        // A reader without namespaces says `*`, and goes by names.
        let wanted =
            if child.local == b"inner" || element.local == b"inner" { INNER } else { around };
        // Where no namespace is declared, that of the body is meant, or none.
        let is_loose = wanted == around && child.space.is_empty();
        let is_as_declared = child.space == b"*" || child.space == wanted || is_loose;
        let name = if is_as_declared {
            child.local.to_vec()
        } else {
            [b"{", child.space, b"}", child.local].concat()
        };
        let read = value(&child, around, OBJECTS.contains(&child.local));
        if child.local == REPEATED {
            let list = members.entry(name).or_insert_with(|| Tree::List(Vec::new()));
            if let Tree::List(items) = list {
                items.push(read);
            }
        } else if members.insert(name.clone(), read).is_some() {
            // Twice, where one is declared: never the same as what was checked.
            members.insert([&name[..], b" twice"].concat(), Tree::Null);
        }
    }
    let text = element.text();
    if !text.trim_ascii().is_empty() {
        members.insert(b"#text".to_vec(), Tree::Text(text));
    }
    Tree::Object(members)
}
