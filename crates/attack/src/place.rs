//! What is attacked: a fresh sample for every try, or an API that is already there; directly, or
//! behind a gateway that is started for this try alone.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Names, Options, Probe, Running, Site};
use portcullis_ledger::Ledger;
use portcullis_model::{Clock, Secret, Sources};
use portcullis_policy::{Input, Model, Overrides, SecretSource};
use portcullis_sample::Sample;
use portcullis_store::Store;

use crate::form::Document;
use crate::identity::Identity;
use crate::issue::{Issuing, Peppers};
use crate::kept::Kept;
use crate::sequence::Session;
use crate::shared::{Key, Shared};
use crate::trial::Way;

/// Gateways of a run listen where nobody else can reach them (rule 35).
const LISTEN: &str = "127.0.0.1:0";
/// How long the credential of one try is good. A try has at most a few dozen steps.
const PROBE_LIFE_MS: u64 = 600_000;

/// What is attacked.
#[derive(Debug, Clone)]
pub enum Place {
    /// The built-in sample, a fresh one for every try.
    Sample,
    /// An API that is already there.
    Upstream(Box<Upstream>),
}

/// An API that is already there, and what describes it.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Where it is: an address of this machine.
    pub address: SocketAddr,
    /// Document and policy, joined once for the whole run: what is tried is what evidence is about. Its gateway listens on
    /// loopback, whatever the policy says.
    pub model: Arc<Model>,
    /// What the policy names and does not hold: keys, secrets, certificates of issuers.
    pub equipment: Site,
    /// A gateway that somebody runs in front of it: what it lets through counts.
    pub running: Option<SocketAddr>,
    /// Those whom steps name with `as`.
    pub identities: Vec<Identity>,
}

/// What a file says about the gateway that it wants.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) document: Document,
    pub(crate) policy: Option<&'a str>,
}

/// One try's own world.
pub(crate) struct World {
    /// Where its steps go.
    pub(crate) session: Session,
    gateway: Option<Running>,
    ledger: Option<Arc<Ledger>>,
    sample: Option<portcullis_sample::Running>,
    shared: Arc<Shared>,
}

impl Place {
    /// Makes what one try needs. Nobody reads its ledger.
    pub(crate) async fn open(
        &self,
        wanted: Wanted<'_>,
        way: &Way,
        clock: &Arc<dyn Clock>,
        shared: &Arc<Shared>,
    ) -> Result<World, String> {
        self.open_recording(wanted, way, (clock, shared), Box::new(io::sink())).await
    }

    /// The same, and the gateway's ledger goes to `records`; all of it is there when the world is closed.
    pub(crate) async fn open_recorded(
        &self,
        wanted: Wanted<'_>,
        way: &Way,
        (clock, shared): (&Arc<dyn Clock>, &Arc<Shared>),
        records: &Kept,
    ) -> Result<World, String> {
        self.open_recording(wanted, way, (clock, shared), Box::new(records.clone())).await
    }

    async fn open_recording(
        &self,
        wanted: Wanted<'_>,
        way: &Way,
        (clock, shared): (&Arc<dyn Clock>, &Arc<Shared>),
        records: Box<dyn io::Write + Send>,
    ) -> Result<World, String> {
        if let Self::Sample = self {
            // Before anybody waits for them with a clock.
            let made = tokio::task::spawn_blocking(Sample::make_keys).await;
            made.map_err(|_| "the sample's keys cannot be made".to_owned())?;
        }
        let sample = match self {
            Self::Sample => Some(
                sample(shared)
                    .await
                    .map_err(|error| format!("the sample does not start: {error}"))?,
            ),
            Self::Upstream(_) => None,
        };
        let api = match (self, &sample) {
            (Self::Upstream(upstream), _) => upstream.address,
            (Self::Sample, Some(sample)) => sample.address,
            (Self::Sample, None) => return Err("the sample does not run".to_owned()),
        };
        let unique = unique()?;
        let identities = match self {
            Self::Sample => None,
            Self::Upstream(upstream) => Some(upstream.identities.clone()),
        };
        match way {
            Way::Direct | Way::Running => {
                let door = match (way, self) {
                    (Way::Running, Self::Upstream(upstream)) => upstream.running.unwrap_or(api),
                    _ => api,
                };
                let issuing = Issuing::new(api, Arc::clone(clock), None);
                let session = Session::new((door, api), None, unique, identities, issuing);
                Ok(World {
                    session,
                    gateway: None,
                    ledger: None,
                    sample,
                    shared: Arc::clone(shared),
                })
            }
            Way::Through(not_asked) => {
                let model = self.model(wanted, api, clock, shared)?;
                let options = PlanOptions { observe: false, not_asked: not_asked.clone() };
                let plan = Arc::new(Plan::compile(model, options));
                let peppers = Peppers::of_chance()?;
                let page_key = page_key(&plan.model)?;
                let site = match self {
                    Self::Sample => Site::from(plan)
                        .peppered(Some(Arc::clone(&peppers.keys)))
                        .hashing_with(Some(Arc::clone(&peppers.passwords)))
                        .with_secrets(page_key),
                    Self::Upstream(upstream) => upstream.equipment.serving(plan).with_tls(None),
                };
                let names = matches!(self, Self::Sample).then(names);
                let Started { gateway, probe, store, ledger } = start(site, clock, names, records)?;
                let given = store.map(|store| (store, peppers));
                let issuing = Issuing::new(api, Arc::clone(clock), given);
                let doors = (gateway.address(), api);
                let session = Session::new(doors, Some(probe), unique, identities, issuing);
                let (gateway, ledger) = (Some(gateway), Some(ledger));
                Ok(World { session, gateway, ledger, sample, shared: Arc::clone(shared) })
            }
        }
    }

    /// The model of a gateway: of the sample as a file wants it, or of an API that is there, which has one alone.
    pub(crate) fn model(
        &self,
        wanted: Wanted<'_>,
        api: SocketAddr,
        clock: &Arc<dyn Clock>,
        shared: &Shared,
    ) -> Result<Arc<Model>, String> {
        let Wanted { document, policy } = wanted;
        match self {
            Self::Sample => {
                let key = Key { document, policy: policy.map(str::to_owned), api };
                shared.model(key, || {
                    let model = sample_model(document, policy, api, clock);
                    model.map_err(|failure| {
                        format!("the gateway's model cannot be built: {failure}")
                    })
                })
            }
            Self::Upstream(upstream) => Ok(Arc::clone(&upstream.model)),
        }
    }

    /// Whether somebody runs a gateway in front of it.
    pub(crate) const fn has_running(&self) -> bool {
        matches!(self, Self::Upstream(upstream) if upstream.running.is_some())
    }
}

/// The model of the sample behind a gateway: its document alone, or with a policy.
///
/// `policy` is what follows `apis` and `listen` in the policy file; without it there is no policy
/// file. `${api}` in it becomes the sample's own address. `api` is where the sample listens; the gateway will listen on a free port of loopback.
pub fn sample_model(
    document: Document,
    policy: Option<&str>,
    api: SocketAddr,
    clock: &Arc<dyn Clock>,
) -> Result<Model, Box<portcullis_policy::Failure>> {
    let mut sources = Sources::default();
    let (name, text) = match document {
        Document::Honest => ("honest.yaml", portcullis_sample::HONEST),
        Document::Sloppy => ("sloppy.json", portcullis_sample::SLOPPY),
        Document::Generated => ("generated.yaml", portcullis_sample::GENERATED),
        Document::App => ("app.yaml", portcullis_sample::APP),
    };
    let contract = sources.add(name, text);
    let policy = policy.map(|further| {
        let further = further.replace("${api}", &format!("http://{api}"));
        let text = format!(
            "apis: [{{ contract: {name}, upstream: \"http://{api}\" }}]\nlisten: {LISTEN}\n{further}"
        );
        sources.add("portcullis.yaml", text)
    });
    let input = Input {
        sources,
        contract,
        policy,
        folder: PathBuf::new(),
        overrides: Overrides {
            upstream: Some(format!("http://{api}")),
            listen: Some(LISTEN.to_owned()),
        },
        now: clock.now(),
    };
    Model::join(input).map_err(Box::new)
}

/// A fresh sample.
async fn sample(shared: &Shared) -> io::Result<portcullis_sample::Running> {
    Sample::start(shared.listen().await?).await
}

/// A key for the tokens of pages, where the policy has them: nobody else's.
fn page_key(model: &Model) -> Result<Vec<(SecretSource, Secret)>, String> {
    let Some(rule) = &model.page_token else { return Ok(Vec::new()) };
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|_| no_chance())?;
    Ok(vec![(rule.key.clone(), Secret::new(key))])
}

/// What the names of the sample's world lead to, where nobody may be asked.
fn names() -> Names {
    const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8));
    let public = [
        "images.pharmacy.example",
        "texts.pharmacy.example",
        "alice.example",
        "evil.example",
        "example.com",
        "example.net",
    ];
    let public = public.into_iter().map(|name| (name.to_owned(), vec![PUBLIC]));
    let inner = ("inner.pharmacy.example".to_owned(), vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]);
    public.chain([inner]).collect()
}

/// A gateway that runs.
struct Started {
    gateway: Running,
    probe: Probe,
    /// Where its sessions and credentials are, if it has any.
    store: Option<Store>,
    ledger: Arc<Ledger>,
}

/// Starts a gateway that tells what it decides, to its own attacker only.
fn start(
    site: Site,
    clock: &Arc<dyn Clock>,
    names: Option<Names>,
    records: Box<dyn io::Write + Send>,
) -> Result<Started, String> {
    let mut chance = [0; 64];
    getrandom::fill(&mut chance).map_err(|_| no_chance())?;
    let probe = Probe::new(chance, clock.now(), PROBE_LIFE_MS);
    let ledger = Ledger::to(records, clock.clone())
        .map_err(|error| format!("the gateway does not start: {error}"))?;
    let ledger = Arc::new(ledger);
    // Sessions of a try are gone with it.
    let store = site.needs_store().then(|| Store::passing(&std::env::temp_dir(), clock.now()));
    let store = store.transpose().map_err(|error| format!("no store can be made: {error}"))?;
    let kept = store.clone();
    let names = names.map(Arc::new);
    let options = Options { probe: Some(probe.clone()), store: kept, names, ..Options::default() };
    let gateway = portcullis_gateway::start(site, Arc::clone(&ledger), clock.clone(), options)
        .map_err(|error| format!("the gateway does not start: {error}"))?;
    Ok(Started { gateway, probe, store, ledger })
}

/// What no other try has: by chance.
fn unique() -> Result<u64, String> {
    let mut chance = [0; 8];
    getrandom::fill(&mut chance).map_err(|_| no_chance())?;
    Ok(u64::from_le_bytes(chance))
}

fn no_chance() -> String {
    "the operating system gives no randomness".to_owned()
}

impl World {
    /// Ends it: the gateway first, because it keeps connections to the API.
    pub(crate) async fn close(self) {
        let Self { session, gateway, ledger, sample, shared } = self;
        drop(session);
        if let Some(gateway) = gateway {
            // Stopping waits for its threads. A gateway that panicked has none left.
            let _ = tokio::task::spawn_blocking(move || {
                gateway.stop();
                // What it recorded last is written, too.
                ledger.iter().for_each(|ledger| ledger.close());
            })
            .await;
        }
        if let Some(sample) = sample {
            let address = sample.address;
            sample.stop().await;
            shared.left(address);
        }
    }
}
