//! Cases of `consumption.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "url-taken-in",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { source: { type: string, format: uri } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { source: { type: string }, url: { type: string, enum: [a] } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "redirect-from-caller",
        r"paths: { '/a': { get: { parameters: [{ name: return_url, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: return_url, in: query, required: true, schema: { type: string, pattern: '^/[a-z]*$' } }],  responses: {} } }, '/b': { get: { parameters: [{ name: next, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "callback-anywhere",
        r"paths: { '/a': { post: { callbacks: { c: { '{$request.body#/url}': { post: { responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { callbacks: { c: { 'https://a.example/{$request.body#/id}': { post: { responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "call-unsigned",
        r"paths: { '/a': { post: { callbacks: { c: { 'https://a.example/': { post: { responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { callbacks: { c: { 'https://a.example/': { post: { parameters: [{ name: X-Hub-Signature-256, in: header, schema: { type: string } }], responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "callback-plain",
        r"paths: { '/a': { post: { callbacks: { c: { 'http://a.example/': { post: { responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { callbacks: { c: { 'https://a.example/': { post: { responses: {} } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "xml-taken",
        r"paths: { '/a': { post: { requestBody: { content: { application/xml: {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }], requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: integer } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "file-name-taken",
        r"paths: { '/a': { get: { parameters: [{ name: file_name, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: file_name, in: query, required: true, schema: { type: string, pattern: '^[a-z]+$' } }],  responses: {} } }, '/b': { get: { parameters: [{ name: file_id, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "language-taken",
        r"paths: { '/a': { get: { parameters: [{ name: where, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: where, in: query, required: true, schema: { type: string, enum: [a] } }],  responses: {} } }, '/b': { get: { parameters: [{ name: $orderby, in: query, schema: { type: string } }, { name: sort_by, in: query, schema: { type: string } }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
