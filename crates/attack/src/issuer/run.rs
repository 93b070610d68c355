//! One run: the metadata, then every probe.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use portcullis_model::Clock;

use super::asking::Asking;
use super::given::Given;
use super::jar::Jar;
use super::judged::{Found, Judged, Result as ProbeResult, Shown, Unjudged};
use super::metadata::Metadata;
use super::probes::{PROBES, judge};
use super::reach::Reach;
use super::report::IssuerReport;
use super::stage::Stage;
use super::url::Url;
use crate::budget::Budget;

/// Characters of a reason.
const WHY_CHARS_MAX: usize = 400;

/// Whom a run attacks, with what.
pub struct Attacking {
    /// The issuer's URL, as its clients have it.
    pub issuer: String,
    /// Its address, which may be attacked.
    pub address: SocketAddr,
    /// The clients and the user.
    pub given: Given,
    /// The time of assertions.
    pub clock: Arc<dyn Clock>,
    /// How much may be asked.
    pub budget: Arc<Budget>,
    /// How long the issuer may take for one answer.
    pub patience: Duration,
}

/// Runs every probe that is wanted, in order. Or says why there is no issuer.
pub fn attack(
    attacking: Attacking,
    is_wanted: &dyn Fn(&str) -> bool,
    progress: &dyn Fn(&str),
) -> Result<IssuerReport, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
    runtime.block_on(run(attacking, is_wanted, progress))
}

async fn run(
    attacking: Attacking,
    is_wanted: &dyn Fn(&str) -> bool,
    progress: &dyn Fn(&str),
) -> Result<IssuerReport, String> {
    let Attacking { issuer, address, given, clock, budget, patience } = attacking;
    let url = Url::parse(&issuer).ok_or_else(|| format!("`{issuer}` is no URL"))?;
    if url.query.is_some() || url.fragment.is_some() || url.authority.contains('@') {
        return Err(format!(
            "`{issuer}` has more than scheme, host, port and path (RFC 8414 section 2)"
        ));
    }
    let reach = Reach { issuer: url, address };
    let mut asking = Asking::new(reach, budget.clone(), patience);
    let metadata = Metadata::ask(&mut asking).await;
    let metadata =
        metadata.map_err(|why| format!("`{issuer}` describes itself nowhere:\n{why}"))?;
    let cookie = given.user.as_ref().and_then(|user| user.cookie.clone());
    let mut stage = Stage { asking, metadata, given, jar: Jar::of(cookie), clock };
    let mut found = Vec::new();
    for probe in PROBES.iter().filter(|probe| is_wanted(probe.listed.id)) {
        progress(probe.listed.id);
        stage.asking.begin();
        let judged = Box::pin(judge(probe, &mut stage)).await;
        let (result, why) = told(judged);
        let listed = probe.listed;
        found.push(Found {
            id: listed.id,
            title: listed.title,
            cwe: listed.cwe,
            severity: listed.severity,
            section: listed.section,
            result,
            // An issuer may say what it was sent, or lead to it.
            why: why.map(|why| legible(&stage.asking.concealed(&why))),
            replay: format!("# {}: {}\n{}", listed.id, listed.title, stage.asking.script()),
        });
    }
    Ok(IssuerReport::of(issuer, found, budget.sent()))
}

fn told(judged: Judged) -> (ProbeResult, Option<String>) {
    match judged {
        Ok(Shown::Safe) => (ProbeResult::Safe, None),
        Ok(Shown::Open(how)) => (ProbeResult::Open, Some(how)),
        Err(Unjudged::Inconclusive(why)) => (ProbeResult::Inconclusive, Some(why)),
        Err(Unjudged::NotTried(why)) => (ProbeResult::NotTried, Some(why)),
    }
}

/// What the issuer says may be anything, and ends in a terminal.
fn legible(why: &str) -> String {
    let is_shown = |one: char| if one.is_control() { '\u{fffd}' } else { one };
    why.chars().take(WHY_CHARS_MAX).map(is_shown).collect()
}
