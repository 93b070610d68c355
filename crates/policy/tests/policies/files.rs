//! Policies and contracts as files.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use portcullis_policy::{Failure, LedgerTarget, Model, Overrides};

use crate::pharmacy::{API, CONTRACT, diagnostics, today};

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn from_policy(path: &Path) -> Result<Model, Failure> {
    Model::from_policy(path, &Overrides::default(), today())
}

#[test]
fn a_contract_is_found_from_the_folder_of_the_policy() {
    let folder = folder(&[("p.yaml", API.as_bytes()), ("openapi.yaml", CONTRACT.as_bytes())]);
    let model = from_policy(&folder.path().join("p.yaml")).unwrap();
    assert_eq!(model.contract.title, "Pharmacy");
    let ledger = folder.path().join("portcullis-ledger.jsonl");
    assert_eq!(model.ledger, LedgerTarget::File(ledger));
}

#[test]
fn a_contract_alone_is_read_from_its_file() {
    let folder = folder(&[("openapi.yaml", CONTRACT.as_bytes())]);
    let overrides = Overrides {
        upstream: Some("http://127.0.0.1:3000".to_owned()),
        listen: Some("127.0.0.1:9000".to_owned()),
    };
    let path = folder.path().join("openapi.yaml");
    let model = Model::from_contract(&path, &overrides, today()).unwrap();
    assert_eq!(model.listen.port(), 9000);
}

#[test]
fn a_file_that_cannot_be_read_is_its_own_case() {
    let folder = folder(&[("p.yaml", API.as_bytes())]);
    let failure = from_policy(&folder.path().join("other.yaml")).unwrap_err();
    let unreadable = failure.unreadable.unwrap();
    assert_eq!(unreadable.path, folder.path().join("other.yaml"));
    assert_eq!(unreadable.error.kind(), ErrorKind::NotFound);

    let failure = from_policy(&folder.path().join("p.yaml")).unwrap_err();
    let unreadable = failure.unreadable.unwrap();
    assert_eq!(unreadable.path, folder.path().join("openapi.yaml"));
    let [one] = failure.diagnostics.as_slice() else {
        panic!("one problem");
    };
    let span = one.span.expect("where the policy names the contract");
    assert_eq!(failure.sources.line_column(span), (2, 17));

    let failure = from_policy(folder.path()).unwrap_err();
    assert!(failure.unreadable.is_some(), "a folder is no file");
}

#[test]
fn problems_of_the_policy_are_told_beside_a_contract_that_cannot_be_read() {
    let folder = folder(&[("p.yaml", format!("{API}orgins: []\n").as_bytes())]);
    let failure = from_policy(&folder.path().join("p.yaml")).unwrap_err();
    let told = diagnostics(&failure.sources, &failure.diagnostics);
    assert!(told.contains("did you mean `origins`?"), "{told}");
    assert!(told.contains("policy-unreadable-file"), "{told}");
}

#[test]
fn a_policy_without_a_contract_says_what_is_missing() {
    for (policy, said) in [
        ("apis: []\n", "names no API"),
        ("", "says nothing"),
        ("apis: [{ upstream: \"http://127.0.0.1:1\" }]\n", "`contract` is missing"),
    ] {
        let folder = folder(&[("p.yaml", policy.as_bytes())]);
        let failure = from_policy(&folder.path().join("p.yaml")).unwrap_err();
        assert!(failure.unreadable.is_none());
        let told = diagnostics(&failure.sources, &failure.diagnostics);
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_file_that_is_not_utf8_is_told_at_its_first_wrong_byte() {
    let folder = folder(&[("p.yaml", b"listen: 127.0.0.1:1\norigins: [\xff]\n")]);
    let failure = from_policy(&folder.path().join("p.yaml")).unwrap_err();
    let one = failure.diagnostics.iter().find(|one| one.code.name == "policy-not-utf8").unwrap();
    assert_eq!(failure.sources.line_column(one.span.unwrap()), (2, 11));
}
