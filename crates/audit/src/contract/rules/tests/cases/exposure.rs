//! Cases of `exposure.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "secret-in-answer",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { password_hash: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { password: { type: string, writeOnly: true }, name: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "sensitive-in-answer",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { iban: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/login': { post: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { access_token: { type: string } } } } } } } } }, '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { token: { type: string, writeOnly: true } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "answer-undescribed",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } } } } }, '/b': { get: {  responses: { '204': { description: d } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "error-tells-inside",
        r"paths: { '/a': { get: {  responses: { '500': { description: d, content: { application/json: { schema: { type: object, properties: { stackTrace: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { stackTrace: { type: string } } } } } } } } }, '/b': { get: {  responses: { '500': { description: d, content: { application/json: { schema: { type: object, properties: { title: { type: string } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
    (
        "secret-in-example",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { a: { type: string, example: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.bm90LWEtcmVhbC1zaWduYXR1cmUtYXQtYWxs } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { get: {  responses: { '200': { description: d, content: { application/json: { schema: { type: object, properties: { a: { type: string, example: AKIAIOSFODNN7EXAMPLE }, b: { type: string, default: '<token>' } } } } } } } } } }
components: { securitySchemes: { s: { type: http, scheme: bearer }, t: { type: http, scheme: bearer } } }",
    ),
];
