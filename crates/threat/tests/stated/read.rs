//! `threats.yaml`: what is read, what is refused, and where it says so.

use portcullis_model::{Date, Sources};
use portcullis_policy::Failure;
use portcullis_threat::risk::Rating;
use portcullis_threat::{
    DataClass, Degree, Stated, StoreKind, Tier, json_schema, last_day, reference_page,
};
use proptest::prelude::*;

use crate::shop::NOW;

const FULL: &str = r#"
version: 1
goals:
  - { text: "nobody reads an order of somebody else", protects: [personal, pci] }
regimes: [gdpr, pci-dss]
weight: high
tier: business_critical
assets: [{ name: our good name, why: customers choose us for it }]
zones: [{ name: data centre, description: "racks of our own", trust: 80 }]
stores:
  - { name: orders, kind: sql, zone: data centre, holds: [Order], encrypted: true, product: PostgreSQL 17 }
data: { Order: [phi], Menu: [] }
accepted:
  - { threat: others-objects-read, of: "GET /orders/{id}", by: ada, reason: demo data, until: 2027-01-31 }
answered:
  - { threat: others-objects-read, how: "row level security", by: ada, until: 2027-06-30 }
rated:
  - { threat: others-objects-read, likelihood: 4.5, impact: 9, reason: "seen elsewhere", by: ada, until: 2027-06-30 }
"#;

fn read(text: &str) -> Result<Stated, Failure> {
    let mut sources = Sources::default();
    let source = sources.add("threats.yaml", text);
    Stated::from_text(source, &sources, NOW)
}

/// Code and place of each problem.
fn problems(text: &str) -> Vec<String> {
    let Err(failure) = read(text) else { return Vec::new() };
    let told = failure.diagnostics.iter().map(|one| {
        let at = one.span.map(|span| failure.sources.line_column(span));
        let (line, column) = at.unwrap_or_default();
        let help = one.help.as_deref().unwrap_or_default();
        format!("{line}:{column} {}: {} ({help})", one.code.name, one.message)
    });
    told.collect()
}

#[test]
fn all_that_people_say_is_read() {
    let stated = read(FULL).unwrap();
    assert_eq!(stated.goals.len(), 1);
    assert!(stated.goals[0].protects.has(DataClass::Card));
    assert_eq!(stated.regimes, ["gdpr", "pci-dss"]);
    assert_eq!((stated.weight, stated.tier), (Some(Degree::High), Some(Tier::BusinessCritical)));
    assert_eq!(stated.zones[0].trust, Some(80));
    assert_eq!(stated.stores[0].kind, StoreKind::Sql);
    assert_eq!(stated.stores[0].is_encrypted, Some(true));
    assert!(stated.data[0].classes.has(DataClass::Health));
    assert!(stated.data[1].classes.is_empty());
    assert_eq!(stated.accepted[0].until, Date::parse("2027-01-31").unwrap());
    assert_eq!(stated.accepted[0].of.as_deref(), Some("GET /orders/{id}"));
    assert_eq!(stated.answered[0].of, None);
    assert_eq!(stated.rated[0].rating, Rating::of(45, 90));
    assert!(stated.rated[0].span.is_some());
    assert_eq!(stated.answered[0].until, Date::parse("2027-06-30").unwrap());
    assert_eq!(stated.rated[0].until, Some(Date::parse("2027-06-30").unwrap()));
    assert_eq!(read("version: 1\n").unwrap(), Stated::default());
}

#[test]
fn what_is_misspelt_is_found_where_it_stands_with_what_was_meant() {
    let told = problems("version: 1\nacepted: []\nweight: hgih\n");
    assert_eq!(
        told,
        [
            "2:1 threats-unknown-key: `acepted` is not a key of this section (did you mean `accepted`?)",
            "3:9 threats-unknown-word: `hgih` has no meaning here (did you mean `high`?)",
        ]
    );
}

#[test]
fn a_risk_is_taken_by_somebody_for_a_reason_until_a_day() {
    let told = problems("version: 1\naccepted:\n  - threat: others-objects-read\n");
    let missing =
        |key: &str| format!("3:5 threats-missing-key: `{key}` is missing (add `{key}: ...`)");
    assert_eq!(told, ["by", "reason", "until"].map(missing));
    let blank = problems(
        "version: 1\naccepted: [{ threat: a, by: \"\u{200b}\", reason: \" \", until: 2027-02-30 }]\n",
    );
    assert_eq!(blank.len(), 3, "{blank:?}");
}

#[test]
fn nobody_answers_a_threat_for_ever() {
    let told = problems("version: 1\nanswered: [{ threat: a, how: b, by: c }]\n");
    assert_eq!(told, ["2:14 threats-missing-key: `until` is missing (add `until: ...`)"]);
    let endless =
        "version: 1\nrated: [{ threat: a, likelihood: 9, impact: 9, reason: b, by: c }]\n";
    assert_eq!(read(endless).unwrap().rated[0].until, None, "one that raises needs no end");
}

#[test]
fn what_people_say_ends_within_a_year_of_today() {
    let entries = [
        "accepted: [{ threat: a, by: b, reason: c, until: DAY }]",
        "answered: [{ threat: a, by: b, how: c, until: DAY }]",
        "rated: [{ threat: a, likelihood: 1, impact: 1, by: b, reason: c, until: DAY }]",
    ];
    assert_eq!(last_day(NOW), Date::parse("2027-11-28").unwrap());
    for entry in entries {
        let said = |day: &str| format!("version: 1\n{}\n", entry.replace("DAY", day));
        assert_eq!(problems(&said("2027-11-28")), [""; 0], "{entry}");
        for day in ["2027-11-29", "2999-12-31", "9999-12-31"] {
            let [one] = problems(&said(day)).try_into().unwrap();
            let column = entry.find("DAY").unwrap() + 1;
            assert!(one.starts_with(&format!("2:{column} threats-too-far: ")), "{one}");
            assert!(one.contains("write a day up to 2027-11-28"), "{one}");
        }
        // What ended is read: it does not count, and is told.
        assert_eq!(problems(&said("1970-01-01")), [""; 0], "{entry}");
    }
}

#[test]
fn a_newer_version_is_not_half_read() {
    for version in ["2", "10", "4294967296", "\"2\""] {
        let told = problems(&format!("version: {version}\nnew_things: [a]\nweight: 3\n"));
        let [one] = told.as_slice() else { panic!("{told:?}") };
        assert!(one.contains("threats-newer-version"), "{one}");
    }
    for version in ["0", "one", "1.0", "-1", "01"] {
        assert_eq!(problems(&format!("version: {version}\n")).len(), 1, "{version}");
    }
    assert_eq!(problems("weight: low\n").len(), 1, "a version is needed");
    assert!(problems("")[0].contains("is empty"));
}

#[test]
fn numbers_beyond_their_bounds_are_refused() {
    for text in [
        "zones: [{ name: a, trust: 101 }]",
        "zones: [{ name: a, trust: +1 }]",
        "rated: [{ threat: a, likelihood: 9.1, impact: 1, reason: a, by: a }]",
    ] {
        let told = problems(&format!("version: 1\n{text}\n"));
        assert!(told.len() == 1 && told[0].contains("threats-bad-number"), "{told:?}");
    }
}

#[test]
fn bombs_are_refused_at_once() {
    let anchors = "version: 1\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ngoals: *c\n";
    assert!(problems(anchors).iter().any(|one| one.contains("threats-not-yaml")));
    let deep = format!("version: 1\ngoals: {}\n", "[".repeat(100_000));
    assert!(problems(&deep)[0].contains("threats-not-yaml"));
    let large = format!("version: 1\n# {}\n", "x".repeat(1 << 20));
    assert!(problems(&large)[0].contains("threats-too-large"));
    let many =
        format!("version: 1\nregimes: [a]\nassets:\n{}", "  - { name: a, why: b }\n".repeat(1_001));
    assert!(problems(&many)[0].contains("threats-too-large"), "{:?}", problems(&many));
    let wrong = format!("version: 1\ngoals:\n{}", "  - 1\n".repeat(10_000));
    assert!(problems(&wrong).len() <= 102);
}

#[test]
fn wrong_kinds_are_told_at_their_place() {
    for text in ["goals: a", "goals: { a: b }", "weight: [low]", "data: [a]", "regimes: gdpr"] {
        let told = problems(&format!("version: 1\n{text}\n"));
        assert!(told.len() == 1 && told[0].starts_with("2:"), "{text}: {told:?}");
    }
    for text in ["[]", "a", "- version: 1", "1", "--- a\n--- b\n", "\u{feff}"] {
        assert!(!problems(text).is_empty(), "{text}");
    }
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let binary = folder.path().join("binary");
    std::fs::write(&binary, [0xff, 0x00, 0xfe]).unwrap();
    for path in [&pipe, &binary, &folder.path().to_owned(), &folder.path().join("none")] {
        let failure = Stated::from_file(path, &mut Sources::default(), NOW).unwrap_err();
        assert_eq!(failure.diagnostics.len(), 1, "{}", path.display());
    }
    let huge = folder.path().join("huge");
    std::fs::File::create(&huge).unwrap().set_len(8 << 30).unwrap();
    assert!(
        Stated::from_file(&huge, &mut Sources::default(), NOW).unwrap_err().unreadable.is_some()
    );
}

#[test]
fn the_schema_agrees_with_the_reader() {
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    let json = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
    let errors: Vec<String> = schema.iter_errors(&json(FULL)).map(|one| one.to_string()).collect();
    // The version is a number in the file and a text to the reader.
    assert_eq!(errors, [""; 0]);
    for text in [
        "weight: low\n",
        "version: 1\nacepted: []\n",
        "version: 1\nweight: hgih\n",
        "version: 1\naccepted: [{ threat: a }]\n",
        "version: 1\nanswered: [{ threat: a, how: b, by: c }]\n",
        "version: 1\ndata: { Order: [secret] }\n",
        "version: 1\nzones: [{ name: a, trust: 101 }]\n",
        "version: 2\n",
    ] {
        assert!(read(text).is_err(), "{text}");
        assert!(!schema.is_valid(&json(text)), "{text}");
    }
    let page = reference_page();
    assert!(page.contains("| `until` (required) |"), "{page}");
}

proptest! {
    #[test]
    fn every_text_is_read_or_refused_with_places_inside_it(text in "(version: 1\n)?[a-z:\\-\\[\\]{}&*!#\"' \n0-9é]{0,200}") {
        let mut sources = Sources::default();
        let source = sources.add("threats.yaml", text.as_str());
        if let Err(failure) = Stated::from_text(source, &sources, NOW) {
            prop_assert!(!failure.diagnostics.is_empty());
            for span in failure.diagnostics.iter().filter_map(|one| one.span) {
                prop_assert!(span.start <= span.end && span.end as usize <= text.len());
            }
        }
    }

    #[test]
    fn what_is_accepted_is_read_as_it_was_written(
        by in "[a-zA-Z][a-zA-Z .]{0,20}[a-z]",
        reason in "[ -!#-\\[\\]-~]{0,40}[a-z]",
        month in 1..13_u8,
        day in 1..29_u8,
    ) {
        // All of the year behind today, and none beyond it.
        let year = if month == 12 { 2026 } else { 2027 };
        let until = format!("{year}-{month:02}-{day:02}");
        let text = format!(
            "version: 1\naccepted:\n  - threat: a-b\n    by: \"{by}\"\n    reason: \"{reason}\"\n    until: {until}\n"
        );
        let stated = read(&text).unwrap();
        let one = &stated.accepted[0];
        prop_assert_eq!((&one.by, &one.reason), (&by, &reason));
        prop_assert_eq!(one.until, Date::parse(&until).unwrap());
    }
}
