//! What the schemas of one value say of it in XML.

use std::collections::HashMap;

use portcullis_json::Kind as JsonKind;
use portcullis_model::Span;

use crate::document::Node;
use crate::notes::{Notes, shown};
use crate::reference::References;
use crate::version::Version;

/// Schemas that are looked at for one value.
const SCHEMAS_MAX: usize = 256;
/// References, parts and alternatives inside one another.
const DEPTH_MAX: usize = 16;

/// What is said of one value.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) name: Option<Box<str>>,
    pub(super) namespace: Option<Box<str>>,
    pub(super) node: XmlNode,
    pub(super) is_wrapped: bool,
    /// The name of the schema itself, where the document gives it one.
    pub(super) component: Option<Box<str>>,
    /// Where an XML Object stands.
    pub(super) span: Option<Span>,
    /// What other declarations, parts and alternatives say of the same value.
    pub(super) others: Vec<Self>,
    pub(super) doubts: Vec<Doubt>,
}

/// What a value is in XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum XmlNode {
    /// It follows from the schema.
    #[default]
    Inferred,
    Element,
    Attribute,
    Text,
    /// No node of its own: what it holds stands in the element around it.
    None,
}

/// Something that is not understood.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    pub(super) span: Option<Span>,
    pub(super) text: String,
    /// Nothing with it can be read.
    pub(super) closes: bool,
}

/// What is needed to know what is said.
#[derive(Debug)]
pub(in crate::shape) struct Sayings<'a> {
    pub(super) version: Version,
    references: &'a References<'a>,
    /// The names of schemas that the document names, by schema.
    components: HashMap<u32, &'a str>,
}

impl<'a> Sayings<'a> {
    pub(in crate::shape) fn new(
        root: Node<'a>,
        version: Version,
        references: &'a References<'a>,
    ) -> Self {
        let named = if version.is_swagger() {
            root.get("definitions")
        } else {
            root.get("components").and_then(|components| components.get("schemas"))
        };
        let members = named.into_iter().flat_map(Node::members);
        let components = members.map(|(name, schema)| (schema.id(), name.text)).collect();
        Self { version, references, components }
    }

    /// What all declarations of one value say.
    pub(super) fn of(&self, set: &[Node<'a>], notes: &mut Notes) -> Said {
        let mut left = SCHEMAS_MAX;
        let mut all = set.iter().map(|schema| self.schema(*schema, 0, &mut left, notes));
        let mut first = all.next().unwrap_or_default();
        first.others.extend(all);
        first
    }

    fn schema(&self, schema: Node<'a>, depth: usize, left: &mut usize, notes: &mut Notes) -> Said {
        let component = self.components.get(&schema.id()).map(|name| Box::from(*name));
        let mut said = Said { component, ..Said::default() };
        if depth >= DEPTH_MAX || *left == 0 {
            return said;
        }
        *left -= 1;
        let target = self.references.step(schema, notes).target();
        let is_alone = target.is_some() && self.version.has_lone_references();
        let own = schema.get("xml").filter(|_| !is_alone);
        if let Some(own) = own {
            self.object(own, &mut said);
            if target.is_some() && self.version.is_32() {
                // There a reference has no node of its own, unless it says so: then it has two.
                said.doubt(own, "an XML Object beside a reference has two readings in 3.2", true);
            }
        }
        if let Some(target) = target {
            let inner = self.schema(target, depth + 1, left, notes);
            let component = said.component.take().or_else(|| inner.component.clone());
            if own.is_none() {
                said = inner;
            }
            said.component = component;
        }
        if !is_alone {
            let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|name| schema.get(name));
            for part in lists.flat_map(Node::items).take(64) {
                let part = self.schema(part, depth + 1, left, notes);
                if part.span.is_some() {
                    said.others.push(part);
                }
            }
        }
        said
    }

    /// One XML Object.
    fn object(&self, object: Node<'a>, said: &mut Said) {
        said.span = Some(object.span());
        if !object.is_object() {
            return said.doubt(object, "`xml` must be an object", true);
        }
        for (key, value) in object.members() {
            match key.text {
                "name" | "namespace" | "prefix" => match (key.text, value.as_str()) {
                    ("name", Some(text)) if is_name(text) => said.name = Some(text.into()),
                    ("namespace", Some(text)) if !text.is_empty() => {
                        said.namespace = Some(text.into());
                    }
                    ("prefix", Some(_)) => {}
                    (what, _) => said.doubt(value, &format!("this is no {what} of XML"), true),
                },
                "attribute" | "wrapped" => match (value.kind(), key.text) {
                    (JsonKind::True, "attribute") => said.node = XmlNode::Attribute,
                    (JsonKind::True, _) => said.is_wrapped = true,
                    (JsonKind::False, _) => {}
                    (_, what) => said.doubt(value, &format!("`{what}` must be a boolean"), true),
                },
                "nodeType" if self.version.is_32() => match value.as_str() {
                    Some("element") => said.node = XmlNode::Element,
                    Some("attribute") => said.node = XmlNode::Attribute,
                    Some("text" | "cdata") => said.node = XmlNode::Text,
                    Some("none") => said.node = XmlNode::None,
                    _ => said.doubt(value, "this is no `nodeType`", true),
                },
                key if key.starts_with("x-") => {}
                key => {
                    let text = format!("{} means nothing in an XML Object", shown(key));
                    said.doubt(value, &text, false);
                }
            }
        }
        if object.get("prefix").is_some() && said.namespace.is_none() {
            let text = "a prefix without a `namespace` says nothing: it is that of the element \
                        around it";
            said.doubt(object, text, false);
        }
    }
}

impl Said {
    fn doubt(&mut self, at: Node<'_>, text: &str, closes: bool) {
        self.doubts.push(Doubt { span: Some(at.span()), text: text.to_owned(), closes });
    }
}

/// Whether a text can be the name of an element, without a prefix.
pub(super) fn is_name(text: &str) -> bool {
    let starts = |c: char| c.is_alphabetic() || c == '_';
    text.starts_with(starts)
        && text.chars().all(|c| starts(c) || c.is_alphanumeric() || matches!(c, '-' | '.'))
}
