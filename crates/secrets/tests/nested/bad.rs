//! What is made to harm the reader.

use portcullis_secrets::Bounds;
use proptest::prelude::*;

use crate::made::{asar, gzip, map, read, read_within, scanner, tar, token, zipped};

fn small() -> Bounds {
    Bounds {
        inflated_bytes_free: 1 << 20,
        held_bytes_max: 1 << 20,
        entries_max: 100,
        ..Bounds::default()
    }
}

#[test]
fn a_bomb_is_told_and_not_read() {
    let scanner = scanner();
    let zeros = vec![b' '; 4 << 20];
    for (name, bytes) in [
        ("a.gz", gzip(&gzip(&zeros))),
        ("a.zip", zipped("a", &zeros)),
        ("a.tgz", gzip(&tar("a", &zeros))),
    ] {
        let report = read_within(scanner, name, &bytes, small());
        assert!(!report.not_read.is_empty(), "{name}");
        assert!(report.bytes <= 2 << 20, "{name}: {}", report.bytes);
    }
}

#[test]
fn encodings_that_multiply_are_told() {
    // Each level undoes one of two, and leaves the other: twice as much a level.
    let text = "\\\\\\\\%25252525252525a".repeat(8 << 10);
    let bounds =
        Bounds { inflated_bytes_free: 1 << 20, inflated_ratio_max: 4, ..Bounds::default() };
    let report = read_within(scanner(), "a.txt", text.as_bytes(), bounds);
    assert!(
        report.not_read.iter().any(|one| one.why.contains("more comes out")),
        "{:?}",
        report.not_read
    );
}

#[test]
fn a_file_that_is_nothing_but_secrets_is_told_up_to_a_bound() {
    let text = format!("{}\n", token()).repeat(20_000);
    let report = read(scanner(), "a.txt", text.as_bytes());
    assert_eq!((report.findings.len(), report.more), (10_000, 10_000));
}

#[test]
fn what_lies_in_too_many_others_is_told() {
    let mut bytes = token().into_bytes();
    for _ in 0..20 {
        bytes = gzip(&bytes);
    }
    let report = read(scanner(), "a.gz", &bytes);
    assert_eq!((report.findings.len(), report.not_read.len()), (0, 1));
    assert!(report.not_read[0].why.contains("lies in 8 others"));
}

#[test]
fn too_many_files_are_told() {
    let one = tar("a", b"x");
    let many: Vec<u8> = one[..1024].repeat(200);
    let report = read_within(scanner(), "a.tar", &many, small());
    assert_eq!(report.not_read.len(), 1);
    assert!(report.not_read[0].why.contains("more files"), "{:?}", report.not_read);
}

#[test]
fn a_name_that_leads_out_is_told_and_never_used() {
    let text = token();
    for bytes in [tar("../../etc/evil", text.as_bytes()), zipped("../../etc/evil", text.as_bytes())]
    {
        let report = read(scanner(), "a", &bytes);
        assert!(report.not_read.iter().any(|one| one.why.contains("leads out")));
        assert_eq!(report.findings.len(), 1, "what is in it is read all the same");
    }
}

#[test]
fn what_is_cut_is_told_and_read_as_far_as_it_goes() {
    let scanner = scanner();
    let text = format!("{}\n{}", token(), "words and other words\n".repeat(20_000));
    let whole = gzip(text.as_bytes());
    let report = read(scanner, "a.gz", &whole[..whole.len() - 9]);
    assert_eq!((report.findings.len(), report.not_read.len()), (1, 1));
    for bytes in
        [&zipped("a", text.as_bytes())[..], &tar("a", text.as_bytes()), &asar("a", text.as_bytes())]
    {
        let report = read(scanner, "a", &bytes[..bytes.len() / 2]);
        assert!(!report.not_read.is_empty() || report.findings.len() == 1);
    }
}

#[test]
fn a_script_that_holds_the_word_of_a_tar_at_its_place_is_read_as_a_script() {
    let text = format!("{}ustar\n{}", "/".repeat(257), token());
    let report = read(scanner(), "headers.js", text.as_bytes());
    assert_eq!((report.findings.len(), report.not_read.len()), (1, 0));
}

#[test]
fn an_asar_whose_files_lie_elsewhere_is_told() {
    let bytes = asar("a", b"x");
    let text = String::from_utf8_lossy(&bytes).replace("\"size\":1", "\"size\":9");
    let report = read(scanner(), "a.asar", text.as_bytes());
    assert_eq!(report.not_read.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), name in "[a-z]{1,4}(\\.(map|asar|gz|zip|tar))?") {
        let report = read_within(scanner(), &name, &bytes, small());
        prop_assert!(report.bytes <= 4 << 20);
    }

    #[test]
    fn no_damaged_archive_panics(which in 0..5_usize, at in any::<proptest::sample::Index>(), by in any::<u8>()) {
        let text = token();
        let mut bytes = match which {
            0 => gzip(&tar("a", text.as_bytes())),
            1 => zipped("a", text.as_bytes()),
            2 => asar("a", text.as_bytes()),
            3 => map(&text),
            _ => tar("a", &zipped("b", text.as_bytes())),
        };
        let at = at.index(bytes.len());
        bytes[at] = by;
        read_within(scanner(), "a.map", &bytes, small());
    }
}
