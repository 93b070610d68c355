//! From when until when a certificate is good (RFC 5280 section 4.1.2.5).

use portcullis_model::UnixMillis;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer as _;

/// Both ends, from the DER of a certificate; none where it cannot be read.
pub fn validity(der: &[u8]) -> Option<(UnixMillis, UnixMillis)> {
    X509Certificate::from_der(der).ok().map(|(_, certificate)| of(&certificate))
}

/// Both ends. Before 1970 is long ago.
pub(super) fn of(certificate: &X509Certificate<'_>) -> (UnixMillis, UnixMillis) {
    let millis =
        |seconds: i64| UnixMillis(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000));
    let said = certificate.validity();
    (millis(said.not_before.timestamp()), millis(said.not_after.timestamp()))
}

#[cfg(test)]
mod tests {
    use portcullis_model::Date;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn made(from: i32, to: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        (params.not_before, params.not_after) =
            (date_time_ymd(from, 2, 3), date_time_ymd(to, 4, 5));
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ends_are_read_in_either_form() {
        let at = |text: &str| Date::parse(text).unwrap().start();
        assert_eq!(validity(&made(2026, 2027)), Some((at("2026-02-03"), at("2027-04-05"))));
        // From 2050 on it is the other form.
        assert_eq!(validity(&made(2049, 2096)), Some((at("2049-02-03"), at("2096-04-05"))));
    }

    #[test]
    fn what_is_cut_or_changed_never_panics() {
        let whole = made(2026, 2027);
        let end = whole.len().min(300);
        for length in 0..end {
            let _ = validity(&whole[..length]);
        }
        for place in 0..end {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = whole.clone();
                changed[place] = value;
                let _ = validity(&changed);
            }
        }
        assert_eq!(validity(b""), None);
        assert_eq!(validity(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
