//! What is weak about the certificates that a policy names, or soon over: told, and never a reason not to start.

use portcullis_credential::certificate::{DEVELOPMENT, Doubt, Role, doubts};
use portcullis_gateway::Site;
use portcullis_ledger::{CertificateState, Ledger};
use portcullis_model::{Diagnostic, Span, UnixMillis};
use portcullis_policy::{Model, SecretSource, codes};

use crate::secrets::variable;
use crate::talk;

/// How often it is looked for while a gateway runs.
const EVERY_MS: u64 = 86_400_000;

/// A certificate of which there is something to say.
struct Doubtful {
    /// Where it lies.
    source: SecretSource,
    /// How many stand before it there.
    place: usize,
    at: Option<Span>,
    doubt: Doubt,
}

impl Doubtful {
    fn text(&self) -> String {
        let (source, doubt) = (talk::clean(&self.source.to_string()), &self.doubt);
        match self.place {
            0 => format!("`{source}` {doubt}"),
            before => format!("`{source}`, at place {}, {doubt}", before + 1),
        }
    }
}

/// For `check`: the same as warnings, at the policy's lines.
pub(crate) fn diagnostics(models: &[Model], now: UnixMillis) -> Vec<Diagnostic> {
    let models: Vec<&Model> = models.iter().collect();
    let open = open_key(&models).map(|(_, at, what)| {
        Diagnostic::warning(&codes::WEAK_CERTIFICATE, what).at(at).help(
            "take that away (`chmod o-r`), and have a new one issued if others could log in here",
        )
    });
    let all = doubtful(&models, now).into_iter();
    let all = all.map(|one| {
        let code = if one.doubt.is_of_time() {
            &codes::CERTIFICATE_ENDS
        } else {
            &codes::WEAK_CERTIFICATE
        };
        Diagnostic::warning(code, one.text()).at(one.at).help(help(&one.doubt))
    });
    all.chain(open).collect()
}

/// Says what there is on standard error, and in the ledger. What readiness tells of it: not where a certificate
/// lies, which is nobody's business who may ask there.
pub(crate) fn tell(site: &Site, ledger: &Ledger, now: UnixMillis) -> Option<String> {
    let models: Vec<&Model> = site.plans().map(|plan| &*plan.model).collect();
    let all = doubtful(&models, now);
    for one in &all {
        let what = one.text();
        let is_over = matches!(one.doubt, Doubt::Expired(_) | Doubt::NotYetValid(_));
        talk::say(&format!("{}: {what}", if is_over { "WARNING" } else { "warning" }));
        let place = one.source.to_string();
        let problem = one.doubt.name();
        ledger.certificate(&CertificateState { time: now, place: &place, problem, what: &what });
    }
    let open = open_key(&models);
    if let Some((source, _, what)) = &open {
        talk::say(&format!("warning: {what}"));
        let place = source.to_string();
        ledger.certificate(&CertificateState {
            time: now,
            place: &place,
            problem: "open_key",
            what,
        });
    }
    let Some(first) = all.first() else {
        return open.map(|_| "others can read a key; standard error says which".to_owned());
    };
    let more = match all.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    Some(format!("one {}{more}; standard error says which", first.doubt))
}

/// The key of the certificate that clients see, if everybody on this host can read it: who has it is the gateway
/// to whoever believes the certificate. A group may be meant to.
fn open_key(models: &[&Model]) -> Option<(SecretSource, Option<Span>, String)> {
    use std::os::unix::fs::MetadataExt as _;
    let first = models.first()?;
    let source = &first.tls.as_ref()?.key;
    let path = source.path(variable)?;
    let mode = std::fs::metadata(path).ok()?.mode();
    let shown = talk::clean(&source.to_string());
    let what = || format!("everybody can read `{shown}` (mode {:o})", mode & 0o777);
    (mode & 0o004 != 0).then(|| (source.clone(), first.lines.tls, what()))
}

/// Whether it is time to look again. A clock that was set back is looked at again, too.
pub(crate) const fn is_due(told: UnixMillis, now: UnixMillis) -> bool {
    now.0.abs_diff(told.0) >= EVERY_MS
}

fn help(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Expired(_) | Doubt::Expires(..) => {
            "renew it: a gateway that runs takes the new one by itself".to_owned()
        }
        Doubt::NotYetValid(_) => "look at the clock of this host".to_owned(),
        Doubt::SmallKey(_) => {
            "have one issued for a key on P-256, or for RSA of 2048 bits".to_owned()
        }
        Doubt::WeakSignature => {
            "have it issued anew: signatures of this kind can be made".to_owned()
        }
        Doubt::NoName | Doubt::OtherNames(_) => {
            "have one issued with all `hosts` as subject alternative names".to_owned()
        }
        Doubt::Development => {
            format!(
                "its issuer is `{DEVELOPMENT}`: others have its key; use a real one where others call"
            )
        }
    }
}

/// All of a policy. What cannot be read is told by whoever needs it.
fn doubtful(models: &[&Model], now: UnixMillis) -> Vec<Doubtful> {
    let Some(first) = models.first() else { return Vec::new() };
    let hosts: Vec<String> = models.iter().flat_map(|model| &model.hosts).cloned().collect();
    let mut all = Vec::new();
    let mut look = |source: &SecretSource, role: Role<'_>, at: Option<Span>| {
        if all.iter().any(|one: &Doubtful| one.source == *source && one.at == at) {
            return;
        }
        let Ok(text) = source.read(variable) else { return };
        let found = doubts(&text, role, now).into_iter();
        let found =
            found.map(|(place, doubt)| Doubtful { source: source.clone(), place, at, doubt });
        all.extend(found);
    };
    if let Some(tls) = &first.tls {
        look(&tls.certificate, Role::Server(&hosts), first.lines.tls);
        let issuers = tls.clients.iter().filter_map(|clients| clients.ca.as_ref());
        issuers.for_each(|ca| look(ca, Role::Issuer, first.lines.client_ca));
    }
    for model in models {
        let vouching = model.callers.endpoints().map(|endpoint| &endpoint.instance);
        let instances = model.upstream.instances().chain(vouching);
        for tls in instances.filter(|instance| instance.is_tls).map(|instance| &instance.tls) {
            tls.roots.iter().for_each(|ca| look(ca, Role::Issuer, model.lines.contract));
            let shown = tls.shows.iter().map(|own| &own.certificate);
            shown.for_each(|own| look(own, Role::Client, model.lines.contract));
        }
    }
    // What is for development is in its place where nobody else can call.
    let is_own = first.listen.ip().is_loopback();
    all.retain(|one| !(is_own && one.doubt == Doubt::Development));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_looked_for_once_a_day() {
        let told = UnixMillis(10 * EVERY_MS);
        assert!(!is_due(told, UnixMillis(11 * EVERY_MS - 1)));
        assert!(is_due(told, UnixMillis(11 * EVERY_MS)) && is_due(told, UnixMillis(9 * EVERY_MS)));
    }
}
