//! Cases of `urls.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "credential-in-url",
        r"paths: { '/a': { get: { parameters: [{ name: api_key, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: key, in: query, required: true, schema: { type: string } }],  responses: {} } }, '/b': { get: { parameters: [{ name: X-Token, in: header, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "person-in-url",
        r"paths: { '/a/{email}': { get: { parameters: [{ name: email, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: email_template, in: query, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "credential-as-parameter",
        r"paths: { '/a': { get: { parameters: [{ name: X-Api-Key, in: header, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { parameters: [{ name: X-CSRF-Token, in: header, required: true, schema: { type: string } }],  responses: {} } }, '/b': { get: { parameters: [{ name: X-Trace, in: header, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
