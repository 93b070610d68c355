//! A certificate that an authority gives while the gateway runs, from where the policy says.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use portcullis_acme::{Bounds, ExternalAccount, Folder, Issued, News, Stage, Terms, lying};
use portcullis_gateway::{ClientTls, Obtained, Running, ServerTls, Site};
use portcullis_ledger::{CertificateAttempt, Ledger};
use portcullis_model::{Clock as _, Secret, UnixMillis};
use portcullis_policy::{Acme, Failure, Model};

use crate::clock::SystemClock;
use crate::{certificates, secrets, talk};

/// What clients are spoken to with; none, where the policy has no `tls`. Where an authority gives the certificate it comes
/// later; nothing is made or asked for yet. Problems stand at the policy's line.
pub(crate) fn tls(model: &Model) -> Result<Option<ServerTls>, Failure> {
    let Some(acme) = model.tls.as_ref().and_then(|tls| tls.acme.as_ref()) else {
        return certificates::of(model);
    };
    let failed = |message| certificates::unusable(model, model.lines.tls, message);
    Folder::check(&acme.folder).map_err(|fault| failed(fault.to_string()))?;
    terms(acme).map_err(failed)?;
    let tls = ServerTls::obtaining(Obtained::default(), certificates::clients(model)?);
    tls.map(Some).map_err(|fault| failed(fault.to_string()))
}

/// Shows what lies in the folder before anybody connects; makes the folder. What cannot be used there is told by
/// whoever keeps it.
pub(crate) fn show(site: &Site) -> Result<(), Failure> {
    let acme =
        site.plans().next().and_then(|plan| Some((plan, plan.model.tls.as_ref()?.acme.as_ref()?)));
    let (Some((plan, acme)), Some(obtained)) = (acme, site.obtained()) else { return Ok(()) };
    let failed = |message| certificates::unusable(&plan.model, plan.model.lines.tls, message);
    Folder::open(&acme.folder).map_err(|fault| failed(fault.to_string()))?;
    if let Ok(Some(issued)) = lying(&terms(acme).map_err(failed)?, SystemClock.now()) {
        // What was judged good can be shown.
        put(obtained, &issued);
    }
    Ok(())
}

/// Starts the thread that asks for certificates, where the policy says so. It ends with the process.
pub(crate) fn keep(running: &Arc<Running>, ledger: &Arc<Ledger>) -> io::Result<()> {
    if running.site().obtained().is_none() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (running, ledger) = (running.clone(), ledger.clone());
    let air = Air { running, ledger, known: Mutex::default() };
    let thread = std::thread::Builder::new().name("certificates".to_owned());
    thread.spawn(move || runtime.block_on(portcullis_acme::keep(&air, Bounds::default()))).map(drop)
}

/// What is asked for, with what lies elsewhere read.
fn terms(acme: &Acme) -> Result<Terms, String> {
    let trust = match &acme.ca {
        None => ClientTls::of_system().map_err(|fault| fault.to_string())?,
        Some(source) => {
            let roots = source.read(secrets::variable).map_err(|error| error.to_string())?;
            ClientTls::from_pem(&roots).map_err(|fault| format!("`{source}`: {fault}"))?
        }
    };
    let external = acme.external_account.as_ref();
    let external = external.map(|(key_id, source)| {
        let text = Secret::new(secrets::private(source)?);
        // Some write it with `=` behind it.
        let text = text.expose_secret().trim_ascii();
        let bare = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        let key = BASE64URL.decode(text.get(..bare).unwrap_or_default());
        let key = key.map_err(|_| format!("`{source}`: it is no key in base64url"))?;
        Ok::<_, String>(ExternalAccount { key_id: key_id.clone(), key: Secret::new(key) })
    });
    Ok(Terms {
        directory: acme.directory.clone(),
        contact: acme.contact.clone(),
        names: acme.names.clone(),
        folder: acme.folder.clone(),
        trust: trust.config(),
        external_account: external.transpose()?,
    })
}

fn put(obtained: &Obtained, issued: &Issued) -> bool {
    let (certificate, key) = (issued.certificate().as_bytes(), issued.key().expose_secret());
    obtained.put(certificate, key).is_ok()
}

/// A gateway that shows certificates, standard error and ledger, that hear of them.
struct Air {
    running: Arc<Running>,
    ledger: Arc<Ledger>,
    /// What the model in force says, and which one that was.
    known: Mutex<Option<Known>>,
}

/// A model, and what it asks for.
type Known = (Arc<Site>, Option<Arc<Terms>>);

impl Air {
    fn with(&self, act: impl FnOnce(&Obtained) -> bool) -> bool {
        self.running.site().obtained().is_some_and(act)
    }

    /// What became of an attempt.
    fn record(&self, terms: &Terms, news: &News<'_>) {
        let (is_issued, ends, next, problem) = match *news {
            News::Issued { ends, next } => (true, Some(ends), next, None),
            News::Failed { why, next, ends, .. } => (false, ends, next, Some(why)),
            News::Asked | News::Waits { .. } | News::Kept { .. } | News::Unusable { .. } => return,
        };
        let (authority, names) = (terms.authority(), terms.names.as_slice());
        let time = SystemClock.now();
        let state = CertificateAttempt { time, is_issued, authority, names, ends, next, problem };
        self.ledger.certificate_attempt(&state);
    }
}

impl Stage for Air {
    fn terms(&self) -> Option<Arc<Terms>> {
        let site = self.running.site();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, terms)) = &*known
            && Arc::ptr_eq(seen, &site)
        {
            return terms.clone();
        }
        let tls = site.plans().next().and_then(|plan| plan.model.tls.as_ref());
        let wanted = tls.and_then(|tls| tls.acme.as_ref()).map(|acme| terms(acme).map(Arc::new));
        let wanted = match wanted {
            Some(Ok(terms)) => Some(terms),
            None => None,
            // It could be read when the model was: what was wanted before stays.
            Some(Err(why)) => {
                talk::say(&format!("what is needed to ask for a certificate is gone: {why}"));
                known.take().and_then(|(_, terms)| terms)
            }
        };
        *known = Some((site, wanted.clone()));
        wanted
    }

    fn now(&self) -> UnixMillis {
        SystemClock.now()
    }

    fn chance(&self) -> u16 {
        let mut bytes = [0; 2];
        // Without chance all come at the same time, and that is all.
        let _ = getrandom::fill(&mut bytes);
        u16::from_le_bytes(bytes)
    }

    fn prove(&self, name: &str, certificate: &str, key: &Secret) -> bool {
        let (certificate, key) = (certificate.as_bytes(), key.expose_secret());
        self.with(|obtained| obtained.prove(name, certificate, key).is_ok())
    }

    fn forget(&self) {
        self.with(|obtained| {
            obtained.forget();
            true
        });
    }

    fn put(&self, issued: &Issued) -> bool {
        self.with(|obtained| put(obtained, issued))
    }

    fn tell(&self, terms: &Terms, news: &News<'_>) {
        if let Some(remark) = remark(news) {
            self.with(|obtained| {
                obtained.remark(remark);
                true
            });
        }
        self.record(terms, news);
        // Last: whoever reads it finds the rest.
        talk::say(&talk::clean(&told(terms, news)));
    }
}

/// A line for whoever runs it.
fn told(terms: &Terms, news: &News<'_>) -> String {
    let (names, authority) = (terms.names.join("`, `"), terms.authority());
    match *news {
        News::Asked => format!(
            "no certificate for `{names}` yet: `{authority}` is asked for one; until it comes nobody is served"
        ),
        News::Waits { next, file } => format!(
            "no certificate for `{names}`, and the last attempt failed: the next is at {}; to try at once, remove \
             `{}` and start again; until then nobody is served",
            next.rfc3339(),
            file.display()
        ),
        News::Kept { ends } => {
            format!("the certificate of `{names}` is good until {}", ends.rfc3339())
        }
        News::Unusable { why } => {
            format!("the certificate in `{}` is not used: {why}", terms.folder.display())
        }
        News::Issued { ends, next } => format!(
            "`{authority}` gave a certificate for `{names}`, good until {}; the next is asked for at {}",
            ends.rfc3339(),
            next.rfc3339()
        ),
        News::Failed { why, next, ends, is_urgent, .. } => {
            let shown = ends.map_or_else(
                || "there is none, nobody is served".to_owned(),
                |ends| format!("the one that is shown ends at {}", ends.rfc3339()),
            );
            let loud = if is_urgent { "ATTENTION: " } else { "" };
            let next = next.rfc3339();
            format!(
                "{loud}no certificate for `{names}` from `{authority}`: {why}; {shown}; the next attempt is at {next}"
            )
        }
    }
}

/// What readiness tells: whoever asks there need not know why.
fn remark(news: &News<'_>) -> Option<String> {
    let remark = match *news {
        News::Asked => "none yet, it is asked for".to_owned(),
        News::Waits { next, .. } => format!("none yet, the next attempt is at {}", next.rfc3339()),
        News::Unusable { .. } => return None,
        News::Kept { ends } | News::Issued { ends, .. } => format!("good until {}", ends.rfc3339()),
        News::Failed { next, ends, .. } => {
            let shown = ends
                .map_or_else(|| "none".to_owned(), |ends| format!("good until {}", ends.rfc3339()));
            format!("{shown}; the last attempt failed, the next is at {}", next.rfc3339())
        }
    };
    Some(remark)
}
