//! Threats in the page: a section for each rule, in which elements of which the same is so stand together.

use std::collections::HashMap;
use std::fmt::Write as _;

use portcullis_model::Date;

use super::super::Shown;
use super::super::escaped::Html;
use super::super::grouped::ByRule;
use super::super::marks::Mark;
use super::super::words::{self, Explained};
use crate::answers::{Mitigation, Proof, State};
use crate::risk::{self, Line, Rating};
use crate::threat::Threat;

/// Groups of one rule, and elements of one group, that are shown; the JSON form has all.
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
        section(shown, group, "open", &|one| one.is_open(), out);
    }
}

pub(super) fn answered(shown: &Shown<'_>, groups: &[ByRule<'_>], out: &mut String) {
    let is_closed = |one: &Threat| !one.is_open();
    let closed: Vec<&ByRule<'_>> =
        groups.iter().filter(|group| group.threats.iter().any(|one| is_closed(one))).collect();
    if closed.is_empty() {
        return;
    }
    out.push_str("<h2 id=\"answered\">Answered</h2>\n");
    for group in closed {
        let is_proven = |one: &&Threat| Mark::of(one) == Mark::Proven;
        let mut closed = group.threats.iter().copied().filter(|one| is_closed(one));
        let class = if closed.all(|one| is_proven(&one)) { "good" } else { "" };
        section(shown, group, class, &is_closed, out);
    }
}

fn section(
    shown: &Shown<'_>,
    group: &ByRule<'_>,
    class: &str,
    is_in: &dyn Fn(&Threat) -> bool,
    out: &mut String,
) {
    let rule = group.rule;
    let stride: Vec<&str> = rule.stride.iter().map(|of| words::stride(*of)).collect();
    let cwe: Vec<String> = rule.cwe.iter().map(|id| format!("CWE-{id}")).collect();
    let capec: Vec<String> = rule.capec.iter().map(|id| format!("CAPEC-{id}")).collect();
    let numbers: Vec<String> =
        cwe.into_iter().chain(capec).chain(rule.d3fend.iter().map(|id| (*id).to_owned())).collect();
    let _ = write!(
        out,
        "<section class=\"{class}\">\n<h3>{} <span class=\"tag\">{}</span></h3>\n<p>{}</p>\n\
         <p class=\"name\"><code>{}</code> · {} · {}</p>\n<p><b>What to do:</b> {}</p>\n",
        Html(rule.title),
        rule.item,
        Html(rule.text),
        rule.id,
        stride.join(", "),
        numbers.join(", "),
        Html(rule.advice)
    );
    let alike = alike(shown, group, is_in);
    for same in alike.iter().take(GROUPS_MAX) {
        details(shown, same, out);
    }
    if alike.len() > GROUPS_MAX {
        let _ = writeln!(
            out,
            "<p class=\"name\">and {} more groups of elements; <code>--format json</code> has all</p>",
            alike.len() - GROUPS_MAX
        );
    }
    out.push_str("</section>\n");
}

/// Threats of which all but the element is the same, in the order of elements.
fn alike<'a>(
    shown: &Shown<'_>,
    group: &ByRule<'a>,
    is_in: &dyn Fn(&Threat) -> bool,
) -> Vec<Vec<&'a Threat>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Vec<&'a Threat>> = Vec::new();
    for threat in group.threats.iter().copied().filter(|one| is_in(one)) {
        let Explained { likelihood, impact, .. } = Explained::of(shown, threat);
        let Threat { why, mitigations, state, accepted, inherent, .. } = threat;
        let key =
            format!("{:?}", (why, mitigations, state, accepted, inherent, likelihood, impact));
        let place = *places.entry(key).or_insert_with(|| {
            found.push(Vec::new());
            found.len() - 1
        });
        if let Some(same) = found.get_mut(place) {
            same.push(threat);
        }
    }
    found.sort_by_key(|same| same.first().map(|one| std::cmp::Reverse(one.residual.level)));
    found
}

fn details(shown: &Shown<'_>, same: &[&Threat], out: &mut String) {
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
        "<details>\n<summary><svg class=\"mark {}\" viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" \
         aria-hidden=\"true\">{}</svg> <b class=\"{}\">{}</b> <span class=\"of\">{titles}</span> \
         <span class=\"risk\">{} → {}</span></summary>\n<p>{}</p>\n",
        mark.name(),
        mark.shape(),
        mark.name(),
        if mark == Mark::Accepted { "accepted" } else { first.state.name() },
        first.inherent.level.name(),
        first.residual.level.name(),
        Html(&first.why)
    );
    if same.len() > NAMED_MAX || words::place(shown, first.element).is_some() {
        elements(shown, same, out);
    }
    mitigations(&first.mitigations, out);
    counted(shown, first, out);
    out.push_str("</details>\n");
}

fn elements(shown: &Shown<'_>, same: &[&Threat], out: &mut String) {
    out.push_str("<ul class=\"plain\">\n");
    for threat in same.iter().take(ELEMENTS_MAX) {
        let title = Html(shown.model.system.title(threat.element));
        let place = words::place(shown, threat.element).unwrap_or_default();
        let _ = writeln!(out, "<li>{title} <span class=\"at\">{}</span></li>", Html(&place));
    }
    if same.len() > ELEMENTS_MAX {
        let _ = writeln!(out, "<li>and {} more</li>", same.len() - ELEMENTS_MAX);
    }
    out.push_str("</ul>\n");
}

fn mitigations(all: &[Mitigation], out: &mut String) {
    out.push_str("<table>\n<tr><th>Answer</th><th>State</th><th>Why</th><th>Shown by</th></tr>\n");
    for one in all {
        let control = one.control.map_or_else(
            || "no control".to_owned(),
            |control| format!("<code>{}</code>", control.name()),
        );
        let mut shown: Vec<String> = one.proofs.iter().map(proof).collect();
        let others = one.proof_count.saturating_sub(one.proofs.len());
        if others > 0 {
            shown.push(format!("{others} more attacks"));
        }
        if one.seen > 0 {
            shown.push(format!("{} refusals in traffic", one.seen));
        }
        let shown = if shown.is_empty() { "nothing".to_owned() } else { shown.join("<br/>") };
        let _ = writeln!(
            out,
            "<tr><td>{control}</td><td>{}</td><td>{}</td><td>{shown}</td></tr>",
            one.state.name(),
            Html(&one.why)
        );
    }
    out.push_str("</table>\n");
}

fn proof(one: &Proof) -> String {
    let knock_out = match one.knock_out {
        Some(true) => ", succeeds again without the control",
        Some(false) => ", does not succeed without the control either",
        None => "",
    };
    let over = if one.over.is_empty() {
        String::new()
    } else {
        format!("; not any more what it was: {}", one.over.join(", "))
    };
    let (at, expires) = (Date::of(one.at), Date::of(one.expires));
    format!("{} on {at}{knock_out} (until {expires}){over}", Html(&one.attack))
}

/// The risk, line by line.
fn counted(shown: &Shown<'_>, threat: &Threat, out: &mut String) {
    let Explained { likelihood, impact, rated } = Explained::of(shown, threat);
    out.push_str("<table class=\"lines\">\n<tr><th>Factor</th><th>0 to 9</th><th>Why</th></tr>\n");
    lines(&likelihood, out);
    sum("likelihood, the mean of these", threat.inherent.likelihood, out);
    lines(&impact, out);
    sum("impact, the mean of these", threat.inherent.impact, out);
    out.push_str("</table>\n");
    if let Some(one) = rated.and_then(|at| shown.model.stated.rated.get(at)) {
        let _ = writeln!(
            out,
            "<p>{} rated it otherwise, and that counts: {}</p>",
            Html(&one.by),
            Html(&one.reason)
        );
    }
    let left = if threat.state == State::ComesThrough {
        "An attack came through: the likelihood is 6.0 at least.".to_owned()
    } else {
        let (state, left) = (threat.state.name(), risk::left_over(threat.state));
        format!("An answer that is “{state}” leaves {left} percent of the likelihood.")
    };
    let (before, after) = (rating(threat.inherent), rating(threat.residual));
    let _ = writeln!(out, "<p>Before: {before}. {left} After: {after}.</p>");
}

fn lines(all: &[Line], out: &mut String) {
    for Line { factor, value, why } in all {
        let _ = writeln!(out, "<tr><td>{factor}</td><td>{value}</td><td>{}</td></tr>", Html(why));
    }
}

fn sum(what: &str, tenths: u8, out: &mut String) {
    let value = words::tenths(tenths);
    let _ = writeln!(out, "<tr class=\"sum\"><td>{what}</td><td>{value}</td><td></td></tr>");
}

fn rating(one: Rating) -> String {
    let (likelihood, impact) = (words::tenths(one.likelihood), words::tenths(one.impact));
    format!("likelihood {likelihood}, impact {impact}: {}", one.level.name())
}
