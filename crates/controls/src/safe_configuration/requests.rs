//! Header fields of requests: which reach the API.

/// What becomes of a header field of a request (rule 19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestField {
    /// It belongs to the connection or is the gateway's to set: never forwarded.
    Connection,
    /// It says who or what the request is, on nobody's authority: overrides of method, target,
    /// host or client. Never forwarded while this control is asked, not even when it observes, and
    /// not even if the contract declares it.
    Hostile,
    /// Its name has an underscore, which some servers read as a hyphen. It goes to the API if the
    /// contract declares it, and is hostile otherwise.
    Ambiguous,
    /// It is on the fixed list of what clients send.
    Ordinary,
    /// It goes to the API only if the contract declares it.
    IfDeclared,
}

/// The class of a header by its lower-case name.
pub fn request_field(name: &str) -> RequestField {
    if CONNECTION.binary_search(&name).is_ok() {
        RequestField::Connection
    } else if is_hostile(name) {
        RequestField::Hostile
    } else if name.contains('_') {
        // What the hyphenated name may not do, this one may not either.
        if is_hostile(&name.replace('_', "-")) {
            RequestField::Hostile
        } else {
            RequestField::Ambiguous
        }
    } else if ORDINARY.binary_search(&name).is_ok() {
        RequestField::Ordinary
    } else {
        RequestField::IfDeclared
    }
}

fn is_hostile(name: &str) -> bool {
    HOSTILE.binary_search(&name).is_ok()
        || HOSTILE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether proxies write a field to say on whose behalf they ask, by its lower-case name.
pub fn is_forwarding(name: &str) -> bool {
    matches!(name, "forwarded" | "true-client-ip" | "via" | "x-client-ip" | "x-real-ip")
        || name.starts_with("x-forwarded-")
}

/// Whether browsers and tools send a field unasked, so that leaving it out tells nothing.
pub fn is_sent_unasked(name: &str) -> bool {
    name.starts_with("sec-")
        || matches!(name, "origin" | "referer" | "dnt" | "cache-control" | "pragma" | "priority")
}

const CONNECTION: [&str; 17] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "portcullis-probe",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-request-id",
];

const ORDINARY: [&str; 13] = [
    "accept",
    "accept-language",
    "authorization",
    "content-language",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "traceparent",
    "tracestate",
    "user-agent",
];

const HOSTILE: [&str; 15] = [
    "client-ip",
    "forwarded",
    "front-end-https",
    "true-client-ip",
    "via",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-host",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];

/// What proxies write of a client's certificate (RFC 9440 and older names) is among them: nobody but the
/// gateway says whose a connection is.
const HOSTILE_PREFIXES: [&str; 12] = [
    "client-cert",
    "portcullis-",
    "ssl-client-",
    "x-amzn-mtls-",
    "x-arr-clientcert",
    "x-client-cert",
    "x-envoy-",
    "x-forwarded-",
    "x-original-",
    "x-ssl-cert",
    "x-ssl-client-",
    "x-tls-client-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_class() {
        assert!(CONNECTION.is_sorted() && ORDINARY.is_sorted() && HOSTILE.is_sorted());
        for name in [
            "x-http-method-override",
            "x-forwarded-for",
            "x_forwarded_for",
            "x-original-url",
            "x-client-cert",
            "x_ssl_client_verify",
            "client-cert-chain",
            "x-forwarded-client-cert",
        ] {
            assert_eq!(request_field(name), RequestField::Hostile, "{name}");
        }
        assert_eq!(request_field("user_id"), RequestField::Ambiguous);
        assert_eq!(request_field("transfer-encoding"), RequestField::Connection);
        assert_eq!(request_field("accept"), RequestField::Ordinary);
        assert_eq!(request_field("x-debug"), RequestField::IfDeclared);
    }
}
