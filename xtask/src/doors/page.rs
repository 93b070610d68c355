//! The page of what was tried.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use super::Tried;
use super::probe::{Door, Verdict};
use crate::shell;

const HEAD: &str = include_str!("words.md");

pub(crate) fn write(tried: &[Tried], time: Duration) -> Result<(), String> {
    let root = shell::root();
    let date = shell::output(&root, "date", &["-u", "+%F"])?;
    let program = root.join("target/debug/portcullis").display().to_string();
    let version = shell::output(Path::new("/"), &program, &["--version"])?;
    let page = page(tried, time, date.trim(), version.trim());
    std::fs::write(root.join("docs/src/doors.md"), page)
        .map_err(|error| format!("docs/src/doors.md: {error}"))?;
    shell::say("wrote docs/src/doors.md");
    Ok(())
}

fn page(tried: &[Tried], time: Duration, date: &str, version: &str) -> String {
    // Links lead from where the words are kept.
    let mut page = HEAD.replace("../../../docs/src/", "");
    let count = |is: fn(&Verdict) -> bool| tried.iter().filter(|one| is(&one.verdict)).count();
    let holds = count(|verdict| matches!(verdict, Verdict::Holds(_)));
    let broken = count(|verdict| matches!(verdict, Verdict::Broken(_)));
    let left = count(|verdict| matches!(verdict, Verdict::NotTried(_)));
    let smoke = tried.iter().filter(|one| one.probe.is_smoke).count();
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "\n## What was tried\n\n{date}, `{version}`, a development build: {} probes in {:.0} s, {smoke} of them in every \
         `cargo xtask check`. **{holds} hold, {broken} are broken, {left} were not tried.**",
        tried.len(),
        time.as_secs_f32()
    );
    for door in Door::ALL {
        let _ = writeln!(
            page,
            "\n### {}\n\n| probe | what is tried | CWE | result | what was seen |\n|---|---|---|---|---|",
            door.name()
        );
        for one in tried.iter().filter(|one| one.probe.door == door) {
            let check = if one.probe.is_smoke { " ✓" } else { "" };
            let (probe, verdict) = (one.probe, &one.verdict);
            let _ = writeln!(
                page,
                "| `{0}`{check} | {1} | [{2}](https://cwe.mitre.org/data/definitions/{2}.html) | {3} | {4} |",
                probe.id,
                probe.what,
                probe.cwe,
                verdict.word(),
                verdict.words().replace('|', "\\|").replace('\n', " ")
            );
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doors;

    #[test]
    fn every_probe_has_a_line_with_its_result() {
        let tried: Vec<Tried> = doors::all()
            .map(|probe| {
                let (verdict, is_unclear) = (Verdict::Broken("a|b".to_owned()), false);
                Tried { probe, verdict, is_unclear }
            })
            .collect();
        let page = page(&tried, Duration::from_secs(7), "2026-01-01", "portcullis 0");
        assert!(page.contains("in 7 s") && page.contains("**0 hold,"));
        assert_eq!(page.matches("| **broken** | a\\|b |").count(), tried.len());
    }
}
