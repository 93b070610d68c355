//! What the threads of a gateway do: one hands connections over, the others serve them.

use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use portcullis_controls::resource_limits::Breach;
use portcullis_ledger::{Entry, Opening, Verdict};
use portcullis_model::RequestId;
use tokio::sync::mpsc;

use crate::callers::{SIGNED_MAX, TOKENS_MAX, TokenCache};
use crate::client;
use crate::pools::Pools;
use crate::worker::{Chance, Shared, Task, Worker};

/// The acceptor: hands connections to workers in turn.
pub(crate) fn accept(
    shared: Arc<Shared>,
    listener: TcpListener,
    workers: Vec<mpsc::Sender<Task>>,
    mut chance: Chance,
) -> impl FnOnce() -> std::pin::Pin<Box<dyn Future<Output = ()>>> + Send {
    move || {
        Box::pin(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                return;
            };
            let mut drain = shared.drain.signal();
            let mut turn = 0_usize;
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    _ = drain.changed() => return,
                };
                let Ok((stream, peer)) = accepted else {
                    // Out of descriptors: wait until some are free rather than spin.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let is_proxy = is_proxy(&shared, peer.ip());
                let Some((seat, ended)) = shared.connections.take(peer.ip(), is_proxy) else {
                    turn_away(&shared, peer.ip(), &mut chance);
                    continue;
                };
                if let Some(other) = ended {
                    turn_away(&shared, other, &mut chance);
                }
                // Without it a small answer waits for the last one's acknowledgement.
                let _ = stream.set_nodelay(true);
                let Ok(stream) = stream.into_std() else {
                    continue;
                };
                turn = turn.wrapping_add(1);
                if let Some(worker) = workers.get(turn % workers.len()) {
                    // A worker that is a thousand connections behind sheds them.
                    let _ = worker.try_send(Task::Connection(stream, peer, seat));
                }
            }
        })
    }
}

/// Whether an API trusts it to say for whom it asks.
fn is_proxy(shared: &Shared, address: IpAddr) -> bool {
    let site = shared.site.now();
    let mut trusted = site.plans().flat_map(|plan| &plan.model.proxies.trusted);
    trusted.any(|network| network.contains(address.to_canonical()))
}

/// A connection too many: closed, and recorded.
fn turn_away(shared: &Shared, peer: IpAddr, chance: &mut Chance) {
    shared.counts.connections_refused.fetch_add(1, Ordering::Relaxed);
    let site = shared.site.now();
    let plan = site.first();
    let now = shared.clock.now();
    let id = RequestId::new(now, chance.next());
    let opening = Opening {
        request_id: id,
        time: now,
        started: Instant::now(),
        model: plan.version.clone(),
        peer: peer.to_canonical().to_string().into(),
        http: "",
        tls: None,
    };
    let entry = Entry::open(shared.ledger.clone(), opening);
    let refusal = Breach::Connections.refusal(&plan.limits);
    if let Some(watch) = &shared.watch {
        watch.refused(id, "a connection", &refusal);
    }
    entry.finish(Verdict::Refused, refusal.status, 0, Some(refusal), None);
}

/// A worker: serves its connections until the drain is over.
pub(crate) fn work(
    shared: Arc<Shared>,
    mut taken: mpsc::Receiver<Task>,
    chance: Chance,
) -> impl FnOnce() -> std::pin::Pin<Box<dyn Future<Output = ()>>> + Send {
    move || {
        Box::pin(async move {
            let mut reloads = shared.site.signal();
            let worker = std::rc::Rc::new(Worker {
                site: std::cell::RefCell::new(shared.site.follow()),
                pools: Pools::default(),
                tokens: std::cell::RefCell::new(TokenCache::new(TOKENS_MAX)),
                signed: std::cell::RefCell::new(TokenCache::new(SIGNED_MAX)),
                chance: std::cell::RefCell::new(chance),
                date: std::cell::RefCell::default(),
                under_way: std::cell::Cell::new(0),
                shared,
            });
            loop {
                let taken = tokio::select! {
                    taken = taken.recv() => taken,
                    // A worker without requests lets go of the old model, too.
                    _ = reloads.changed() => {
                        worker.site();
                        continue;
                    }
                };
                let (stream, peer, seat) = match taken {
                    None => break,
                    Some(Task::Connection(stream, peer, seat)) => (stream, peer, seat),
                    Some(Task::Ping(answer)) => {
                        // Whoever asked may have given up.
                        let _ = answer.send(());
                        continue;
                    }
                };
                let Ok(stream) = tokio::net::TcpStream::from_std(stream) else {
                    continue;
                };
                let worker = worker.clone();
                tokio::task::spawn_local(async move {
                    let _under_way = worker.begin();
                    let mark = seat.mark();
                    tokio::select! {
                        biased;
                        () = client::serve(&worker, stream, (peer, mark.clone())) => {}
                        // It rests, and its place is somebody else's.
                        () = mark.over() => {}
                    }
                    drop(seat);
                });
            }
            // The acceptor has gone: the drain has begun.
            let until = Instant::now() + worker.site().limits().drain_timeout;
            while worker.under_way.get() > 0 && Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
    }
}
