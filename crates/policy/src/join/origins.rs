//! Which web pages are named.

use portcullis_model::Diagnostic;
use portcullis_yaml::{Notes, shown};

use crate::codes;
use crate::file::PolicyFile;
use crate::model::Origin;

/// The origins of the policy.
pub(super) fn named(file: &PolicyFile) -> Vec<Origin> {
    let origins = file.origins.iter().flatten();
    origins.map(|origin| origin.value.0.clone()).collect()
}

/// A page that came in the clear is written by whoever stands on its way, too.
pub(super) fn check(file: &PolicyFile, notes: &mut Notes) {
    for origin in file.origins.iter().flatten() {
        let text = origin.value.0.as_str();
        if text.strip_prefix("http://").is_some_and(|host| !is_here(host)) {
            notes.push(|| {
                let message = format!("pages of {} come in the clear", shown(text));
                Diagnostic::warning(&codes::PLAIN_ORIGIN, message)
                    .at(origin.span)
                    .label("anybody on the way can write such a page")
                    .help("name the `https` origin, and serve the page there")
            });
        }
    }
}

/// Whether it is a name of the own machine.
fn is_here(host: &str) -> bool {
    const LOCAL: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];
    let rest = LOCAL.iter().find_map(|name| host.strip_prefix(name));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_the_own_machine_is_here() {
        for host in ["localhost", "localhost:5173", "127.0.0.1:80", "[::1]"] {
            assert!(is_here(host), "{host}");
        }
        for host in ["localhost.example.com", "127.0.0.1.example.com", "shop.example.com", ""] {
            assert!(!is_here(host), "{host}");
        }
    }
}
