//! Every flaw is found where it is, and none where none is.

use portcullis_evidence::Severity;

use super::tiny::Tiny;
use super::{GIVEN, run};
use crate::issuer::ProbeResult::{Inconclusive, NotTried, Open, Safe};
use crate::issuer::listed;

#[test]
fn a_strict_issuer_is_safe_everywhere() {
    let report = run(&Tiny::start(&[]), GIVEN, None);
    for found in &report.probes {
        let expected = if found.id == "token-code-lifetime" { NotTried } else { Safe };
        assert_eq!(found.result, expected, "{}: {:?}\n{}", found.id, found.why, found.replay);
    }
    assert!(report.is_closed_from(Severity::Low));
}

#[test]
fn every_flaw_is_found_by_its_probe() {
    for probe in listed().filter(|probe| probe.id != "token-code-lifetime") {
        let report = run(&Tiny::start(&[probe.id]), GIVEN, Some(probe.id));
        let found = &report.probes[0];
        assert_eq!(found.result, Open, "{}: {:?}\n{}", found.id, found.why, found.replay);
        assert!(!report.is_closed_from(probe.severity));
    }
}

#[test]
fn the_life_of_a_code_is_waited_for_where_that_is_asked() {
    let text = format!("{GIVEN}code_lifetime_s: 1\n");
    let only = Some("token-code-lifetime");
    let of = |flaws: &[&str]| run(&Tiny::start(flaws), &text, only).probes[0].result;
    let (brief, long) = std::thread::scope(|both| {
        let brief = both.spawn(|| of(&["brief-codes"]));
        let long = both.spawn(|| of(&[]));
        (brief.join().unwrap(), long.join().unwrap())
    });
    assert_eq!((brief, long), (Safe, Open));
}

#[test]
fn without_a_user_what_needs_one_is_not_tried_and_the_rest_is() {
    let text = GIVEN.split("user:").next().unwrap();
    let report = run(&Tiny::start(&["redirect-other", "redirect-suffix"]), text, None);
    let of = |id: &str| report.probes.iter().find(|found| found.id == id).unwrap();
    assert_eq!(of("redirect-suffix").result, Open, "{:?}", of("redirect-suffix").why);
    assert_eq!(of("redirect-path").result, Safe);
    assert_eq!(of("metadata-issuer").result, Safe);
    assert_eq!(of("token-secret-guess").result, Safe);
    let replay = of("token-code-replay");
    assert_eq!(replay.result, NotTried);
    assert!(replay.why.as_ref().unwrap().contains("gives no `user`"));
}

#[test]
fn who_cannot_log_in_makes_nothing_safe() {
    let text = GIVEN.replace("alice-pass", "wrong");
    let report = run(&Tiny::start(&[]), &text, Some("token-code-replay"));
    assert_eq!(report.probes[0].result, Inconclusive, "{:?}", report.probes[0].why);
}

#[test]
fn no_report_holds_a_secret_and_every_form_of_it_holds_what_is_open() {
    let tiny = Tiny::start(&["token-code-replay", "redirect-other"]);
    let report = run(&tiny, GIVEN, None);
    let json = serde_json::to_string(&report).unwrap();
    let (text, page) = (report.text(), report.page());
    let sarif = report.sarif("0", "issuer.yaml").to_string();
    for out in [&json, &text, &page, &sarif] {
        for secret in [tiny.secret(), "alice-pass", "sid="] {
            assert!(!out.contains(secret), "{secret}: {out}");
        }
        assert!(out.contains("token-code-replay"));
    }
    assert!(text.contains("codes go to any host"), "{text}");
    assert!(json.contains("\"result\":\"open\""));
    let replay = &report.open()[0].replay;
    assert!(replay.contains("curl -sS -i --path-as-is"), "{replay}");
}
