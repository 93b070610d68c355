//! Host names that lead inside, whatever a resolver says of them.

/// Ends of names that no public name has (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`), or that networks
/// give their own machines.
const ENDS: [&str; 14] = [
    "cluster.local",
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "localhost6",
    "private",
    "svc",
    "vpc",
];

/// Whether a name leads inside: one label alone, which only the own network knows, or an end that none outside
/// has. Clouds tell credentials at such names: `metadata.google.internal`, `instance-data`.
pub(super) fn is_internal(name: &str) -> bool {
    !name.contains('.') || ENDS.iter().any(|end| is_below(name, end))
}

/// Whether a name is another, or ends with it behind a dot.
pub(super) fn is_below(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_inside_are_known_by_their_ends() {
        for name in [
            "localhost",
            "app.localhost",
            "db01",
            "metadata.google.internal",
            "printer.local",
            "api.shop.svc",
            "api.shop.svc.cluster.local",
            "router.home.arpa",
            "crm.corp",
        ] {
            assert!(is_internal(name), "{name}");
        }
        for name in ["example.com", "localhost.example.com", "notlocal.example", "my-corp.com"] {
            assert!(!is_internal(name), "{name}");
        }
    }
}
