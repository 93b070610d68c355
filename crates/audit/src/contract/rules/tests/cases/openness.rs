//! Cases of `openness.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "object-open",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { type: object, additionalProperties: false, properties: { a: { type: integer } } } } } }, responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { b: { type: integer } } } } } } } } } }",
    ),
    (
        "composed-object-open",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { allOf: [{ type: object, properties: { a: { type: integer } } }] } } } }, responses: {} } } }",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: { schema: { unevaluatedProperties: false, allOf: [{ type: object, properties: { a: { type: integer } } }] } } } }, responses: {} } } }",
    ),
    (
        "body-undescribed",
        r"paths: { '/a': { post: { requestBody: { content: { application/json: {} } }, responses: {} } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } },  responses: {} } }, '/b': { post: { requestBody: { content: { image/png: {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "value-without-type",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { description: d } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer }, b: { enum: [1] }, c: { anyOf: [{ type: string }, { type: integer }] } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "items-undescribed",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: array } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: array, items: { type: string } } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "path-text-unrestricted",
        r"paths: { '/a/{name}': { get: { parameters: [{ name: name, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a/{name}': { get: { parameters: [{ name: name, in: path, required: true, schema: { type: string, pattern: '^[a-z]+$' } }],  responses: {} } }, '/b': { get: { parameters: [{ name: name, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "privilege-writable",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { is_admin: { type: boolean } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { is_admin: { type: boolean, readOnly: true } } } } } },  responses: {} } }, '/admin/users': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { role: { type: string } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "server-value-writable",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { created_at: { type: string } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { created_at: { type: string, readOnly: true } } } } } },  responses: {} } }, '/b': { post: { parameters: [{ name: created_at, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
