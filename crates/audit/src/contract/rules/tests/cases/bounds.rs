//! Cases of `bounds.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "list-without-bound",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: array, items: { type: string } } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: array, maxItems: 3, items: { type: string } }, b: { allOf: [{ type: array }, { maxItems: 3 }] } } } } } }, responses: {} } } }",
    ),
    (
        "text-without-bound",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, format: email } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, maxLength: 3 }, b: { type: string, format: uuid }, c: { type: string, readOnly: true }, d: { type: string, pattern: '^[a-z]{2}$' }, e: { enum: [x] } } } } } }, responses: {} } } }",
    ),
    (
        "number-without-bound",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer, format: int32, minimum: 1 } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer, minimum: 1, maximum: 5 }, b: { type: integer } } } } } }, responses: {} } } }",
    ),
    (
        "integer-without-format",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer, format: int64 }, b: { type: number }, c: { type: integer, minimum: 1, maximum: 3 } } } } } }, responses: {} } } }",
    ),
    (
        "map-without-bound",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: object, additionalProperties: { type: string } } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: object, maxProperties: 9, additionalProperties: { type: string } } } } } } }, responses: {} } } }",
    ),
    (
        "endless-nesting",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } }, responses: {} } } }
components: { schemas: { A: { type: object, properties: { next: { type: array, items: { $ref: '#/components/schemas/A' } } } } } }",
        r"paths: { '/a': { get: { responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } } } } }
components: { schemas: { A: { type: object, properties: { next: { type: array, items: { $ref: '#/components/schemas/A' } } } } } }",
    ),
    (
        "page-size-without-bound",
        r"paths: { '/a': { get: { parameters: [{ name: per_page, in: query, schema: { type: integer } }], responses: {} } } }",
        r"paths: { '/a': { get: { parameters: [{ name: per_page, in: query, schema: { type: integer, maximum: 100 } }], responses: {} } } }",
    ),
    (
        "list-without-pages",
        r"paths: { '/a': { get: { responses: { '200': { description: d, content: { application/json: { schema: { type: array, items: { type: string } } } } } } } } }",
        r"paths: { '/a': { get: { parameters: [{ name: cursor, in: query, schema: { type: string } }], responses: { '200': { description: d, content: { application/json: { schema: { type: array, items: { type: string } } } } } } } } }",
    ),
    (
        "amount-below-zero",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { amount_cents: { type: integer, maximum: 5 } } } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, properties: { amount_cents: { type: integer, minimum: 1 }, price_id: { type: integer } } } } } }, responses: {} } } }",
    ),
];
