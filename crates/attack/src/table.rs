//! The before/after table: aligned, legible without colour.

use std::fmt::Write as _;

use crate::generate::LeftOut;
use crate::report::{AttackFound, JourneyFound, Report};

impl Report {
    /// The report as text for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.attacks.is_empty() {
            text.push_str(&columns(
                ["attack", "item", "directly", "through", "stopped by", "state"],
                self.attacks.iter().map(attack_row),
            ));
            text.push('\n');
        }
        if !self.journeys.is_empty() {
            text.push_str(&columns(
                ["journey", "directly", "through"],
                self.journeys.iter().map(journey_row),
            ));
            text.push('\n');
        }
        text.push_str(&self.remarks());
        text.push_str(&self.left_out());
        text.push_str(&self.summary());
        text.push_str(&self.evidence());
        text
    }

    /// A line for everything that is not as it should be.
    fn remarks(&self) -> String {
        let mut text = String::new();
        for attack in &self.attacks {
            if let Some(why) = &attack.why {
                let _ = writeln!(text, "{}: {why}", attack.id);
            }
            if let Some(remedy) = &attack.remedy {
                let _ = writeln!(text, "{}: what would close it: {remedy}", attack.id);
            }
            if let (Some(expected), true) = (attack.expected_control, attack.is_by_another()) {
                let stopped_by = attack.stopped_by.join(", ");
                let _ = writeln!(text, "{}: stopped by {stopped_by}, not {expected}", attack.id);
            }
        }
        for journey in &self.journeys {
            for (way, why) in
                [("directly", &journey.direct_why), ("through the gateway", &journey.through_why)]
            {
                if let Some(why) = why {
                    let _ = writeln!(text, "{} is broken {way}: {why}", journey.id);
                }
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// What was not tried, a line for each reason.
    fn left_out(&self) -> String {
        if self.left_out.is_empty() {
            return String::new();
        }
        let mut text = "not tried:\n".to_owned();
        for LeftOut { operation, what, why } in &self.left_out {
            let _ = writeln!(text, "  {operation} ({what}): {why}");
        }
        text.push('\n');
        text
    }

    fn summary(&self) -> String {
        let totals = &self.totals;
        let mut states = Vec::new();
        for (count, state) in [
            (totals.closed, "closed"),
            (totals.already_safe, "already safe"),
            (totals.open, "open"),
            (totals.opened_by_gateway, "opened by the gateway"),
            (totals.inconclusive, "inconclusive"),
        ] {
            if count > 0 {
                states.push(format!("{count} {state}"));
            }
        }
        format!(
            "{}: {}\n{}: {} ok both ways\n{} sent\n",
            counted(totals.attacks, "attack"),
            if states.is_empty() { "none".to_owned() } else { states.join(", ") },
            counted(totals.journeys, "journey"),
            totals.journeys_ok,
            counted(usize::try_from(self.requests).unwrap_or(usize::MAX), "request")
        )
    }

    fn evidence(&self) -> String {
        let Some(kept) = &self.evidence else { return String::new() };
        let records = counted(kept.records, "record");
        match &kept.file {
            Some(file) => format!(
                "evidence: {records} in `{file}`, read again and believed, head {}\n",
                kept.head
            ),
            None => format!(
                "evidence: {records}, linked, signed, read again and believed; --evidence FILE keeps them\n"
            ),
        }
    }
}

pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn attack_row(found: &AttackFound) -> [String; 6] {
    let stopped_by = found.stopped_by.join(" + ");
    [
        found.id.clone(),
        found.item.clone(),
        found.direct.name().to_owned(),
        found.through.name().to_owned(),
        if stopped_by.is_empty() { "-".to_owned() } else { stopped_by },
        found.state.name().replace('_', " "),
    ]
}

fn journey_row(found: &JourneyFound) -> [String; 3] {
    [found.id.clone(), found.direct.name().to_owned(), found.through.name().to_owned()]
}

/// Rows under a heading, each column as wide as its widest cell.
pub(crate) fn columns<const N: usize>(
    heading: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut all = vec![heading.map(str::to_owned)];
    all.extend(rows);
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &all {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use portcullis_model::ControlId;

    use super::*;
    use crate::check::Against;
    use crate::read;
    use crate::verdict::{Outcome, Passage, Verdict};

    fn report() -> Report {
        let attack = read::attack(
            "a.yaml",
            "{ id: a6-role, item: A6, control: writable_properties, cwe: 915, title: t, \
             honest: [{ send: GET /, expect: [{ status: 200 }] }], attack: [{ send: GET / }], \
             harm: [{ status: 200 }] }",
            Against::Sample,
        )
        .unwrap();
        let journey = read::journey(
            "j.yaml",
            "{ id: browse, title: t, steps: [{ send: GET /, expect: [{ status: 200 }] }] }",
            Against::Sample,
        )
        .unwrap();
        let verdict = Verdict {
            direct: Outcome::Succeeded,
            through: Outcome::Stopped,
            stopped_by: vec![ControlId::ContentType, ControlId::InputShape],
            knock_out: Some(true),
            twin: None,
            why: None,
        };
        let broken = (Passage::Broken, Some("step 1 (`GET /`): status 400, not 200".to_owned()));
        let mut report = Report {
            attacks: vec![AttackFound::new(&attack, verdict)],
            journeys: vec![JourneyFound::new(&journey, (Passage::Ok, None), broken)],
            ..Report::default()
        };
        report.count();
        report
    }

    #[test]
    fn the_table_is_aligned_and_says_what_is_wrong() {
        let expected = "\
attack   item  directly   through  stopped by                  state
a6-role  A6    succeeded  stopped  content_type + input_shape  closed

journey  directly  through
browse   ok        broken

a6-role: stopped by content_type, input_shape, not writable_properties
browse is broken through the gateway: step 1 (`GET /`): status 400, not 200

1 attack: 1 closed
1 journey: 0 ok both ways
0 requests sent
";
        assert_eq!(report().text(), expected);
    }

    #[test]
    fn the_json_has_the_fixed_words() {
        let json = serde_json::to_value(report()).unwrap();
        let attack = &json["attacks"][0];
        for (name, value) in [
            ("id", "a6-role"),
            ("item", "A6"),
            ("direct", "succeeded"),
            ("through", "stopped"),
            ("control", "content_type"),
            ("state", "closed"),
        ] {
            assert_eq!(attack[name], value, "{name}");
        }
        assert_eq!(json["journeys"][0]["direct"], "ok");
        assert_eq!(json["journeys"][0]["through"], "broken");
        assert_eq!(json["totals"]["closed"], 1);
        assert_eq!(json["totals"]["journeys_ok"], 0);
    }
}
