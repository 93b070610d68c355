//! Cases of `objects.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "counted-id",
        r"paths: { '/orders/{id}': { get: { parameters: [{ name: id, in: path, required: true, schema: { type: integer } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/orders/{id}': { get: { parameters: [{ name: id, in: path, required: true, schema: { type: string, format: uuid } }],  responses: {} } }, '/pages/{id}': { get: { parameters: [{ name: n, in: query, required: true, schema: { type: integer } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "object-without-owner",
        r"paths: { '/orders/{id}': { get: { security: [{ s: [] }], parameters: [{ name: id, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/orders/{id}': { get: { security: [], parameters: [{ name: id, in: path, required: true, schema: { type: string } }],  responses: {} } }, '/orders': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "owner-from-caller",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { customer_id: { type: string } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { customer_id: { type: string, readOnly: true } } } } } },  responses: {} } }, '/customers/{customer_id}': { put: { security: [{ s: [] }], parameters: [{ name: customer_id, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
