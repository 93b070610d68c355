//! The only crate that proxies HTTP: the path of a request.
//!
//! [`start`] takes a compiled plan and listens; [`Running::reload`] swaps it; [`path`] reads like a table of contents of what
//! happens to a request. One file per room in `path/`, the connections to clients in `client`,
//! those to the API in `upstream`.

mod answer;
mod ask;
mod ask_once;
mod body;
mod budget;
mod callers;
mod chunk;
mod client;
mod coding;
mod crowd;
mod decision;
mod few;
mod head;
mod health;
mod holdings;
mod imported_keys;
mod incoming;
mod instances;
mod listener;
mod locks;
mod login;
mod path;
mod plain_keys;
mod pools;
mod proof;
mod redirect;
mod resolver;
mod sender;
mod site;
mod stamp;
mod stream;
mod threads;
mod tls;
mod turn;
mod under_way;
mod upstream;
mod walks;
mod wire;
mod worker;

pub use ask_once::{ASK_ONCE_TIMEOUT, AskOnce, AskOnceFault, ask_once};
pub use decision::{Act, Decision, DecisionError, Probe};
pub use listener::{Options, Running, StartError, start};
pub use locks::{Asked, Key, Lock, Locks, Waiting};
pub use proof::Prover;
pub use resolver::Names;
pub use site::{PinnedKeys, ReloadError, Reloaded, Site};
pub use tls::{
    ClientIssuers, ClientIssuersFault, ClientTls, Obtained, RootsFault, ServerTls, TlsFault,
};
pub use worker::{Counts, Deed, Watch};
