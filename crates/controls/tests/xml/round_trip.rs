//! Random schemas and values: a tree, written as XML, is read as that tree; nothing else passes.

use std::fmt::Write as _;

use portcullis_json::push_quoted;
use proptest::prelude::*;

use crate::document::{contract, json, left, sent};

/// A schema.
#[derive(Debug, Clone)]
enum Kind {
    Text,
    Integer,
    Boolean,
    Object(Vec<Property>),
    List { items: Box<Kind>, is_wrapped: bool, item_name: Option<&'static str> },
}

#[derive(Debug, Clone)]
struct Property {
    name: String,
    /// Its name in XML, if it has another one.
    xml_name: Option<String>,
    is_attribute: bool,
    kind: Kind,
}

fn leaf() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Text, Kind::Integer, Kind::Boolean])
}

fn object() -> impl Strategy<Value = Kind> {
    let start = prop::collection::vec((leaf(), any::<(bool, bool)>()), 0..4).prop_map(properties);
    start.prop_recursive(3, 24, 4, |inner| {
        let item = prop_oneof![leaf(), inner.clone()];
        let list = (item, any::<bool>(), prop::sample::select(vec![None, Some("item")])).prop_map(
            |(items, is_wrapped, item_name)| {
                let item_name = item_name.filter(|_| is_wrapped);
                Kind::List { items: Box::new(items), is_wrapped, item_name }
            },
        );
        let kind = prop_oneof![leaf(), inner, list];
        prop::collection::vec((kind, any::<(bool, bool)>()), 0..5).prop_map(properties)
    })
}

fn properties(kinds: Vec<(Kind, (bool, bool))>) -> Kind {
    let mut all: Vec<Property> = kinds
        .into_iter()
        .enumerate()
        .map(|(index, (kind, (is_renamed, is_attribute)))| {
            let is_leaf = !matches!(kind, Kind::Object(_) | Kind::List { .. });
            let is_wrapped = matches!(kind, Kind::List { is_wrapped: true, .. });
            Property {
                name: format!("p{index}"),
                // A name beside a list that is not wrapped means nothing.
                xml_name: ((is_leaf || is_wrapped) && is_renamed).then(|| format!("x-{index}")),
                is_attribute: is_leaf && is_attribute,
                kind,
            }
        })
        .collect();
    // In the tree, attributes come first.
    all.sort_by_key(|property| !property.is_attribute);
    Kind::Object(all)
}

/// A schema as text, with what is said of it in XML.
fn schema(kind: &Kind, said: &str) -> String {
    let with = |type_name: &str| format!("{{ \"type\": \"{type_name}\", \"xml\": {{ {said} }} }}");
    match kind {
        Kind::Text => with("string"),
        Kind::Integer => with("integer"),
        Kind::Boolean => with("boolean"),
        Kind::List { items, is_wrapped, item_name } => {
            let named = item_name.map(|name| format!("\"name\": \"{name}\"")).unwrap_or_default();
            let said = if said.is_empty() { String::new() } else { format!("{said}, ") };
            format!(
                "{{ \"type\": \"array\", \"items\": {}, \"xml\": {{ {said}\"wrapped\": {is_wrapped} }} }}",
                schema(items, &named)
            )
        }
        Kind::Object(properties) => {
            let properties: Vec<String> = properties
                .iter()
                .map(|property| {
                    let name = property.xml_name.as_ref();
                    let mut said: Vec<String> =
                        name.map(|name| format!("\"name\": \"{name}\"")).into_iter().collect();
                    if property.is_attribute {
                        said.push("\"attribute\": true".to_owned());
                    }
                    format!("\"{}\": {}", property.name, schema(&property.kind, &said.join(", ")))
                })
                .collect();
            format!(
                "{{ \"type\": \"object\", \"properties\": {{ {} }}, \"xml\": {{ {said} }} }}",
                properties.join(", ")
            )
        }
    }
}

/// One value in three spellings, made of bytes that decide.
struct Writer<'a> {
    bytes: std::iter::Cycle<std::slice::Iter<'a, u8>>,
    json: Vec<u8>,
    /// As it should go on, and with elements and attributes that nothing declares.
    clean: String,
    dirty: String,
}

impl Writer<'_> {
    fn choose(&mut self, count: u8) -> u8 {
        self.bytes.next().map_or(0, |byte| byte % count)
    }

    fn both(&mut self, text: &str) {
        self.clean.push_str(text);
        self.dirty.push_str(text);
    }

    fn attribute_of_nobody(&mut self) {
        if self.choose(4) == 0 {
            self.dirty.push_str("\n zz='&lt;role>'");
        }
    }

    fn element_of_nobody(&mut self) {
        match self.choose(8) {
            0 => self.dirty.push_str("<zz>a<p0>b</p0></zz>"),
            1 => self.dirty.push_str("<e:p0 xmlns:e='urn:e' p0='1'/>"),
            2 => self.both("\n<!-- c -->"),
            _ => {}
        }
    }

    /// The text of a value.
    fn leaf(&mut self, kind: &Kind, is_attribute: bool) {
        const TEXTS: [&str; 7] = ["", "a", "<&>\"'", " x ", "é]]>", "true", "12"];
        let text = match kind {
            Kind::Integer => ["0", "-7", "12"][usize::from(self.choose(3))],
            Kind::Boolean => ["true", "false"][usize::from(self.choose(2))],
            _ => TEXTS[usize::from(self.choose(7))],
        };
        match kind {
            Kind::Integer | Kind::Boolean => self.json.extend_from_slice(text.as_bytes()),
            _ => push_quoted(text, &mut self.json),
        }
        if !is_attribute && !text.contains("]]>") && self.choose(3) == 0 {
            return self.both(&format!("<![CDATA[{text}]]>"));
        }
        let escaped = text.replace('&', "&amp;").replace('<', "&#x3c;").replace('>', "&gt;");
        self.both(&escaped.replace('"', "&quot;"));
    }

    fn element(&mut self, name: &str, kind: &Kind, items: &str) {
        self.both(&format!("<{name}"));
        let Kind::Object(properties) = kind else {
            self.attribute_of_nobody();
            self.both(">");
            match kind {
                Kind::List { items: kind, .. } => self.items(items, kind),
                kind => self.leaf(kind, false),
            }
            return self.both(&format!("</{name} >"));
        };
        self.json.push(b'{');
        let mut is_open = true;
        let mut is_first = true;
        for property in properties {
            if is_open && !property.is_attribute {
                self.attribute_of_nobody();
                self.both(">");
                is_open = false;
            }
            if self.choose(4) > 0 {
                self.property(property, &mut is_first);
            }
            if !is_open {
                self.element_of_nobody();
            }
        }
        self.both(if is_open { "/>" } else { "</" });
        if !is_open {
            self.both(&format!("{name}>"));
        }
        self.json.push(b'}');
    }

    fn property(&mut self, property: &Property, is_first: &mut bool) {
        let Property { name, xml_name, is_attribute, kind } = property;
        let xml_name = xml_name.as_ref().unwrap_or(name);
        let is_inline = matches!(kind, Kind::List { is_wrapped: false, .. });
        if is_inline && self.choose(4) == 0 {
            // An empty list has no element at all.
            return;
        }
        if !std::mem::take(is_first) {
            self.json.push(b',');
        }
        push_quoted(name, &mut self.json);
        self.json.push(b':');
        match kind {
            kind if *is_attribute => {
                self.both(&format!(" {xml_name}=\""));
                self.leaf(kind, true);
                self.both("\"");
            }
            Kind::List { items, is_wrapped: false, .. } => {
                self.json.push(b'[');
                self.element(name, items, "");
                self.json.push(b',');
                self.element(name, items, "");
                self.json.push(b']');
            }
            Kind::List { item_name, .. } => {
                self.element(xml_name, kind, item_name.unwrap_or(xml_name));
            }
            kind => self.element(xml_name, kind, ""),
        }
    }

    fn items(&mut self, name: &str, kind: &Kind) {
        self.json.push(b'[');
        for place in 0..self.choose(3) {
            if place > 0 {
                self.json.push(b',');
            }
            self.element(name, kind, "");
            self.element_of_nobody();
        }
        self.json.push(b']');
    }
}

fn written<'a>(kind: &Kind, bytes: &'a [u8]) -> Writer<'a> {
    let mut writer = Writer {
        bytes: bytes.iter().cycle(),
        json: Vec::new(),
        clean: String::new(),
        dirty: String::new(),
    };
    writer.element("Root", kind, "");
    writer
}

fn contract_of(kind: &Kind) -> portcullis_contract::Contract {
    let mut text = String::new();
    writeln!(text, "    Root: {}", schema(kind, "")).unwrap();
    contract("3.1.0", &text)
}

proptest! {
    #[test]
    fn a_tree_in_xml_is_read_as_that_tree(
        kind in object(),
        bytes in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let contract = contract_of(&kind);
        let Writer { json: expected, clean, .. } = written(&kind, &bytes);
        prop_assert_eq!(json(&contract, &clean), Ok(String::from_utf8(expected).unwrap()), "{}", clean);
    }

    #[test]
    fn what_nobody_declares_is_gone_and_the_rest_is_as_it_came(
        kind in object(),
        bytes in prop::collection::vec(any::<u8>(), 1..64),
    ) {
        let contract = contract_of(&kind);
        let Writer { clean, dirty, .. } = written(&kind, &bytes);
        prop_assert_eq!(sent(&contract, &dirty), Ok(clean.clone()), "{}", dirty);
        prop_assert_eq!(left(&contract, &dirty), clean, "{}", dirty);
    }

    #[test]
    fn what_goes_on_of_any_text_goes_on_again_as_it_is(
        kind in object(),
        bytes in prop::collection::vec(any::<u8>(), 1..64),
        with in prop::sample::select(vec![
            "<p0>", "</p0>", "<p1/>", "<zz/>", " p0='1'", " xmlns='urn:e'", "x", "<![CDATA[x]]>",
            "<!-- -->", "&lt;", "<item/>", "<x-1>1</x-1>", "\n",
        ]),
        at in any::<prop::sample::Index>(),
    ) {
        let contract = contract_of(&kind);
        let mut text = written(&kind, &bytes).dirty;
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = places[at.index(places.len())];
        // In a comment or a text it is no element, and stays.
        let is_in = |open, close| text[..place].rfind(open) > text[..place].rfind(close);
        let is_markup = !is_in("<!--", "-->") && !is_in("<![CDATA[", "]]>");
        text.insert_str(place, with);
        if let Ok(once) = sent(&contract, &text) {
            // Were anything undeclared left, it would be cut now.
            let is_clean = !once.contains("zz") && !once.contains("urn:e\"");
            prop_assert!(is_clean || !is_markup, "{}", once);
            prop_assert_eq!(sent(&contract, &once), Ok(once.clone()), "{}", text);
            prop_assert_eq!(left(&contract, &once), once);
        }
    }
}
