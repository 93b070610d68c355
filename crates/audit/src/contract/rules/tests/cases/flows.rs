//! Cases of `flows.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "flow-done-twice",
        r"paths: { '/payments': { post: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/payments': { post: { parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }],  responses: {} } }, '/payments/search': { post: {  responses: {} } }, '/orders/cancel': { post: { responses: {} } }, '/payments/reject': { post: { responses: {} } }, '/orders/recommendations': { post: { responses: {} } }, '/payments/{id}': { get: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "flow-without-limit",
        r"paths: { '/vouchers/redeem': { post: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/vouchers/redeem': { post: {  responses: { '429': { description: d } } } }, '/notes': { post: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "price-from-client",
        r"paths: { '/orders': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { unit_price: { type: number } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/orders': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { unit_price: { type: number, readOnly: true } } } } } },  responses: {} } }, '/products': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { price: { type: number } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "step-skippable",
        r"paths: { '/orders/{id}/pay': { post: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/orders/pay': { post: {  responses: {} } }, '/orders/{id}/notes': { post: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "messages-without-limit",
        r"paths: { '/invitations': { post: { operationId: sendInvitation,  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/invitations': { post: { operationId: sendInvitation,  responses: { '429': { description: d } } } }, '/messages': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "guess-without-limit",
        r"paths: { '/login': { post: { security: [], requestBody: { content: { application/json: { schema: { type: object, properties: { password: { type: string } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/login': { post: { security: [],  responses: {} } }, '/notes': { post: { security: [], requestBody: { content: { application/json: { schema: { type: object, properties: { password: { type: string } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "account-told",
        r"paths: { '/login': { post: { security: [],  responses: { '404': { description: no such user } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/login': { post: { security: [],  responses: { '401': { description: d } } } }, '/notes': { post: { security: [],  responses: { '404': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "reset-tells-token",
        r"paths: { '/password/forgot': { post: { security: [],  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { reset_token: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/password/forgot': { post: { security: [],  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { status_code: { type: string } } } } } } } } }, '/login': { post: { security: [],  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { token: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
