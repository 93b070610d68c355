//! Threats in the page: a section for each rule, in which elements with the same answers stand together.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::Shown;
use super::super::escaped::Html;
use super::super::grouped::{ByRule, by_state, worst_first};
use super::super::marks::{Mark, drawn};
use super::super::words;
use super::answers;
use super::ratings::{Ratings, change};
use crate::threat::Threat;

/// Groups of one rule, and elements of one group with one rating, that are shown; the JSON form has all.
const GROUPS_MAX: usize = 20;
const ELEMENTS_MAX: usize = 40;

/// Elements that a group's first line names.
const NAMED_MAX: usize = 2;

pub(super) fn open(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    out.push_str("<h2 id=\"open\">Open, worst first</h2>\n");
    if groups.iter().all(|group| group.open() == 0) {
        out.push_str("<p>Nothing is open.</p>\n");
    }
    for group in groups.iter().filter(|group| group.open() > 0) {
        let rule = group.rule;
        let _ = writeln!(
            out,
            "<section class=\"open\" id=\"{}\">\n<h3>{} <span class=\"tag\">{}</span></h3>",
            rule.id,
            Html(rule.title),
            rule.item
        );
        let threats: Vec<&Threat> =
            group.threats.iter().copied().filter(|one| one.is_open()).collect();
        kind(shown, group, &threats, "", out);
        out.push_str("</section>\n");
    }
}

/// What is answered or taken: each kind is a line that opens.
pub(super) fn answered(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    let is_closed = |one: &&Threat| !one.is_open();
    let mut is_first = true;
    for group in groups {
        let closed: Vec<&Threat> = group.threats.iter().copied().filter(is_closed).collect();
        let Some(worst) = closed.iter().map(|one| Mark::of(one)).min() else { continue };
        if is_first {
            out.push_str("<h2 id=\"answered\">Answered or accepted</h2>\n");
            is_first = false;
        }
        let _ = writeln!(
            out,
            "<details class=\"rule {}\">\n<summary>{} <b class=\"title\">{}</b> <span class=\"tag\">{}</span> \
             <span class=\"risk\">{}</span></summary>",
            worst.name(),
            drawn(worst),
            Html(group.rule.title),
            group.rule.item,
            by_state(closed.iter().copied())
        );
        kind(shown, group, &closed, "answered-", out);
        out.push_str("</details>\n");
    }
}

fn kind(
    shown: &Shown<'_>,
    group: &ByRule<'_>,
    threats: &[&Threat],
    before: &str,
    out: &mut String,
) {
    let rule = group.rule;
    let stride: Vec<&str> = rule.stride.iter().map(|of| words::stride(*of)).collect();
    let cwe = rule.cwe.iter().map(|id| format!("CWE-{id}"));
    let capec = rule.capec.iter().map(|id| format!("CAPEC-{id}"));
    let numbers: Vec<String> =
        cwe.chain(capec).chain(rule.d3fend.iter().map(|id| (*id).to_owned())).collect();
    let _ = writeln!(
        out,
        "<p>{}</p>\n<p class=\"name\"><code>{}</code> · {} · {}</p>\n<p><b>What to do:</b> {}</p>",
        Html(rule.text),
        rule.id,
        stride.join(", "),
        numbers.join(", "),
        Html(rule.advice)
    );
    if let Some(how) = words::looked_at(rule) {
        let _ = writeln!(out, "<p><b>How people look:</b> {}</p>", Html(how));
    }
    let mut ratings = Ratings::of(shown, &format!("{before}{}", rule.id));
    let alike = alike(threats);
    for same in alike.iter().take(GROUPS_MAX) {
        details(shown, same, &mut ratings, out);
    }
    if alike.len() > GROUPS_MAX {
        let rest = alike.iter().skip(GROUPS_MAX).map(Vec::len).sum::<usize>();
        let _ = writeln!(
            out,
            "<p class=\"name\">and {rest} more, each answered otherwise; <code>--format json</code> has all</p>"
        );
    }
    ratings.write(out);
}

/// Threats of which all but element and rating is the same, the worst first.
fn alike<'a>(threats: &[&'a Threat]) -> Vec<Vec<&'a Threat>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Vec<&'a Threat>> = Vec::new();
    for threat in threats {
        let Threat { why, mitigations, state, accepted, .. } = threat;
        let key = format!("{:?}", (why, mitigations, state, accepted));
        let place = *places.entry(key).or_insert_with(|| {
            found.push(Vec::new());
            found.len() - 1
        });
        if let Some(same) = found.get_mut(place) {
            same.push(threat);
        }
    }
    for same in &mut found {
        same.sort_by_key(|one| worst_first(one));
    }
    found.sort_by_key(|same| same.first().map(|one| worst_first(one)));
    found
}

fn details(shown: &Shown<'_>, same: &[&Threat], ratings: &mut Ratings<'_>, out: &mut String) {
    let Some(first) = same.first() else { return };
    let system = &shown.model.system;
    let mark = Mark::of(first);
    let named = same.iter().take(NAMED_MAX).map(|one| Html(system.title(one.element)).to_string());
    let mut titles = named.collect::<Vec<_>>().join(", ");
    if same.len() > NAMED_MAX {
        let _ = write!(titles, " and {} more", same.len() - NAMED_MAX);
    }
    let _ = write!(
        out,
        "<details>\n<summary>{} <b class=\"{}\">{}</b> <span class=\"of\">{titles}</span> \
         <span class=\"risk\">{} → {}</span></summary>\n<p>{}</p>\n",
        drawn(mark),
        mark.name(),
        if mark == Mark::Accepted { "accepted" } else { first.state.name() },
        first.inherent.level.name(),
        first.residual.level.name(),
        Html(&first.why)
    );
    answers::answers(&first.mitigations, out);
    elements(shown, same, ratings, out);
    out.push_str("</details>\n");
}

/// The elements, those with the same rating together.
fn elements(shown: &Shown<'_>, same: &[&Threat], ratings: &mut Ratings<'_>, out: &mut String) {
    let mut by_rating: Vec<(usize, Vec<&Threat>)> = Vec::new();
    for threat in same {
        let rating = ratings.number(threat);
        match by_rating.iter_mut().find(|(known, _)| *known == rating) {
            Some((_, threats)) => threats.push(threat),
            None => by_rating.push((rating, vec![threat])),
        }
    }
    for (rating, threats) in by_rating {
        let Some(first) = threats.first() else { continue };
        let _ = writeln!(out, "<p>{} ({})</p>\n<ul>", change(first), ratings.link(rating));
        for threat in threats.iter().take(ELEMENTS_MAX) {
            let title = Html(shown.model.system.title(threat.element));
            let place = words::place(shown, threat.element);
            let place =
                place.map_or_else(String::new, |at| format!(" <small>{}</small>", Html(&at)));
            let _ = writeln!(out, "<li>{title}{place}</li>");
        }
        if threats.len() > ELEMENTS_MAX {
            let _ = writeln!(out, "<li>and {} more</li>", threats.len() - ELEMENTS_MAX);
        }
        out.push_str("</ul>\n");
    }
}
