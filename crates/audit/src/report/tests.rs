//! Forms hold against their schemas, and against names that were made to break them.

use serde_json::Value;

use super::*;
use crate::seen::Seen;
use crate::told::{Spot, SpotAt, ToldEnforced, ToldFix};

/// What breaks a page, a log or a terminal that believes it.
const HOSTILE: &str = "<script>alert('1')</script>\"&\u{1b}[31m\u{202e}\u{0}\n]]>`\u{ffff}";

fn told(severity: Severity, name: &str) -> Told {
    Told {
        part: Part::Contract,
        rule: ToldRule {
            id: "no-bound".to_owned(),
            title: format!("arrays have bounds {name}"),
            item: "A4".to_owned(),
            cwe: vec![770],
            severity,
            page: format!("Why: *because*. {name}"),
        },
        severity,
        message: format!("`{name}` has no `maxItems`"),
        fix: "add one".to_owned(),
        places: vec![
            Spot {
                at: SpotAt::File(format!("{name}.yaml")),
                line: Some((3, 7)),
                operation: Some(name.to_owned()),
            },
            Spot {
                at: SpotAt::File("app.zip!/a.js".to_owned()),
                line: Some((3, 7)),
                operation: None,
            },
            Spot { at: SpotAt::Address("127.0.0.1:80".to_owned()), ..Spot::default() },
        ],
        enforced: None,
        regains: Some(14),
    }
}

fn fix() -> ToldFix {
    let (rule, fix) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    ToldFix { rule, severity: Severity::High, fix, regains: 14, findings: 2, operations: 3 }
}

fn report(findings: Vec<Told>) -> Report {
    let mut answers = crate::checklist::answers(None, &Seen::default());
    if let Some(first) = answers.first_mut() {
        first.verdict = Verdict::No;
        first.fix = Some(HOSTILE.to_owned());
        first.evidence = HOSTILE.to_owned();
    }
    let mut report = Report {
        version: "0.1.0",
        at: UnixMillis(1_700_000_000_000),
        policy: None,
        answers,
        findings,
        rules: Vec::new(),
        scores: vec![ToldScore {
            document: HOSTILE.to_owned(),
            tenths: 871,
            operations: 3,
            fixes: vec![fix()],
        }],
        looked_at: vec![HOSTILE.to_owned()],
        not_looked_at: vec![NotLookedAt { what: HOSTILE.to_owned(), why: HOSTILE.to_owned() }],
        closed: None,
        has_evidence: false,
        deny: Severity::High,
    };
    report.sort();
    report
}

fn hostile() -> Report {
    let mut enforced = told(Severity::Critical, HOSTILE);
    enforced.enforced =
        Some(ToldEnforced { control: "amounts".to_owned(), evidence: vec![HOSTILE.to_owned()] });
    let mut nowhere = told(Severity::Low, "a");
    nowhere.places.clear();
    report(vec![enforced, told(Severity::High, HOSTILE), nowhere])
}

/// As it is published, without the pattern of `language`, which is no regular expression; nothing here writes that.
fn schema() -> Value {
    let schema = include_str!("../../fixtures/sarif/schema-2.1.0.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    for of in ["run", "toolComponent"] {
        schema["definitions"][of]["properties"]["language"]["pattern"] = "".into();
    }
    schema
}

fn schema_holds(log: &Value) {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let faults: Vec<String> = schema
        .iter_errors(log)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_sarif_log_holds_against_the_schema_whatever_the_names_are() {
    let log = hostile().sarif();
    schema_holds(&log);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 4, "three findings and one no");
    let place = &results[0]["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<'), "{uri}");
    assert_eq!(place["region"]["startLine"], 3);
    assert_eq!(results[0]["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 1);
    assert!(results.iter().any(|one| one["suppressions"].is_array()));
    assert!(results.iter().all(|one| !one["locations"].as_array().unwrap().is_empty()));
    assert_eq!(log["runs"][0]["properties"]["checklist"].as_array().unwrap().len(), 10);
}

#[test]
fn the_schema_refuses_what_is_no_log() {
    let mut log = hostile().sarif();
    log["runs"][0]["results"][0]["level"] = "bad".into();
    assert!(!jsonschema::is_valid(&schema(), &log));
}

#[test]
fn a_finding_keeps_its_fingerprint_when_its_line_moves_and_no_other_has_it() {
    let one = told(Severity::High, "a");
    let mut moved = one.clone();
    moved.places[0].line = Some((90, 1));
    assert_eq!(sarif::fingerprint(&one), sarif::fingerprint(&moved));
    assert_ne!(sarif::fingerprint(&one), sarif::fingerprint(&told(Severity::High, "b")));
}

#[test]
fn a_page_has_no_script_and_every_name_is_text() {
    let page = hostile().html();
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for bad in ["<script", "\u{1b}", "\u{202e}", "\u{0}", "alert('1')"] {
        assert!(!page.contains(bad), "{bad:?}");
    }
    for tag in ["section", "ul", "main", "html", "li", "p", "h1", "h2", "h3", "code", "title"] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    assert!(page.contains("&lt;script&gt;"));
}

#[test]
fn a_page_says_what_was_found_before_the_checklist_and_not_what_the_rule_wants() {
    let mut enforced = told(Severity::High, "b");
    enforced.enforced = Some(ToldEnforced { control: "amounts".to_owned(), evidence: Vec::new() });
    let mut report = report(vec![told(Severity::High, "a"), enforced]);
    report.answers = crate::checklist::answers(None, &Seen::default());
    report.scores.truncate(0);
    report.policy = Some("shop.yaml".to_owned());
    let page = report.html();
    let heading =
        "<span class=\"word\">high</span> <code>a</code> has no <code>maxItems</code></h3>";
    assert!(page.contains(heading) && page.contains("<p>rule: arrays have bounds a</p>"), "{page}");
    assert!(
        page.contains("<code>amounts</code>: configured, not shown by an attack</p>"),
        "{page}"
    );
    assert!(page.contains("<h1>Audit of shop.yaml</h1>"), "{page}");
    assert!(page.find("<h2>Findings").unwrap() < page.find("<h2>Checklist").unwrap(), "{page}");
    assert_eq!(page.matches("no deployment was looked at").count(), 1, "{page}");
    assert!(page.contains("<h3>C1, C2, C3, C4, C6, C7, C8 <span"), "{page}");
    assert!(!page.contains("Until"), "nobody could tell anything: {page}");
    report.answers = vec![crate::answer::tests::QUESTION.yes("seen")];
    assert!(report.html().contains("Until 2024-"), "an answer has its day");
}

#[test]
fn a_backtick_without_another_stays_what_it_is() {
    let marked = |text| super::escaped::Marked(text).to_string();
    assert_eq!(marked("`<a>` and `b`"), "<code>&lt;a&gt;</code> and <code>b</code>");
    assert_eq!(marked("a ` b"), "a ` b");
    assert_eq!(marked("`a` ` b"), "<code>a</code> ` b");
}

#[test]
fn evidence_that_shows_nothing_of_a_control_is_not_called_missing() {
    let mut enforced = told(Severity::High, "b");
    enforced.enforced = Some(ToldEnforced { control: "amounts".to_owned(), evidence: Vec::new() });
    let mut report = report(vec![enforced]);
    assert!(report.text(false).contains("by amounts, no evidence was given"));
    report.has_evidence = true;
    for is_verbose in [false, true] {
        let text = report.text(is_verbose);
        assert!(text.contains("by amounts, no attack in the evidence shows it"), "{text}");
    }
}

#[test]
fn what_answers_nobody_is_one_line_at_the_top_of_each_form() {
    let mut report = report(vec![told(Severity::High, "a")]);
    let none = report.text(false);
    let why =
        vec!["nobody said who may call 30".to_owned(), "no rule of `access` opens 3".to_owned()];
    report.closed = Some(crate::ClosedOperations { operations: 40, closed: 33, why });
    let line = "33 of 40 operations are closed and answer nothing: nobody said who may call 30, no rule of `access` opens 3";
    let text = report.text(false);
    assert!(text.lines().nth(1) == Some(line) && !none.contains("closed"), "{text}");
    assert!(report.html().contains("33 of 40 operations are closed"));
    let json = report.json();
    assert_eq!(
        (json["operations"].as_u64(), json["operations_closed"].as_u64()),
        (Some(40), Some(33))
    );
}

#[test]
fn what_is_worth_knowing_alone_is_one_line_with_its_file() {
    let text = report(vec![told(Severity::Info, "a"), told(Severity::Info, "b")]).text(false);
    assert!(
        text.contains("info      no-bound  a.yaml:3:7  a: `a` has no `maxItems` and 1 more"),
        "{text}"
    );
}

#[test]
fn junit_has_a_case_for_each_rule_and_each_question() {
    let xml = hostile().junit();
    assert!(xml.contains("tests=\"11\" failures=\"2\""), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 11);
    assert_eq!(xml.matches("<skipped ").count(), 9);
    for bad in ["<script", "\u{1b}", "\u{0}", "\u{ffff}", "]]>"] {
        assert!(!xml.contains(bad), "{bad:?}");
    }
}

#[test]
fn text_obeys_nobody_and_says_what_to_do() {
    for is_verbose in [false, true] {
        let text = hostile().text(is_verbose);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{0}']));
    }
    let text = hostile().text(true);
    assert!(text.contains("findings: 1 high, 1 low, 1 enforced by the gateway"), "{text}");
    assert!(text.contains("checklist: 0 yes, 1 no, 9 not checkable"), "{text}");
    assert!(text.contains("until 2023-"), "{text}");
}

#[test]
fn what_nobody_can_tell_for_one_reason_is_one_line_and_no_question_is_lost() {
    let mut report = report(Vec::new());
    report.answers = crate::checklist::answers(None, &Seen::default());
    let text = report.text(false);
    assert_eq!(text.matches("no deployment was looked at").count(), 1, "{text}");
    assert!(text.contains("C1, C2, C3, C4, C6, C7, C8"), "{text}");
    for item in 1..=10 {
        assert!(text.contains(&format!("C{item}")), "C{item}: {text}");
    }
    assert!(text.lines().count() < 25, "{text}");
}

#[test]
fn text_opens_with_the_score_and_what_regains_most_and_tells_one_rule_once() {
    let mut first = told(Severity::High, "a");
    first.regains = None;
    let findings = (0..200).map(|number| {
        let mut one = told(Severity::High, &format!("op{number}"));
        one.rule = first.rule.clone();
        one
    });
    let mut lots = report(findings.collect());
    lots.answers.clear();
    let text = lots.text(false);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("score: 87.1 of 100"), "{text}");
    assert!(lines[1].starts_with("findings: 200 high"), "{text}");
    assert!(lines.len() < 20, "{text}");
    assert!(text.contains("200 causes at 200 operations"), "{text}");
    assert!(text.contains("    and 197 more\n") && text.contains("--verbose"), "{text}");
    assert!(text.find("what regains most").unwrap() < text.find("high    ").unwrap(), "{text}");
    let whole = lots.text(true);
    assert_eq!(whole.matches("has no `maxItems`").count(), 200);
    assert_eq!(whole.matches("    also: ").count(), 400, "every place");
    let log = lots.sarif();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 200, "programs get each");
}

#[test]
fn what_was_not_looked_at_for_one_reason_is_one_line() {
    let mut report = report(Vec::new());
    let not = |number| NotLookedAt { what: format!("f{number}"), why: "it is no text".to_owned() };
    report.not_looked_at = (0..50).map(not).collect();
    let text = report.text(false);
    assert!(text.contains("not looked at: f0, f1, f2 and 47 more: it is no text"), "{text}");
    assert_eq!(report.text(true).matches("not looked at: ").count(), 50);
}

#[test]
fn brackets_in_a_sarif_message_make_no_link() {
    let log = report(vec![told(Severity::High, r"[click](https://evil.example) \[x\](1)")]).sarif();
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    let expected = r"\[click\](https://evil.example) \\\[x\\\](1)";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_fails_is_bad_enough_and_answered_by_nobody() {
    let clean = |findings| {
        let mut report = report(findings);
        report.answers.clear();
        report
    };
    assert!(clean(vec![told(Severity::High, "a")]).is_denied());
    assert!(!clean(vec![told(Severity::Medium, "a")]).is_denied());
    let mut low = clean(vec![told(Severity::Low, "a")]);
    low.deny = Severity::Low;
    assert!(low.is_denied());
    let mut enforced = told(Severity::Critical, "a");
    enforced.enforced = Some(ToldEnforced { control: "amounts".to_owned(), evidence: Vec::new() });
    assert!(!clean(vec![enforced]).is_denied());
    assert!(report(Vec::new()).is_denied(), "a no fails");
}

#[test]
fn json_has_ten_answers_with_their_times_and_each_finding_with_its_places() {
    let told = hostile().json();
    assert_eq!(told["checklist"].as_array().unwrap().len(), 10);
    assert_eq!(told["checklist"][1]["time"], "2023-11-14T22:13:20.000Z");
    assert!(told["checklist"][1]["until"].as_str().unwrap() > "2024-02");
    assert_eq!(told["findings"][0]["places"][0]["column"], 7);
    assert_eq!(told["counts"]["enforced"], 1);
}
