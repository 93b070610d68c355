//! The kinds of problem that an OpenAPI document can have. Names are stable; `portcullis explain
//! NAME` prints the page.

mod paths;
mod references;

use portcullis_model::Code;

pub use paths::{
    AMBIGUOUS_PATH, OPEN_PARAMETER, PARAMETER, PARAMETER_STYLE, PATH_TEMPLATE, SAME_PATH,
    SPLITTABLE_PATH,
};
pub use references::{DANGLING_REFERENCE, FOREIGN_REFERENCE, REFERENCE_CYCLE, UNREAD_FILE};

/// All of them.
pub const ALL: &[&Code] = &[
    &UNREADABLE,
    &TOO_LARGE,
    &VERSION,
    &STRUCTURE,
    &DANGLING_REFERENCE,
    &FOREIGN_REFERENCE,
    &UNREAD_FILE,
    &REFERENCE_CYCLE,
    &SERVER,
    &PATH_TEMPLATE,
    &SAME_PATH,
    &AMBIGUOUS_PATH,
    &SPLITTABLE_PATH,
    &PARAMETER,
    &PARAMETER_STYLE,
    &OPEN_PARAMETER,
    &NOT_SERVED,
    &MEDIA_TYPE,
    &ENCODING,
    &XML_SCHEMA,
    &SECURITY,
    &SUNSET,
    &SLOW_PATTERN,
    &SCHEMA,
    &FORMAT,
    &FREE_FORM,
    &OPERATION_ID,
    &UNKNOWN_KEY,
    &TOO_COMPLEX,
    &MORE_PROBLEMS,
    &NO_OPERATIONS,
];

/// The document is neither JSON nor YAML with one reading.
pub static UNREADABLE: Code = Code {
    name: "contract-unreadable",
    page: "# contract-unreadable

The document is neither JSON nor YAML with one reading.

## Example

```yaml
openapi: 3.0.3
info: { title: Pharmacy
```

The bracket is never closed.

## What to do

Correct the text at the place that is shown. JSON is expected where the name ends with `.json` or
the text begins with `{` or `[`, YAML everywhere else. Names that stand twice in one object, merge
keys (`<<`), tags and a second YAML document are refused, because readers differ on them. The file is
UTF-8: what was saved as UTF-16 or Latin-1 is saved anew.
",
};

/// The document is larger than a contract may be.
pub static TOO_LARGE: Code = Code {
    name: "contract-too-large",
    page: "# contract-too-large

The document is larger than a contract may be.

## Example

```yaml
a: &a [x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b]
```

A few more lines like these would fill any memory.

## What to do

A document may have 96 MiB, 16 million values, 512 levels, and 16 MiB that come from aliases. Take
out large examples, and write repeated parts once under `components`.
",
};

/// The document does not say that it is of a version that is read.
pub static VERSION: Code = Code {
    name: "contract-version",
    page: r#"# contract-version

The document does not say that it is of a version that is read.

## Example

```yaml
swagger: "1.2"
```

## What to do

Swagger 2.0 and OpenAPI 3.0.x, 3.1.x and 3.2.x are read. Convert an older document first; most
converters need one command.
"#,
};

/// Something that the OpenAPI specification requires is missing or is of another kind.
pub static STRUCTURE: Code = Code {
    name: "contract-structure",
    page: r#"# contract-structure

Something that the OpenAPI specification requires is missing or is of another kind.

## Example

```yaml
openapi: 3.0.3
info: { title: Pharmacy, version: "1" }
paths: []
```

`paths` must be an object.

## What to do

Write what the message asks for at the place that is shown. An error stops the gateway. As a
warning, the message says what is left out because of it.
"#,
};

/// The base path of the API is not clear from `servers`.
pub static SERVER: Code = Code {
    name: "contract-server",
    page: "# contract-server

The base path of the API is not clear from `servers`.

## Example

```yaml
servers:
  - url: https://api.example.com/v1
  - url: https://api.example.com/v2
```

Is it `/v1` or `/v2`?

## What to do

The first server decides. Put the right one first, give every server variable a default, or set
`base_path` in the policy. `servers` inside paths and operations are not read.
",
};

/// An operation cannot be checked, so it is closed.
pub static NOT_SERVED: Code = Code {
    name: "contract-operation-not-served",
    page: r#"# contract-operation-not-served

An operation cannot be checked, so it is closed.

## Example

```yaml
schema: { type: string, pattern: "(" }
```

This pattern is none; what it should forbid is not known.

## What to do

Correct the place that is shown. All other operations are served.
"#,
};

/// A key under `content` is no media type, or of a type that is not looked into.
pub static MEDIA_TYPE: Code = Code {
    name: "contract-media-type",
    page: "# contract-media-type

A key under `content` is no media type, or of a type that is not looked into.

## Example

```yaml
content:
  multipart/mixed: { schema: { type: object } }
```

## What to do

Of the bodies with several parts only `multipart/form-data` is read: requests with others are
refused. Answers of several parts are not inspected. Text and bytes are one value: a schema
of type `object` or `array` is not enforced on them.
",
};

/// What is said of the fields or parts of a body cannot be enforced, or leaves a file open.
pub static ENCODING: Code = Code {
    name: "contract-encoding",
    page: r#"# contract-encoding

What is said of the fields or parts of a body cannot be enforced, or leaves a file open.

## Example

```yaml
content:
  multipart/form-data:
    schema: { type: object, properties: { photo: { type: string, format: binary } } }
```

Nothing says what `photo` is: a picture, or a page with a script.

## What to do

Declare the media types of each file: `encoding: { photo: { contentType: "image/png, image/jpeg" } }`.
A file with another label is then refused, and so is one that does not begin as its label says.
Lists are read as one part per item, objects as JSON in one part; other styles are not read.

In a form (`application/x-www-form-urlencoded`) every style of a query is read. A style that says
nothing of what a property holds (`deepObject` of a text, `pipeDelimited` with `explode` of an object,
`form` with `explode` of a map) counts as none: lists are then repeated names, objects JSON, and both
may be written with brackets.
"#,
};

/// What is said of XML is not understood, or has no single meaning.
pub static XML_SCHEMA: Code = Code {
    name: "contract-xml-schema",
    page: "# contract-xml-schema

What is said of XML is not understood, or has no single meaning.

## Example

```yaml
content:
  application/xml:
    schema:
      type: object
      properties:
        id: { type: integer }
        code: { type: string, xml: { name: id } }
```

Is an element `id` the one or the other?

## What to do

Bodies in XML are read by `name`, `namespace`, `attribute`, `wrapped` and (3.2) `nodeType` of each
property. Give each property of an object its own name and place, write `wrapped: true` on a list
inside a list, and make attributes and texts of single values only. Where the message says that such
bodies are refused, requests are answered 415 and answers become 502: nothing else would keep out
elements that nobody declared. A prefix means nothing without its `namespace`.
",
};

/// A security requirement or scheme cannot be satisfied as it is written.
pub static SECURITY: Code = Code {
    name: "contract-security",
    page: "# contract-security

A security requirement or scheme cannot be satisfied as it is written.

## Example

```yaml
security: [{ baerer: [] }]
components:
  securitySchemes: { bearer: { type: http, scheme: bearer } }
```

## What to do

Name a scheme that stands under `components.securitySchemes` (Swagger 2.0: `securityDefinitions`),
and give it a type that OpenAPI knows.
Until then nothing satisfies the requirement, and callers are refused.
",
};

/// `x-sunset` is not a date, so it has no effect.
pub static SUNSET: Code = Code {
    name: "contract-sunset",
    page: "# contract-sunset

`x-sunset` is not a date, so it has no effect.

## Example

```yaml
x-sunset: next spring
```

## What to do

Write the first day on which the operation is no longer served: `x-sunset: 2027-03-31`.
",
};

/// A pattern cannot be matched in linear time, mostly because it looks around or refers back.
pub static SLOW_PATTERN: Code = Code {
    name: "contract-slow-pattern",
    page: r#"# contract-slow-pattern

A pattern cannot be matched in linear time, mostly because it looks around or refers back.

## Example

```yaml
pattern: "^(?!.*secret).*$"
```

## What to do

It is enforced with a bounded number of steps; a value that needs more is refused. Where you can,
write it without `(?=`, `(?!`, `(?<` and `\\1`.
"#,
};

/// A schema says something that has no meaning, or that is not read in this version.
pub static SCHEMA: Code = Code {
    name: "contract-schema",
    page: "# contract-schema

A schema says something that has no meaning, or that is not read in this version.

## Example

```yaml
type: strng
```

## What to do

Correct it. Operations whose requests depend on it are not served until then, because what it
should forbid is not known.
",
};

/// A schema has a format that is not known here.
pub static FORMAT: Code =
    Code { name: "contract-format", page: include_str!("codes/contract-format.md") };

/// Some part of a schema allows any properties, beside others that declare theirs.
pub static FREE_FORM: Code = Code {
    name: "contract-free-form",
    page: r##"# contract-free-form

One alternative of a schema, a condition (`then`, `dependentSchemas`) or a subtype allows any
properties, beside others that declare theirs.

## Example

```yaml
oneOf:
  - $ref: "#/components/schemas/Card"
  - type: object
```

## What to do

Only the declared properties count as declared; the free-form part does not open the rest. No
schema does: beside `properties`, undeclared ones are removed whatever `additionalProperties` says, in
requests and answers. If any property may really reach the API, that is a decision of the policy, with a
reason: `relax: [{ operation: NAME, undeclared: allow, by: ..., reason: ... }]`. Where the names are
free and the values are not, describe a map: `additionalProperties: { type: string }` stays.
"##,
};

/// An `operationId` names two operations, or cannot be a name.
pub static OPERATION_ID: Code = Code {
    name: "contract-operation-id",
    page: "# contract-operation-id

Two operations have the same `operationId`: the name means the first of them. Or one cannot be a name:
it holds `*`, characters that act on a terminal, or is written like a method and a path, which could be
another operation's. Such an operation is called by its method and path.

## Example

```yaml
paths:
  /orders: { get: { operationId: list } }
  /cards: { get: { operationId: list } }
```

## What to do

Rename one, or write `GET /cards` in the policy.
",
};

/// A key stands where OpenAPI does not know it, so it has no effect.
pub static UNKNOWN_KEY: Code = Code {
    name: "contract-unknown-key",
    page: "# contract-unknown-key

A key stands where OpenAPI does not know it, so it has no effect.

## Example

```yaml
paths:
  /orders: { gett: {} }
```

## What to do

Correct its spelling, or begin it with `x-` if it is an extension.
",
};

/// The schemas are combined in so many ways that they cannot be compiled within bounds.
pub static TOO_COMPLEX: Code = Code {
    name: "contract-too-complex",
    page: r##"# contract-too-complex

The schemas are combined in so many ways that they cannot be compiled within bounds.

## Example

```yaml
Node:
  oneOf: [{ $ref: "#/components/schemas/A" }, { $ref: "#/components/schemas/B" }]
```

with hundreds of alternatives that contain one another.

## What to do

Use fewer alternatives that refer to one another, and fewer levels of `allOf`.
"##,
};

/// No operation can be served.
pub static NO_OPERATIONS: Code = Code {
    name: "contract-no-operations",
    page: "# contract-no-operations

No operation can be served.

## Example

```yaml
openapi: 3.1.0
info: { title: Pharmacy, version: '1' }
paths: {}
```

Every request would be answered 404.

## What to do

Name the document that describes the operations: a build step may have left this one empty, or it
holds only the schemas of another.
",
};

/// There are more problems than are shown.
pub static MORE_PROBLEMS: Code = Code {
    name: "contract-more-problems",
    page: "# contract-more-problems

There are more problems than are shown.

## Example

```text
214 more problems are not shown
```

## What to do

Correct the ones that are shown, then read the document again.
",
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_a_name_of_its_own_and_a_page() {
        let mut names = HashSet::new();
        for code in ALL {
            assert!(names.insert(code.name), "{} stands twice", code.name);
            assert!(code.name.starts_with("contract-"), "{}", code.name);
            assert!(
                code.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                "{}",
                code.name
            );
            assert!(code.page.starts_with(&format!("# {}\n", code.name)), "{}", code.name);
            for heading in ["\n## Example\n", "\n## What to do\n"] {
                assert!(code.page.contains(heading), "{} lacks {heading}", code.name);
            }
        }
    }
}
