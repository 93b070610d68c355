//! The catalogue as people read it: Markdown, of all threats and of one.

use std::fmt::Write as _;

use portcullis_controls::Stride;

use super::{Probe, RULES, Rule};
use crate::risk::{Factors, Harm};

/// The page of all threats.
pub fn page() -> String {
    let shown = RULES.iter().filter(|rule| rule.probe == Probe::Attacks).count();
    let mut page = format!(
        "# Threats\n\nMade from the code by `cargo xtask docs`: {} threats. Attacks show {shown} of them, people look at \
         the other {}. `portcullis explain NAME` prints one.\n\nA threat concerns elements of an application, found \
         by its rule: operations, flows, stores, components, or the whole. How bad it is there follows from the \
         values below (OWASP Risk Rating, 0 to 9 each), from who can reach the element, and from its data. Numbers of \
         weaknesses, patterns of attack and techniques are those of MITRE: [CWE](https://cwe.mitre.org), \
         [CAPEC](https://capec.mitre.org), [D3FEND](https://d3fend.mitre.org).\n\n| threat | item | STRIDE | shown by \
         |\n|---|---|---|---|\n",
        RULES.len(),
        RULES.len() - shown,
    );
    for rule in RULES {
        let by = if rule.probe == Probe::Attacks { "attacks" } else { "people" };
        let Rule { id, item, .. } = rule;
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| [`{id}`](#{id}) | {item} | {} | {by} |", categories(rule));
    }
    for rule in RULES {
        let _ = write!(page, "\n#{}", rule.page());
    }
    page
}

impl Rule {
    /// The page of this threat.
    pub fn page(&self) -> String {
        let Self { id, title, text, item, advice, .. } = self;
        let Factors { skill, motive, discovery, exploit, awareness } = self.factors;
        let Harm { confidentiality, integrity, availability, accountability } = self.harm;
        let shown = match self.probe {
            Probe::Attacks => "attacks that name it".to_owned(),
            Probe::People(how) => format!("people: {how}"),
        };
        let controls: Vec<String> =
            self.controls.iter().map(|control| format!("`{control}`")).collect();
        let controls =
            if controls.is_empty() { "none: people do".to_owned() } else { controls.join(", ") };
        let rows = [
            ("item", (*item).to_owned()),
            ("STRIDE", categories(self)),
            ("weaknesses", linked("CWE", "cwe", self.cwe)),
            ("patterns of attack", linked("CAPEC", "capec", self.capec)),
            ("techniques", self.d3fend.join(", ")),
            ("controls that answer it", controls),
            ("what people do", (*advice).to_owned()),
            ("what shows it", shown),
            (
                "how likely",
                format!(
                    "skill {skill}, motive {motive}, ease of discovery {discovery}, ease of exploit {exploit}, \
                     awareness {awareness}"
                ),
            ),
            (
                "what it harms",
                format!(
                    "confidentiality {confidentiality}, integrity {integrity}, availability {availability}, \
                     accountability {accountability}"
                ),
            ),
        ];
        let mut page = format!("# `{id}`\n\n**{title}**: {text}.\n\n| | |\n|---|---|\n");
        for (what, value) in rows {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "| {what} | {value} |");
        }
        page
    }
}

/// Numbers of a list of MITRE's, each with its page there.
fn linked(list: &str, host: &str, numbers: &[u16]) -> String {
    if numbers.is_empty() {
        return format!("none: {list} has no such number");
    }
    let link = |number: &u16| {
        format!("[{list}-{number}](https://{host}.mitre.org/data/definitions/{number}.html)")
    };
    numbers.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn categories(rule: &Rule) -> String {
    rule.stride.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ")
}

/// What people call a category of STRIDE.
const fn name(category: Stride) -> &'static str {
    match category {
        Stride::Spoofing => "spoofing",
        Stride::Tampering => "tampering",
        Stride::Repudiation => "repudiation",
        Stride::InformationDisclosure => "information disclosure",
        Stride::DenialOfService => "denial of service",
        Stride::ElevationOfPrivilege => "elevation of privilege",
    }
}
