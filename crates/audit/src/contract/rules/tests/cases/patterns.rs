//! Cases of `patterns.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "pattern-backtracks",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, pattern: '^(\w+\s?)*$' } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, pattern: '^\w+(\s\w+)*$' } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "pattern-unanchored",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, pattern: '[a-z]+' } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string, pattern: '^[a-z]+$' } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
