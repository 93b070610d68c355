//! Cases of `transport.rs`.

use super::Case;

pub(super) const CASES: &[Case] = &[
    (
        "server-plain",
        r"swagger: '2.0'
host: api.example.com
schemes: [http, https]",
        r"servers: [{ url: 'http://localhost:8080' }, { url: 'https://api.example.com' }, { url: /v1 }]",
    ),
    (
        "server-any-host",
        r"servers: [{ url: 'https://{zone}.example.com', variables: { zone: { default: eu } } }]",
        r"servers: [{ url: 'https://{zone}.example.com/{v}', variables: { zone: { default: eu, enum: [eu] }, v: { default: v1 } } }]",
    ),
    (
        "server-with-password",
        r"servers: [{ url: 'https://joe:word@api.example.com' }]",
        r"servers: [{ url: 'https://api.example.com/@joe' }]",
    ),
    (
        "server-inside",
        r"servers: [{ url: 'https://api.example.com' }, { url: 'http://10.0.0.3' }]",
        r"servers: [{ url: 'http://localhost:8080' }]",
    ),
    (
        "server-purpose-unsaid",
        r"servers: [{ url: 'https://api.example.com' }, { url: 'https://b.example.com', description: Sandbox }]",
        r"servers: [{ url: 'https://api.example.com' }]",
    ),
];
