//! A request that comes back: `CDN-Loop` (RFC 8586) names the gateways that it passed through.
//!
//! What leads straight back is seen where it is connected to. Behind another gateway, or any proxy that passes the
//! field on, one request would become as many as there are places, and each of them would hold one.

use portcullis_model::Status;

use super::context::Exit;
use crate::head::RequestHead;

const FIELD: &str = "cdn-loop";
/// What the name of a gateway begins with, before 16 hexadecimal digits.
const BRAND: &str = "portcullis-";
const NAME_BYTES: usize = BRAND.len() + 16;
/// Gateways that one request passes through; where it names more, it has been round often enough.
const GATEWAYS_MAX: usize = 16;

/// The name of a gateway, from randomness: others learn nothing by it.
pub(crate) fn name(chance: [u8; 8]) -> String {
    format!("{BRAND}{:016x}", u64::from_be_bytes(chance))
}

/// Whether it was here before.
pub(super) fn refuse(head: &RequestHead, own: &str) -> Result<(), Exit> {
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
pub(super) fn passed(head: &RequestHead, own: &str) -> String {
    let mut all = String::new();
    for name in names(head).take(GATEWAYS_MAX) {
        all.push_str(name);
        all.push_str(", ");
    }
    all + own
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
        let (own, other) = (name([1; 8]), name([2; 8]));
        let passed_by = |fields: &str| passed(&head(fields), &own);
        assert_eq!(passed_by(""), own);
        let field = format!(
            "CDN-Loop: cdn.example; a=b, {other}\r\nCDN-Loop: portcullis-<script>00000\r\n"
        );
        assert_eq!(passed_by(&field), format!("{other}, {own}"));
        assert!(refuse(&head(&field), &own).is_ok());
        let back = format!("CDN-Loop: {}\r\n", passed_by(&field));
        assert!(matches!(
            refuse(&head(&back), &own),
            Err(Exit::Failed { status: Status(508), .. })
        ));
        let many = format!("CDN-Loop: {}\r\n", vec![other; GATEWAYS_MAX + 1].join(","));
        assert!(refuse(&head(&many), &own).is_err());
    }
}
