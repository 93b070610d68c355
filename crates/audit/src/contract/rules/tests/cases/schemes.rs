//! Cases of `schemes.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "basic-credentials",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: Basic } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }",
    ),
    (
        "key-declared-in-query",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: apiKey, in: query, name: key } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: apiKey, in: header, name: key } } }",
    ),
    (
        "old-authentication",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: digest } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: dpop } } }",
    ),
    (
        "token-kind-unsaid",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer, bearerFormat: JWT } } }",
    ),
    (
        "scheme-missing",
        r"paths: { '/a': { put: { security: [{ t: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: http, scheme: bearer } } }",
    ),
    (
        "cookie-for-writes",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: apiKey, in: cookie, name: session } } }",
        r"paths: { '/a': { put: { security: [{ s: [], t: [] }], responses: {} }, get: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: apiKey, in: cookie, name: session }, t: { type: apiKey, in: header, name: X-CSRF-Token } } }",
    ),
    (
        "oauth-implicit",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { implicit: { authorizationUrl: 'https://a.example/a', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
    (
        "oauth-password",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { password: { tokenUrl: 'https://a.example/t', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
    (
        "oauth-without-code-flow",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { password: { tokenUrl: 'https://a.example/t', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { password: { tokenUrl: 'https://a.example/t', scopes: {} }, authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
    (
        "oauth-without-refresh",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
    (
        "oauth-address-plain",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { clientCredentials: { tokenUrl: 'http://a.example/t', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
    (
        "scope-for-everything",
        r"paths: { '/a': { put: { security: [{ s: [all] }], responses: {} }, get: { security: [{ s: [all] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
        r"paths: { '/a': { put: { security: [{ s: [write] }], responses: {} }, get: { security: [{ s: [read] }], responses: {} } } }
components: { securitySchemes: { s: { type: oauth2, flows: { authorizationCode: { authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', refreshUrl: 'https://a.example/r', scopes: {} } } } } }",
    ),
];
