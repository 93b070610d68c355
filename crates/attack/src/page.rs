//! What was found, as one page that needs nothing beside it: no script, no font, no picture from elsewhere.
//!
//! States differ by shape and word, not by colour alone.

use std::fmt::Write as _;

use crate::report::{AttackFound, JourneyFound, Report};
use crate::verdict::State;

pub(crate) const STYLE: &str = include_str!("page.css");

impl Report {
    /// The report as an HTML page.
    pub fn page(&self) -> String {
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Portcullis: attacks</title>\n<style>\n{STYLE}</style></head>\n<body>\n<h1>Attacks, directly and through \
             the gateway</h1>\n"
        );
        page.push_str(&self.counted());
        if !self.attacks.is_empty() {
            page.push_str(
                "<table>\n<thead><tr><th>attack</th><th>what the attacker gets</th><th>directly</th><th>through</th>\
                 <th>stopped by</th><th>state</th></tr></thead>\n<tbody>\n",
            );
            // What comes through is what people look for.
            let (open, others): (Vec<_>, Vec<_>) =
                self.attacks.iter().partition(|attack| attack.state.is_way_in());
            open.into_iter().chain(others).for_each(|attack| row(attack, &mut page));
            page.push_str("</tbody></table>\n");
        }
        if !self.journeys.is_empty() {
            page.push_str(
                "<h2>Honest clients</h2>\n<table>\n<thead><tr><th>journey</th><th>what they do</th><th>directly</th>\
                 <th>through</th></tr></thead>\n<tbody>\n",
            );
            self.journeys.iter().for_each(|journey| row_of_journey(journey, &mut page));
            page.push_str("</tbody></table>\n");
        }
        if !self.left_out.is_empty() {
            page.push_str("<h2>Not tried</h2>\n<ul>\n");
            for one in &self.left_out {
                let (operation, what, why) =
                    (escaped(&one.operation), escaped(&one.what), escaped(&one.why));
                let _ = writeln!(page, "<li><code>{operation}</code> ({what}): {why}</li>");
            }
            page.push_str("</ul>\n");
        }
        if let Some(kept) = &self.evidence {
            let file = kept
                .file
                .as_deref()
                .map_or_else(String::new, |file| format!(" in <code>{}</code>", escaped(file)));
            let _ = writeln!(
                page,
                "<p>Evidence: {} records{file}, head <code>{}</code>, key <code>{}</code>.</p>",
                kept.records,
                escaped(&kept.head),
                escaped(&kept.key)
            );
        }
        page.push_str("</body></html>\n");
        page
    }

    fn counted(&self) -> String {
        let totals = &self.totals;
        let mut states = Vec::new();
        for (count, state) in [
            (totals.closed, State::Closed),
            (totals.already_safe, State::AlreadySafe),
            (totals.open, State::Open),
            (totals.opened_by_gateway, State::OpenedByGateway),
            (totals.inconclusive, State::Inconclusive),
        ] {
            if count > 0 {
                states.push(format!("{} {count} {}", mark(state), said(state)));
            }
        }
        format!(
            "<p class=\"totals\">{} of {} attacks; {} of {} journeys pass both ways</p>\n",
            states.join(", "),
            totals.attacks,
            totals.journeys_ok,
            totals.journeys
        )
    }
}

fn row(attack: &AttackFound, page: &mut String) {
    let by = if attack.stopped_by.is_empty() {
        "\u{2013}".to_owned()
    } else {
        attack.stopped_by.join(" + ")
    };
    let mut names: Vec<String> = vec![attack.item.clone(), format!("CWE-{}", attack.cwe)];
    let elsewhere = [attack.elsewhere.owasp_2023, attack.elsewhere.owasp_2019];
    names.extend(elsewhere.into_iter().flatten().map(str::to_owned));
    names.extend(attack.elsewhere.wfc.map(|code| format!("F{code}")));
    names.push(attack.severity.name().to_owned());
    let why = attack.why.as_deref().map_or_else(String::new, |why| format!("<br>{}", escaped(why)));
    let remedy = attack.remedy.as_deref().map_or_else(String::new, |line| {
        format!("<br>would close it: <code>{}</code>", escaped(line))
    });
    let _ = writeln!(
        page,
        "<tr class=\"{}\"><td><code>{}</code></td><td>{}<br><small>{}</small>{why}{remedy}<details><summary>replay</summary>\
         <pre>{}</pre></details></td><td>{}</td><td>{}</td><td>{}</td><td>{} {}</td></tr>",
        attack.state.name(),
        escaped(&attack.id),
        escaped(&attack.title),
        escaped(&names.join(" \u{b7} ")),
        escaped(&attack.replay),
        attack.direct.name(),
        attack.through.name(),
        escaped(&by),
        mark(attack.state),
        said(attack.state)
    );
}

fn row_of_journey(journey: &JourneyFound, page: &mut String) {
    let whys = [&journey.direct_why, &journey.through_why].into_iter().flatten();
    let why = whys.fold(String::new(), |all, why| all + "<br>" + &escaped(why));
    let _ = writeln!(
        page,
        "<tr class=\"{}\"><td><code>{}</code></td><td>{}{why}</td><td>{}</td><td>{}</td></tr>",
        if journey.is_ok() { "closed" } else { "open" },
        escaped(&journey.id),
        escaped(&journey.title),
        journey.direct.name(),
        journey.through.name()
    );
}

/// A shape of its own for each state.
const fn mark(state: State) -> &'static str {
    match state {
        State::Closed => "\u{25a0}",
        State::AlreadySafe => "\u{25a1}",
        State::Open => "\u{25b2}",
        State::OpenedByGateway => "\u{25bc}",
        State::Inconclusive => "?",
    }
}

const fn said(state: State) -> &'static str {
    match state {
        State::Closed => "closed",
        State::AlreadySafe => "already safe",
        State::Open => "open",
        State::OpenedByGateway => "opened by the gateway",
        State::Inconclusive => "inconclusive",
    }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            one => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{attack, journey};

    #[test]
    fn nothing_that_was_found_is_markup() {
        let mut open = attack("a8-open", State::Open);
        open.title = "<script>alert(1)</script>".to_owned();
        open.replay = "curl '</pre><img src=x onerror=alert(1)>'".to_owned();
        open.why = Some("\"><b>".to_owned());
        open.remedy = Some("limits: {} <img".to_owned());
        let mut report =
            Report { attacks: vec![open], journeys: vec![journey("browse")], ..Report::default() };
        report.count();
        let page = report.page();
        for markup in ["<script", "<img", "<b>", "</pre><"] {
            let count = page.matches(markup).count();
            assert_eq!(count, usize::from(markup == "</pre><"), "{markup}: {count}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.contains("would close it: <code>limits: {} &lt;img</code>"));
        assert!(page.contains("\u{25b2} 1 open"));
        assert!(page.contains("default-src 'none'"));
    }
}
