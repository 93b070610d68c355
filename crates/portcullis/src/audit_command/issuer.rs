//! An issuer that was named: attacked as `attack --issuer` does it, with the probes that the checklist asks for.

use std::path::Path;

use portcullis_attack::Budget;
use portcullis_attack::issuer::{Found, ProbeResult};
use portcullis_audit::{SeenIssuer, SeenProbe, Shown, is_asked_of_issuers};

use crate::attack_command::{Trying, probed};
use crate::talk;

/// Requests of one run.
const REQUESTS_MAX: u64 = 2_000;

/// What the probes showed; or why there is no issuer.
pub(super) fn seen(url: &str, client: &Path) -> Result<SeenIssuer, String> {
    let budget = Budget::of(REQUESTS_MAX, None);
    let trying = Trying { url, client, owner_token: None, budget };
    let report = probed(trying, &is_asked_of_issuers)?;
    let probes = report.probes.iter().map(probe).collect();
    Ok(SeenIssuer { url: talk::clean(url), probes })
}

fn probe(found: &Found) -> SeenProbe {
    SeenProbe {
        id: found.id.to_owned(),
        title: found.title.to_owned(),
        shown: match found.result {
            ProbeResult::Safe => Shown::Safe,
            ProbeResult::Open => Shown::Open,
            ProbeResult::Inconclusive | ProbeResult::NotTried => Shown::Nothing,
        },
        why: found.why.clone(),
    }
}

#[cfg(test)]
mod tests {
    use portcullis_attack::issuer::listed;

    use super::*;

    #[test]
    fn every_probe_that_the_checklist_asks_for_is_one() {
        let asked = listed().filter(|probe| is_asked_of_issuers(probe.id)).count();
        assert_eq!(asked, 16, "a probe that was renamed would be asked for in vain");
    }
}
