//! Cases of `errors.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "error-401-undeclared",
        r"paths: { '/a': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { security: [{ s: [] }],  responses: { 4XX: { description: d } } } }, '/b': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-403-undeclared",
        r"paths: { '/a': { get: { security: [{ s: [read] }], responses: {} } } }
components: { securitySchemes: { s: { type: openIdConnect, openIdConnectUrl: 'https://a.example/' } } }",
        r"paths: { '/a': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-400-undeclared",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: {} } }, '/b': { post: { requestBody: { content: { application/json: { schema: { type: integer } } } },  responses: { '422': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-429-undeclared",
        r"paths: { '/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '429': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-500-undeclared",
        r"paths: { '/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { default: { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "retry-after-undeclared",
        r"paths: { '/a': { get: {  responses: { '429': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '429': { description: d, headers: { retry-after: { schema: { type: integer } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "rate-headers-undeclared",
        r"paths: { '/a': { get: {  responses: { '200': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, headers: { RateLimit: { schema: { type: string } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-undescribed",
        r"paths: { '/a': { get: {  responses: { '400': { description: d, content: { application/json: {} } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '400': { description: d, content: { application/json: { schema: { type: object, properties: { title: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
