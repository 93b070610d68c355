//! Header fields of answers: which are added, which never leave.

/// What is known of an answer when its security headers are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Security {
    /// Whether it came in over TLS, so that HSTS (RFC 6797) means something.
    pub is_tls: bool,
    /// Whether it depends on the caller, or is a refusal: nobody may store it (rule 23).
    pub is_private: bool,
}

/// The fields that every answer carries. An API's answers are data: no script may run in them,
/// no page may frame them, no browser may guess their type.
pub fn security_fields(security: Security) -> impl Iterator<Item = (&'static str, &'static str)> {
    const ALWAYS: [(&str, &str); 6] = [
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Frame-Options", "DENY"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
    ];
    let private = security.is_private.then_some(("Cache-Control", "private, no-store"));
    let tls = security.is_tls.then_some(("Strict-Transport-Security", "max-age=31536000"));
    ALWAYS.into_iter().chain(private).chain(tls)
}

/// Whether a field of the API's answer tells how it is built, or is the gateway's to set. The
/// name is in lower case.
pub fn is_leak(name: &str) -> bool {
    const OURS: [&str; 10] = [
        "content-security-policy",
        "cross-origin-resource-policy",
        "deprecation",
        "referrer-policy",
        "strict-transport-security",
        "sunset",
        "x-content-type-options",
        "x-frame-options",
        "x-permitted-cross-domain-policies",
        "x-request-id",
    ];
    OURS.binary_search(&name).is_ok()
        || REMOVED.binary_search(&name).is_ok()
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Families of names that gateways, debuggers and meshes add.
const PREFIXES: [&str; 13] = [
    "access-control-",
    "portcullis-",
    "x-accel-",
    "x-aspnet",
    "x-b3-",
    "x-backend",
    "x-datadog-",
    "x-debug",
    "x-envoy-",
    "x-internal-",
    "x-kong-",
    "x-litespeed-",
    "x-upstream",
];

/// Names from the OWASP Secure Headers Project's list of headers to remove (Apache-2.0) that no
/// family above covers, and a few of ours.
const REMOVED: [&str; 81] = [
    "$wsep",
    "activate-storage-access",
    "alt-svc",
    "attribution-reporting-register-source",
    "attribution-reporting-register-trigger",
    "content-security-policy-report-only",
    "critical-ch",
    "host-header",
    "k-proxy-request",
    "liferay-portal",
    "nel",
    "observe-browsing-topics",
    "oraclecommercecloud-version",
    "origin-trial",
    "pega-host",
    "powered-by",
    "product",
    "refresh",
    "report-to",
    "reporting-endpoints",
    "server",
    "server-timing",
    "service-worker-allowed",
    "set-login",
    "sourcemap",
    "speculation-rules",
    "supports-loading-mode",
    "use-as-dictionary",
    "via",
    "x-atmosphere-error",
    "x-atmosphere-first-request",
    "x-atmosphere-tracking-id",
    "x-backside-transport",
    "x-beserver",
    "x-calculatedbetarget",
    "x-cf-powered-by",
    "x-cms",
    "x-cocoon-version",
    "x-content-encoded-by",
    "x-diaginfo",
    "x-dtagentid",
    "x-dthealthcheck",
    "x-dtinjectedservlet",
    "x-feserver",
    "x-framework",
    "x-generated-by",
    "x-generator",
    "x-gitlab-meta",
    "x-jitsi-release",
    "x-joomla-version",
    "x-kubernetes-pf-flowschema-ui",
    "x-kubernetes-pf-prioritylevel-ui",
    "x-lighttpd-send-file",
    "x-mod-pagespeed",
    "x-nextjs-cache",
    "x-nextjs-matched-path",
    "x-nextjs-page",
    "x-nextjs-redirect",
    "x-old-content-length",
    "x-oneagent-js-injection",
    "x-owa-version",
    "x-page-speed",
    "x-php-version",
    "x-powered-by",
    "x-powered-by-plesk",
    "x-powered-cms",
    "x-redirect-by",
    "x-runtime",
    "x-ruxit-js-agent",
    "x-sendfile",
    "x-served-by",
    "x-server-powered-by",
    "x-sourcefiles",
    "x-sourcemap",
    "x-sql",
    "x-turbo-charged-by",
    "x-tyk-trace-id",
    "x-umbraco-version",
    "x-varnish-backend",
    "x-varnish-server",
    "x-woodpecker-version",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_because_they_are_searched_by_halves() {
        assert!(REMOVED.is_sorted());
        for name in
            ["server", "x-powered-by", "x-debug-sql", "x-kong-request-id", "x-frame-options"]
        {
            assert!(is_leak(name), "{name}");
        }
        for name in
            ["content-type", "etag", "location", "x-total-count", "link", "x-ratelimit-limit"]
        {
            assert!(!is_leak(name), "{name}");
        }
    }
}
