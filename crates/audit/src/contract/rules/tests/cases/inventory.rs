//! Cases of `inventory.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "deprecated-without-sunset",
        r"paths: { '/a': { get: { deprecated: true,  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { deprecated: true, x-sunset: '2027-03-31',  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "old-version-served",
        r"paths: { '/v1/a': { get: {  responses: {} } }, '/v2/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/v1/a': { get: { deprecated: true,  responses: {} } }, '/v2/a': { get: {  responses: {} } }, '/v1/b': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "read-that-changes",
        r"paths: { '/users/{id}/delete': { get: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }],  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: { operationId: listDeletedUsers,  responses: {} } }, '/b': { delete: { operationId: deleteUser,  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "trace-declared",
        r"paths: { '/a': { trace: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "origins-undecided",
        r"paths: { '/a': { get: {  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, headers: { Access-Control-Allow-Origin: { schema: { type: string } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "part-unread",
        r"paths: { '/a': { get: { parameters: [{ name: a, in: nowhere, required: true, schema: { type: string } }], responses: {} } } }",
        r"paths: { '/a': { get: { parameters: [{ name: a, in: query, required: true, schema: { type: string } }], responses: {} } } }",
    ),
    (
        "part-unread",
        r"paths: { '/a': { Post: { responses: {} }, get: { responses: {} } } }",
        r"paths: { '/a': { x-delete: { responses: {} }, note: { a: 1 }, get: { responses: {} } } }",
    ),
    ("part-unread", "paths: {}", "webhooks: { paid: { post: { responses: {} } } }\npaths: {}"),
    (
        "part-unread",
        "paths: { '/a': { get: { responses: {} }, post: [] } }",
        "paths: { '/a': { get: { responses: {} } } }",
    ),
];
