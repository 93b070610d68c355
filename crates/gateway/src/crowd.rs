//! Who holds the gateway's connections: where all are taken, whoever holds the most keeps nobody else out.
//!
//! A connection of somebody who has fewer then takes the place of the one that rests longest of whoever has the most.
//! One under which a request is walked is left alone, so nothing that the API was sent is cut off. Who comes from the
//! address that holds the most already is turned away. Proxies that the policy names ask for many: theirs are left
//! alone, and room is made for them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use portcullis_counting::{Block, Place};
use tokio::sync::Notify;

/// All connections, of which only so many may be held at a time.
#[derive(Debug)]
pub(crate) struct Crowd {
    max: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    count: usize,
    next: u64,
    /// Those of everybody but proxies, in the order in which they came.
    held: HashMap<Block, BTreeMap<u64, Arc<Mark>>>,
}

/// A place, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    crowd: Arc<Crowd>,
    /// None: a proxy's.
    block: Option<Block>,
    number: u64,
    mark: Arc<Mark>,
}

/// What is known of a connection while it has its place.
#[derive(Debug)]
pub(crate) struct Mark {
    address: IpAddr,
    /// Requests that are walked on it.
    busy: AtomicUsize,
    is_over: AtomicBool,
    told: Notify,
}

/// A request is walked, until this is dropped.
#[derive(Debug)]
pub(crate) struct Busy(Arc<Mark>);

impl Crowd {
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max: AtomicUsize::new(max), state: Mutex::default() })
    }

    /// Another maximum, from now on. What is held above it is given back in its time.
    pub(crate) fn set_max(&self, max: usize) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// Takes a place for a connection from there, and says whose had to end for it; none, if there is no place.
    /// `is_proxy`: the policy names it as one.
    pub(crate) fn take(
        self: &Arc<Self>,
        address: IpAddr,
        is_proxy: bool,
    ) -> Option<(Seat, Option<IpAddr>)> {
        let block = (!is_proxy).then(|| block(address));
        let mut state = self.lock();
        let is_full = state.count >= self.max.load(Ordering::Relaxed);
        let ended = if is_full { Some(state.make_room(block)?) } else { None };
        let number = state.next;
        state.next += 1;
        state.count += 1;
        let mark = Mark {
            address,
            busy: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            told: Notify::new(),
        };
        let mark = Arc::new(mark);
        if let Some(block) = block {
            state.held.entry(block).or_default().insert(number, mark.clone());
        }
        drop(state);
        Some((Seat { crowd: self.clone(), block, number, mark }, ended))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one client can be expected to have no second of: an address, in IPv6 what a site is given.
fn block(address: IpAddr) -> Block {
    let place = Place::of(address);
    if address.to_canonical().is_ipv4() { place.address } else { place.network }
}

impl State {
    /// Ends the oldest resting connection of whoever holds the most, if that is more than `newcomer` would hold.
    fn make_room(&mut self, newcomer: Option<Block>) -> Option<IpAddr> {
        let own = newcomer.and_then(|newcomer| self.held.get(&newcomer)).map_or(0, BTreeMap::len);
        let more = self.held.iter().filter(|(_, held)| held.len() > own + 1);
        let resting = more.filter_map(|(block, held)| {
            let (number, mark) = held.iter().find(|(_, mark)| mark.rests())?;
            Some((held.len(), Reverse(*number), *block, mark.clone()))
        });
        // Of those who hold as many, whose connection rests longest.
        let (_, Reverse(number), block, mark) =
            resting.max_by_key(|(count, number, ..)| (*count, *number))?;
        self.remove(Some(block), number);
        mark.is_over.store(true, Ordering::Relaxed);
        mark.told.notify_one();
        Some(mark.address)
    }

    fn remove(&mut self, block: Option<Block>, number: u64) {
        let Some(block) = block else {
            self.count -= 1;
            return;
        };
        // It may have made room already.
        let Some(held) = self.held.get_mut(&block) else { return };
        if held.remove(&number).is_some() {
            self.count -= 1;
        }
        if held.is_empty() {
            self.held.remove(&block);
        }
    }
}

impl Seat {
    pub(crate) fn mark(&self) -> Arc<Mark> {
        self.mark.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.crowd.lock().remove(self.block, self.number);
    }
}

impl Mark {
    fn rests(&self) -> bool {
        self.busy.load(Ordering::Relaxed) == 0
    }

    /// A request begins.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Returns when its place is somebody else's, and nothing is under way.
    pub(crate) async fn over(&self) {
        loop {
            self.told.notified().await;
            if self.is_over.load(Ordering::Relaxed) && self.rests() {
                return;
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
        self.0.told.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[tokio::test]
    async fn whoever_holds_the_most_makes_room_for_others_and_not_for_themselves() {
        let crowd = Crowd::new(4);
        let mut held: Vec<_> = (0..4).map(|_| crowd.take(at(1), false).unwrap().0).collect();
        assert!(crowd.take(at(1), false).is_none(), "the address that holds all");
        let busy = held[0].mark().busy();
        let (first, ended) = crowd.take(at(2), false).unwrap();
        assert_eq!(ended, Some(at(1)));
        held[1].mark().over().await;
        let (second, _) = crowd.take(at(2), false).unwrap();
        assert!(crowd.take(at(2), false).is_none(), "each has two");
        assert_eq!(
            crowd.take(at(3), false).unwrap().1,
            Some(at(1)),
            "one that rests, not the busy one"
        );
        assert_eq!(crowd.lock().count, 3, "the last one was given back at once");
        held.truncate(1);
        drop((first, second, busy, held));
        let state = crowd.lock();
        assert_eq!((state.count, state.held.len()), (0, 0));
    }

    #[test]
    fn proxies_are_left_alone_and_get_places() {
        let crowd = Crowd::new(3);
        let proxy = [crowd.take(at(1), true).unwrap(), crowd.take(at(1), true).unwrap()];
        let client = crowd.take(at(2), false).unwrap();
        assert!(crowd.take(at(3), false).is_none(), "nobody holds two but the proxy");
        assert!(crowd.take(at(1), true).is_none());
        drop(proxy);
        let another = [crowd.take(at(2), false).unwrap(), crowd.take(at(2), false).unwrap()];
        let more = crowd.take(at(1), true).unwrap();
        assert_eq!(more.1, Some(at(2)));
        drop((client, another, more));
        assert_eq!(crowd.lock().count, 0);
    }

    #[test]
    fn a_site_of_ipv6_is_one() {
        let of = |text: &str| block(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:1::1"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1::1"), of("2001:db8:2::1"));
        assert_ne!(of("192.0.2.1"), of("::ffff:192.0.2.2"));
    }

    #[tokio::test]
    async fn a_request_that_is_under_way_is_not_cut_off() {
        let crowd = Crowd::new(2);
        let held = [crowd.take(at(1), false).unwrap().0, crowd.take(at(1), false).unwrap().0];
        let busy = held.each_ref().map(|seat| seat.mark().busy());
        assert!(crowd.take(at(2), false).is_none(), "none rests");
        let mark = held[0].mark();
        drop(busy);
        let _other = crowd.take(at(2), false).unwrap();
        let again = mark.busy();
        let over = mark.over();
        let mut over = std::pin::pin!(over);
        let waiting = std::future::poll_fn(|cx| std::task::Poll::Ready(over.as_mut().poll(cx)));
        assert!(waiting.await.is_pending());
        drop(again);
        over.await;
    }
}
