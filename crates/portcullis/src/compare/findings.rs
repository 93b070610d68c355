//! Asks as both callers, and gathers what that shows.

use serde_json::Value;

use super::asking::Asker;
use super::found::{Findings, GivenAway, PAIRS};
use super::known::Known;
use super::questions::{Question, Questions};
use super::{lists, objects};
use crate::caller::Caller;

pub(super) fn find(questions: &Questions, callers: &[Caller; 2], mut asker: Asker) -> Findings {
    let mut findings = Findings { not_judged: questions.not_asked.clone(), ..Findings::default() };
    let mut known = [Known::default(), Known::default()];
    let mut answers = Vec::new();
    for question in &questions.plain {
        let mut read =
            |caller, known: &mut Known| learn(question, caller, known, &mut asker, &mut findings);
        let [first, second] = callers;
        let [of_first, of_second] = &mut known;
        let both = [read(first, of_first), read(second, of_second)];
        answers.push((question, both));
    }
    tell_apart(&mut known);
    for (question, both) in &answers {
        for (owner, reader) in PAIRS {
            let (Some(Some(answer)), Some(of), Some(by), Some(known)) =
                (both.get(reader), callers.get(owner), callers.get(reader), known.get(owner))
            else {
                continue;
            };
            let Some(at) = lists::of_somebody(answer, &known.identity) else { continue };
            let path = question.path(&[]);
            findings.given_away.push(GivenAway {
                operation: question.name.clone(),
                reader: by.name.clone(),
                owner: of.name.clone(),
                proof: format!("it shows an object whose {at} is {}", of.name),
                curl: by.curl(&asker.url(&path)),
                path,
            });
        }
    }
    objects::judge(questions, callers, &mut known, &mut asker, &mut findings);
    if known.iter().any(|known| known.identity.is_empty()) {
        let why = "no answer like a profile says who is who, so lists are not judged";
        findings.not_judged.push(("lists".to_owned(), why.to_owned()));
    }
    (findings.asked, findings.seconds) = (asker.asked, asker.seconds());
    findings
}

/// Reads what a caller is shown, and learns from it.
fn learn(
    question: &Question,
    caller: &Caller,
    known: &mut Known,
    asker: &mut Asker,
    findings: &mut Findings,
) -> Option<Value> {
    match asker.get(&question.path(&[]), Some(caller)) {
        Ok(read) => {
            let answer = read.success()?;
            known.learn(&question.about, answer);
            if question.is_profile {
                known.learn_identity(answer, 0);
            }
            Some(answer.clone())
        }
        Err(why) => {
            findings.not_judged.push((question.name.clone(), why));
            None
        }
    }
}

/// What names both callers names neither.
fn tell_apart(known: &mut [Known; 2]) {
    let [first, second] = known;
    let both: Vec<String> = first.identity.intersection(&second.identity).cloned().collect();
    for value in both {
        first.identity.remove(&value);
        second.identity.remove(&value);
    }
}
