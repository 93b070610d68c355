//! `portcullis evidence check`: does evidence still speak of what is there, and what of it should stop a build?

use std::collections::HashMap;
use std::path::Path;

use portcullis_attack::{Against, Sliced, Standing, folder};
use portcullis_evidence::{
    Complaint, ComplaintKind, Severity, Sha256Hex, Standing as Shown, stand,
};
use portcullis_model::Clock as _;
use serde_json::json;

use super::keep::this_program;
use super::verify::believed;
use crate::arguments::{BelievedFile, EvidenceCheckOptions, Format};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{load, talk};

pub(crate) fn check(options: &EvidenceCheckOptions) -> Exit {
    let found = match believed(&options.believed) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let now = match now(options) {
        Ok(now) => now,
        Err(exit) => return exit,
    };
    let standing = stand(&found.records, &now);
    let above = Severity::from(options.above);
    let counts = |one: &&Complaint| {
        let is_allowed = options.allow.iter().any(|allowed| allowed.0 == one.kind);
        !is_allowed && (one.kind != ComplaintKind::Expired || one.severity >= above)
    };
    let complaints: Vec<&Complaint> = standing.complaints.iter().filter(counts).collect();
    let holds = standing.last.iter().filter(|(_, over)| over.is_empty()).count();
    match options.format {
        Format::Json => talk::print(&format!(
            "{:#}\n",
            json!({
                "holds": holds,
                "of": standing.last.len(),
                "complaints": complaints.iter().map(|one| json!({
                    "kind": one.kind.name(),
                    "of": one.of,
                    "severity": one.severity,
                    "what": one.what,
                })).collect::<Vec<_>>(),
            })
        )),
        Format::Text => {
            for Complaint { kind, of, severity, what } in &complaints {
                let (of, what) = (talk::clean(of), talk::clean(what));
                talk::print(&format!("{:<16} {:<6}  {of}: {what}\n", kind.name(), severity.name()));
            }
            talk::print(&format!(
                "{holds} of {} attacks and journeys are shown for what is there now; {} to complain of\n",
                standing.last.len(),
                complaints.len()
            ));
        }
    }
    if complaints.is_empty() { Exit::Success } else { Exit::Failure }
}

/// What evidence of a policy's one API shows that still speaks of what is there.
pub(crate) fn shown_of(file: &BelievedFile, config: &Path) -> Result<Shown, Exit> {
    let unusable = |why: String| {
        talk::say(&why);
        Exit::Unusable
    };
    let found = believed(file)?;
    let model = load::explained(Some(config), None).map_err(|failure| load::refuse(&failure))?;
    let sliced = Sliced::new(model).map_err(unusable)?;
    let binary = Some(this_program().map_err(unusable)?);
    let now = Standing { sliced, suite: None, binary, at: SystemClock.now() };
    Ok(stand(&found.records, &now))
}

fn now(options: &EvidenceCheckOptions) -> Result<Standing, Exit> {
    let unusable = |why: String| {
        talk::say(&why);
        Exit::Unusable
    };
    let model = load::explained(options.config.as_deref(), options.contract.as_deref());
    let model = model.map_err(|failure| load::refuse(&failure))?;
    let sliced = Sliced::new(model).map_err(unusable)?;
    let suite = options.attacks.as_ref().map(|path| {
        // Whose credentials steps name is of no matter here.
        let set = folder(path, Against::Anybody).map_err(|files| {
            files.iter().for_each(|bad| talk::say(&bad.to_string()));
            Exit::Unusable
        })?;
        let attacks = set.attacks.iter().map(|one| (one.id.value.clone(), one.digest));
        let journeys = set.journeys.iter().map(|one| (one.id.value.clone(), one.digest));
        Ok(attacks.chain(journeys).collect::<HashMap<String, Sha256Hex>>())
    });
    let binary = (!options.any_program).then(this_program).transpose().map_err(unusable)?;
    Ok(Standing { sliced, suite: suite.transpose()?, binary, at: SystemClock.now() })
}
