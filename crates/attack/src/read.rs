//! Texts into attacks and journeys, strictly.

use std::collections::HashSet;

use portcullis_evidence::Sha256Hex;
use portcullis_model::did_you_mean;
use serde::de::DeserializeOwned;
use serde_saphyr::{Location, MergeKeyPolicy, Options, UserMessageFormatter};

use crate::check::{self, Against};
use crate::form::{Attack, Journey};
use crate::problem::{BadFile, Problem};
use crate::story::Story;

/// Bytes of one file.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// Problems of one file that are told.
const TOLD_MAX: usize = 20;

/// Reads an attack.
pub fn attack(name: &str, text: &str, against: Against<'_>) -> Result<Attack, BadFile> {
    let mut attack: Attack = read(name, text, |file| check::attack(file, against))?;
    attack.digest = Sha256Hex::of(text.as_bytes());
    Ok(attack)
}

/// Reads a journey.
pub fn journey(name: &str, text: &str, against: Against<'_>) -> Result<Journey, BadFile> {
    let mut journey: Journey = read(name, text, |file| check::journey(file, against))?;
    journey.digest = Sha256Hex::of(text.as_bytes());
    Ok(journey)
}

/// Reads a story; it is played on the sample.
pub fn story(name: &str, text: &str) -> Result<Story, BadFile> {
    read(name, text, check::story::problems)
}

pub(crate) fn read<T: DeserializeOwned>(
    name: &str,
    text: &str,
    check: impl Fn(&T) -> Vec<Problem>,
) -> Result<T, BadFile> {
    let bad = |problems| BadFile { name: name.to_owned(), problems };
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the file has {} bytes, more than {TEXT_BYTES_MAX}", text.len());
        return Err(bad(vec![Problem::of_file(message)]));
    }
    let file: T = serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| bad(vec![problem(&error)]))?;
    let mut problems = check(&file);
    // A twin repeats what it takes over from its attack.
    let mut seen = HashSet::new();
    problems.retain(|problem| seen.insert(problem.clone()));
    problems.truncate(TOLD_MAX);
    if problems.is_empty() { Ok(file) } else { Err(bad(problems)) }
}

/// One text has one reading: no merge keys, no `yes` for `true`, no octal numbers.
fn options() -> Options {
    let mut options = Options::default();
    options.merge_keys = MergeKeyPolicy::Error;
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.reject_unsupported_tags = true;
    options.with_snippet = false;
    options
}

fn problem(error: &serde_saphyr::Error) -> Problem {
    let location = error.location().unwrap_or(Location::UNKNOWN);
    if let serde_saphyr::Error::InvalidScalar { .. } = error {
        return Problem::at(location, "a number in range is expected here".to_owned());
    }
    let text = error.render_with_formatter(&UserMessageFormatter);
    let first = text.lines().next().unwrap_or("the file cannot be read");
    // The place is told once, in front.
    let place = format!(" at line {}, column {}", location.line(), location.column());
    let told = first.strip_suffix(&place).unwrap_or(first);
    Problem::at(location, nearest(told).unwrap_or_else(|| told.to_owned()))
}

/// A message about a word that is not known, with the known one that somebody may have meant.
fn nearest(told: &str) -> Option<String> {
    let (said, known) = told.split_once(", expected one of ")?;
    let word = said.split('`').nth(1)?;
    let near = did_you_mean(word, known.split(", ").map(|known| known.trim_matches('`')))?;
    Some(format!("{said}; did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
id: a6-role
item: A6
control: writable_properties
cwe: 915
title: become an administrator
honest:
  - send: GET /a
    expect:
      - status: 200
attack:
  - name: change
    send: PATCH /a
    save: { id: /id }
look:
  - send: GET /a/${id}
harm:
  - { in: change, json: /role, equals: admin }
twin:
  swap:
    PATCH /a: PATCH /safe
";

    fn problems(text: &str) -> String {
        match attack("a.yaml", text, Against::Sample) {
            Ok(_) => String::new(),
            Err(bad) => bad.to_string(),
        }
    }

    #[test]
    fn a_good_attack_is_read() {
        assert_eq!(problems(GOOD), "");
    }

    #[test]
    fn each_mistake_is_told_at_its_place() {
        for (from, to, expected) in [
            ("title:", "titel:", "a.yaml:5:1: unknown field `titel`; did you mean `title`?"),
            ("cwe: 915", "cwe: many", "a.yaml:4:6: a number in range is expected"),
            ("id: a6-role", "id: A6 Role", "a.yaml:1:5: `A6 Role` is not an id"),
            ("item: A6", "item: mass", "a.yaml:2:7: `mass` is not an item"),
            ("cwe: 915", "cwe: 915\nthreats: [Mass]", "a.yaml:5:11: `Mass` is no name of a threat"),
            ("cwe: 915", "cwe: 915\nthreats: [a, a]", "a.yaml:5:14: `a` stands there twice"),
            (
                "cwe: 915",
                "cwe: 915\nthreats: [a, b, c, d, e]",
                "a.yaml:5:23: an attack speaks of up to 4 threats",
            ),
            ("writable_properties", "writable", "`writable` is not a control"),
            (
                "send: GET /a\n    expect",
                "sent: GET /a\n    expect",
                "a.yaml:7:5: unknown field `sent`",
            ),
            ("send: PATCH /a", "send: PATCH", "a.yaml:11:5: `send` is a method and a target"),
            ("${id}", "${other}", "a.yaml:15:5: no step before this one saves `other`"),
            (
                "in: change",
                "in: chance",
                "a.yaml:17:5: no step of `attack` or `look` is called `chance`",
            ),
            ("    expect:\n      - status: 200\n", "", "a.yaml:7:5: `honest` expects nothing"),
            ("PATCH /a: PATCH", "PUT /a: PATCH", "no request begins with `PUT /a`"),
            ("save: { id: /id }", "save: { Id: /id }", "`Id` is not a name"),
            ("equals: admin }", "equals: admin, exists: true }", "a condition has one test"),
            ("json: /role", "json: role", "`role` is not a JSON Pointer; write `/role`"),
            (
                "send: PATCH /a",
                "raw: PATCH /a\n    as: alice",
                "a.yaml:11:5: `raw` is the whole request",
            ),
            (
                "    send: PATCH /a\n",
                "    send: PATCH /a\n    as: eve\n",
                "`eve` is not a user of the sample",
            ),
            (
                "title: become",
                "title: yes\ntitle: become",
                "a.yaml:6:1: duplicate mapping key `title`",
            ),
            ("honest:", "honest: *none\nlook:", "a.yaml:"),
        ] {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from} is not in the text");
            let told = problems(&text);
            assert!(told.contains(expected), "{to}: told {told:?}, expected {expected:?}");
        }
    }

    #[test]
    fn each_mistake_in_a_token_is_told_at_its_place() {
        const TOKENS: &str = "tokens:\n  one: { from: alice }\n  two: { from: alice, \
            claims: { sub: bob, note: '${one_payload}' }, sign: none }\nhonest:";
        let good = GOOD.replacen("honest:", TOKENS, 1);
        assert_eq!(problems(&good), "");
        assert_eq!(problems(&good.replacen("PATCH /a", "PATCH /a?x=${two}", 1)), "");
        for (from, to, expected) in [
            (
                "from: alice }",
                "from: alise }",
                "a.yaml:7:8: `alise` is not a user of the sample; \
                did you mean `alice`?",
            ),
            (
                "from: alice }",
                "form: alice }",
                "a.yaml:7:10: unknown field `form`; did you mean `from`?",
            ),
            (
                "sign: none",
                "sign: nobody",
                "a.yaml:8:75: unknown variant `nobody`, expected one of",
            ),
            ("sign: none", "sign: non", "unknown variant `non`; did you mean `none`?"),
            ("sign: none", "sign: none, encode: [pading]", "did you mean `padding`?"),
            ("sign: none", "sign: { hmac_wit: pem }", "did you mean `hmac_with`?"),
            (", sign: none", "", "a.yaml:8:8: a changed token says with `sign`"),
            (
                "${one_payload}",
                "${six_payload}",
                "a.yaml:8:8: no token before this one is called `six_payload`",
            ),
            ("  one:", "  One:", "a.yaml:7:8: `One` is not a name"),
            ("  two:", "  one:", "a.yaml:8:3: duplicate mapping key `one`"),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good, "{from} is not in the text");
            let told = problems(&text);
            assert!(told.contains(expected), "{to}: told {told:?}, expected {expected:?}");
            assert!(!told.contains("enum") && !told.contains("Sign"), "{told}");
        }
        let told = attack("a.yaml", &good, Against::Upstream(&[])).unwrap_err().to_string();
        assert!(told.contains("mean the sample's issuers"), "{told}");
    }

    #[test]
    fn each_mistake_in_keys_and_users_is_told_at_its_place() {
        const GIVEN: &str = "keys:\n  one: { owner: a }\n  two: { parent: one }\n  \
            bad: { like: one, secret: two }\nusers:\n  till: { user: a, password: b }\nhonest:";
        const DEEDS: &str = "send: PATCH /a\n    revoke: two\n    set_password: till\n    headers: { X-Key: '${one_id} ${till}' }";
        let good = GOOD.replacen("honest:", GIVEN, 1).replacen("send: PATCH /a", DEEDS, 1);
        assert_eq!(problems(&good), "");
        for (from, to, expected) in [
            ("{ owner: a }", "{ owner: a, form: x }", "unknown field `form`; did you mean `from`?"),
            ("{ owner: a }", "{ owner: a, ends: soon }", "a.yaml:7:8: `soon` is not a time"),
            (
                "parent: one",
                "parent: onne",
                "a.yaml:8:8: `onne` is no key that is issued before this one; did you mean `one`?",
            ),
            ("parent: one", "parent: bad", "`bad` is no key that is issued before this one"),
            ("secret: two", "secret: three", "`three` is no key that is issued before"),
            ("  till:", "  one:", "a.yaml:11:8: `one` is there twice among tokens, keys and users"),
            ("  till:", "  Till:", "`Till` is not a name"),
            ("revoke: two", "revoke: bad", "`bad` is no key that is issued"),
            (
                "set_password: till",
                "set_password: tull",
                "`tull` is no user of this file; did you mean `till`?",
            ),
            ("${one_id}", "${one_ip}", "no step before this one saves `one_ip`"),
        ] {
            let text = good.replacen(from, to, 1);
            assert_ne!(text, good, "{from} is not in the text");
            let told = problems(&text);
            assert!(told.contains(expected), "{to}: told {told:?}, expected {expected:?}");
        }
        let many: Vec<_> = (0..21).map(|at| format!("  k{at}: {{ owner: a }}\n")).collect();
        let many = good.replacen("  one:", &format!("{}  one:", many.concat()), 1);
        assert!(problems(&many).contains("at most 20 keys"), "{}", problems(&many));
        let told = attack("a.yaml", &good, Against::Upstream(&[])).unwrap_err().to_string();
        assert!(told.contains("`keys` and `users` exist in the gateway of a try alone"), "{told}");
    }

    #[test]
    fn a_step_for_each_text_is_bounded_and_alone_knows_the_text() {
        let each = GOOD.replacen(
            "send: GET /a\n    expect",
            "each: [x, y]\n    send: GET /${each}\n    expect",
            1,
        );
        assert_eq!(problems(&each), "");
        let many = each.replacen("[x, y]", &format!("[{}]", "x, ".repeat(51)), 1);
        assert!(problems(&many).contains("`each` has at most 50"), "{}", problems(&many));
        let alone = each.replacen("send: PATCH /a", "send: PATCH /a/${each}", 1);
        assert!(problems(&alone).contains("no step before this one saves `each`"));
    }

    #[test]
    fn a_shared_policy_is_one_that_is_there_and_stands_alone() {
        let shared = GOOD.replacen("honest:", "policy_file: pharmacy\nhonest:", 1);
        assert_eq!(problems(&shared), "");
        let told = problems(&shared.replacen("pharmacy", "farmacy", 1));
        assert!(
            told.contains("a.yaml:6:14: `farmacy` is not a shared policy; did you mean"),
            "{told}"
        );
        let both = shared.replacen("honest:", "policy: 'origins: []'\nhonest:", 1);
        assert!(problems(&both).contains("stands instead of `policy`"), "{}", problems(&both));
        let told = attack("a.yaml", &shared, Against::Upstream(&[])).unwrap_err().to_string();
        assert!(told.contains("`policy_file` belongs to attacks on the sample"), "{told}");
    }

    #[test]
    fn requests_go_together_where_there_are_several() {
        let together = |each: &str| {
            problems(&GOOD.replacen(
                "send: PATCH /a",
                &format!("{each}together: true\n    send: PATCH /a"),
                1,
            ))
        };
        assert_eq!(together("each: [x, y]\n    "), "");
        for alone in ["", "each: [x]\n    "] {
            assert!(together(alone).contains("`together` sends all of `each`"), "{alone:?}");
        }
    }

    #[test]
    fn messages_name_no_type_of_ours() {
        for text in ["", "[]", "5", "id: [a]", &GOOD.replace("- send: GET /a\n", "- 5\n")] {
            let told = problems(text);
            assert!(!told.is_empty());
            for name in ["struct", "Attack", "Step", "Spanned", "Option", "enum", "u16"] {
                assert!(!told.contains(name), "{text:?}: {told}");
            }
        }
    }

    #[test]
    fn a_file_that_is_too_large_or_endless_is_refused() {
        let large = " ".repeat(TEXT_BYTES_MAX + 1);
        assert!(problems(&large).contains("more than"));
        let mut bomb = String::from("a: &a [x, x]\n");
        for level in 0..40 {
            bomb.push_str("b: [*a, *a, *a, *a, *a, *a, *a, *a]\n");
            bomb.push_str(if level % 2 == 0 { "# again\n" } else { "" });
        }
        assert!(!problems(&bomb).is_empty());
        let deep = format!("id: {}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!problems(&deep).is_empty());
    }

    #[test]
    fn what_belongs_to_the_sample_is_refused_elsewhere() {
        let text = GOOD
            .replace("look:", "document: sloppy\npolicy: 'origins: []'\nlook:")
            .replace("    save: { id: /id }\n", "    save: { id: /id }\n    as: alice\n");
        assert!(attack("a.yaml", &text, Against::Sample).is_ok());
        let told = attack("a.yaml", &text, Against::Upstream(&[])).unwrap_err().to_string();
        for part in ["`document` names one of the sample's", "`policy` belongs", "`as` names"] {
            assert!(told.contains(part), "{told}");
        }
    }

    #[test]
    fn a_journey_must_expect_something() {
        let text = "{ id: j, title: t, steps: [{ send: GET / }] }";
        let told = journey("j.yaml", text, Against::Sample).unwrap_err().to_string();
        assert!(told.contains("a journey that expects nothing cannot break"), "{told}");
    }
}
