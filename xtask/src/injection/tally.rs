//! A row, judged: how much of it was found, by whom, and at what cost.

use serde_json::json;

use crate::injection::case::{Case, Row, Side};
use crate::injection::judges::{Answer, Judges, Place};

/// Cases of a row that the peer is asked: it needs milliseconds for each. They are spread over the row.
const PEER_CASES_MAX: usize = 2000;

/// Cases that somebody was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) cases: usize,
    pub(crate) found: usize,
    ns: u64,
    bytes: usize,
}

/// What was said of a case that was not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) shown: String,
    /// What was found; nothing, where something should have been.
    pub(crate) found: Option<String>,
    pub(crate) leaf: String,
}

/// A row, judged.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) side: Side,
    pub(crate) name: String,
    pub(crate) source: &'static str,
    pub(crate) is_shown: bool,
    pub(crate) ours: Count,
    /// Cases that can be read in too many ways: they are refused, and count as found.
    pub(crate) unjudged: usize,
    pub(crate) peer_body: Option<Count>,
    pub(crate) peer_query: Option<Count>,
    /// Found by the peer in one of the two.
    pub(crate) peer_either: Option<Count>,
    pub(crate) wrong: Vec<Wrong>,
}

impl Tally {
    /// Asks both.
    pub(crate) fn of(row: &Row, judges: &Judges) -> Result<Self, String> {
        let cases: Vec<&Case> = row.cases.iter().collect();
        let answers = judges.ours(&cases)?;
        let some = spread(&cases, PEER_CASES_MAX);
        let in_query: Vec<&Case> =
            some.iter().filter(|case| case.query.is_some()).copied().collect();
        let peer = |cases: &[&Case], place| {
            (!cases.is_empty()).then(|| judges.peer(cases, place)).flatten()
        };
        let (body, query) = (peer(&some, Place::Body), peer(&in_query, Place::Query));
        let either = body.as_ref().map(|body| either(&some, body, query.as_deref()));
        Ok(Self {
            side: row.side,
            name: row.name.clone(),
            source: row.source,
            is_shown: row.is_shown,
            ours: Count::of(&cases, &answers),
            unjudged: answers.iter().filter(|answer| !answer.is_judged).count(),
            peer_body: body.map(|answers| Count::of(&some, &answers)),
            peer_query: query.map(|answers| Count::of(&in_query, &answers)),
            peer_either: either.map(|answers| Count::of(&some, &answers)),
            wrong: wrong(row.side, &cases, &answers),
        })
    }

    /// What is said while it runs.
    pub(crate) fn line(&self) -> String {
        let peer = self.peer_body.map_or_else(|| "not measured".to_owned(), Count::share);
        format!(
            "{}: {} of {} ({}), peer {peer}",
            self.name,
            self.ours.found,
            self.ours.cases,
            self.ours.share()
        )
    }

    /// All that is wrong, a line of JSON each.
    pub(crate) fn details(&self) -> Vec<String> {
        let line = |wrong: &Wrong| {
            let Wrong { shown, found, leaf } = wrong;
            json!({ "row": self.name, "case": shown, "found": found, "leaf": leaf }).to_string()
        };
        self.wrong.iter().map(line).collect()
    }
}

impl Count {
    fn of(cases: &[&Case], answers: &[Answer]) -> Self {
        Self {
            cases: answers.len(),
            found: answers.iter().filter(|answer| is_refused(answer)).count(),
            ns: answers
                .iter()
                .map(|answer| answer.read_ns + answer.look_ns + answer.names_ns)
                .sum(),
            bytes: cases.iter().map(|case| case.json.len()).sum(),
        }
    }

    /// Both together.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            cases: self.cases + other.cases,
            found: self.found + other.found,
            ns: self.ns + other.ns,
            bytes: self.bytes + other.bytes,
        }
    }

    /// How many of a hundred were found.
    pub(crate) fn percent(self) -> f64 {
        100.0 * self.found as f64 / self.cases.max(1) as f64
    }

    /// `97.2 %`; close to none or all, `0.03 %`, so that a few are never rounded away.
    pub(crate) fn share(self) -> String {
        let percent = self.percent();
        let is_close = (0.0..1.0).contains(&percent) || (99.0..100.0).contains(&percent);
        if is_close && self.found > 0 {
            format!("{percent:.2} %")
        } else {
            format!("{percent:.1} %")
        }
    }

    /// Microseconds for a kilobyte of JSON.
    pub(crate) fn us_per_kb(self) -> f64 {
        self.ns as f64 / 1000.0 / (self.bytes.max(1) as f64 / 1024.0)
    }
}

/// Whether a gateway would refuse.
const fn is_refused(answer: &Answer) -> bool {
    answer.found.is_some() || !answer.is_judged
}

/// Attacks that were not found, and honest cases that were.
fn wrong(side: Side, cases: &[&Case], answers: &[Answer]) -> Vec<Wrong> {
    let is_wrong = |answer: &Answer| match side {
        Side::Attack | Side::NotClaimed | Side::Fragment => !is_refused(answer),
        Side::Honest | Side::HonestToOneRule => is_refused(answer),
        Side::Robustness => false,
    };
    let pairs = cases.iter().zip(answers).filter(|(_, answer)| is_wrong(answer));
    pairs
        .map(|(case, answer)| Wrong {
            shown: case.shown.clone(),
            found: match answer {
                Answer { is_judged: false, .. } => Some("not judged".to_owned()),
                other => other.found.clone(),
            },
            leaf: answer.leaf.clone(),
        })
        .collect()
}

/// What was said of each body, or of its query if nothing was found in the body.
fn either(cases: &[&Case], body: &[Answer], query: Option<&[Answer]>) -> Vec<Answer> {
    let mut queries = query.unwrap_or_default().iter();
    let pairs = cases.iter().zip(body);
    pairs
        .map(|(case, body)| {
            let query = case.query.as_ref().and_then(|_| queries.next());
            query.filter(|_| !is_refused(body)).unwrap_or(body).clone()
        })
        .collect()
}

/// At most so many, from all over.
fn spread<'a>(cases: &[&'a Case], max: usize) -> Vec<&'a Case> {
    let step = cases.len().div_ceil(max).max(1);
    cases.iter().step_by(step).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(found: Option<&str>, is_judged: bool) -> Answer {
        let found = found.map(str::to_owned);
        Answer { found, leaf: String::new(), is_judged, read_ns: 0, look_ns: 1000, names_ns: 0 }
    }

    #[test]
    fn an_attack_is_wrong_if_missed_and_an_honest_text_if_refused() {
        let (one, two, three) = (Case::of_text("1"), Case::of_text("2"), Case::of_text("3"));
        let cases = [&one, &two, &three];
        let answers = [answer(Some("sql"), true), answer(None, true), answer(None, false)];
        let shown = |side| -> Vec<String> {
            wrong(side, &cases, &answers).into_iter().map(|wrong| wrong.shown).collect()
        };
        assert_eq!(shown(Side::Attack), ["2"]);
        assert_eq!(shown(Side::Honest), ["1", "3"]);
        assert_eq!(shown(Side::Robustness), [""; 0]);
        let count = Count::of(&cases, &answers);
        assert_eq!((count.cases, count.found, count.share().as_str()), (3, 2, "66.7 %"));
        let few = Count { cases: 10_000, found: 4, ..count };
        assert_eq!(few.share(), "0.04 %");
        assert_eq!(Count { found: 9_999, ..few }.share(), "99.99 %");
        assert_eq!(Count { found: 0, ..few }.share(), "0.0 %");
    }

    #[test]
    fn the_peer_has_found_what_it_found_in_either_place() {
        let sent = Case::of_text("2").with_query(&[("value".to_owned(), "2".to_owned())]);
        let (one, three) = (Case::of_text("1"), Case::of_text("3"));
        let body = [answer(Some("a"), true), answer(None, true), answer(None, true)];
        let query = [answer(Some("b"), true)];
        let all = either(&[&one, &sent, &three], &body, Some(&query));
        let found: Vec<_> = all.iter().map(|answer| answer.found.as_deref()).collect();
        assert_eq!(found, [Some("a"), Some("b"), None]);
    }

    #[test]
    fn the_peer_is_asked_from_all_over_a_row() {
        let cases: Vec<Case> = (0..10).map(|number| Case::of_text(&number.to_string())).collect();
        let all: Vec<&Case> = cases.iter().collect();
        let some: Vec<_> = spread(&all, 4).iter().map(|case| case.shown.as_str()).collect();
        assert_eq!(some, ["0", "3", "6", "9"]);
        assert_eq!(spread(&all, 10).len(), 10);
        assert!(spread(&[], 10).is_empty());
    }
}
