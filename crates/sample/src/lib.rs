//! A small pharmacy API that is vulnerable on purpose.
//!
//! It is what attacks are shown on: real SQL, real flaws, and beside each flaw a *safe twin* that
//! does the same job right. Every weak place carries a `FLAW(id)` comment; `FLAWS.md` lists them
//! with the request that exploits each. Never put it on a network that others can reach.
//!
//! Beside the API, at `/issuer` and `/other` of the same address, stand two small issuers of tokens.
//!
//! Four documents describe it: [`HONEST`], as a well-meaning team would publish it, [`SLOPPY`], as
//! a careless team would, [`GENERATED`], as tools write a part of it from code, and [`APP`], the part
//! that its phone app and its partners' programs use.

mod administration;
mod answer;
mod app;
mod back_office;
mod branches;
mod brochures;
mod call;
mod cards;
mod coerce;
mod counter;
mod customers;
mod database;
mod decisions;
mod decode;
mod deliveries;
mod desk;
mod door;
mod feed;
mod hidden;
mod imports;
mod issuer;
mod jose;
mod keys;
mod leaflet_texts;
mod medicines;
mod object_routes;
mod open_places;
mod order_batches;
mod order_copies;
mod order_lists;
mod order_places;
mod order_terms;
mod orders;
mod papers;
mod partner;
mod payments;
mod people;
mod pictures;
mod prescriptions;
mod readers;
mod receipts;
mod register;
mod relayed;
mod reminders;
mod resets;
mod roles;
mod routes;
mod row;
mod safe_orders;
mod safe_sessions;
mod sale;
mod sessions;
mod strict;
mod strict_counter;
mod strict_proof;
mod strict_token;
mod tills;
mod token_claims;
mod token_keys;
mod token_place;
mod token_proof;
mod token_signature;
mod units;
mod uploads;
mod visits;
mod vouchers;
mod web;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::database::Database;
use crate::keys::{Issuer, Keys};

/// The document of a well-meaning team: OpenAPI 3.1, YAML.
pub const HONEST: &str = include_str!("../openapi/honest.yaml");

/// The document of a careless team: OpenAPI 3.0.3, JSON.
pub const SLOPPY: &str = include_str!("../openapi/sloppy.json");

/// What tools write from code, where gateways are easily misled: labels that mean anything,
/// alternatives of which one takes everything, schemas without types. OpenAPI 3.0.1, YAML.
pub const GENERATED: &str = include_str!("../openapi/generated.yaml");

/// What the phone app and programs of partners use, well described: where stories of breaches are
/// played. OpenAPI 3.1, YAML.
pub const APP: &str = include_str!("../openapi/app.yaml");

/// How long [`Running::stop`] waits for open connections.
const STOP_GRACE: Duration = Duration::from_secs(1);

/// The sample API.
#[derive(Debug)]
pub struct Sample;

impl Sample {
    /// Makes the keys of the issuers, once for the process. That takes a while; without it, it is done
    /// while the first request waits that needs them.
    pub fn make_keys() {
        for issuer in [Issuer::Pharmacy, Issuer::Other] {
            // Without randomness the issuers say so themselves.
            let _ = issuer.keys().map(Keys::set);
        }
    }

    /// Starts an instance with a database of its own on a free port of 127.0.0.1.
    pub async fn start_on_loopback() -> io::Result<Running> {
        Self::start(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?).await
    }

    /// Starts an instance with a database of its own; it serves on the current tokio runtime
    /// until it is stopped or dropped.
    pub async fn start(listener: TcpListener) -> io::Result<Running> {
        let address = listener.local_addr()?;
        let origin = format!("http://{address}");
        let issuer = format!("{origin}/{}", Issuer::Pharmacy.name());
        let opened = tokio::task::spawn_blocking(|| Database::open(issuer)).await?;
        let database = Arc::new(opened.map_err(io::Error::other)?);
        let router = routes::router(database).merge(issuer::router(&origin));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let (stop, stopped) = oneshot::channel::<()>();
        // FLAW(a4-slow-head): no timers; who sends a byte a minute is served for ever.
        let server = axum::serve(listener, service).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let task = tokio::spawn(server.into_future());
        Ok(Running { address, stop, task })
    }
}

/// An instance that serves.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Takes no more connections, lets open requests finish for a second, and returns.
    pub async fn stop(mut self) {
        // The receiver is gone only if the server ended already.
        let _ = self.stop.send(());
        if tokio::time::timeout(STOP_GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}
