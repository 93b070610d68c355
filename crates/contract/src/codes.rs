//! The kinds of problem that an OpenAPI document can have.

use portcullis_model::Code;

/// Neither JSON nor YAML.
pub static UNREADABLE: Code = Code {
    name: "contract-unreadable",
    page: r#"# contract-unreadable

The document is neither JSON nor YAML.

## Example

```yaml
openapi: 3.0.3
info: { title: Pharmacy
```

The bracket is never closed.

## What to do

Correct the text at the place that is shown. JSON is expected where the name ends with `.json` or
the text begins with `{`, YAML everywhere else.
"#,
};
