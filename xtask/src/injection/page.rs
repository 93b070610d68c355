//! The page: what was aimed at, what was found and what was not, by ours and by the peer.

use std::fmt::Write as _;

use crate::injection::case::Side;
use crate::injection::cost::{Cost, PADDED, PROSE, SMALL, Spread, WEBHOOK};
use crate::injection::fetch;
use crate::injection::judges::Judges;
use crate::injection::tally::{Count, Tally};

const WORDS: &str = include_str!("words.md");
/// Texts of a row that are shown.
const WRONG_MAX: usize = 40;
const MISSING: &str = "not measured";

/// The whole page.
pub(crate) fn page(tallies: &[Tally], costs: &[Cost], judges: &Judges) -> String {
    let mut out = WORDS.to_owned();
    let peer = match judges.version() {
        Ok(version) => {
            format!("The peer is {version} (PyPI `{}`, Debian `{}`).", fetch::ENGINE, fetch::RULES)
        }
        Err(problem) => format!("The peer could not be had: {problem}."),
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    line(
        &mut out,
        format_args!("\n{peer} Measured on a machine with {cores} cores that others used, too."),
    );
    aims(&mut out, tallies, costs);
    for (title, side) in [
        ("Attacks", Side::Attack),
        ("Counted as attacks by the suites, not claimed here", Side::NotClaimed),
        ("Fragments", Side::Fragment),
        ("Honest texts", Side::Honest),
        ("Honest to one rule", Side::HonestToOneRule),
        ("Robustness: there is an answer", Side::Robustness),
    ] {
        line(&mut out, format_args!("\n## {title}\n"));
        table(&mut out, tallies.iter().filter(|tally| tally.side == side));
    }
    cost_table(&mut out, costs);
    left_out(&mut out);
    wrong(&mut out, tallies);
    out
}

fn aims(out: &mut String, tallies: &[Tally], costs: &[Cost]) {
    out.push_str("\n## Aims\n\n| | aim | ours | | peer |\n|---|---:|---:|---|---:|\n");
    let attacks =
        |tally: &&Tally| tally.side == Side::Attack && tally.name.starts_with("gotestwaf ");
    let named = |name: &'static str| move |tally: &&Tally| tally.name == name;
    let sum = |pick: &dyn Fn(&&Tally) -> bool| {
        let picked: Vec<&Tally> = tallies.iter().filter(|tally| pick(tally)).collect();
        let ours = picked.iter().map(|tally| tally.ours).fold(Count::default(), Count::and);
        let peer = picked.iter().map(|tally| tally.peer_either);
        (ours, peer.sum_of())
    };
    let mut share = |what: &str, aim: f64, is_floor: bool, (ours, peer): (Count, Option<Count>)| {
        let percent = ours.percent();
        let is_met = if is_floor { percent >= aim } else { percent <= aim };
        let sign = if is_floor { "≥" } else { "≤" };
        let (ours, peer) = (ours.share(), peer.map_or_else(|| MISSING.to_owned(), Count::share));
        line(out, format_args!("| {what} | {sign} {aim} % | {ours} | {} | {peer} |", met(is_met)));
    };
    share("gotestwaf's attacks found", 95.0, true, sum(&attacks));
    share("gotestwaf's honest texts blocked", 1.5, false, sum(&named("gotestwaf false-pos")));
    share("webhook bodies blocked", 0.0, false, sum(&named("GitHub webhooks, whole bodies")));
    share("sayings blocked", 0.3, false, sum(&named("Debian fortunes")));
    let mut time = |what: &str, name: &str, aim: f64, pick: fn(&Spread) -> f64| {
        let Some(cost) = costs.iter().find(|cost| cost.name == name) else { return };
        let peer = cost.peer.map_or_else(|| MISSING.to_owned(), |peer| us(pick(&peer)));
        let ours = pick(&cost.ours);
        let (aim, is_met) = (us(aim), met(ours <= aim));
        line(out, format_args!("| {what} | ≤ {aim} | {} | {is_met} | {peer} |", us(ours)));
    };
    time("1 KB of JSON, 20 texts, median", SMALL, 40.0, |spread| spread.median);
    time("the same, 99th percentile", SMALL, 150.0, |spread| spread.p99);
    time("webhook of 8 to 12 KB, median", WEBHOOK, 400.0, |spread| spread.median);
    time("128 KB of padding, slowest", PADDED, 5000.0, |spread| spread.max);
    time("128 KB of prose", PROSE, 5000.0, |spread| spread.max);
}

/// Sums what may not have been measured: one part missing, and there is no sum.
trait SumOf {
    fn sum_of(self) -> Option<Count>;
}

impl<I: Iterator<Item = Option<Count>>> SumOf for I {
    fn sum_of(mut self) -> Option<Count> {
        self.try_fold(Count::default(), |sum, part| Some(sum.and(part?)))
    }
}

const fn met(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}

fn us(us: f64) -> String {
    if us >= 10_000.0 {
        format!("{:.0} ms", us / 1000.0)
    } else if us >= 1000.0 {
        format!("{:.1} ms", us / 1000.0)
    } else {
        format!("{us:.0} µs")
    }
}

fn table<'a>(out: &mut String, tallies: impl Iterator<Item = &'a Tally>) {
    out.push_str(
        "| row | from | cases | found | share | not judged | peer, body | peer, query | µs for a KB | peer |\n\
         |---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for tally in tallies {
        let Tally { name, source, ours, unjudged, .. } = tally;
        let peer = |count: Option<Count>| match count {
            Some(count) if count.cases == ours.cases => count.share(),
            Some(count) => format!("{} of {}", count.share(), count.cases),
            None => MISSING.to_owned(),
        };
        let body = peer(tally.peer_body);
        let query = if tally.peer_query.is_some() { peer(tally.peer_query) } else { String::new() };
        let (took, peer_took) = (
            format!("{:.0}", ours.us_per_kb()),
            tally
                .peer_body
                .map_or_else(|| MISSING.to_owned(), |one| format!("{:.0}", one.us_per_kb())),
        );
        let (cases, found, share) = (ours.cases, ours.found, ours.share());
        line(
            out,
            format_args!(
                "| {name} | {source} | {cases} | {found} | {share} | {unjudged} | {body} | {query} | {took} | {peer_took} |"
            ),
        );
    }
}

fn cost_table(out: &mut String, costs: &[Cost]) {
    out.push_str(
        "\n## Cost of a body\n\nProcessor time of the judging thread, in the release profile: reading the JSON and looking \
         at each text in it. Names that a contract declares need no look; what looking at all of \
         them adds is shown beside. The bodies of the first row are made of values of the webhooks, the same \
         in every run. Each body is judged several times and the quickest counts.\n\n\
         | | bodies | median | p99 | slowest | without reading: median | p99 | names, too: median | p99 | peer: median | p99 |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for cost in costs {
        let Cost { name, bodies, ours, look, with_names, peer } = cost;
        let peer_us = |pick: fn(&Spread) -> f64| {
            peer.as_ref().map_or_else(|| MISSING.to_owned(), |peer| us(pick(peer)))
        };
        let (peer_median, peer_p99) = (peer_us(|peer| peer.median), peer_us(|peer| peer.p99));
        let [median, p99, max] = [ours.median, ours.p99, ours.max].map(us);
        let [look_median, look_p99] = [look.median, look.p99].map(us);
        let [names_median, names_p99] = [with_names.median, with_names.p99].map(us);
        line(
            out,
            format_args!(
                "| {name} | {bodies} | {median} | {p99} | {max} | {look_median} | {look_p99} | {names_median} | {names_p99} | {peer_median} | {peer_p99} |"
            ),
        );
    }
}

fn left_out(out: &mut String) {
    out.push_str(
        "\n## Left out\n\n\
         - Stripe's fixtures: no package has them.\n\
         - Three large files of libinjection, which the data lacks.\n\
         - Regression cases of the Core Rule Set whose text is in a header, a cookie, a path, XML or parts.\n",
    );
}

fn wrong(out: &mut String, tallies: &[Tally]) {
    let parts = [
        ("Attacks of gotestwaf that were missed", Side::Attack, true),
        ("Other attacks that were missed", Side::Attack, false),
        ("Honest texts that were blocked", Side::Honest, false),
    ];
    for (title, side, is_gotestwaf) in parts {
        line(out, format_args!("\n## {title}"));
        let picked = tallies.iter().filter(|tally| {
            let is_named = tally.name.starts_with("gotestwaf");
            tally.side == side && (side == Side::Honest || is_named == is_gotestwaf)
        });
        for tally in picked.filter(|tally| !tally.wrong.is_empty()) {
            line(out, format_args!("\n{}, {}:\n", tally.name, tally.wrong.len()));
            rows(out, tally);
        }
    }
}

fn rows(out: &mut String, tally: &Tally) {
    if !tally.is_shown {
        let mut reasons = std::collections::BTreeMap::<&str, usize>::new();
        for wrong in &tally.wrong {
            *reasons.entry(wrong.found.as_deref().unwrap_or_default()).or_default() += 1;
        }
        for (reason, count) in reasons {
            line(out, format_args!("- {count}: {reason}"));
        }
        return;
    }
    for wrong in tally.wrong.iter().take(WRONG_MAX) {
        let found = wrong.found.as_deref().map(|found| format!(": {found}")).unwrap_or_default();
        line(out, format_args!("- {}{found}", code(&wrong.shown)));
    }
    let more = tally.wrong.len().saturating_sub(WRONG_MAX);
    if more > 0 {
        line(out, format_args!("- ... and {more} more"));
    }
}

/// A text as code, whatever backticks it has.
fn code(text: &str) -> String {
    let longest = text.split(|one| one != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_backticks_stays_code() {
        assert_eq!(code("a"), "` a `");
        assert_eq!(code("`id`"), "`` `id` ``");
    }

    #[test]
    fn one_part_missing_and_there_is_no_sum() {
        let one = Some(Count::default());
        assert!([one, one].into_iter().sum_of().is_some());
        assert!([one, None].into_iter().sum_of().is_none());
    }

    #[test]
    fn times_are_for_people() {
        assert_eq!([39.6, 4_520.0, 45_200.0].map(us), ["40 µs", "4.5 ms", "45 ms"]);
    }
}
