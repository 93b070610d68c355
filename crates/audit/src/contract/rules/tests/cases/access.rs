//! Cases of `access.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "no-security-scheme",
        r"paths: { '/a': { post: { responses: {} } } }",
        r"paths: { '/a': { post: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "security-never-asked",
        r"paths: { '/a': { post: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "write-open",
        r"paths: { '/a': { post: {  responses: {} } }, '/b': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { security: [],  responses: {} } }, '/b': { get: { security: [{ s: [] }],  responses: {} } }, '/c': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "read-open",
        r"paths: { '/a': { get: {  responses: {} } }, '/b': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { security: [],  responses: {} } }, '/b': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "root-security-empty",
        r"paths: { '/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }
security: []",
        r"paths: { '/a': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }
security: []",
    ),
    (
        "credential-optional",
        r"paths: { '/a': { post: { security: [{ s: [] }, {}],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { security: [{ s: [] }, {}],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "write-public",
        r"paths: { '/reviews': { post: { security: [],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/login': { post: { security: [],  responses: {} } }, '/a': { get: { security: [],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "operation-public",
        r"paths: { '/catalogue': { get: { security: [],  responses: {} } } }",
        r"paths: { '/catalogue': { get: { security: [{ s: [] }],  responses: {} } }, '/b': { get: { responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "administration-open",
        r"paths: { '/admin/users': { delete: { security: [],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/admin/users': { delete: { security: [{ s: [] }],  responses: {} } }, '/risk-management/reports': { get: { security: [], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "administration-same-credential",
        r"paths: { '/admin/users': { delete: { security: [{ s: [] }],  responses: {} } }, '/orders': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/admin/users': { delete: { security: [{ t: [] }],  responses: {} } }, '/orders': { get: { security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "debug-operation",
        r"paths: { '/actuator/heapdump': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/metrics': { get: {  responses: {} } }, '/debuggers/test': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "version-weaker",
        r"paths: { '/v1/a/{id}': { get: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }], security: [],  responses: {} } }, '/v2/a/{key}': { get: { parameters: [{ name: key, in: path, required: true, schema: { type: string } }], security: [{ s: [] }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/v1/a': { get: { security: [{ s: [] }],  responses: {} } }, '/v2/a': { get: { security: [{ s: [] }],  responses: {} } }, '/v1/b': { get: { security: [],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
