//! Which properties are declared, and what else may stand beside them.

use crate::reading::contract;

/// The shape of a schema that stands beside `A` (closed: `a`), `B` (closed: `b`), `Open` (`o`),
/// `Map` and `Tree`.
fn shape(openapi: &str, schema: &str) -> String {
    let text = format!(
        r##"{{
        "openapi": "{openapi}", "info": {{"title": "T", "version": "1"}},
        "paths": {{"/a": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{
            "schema": {schema}}}}}}}}}}}}}}},
        "components": {{"schemas": {{
            "A": {{"type": "object", "properties": {{"a": {{"type": "string"}}}}, "additionalProperties": false}},
            "B": {{"type": "object", "properties": {{"b": {{"type": "integer", "readOnly": true}}}}, "additionalProperties": false}},
            "Open": {{"type": "object", "properties": {{"o": {{"type": "string", "readOnly": true}}}}}},
            "Map": {{"type": "object", "additionalProperties": {{"type": "number"}}}},
            "Tree": {{"type": "object", "properties": {{"left": {{"$ref": "#/components/schemas/Tree"}}}}}}
        }}}}}}"##
    );
    let contract = contract("api.json", &text);
    let media = &contract.operations[0].responses[0].media[0];
    let lines = contract.shapes.describe(media.schema.as_ref().unwrap().shape);
    lines.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn of(schema: &str) -> String {
    shape("3.1.0", &schema.replace('@', "#/components/schemas/"))
}

#[test]
fn the_rest_is_what_the_schemas_say_together() {
    for (schema, expected) in [
        (r#"{"type": "object"}"#, "object (free form)"),
        (r#"{"type": "object", "additionalProperties": true}"#, "object (free form)"),
        (r#"{"type": "object", "additionalProperties": false}"#, "object (closed)"),
        (r#"{"type": "object", "additionalProperties": {}}"#, "object (free form)"),
        (
            r#"{"type": "object", "properties": {"x": {"type": "string"}}, "additionalProperties": {"description": "any"}}"#,
            "object (open); x: string",
        ),
        (r#"{"$ref": "@A"}"#, "object (closed); a: string"),
        (r#"{"type": "string", "enum": [1, 2]}"#, "string"),
        (r#"{"type": "string", "enum": ["a", 2]}"#, "string"),
        (r#"{"type": "array", "items": {"type": "string"}, "enum": ["a"]}"#, "array; []: string"),
        (r#"{"type": {"type": "string"}}"#, "anything (free form)"),
        (
            r#"{"type": "object", "required": ["k"], "additionalProperties": {"$ref": "@A"}}"#,
            "object (map); *: object (closed); a: string",
        ),
        (r#"{"$ref": "@Open"}"#, "object (open); o: string, read only"),
        (r#"{"$ref": "@Map"}"#, "object (map); *: number"),
        (
            r#"{"oneOf": [{"$ref": "@A"}, {"$ref": "@B"}]}"#,
            "object (closed); a: string; b: integer, read only",
        ),
        (
            r#"{"anyOf": [{"$ref": "@A"}, {"$ref": "@Open"}]}"#,
            "object (open); a: string; o: string, read only",
        ),
        (
            r#"{"allOf": [{"$ref": "@A"}, {"$ref": "@Open"}]}"#,
            "object (closed); a: string; o: string, read only",
        ),
        (r#"{"anyOf": [{"$ref": "@A"}, {"type": "object"}]}"#, "object (closed); a: string"),
        (
            r#"{"anyOf": [{"$ref": "@A"}, {"type": "string"}]}"#,
            "string | object (closed); a: string",
        ),
        // A map beside declared properties would open them all.
        (r#"{"anyOf": [{"$ref": "@A"}, {"$ref": "@Map"}]}"#, "object (closed); a: string"),
        (
            r#"{"type": "object", "required": ["kind"], "properties": {"x": {"type": "string"}}}"#,
            "object (open); x: string; kind: anything (free form)",
        ),
        (
            r#"{"type": "object", "properties": {"x": {"type": "string"}, "never": false}}"#,
            "object (open); x: string",
        ),
        (
            r#"{"type": "object", "properties": {"x": {}}, "unevaluatedProperties": false, "allOf": [{"$ref": "@Open"}]}"#,
            "object (closed); x: anything (free form); o: string, read only",
        ),
        (
            r#"{"type": "object", "if": {"properties": {"k": {"const": 1}}}, "then": {"properties": {"t": {"type": "null"}}}, "else": {"$ref": "@A"}}"#,
            "object (open); k: integer; t: null; a: string",
        ),
        (
            r#"{"type": "object", "patternProperties": {"^x-": {"type": "boolean"}}}"#,
            "object (open); /^x-/: boolean",
        ),
        (r#"{"type": "object", "not": {"properties": {"n": {}}}}"#, "object (free form)"),
        (r#"{"$ref": "@Tree"}"#, "object (open); left: object (open); ..."),
    ] {
        assert_eq!(of(schema), expected, "{schema}");
    }
}

#[test]
fn types_are_what_all_parts_allow() {
    for (schema, expected) in [
        (r#"{"enum": ["a", 1, null]}"#, "null | integer | string"),
        (r#"{"const": 1.5}"#, "number"),
        (r#"{"type": ["string", "null"], "enum": ["a"]}"#, "string"),
        (
            r#"{"allOf": [{"type": ["string", "integer"]}, {"type": ["integer", "null"]}]}"#,
            "integer",
        ),
        (r#"{"allOf": [{"type": "number"}, {"type": "integer"}]}"#, "integer"),
        (
            r#"{"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "boolean"}}]}"#,
            "string | array; []: boolean",
        ),
        (
            r#"{"type": "array", "prefixItems": [{"type": "string"}, {"type": "null"}], "items": {"type": "number"}}"#,
            "array; []: null | number | string",
        ),
        (r#"{"allOf": [{"type": "string"}, {"type": "null"}]}"#, "nothing"),
    ] {
        assert_eq!(of(schema), expected, "{schema}");
    }
}

#[test]
fn read_only_is_what_one_declaration_says() {
    let both = r#"{"allOf": [{"$ref": "@B"}, {"properties": {"b": {"type": "integer"}}}]}"#;
    assert_eq!(of(both), "object (closed); b: integer, read only");
    let referred = r#"{"type": "object", "properties": {"x": {"$ref": "@Id"}}}"#
        .replace("@Id", "@Open/properties/o");
    assert_eq!(of(&referred), "object (open); x: string, read only");
    let inside = r#"{"type": "object", "properties": {"x": {"allOf": [{"$ref": "@A"}, {"readOnly": true}], "writeOnly": true}}}"#;
    assert_eq!(of(inside), "object (open); x: object (closed), read only, write only; a: string");
}

#[test]
fn schemas_of_3_0_have_their_own_words() {
    let of = |schema: &str| shape("3.0.3", &schema.replace('@', "#/components/schemas/"));
    assert_eq!(of(r#"{"type": "string", "nullable": true}"#), "null | string");
    assert_eq!(
        of(r#"{"allOf": [{"$ref": "@A"}], "nullable": true}"#),
        "null | object (closed); a: string"
    );
    let beside = r#"{"$ref": "@A", "properties": {"ignored": {}}}"#;
    assert_eq!(
        of(beside),
        "object (closed); a: string",
        "3.0 ignores what stands beside a reference"
    );
    let read_only = r#"{"type": "object", "properties": {"x": {"$ref": "@A", "readOnly": true}}}"#;
    assert_eq!(of(read_only), "object (open); x: object (closed), read only; a: string");
}

#[test]
fn a_subtype_does_not_declare_what_its_siblings_do() {
    let document = |schema: &str| {
        format!(
            r##"{{"openapi": "3.0.3", "info": {{"title": "T", "version": "1"}},
            "paths": {{"/a": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{
                "schema": {{"$ref": "#/components/schemas/{schema}"}}}}}}}}}}}}}}}},
            "components": {{"schemas": {{
                "Pet": {{"type": "object", "properties": {{"kind": {{"type": "string"}}}},
                    "discriminator": {{"propertyName": "kind"}}}},
                "Cat": {{"allOf": [{{"$ref": "#/components/schemas/Pet"}}],
                    "properties": {{"claws": {{}}}}}},
                "Dog": {{"allOf": [{{"$ref": "#/components/schemas/Pet"}},
                    {{"properties": {{"chip": {{}}}}}}]}},
                "Alias": {{"allOf": [{{"$ref": "#/components/schemas/Pet"}}], "description": "a"}}
            }}}}}}"##
        )
    };
    let names = |schema: &str| {
        let contract = contract("api.json", &document(schema));
        let schema = contract.operations[0].responses[0].media[0].schema.as_ref().unwrap();
        let object = &contract.shapes.get(schema.shape).object;
        let mut names: Vec<String> = object.properties().map(|(name, _)| name.to_owned()).collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(names("Pet"), "chip claws kind");
    assert_eq!(names("Alias"), "chip claws kind", "only another name");
    assert_eq!(names("Cat"), "claws kind");
    assert_eq!(names("Dog"), "chip kind");
}

#[test]
fn what_is_one_of_its_own_alternatives_is_the_others() {
    let described = |schemas: &str| {
        let text = format!(
            r##"{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}},
            "paths": {{"/a": {{"get": {{"responses": {{"200": {{"content": {{"application/json": {{
                "schema": {{"$ref": "#/components/schemas/A"}}}}}}}}}}}}}}}},
            "components": {{"schemas": {{{schemas}}}}}}}"##
        );
        let contract = contract("api.json", &text);
        let media = &contract.operations[0].responses[0].media[0];
        contract.shapes.describe(media.schema.as_ref().unwrap().shape).trim().to_owned()
    };
    let itself = r##"{"$ref": "#/components/schemas/A"}"##;
    for (schemas, expected) in [
        (format!(r#""A": {{"anyOf": [{itself}]}}"#), "nothing"),
        (format!(r#""A": {{"anyOf": [{itself}, {{"type": "string"}}]}}"#), "string"),
        (
            format!(
                r##""A": {{"oneOf": [{{"$ref": "#/components/schemas/B"}}]}},
                "B": {{"oneOf": [{itself}, {{"type": "array", "items": {{"type": "string"}}}}]}}"##
            ),
            "array\n  []: string",
        ),
    ] {
        assert_eq!(described(&schemas), expected, "{schemas}");
    }
}
