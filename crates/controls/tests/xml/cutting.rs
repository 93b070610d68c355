//! What goes on is the document that was sent, without what may not pass.

use crate::document::{contract, left, sent};

const PERSON: &str = r"
    Root:
      type: object
      xml: { name: person }
      required: [name]
      properties:
        name: { type: string, maxLength: 5 }
        role: { type: string, readOnly: true }
        pin: { type: string, writeOnly: true }
        tags: { type: array, readOnly: true, items: { type: string } }
        home: { type: object, additionalProperties: false, properties: { city: { type: string } } }
        pets: { type: array, xml: { wrapped: true }, items: { type: object, xml: { name: pet }, properties: { id: { type: integer } } } }
";

#[test]
fn nothing_undeclared_and_nothing_read_only_reaches_the_api() {
    let contract = contract("3.1.0", PERSON);
    for (text, expected) in [
        (
            "<?xml version='1.0'?>\n<person>\n  <name>Bob</name>\n  <admin>true</admin>\n</person>\n",
            "<?xml version='1.0'?>\n<person>\n  <name>Bob</name>\n  \n</person>\n",
        ),
        (
            "<person role='x' name='y' ><name>Bob</name></person>",
            "<person ><name>Bob</name></person>",
        ),
        (
            "<person><role>admin</role><name lang='en'>Bob</name></person>",
            "<person><name>Bob</name></person>",
        ),
        (
            "<person><tags>a</tags><name>Bob</name><tags>b</tags></person>",
            "<person><name>Bob</name></person>",
        ),
        (
            "<person><name>Bob</name><e:role xmlns:e='urn:e'><role>a</role></e:role></person>",
            "<person><name>Bob</name></person>",
        ),
        (
            "<person><name>Bob</name><pets n='1'><pet><id>1</id><own>x</own></pet><cat/></pets></person>",
            "<person><name>Bob</name><pets><pet><id>1</id></pet></pets></person>",
        ),
        (
            "<person><name><![CDATA[B&b]]></name><pin>1</pin></person>",
            "<person><name><![CDATA[B&b]]></name><pin>1</pin></person>",
        ),
    ] {
        assert_eq!(sent(&contract, text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_the_schema_refuses_in_json_it_refuses_in_xml() {
    let contract = contract("3.1.0", PERSON);
    for (text, expected) in [
        ("<person><name>Robert</name></person>", "maxLength at /name"),
        ("<person/>", "required at "),
        ("<person><name><b>Bob</b></name></person>", "type at /name"),
        ("<person><name>Bob</name><home>text</home></person>", "type at /home"),
        ("<person><name>Bob</name><home><zip>1</zip></home></person>", "closed_schema"),
        ("<person><name>Bob</name><home><city code='1'>C</city></home></person>", "closed_schema"),
        (
            "<person><name>Bob</name><pets><pet><id>01</id></pet></pets></person>",
            "type at /pets/0/id",
        ),
        ("<admin><name>Bob</name></admin>", "xml_root"),
    ] {
        assert_eq!(sent(&contract, text), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn nothing_undeclared_and_nothing_write_only_leaves() {
    let contract = contract("3.1.0", PERSON);
    for (text, expected) in [
        (
            "<person hash='1'><name>Bob</name><pin>1</pin><cost><cents>1</cents></cost></person>",
            "<person><name>Bob</name></person>",
        ),
        (
            "<person><pets><pet><id>1</id><cost>1</cost></pet></pets></person>",
            "<person><pets><pet><id>1</id></pet></pets></person>",
        ),
        (
            "<person><name><hash>1</hash></name><role>r</role></person>",
            "<person><role>r</role></person>",
        ),
    ] {
        assert_eq!(left(&contract, text), expected, "{text}");
    }
}

const PRICE: &str = r"
    Root:
      type: object
      properties:
        id: { type: string, xml: { nodeType: attribute } }
        role: { type: string, readOnly: true, xml: { nodeType: text } }
        key: { type: object, properties: { n: { type: string, xml: { nodeType: attribute } }, value: { type: string, writeOnly: true, xml: { nodeType: cdata } } } }
";

#[test]
fn the_text_of_an_element_is_cut_as_an_element_is() {
    let contract = contract("3.2.0", PRICE);
    for (text, expected) in [
        ("<Root id='1'>admin</Root>", "<Root id='1'></Root>"),
        ("<Root id='1'><![CDATA[ad]]>m&#105;n<![CDATA[]]></Root >", "<Root id='1'></Root >"),
        ("<Root id='1'> <!-- a --> </Root>", "<Root id='1'></Root>"),
        ("<Root id='1'/>", "<Root id='1'/>"),
        (
            "<Root id='1'><key n='a'>secret</key></Root>",
            "<Root id='1'><key n='a'>secret</key></Root>",
        ),
    ] {
        assert_eq!(sent(&contract, text).as_deref(), Ok(expected), "{text}");
    }
    for (text, expected) in [
        (
            "<Root id='1'><key n='a'><![CDATA[sec]]>ret</key></Root>",
            "<Root id='1'><key n='a'></key></Root>",
        ),
        ("<Root id='1'>admin</Root>", "<Root id='1'>admin</Root>"),
    ] {
        assert_eq!(left(&contract, text), expected, "{text}");
    }
}

#[test]
fn texts_of_a_free_form_are_cut_where_no_member_may_have_their_name() {
    let schema = "
    Root: { type: object, propertyNames: { pattern: '^[a-z]+$' } }
";
    let contract = contract("3.1.0", schema);
    let text = "<Root>one<a>2</a>three<b/> four</Root>";
    assert_eq!(left(&contract, text), "<Root><a>2</a><b/></Root>");
}

const MAP: &str = r"
    Root:
      type: object
      additionalProperties: { type: string }
      properties:
        role: { type: string, readOnly: true }
        pw: { type: string, writeOnly: true }
        isAdmin: { type: string, readOnly: true, xml: { name: adm } }
        level: { type: string, readOnly: true, xml: { attribute: true } }
        name: { type: string }
";

#[test]
fn a_map_takes_nothing_that_a_reader_takes_for_a_property() {
    let contract = contract("3.1.0", MAP);
    for inside in [
        "<role>admin</role>",
        "<ROLE>admin</ROLE>",
        "<p:role>admin</p:role>",
        "<p:Role><role>admin</role></p:Role>",
        "<level>9</level>",
        "<p:Level>9</p:Level>",
        "<adm>1</adm>",
        "<ADM>1</ADM>",
        "<isAdmin>1</isAdmin>",
        "<isadmin>1</isadmin><isAdmin>1</isAdmin>",
    ] {
        let text = format!("<Root xmlns:p='urn:x'><a>1</a>{inside}<name>n</name></Root>");
        let expected = "<Root xmlns:p='urn:x'><a>1</a><name>n</name></Root>";
        assert_eq!(sent(&contract, &text).as_deref(), Ok(expected), "{text}");
    }
    for name in ["role", "Role", "p:role", "level", "LEVEL", "p:level", "adm", "isAdmin", "name"] {
        let text = format!("<Root xmlns:p='urn:x' b='2' {name}='admin'><a>1</a></Root>");
        let expected = "<Root xmlns:p='urn:x' b='2'><a>1</a></Root>";
        assert_eq!(sent(&contract, &text).as_deref(), Ok(expected), "{text}");
    }
    for text in [
        "<Root pw='s3'><a>1</a></Root>",
        "<Root><PW>s3</PW><a>1</a></Root>",
        "<Root><p:pw xmlns:p='urn:x'>s3</p:pw><a>1</a></Root>",
    ] {
        assert_eq!(left(&contract, text), "<Root><a>1</a></Root>", "{text}");
    }
}

#[test]
fn a_pattern_takes_nothing_that_a_reader_takes_for_a_property() {
    let schema = |closed: &str| {
        format!(
            "
    Root: {{ type: object, {closed} patternProperties: {{ '.': {{ type: string }} }}, properties: {{ role: {{ readOnly: true, type: string }} }} }}
"
        )
    };
    let open = contract("3.1.0", &schema(""));
    let closed = contract("3.1.0", &schema("additionalProperties: false,"));
    for text in ["<Root role='a'><b>1</b></Root>", "<Root><Role>a</Role><b>1</b></Root>"] {
        assert_eq!(sent(&open, text).as_deref(), Ok("<Root><b>1</b></Root>"), "{text}");
        assert_eq!(sent(&closed, text), Err("closed_schema".to_owned()), "{text}");
    }
    assert_eq!(sent(&closed, "<Root b='1'/>").as_deref(), Ok("<Root b='1'/>"));
}

#[test]
fn a_boolean_goes_on_in_its_one_spelling_or_not_at_all() {
    let schema = "
    Root: { type: object, properties: { on: { type: boolean }, any: { type: [boolean, string] } } }
";
    let contract = contract("3.1.0", schema);
    for word in ["True", "TRUE", "False", "FALSE", "1"] {
        let text = format!("<Root><on>{word}</on></Root>");
        assert_eq!(sent(&contract, &text), Err("type at /on".to_owned()), "{text}");
    }
    for text in ["<Root><on>true</on></Root>", "<Root><any>True</any></Root>"] {
        assert_eq!(sent(&contract, text).as_deref(), Ok(text));
    }
}

#[test]
fn xml_that_is_one_text_to_its_schema_goes_on_byte_for_byte() {
    let long = format!("<r>{}</r>", "<a b='1'>x</a>".repeat(30_000));
    for schema in ["type: string", "type: string, format: binary", "type: [string, 'null']"] {
        let contract = contract("3.1.0", &format!("    Root: {{ {schema} }}\n"));
        for text in
            ["<r a='1'>x</r>", "<?xml version='1.0'?>\n<r><b/><b>\"</b></r>\n", "<r/>", &long]
        {
            assert_eq!(sent(&contract, text).as_deref(), Ok(text), "{schema}");
            assert_eq!(left(&contract, text), text, "{schema}");
        }
        for (text, fault) in [("<r>", "xml_syntax"), ("<!DOCTYPE r><r/>", "xml_doctype")] {
            assert_eq!(sent(&contract, text), Err(fault.to_owned()), "{schema}");
        }
    }
    let contract = contract("3.1.0", "    Root: { type: string, maxLength: 10 }\n");
    assert_eq!(sent(&contract, "<r>abc</r>").as_deref(), Ok("<r>abc</r>"));
    assert_eq!(sent(&contract, "<r>abcd</r>"), Err("maxLength at ".to_owned()));
}
