//! Passwords that are kept here: what a policy says of them, and what is told of ones that cannot be meant.

use std::path::PathBuf;

use portcullis_policy::{Failure, Model, Passwords, SecretSource};

use crate::pharmacy::{API, diagnostics, join_of};

const CONTRACT: &str = r"openapi: 3.0.3
info: { title: Pharmacy, version: 1.0.0 }
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    staff: { type: http, scheme: basic }
    devices: { type: http, scheme: Basic }
paths:
  /me: { get: { operationId: getProfile, security: [{ staff: [] }], responses: { default: { description: me } } } }
";

fn join(policy: &str) -> Result<Model, Box<Failure>> {
    join_of(CONTRACT, &format!("{API}{policy}"))
}

fn told(policy: &str) -> String {
    let failure = join(policy).unwrap_err();
    diagnostics(&failure.sources, &failure.diagnostics)
}

fn policy(more: &str, callers: &str) -> String {
    format!(
        "store: {{ folder: store, key: file:store.key }}\n\
         callers:\n  passwords: {{ pepper: file:passwords.key{more} }}\n{callers}"
    )
}

fn passwords(more: &str) -> Passwords {
    join(&policy(more, "")).unwrap().callers.passwords.unwrap()
}

#[test]
fn the_shortest_form_takes_user_and_password_wherever_the_contract_does() {
    let passwords = passwords("");
    assert_eq!(&*passwords.issuer, "passwords");
    assert_eq!(passwords.schemes, [1, 2]);
    assert_eq!((passwords.length_min, passwords.workers), (15, None));
    assert_eq!(passwords.pepper, SecretSource::File(PathBuf::from("conf/passwords.key")));
}

#[test]
fn what_is_said_of_them_is_taken() {
    let passwords =
        passwords(", breached: pwned.txt, min_length: 8, workers: 2, schemes: [staff, devices]");
    assert_eq!(passwords.breached, Some(PathBuf::from("conf/pwned.txt")));
    assert_eq!((passwords.length_min, passwords.workers), (8, Some(2)));
}

#[test]
fn user_and_password_have_one_meaning_in_an_api() {
    let told = told(&policy(", schemes: staff", ""));
    assert!(
        told.contains("`staff` takes passwords that are kept here, and `devices` does not"),
        "{told}"
    );
}

#[test]
fn a_scheme_is_verified_here_or_by_the_api_and_not_by_both() {
    let whoami = "  whoami: { operation: getProfile, subject: /email, schemes: [staff] }\n";
    let told = told(&policy("", whoami));
    assert!(told.contains("`staff` is verified already"), "{told}");
}

#[test]
fn schemes_of_something_else_take_no_passwords() {
    let told_of = |more: &str| told(&policy(more, ""));
    let told = told_of(", schemes: bearer");
    assert!(told.contains("the scheme `bearer` takes no passwords"), "{told}");
    let told = told_of(", schemes: [staff, devicez]");
    assert!(told.contains("did you mean `devices`?"), "{told}");
}

#[test]
fn numbers_that_cannot_be_meant_are_told() {
    for (more, message) in [
        (", min_length: 7", "7 characters cannot be meant"),
        (", min_length: 65", "65 characters cannot be meant"),
        (", workers: 0", "0 threads cannot be meant"),
        (", workers: 65", "65 threads cannot be meant"),
    ] {
        let told = told(&policy(more, ""));
        assert!(told.contains(message), "{told}");
    }
}

#[test]
fn passwords_need_a_store_and_a_pepper() {
    let told_of = told("callers: { passwords: { pepper: file:passwords.key } }\n");
    assert!(told_of.contains("nobody says where passwords are kept"), "{told_of}");
    let told = told("store: { folder: store, key: file:store.key }\ncallers: { passwords: {} }\n");
    assert!(told.contains("pepper"), "{told}");
}
