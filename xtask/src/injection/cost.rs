//! What a body costs, ours and the peer's: every text in it is looked at.
//!
//! The processor time of the judging thread is measured. Each body is judged several times and the quickest
//! counts: what a machine does besides is no cost of a body's.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::injection::bodies;
use crate::injection::case::Case;
use crate::injection::fetch;
use crate::injection::gotestwaf;
use crate::injection::judges::{Answer, Judges, Place};

/// How often each body is judged.
const ROUNDS: usize = 7;
const PEER_ROUNDS: usize = 2;
/// Bodies of each kind.
const BODIES: usize = 400;
const PEER_BODIES: usize = 60;

/// Texts in a small body, and its bytes.
const SMALL_TEXTS: usize = 20;
const SMALL_BYTES: std::ops::RangeInclusive<usize> = 950..=1100;
/// Bytes of a text that may be in a small body.
const SMALL_TEXT_BYTES: std::ops::RangeInclusive<usize> = 4..=90;
/// Bytes of the webhooks that are measured.
const WEBHOOK_BYTES: std::ops::RangeInclusive<usize> = 8_000..=12_000;
/// Bytes of a text of prose.
const PROSE_BYTES: usize = 128 << 10;

pub(crate) const SMALL: &str = "1 KB of JSON with 20 texts";
pub(crate) const WEBHOOK: &str = "webhook of 8 to 12 KB";
pub(crate) const PADDED: &str = "attack behind 128 KB of padding, as it stands and percent-encoded";
pub(crate) const PROSE: &str = "128 KB of prose in one text";

/// The cost of bodies of one kind.
pub(crate) struct Cost {
    pub(crate) name: &'static str,
    pub(crate) bodies: usize,
    /// Reading the JSON and looking at each text.
    pub(crate) ours: Spread,
    /// Looking alone.
    pub(crate) look: Spread,
    /// Reading, and looking at each text and at each name.
    pub(crate) with_names: Spread,
    pub(crate) peer: Option<Spread>,
}

/// Microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// Measures bodies of each kind.
pub(crate) fn measure(data: &Path, judges: &Judges) -> Result<Vec<Cost>, String> {
    let webhooks = bodies::examples(&bodies::read(&fetch::webhooks()?)?);
    let kinds = [
        (SMALL, small(&webhooks)),
        (WEBHOOK, large(&webhooks)),
        (PADDED, gotestwaf::padded(&data.join("gotestwaf/testcases"))?),
        (PROSE, vec![prose(&fetch::fortunes()?)?]),
    ];
    kinds.into_iter().map(|(name, cases)| cost(name, &cases, judges)).collect()
}

fn cost(name: &'static str, cases: &[Case], judges: &Judges) -> Result<Cost, String> {
    let cases: Vec<&Case> = cases.iter().collect();
    let rounds: Vec<Vec<Answer>> =
        (0..ROUNDS).map(|_| judges.ours(&cases)).collect::<Result<_, _>>()?;
    let some: Vec<&Case> = cases.iter().take(PEER_BODIES).copied().collect();
    let peer: Option<Vec<Vec<Answer>>> =
        (0..PEER_ROUNDS).map(|_| judges.peer(&some, Place::Body)).collect();
    let read = |answer: &Answer| answer.read_ns + answer.look_ns;
    let whole = |answer: &Answer| answer.read_ns + answer.look_ns + answer.names_ns;
    Ok(Cost {
        name,
        bodies: cases.len(),
        ours: Spread::of(&rounds, read).ok_or_else(|| format!("{name}: no such bodies"))?,
        look: Spread::of(&rounds, |answer| answer.look_ns).ok_or("no answers")?,
        with_names: Spread::of(&rounds, whole).ok_or("no answers")?,
        peer: peer.and_then(|rounds| Spread::of(&rounds, whole)),
    })
}

impl Spread {
    /// Of the quickest round of each body.
    fn of(rounds: &[Vec<Answer>], ns: impl Fn(&Answer) -> u64) -> Option<Self> {
        let bodies = rounds.first()?.len();
        let quickest =
            |body: usize| rounds.iter().filter_map(|round| round.get(body)).map(&ns).min();
        let mut all: Vec<u64> = (0..bodies).filter_map(quickest).collect();
        all.sort_unstable();
        let at = |hundredths: usize| {
            let place = (all.len() * hundredths).div_ceil(100).saturating_sub(1);
            all.get(place).map(|ns| *ns as f64 / 1000.0)
        };
        Some(Self { median: at(50)?, p99: at(99)?, max: at(100)? })
    }
}

/// Small bodies whose values are drawn from real ones.
fn small(webhooks: &[(String, Value)]) -> Vec<Case> {
    let mut texts = BTreeSet::new();
    webhooks.iter().for_each(|(_, body)| bodies::gather(body, &mut texts));
    let texts: Vec<String> =
        texts.into_iter().filter(|text| SMALL_TEXT_BYTES.contains(&text.len())).collect();
    let mut seed = 1_u64;
    let mut draw = || {
        // Knuth's multiplier for 64 bits: the same bodies in every run.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(seed >> 33)
            .ok()
            .and_then(|drawn| texts.get(drawn.checked_rem(texts.len())?))
    };
    let mut cases = Vec::new();
    // Most draws are too long or too short.
    for number in 0..BODIES * 100 {
        let members: Map<String, Value> = (1..=SMALL_TEXTS)
            .filter_map(|place| Some((format!("property_{place}"), json!(draw()?))))
            .collect();
        let case = Case::of_body(&format!("{SMALL} {number}"), &Value::Object(members));
        if SMALL_BYTES.contains(&case.json.len()) {
            cases.push(case);
        }
        if cases.len() == BODIES {
            break;
        }
    }
    cases
}

fn large(webhooks: &[(String, Value)]) -> Vec<Case> {
    let cases = webhooks.iter().map(|(name, body)| Case::of_body(name, body));
    cases.filter(|case| WEBHOOK_BYTES.contains(&case.json.len())).take(BODIES).collect()
}

/// One long text of many sayings.
fn prose(folder: &Path) -> Result<Case, String> {
    let path = folder.join("literature");
    let text = std::fs::read(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let text = String::from_utf8_lossy(&text).replace("\n%\n", "\n");
    let text: String = text.chars().cycle().take(PROSE_BYTES).collect();
    Ok(Case::of_text(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(all: &[u64]) -> Vec<Answer> {
        let answer = |look_ns: &u64| Answer {
            found: None,
            leaf: String::new(),
            is_judged: true,
            read_ns: 0,
            look_ns: *look_ns,
            names_ns: 0,
        };
        all.iter().map(answer).collect()
    }

    #[test]
    fn the_quickest_round_of_each_body_counts() {
        let rounds = [answers(&[1000, 9000, 5000]), answers(&[3000, 2000, 6000])];
        let spread = Spread::of(&rounds, |answer| answer.look_ns).unwrap();
        assert_eq!(spread, Spread { median: 2.0, p99: 5.0, max: 5.0 });
        assert_eq!(Spread::of(&[], |answer| answer.look_ns), None);
    }

    #[test]
    fn small_bodies_are_the_same_in_every_run_and_have_their_size() {
        let texts: Vec<Value> = (0..90).map(|number| json!("x".repeat(4 + number % 70))).collect();
        let webhooks = [("a".to_owned(), json!(texts))];
        let cases = small(&webhooks);
        assert_eq!(cases, small(&webhooks));
        assert!(!cases.is_empty());
        assert!(cases.iter().all(|case| SMALL_BYTES.contains(&case.json.len())));
    }
}
