//! What one gateway serves: an immutable snapshot that a reload swaps. A request takes one when its
//! head was read and keeps it to its end, so that it is judged by one version alone.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use portcullis_contract::CanonicalPath;
use portcullis_controls::Plan;
use portcullis_controls::caller_identity::WELL_KNOWN;
use portcullis_credential::api_key::Pepper;
use portcullis_credential::keys::KeySet;
use portcullis_credential::password;
use portcullis_credential::reporter::ReporterKeys;
use portcullis_credential::signer::Signer;
use portcullis_model::Secret;
use portcullis_policy::{
    Instance, InstanceTls, JwtIssuer, LedgerTarget, Limits, Model, RateBound, Redirect,
    SecretSource, UpstreamProof,
};
use tokio::sync::watch;

use crate::proof::Prover;
use crate::tls::{ClientIssuers, ClientTls, Obtained, ServerTls};

/// The plans of all APIs behind one listener.
#[derive(Debug, Clone)]
pub struct Site {
    /// Also speaks for the listener: its address, its bounds on connections, heads and rest.
    first: Arc<Plan>,
    others: Vec<Arc<Plan>>,
    tls: Option<ServerTls>,
    /// Whom the certificates of APIs must come from, and what they are shown: by what their policy names.
    trust: Vec<(InstanceTls, ClientTls)>,
    /// The keys of issuers that their policy pins, by where they lie.
    keys: Vec<PinnedKeys>,
    /// Secrets that a policy names, by where they lie.
    secrets: Vec<(SecretSource, Secret)>,
    /// Signs the tokens that tell APIs who calls, and nothing else.
    signer: Option<Arc<Signer>>,
    /// What digests of API keys are made with.
    pepper: Option<Arc<Pepper>>,
    /// The keys that the policy pins of whoever signs lists of leaked keys.
    reporter: Option<Arc<ReporterKeys>>,
    /// What passwords are hashed with.
    password_pepper: Option<Arc<password::Pepper>>,
    /// What shows APIs that requests come through the gateway, by what their policy asks for.
    provers: Vec<(UpstreamProof, Prover)>,
}

/// Keys of an issuer that a policy pins.
#[derive(Debug, Clone)]
pub struct PinnedKeys {
    /// Where they lie.
    pub source: SecretSource,
    /// The keys.
    pub keys: Arc<KeySet>,
    /// A mark of their text: tokens that other keys verified are verified again.
    pub mark: u64,
}

impl From<Arc<Plan>> for Site {
    fn from(plan: Arc<Plan>) -> Self {
        Self {
            first: plan,
            others: Vec::new(),
            tls: None,
            trust: Vec::new(),
            keys: Vec::new(),
            secrets: Vec::new(),
            signer: None,
            pepper: None,
            reporter: None,
            password_pepper: None,
            provers: Vec::new(),
        }
    }
}

impl Site {
    /// Another API with all that lies outside of this policy: keys, secrets, certificates.
    #[must_use]
    pub fn serving(&self, plan: Arc<Plan>) -> Self {
        Self { first: plan, others: Vec::new(), ..self.clone() }
    }

    /// The same, spoken to inside TLS; with none, in the clear.
    #[must_use]
    pub fn with_tls(self, tls: Option<ServerTls>) -> Self {
        Self { tls, ..self }
    }

    /// The same, and whom certificates of APIs must come from: for each `tls` of an instance that
    /// is spoken to inside TLS. An instance for which it is not said is not spoken to.
    #[must_use]
    pub fn trusting(self, trust: Vec<(InstanceTls, ClientTls)>) -> Self {
        Self { trust, ..self }
    }

    /// The same, with the keys of issuers that the policy pins. An issuer whose keys are not there is
    /// not believed.
    #[must_use]
    pub fn with_keys(self, keys: Vec<PinnedKeys>) -> Self {
        Self { keys, ..self }
    }

    /// The same, with the secrets that the policy names.
    #[must_use]
    pub fn with_secrets(self, secrets: Vec<(SecretSource, Secret)>) -> Self {
        Self { secrets, ..self }
    }

    /// The same, with the key that signs tokens for APIs. Without it, a caller of whom the policy tells
    /// in a token does not reach the API.
    #[must_use]
    pub fn signing(self, signer: Option<Arc<Signer>>) -> Self {
        Self { signer, ..self }
    }

    /// The same, with what digests of API keys are made with. Without it, no key is good.
    #[must_use]
    pub fn peppered(self, pepper: Option<Arc<Pepper>>) -> Self {
        Self { pepper, ..self }
    }

    /// The same, with the keys that the policy pins of whoever signs lists of leaked API keys.
    #[must_use]
    pub fn hearing(self, reporter: Option<Arc<ReporterKeys>>) -> Self {
        Self { reporter, ..self }
    }

    /// Keys of whoever signs lists of leaked keys.
    pub(crate) const fn reporter(&self) -> Option<&Arc<ReporterKeys>> {
        self.reporter.as_ref()
    }

    /// The same, with what shows APIs that requests come through the gateway. Without it, requests to an API whose
    /// policy asks for that do not go.
    #[must_use]
    pub fn proving(self, provers: Vec<(UpstreamProof, Prover)>) -> Self {
        Self { provers, ..self }
    }

    /// What shows an API that a request comes through the gateway.
    pub(crate) fn prover(&self, proof: &UpstreamProof) -> Option<&Prover> {
        self.provers.iter().find(|(known, _)| known == proof).map(|(_, prover)| prover)
    }

    /// What digests of API keys are made with.
    pub(crate) const fn pepper(&self) -> Option<&Arc<Pepper>> {
        self.pepper.as_ref()
    }

    /// The same, with what passwords are hashed with. Without it, no password is good.
    #[must_use]
    pub fn hashing_with(self, password_pepper: Option<Arc<password::Pepper>>) -> Self {
        Self { password_pepper, ..self }
    }

    /// What passwords are hashed with.
    pub(crate) const fn password_pepper(&self) -> Option<&Arc<password::Pepper>> {
        self.password_pepper.as_ref()
    }

    /// Signs tokens that tell APIs who calls.
    pub(crate) const fn signer(&self) -> Option<&Arc<Signer>> {
        self.signer.as_ref()
    }

    /// The secret that lies there.
    pub(crate) fn secret(&self, source: &SecretSource) -> Option<Secret> {
        self.secrets.iter().find(|(known, _)| known == source).map(|(_, secret)| secret.clone())
    }

    /// The pinned keys that lie there.
    pub(crate) fn keys(&self, source: &SecretSource) -> Option<&PinnedKeys> {
        self.keys.iter().find(|known| known.source == *source)
    }

    /// Whether a policy believes this issuer of tokens.
    pub(crate) fn names(&self, issuer: &JwtIssuer) -> bool {
        self.plans()
            .any(|plan| plan.model.callers.jwt.iter().any(|known| known.keys == issuer.keys))
    }

    /// Whether every issuer of certificates whom it believes of an API, and every key that it believes
    /// of tokens, was believed before.
    pub fn trusts_no_other_than(&self, before: &Self) -> bool {
        self.trust.iter().all(|(terms, tls)| {
            let mut known = before.trust.iter();
            known.any(|(old, was)| old.roots == terms.roots && was.is_same(tls))
        }) && self
            .keys
            .iter()
            .all(|pinned| before.keys(&pinned.source).is_none_or(|was| was.mark == pinned.mark))
            && self
                .reporter()
                .is_none_or(|reporter| before.reporter().is_none_or(|was| was.is_same(reporter)))
            && self.signer().is_none_or(|signer| {
                before.signer().is_none_or(|was| was.key_id() == signer.key_id())
            })
            && self.clients().is_none_or(|clients| {
                before.clients().is_some_and(|was| clients.believes_no_other_than(was))
            })
    }

    /// Which certificates clients may show.
    pub(crate) fn clients(&self) -> Option<&ClientIssuers> {
        self.tls.as_ref().and_then(ServerTls::clients)
    }

    /// Where the certificate comes from, if it comes while the gateway runs.
    pub fn obtained(&self) -> Option<&Obtained> {
        self.tls.as_ref().and_then(ServerTls::obtained)
    }

    /// The same, and goes on with what `before` shows where that came while the gateway ran.
    pub(crate) fn continuing(self, before: &Self) -> Self {
        let tls = match (self.tls, &before.tls) {
            (Some(tls), Some(before)) => Some(tls.continuing(before)),
            (tls, _) => tls,
        };
        Self { tls, ..self }
    }

    /// How a connection to an instance is opened inside TLS.
    pub(crate) fn trust(&self, instance: &Instance) -> Option<&ClientTls> {
        let mut known = self.trust.iter().filter(|_| instance.is_tls);
        known.find(|(terms, _)| *terms == instance.tls).map(|(_, tls)| tls)
    }

    /// Whether clients are spoken to inside TLS.
    pub const fn is_tls(&self) -> bool {
        self.tls.is_some()
    }

    pub(crate) const fn tls(&self) -> Option<&ServerTls> {
        self.tls.as_ref()
    }

    /// The APIs of one policy, in the order of its file; none without any.
    pub fn of(plans: impl IntoIterator<Item = Arc<Plan>>) -> Option<Self> {
        let mut plans = plans.into_iter();
        let first = plans.next()?;
        Some(Self { others: plans.collect(), ..Self::from(first) })
    }

    /// Where plain HTTP is spoken to lead to `https`, if TLS is spoken at all.
    pub fn redirect(&self) -> Option<Redirect> {
        self.first.model.tls.as_ref().filter(|_| self.is_tls())?.redirect
    }

    /// The APIs, in the order of the policy file.
    pub fn plans(&self) -> impl Iterator<Item = &Arc<Plan>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The API that a request is for; none if no API claims its host. Of those that do, the longest
    /// base path that the path begins with decides, and before that, whether the host is named. A
    /// path behind no base path is the first such API's to refuse.
    pub fn choose(&self, host: Option<&str>, path: &str) -> Option<&Arc<Plan>> {
        if self.others.is_empty() && self.first.model.hosts.is_empty() {
            return Some(&self.first);
        }
        // What is told of an API lies before its base path, and ends with it.
        let of_api = path.strip_prefix(WELL_KNOWN).filter(|rest| rest.starts_with('/'));
        let of_api = of_api.map(|base| format!("{base}/"));
        let path = of_api.as_deref().unwrap_or(path);
        let canonical = CanonicalPath::parse(path).ok();
        let is_behind = |base: &str| match &canonical {
            Some(path) => path.behind(base).is_some(),
            // It has several readings: whoever is asked for it refuses it.
            None => path.strip_prefix(base).is_some_and(|rest| rest.starts_with('/')),
        };
        let mut best: Option<(_, &Arc<Plan>)> = None;
        for plan in self.plans() {
            let Model { hosts, base_path, .. } = &*plan.model;
            let is_named = host.is_some_and(|host| is_claimed(host, hosts));
            if !is_named && !hosts.is_empty() {
                continue;
            }
            let behind = is_behind(base_path).then_some(base_path.len());
            let rank = (behind.is_some(), is_named, behind);
            if best.is_none_or(|(highest, _)| rank > highest) {
                best = Some((rank, plan));
            }
        }
        best.map(|(_, plan)| plan)
    }

    /// A path as it is written into records: under a wrong host it may be that of any of the APIs, and none of
    /// them has a credential in it.
    pub(crate) fn recorded<'p>(&self, path: &'p str) -> Cow<'p, str> {
        let mut recorded = self.first.secret_paths.recorded(path);
        for other in self.others.iter().filter(|other| other.secret_paths.are_declared()) {
            recorded = Cow::Owned(other.secret_paths.recorded(&recorded).into_owned());
        }
        recorded
    }

    /// The API, if there is one only.
    pub fn only(&self) -> Option<&Arc<Plan>> {
        self.others.is_empty().then_some(&self.first)
    }

    /// Where it wants to listen.
    pub fn listen(&self) -> SocketAddr {
        self.first.model.listen
    }

    /// Where its records go.
    pub fn ledger(&self) -> &LedgerTarget {
        &self.first.model.ledger
    }

    /// The bounds that belong to the listener and to no API.
    pub(crate) fn limits(&self) -> &Limits {
        &self.first.limits
    }

    /// The plan that decides what is no request for any API.
    pub(crate) const fn first(&self) -> &Arc<Plan> {
        &self.first
    }

    /// Whether sessions must be kept for it.
    pub fn needs_store(&self) -> bool {
        let keeps_once =
            |plan: &Plan| plan.model.rates.iter().any(|rate| rate.bound == RateBound::Once);
        self.plans().any(|plan| plan.model.callers.needs_store() || keeps_once(plan))
    }

    /// Whether it sends anything to this target.
    pub(crate) fn sends_to(&self, target: &Instance) -> bool {
        self.plans().any(|plan| {
            let model = &plan.model;
            model.upstream.instances().any(|one| one == target)
                || model.callers.endpoints().any(|endpoint| endpoint.instance == *target)
        })
    }
}

/// Whether a request's `Host` is one of these names.
fn is_claimed(host: &str, hosts: &[String]) -> bool {
    claimed(host, hosts).is_some()
}

/// The name among these that a request's `Host` is, and its port: whatever the port, in upper or lower
/// case, with a dot at its end or without.
pub(crate) fn claimed<'a>(host: &'a str, hosts: &'a [String]) -> Option<(&'a str, &'a str)> {
    let end = match host.rfind(']') {
        Some(end) => end + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, rest) = host.split_at_checked(end)?;
    let port = rest.strip_prefix(':').unwrap_or(rest);
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let name = name.strip_suffix('.').unwrap_or(name);
    let known = hosts.iter().find(|known| known.eq_ignore_ascii_case(name))?;
    is_port.then_some((known.as_str(), port))
}

/// Why a reload does not happen. What was in force stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadError {
    /// It is meant for another address. Who may call what depends on where a gateway listens (a
    /// loopback listener serves callers that it cannot verify), so nothing of it is taken.
    Listen {
        /// The address that was asked for when the gateway started.
        is: SocketAddr,
        /// The address of the new model.
        wanted: SocketAddr,
    },
    /// It has `login`, `api_keys` or `passwords`, and the gateway was started without a store.
    Store,
    /// Its certificate comes while the gateway runs, and nobody was started who asks for it.
    Obtained,
}

impl std::fmt::Display for ReloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen { is, wanted } => write!(
                f,
                "the gateway listens on `{is}`; another `listen` (`{wanted}`) needs a restart"
            ),
            Self::Store => f.write_str(
                "the first `login`, `api_keys` or `passwords` of a policy needs a restart",
            ),
            Self::Obtained => f.write_str("the first `acme` of a policy needs a restart"),
        }
    }
}

impl std::error::Error for ReloadError {}

/// What a reload changed.
#[derive(Debug, Clone)]
pub struct Reloaded {
    /// What was in force.
    pub before: Arc<Site>,
    /// What is in force now.
    pub after: Arc<Site>,
}

/// The snapshot in force.
#[derive(Debug)]
pub(crate) struct Current {
    site: watch::Sender<Arc<Site>>,
}

impl Current {
    pub(crate) fn new(site: Site) -> Self {
        Self { site: watch::Sender::new(Arc::new(site)) }
    }

    /// Puts another in force, and returns the one before.
    pub(crate) fn swap(&self, site: Site) -> Arc<Site> {
        self.site.send_replace(Arc::new(site))
    }

    /// For whoever asks rarely.
    pub(crate) fn now(&self) -> Arc<Site> {
        self.site.borrow().clone()
    }

    /// For a thread that asks for every request.
    pub(crate) fn follow(&self) -> Follower {
        let mut seen = self.site.subscribe();
        let site = Rc::new(Site::clone(&seen.borrow_and_update()));
        Follower { site, seen }
    }

    /// A receiver whose `changed` returns after a swap.
    pub(crate) fn signal(&self) -> watch::Receiver<Arc<Site>> {
        self.site.subscribe()
    }
}

/// A thread's own pointer to the snapshot in force: asking costs one load of a number that changes
/// with a reload only, and no lock that other threads take.
#[derive(Debug)]
pub(crate) struct Follower {
    /// Counted by this thread alone: requests of other threads do not meet at one count.
    site: Rc<Site>,
    seen: watch::Receiver<Arc<Site>>,
}

impl Follower {
    /// The snapshot in force, and whether it is another than the last time.
    pub(crate) fn now(&mut self) -> (&Rc<Site>, bool) {
        // The sender outlives every thread that follows it.
        let is_new = self.seen.has_changed().unwrap_or(false);
        if is_new {
            self.site = Rc::new(Site::clone(&self.seen.borrow_and_update()));
        }
        (&self.site, is_new)
    }
}
