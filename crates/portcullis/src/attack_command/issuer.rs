//! Attacks on an issuer: an authorization server of one's own, found by its metadata.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use portcullis_attack::Budget;
use portcullis_attack::issuer::{self, Attacking, Given, IssuerReport, given};
use portcullis_policy::{SecretSource, is_like};

use super::{budget, target, unusable};
use crate::arguments::{AttackFormat, AttackOptions};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::secrets::private;
use crate::talk;

/// How long an issuer may take for one answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Attacks it, and prints what was found.
pub(super) fn attack(url: &str, client: &Path, options: &AttackOptions) -> Exit {
    let is_wanted = |id: &str| {
        options.only.is_empty() || options.only.iter().any(|pattern| is_like(id, pattern))
    };
    if !issuer::listed().any(|probe| is_wanted(probe.id)) {
        return unusable(&format!("nothing is like `{}`", options.only.join("` or `")));
    }
    let trying = Trying {
        url,
        client,
        owner_token: options.owner_token.as_deref(),
        budget: budget(options),
    };
    let report = match report(trying, &is_wanted) {
        Ok(report) => report,
        Err(why) => return unusable(&why),
    };
    let text = match options.format {
        AttackFormat::Text => Ok(report.text()),
        AttackFormat::Html => Ok(report.page()),
        AttackFormat::Json => serde_json::to_string_pretty(&report).map(|json| json + "\n"),
        AttackFormat::Sarif => {
            let log = report.sarif(env!("CARGO_PKG_VERSION"), &client.display().to_string());
            serde_json::to_string_pretty(&log).map(|json| json + "\n")
        }
    };
    match text {
        Ok(text) => talk::print(&text),
        Err(error) => return unusable(&format!("the report cannot be written: {error}")),
    }
    if report.is_closed_from(options.fail_from.into()) { Exit::Success } else { Exit::Failure }
}

/// What is tried, and with how much.
pub(crate) struct Trying<'t> {
    /// The issuer, as its clients name it.
    pub(crate) url: &'t str,
    /// The file that says what is registered there.
    pub(crate) client: &'t Path,
    /// What shows that its owner wants it, where it is not on this machine.
    pub(crate) owner_token: Option<&'t Path>,
    /// How much is asked.
    pub(crate) budget: Budget,
}

/// Tries the probes that are wanted; or says why there is no issuer.
pub(crate) fn report(
    trying: Trying<'_>,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<IssuerReport, String> {
    let Trying { url, client, owner_token, budget } = trying;
    let address = target::address(&origin(url), owner_token)?;
    let given = file(client)?;
    let count = issuer::listed().filter(|probe| is_wanted(probe.id)).count();
    talk::say(&format!("trying {count} probes on {url}"));
    let is_terminal = std::io::stderr().is_terminal();
    let progress = |line: &str| {
        if is_terminal {
            // One line that is written over; the last one is wiped below.
            talk::say_text(&format!("\r\u{1b}[K{line}"));
        }
    };
    let attacking = Attacking {
        issuer: url.to_owned(),
        address,
        given,
        clock: Arc::new(SystemClock),
        budget: Arc::new(budget),
        patience: PATIENCE,
    };
    let report = issuer::attack(attacking, is_wanted, &progress);
    if is_terminal {
        talk::say_text("\r\u{1b}[K");
    }
    report
}

/// Scheme, host and port: what is looked at before anything is asked.
fn origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}")
}

fn file(path: &Path) -> Result<Given, String> {
    let shown = path.display().to_string();
    let bytes = private(&SecretSource::File(path.to_owned()))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{shown}`: it is no text"))?;
    given(&shown, &text).map_err(|bad| bad.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port_are_looked_at() {
        for (url, expected) in [
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://127.0.0.1:4000/realms/a", "http://127.0.0.1:4000"),
            ("http://127.0.0.1@10.0.0.1/realms", "http://127.0.0.1@10.0.0.1"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(origin(url), expected);
        }
        assert!(target::address(&origin("http://127.0.0.1@10.0.0.1/realms"), None).is_err());
    }
}
