//! Cases of `uploads.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "any-media-type",
        r"paths: { '/a': { post: { requestBody: { content: { '*/*': {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { requestBody: { content: { image/*: {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "file-of-any-type",
        r"openapi: 3.0.3
paths: { '/a': { post: { requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { a: { type: string, format: binary } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"openapi: 3.0.3
paths: { '/a': { post: { requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { a: { type: string, format: binary } } }, encoding: { a: { contentType: image/png } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "file-without-size",
        r"openapi: 3.0.3
paths: { '/a': { post: { requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { a: { type: string, format: binary } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"openapi: 3.0.3
paths: { '/a': { post: { requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { a: { type: string, format: binary, maxLength: 9 } } } } } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "archive-taken",
        r"paths: { '/a': { post: { requestBody: { content: { application/zip: {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { post: { requestBody: { content: { image/png: {} } },  responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "active-answer",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { text/html: {} } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
