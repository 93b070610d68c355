//! The kinds of problem that a `$ref` can have.

use portcullis_model::Code;

/// A `$ref` points to something that is not in the document.
pub static DANGLING_REFERENCE: Code = Code {
    name: "contract-dangling-reference",
    page: r##"# contract-dangling-reference

A `$ref` points to something that is not in the document.

## Example

```yaml
schema: { $ref: "#/components/schemas/Oder" }
```

There is `Order`, and no `Oder`.

## What to do

Correct the pointer, or add what it points to. Nothing is guessed, so the gateway does not start:
what stands behind the pointer decides what may pass.
"##,
};

/// A `$ref` points to something that is never read: a URL, or a file outside of the folder.
pub static FOREIGN_REFERENCE: Code = Code {
    name: "contract-foreign-reference",
    page: r#"# contract-foreign-reference

A `$ref` points to something that is never read: a URL, or a file outside of the folder.

## Example

```yaml
schema: { $ref: "https://example.com/schemas/order.yaml" }
```

## What to do

References inside the document (`#/components/...`) and to files below the folder of the main
document (`schemas/order.yaml#/Order`) are read. Nothing is ever fetched: save what the URL names
beside the document. Where a file lies above the main document, move the main document up. All files
are of one version: Swagger 2.0, OpenAPI 3.0, or 3.1 and 3.2.
"#,
};

/// A file that a `$ref` points to is not read.
pub static UNREAD_FILE: Code = Code {
    name: "contract-unread-file",
    page: r#"# contract-unread-file

A file that a `$ref` points to is not read.

## Example

```yaml
schema: { $ref: "schemas/oder.yaml" }
```

There is `schemas/order.yaml`, and no `oder.yaml`.

## What to do

Correct the path: it is relative to the file that the reference stands in. The file must be a regular
file in JSON or YAML, below the folder of the main document also when links are followed. A contract
may have 4,096 files, and 96 MiB and 16 million values in all of them together.
"#,
};

/// A chain of `$ref`s leads back to itself without ever saying anything.
pub static REFERENCE_CYCLE: Code = Code {
    name: "contract-reference-cycle",
    page: r##"# contract-reference-cycle

A chain of `$ref`s leads back to itself without ever saying anything.

## Example

```yaml
components:
  parameters:
    A: { $ref: "#/components/parameters/B" }
    B: { $ref: "#/components/parameters/A" }
```

## What to do

Give one of them a content. Schemas that contain themselves (a tree, a comment with answers) are
fine; this is about references that point to nothing but references.
"##,
};
