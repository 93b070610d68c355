//! Whatever is done to a file of evidence, it shows.

use proptest::prelude::*;

use super::*;
use crate::record::{Digests, Kind};
use crate::verdict::{Outcome, Passage, State};

const NOW: UnixMillis = UnixMillis(1_790_000_000_000);

fn record(id: &str) -> Record {
    Record {
        id: id.to_owned(),
        title: "read another's order \u{e9}".to_owned(),
        kind: Kind::Attack {
            item: "A1".to_owned(),
            cwe: 639,
            threats: Vec::new(),
            aimed_at: Vec::new(),
            direct: Outcome::Succeeded,
            through: Outcome::Stopped,
            stopped_by: vec!["object_ownership".to_owned()],
            knock_out: Some(true),
            twin: None,
            state: State::Closed,
        },
        operations: vec!["getOrder".to_owned()],
        digests: Digests {
            contract: Sha256Hex::of(b"contract"),
            policy: Sha256Hex::of(b"policy"),
            suite: Sha256Hex::of(b"suite"),
            binary: Sha256Hex::of(b"binary"),
        },
        at: NOW,
        expires: UnixMillis(NOW.0 + 1),
    }
}

fn journey() -> Record {
    let kind = Kind::Journey { direct: Passage::Ok, through: Passage::Ok };
    Record { kind, operations: Vec::new(), ..record("browse") }
}

/// Two runs in one file.
fn file(key: &SigningKey) -> String {
    let first = append(None, &[record("a1-one"), record("a1-two"), journey()], key, NOW).unwrap();
    let behind = verify(&first, None, None).unwrap();
    let second = append(Some(&behind), &[record("a1-one")], key, NOW).unwrap();
    first + &second
}

fn kind(text: &str) -> FaultKind {
    verify(text, None, None).unwrap_err().kind
}

#[test]
fn what_is_written_is_read_again() {
    let key = SigningKey::generate().unwrap();
    let text = file(&key);
    let found = verify(&text, Some(&key.public()), None).unwrap();
    assert_eq!(found.records, [record("a1-one"), record("a1-two"), journey(), record("a1-one")]);
    assert_eq!(found.seals.len(), 2);
    assert_eq!(text.lines().count(), 6);
}

#[test]
fn a_record_says_of_which_threats_it_speaks_and_one_from_before_is_read_as_it_was() {
    let key = SigningKey::generate().unwrap();
    let old = file(&key);
    assert!(!old.contains("threats"), "a line of before has no such member");
    let mut named = record("a1-named");
    if let Kind::Attack { threats, .. } = &mut named.kind {
        threats.push("others-objects-read".to_owned());
    }
    let behind = verify(&old, Some(&key.public()), None).unwrap();
    let text = old + &append(Some(&behind), &[named.clone()], &key, NOW).unwrap();
    let found = verify(&text, Some(&key.public()), None).unwrap();
    assert_eq!(found.records.last(), Some(&named));
    assert_eq!(found.records.first(), Some(&record("a1-one")));
    let empty = text.replacen("\"threats\":[\"others-objects-read\"]", "\"threats\":[]", 1);
    assert_eq!(verify(&empty, None, None).unwrap_err().kind, FaultKind::NotCanonical);
}

#[test]
fn a_changed_record_is_found_wherever_it_stands() {
    let key = SigningKey::generate().unwrap();
    let text = file(&key);
    let changed = text.replacen("\"state\":\"closed\"", "\"state\":\"open\"", 1);
    let fault = verify(&changed, None, None).unwrap_err();
    assert_eq!((fault.line, fault.kind), (2, FaultKind::Unlinked), "the next line does not follow");
    // The last record of all is followed by its seal.
    let place = text.rfind("\"state\":\"closed\"").unwrap();
    let mut changed = text;
    changed.replace_range(place..place + 16, "\"state\":\"open\"");
    assert_eq!(verify(&changed, None, None).unwrap_err().line, 6);
}

#[test]
fn lines_that_are_moved_taken_out_or_put_in_are_found() {
    let key = SigningKey::generate().unwrap();
    let text = file(&key);
    let lines: Vec<&str> = text.lines().collect();
    let of = |order: &[usize]| order.iter().fold(String::new(), |all, at| all + lines[*at] + "\n");
    assert!(verify(&of(&[0, 1, 2, 3, 4, 5]), None, None).is_ok());
    for order in [
        vec![1, 0, 2, 3, 4, 5],
        vec![1, 2, 3, 4, 5],
        vec![0, 2, 3, 4, 5],
        vec![0, 1, 2, 4, 5],
        vec![0, 1, 1, 2, 3, 4, 5],
        vec![4, 5],
    ] {
        assert_eq!(kind(&of(&order)), FaultKind::Unlinked, "{order:?}");
    }
    assert_eq!(kind(&of(&[0, 1, 2])), FaultKind::Unsealed);
    assert_eq!(kind(&of(&[0, 1, 2, 3, 4])), FaultKind::Unsealed);
    assert_eq!(kind(text.trim_end()), FaultKind::Unsealed, "the end of its last line is missing");
    assert_eq!(kind(""), FaultKind::Empty);
    for no_line in ["\n", "{}", "{}\n", "null\n", "[]\n"] {
        assert!(matches!(kind(no_line), FaultKind::Unreadable(_)), "{no_line:?}");
    }
}

#[test]
fn an_end_that_was_taken_off_at_a_seal_shows_only_to_whoever_kept_the_head() {
    let key = SigningKey::generate().unwrap();
    let text = file(&key);
    let head = verify(&text, None, None).unwrap().head;
    let cut = text.lines().take(4).fold(String::new(), |all, line| all + line + "\n");
    let early = verify(&cut, Some(&key.public()), None).unwrap();
    assert_eq!(early.seals.len(), 1, "a shorter file is whole, too");
    assert_eq!(verify(&cut, None, Some(head)).unwrap_err().kind, FaultKind::MissingSeal);
    assert!(verify(&text, None, Some(head)).is_ok());
    assert!(verify(&text, None, Some(early.head)).is_ok(), "what was added since is no loss");
}

#[test]
fn a_seal_is_of_its_key_and_of_no_other() {
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let text = file(&key);
    let public = other.public();
    assert_eq!(
        verify(&text, Some(&public), None).unwrap_err().kind,
        FaultKind::OtherKey(key.public().to_string())
    );
    let renamed = text.replacen(&key.public().to_string(), &public.to_string(), 1);
    assert_eq!(kind(&renamed), FaultKind::BadSignature);
    // Somebody without the key writes a whole file anew: with the key it shows, without it does not.
    let forged = append(None, &[record("a1-one")], &other, NOW).unwrap();
    assert!(verify(&forged, None, None).is_ok());
    assert!(matches!(
        verify(&forged, Some(&key.public()), None).unwrap_err().kind,
        FaultKind::OtherKey(_)
    ));
}

#[test]
fn a_seal_that_counts_wrong_is_found() {
    let key = SigningKey::generate().unwrap();
    let text = append(None, &[record("a1-one")], &key, NOW).unwrap();
    let changed = text.replacen("\"lines\":1", "\"lines\":2", 1);
    assert_eq!(kind(&changed), FaultKind::Miscounted { said: 2, found: 1 });
}

#[test]
fn the_same_in_other_words_is_not_what_was_written() {
    let key = SigningKey::generate().unwrap();
    let text = append(None, &[record("a1-one")], &key, NOW).unwrap();
    for (from, to) in [
        ("\"line\":\"record\"", "\"line\": \"record\""),
        ("\"a1-one\"", "\"\\u0061\\u0031-one\""),
        ("\"cwe\":639", "\"cwe\":6390e-1"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert!(
            matches!(kind(&changed), FaultKind::NotCanonical | FaultKind::Unreadable(_)),
            "{to}"
        );
    }
    for (from, to) in [
        ("\"cwe\":639", "\"cwe\":639,\"cwe\":639"),
        ("\"cwe\":639", "\"cwe\":639,\"score\":1"),
        ("\"knock_out\":true,", ""),
        ("\"line\":\"record\"", "\"line\":\"note\""),
    ] {
        let changed = text.replacen(from, to, 1);
        let is_told = matches!(kind(&changed), FaultKind::Unreadable(_) | FaultKind::NotCanonical);
        assert!(is_told, "{to}: {:?}", kind(&changed));
    }
}

#[test]
fn nothing_is_signed_where_nothing_was_seen() {
    let key = SigningKey::generate().unwrap();
    assert!(append(None, &[], &key, NOW).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever one byte of a file becomes, the file is not believed.
    #[test]
    fn no_byte_can_be_changed(at in 0_usize..4000, to in any::<u8>()) {
        let key = SigningKey::from_pem(KEY).unwrap();
        let text = file(&key);
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(verify(&changed, Some(&key.public()), None).is_err());
        }
    }

    /// What cannot be read is said, not panicked at.
    #[test]
    fn any_text_is_judged(text in ".{0,200}") {
        prop_assert!(verify(&text, None, None).is_err());
    }
}

/// Made by openssl 3 for this test alone; it guards nothing.
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
