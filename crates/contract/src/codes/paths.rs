//! Problems of paths and parameters.

use portcullis_model::Code;

/// No request can match this path, so its operations are not served.
pub static PATH_TEMPLATE: Code = Code {
    name: "contract-path-template",
    page: "# contract-path-template

No request can match this path, so its operations are not served.

## Example

```yaml
paths:
  /orders?state={state}: { get: {} }
```

A query is no part of a path.

## What to do

Write the path with `/` first, braces around names, no query, no fragment, no empty segment and no
`.` or `..`. Declare query values as parameters.
",
};

/// Two operations have the same method and match the same paths.
pub static SAME_PATH: Code = Code {
    name: "contract-same-path",
    page: "# contract-same-path

Two operations have the same method and match the same paths.

## Example

```yaml
paths:
  /orders/{id}: { get: { operationId: getOrder } }
  /orders/{number}: { get: { operationId: getByNumber } }
```

Parameter names do not tell paths apart.

## What to do

The first one is served, the second is not. Join them, or give one of them another path.
",
};

/// Several values stand in one path segment, and some texts can be split in two ways.
pub static SPLITTABLE_PATH: Code = Code {
    name: "contract-splittable-path",
    page: r#"# contract-splittable-path

Several values stand in one path segment, and some texts can be split in two ways.

## Example

```yaml
paths:
  /files/{name}.{extension}: { get: {} }
```

Is `a.tar.gz` the name `a` or `a.tar`?

## What to do

Nobody knows how the API splits it, so each value must be as declared in every way to split the
segment. A schema that forbids the text between them (`pattern: "^[^.]+$"`) thereby refuses every
request that can be split in two ways.
"#,
};

/// Two paths match the same requests, and neither is the more specific one.
pub static AMBIGUOUS_PATH: Code = Code {
    name: "contract-ambiguous-path",
    page: "# contract-ambiguous-path

Two paths match some of the same requests, and neither is the more specific one throughout.

## Example

```yaml
paths:
  /{entity}/me: { get: {} }
  /books/{id}: { get: {} }
```

`/books/me` is both, and the specification leaves it to the tool which one it is.

## What to do

Here fixed text wins over a parameter, segment by segment from the left: `/books/{id}`. If the API
decides otherwise, its rules for the other path are not applied to such a request. Name the paths
so that they cannot meet, or forbid the value with the parameter's schema.
",
};

/// A parameter does not fit its operation.
pub static PARAMETER: Code = Code {
    name: "contract-parameter",
    page: "# contract-parameter

A parameter does not fit its operation.

## Example

```yaml
paths:
  /orders/{id}:
    get:
      parameters: [{ name: order_id, in: path, required: true, schema: { type: string } }]
```

The path says `id`.

## What to do

Make names agree. A path value that is not declared is taken as any text. A declared path parameter
that the path does not name is left out.
",
};

/// A parameter is written in a style that gives its value no form.
pub static PARAMETER_STYLE: Code = Code {
    name: "contract-parameter-style",
    page: "# contract-parameter-style

A parameter is written in a style that gives its value no form, or as a media type that is not read.

## Example

```yaml
- { name: ids, in: query, style: matrix, schema: { type: array, items: { type: integer } } }
```

`matrix` is a style of paths.

## What to do

The message says what becomes of the value. \"Taken as one text\" means that it passes without being
checked against the schema. Write a style of its place: `simple`, `label` or `matrix` in a path,
`form`, `spaceDelimited`, `pipeDelimited` or `deepObject` in a query, `simple` in a header, `form` or
`cookie` in a cookie; or `content: { application/json: ... }` where values are deeper than that.
",
};

/// An object takes every parameter that nothing else declares.
pub static OPEN_PARAMETER: Code = Code {
    name: "contract-open-parameter",
    page: "# contract-open-parameter

An object takes every parameter that nothing else declares.

## Example

```yaml
- { name: filter, in: query, schema: { type: object } }
```

In a query an object is written with `explode: true` unless the document says otherwise: its members
are parameters themselves. This one names no members, so `?debug=1` is one.

## What to do

Declare its `properties`; what is not among them is then removed. If the API expects
`filter[status]=new`, add `style: deepObject`; if it expects JSON, say so with
`content: { application/json: ... }`.
",
};
