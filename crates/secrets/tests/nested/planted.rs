//! What is planted is found.

use portcullis_secrets::{Bounds, Position};
use proptest::prelude::*;

use crate::made::{
    asar, base64, escaped, gzip, hex, jwt, map, percent, read, read_within, scanner, tar, token,
    wide, zipped,
};

#[test]
fn a_secret_is_found_in_each_form_and_told_without_itself() {
    let (scanner, secret) = (scanner(), token());
    let line = format!("// first line\nconst token = \"{secret}\";\n");
    let text = line.as_bytes();
    let forms: [(&str, Vec<u8>); 16] = [
        ("plain.js", text.to_vec()),
        ("all.tar", tar("a.js", text)),
        ("all.tar.gz", gzip(&tar("a.js", text))),
        ("app.jar", zipped("a.js", text)),
        ("app.asar", asar("a.js", text)),
        ("a.js.map", map(&line)),
        (
            "a.js",
            [b"//# sourceMappingURL=data:application/json;base64,".to_vec(), base64(&map(&line))]
                .concat(),
        ),
        ("broken.map", [b"{\"version\":3,\"sourcesContent\":[\"".to_vec(), text.to_vec()].concat()),
        ("a.wasm", [b"\0asm\x01\0\0\0\x05".to_vec(), text.to_vec(), vec![0, 0xff]].concat()),
        ("wide.exe", wide(&line)),
        ("jwt.txt", jwt(&secret)),
        ("hex.txt", hex(text)),
        ("percent.txt", percent(text)),
        ("escaped.json", escaped(text)),
        ("image.tar", tar("layer.tar", &tar("etc/app.env", text))),
        ("both.txt", base64(&base64(text))),
    ];
    for (name, bytes) in forms {
        let report = read(scanner, name, &bytes);
        let found: Vec<&str> =
            report.findings.iter().map(|one| &*one.rule).filter(|rule| *rule != "jwt").collect();
        assert_eq!(found, ["github-pat"], "{name}: {:?}", report.not_read);
        assert!(report.not_read.is_empty(), "{name}: {:?}", report.not_read);
        let shown = format!("{report:?}{:#}", report.judged(None).json(&report));
        assert!(!shown.contains(&secret[8..]), "{name} shows it");
    }
}

#[test]
fn lines_and_columns_are_those_of_the_file() {
    let scanner = scanner();
    let text = format!("// first line\nconst token = \"{}\";\n", token());
    let report = read(scanner, "a.js", text.as_bytes());
    assert_eq!(report.findings[0].position, Position::Line(2, 16));
    let report = read(scanner, "a.js.map", &map(&text));
    assert_eq!(report.findings[0].position, Position::Line(2, 16));
    assert_eq!(report.findings[0].place.path, "a.js.map!/src/secret.ts");
    assert_eq!(report.findings[0].row, "C5");
}

#[test]
fn a_secret_across_the_edge_of_a_window_is_found_once_and_in_its_line() {
    let scanner = scanner();
    let bounds = Bounds { window_bytes: 32 << 10, ..Bounds::default() };
    // The end of what the first window tells, and its own end.
    let near = |edge: usize| edge - 60..edge + 20;
    for before in near(16 << 10).chain(near(32 << 10)) {
        let text =
            format!("{}x\n{}\n{}", "y\n".repeat(before / 2), token(), " \n".repeat(20 << 10));
        let report = read_within(scanner, "a.txt", text.as_bytes(), bounds.clone());
        assert_eq!(report.findings.len(), 1, "{before}");
        assert_eq!(report.findings[0].position, Position::Line(before as u64 / 2 + 2, 1));
        assert_eq!(report.bytes, text.len() as u64);
    }
}

type Wrap = fn(&[u8]) -> Vec<u8>;

const WRAPS: [Wrap; 7] = [
    |bytes| gzip(bytes),
    |bytes| tar("a", bytes),
    |bytes| zipped("a", bytes),
    |bytes| asar("a", bytes),
    |bytes| base64(bytes),
    |bytes| [b"x = '".to_vec(), base64(bytes), b"'".to_vec()].concat(),
    |bytes| gzip(&tar("a", bytes)),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_secret_is_found_in_any_nesting(order in proptest::collection::vec(0..WRAPS.len(), 0..4)) {
        let mut bytes = format!("token: {}\n", token()).into_bytes();
        for at in &order {
            // A tar is no text, and no archive that begins with its name: base64 shows text and those alone.
            let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| !text.contains('\0'));
            let is_archive = bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(b"PK");
            if matches!(at, 4 | 5) && !is_text && !is_archive {
                continue;
            }
            bytes = WRAPS[*at](&bytes);
        }
        let report = read(scanner(), "a", &bytes);
        prop_assert!(report.findings.iter().any(|one| one.rule == "github-pat"), "{:?} {:?}", order, report.not_read);
    }
}
