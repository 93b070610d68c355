//! The built-in set on the sample: is each flaw found, is each safe twin left alone, does each knock-out hold?

use std::process::Command;

use super::report::{number, rows, table};
use super::reported;
use crate::shell;

/// Runs it.
pub(crate) fn tried() -> Result<String, String> {
    let program = shell::root().join("target/release/portcullis");
    let mut command = Command::new(program);
    command.args(["attack", "--format", "json"]).current_dir(std::env::temp_dir());
    let (report, took) = reported(&mut command)?;
    let rows = rows(&report);
    let all = rows.get("all").ok_or("nothing was tried")?;
    let share = |part: usize, whole: usize| {
        // Hundreds: they are exact as floating point.
        #[expect(clippy::cast_precision_loss, reason = "counts of attacks")]
        let share = 100.0 * part as f64 / whole.max(1) as f64;
        format!("{share:.1} % ({part} of {whole})")
    };
    Ok(format!(
        "{} attacks and {} journeys in {:.0} s, {} requests. Each try has an API and a gateway of its own.\n\n\
         | question | figure |\n|---|---|\n\
         | recall: flaws of the sample that are found | {} |\n\
         | false positives: safe twins in which harm is seen | {} |\n\
         | of what is stopped: a control is named, and without it the attack succeeds again | {} |\n\
         | come through the gateway | {} |\n\
         | journeys of honest clients that pass, directly and through | {} |\n\n{}",
        all.attacks,
        number(&report, "/totals/journeys"),
        took.as_secs_f64(),
        number(&report, "/requests"),
        share(all.harmful, all.attacks),
        share(all.twins_harmed, all.twins),
        share(all.closed, all.closed + all.unattributed),
        all.through,
        number(&report, "/totals/journeys_ok"),
        table(&rows, true).trim_end(),
    ))
}
