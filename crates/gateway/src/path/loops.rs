//! A request that comes back: `CDN-Loop` (RFC 8586) names the gateways that it passed through.
//!
//! What leads straight back is seen where it is connected to. Behind another gateway, or any proxy that passes the
//! field on, one request would become as many as there are places, and each of them would hold one.

use portcullis_model::Status;

use super::context::Exit;
use crate::head::RequestHead;
use crate::stamp::{BRAND, NAME_BYTES, Stamp};

const FIELD: &str = "cdn-loop";
/// Gateways that one request passes through; where it names more, it has been round often enough.
const GATEWAYS_MAX: usize = 16;

/// Whether it was here before, on its way to this API.
pub(super) fn refuse(head: &RequestHead, own: &Stamp, api: &str) -> Result<(), Exit> {
    if head.fields.all(FIELD).next().is_none() {
        return Ok(());
    }
    let own = own.before(api);
    let mut count = 0;
    for name in names(head) {
        count += 1;
        if name == own || count > GATEWAYS_MAX {
            let detail =
                "it has passed through this gateway already: its API leads back to it".to_owned();
            return Err(Exit::Failed { status: Status(508), detail });
        }
    }
    Ok(())
}

/// Who it passed through, this gateway last. What others write there does not go on.
pub(super) fn passed(head: &RequestHead, own: &Stamp, api: &str) -> String {
    let mut all = String::new();
    for name in names(head).take(GATEWAYS_MAX) {
        all.push_str(name);
        all.push_str(", ");
    }
    all + &own.before(api)
}

/// Names of gateways like this one.
fn names(head: &RequestHead) -> impl Iterator<Item = &str> {
    let is_name = |name: &&str| {
        let digits = name.strip_prefix(BRAND).filter(|_| name.len() == NAME_BYTES);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    head.fields.all(FIELD).flat_map(|value| value.split(',')).map(str::trim).filter(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(fields: &str) -> RequestHead {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        RequestHead::parse(text.as_bytes(), 64).unwrap()
    }

    #[test]
    fn a_request_that_was_here_before_is_known_and_strangers_are_not_passed_on() {
        let (own, other) = (Stamp([1; 8]), Stamp([2; 8]).before("a"));
        let passed_by = |fields: &str| passed(&head(fields), &own, "a");
        assert_eq!(passed_by(""), own.before("a"));
        let field = format!(
            "CDN-Loop: cdn.example; a=b, {other}\r\nCDN-Loop: portcullis-<script>00000\r\n"
        );
        assert_eq!(passed_by(&field), format!("{other}, {}", own.before("a")));
        assert!(refuse(&head(&field), &own, "a").is_ok());
        let back = format!("CDN-Loop: {}\r\n", passed_by(&field));
        let refused = refuse(&head(&back), &own, "a");
        assert!(matches!(refused, Err(Exit::Failed { status: Status(508), .. })));
        let many = format!("CDN-Loop: {}\r\n", vec![other; GATEWAYS_MAX + 1].join(","));
        assert!(refuse(&head(&many), &own, "a").is_err());
    }

    #[test]
    fn what_one_api_asks_of_another_passes_and_a_round_of_two_is_ended() {
        let own = Stamp([1; 8]);
        let behind_a = format!("CDN-Loop: {}\r\n", passed(&head(""), &own, "a"));
        assert!(refuse(&head(&behind_a), &own, "b").is_ok());
        let behind_b = format!("CDN-Loop: {}\r\n", passed(&head(&behind_a), &own, "b"));
        assert!(refuse(&head(&behind_b), &own, "a").is_err());
        assert!(refuse(&head(&behind_b), &own, "b").is_err());
    }
}
