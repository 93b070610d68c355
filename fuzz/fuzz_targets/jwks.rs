//! Sets of keys, answers and metadata from nowhere: none panics, and every key of a set is either
//! used or told.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portcullis_credential::Algorithm;
use portcullis_credential::introspection::{self, Endpoint};
use portcullis_credential::jwt::Profile;
use portcullis_credential::keys::{KEYS_MAX, KeySet};
use portcullis_credential::metadata;
use portcullis_model::UnixMillis;

static PROFILE: LazyLock<Profile> = LazyLock::new(|| Profile::new("i", ["a"]).expect("a profile"));

fuzz_target!(|bytes: &[u8]| {
    if let Ok((keys, skipped)) = KeySet::from_jwks(bytes.to_vec()) {
        assert!(keys.keys().len() + skipped.len() <= KEYS_MAX);
        for algorithm in Algorithm::ALL {
            if let Ok(key) = keys.find(algorithm, None) {
                assert!(key.is_for(algorithm));
                let _ = key.verifies(algorithm, b"message", &[1; 64]);
            }
        }
    }
    let endpoint =
        Endpoint { profile: &PROFILE, vouches_for_audience: true, unstated_lifetime_s: 60 };
    if let Ok(Some(claims)) =
        introspection::read(bytes.to_vec(), &endpoint, UnixMillis(1_800_000_000_000))
    {
        assert!(!claims.subject().is_empty());
    }
    if let Ok(found) = metadata::read(bytes.to_vec(), "https://issuer.example") {
        assert!(found.jwks_uri.is_none_or(|url| metadata::is_endpoint(&url)));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = KeySet::from_pem(text, Algorithm::Es256, None);
        for place in metadata::well_known(text) {
            assert!(metadata::is_endpoint(&place), "{place}");
        }
    }
});
