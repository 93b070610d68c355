//! `portcullis threats`: the threat model, shown, compared, begun.

mod derived;
mod diff;
mod init;
mod nowhere;
mod shown;
mod traffic;

use portcullis_threat::Threat;

use crate::exit::Exit;
use crate::output::THREAT_MODEL;
use crate::report;
use crate::talk;
use crate::threats_arguments::{DerivedFrom, ThreatsCommand, ThreatsOptions};
use derived::Derived;

pub(crate) fn threats(options: &ThreatsOptions) -> Exit {
    let ended = match (&options.command, &options.derived) {
        (Some(ThreatsCommand::Diff(options)), _) => diff::diff(options),
        (Some(ThreatsCommand::Init(options)), _) => init::init(options),
        (None, Some(derived)) => show(derived, options),
        // The command line's parser asks for it.
        (None, None) => Err(Exit::Unusable),
    };
    ended.unwrap_or_else(|exit| exit)
}

fn show(from: &DerivedFrom, options: &ThreatsOptions) -> Result<Exit, Exit> {
    let derived = Derived::of(from)?;
    if let Some(output) = &options.output {
        shown::check_output(output, &derived, from)?;
    }
    derived.say_problems();
    let text = shown::text(&derived, options);
    match &options.output {
        None => talk::print(&text),
        Some(output) => THREAT_MODEL.write(output, &text)?,
    }
    let Some(denied) = options.deny else { return Ok(Exit::Success) };
    let is_denied = |one: &&Threat| one.is_open() && one.residual.level >= denied.0;
    let count = derived.model.threats.iter().filter(is_denied).count();
    if count == 0 {
        return Ok(Exit::Success);
    }
    let level = denied.0.name();
    talk::say(&format!("{} open at level {level} or above", report::many(count, "threat")));
    talk::say("help: answer them, or have somebody take them in `threats.yaml` under `accepted`");
    Ok(Exit::Failure)
}
