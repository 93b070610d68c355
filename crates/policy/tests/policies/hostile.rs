//! Texts that nobody would write, or somebody wrote to do harm.

use proptest::prelude::*;

use portcullis_policy::Model;

use crate::pharmacy::{self, API, input, join, own};

#[test]
fn a_hostile_policy_gets_a_bounded_answer() {
    let lines =
        |count, line: fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().concat();
    let many_keys = lines(20_000, |n| format!("key{n}: 1\n"));
    let names = lines(50_000, |n| format!("op{n}, "));
    let many_names = format!("{}access:\n  - anyone: [{names}]\n", pharmacy::API);
    let deep = "[".repeat(5_000);
    let long = "x".repeat(2 << 20);
    let bomb = lines(20, |n| format!("b{n}: &b{n} [*a, *a]\n"));
    for text in [many_keys, many_names, deep, long, bomb] {
        let failure = join(&text).expect_err("hostile");
        assert!(!failure.diagnostics.is_empty());
        let count = own(&failure.diagnostics).len();
        assert!(count <= 101, "{count}");
        for one in &failure.diagnostics {
            assert!(one.message.len() < 400, "{}", one.message.len());
        }
    }
}

/// What the language and the file are made of.
const PIECES: &[&str] = &[
    "apis",
    "contract",
    "upstream",
    "listen",
    "origins",
    "access",
    "anyone",
    "operations",
    "limits",
    "ledger",
    "relax",
    "createOrder",
    "body_bytes",
    "1MiB",
    "http://[::1",
    "127.0.0.1:0",
    "until",
    "2027-02-30",
    "mode",
    "observe",
    ": ",
    ":",
    "- ",
    "-",
    "\n",
    "\n  ",
    "\n    ",
    "\t",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "!!str ",
    "? ",
    "| ",
    "> ",
    "\"",
    "'",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "<<",
    "~",
    "null",
    "\u{feff}",
    "\u{0}",
    "\u{1f600}",
    "é",
    "99999999999999999999",
    "0",
    "\\x",
];

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = join(&text);
    }

    #[test]
    fn no_arrangement_of_its_own_words_makes_the_reader_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)
    ) {
        let text = pieces.concat();
        let _ = join(&text);
        let _ = join(&format!("{}{text}", pharmacy::API));
    }

    #[test]
    fn what_is_cut_off_anywhere_is_read_or_told(at in 0..crate::good::FULL.len()) {
        if let Some(text) = crate::good::FULL.get(..at)
            && let Err(failure) = join(text)
        {
            prop_assert!(!failure.diagnostics.is_empty());
            for one in own(&failure.diagnostics) {
                let span = one.span.map(|span| failure.sources.line_column(span));
                prop_assert!(span.is_some(), "{}", one.message);
            }
        }
    }
}

#[test]
fn an_operation_id_does_not_take_over_the_name_of_another_operation() {
    let contract = "openapi: 3.1.0\ninfo: { title: T, version: \"1\" }\npaths:\n  /health:\n    \
                    get: { operationId: h, responses: {} }\n    put: { operationId: twice, \
                    responses: {} }\n  /admin:\n    delete: { operationId: GET /health, responses: {} \
                    }\n    post: { operationId: \"*\", responses: {} }\n    put: { operationId: twice, \
                    responses: {} }\n";
    for (name, meant) in [
        ("GET /health", Some("GET /health")),
        ("twice", Some("PUT /health")),
        ("PUT /admin", Some("PUT /admin")),
        ("DELETE /admin", Some("DELETE /admin")),
    ] {
        let policy = format!("{API}access: [{{ anyone: [\"{name}\"] }}]\n");
        let mut input = input(Some(&policy));
        input.contract = input.sources.add("other.yaml", contract);
        let model = Model::join(input).expect("a model");
        let open = model.contract.operations.iter().zip(&model.access.anyone);
        let open: Vec<String> =
            open.filter(|(_, anyone)| **anyone).map(|(operation, _)| operation.title()).collect();
        assert_eq!(open, meant.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{name}");
        let names: Vec<&str> =
            model.contract.operations.iter().filter_map(|one| one.id.as_deref()).collect();
        assert_eq!(names, ["h", "twice"]);
    }
}
