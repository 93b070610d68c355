//! The built-in set: one line per file.

use crate::check::Against;
use crate::form::{Attack, Journey};
use crate::problem::BadFile;
use crate::read;

/// A file of the built-in set.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// Its path from the crate's folder.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}

macro_rules! files {
    ($folder:literal: $($name:literal,)*) => {
        &[$(File {
            path: concat!($folder, "/", $name, ".yaml"),
            text: include_str!(concat!("../", $folder, "/", $name, ".yaml")),
        },)*]
    };
}

/// The attacks, by the control that should stop them.
pub const ATTACKS: &[File] = files! { "attacks":
    "resource_limits/a4-deep-json",
    "resource_limits/a4-gzip-bomb",
    "resource_limits/a4-huge-body",
    "resource_limits/a4-huge-upload",
    "resource_limits/a4-key-rate",
    "resource_limits/a4-many-items",
    "resource_limits/a4-rate-reset-versions",
    "resource_limits/a4-rate-search",
    "resource_limits/a4-slow-body",
    "resource_limits/a4-slow-head",
    "resource_limits/n4-at-once-voucher",
    "resource_limits/n4-race-points",
    "resource_limits/n4-race-voucher",
    "api_inventory/a9-actuator",
    "api_inventory/a9-admin-users",
    "api_inventory/a9-backslash",
    "api_inventory/a9-backup",
    "api_inventory/a9-case-folding",
    "api_inventory/a9-debug-env",
    "api_inventory/a9-dot-segments",
    "api_inventory/a9-double-encoded-path",
    "api_inventory/a9-double-slash",
    "api_inventory/a9-encoded-path",
    "api_inventory/a9-git-config",
    "api_inventory/a9-internal-metrics",
    "api_inventory/a9-matrix-parameter",
    "api_inventory/a9-no-base-path",
    "api_inventory/a9-not-served",
    "api_inventory/a9-old-version",
    "api_inventory/a9-sibling-spelling",
    "api_inventory/a9-sunset-passed",
    "api_inventory/a9-trailing-slash",
    "safe_configuration/a7-cors-any-origin",
    "safe_configuration/a7-cors-look-alike",
    "safe_configuration/a7-cors-preflight",
    "safe_configuration/a7-declared-override",
    "safe_configuration/a7-forwarded-chain",
    "safe_configuration/a7-forwarded-for",
    "safe_configuration/a7-leak-headers",
    "safe_configuration/a7-method-override",
    "safe_configuration/a7-no-security-headers",
    "safe_configuration/a7-original-url",
    "safe_configuration/a7-rewrite-url",
    "safe_configuration/a7-trace",
    "safe_configuration/a7-verbose-400",
    "safe_configuration/a9-undeclared-delete",
    "safe_configuration/a9-undeclared-put",
    "transport_encryption/c6-plain-key",
    "transport_encryption/c6-plain-token",
    "transport_encryption/c6-unsaid-token",
    "caller_identity/a2-caller-field",
    "caller_identity/a2-dpop-downgrade",
    "caller_identity/a2-dpop-old",
    "caller_identity/a2-dpop-other-key",
    "caller_identity/a2-dpop-other-method",
    "caller_identity/a2-dpop-other-token",
    "caller_identity/a2-dpop-other-url",
    "caller_identity/a2-dpop-replay",
    "caller_identity/a2-jwt-alg-empty",
    "caller_identity/a2-jwt-alg-escaped",
    "caller_identity/a2-jwt-alg-list",
    "caller_identity/a2-jwt-alg-missing",
    "caller_identity/a2-jwt-alg-name-escaped",
    "caller_identity/a2-jwt-alg-none",
    "caller_identity/a2-jwt-alg-none-case",
    "caller_identity/a2-jwt-alg-spaced",
    "caller_identity/a2-jwt-alphabet",
    "caller_identity/a2-jwt-audience-part",
    "caller_identity/a2-jwt-certificate-bound",
    "caller_identity/a2-jwt-claims-changed",
    "caller_identity/a2-jwt-comma",
    "caller_identity/a2-jwt-cookie",
    "caller_identity/a2-jwt-crit",
    "caller_identity/a2-jwt-duplicate-claim",
    "caller_identity/a2-jwt-duplicate-header",
    "caller_identity/a2-jwt-embedded-jwk",
    "caller_identity/a2-jwt-embedded-oct",
    "caller_identity/a2-jwt-embedded-rsa",
    "caller_identity/a2-jwt-empty-secret",
    "caller_identity/a2-jwt-empty-signature",
    "caller_identity/a2-jwt-encrypted",
    "caller_identity/a2-jwt-exp-float",
    "caller_identity/a2-jwt-exp-huge",
    "caller_identity/a2-jwt-exp-milliseconds",
    "caller_identity/a2-jwt-exp-negative",
    "caller_identity/a2-jwt-exp-null",
    "caller_identity/a2-jwt-exp-string",
    "caller_identity/a2-jwt-expired",
    "caller_identity/a2-jwt-form",
    "caller_identity/a2-jwt-hmac-512",
    "caller_identity/a2-jwt-hmac-case",
    "caller_identity/a2-jwt-hmac-der",
    "caller_identity/a2-jwt-hmac-jwk",
    "caller_identity/a2-jwt-hmac-pem",
    "caller_identity/a2-jwt-id-token",
    "caller_identity/a2-jwt-issuer-prefix",
    "caller_identity/a2-jwt-jku",
    "caller_identity/a2-jwt-jku-data",
    "caller_identity/a2-jwt-json-mixed",
    "caller_identity/a2-jwt-kid-dev-null",
    "caller_identity/a2-jwt-kid-file",
    "caller_identity/a2-jwt-kid-sql",
    "caller_identity/a2-jwt-nested",
    "caller_identity/a2-jwt-no-audience",
    "caller_identity/a2-jwt-no-exp",
    "caller_identity/a2-jwt-no-issuer",
    "caller_identity/a2-jwt-not-yet",
    "caller_identity/a2-jwt-other-audience",
    "caller_identity/a2-jwt-other-issuer",
    "caller_identity/a2-jwt-padding",
    "caller_identity/a2-jwt-psychic",
    "caller_identity/a2-jwt-psychic-order",
    "caller_identity/a2-jwt-query",
    "caller_identity/a2-jwt-rsa-exponent-one",
    "caller_identity/a2-jwt-rsa-short",
    "caller_identity/a2-jwt-signature-der",
    "caller_identity/a2-jwt-signature-tail",
    "caller_identity/a2-jwt-token-type",
    "caller_identity/a2-jwt-trailing-bits",
    "caller_identity/a2-jwt-weak-secret",
    "caller_identity/a2-jwt-whitespace",
    "caller_identity/a2-jwt-wrong-curve",
    "caller_identity/a2-jwt-wrong-issuer",
    "caller_identity/a2-jwt-x5c",
    "caller_identity/a2-count-tokens",
    "caller_identity/a2-guess-app",
    "caller_identity/a2-guess-basic",
    "caller_identity/a2-guess-password",
    "caller_identity/a2-guess-spelled",
    "caller_identity/a2-key-checksum",
    "caller_identity/a2-key-environment",
    "caller_identity/a2-key-expired",
    "caller_identity/a2-key-mixed",
    "caller_identity/a2-key-network",
    "caller_identity/a2-key-parent-revoked",
    "caller_identity/a2-key-revoked",
    "caller_identity/a2-key-secret",
    "caller_identity/a2-own-password-changed",
    "caller_identity/a2-own-password-wrong",
    "caller_identity/a2-own-user-unknown",
    "caller_identity/a2-reset-pin",
    "caller_identity/a2-reset-versions",
    "caller_identity/a2-session-fixation",
    "caller_identity/a2-spray",
    "caller_identity/a2-token-after-logout",
    "caller_identity/a2-token-after-password",
    "caller_identity/a2-token-in-url",
    "caller_identity/a2-user-exists",
    "caller_identity/a2-weak-cookie",
    "caller_identity/a2-no-credential",
    "object_ownership/a1-action",
    "object_ownership/a1-batch-body",
    "object_ownership/a1-batch-delete",
    "object_ownership/a1-batch-query",
    "object_ownership/a1-body-id",
    "object_ownership/a1-card",
    "object_ownership/a1-card-delete",
    "object_ownership/a1-cookie-id",
    "object_ownership/a1-create-for",
    "object_ownership/a1-delete",
    "object_ownership/a1-delete-reminder",
    "object_ownership/a1-embedded",
    "object_ownership/a1-exists",
    "object_ownership/a1-head-order",
    "object_ownership/a1-header-id",
    "object_ownership/a1-id-case",
    "object_ownership/a1-json-lines",
    "object_ownership/a1-key-object",
    "object_ownership/a1-list-all",
    "object_ownership/a1-list-filter",
    "object_ownership/a1-map",
    "object_ownership/a1-move-away",
    "object_ownership/a1-move-here",
    "object_ownership/a1-nested-foreign",
    "object_ownership/a1-nested-list",
    "object_ownership/a1-nested-mixed",
    "object_ownership/a1-nested-object",
    "object_ownership/a1-nested-owner",
    "object_ownership/a1-nested-update",
    "object_ownership/a1-no-owner",
    "object_ownership/a1-person",
    "object_ownership/a1-person-update",
    "object_ownership/a1-property-name",
    "object_ownership/a1-put-over",
    "object_ownership/a1-read-by-code",
    "object_ownership/a1-read-order",
    "object_ownership/a1-read-payment",
    "object_ownership/a1-read-prescription",
    "object_ownership/a1-receipt",
    "object_ownership/a1-receipt-conditional",
    "object_ownership/a1-receipt-head",
    "object_ownership/a1-receipt-range",
    "object_ownership/a1-relation-approve",
    "object_ownership/a1-relation-list",
    "object_ownership/a1-relation-read",
    "object_ownership/a1-second-id",
    "object_ownership/a1-tenant-create",
    "object_ownership/a1-tenant-list",
    "object_ownership/a1-tenant-order",
    "object_ownership/a1-tenant-update",
    "object_ownership/a1-tree",
    "object_ownership/a1-tree-list",
    "object_ownership/a1-tree-up",
    "object_ownership/a1-update",
    "object_ownership/a1-url-in-body",
    "cross_site/f4-form-post",
    "cross_site/f4-form-post-old-browser",
    "cross_site/f4-get-changes",
    "cross_site/f4-login-as-another",
    "cross_site/f4-logout",
    "cross_site/f4-look-alike-origin",
    "cross_site/f4-mailed-form",
    "cross_site/f4-named-origin-in-the-clear",
    "cross_site/f4-no-origin",
    "cross_site/f4-origin-null",
    "cross_site/f4-photo-post",
    "cross_site/f4-referrer-in-query",
    "cross_site/f4-sibling-subdomain",
    "function_access/a5-admin-path",
    "function_access/a5-admin-settings",
    "function_access/a5-admin-tag",
    "function_access/a5-approve",
    "function_access/a5-catalogue-delete",
    "function_access/a5-catalogue-update",
    "function_access/a5-key-child",
    "function_access/a5-key-operation",
    "function_access/a5-key-verb",
    "function_access/a5-operation-name",
    "function_access/a5-restock",
    "function_access/a5-role-change",
    "function_access/a5-role-kept",
    "function_access/a5-staff-customer",
    "outbound_target/a12-backslash",
    "outbound_target/a12-bare",
    "outbound_target/a12-decimal",
    "outbound_target/a12-file",
    "outbound_target/a12-local-name",
    "outbound_target/a12-mapped",
    "outbound_target/a12-metadata",
    "outbound_target/a12-name-inside",
    "outbound_target/a12-octal",
    "outbound_target/a12-redirect",
    "outbound_target/a12-redirect-slashes",
    "outbound_target/a12-user-info",
    "outbound_target/a12-wide-digits",
    "secret_in_url/c7-callback-referrer",
    "secret_in_url/c7-invitation-referrer",
    "secret_in_url/c7-jwt-in-query",
    "secret_in_url/c7-misspelt-referrer",
    "secret_in_url/c7-password-in-query",
    "secret_in_url/c7-reset-link-referrer",
    "secret_in_url/c7-token-in-query",
    "secret_in_url/c7-user-info-referrer",
    "content_type/a6-register-form",
    "content_type/a6-wildcard-label",
    "content_type/f1-trailing-text",
    "content_type/f1-utf7-body",
    "content_type/f2-form-for-json",
    "content_type/f2-json-in-form",
    "content_type/f2-json-suffix",
    "content_type/f2-missing-type",
    "content_type/f2-text-plain",
    "content_type/f2-upload-polyglot",
    "input_shape/a2-jwt-header-and-cookie",
    "input_shape/a4-entity-bomb",
    "input_shape/a4-huge-answer",
    "input_shape/a4-many-ids",
    "input_shape/a4-more-items-than-declared",
    "input_shape/a4-unbounded-page",
    "input_shape/a7-open-redirect",
    "input_shape/a7-open-redirect-login",
    "input_shape/a7-verbose-id",
    "input_shape/a9-debug-cookie",
    "input_shape/a9-debug-header",
    "input_shape/a9-debug-query",
    "input_shape/f1-array-for-scalar",
    "input_shape/f1-duplicate-member",
    "input_shape/f1-duplicate-query-key",
    "input_shape/f1-filter-brackets",
    "input_shape/f1-filter-pipes",
    "input_shape/f1-fractional-quantity",
    "input_shape/f1-header-and-cookie",
    "input_shape/f1-id-leading-zero",
    "input_shape/f1-id-plus",
    "input_shape/f1-id-space",
    "input_shape/f1-multipart-boundary",
    "input_shape/f1-multipart-name",
    "input_shape/f1-negative-limit",
    "input_shape/f1-negative-quantity",
    "input_shape/f1-null-byte",
    "input_shape/f1-oversized-text",
    "input_shape/f1-sort-column",
    "input_shape/f1-truthy-boolean",
    "input_shape/f1-type-confusion",
    "input_shape/f1-upload-path",
    "input_shape/f1-utf16-body",
    "input_shape/f1-xml-external-entity",
    "input_shape/f2-html-by-query",
    "hostile_input/a8-search-always-true",
    "hostile_input/a8-search-blind",
    "hostile_input/a8-search-comments",
    "hostile_input/a8-search-union",
    "hostile_input/a8-sort-subquery",
    "upstream_answer/a13-click",
    "upstream_answer/a13-click-inside",
    "upstream_answer/a13-click-slashes",
    "upstream_answer/a13-feed-script",
    "upstream_answer/a13-file-name",
    "writable_properties/a6-additional-anything",
    "writable_properties/a6-escaped-name",
    "writable_properties/a6-import-approved",
    "writable_properties/a6-item-price",
    "writable_properties/a6-map-alternative",
    "writable_properties/a6-map-condition",
    "writable_properties/a6-nested-preferences",
    "writable_properties/a6-order-discount",
    "writable_properties/a6-order-owner",
    "writable_properties/a6-order-paid",
    "writable_properties/a6-order-total",
    "writable_properties/a6-payment-status",
    "writable_properties/a6-prescription-approved",
    "writable_properties/a6-prescription-owner",
    "writable_properties/a6-profile-branch",
    "writable_properties/a6-profile-discount",
    "writable_properties/a6-profile-form",
    "writable_properties/a6-profile-risk-score",
    "writable_properties/a6-profile-role",
    "writable_properties/a6-read-only-alternative",
    "writable_properties/a6-read-only-condition",
    "writable_properties/a6-register-discount",
    "writable_properties/a6-register-role",
    "writable_properties/a6-register-verified",
    "writable_properties/a6-role-credit-score",
    "writable_properties/a6-role-discount",
    "writable_properties/a6-role-price",
    "writable_properties/a6-role-remarks",
    "writable_properties/a6-role-status",
    "writable_properties/a6-update-order",
    "writable_properties/a6-upload-role",
    "response_shape/a13-feed-twice",
    "response_shape/a13-feed-types",
    "response_shape/a3-map-alternative",
    "response_shape/a3-medicine",
    "response_shape/a3-medicines-list",
    "response_shape/a3-never-additional",
    "response_shape/a3-order",
    "response_shape/a3-order-conflict",
    "response_shape/a3-order-customer",
    "response_shape/a3-order-items",
    "response_shape/a3-orders-list",
    "response_shape/a3-payment",
    "response_shape/a3-prescriptions-export",
    "response_shape/a3-prescriptions-list",
    "response_shape/a3-profile",
    "response_shape/a3-register-conflict",
    "response_shape/a3-role-card-number",
    "response_shape/a3-role-credit-score",
    "response_shape/a3-role-date-of-birth",
    "response_shape/a3-role-list",
    "response_shape/a3-role-nested",
    "response_shape/a3-role-remarks",
    "response_shape/a3-staff-list",
    "response_shape/a3-stock-conflict",
    "response_shape/a3-untyped-schema",
    "response_shape/a7-verbose-500",
    "response_shape/f2-html-by-accept",
    "object_ownership/a1-total",
    "none/a2-jwt-replay",
};

/// What honest clients do.
pub const JOURNEYS: &[File] = files! { "journeys":
    "a-key-is-exchanged",
    "addresses-that-only-sound-secret",
    "an-office-and-its-rates",
    "back-office",
    "behind-a-proxy",
    "browse",
    "change-and-cancel",
    "charset-and-chunks",
    "cors",
    "forgotten-password",
    "free-form-metadata",
    "links-in-mails",
    "mistakes",
    "order-and-pay",
    "own-deliveries-and-points",
    "own-orders-in-every-form",
    "own-reminders",
    "pages-and-programs",
    "partner-app",
    "passwords-beyond-ascii",
    "news-and-links",
    "pictures-and-links",
    "prescription",
    "profile-and-password",
    "prose-that-looks-like-an-attack",
    "put-what-was-read",
    "receipt-in-parts",
    "regions-and-head-office",
    "register-with-apostrophe",
    "sessions-of-the-login",
    "several-own-orders-at-once",
    "small-operations",
    "three-mistyped-passwords",
    "twelve-behind-one-address",
    "two-keys-of-one-owner",
    "two-sessions",
    "upload-and-import",
    "web-page",
    "work-at-a-branch",
    "wrong-document",
};

/// The built-in attacks, read.
pub fn attacks() -> Result<Vec<Attack>, BadFile> {
    ATTACKS.iter().map(|file| read::attack(file.path, file.text, Against::Sample)).collect()
}

/// The built-in journeys, read.
pub fn journeys() -> Result<Vec<Journey>, BadFile> {
    JOURNEYS.iter().map(|file| read::journey(file.path, file.text, Against::Sample)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use portcullis_model::ControlId;

    use super::*;

    /// Every YAML file below a folder, as paths from the crate's folder.
    fn on_disk(folder: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut waiting = vec![root.join(folder)];
        let mut found = Vec::new();
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort_unstable();
        found
    }

    #[test]
    fn every_file_on_disk_is_listed_once() {
        for (folder, files) in [("attacks", ATTACKS), ("journeys", JOURNEYS)] {
            let mut listed: Vec<String> = files.iter().map(|file| file.path.to_owned()).collect();
            listed.sort_unstable();
            assert_eq!(listed, on_disk(folder));
        }
    }

    #[test]
    fn every_file_lies_where_its_id_and_control_say() {
        let mut ids = HashSet::new();
        for (file, attack) in ATTACKS.iter().zip(attacks().unwrap()) {
            let control = attack.control.0.map_or("none", ControlId::name);
            let id = attack.id.value;
            assert_eq!(file.path, format!("attacks/{control}/{id}.yaml"));
            assert!(ids.insert(id.clone()), "{id} is there twice");
            let item = attack.item.value.to_lowercase();
            assert!(id.starts_with(&format!("{item}-")), "{id} is not of {item}");
        }
        for (file, journey) in JOURNEYS.iter().zip(journeys().unwrap()) {
            assert_eq!(file.path, format!("journeys/{}.yaml", journey.id.value));
            assert!(ids.insert(journey.id.value), "{} is there twice", file.path);
        }
    }

    #[test]
    fn every_control_has_an_attack_with_a_twin_in_its_family() {
        let attacks = attacks().unwrap();
        for control in ControlId::ALL {
            let own: Vec<_> =
                attacks.iter().filter(|attack| attack.control.0 == Some(control)).collect();
            assert!(own.iter().any(|attack| attack.twin.is_some()), "{control} has no twin");
        }
    }
}
