//! Another model while the gateway runs: on SIGHUP, and when a file of the model changes.
//!
//! What is invalid, or can be written by others, is not taken; what lets more through than before is
//! taken on a signal only (rule 30). What was in force stays.

mod stamp;
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use portcullis_controls::{Changes, Plan, PlanOptions, Reach};
use portcullis_gateway::{Running, Site};
use portcullis_ledger::{Ledger, Outcome, Reload};
use portcullis_model::{Clock as _, UnixMillis};
use portcullis_policy::{
    Acme, Callers, Failure, LedgerTarget, StorePlace, TlsFiles, writable_by_others,
};
use portcullis_store::Store;

use crate::arguments::ModelOptions;
use crate::clock::SystemClock;
use crate::signals::Asked;
use crate::{certificates, load, secrets, store_key, talk};
use stamp::Watched;

/// How often files are looked at.
const POLL: Duration = Duration::from_secs(1);

/// Keeps a gateway's model as its files say.
pub(crate) struct Reloader {
    options: ModelOptions,
    plan_options: PlanOptions,
    running: Arc<Running>,
    ledger: Arc<Ledger>,
    /// What is open, if the policy had a store at the start.
    store: Option<Store>,
    watched: Watched,
    /// What was said last of the ledger.
    ledger_error: Option<String>,
    /// When it was told last what is doubtful about certificates.
    told: UnixMillis,
}

/// What begins a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Signal,
    File,
}

impl Trigger {
    const fn name(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::File => "file",
        }
    }
}

impl Reloader {
    /// For the gateway that serves what these options say.
    pub(crate) fn new(
        options: ModelOptions,
        plan_options: PlanOptions,
        running: Arc<Running>,
        ledger: Arc<Ledger>,
        store: Option<Store>,
    ) -> Self {
        let watched = Watched::new(files_of(&running.site()));
        let (ledger_error, told) = (None, SystemClock.now());
        let mut new =
            Self { options, plan_options, running, ledger, store, watched, ledger_error, told };
        new.tell_certificates();
        new
    }

    /// Says what is doubtful about the certificates in use.
    fn tell_certificates(&mut self) {
        self.told = SystemClock.now();
        let remark = certificates::tell(&self.running.site(), &self.ledger, self.told);
        self.running.remark_certificates(remark);
    }

    /// Runs until nobody can send a signal any more.
    pub(crate) fn run(mut self, signals: &Receiver<Asked>) {
        for problem in writable_by_others(self.watched.files()) {
            talk::say(&format!("{}: no reload is taken from there", problem.message));
        }
        loop {
            match signals.recv_timeout(POLL) {
                Ok(Asked::Reload) => {
                    self.reopen();
                    self.attempt(Trigger::Signal);
                }
                Ok(Asked::Reopen) => self.reopen(),
                Err(RecvTimeoutError::Timeout) => self.poll(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// The log may have been renamed.
    fn reopen(&self) {
        if let Err(error) = self.ledger.reopen() {
            talk::say(&format!("the ledger cannot be opened again, and goes on as it is: {error}"));
        }
    }

    fn poll(&mut self) {
        self.hear_ledger();
        if certificates::is_due(self.told, SystemClock.now()) {
            self.tell_certificates();
        }
        if self.watched.is_due() {
            self.attempt(Trigger::File);
        }
    }

    /// Says when writing begins to fail, and when it works again.
    fn hear_ledger(&mut self) {
        let health = self.ledger.health();
        match (&self.ledger_error, &health.error) {
            (None, Some(error)) => {
                talk::say(&format!("the ledger cannot be written, records are kept: {error}"));
            }
            (Some(_), None) => {
                let lost = health.lost;
                talk::say(&format!("the ledger is written again; {lost} records were lost so far"));
            }
            _ => {}
        }
        self.ledger_error = health.error;
    }

    fn attempt(&mut self, trigger: Trigger) {
        // A pipe would be waited for, and no signal be heard meanwhile.
        let is_other = |file: &&Path| std::fs::metadata(file).is_ok_and(|found| !found.is_file());
        if let Some(file) = self.watched.files().find(is_other) {
            let problem = format!("`{}` is no ordinary file", file.display());
            talk::say(&problem);
            return self.failed(trigger, None, &[problem]);
        }
        let Self { options, plan_options, watched, .. } = self;
        let read = watched.read(|known| {
            let read = load::site(options, plan_options);
            let files = match &read {
                Ok((site, _)) => files_of(site),
                Err(failure) => files_of_failure(failure, known),
            };
            (read, files)
        });
        match read {
            Ok((site, _)) => self.judge(site, trigger),
            Err(failure) => {
                load::refuse(&failure);
                self.failed(trigger, None, &told::problems(&failure));
            }
        }
    }

    /// What becomes of a model that can be built.
    fn judge(&mut self, site: Site, trigger: Trigger) {
        let open = writable_by_others(self.watched.files());
        if !open.is_empty() {
            let problems: Vec<_> = open.into_iter().map(|problem| problem.message).collect();
            problems.iter().for_each(|problem| talk::say(problem));
            return self.failed(trigger, Some(&site), &problems);
        }
        let before = self.running.site();
        let changes = Changes::between_all(&plans(&before), &plans(&site), SystemClock.now());
        let trusts = !site.trusts_no_other_than(&before);
        if trigger == Trigger::File && (changes.widens() || trusts) {
            return self.wait(&before, &site, &changes, trusts);
        }
        let (was, is) = (told::version(&before), told::version(&site));
        let mut lines = told::changes(&changes, &site);
        if trusts {
            lines.lines.insert(0, other_trust());
        }
        let kept = kept(&before, &site, self.store.as_ref());
        if let Err(error) = self.running.reload(site) {
            talk::say(&error.to_string());
            return self.failed(trigger, None, &[error.to_string()]);
        }
        self.running.remark(None);
        if was != is || trusts {
            self.record(Outcome::Loaded, trigger, &was, Some(&is), &lines, &[]);
        }
        told::loaded(&was, &is, &changes, &lines);
        kept.iter().for_each(|line| talk::say(line));
        self.tell_certificates();
    }

    /// More would pass: somebody must want that.
    fn wait(&self, before: &Site, site: &Site, changes: &Changes, trusts: bool) {
        let (was, is) = (told::version(before), told::version(site));
        let mut lines = told::changes(changes, site);
        if trusts {
            lines.lines.insert(0, other_trust());
        }
        self.running.remark(Some(format!("model {is} lets more through, and waits for SIGHUP")));
        self.record(Outcome::Waits, Trigger::File, &was, Some(&is), &lines, &[]);
        talk::say(&format!(
            "the files have changed and let more through: model {is} waits for SIGHUP, {was} stays"
        ));
        told::say_changes(&lines);
    }

    fn failed(&self, trigger: Trigger, site: Option<&Site>, problems: &[String]) {
        let was = told::version(&self.running.site());
        let remark = format!("the last one failed, model {was} stays; standard error says why");
        self.running.remark(Some(remark));
        let is = site.map(told::version);
        let lines = told::Lines::default();
        self.record(Outcome::Failed, trigger, &was, is.as_deref(), &lines, problems);
        talk::say(&format!("the files are not taken: model {was} stays in force"));
    }

    fn record(
        &self,
        outcome: Outcome,
        trigger: Trigger,
        before: &str,
        after: Option<&str>,
        lines: &told::Lines,
        problems: &[String],
    ) {
        self.ledger.reload(&Reload {
            time: SystemClock.now(),
            outcome,
            trigger: trigger.name(),
            before,
            after,
            changes: &lines.lines,
            more: lines.more,
            problems,
        });
    }
}

/// Credentials go to whoever shows a certificate of such an issuer; who has such a key, or such a
/// certificate, is whoever they want to be.
fn other_trust() -> (&'static str, String, Option<String>) {
    let what =
        "certificates or tokens may come from others than before, or another key signs who calls";
    (Reach::Wider.name(), what.to_owned(), None)
}

/// What the files say and only a restart can change.
fn kept(before: &Site, after: &Site, open: Option<&Store>) -> Vec<String> {
    let mut kept = Vec::new();
    if before.ledger() != after.ledger() {
        let place = match after.ledger() {
            LedgerTarget::File(path) => talk::clean(&path.display().to_string()),
            LedgerTarget::Stdout => "standard output".to_owned(),
        };
        kept.push(format!("records go to `{place}` only after a restart"));
    }
    let health = |site: &Site| site.plans().next().and_then(|plan| plan.model.health);
    if health(before) != health(after) {
        kept.push("another `health` is listened on only after a restart".to_owned());
    }
    if before.redirect().map(|one| one.from) != after.redirect().map(|one| one.from) {
        kept.push("another `redirect_from` is listened on only after a restart".to_owned());
    }
    kept.extend(other_store(store(before), store(after), open));
    kept
}

fn store(site: &Site) -> Option<&StorePlace> {
    site.plans().next().and_then(|plan| plan.model.store.as_ref())
}

/// What the files say of the store and is not so.
fn other_store(
    before: Option<&StorePlace>,
    after: Option<&StorePlace>,
    open: Option<&Store>,
) -> Option<String> {
    let restart = || "another `store` is used only after a restart".to_owned();
    let (Some(was), Some(is), Some(open)) = (before, after, open) else {
        return (before != after).then(restart);
    };
    if was.folder != is.folder {
        return Some(restart());
    }
    if was.kms != is.kms {
        return Some("another `kms` is asked only after a restart".to_owned());
    }
    // Where a service is named, the store says which of both opens it.
    let source = is.key.as_ref().filter(|_| is.kms.is_none())?;
    match store_key::key(source) {
        Ok(key) if open.is_under(&key) => None,
        Ok(_) => Some(format!(
            "`{}` is not the key of the store, the next start would fail: `portcullis store rekey` \
             exchanges it",
            talk::clean(&source.to_string())
        )),
        // Who does not change it may have made it unreadable on purpose.
        Err(why) => {
            (was.key != is.key).then(|| format!("{}: the next start would fail", talk::clean(&why)))
        }
    }
}

fn plans(site: &Site) -> Vec<&Plan> {
    site.plans().map(Arc::as_ref).collect()
}

/// All files that a site was read from, its certificate and key among them.
fn files_of(site: &Site) -> Vec<PathBuf> {
    let Some(plan) = site.plans().next() else { return Vec::new() };
    // What an authority gave is written here, not by the owner.
    let own = |tls: &&TlsFiles| tls.acme.is_none();
    let tls = plan.model.tls.iter().filter(own).flat_map(|tls| [&tls.certificate, &tls.key]);
    let acme = plan.model.tls.iter().filter_map(|tls| tls.acme.as_ref()).flat_map(Acme::files);
    let instances = site.plans().flat_map(|plan| plan.model.upstream.instances());
    let vouching = || site.plans().map(|plan| &plan.model.callers);
    let asked = vouching().flat_map(|callers| callers.endpoints().map(|one| &one.instance));
    let roots = instances.chain(asked).flat_map(|instance| instance.tls.files());
    let proofs = site.plans().flat_map(|plan| plan.model.upstream.proof.files());
    let clients = plan.model.tls.iter().filter_map(|tls| tls.clients.as_ref());
    let clients = clients.flat_map(|clients| clients.ca.iter().chain(&clients.crl));
    let own = tls.chain(acme).chain(clients);
    let secrets = own.chain(roots).chain(vouching().flat_map(Callers::secrets)).chain(proofs);
    let secrets = secrets.filter_map(|source| source.path(secrets::variable));
    plan.model.sources.names().map(PathBuf::from).chain(secrets).collect()
}

/// What must change before another attempt is of use: what was read, and what was read before.
fn files_of_failure(failure: &Failure, known: &[PathBuf]) -> Vec<PathBuf> {
    let read = failure.sources.names().map(PathBuf::from);
    let unreadable = failure.unreadable.iter().map(|one| Path::new(&one.path).to_path_buf());
    let mut files: Vec<_> = known.to_vec();
    for file in read.chain(unreadable) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}
