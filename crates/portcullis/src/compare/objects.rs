//! Questions that name an object: one caller asks for what only the other knows.

use std::collections::BTreeSet;

use portcullis_policy::names_an_owner;

use super::asking::{Asker, Read};
use super::found::{Findings, GivenAway, PAIRS};
use super::known::Known;
use super::lists;
use super::questions::{Question, Questions};
use super::same::{Shown, shown};
use crate::caller::Caller;

/// Objects of one caller that are asked for as the other, at one operation.
const READ_MAX: usize = 3;
/// Objects that their owner asks for until there are so many.
const CANDIDATES_MAX: usize = 8;
/// Times that all questions are gone through: answers teach further ids.
const ROUNDS: usize = 2;

/// What became of one question in one direction.
enum Became {
    GivenAway(GivenAway),
    Apart,
    /// Anybody gets it.
    Open,
    NotKnown(String),
}

/// Asks all of them, in both directions.
pub(super) fn judge(
    questions: &Questions,
    callers: &[Caller; 2],
    known: &mut [Known; 2],
    asker: &mut Asker,
    findings: &mut Findings,
) {
    let mut waiting: Vec<(&Question, (usize, usize))> =
        questions.objects.iter().flat_map(|one| PAIRS.map(|pair| (one, pair))).collect();
    let mut unknown: Vec<(&Question, String)> = Vec::new();
    for _ in 0..ROUNDS {
        unknown.clear();
        let mut again = Vec::new();
        for (question, pair) in waiting {
            match one(question, pair, callers, known, asker) {
                Became::GivenAway(found) => findings.given_away.push(found),
                Became::Apart => findings.apart.push(question.name.clone()),
                Became::Open => findings.open.push(question.name.clone()),
                Became::NotKnown(why) => {
                    unknown.push((question, why));
                    again.push((question, pair));
                }
            }
        }
        waiting = again;
    }
    let is_given = |name: &str| findings.given_away.iter().any(|one| one.operation == name);
    findings.open.retain(|name| !is_given(name));
    findings.apart.retain(|name| !is_given(name) && !findings.open.contains(name));
    for list in [&mut findings.apart, &mut findings.open] {
        list.sort();
        list.dedup();
    }
    let is_judged = |name: &String| {
        findings.apart.contains(name)
            || findings.open.contains(name)
            || findings.given_away.iter().any(|one| one.operation == *name)
    };
    let mut unjudged: Vec<(String, String)> = Vec::new();
    for (question, why) in unknown {
        if !is_judged(&question.name) && !unjudged.iter().any(|(name, _)| *name == question.name) {
            unjudged.push((question.name.clone(), why));
        }
    }
    findings.not_judged.extend(unjudged);
}

fn one(
    question: &Question,
    (owner, reader): (usize, usize),
    callers: &[Caller; 2],
    known: &mut [Known; 2],
    asker: &mut Asker,
) -> Became {
    let (Some(of), Some(by)) = (callers.get(owner), callers.get(reader)) else {
        return Became::NotKnown("there is nobody".to_owned());
    };
    let tried = match tried(question, (owner, reader), known) {
        Ok(tried) => tried,
        Err(why) => return Became::NotKnown(why),
    };
    let mut became = Became::NotKnown(format!("`{}` has none", of.name));
    let mut read = 0;
    for values in tried {
        let path = question.path(&values);
        // The positive control: the owner reads it first.
        let owners = match asker.get(&path, Some(of)) {
            Ok(owners) => owners,
            Err(why) => return Became::NotKnown(why),
        };
        let Some(object) = owners.success() else {
            if read == 0 {
                became = Became::NotKnown(format!("its owner got {}", owners.in_words()));
            }
            continue;
        };
        let Some(known) = known.get_mut(owner) else { continue };
        known.learn(&question.about, object);
        let named = lists::of_somebody(object, &known.identity);
        became = match compared(&path, &values, &owners, (of, by), named, asker) {
            Some((_, true)) => return Became::Open,
            Some((proof, false)) => return given_away(question, path, proof, (of, by), asker),
            None => Became::Apart,
        };
        read += 1;
        if read == READ_MAX {
            break;
        }
    }
    became
}

/// What shows that somebody else gets what the owner got, and whether it is anybody's; none: they do not.
fn compared(
    path: &str,
    values: &[String],
    owners: &Read,
    (of, by): (&Caller, &Caller),
    named: Option<String>,
    asker: &mut Asker,
) -> Option<(String, bool)> {
    let others = asker.get(path, Some(by)).ok()?;
    let how = given(owners, &others, values)?;
    let is_anybodys =
        asker.get(path, None).is_ok_and(|read| given(owners, &read, values).is_some());
    let of = &of.name;
    let is_open = is_anybodys && named.is_none();
    let proof = match named {
        Some(at) if is_anybodys => {
            format!("{how}; its {at} is {of}; anybody gets it, without a token")
        }
        Some(at) => format!("{how}; its {at} is {of}"),
        None => format!("{how}; only answers to {of} named it"),
    };
    Some((proof, is_open))
}

fn given_away(
    question: &Question,
    path: String,
    proof: String,
    (of, by): (&Caller, &Caller),
    asker: &Asker,
) -> Became {
    Became::GivenAway(GivenAway {
        operation: question.name.clone(),
        reader: by.name.clone(),
        owner: of.name.clone(),
        proof,
        curl: by.curl(&asker.url(&path)),
        path,
    })
}

/// In words, how far somebody else was given what the owner got.
fn given(owners: &Read, others: &Read, values: &[String]) -> Option<String> {
    match shown(owners.success()?, others.success()?, values) {
        Shown::Whole => Some("the same object as its owner got".to_owned()),
        Shown::Part(equal, all) => Some(format!("{equal} of {all} members of what its owner got")),
        Shown::Not => None,
    }
}

/// Values for the parameters: of objects that are the owner's and not the reader's.
fn tried(
    question: &Question,
    (owner, reader): (usize, usize),
    known: &[Known; 2],
) -> Result<Vec<Vec<String>>, String> {
    let (Some(own), Some(other)) = (known.get(owner), known.get(reader)) else {
        return Err("nobody is known".to_owned());
    };
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    let mut is_any_own = false;
    for (parameter, word) in &question.parameters {
        let values = own.for_parameter(parameter, word);
        if values.is_empty() {
            return Err(format!("no answer to either of them has a `{parameter}` for it"));
        }
        let others = other.for_parameter(parameter, word);
        let is_own = |(value, owners): &(&String, &BTreeSet<String>)| {
            let names = |who: &Known| {
                let said = others.get(*value).into_iter().flatten().chain(*owners);
                let mut named = said.chain(names_an_owner(word).then_some(*value));
                named.any(|name| who.identity.contains(name))
            };
            !names(other) && (names(own) || !others.contains_key(*value))
        };
        let mut its: Vec<&String> = values.iter().filter(is_own).map(|(value, _)| value).collect();
        is_any_own |= !its.is_empty();
        if its.is_empty() {
            its = values.keys().collect();
        }
        let with = |before: &Vec<String>| -> Vec<Vec<String>> {
            let longer = its.iter().map(|value| [before.as_slice(), &[(*value).clone()]].concat());
            longer.take(CANDIDATES_MAX).collect()
        };
        all = all.iter().flat_map(with).take(CANDIDATES_MAX).collect();
    }
    if !is_any_own {
        return Err("both know the same ids, and nothing says whose they are".to_owned());
    }
    Ok(all)
}
