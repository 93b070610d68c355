//! Certificates with one thing wrong, made for this run or kept in `cases`.

use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use super::*;

/// One of 1,024 bits, signed over SHA-1, without a name but its subject: made with OpenSSL, its key thrown away.
const OLD: &str = include_str!("old.pem");

fn day(text: &str) -> UnixMillis {
    portcullis_model::Date::parse(text).unwrap().start()
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params
}

fn made(params: &CertificateParams) -> String {
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

fn told(pem: &str, hosts: &[&str], now: &str) -> Vec<String> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let found = doubts(pem.as_bytes(), Role::Server(&hosts), day(now));
    found.into_iter().map(|(place, doubt)| format!("{place} {doubt}")).collect()
}

#[test]
fn one_that_is_good_says_nothing() {
    let good = made(&params(&["shop.example", "*.shop.example", "127.0.0.1", "::1"]));
    let hosts = ["shop.example", "SHOP.example", "api.shop.example", "127.0.0.1", "[::1]"];
    assert_eq!(told(&good, &hosts, "2026-06-01"), [""; 0]);
    assert_eq!(told(&good, &[], "2026-06-01"), [""; 0]);
}

#[test]
fn its_end_is_told_a_month_before_and_afterwards() {
    let one = made(&params(&["a.example"]));
    assert_eq!(told(&one, &[], "2026-12-02"), [""; 0], "30 days are left");
    assert_eq!(told(&one, &[], "2026-12-03"), ["0 expires on 2027-01-01, in 29 days"]);
    assert_eq!(told(&one, &[], "2026-12-31"), ["0 expires on 2027-01-01, in a day"]);
    assert_eq!(told(&one, &[], "2027-01-02"), ["0 has expired on 2027-01-01: nobody believes it"]);
    assert_eq!(told(&one, &[], "2025-12-31"), ["0 is not valid before 2026-01-01"]);
}

#[test]
fn one_of_a_short_life_is_told_of_in_its_last_third() {
    let mut short = params(&["a.example"]);
    short.not_after = date_time_ymd(2026, 1, 7);
    let short = made(&short);
    assert_eq!(told(&short, &[], "2026-01-05"), [""; 0]);
    assert_eq!(told(&short, &[], "2026-01-06"), ["0 expires on 2026-01-07, in a day"]);
}

#[test]
fn hosts_that_it_does_not_name_are_told() {
    let one = made(&params(&["*.shop.example"]));
    let hosts = ["shop.example", "a.b.shop.example", "a.shop.example", "10.0.0.1"];
    assert_eq!(
        told(&one, &hosts, "2026-06-01"),
        ["0 does not name `shop.example`, `a.b.shop.example`, `10.0.0.1`"]
    );
    assert_eq!(
        told(&made(&params(&[])), &["a"], "2026-06-01"),
        ["0 names no host: a subject is not read"]
    );
}

#[test]
fn a_small_key_a_weak_signature_and_a_missing_name_are_told() {
    let told = told(OLD, &["old.example"], "2030-01-01");
    assert_eq!(
        told,
        [
            "0 has an RSA key of 1024 bits, not of 2048",
            "0 is signed over SHA-1 or MD5",
            "0 names no host: a subject is not read"
        ]
    );
}

#[test]
fn those_behind_it_are_looked_at_as_issuers() {
    let mut issuer = params(&[]);
    issuer.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    issuer.distinguished_name.push(DnType::OrganizationName, DEVELOPMENT);
    issuer.not_after = date_time_ymd(2026, 6, 10);
    let key = KeyPair::generate().unwrap();
    let of_issuer = issuer.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(issuer, key);
    let leaf = params(&["a.example"]);
    let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().pem();
    assert_eq!(
        told(&format!("{leaf}{of_issuer}"), &["a.example"], "2026-06-01"),
        ["0 comes from an issuer for development", "1 expires on 2026-06-10, in 9 days"]
    );
    let found = doubts(of_issuer.as_bytes(), Role::Issuer, day("2026-06-01"));
    assert_eq!(found.iter().map(|(_, doubt)| doubt.name()).collect::<Vec<_>>(), ["expires"]);
}

#[test]
fn what_is_no_certificate_says_nothing() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let damaged = made(&params(&["a.example"])).replacen("MI", "!!", 1);
    for text in ["", "obviously no certificate", key.as_str(), damaged.as_str()] {
        assert_eq!(told(text, &["a"], "2026-06-01"), [""; 0], "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(bytes: Vec<u8>, at in 0_usize..600, byte: u8) {
        let _ = doubts(&bytes, Role::Server(&[]), UnixMillis(0));
        let mut changed = OLD.as_bytes().to_vec();
        let length = changed.len();
        changed[at % length] = byte;
        let _ = doubts(&changed, Role::Server(&[]), UnixMillis(0));
    }
}
