//! A gateway of its own for one request, and something that stands in the API's place: the API
//! itself is not called.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use portcullis_controls::Plan;
use portcullis_gateway::Options;
use portcullis_ledger::Ledger;
use portcullis_policy::{Instance, UpstreamProof};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::trace::{Trace, Walked};
use crate::clock::SystemClock;
use crate::loopback::{LOOPBACK, exchange, read_request};
use crate::sessions;

/// For the whole of it; the gateway's own bounds are shorter.
const PATIENCE: Duration = Duration::from_mins(2);

/// What became of a request.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) walked: Walked,
    /// The request as the API would read it, if it would.
    pub(super) sent: Option<Vec<u8>>,
    /// What the caller would read.
    pub(super) answer: Vec<u8>,
}

/// Sends a request through a gateway with this plan. The plan was compiled for the address where
/// the gateway is meant to listen, because that decides what is closed; only then it moves here.
pub(super) fn send(plan: Plan, request: &[u8]) -> Result<Outcome, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime starts: {error}"))?;
    runtime.block_on(async {
        let failed = |error: io::Error| format!("loopback cannot be used: {error}");
        let api = TcpListener::bind((LOOPBACK, 0)).await.map_err(failed)?;
        let port = api.local_addr().map_err(failed)?.port();
        let plan = plan.moved(|model| {
            model.listen = SocketAddr::new(LOOPBACK, 0);
            model.upstream.first = Instance::plain(LOOPBACK.to_string(), port);
            model.upstream.others.clear();
            // The stand-in asks nobody where a request comes from, and what would show it was not read.
            model.upstream.proof = UpstreamProof::default();
        });
        let plan = plan.ok_or("another gateway serves this model")?;
        let clock = Arc::new(SystemClock);
        let ledger = Ledger::to(Box::new(io::sink()), clock.clone())
            .map_err(|error| format!("no ledger starts: {error}"))?;
        let trace = Arc::new(Trace::default());
        let site = portcullis_gateway::Site::from(Arc::new(plan));
        let store = sessions::passing(&site)?;
        let options = Options { watch: Some(trace.clone()), store, ..Options::default() };
        let gateway = portcullis_gateway::start(site, Arc::new(ledger), clock, options)
            .map_err(|error| error.to_string())?;
        let mut sent = None;
        let answer = {
            let exchange = tokio::time::timeout(PATIENCE, exchange(gateway.address(), request));
            tokio::select! {
                answer = exchange => answer,
                () = stand_in(&api, &mut sent) => Ok(Ok(Vec::new())),
            }
        };
        // Its connection is over, so stopping has nothing to wait for.
        let stopped = tokio::task::spawn_blocking(move || gateway.stop()).await;
        stopped.map_err(|_| "the gateway did not end well".to_owned())?;
        let answer = answer.map_err(|_| "the gateway did not answer in time".to_owned())?;
        Ok(Outcome { walked: trace.walked(), sent, answer: answer.map_err(failed)? })
    })
}

/// Keeps the request that arrives and answers that there is nothing to say; then waits for ever.
async fn stand_in(api: &TcpListener, sent: &mut Option<Vec<u8>>) {
    while sent.is_none() {
        let Ok((mut stream, _)) = api.accept().await else { continue };
        let Ok(request) = read_request(&mut stream).await else { continue };
        *sent = Some(request);
        let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        // The gateway's own deadline ends what cannot be written.
        let _ = stream.write_all(answer).await;
    }
    std::future::pending::<()>().await;
}
