//! Names, types, attributes and lists, as the schema says them.

use crate::document::{contract, json, read, read_contract, sent};

const ORDER: &str = r#"
    Root:
      type: object
      xml: { name: order, namespace: "urn:shop" }
      properties:
        id: { type: integer, xml: { attribute: true } }
        note: { type: string }
        paid: { type: boolean, xml: { name: is-paid } }
        tags: { type: array, items: { type: string, xml: { name: tag } } }
        codes: { type: array, items: { type: integer }, xml: { wrapped: true } }
        lines:
          type: array
          xml: { wrapped: true, name: rows }
          items: { $ref: '#/components/schemas/Line' }
        buyer: { $ref: '#/components/schemas/Person' }
        extra: { type: object }
        names: { type: object, additionalProperties: { type: integer } }
        nothing: { type: string, nullable: true }
    Line:
      type: object
      xml: { name: line }
      properties: { price: { type: number } }
    Person:
      type: object
      properties: { name: { type: string, xml: { namespace: "urn:person" } } }
"#;

#[test]
fn a_body_is_the_tree_that_it_would_be_in_json() {
    let contract = contract("3.0.3", ORDER);
    for (text, expected) in [
        (
            "<order xmlns='urn:shop' id='7'><note>a &lt; <![CDATA[<b>]]></note></order>",
            r#"{"id":7,"note":"a < <b>"}"#,
        ),
        (
            "<s:order xmlns:s='urn:shop'><note/><is-paid>true</is-paid></s:order>",
            r#"{"note":"","paid":true}"#,
        ),
        (
            "<order><tag>a</tag><note>n</note><tag>7</tag></order>",
            r#"{"tags":["a","7"],"note":"n"}"#,
        ),
        ("<order><tag>a</tag></order>", r#"{"tags":["a"]}"#),
        ("<order><codes><codes>1</codes><codes>2</codes></codes></order>", r#"{"codes":[1,2]}"#),
        ("<order><codes/></order>", r#"{"codes":[]}"#),
        (
            "<order><rows><line><price>1.5</price></line>\n</rows></order>",
            r#"{"lines":[{"price":1.5}]}"#,
        ),
        (
            "<order><buyer><p:name xmlns:p='urn:person'>B</p:name></buyer></order>",
            r#"{"buyer":{"name":"B"}}"#,
        ),
        ("<order><buyer/></order>", r#"{"buyer":{}}"#),
        (
            "<order><extra a='1'><b>x</b><b>y</b><c><d/></c></extra></order>",
            r#"{"extra":{"@a":1,"b":["x","y"],"c":{"d":""}}}"#,
        ),
        ("<order><extra><n>1e999</n></extra></order>", r#"{"extra":{"n":"1e999"}}"#),
        ("<order><names><x>1</x><y>2</y></names></order>", r#"{"names":{"x":1,"y":2}}"#),
        (
            "<order xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><nothing i:nil='true'/></order>",
            r#"{"nothing":null}"#,
        ),
        ("<order><note>a\r\nb\rc&#13;</note></order>", r#"{"note":"a\nb\nc\r"}"#),
    ] {
        assert_eq!(json(&contract, text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_not_the_property_by_name_namespace_or_place_is_undeclared() {
    let contract = contract("3.0.3", ORDER);
    for (text, expected) in [
        // An element where an attribute is declared, and the other way round.
        ("<order><id>7</id></order>", r#"{"id?":null}"#),
        ("<order note='x'/>", r#"{"@note":null}"#),
        // The name in the schema is not the name in XML.
        ("<order><paid>true</paid><tags>a</tags></order>", r#"{"paid?":null,"tags?":null}"#),
        // Another namespace, or none where one is said.
        ("<order><e:note xmlns:e='urn:evil'>x</e:note></order>", r#"{"{2}note":null}"#),
        ("<order xmlns='urn:shop'><note xmlns='urn:evil'>x</note></order>", r#"{"{3}note":null}"#),
        ("<order><buyer><name>B</name></buyer></order>", r#"{"buyer":{"name?":null}}"#),
        ("<order xmlns:e='urn:evil' e:id='7'/>", r#"{"@{2}id":null}"#),
        ("<order xml:lang='en'/>", r#"{"@{1}lang":null}"#),
        (
            "<order xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='Admin'/>",
            r#"{"@{2}type":null}"#,
        ),
        ("<order><role>admin</role><role>staff</role></order>", r#"{"role":null}"#),
    ] {
        assert_eq!(json(&contract, text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_long_namespace_costs_its_length_once() {
    let contract = contract("3.0.3", ORDER);
    let (uri, many) = ("u".repeat(200_000), "<p:x/>".repeat(500));
    let text = format!("<order xmlns:p='{uri}' xmlns:q='{uri}2' p:y='' q:y=''>{many}</order>");
    let written = json(&contract, &text).unwrap();
    assert_eq!(written, r#"{"@{2}y":null,"@{3}y":null,"{2}x":null}"#);
    let text = format!("<order xmlns:p='{uri}'><note>{many}</note></order>");
    assert!(json(&contract, &text).unwrap().len() < 10_000);
}

#[test]
fn the_places_of_strays_show_the_start_of_long_names() {
    let contract = contract("3.0.3", ORDER);
    let long = "n".repeat(10_000);
    let text = format!("<order><names><{long} {long}=''>1</{long}></names></order>");
    let body = read(&contract, &text).unwrap();
    assert!(body.strays().all(|(_, stray)| stray.at.to_string().len() < 200));
    assert_eq!(body.strays().count(), 1);
}

#[test]
fn what_has_two_readings_is_a_fault() {
    let contract = contract("3.0.3", ORDER);
    let nil = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil";
    for (text, expected) in [
        ("<order><note>a</note><note>b</note></order>", "repeated"),
        ("<order xmlns='urn:shop'><note>a</note><note xmlns=''>b</note></order>", "repeated"),
        (
            "<order xmlns='urn:shop' xmlns:s='urn:shop'><note>a</note><s:note>b</s:note></order>",
            "repeated",
        ),
        ("<order><codes/><codes><codes>1</codes></codes></order>", "repeated"),
        ("<order><names><x>1</x><x>2</x></names></order>", "repeated"),
        ("<order>text<note>a</note></order>", "xml_mixed"),
        ("<order id='1'>text</order>", "xml_mixed"),
        ("<order><codes>1<codes>1</codes></codes></order>", "xml_mixed"),
        (&format!("<order><nothing {nil}='true'>x</nothing></order>"), "xml_nil"),
        (&format!("<order><nothing {nil}='yes'/></order>"), "xml_nil"),
        ("<order><note>a<!-- -->b</note></order>", "xml_comment"),
        ("<!DOCTYPE order><order/>", "xml_doctype"),
    ] {
        assert_eq!(json(&contract, text), Err(expected), "{text}");
    }
    let deep = format!("<order><extra>{}", "<a>".repeat(300));
    assert!(json(&contract, &deep).is_err());
}

#[test]
fn a_list_that_is_the_whole_body_stands_in_an_element_of_any_name() {
    let list = "
    Root: { type: array, items: { type: object, properties: { id: { type: integer } } } }
";
    let contract = contract("3.1.0", list);
    let expected = Ok(r#"[{"id":1},{"id":2}]"#);
    for text in [
        "<pets><pet><id>1</id></pet><pet><id>2</id></pet></pets>",
        "<ArrayList><item><id>1</id></item><item><id>2</id></item></ArrayList>",
    ] {
        assert_eq!(json(&contract, text).as_deref(), expected, "{text}");
    }
}

#[test]
fn node_types_of_3_2_are_read() {
    let schemas = "
    Root:
      type: object
      properties:
        unit: { type: string, xml: { nodeType: attribute } }
        value: { type: number, xml: { nodeType: text } }
        no: { type: object, properties: { list: { type: array, items: { type: string }, xml: { nodeType: element } } } }
";
    let contract = contract("3.2.0", schemas);
    for (text, expected) in [
        ("<Root unit='kg'>7.5</Root>", r#"{"unit":"kg","value":7.5}"#),
        ("<Root unit='kg'/>", r#"{"unit":"kg"}"#),
        ("<Root><no><list><list>a</list></list></no></Root>", r#"{"no":{"list":["a"]}}"#),
    ] {
        assert_eq!(json(&contract, text).as_deref(), Ok(expected), "{text}");
    }
    assert_eq!(json(&contract, "<Root>7<no/></Root>"), Err("xml_mixed"));
}

#[test]
fn swagger_2_0_says_it_in_the_same_words() {
    let text = "
swagger: '2.0'
info: { title: t, version: '1' }
consumes: [application/xml]
paths:
  /a:
    post:
      parameters: [{ in: body, name: b, schema: { $ref: '#/definitions/Tag' } }]
      responses: { 200: { description: d } }
definitions:
  Tag:
    type: object
    properties:
      id: { type: integer, xml: { attribute: true } }
      urls: { type: array, xml: { wrapped: true, name: url }, items: { type: string } }
";
    let contract = read_contract(text);
    let json = json(&contract, "<Tag id='1'><url><url>a</url></url></Tag>");
    assert_eq!(json.as_deref(), Ok(r#"{"id":1,"urls":["a"]}"#));
    assert_eq!(sent(&contract, "<tag id='1'/>"), Err("xml_root".to_owned()));
}

#[test]
fn what_may_be_anything_is_no_list_that_its_schema_does_not_see() {
    let schemas = "
    Root:
      type: object
      properties:
        any: { properties: { p: { type: string, enum: [a] } } }
        some: { items: { type: string } }
        either: { type: [array, string] }
";
    let contract = contract("3.1.0", schemas);
    let twice = json(&contract, "<Root><any/><any><p>zzz</p></any></Root>");
    assert_eq!(twice, Err("repeated"));
    for (text, expected) in [
        ("<Root><any><p>a</p></any></Root>", r#"{"any":{"p":"a"}}"#),
        ("<Root><some>a</some><some>b</some></Root>", r#"{"some":["a","b"]}"#),
        ("<Root><either>a</either><either>b</either></Root>", r#"{"either":["a","b"]}"#),
    ] {
        assert_eq!(json(&contract, text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_text_with_an_xml_object_is_that_of_an_element() {
    let schema = "
    Root: { type: string, maxLength: 3, xml: { name: note } }
";
    let contract = contract("3.1.0", schema);
    assert_eq!(sent(&contract, "<note>abc</note>").as_deref(), Ok("<note>abc</note>"));
    assert_eq!(sent(&contract, "<note>abcd</note>"), Err("maxLength at ".to_owned()));
    assert_eq!(sent(&contract, "<note><b/></note>"), Err("type at ".to_owned()));
}
