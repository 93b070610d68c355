//! What happens to keys, tokens and passwords: tried with canaries in a store of their own.

mod canaries;
mod exchange;
mod pages;

use std::time::Instant;

use portcullis_policy::StorePlace;
use portcullis_store::{Kek, Options, Store, StoreError};

use self::canaries::Canaries;
use crate::asked::Asked;
use crate::scratch::{Scratch, hex_of_chance};

pub(crate) use self::exchange::Exchanged;
pub(crate) use self::pages::Seen;

/// What was seen, or why nothing was.
pub(crate) type Outcome = Result<Drilled, String>;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Drilled {
    /// Of the raw files, while the store was open and when it was closed.
    pub(crate) seen: Seen,
    /// Of credentials that were exchanged and ended.
    pub(crate) exchanged: Exchanged,
}

/// Issues canaries in a store like the policy's, reads its files, exchanges and ends them.
pub(crate) fn run(asked: &Asked<'_>, place: &StorePlace) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("nothing can be run: {error}"))?;
    runtime.block_on(walk(asked, place)).map_err(|why| format!("the drill failed: {why}"))
}

async fn walk(asked: &Asked<'_>, place: &StorePlace) -> Outcome {
    let scratch = Scratch::make(asked.scratch)?;
    let kek = Kek::parse(hex_of_chance()?.as_bytes()).map_err(|why| why.to_string())?;
    let options = Options { canaries: place.canaries, ..Options::default() };
    let folder = scratch.path().join("store");
    let open = || Store::open(&folder, &kek, &options, asked.now).map(|(store, _)| store);
    let told = |why: StoreError| why.to_string();
    let store = open().map_err(told)?;
    let keys = asked.models().find_map(|model| model.callers.api_keys.as_ref());
    let canaries = Canaries::plant(&store, keys, asked.now).await?;
    let mut seen = pages::look(&folder, &canaries, 0)?;
    let began = Instant::now();
    let mut exchanged = exchange::walk(&store, &canaries, asked.now).await?;
    exchanged.took = began.elapsed();
    drop(store);
    // The first key was exchanged and has ended.
    seen.add(&pages::look(&folder, &canaries, 1)?);
    let store = open().map_err(told)?;
    exchanged.again(&store, &canaries, asked.now);
    Ok(Drilled { seen, exchanged })
}
