//! How is a body written in XML?

use portcullis_contract::{Contract, ShapeId, XmlMember, XmlName};
use serde_json::Value;

use super::plain::text;

/// Elements inside one another.
const DEPTH_MAX: usize = 12;

/// A value as an XML document; none where the contract does not say how it looks.
pub(super) fn written(contract: &Contract, shape: ShapeId, value: &Value) -> Option<String> {
    let root = contract.shapes.xml(shape)?.root.as_ref()?;
    element(contract, root, shape, value, 0)
}

fn element(
    contract: &Contract,
    name: &XmlName,
    shape: ShapeId,
    value: &Value,
    depth: usize,
) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    let namespace = name.namespace.as_deref();
    let namespace = namespace.map(|one| format!(" xmlns=\"{}\"", escaped(one))).unwrap_or_default();
    let local = &name.local;
    let Value::Object(members) = value else {
        return Some(format!("<{local}{namespace}>{}</{local}>", escaped(&text(value))));
    };
    let xml = contract.shapes.xml(shape)?;
    let (mut attributes, mut inner) = (String::new(), String::new());
    for (property, value) in members {
        if let Some(one) = xml.attributes().iter().find(|one| *one.property == **property) {
            // A prefix would have to be declared.
            if one.name.namespace.is_none() {
                let attribute = format!(" {}=\"{}\"", one.name.local, escaped(&text(value)));
                attributes.push_str(&attribute);
            }
        } else if xml.text.as_ref().is_some_and(|text| *text.property == **property) {
            inner.push_str(&escaped(&text(value)));
        } else if let Some(one) = xml.elements().iter().find(|one| *one.property == **property) {
            inner.push_str(&member(contract, one, value, depth)?);
        } else {
            // What nothing declares is named as it is.
            let name = XmlName { local: property.as_str().into(), namespace: None };
            inner.push_str(&element(contract, &name, shape, &Value::from(text(value)), depth + 1)?);
        }
    }
    Some(format!("<{local}{namespace}{attributes}>{inner}</{local}>"))
}

/// A property that is an element, or one for each item.
fn member(contract: &Contract, one: &XmlMember, value: &Value, depth: usize) -> Option<String> {
    let items = contract.shapes.get(one.shape).items;
    let (Value::Array(values), Some(item)) = (value, items) else {
        return element(contract, &one.name, one.shape, value, depth + 1);
    };
    let name = one.wrapped.as_ref().unwrap_or(&one.name);
    let all = values.iter().map(|value| element(contract, name, item, value, depth + 1));
    let list = all.collect::<Option<String>>()?;
    Some(match &one.wrapped {
        Some(_) => format!("<{0}>{list}</{0}>", one.name.local),
        None => list,
    })
}

/// A text without what XML takes for its own. What is put in for `${name}` is no markup: ids and words.
fn escaped(text: &str) -> String {
    let escape = |text: String, (raw, escaped): (&str, &str)| text.replace(raw, escaped);
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")]
        .into_iter()
        .fold(text.to_owned(), escape)
}

#[cfg(test)]
mod tests {
    use portcullis_contract::{NoFiles, read};
    use portcullis_model::Sources;
    use serde_json::json;

    use super::*;

    const DOCUMENT: &str = "
openapi: 3.0.3
info: { title: t, version: '1' }
paths:
  /a:
    post:
      requestBody: { content: { application/xml: { schema: { $ref: '#/components/schemas/Order' } } } }
      responses: { '204': { description: x } }
components:
  schemas:
    Order:
      type: object
      xml: { name: order, namespace: 'urn:shop' }
      properties:
        id: { type: integer, xml: { attribute: true } }
        note: { type: string, xml: { name: remark } }
        tags: { type: array, xml: { wrapped: true }, items: { type: string, xml: { name: tag } } }
        lines: { type: array, items: { type: object, xml: { name: line }, properties: { n: { type: integer } } } }
";

    #[test]
    fn each_property_has_its_name_in_xml() {
        let mut sources = Sources::default();
        let main = sources.add("a.yaml", DOCUMENT);
        let contract = read(&mut sources, main, &mut NoFiles).unwrap();
        let media = &contract.operations[0].body.as_ref().unwrap().media[0];
        let shape = media.schema.as_ref().unwrap().shape;
        for (value, expected) in [
            (
                json!({ "id": 7, "note": "a<b" }),
                "<order xmlns=\"urn:shop\" id=\"7\"><remark>a&lt;b</remark></order>",
            ),
            (
                json!({ "tags": ["x", "y"] }),
                "<order xmlns=\"urn:shop\"><tags><tag>x</tag><tag>y</tag></tags></order>",
            ),
            (
                json!({ "lines": [{ "n": 1 }] }),
                "<order xmlns=\"urn:shop\"><line><n>1</n></line></order>",
            ),
            (json!({ "paid": true }), "<order xmlns=\"urn:shop\"><paid>true</paid></order>"),
        ] {
            assert_eq!(written(&contract, shape, &value).as_deref(), Some(expected), "{value}");
        }
    }
}
