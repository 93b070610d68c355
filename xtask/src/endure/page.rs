//! The page: a section for each part, of which a run writes its own anew.

use std::fmt::Write as _;

use crate::endure::Part;
use crate::shell;

const START: &str = "# Endurance\n\n\
Written by `cargo xtask endure`: what load, slowness, floods and time do to the gateway. Everything \
runs on one machine (gateway, API, honest and hostile clients share its processors), over loopback, \
with one worker thread for each gateway, so that all clients meet at one thread. Times therefore \
hold the noise of that machine; where a figure compares, both sides were measured in the same run. \
*Aim* is what was set before anything was measured. *p50* and *p99*: half of all answers, and 99 of \
100, came faster than this. *RSS*: memory that the process really has in use, as the kernel counts \
it.\n";
const UNKNOWN: &str = "Not measured yet.\n";

impl Part {
    const fn title(self) -> &'static str {
        match self {
            Self::Reload => "Reloads under load",
            Self::Slow => "Slow clients",
            Self::Floods => "Floods",
            Self::Soak => "Ten million requests",
        }
    }
}

/// The load of the machine before a part runs.
pub(crate) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

pub(crate) fn write(part: Part, measured: &str, load: &str) -> Result<(), String> {
    let path = shell::root().join("docs/src/endurance.md");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = measured.to_owned();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\nThe machine has {processors} processors; in the minute before this part began, {load} \
         programs wanted one at a time, on average."
    );
    std::fs::write(&path, with(&before, part, &text))
        .map_err(|error| format!("docs/src/endurance.md: {error}"))
}

/// The page with this section in place of what it had.
fn with(before: &str, part: Part, text: &str) -> String {
    let mut page = START.to_owned();
    for one in Part::ALL {
        let kept = section(before, one).unwrap_or(UNKNOWN);
        let text = if one == part { text } else { kept };
        // Writing to a String cannot fail.
        let _ = write!(page, "\n## {}\n\n{}\n", one.title(), text.trim());
    }
    page
}

fn section(page: &str, part: Part) -> Option<&str> {
    let sections = page.split("\n## ").skip(1);
    let mut titled = sections.filter_map(|one| one.split_once('\n'));
    titled.find(|(title, _)| *title == part.title()).map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_the_place_of_its_own_section_only() {
        let first = with("", Part::Slow, "slow 1\n");
        assert_eq!(first.matches("Not measured yet.").count(), 3);
        let second = with(&first, Part::Soak, "soak 1\n");
        let third = with(&second, Part::Slow, "slow 2\n");
        assert_eq!(section(&third, Part::Slow).map(str::trim), Some("slow 2"));
        assert_eq!(section(&third, Part::Soak).map(str::trim), Some("soak 1"));
        assert_eq!(third.matches("\n## ").count(), 4);
        assert_eq!(with(&third, Part::Slow, "slow 2"), third, "the same again changes nothing");
    }
}
