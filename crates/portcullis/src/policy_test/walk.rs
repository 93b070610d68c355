//! The walk of a case through the rooms of a real gateway, on loopback.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use portcullis_controls::{Plan, PlanOptions};
use portcullis_gateway::{Options, Site};
use portcullis_ledger::Ledger;
use portcullis_model::Secret;
use portcullis_policy::{Case, Instance, Model};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::seen::{Seen, Watched};
use super::{known, messages, scripted};
use crate::clock::SystemClock;
use crate::loopback::{LOOPBACK, exchange};
use crate::sessions;

/// For one case; the gateway's own bounds are shorter.
const PATIENCE: Duration = Duration::from_mins(1);
/// What a client calls a gateway whose APIs name no host.
const HOST: &str = "gateway";

/// What all cases share: the compiled policy, and what stands around the gateway.
pub(super) struct Stage {
    runtime: Runtime,
    api: TcpListener,
    server: TcpListener,
    plans: Vec<Arc<Plan>>,
}

impl Stage {
    pub(super) fn build(apis: Vec<Model>) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
        let bind = || runtime.block_on(TcpListener::bind((LOOPBACK, 0))).map_err(failed);
        let (api, server) = (bind()?, bind()?);
        let here = |listener: &TcpListener| {
            let address = listener.local_addr().map_err(failed)?;
            Ok::<_, String>(Instance::plain(LOOPBACK.to_string(), address.port()))
        };
        let (api_at, server_at) = (here(&api)?, here(&server)?);
        let plan = |mut model: Model| {
            known::stand_in(&mut model, server_at.clone());
            // Compiled for the address where the gateway is meant to listen, because that decides what is
            // closed; only then it moves here.
            let plan = Plan::compile(model, PlanOptions::default()).moved(|model| {
                model.listen = SocketAddr::new(LOOPBACK, 0);
                (model.health, model.tls) = (None, None);
                model.upstream.first = api_at.clone();
                model.upstream.others.clear();
            });
            plan.map(Arc::new).ok_or("another gateway serves this model")
        };
        let plans = apis.into_iter().map(plan).collect::<Result<_, _>>()?;
        Ok(Self { runtime, api, server, plans })
    }

    /// Each case meets a gateway that remembers nothing.
    pub(super) fn walk(&self, case: &Case) -> Result<Seen, String> {
        self.runtime.block_on(self.through(Arc::new(case.clone())))
    }

    async fn through(&self, case: Arc<Case>) -> Result<Seen, String> {
        let site = Site::of(self.plans.iter().cloned()).ok_or("the policy names no API")?;
        let site = site.with_secrets(vec![(known::secret(), Secret::new(*b"of this run"))]);
        let clock = Arc::new(SystemClock);
        let ledger = Ledger::to(Box::new(io::sink()), clock.clone())
            .map_err(|error| format!("no ledger starts: {error}"))?;
        let watched = Arc::new(Watched::default());
        let store = sessions::passing(&site)?;
        let options = Options { watch: Some(watched.clone()), store, ..Options::default() };
        let gateway = portcullis_gateway::start(site, Arc::new(ledger), clock, options)
            .map_err(|error| error.to_string())?;
        let request = messages::request(&case.request, case.caller.is_some(), self.host(&case));
        let said = known::said(case.caller.as_ref());
        let answer = {
            let exchange = tokio::time::timeout(PATIENCE, exchange(gateway.address(), &request));
            tokio::select! {
                answer = exchange => answer,
                () = scripted::api(&self.api, &case, &watched) => Ok(Ok(Vec::new())),
                () = scripted::server(&self.server, &said) => Ok(Ok(Vec::new())),
            }
        };
        // Its connection is over, so stopping has nothing to wait for.
        let stopped = tokio::task::spawn_blocking(move || gateway.stop()).await;
        stopped.map_err(|_| "the gateway did not end well".to_owned())?;
        let answer = answer.map_err(|_| format!("`{}`: no answer in time", case.name))?;
        let (line, body) = messages::parts(&answer.map_err(failed)?);
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Seen { walked: watched.walked(), status: status.unwrap_or_default(), body })
    }

    /// A host under which an API with this path is called.
    fn host(&self, case: &Case) -> &str {
        let is_behind = |plan: &&Arc<Plan>| {
            let rest = case.request.target.strip_prefix(plan.model.base_path.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let longest = |plan: &&Arc<Plan>| plan.model.base_path.len();
        let likely = self.plans.iter().filter(is_behind).max_by_key(longest);
        likely.and_then(|plan| plan.model.hosts.first()).map_or(HOST, String::as_str)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn failed(error: io::Error) -> String {
    format!("loopback cannot be used: {error}")
}
