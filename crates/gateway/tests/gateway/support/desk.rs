//! An API at which each request waits until a test lets it go, and a watch over who has come how far.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portcullis_gateway::Watch;
use portcullis_model::{Refusal, RequestId, Room, Status};
use portcullis_testkit::Behaviour;

const PATIENCE: Duration = Duration::from_secs(10);

/// Requests carry a mark: `mark=a` or `"mark":"a"`.
#[derive(Clone, Default)]
pub struct Desk(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    came: Vec<String>,
    may_go: HashSet<String>,
    reserving: usize,
}

impl Desk {
    /// The API: it answers each mark when it may go.
    pub fn behaviour(&self) -> Behaviour {
        let desk = self.clone();
        Behaviour::made(move |request| {
            let mark = desk.note(request);
            desk.until(|state| state.may_go.contains(&mark));
            let Behaviour::Answer(answer) = Behaviour::json(200, "{}") else { unreachable!() };
            answer
        })
    }

    /// A request has come to the API; its mark.
    pub fn note(&self, request: &str) -> String {
        let mark = mark(request);
        self.change(|state| state.came.push(mark.clone()));
        mark
    }

    pub fn let_go(&self, mark: &str) {
        self.change(|state| {
            state.may_go.insert(mark.to_owned());
        });
    }

    /// Waits until these have come, in this order, and nobody else.
    pub fn has(&self, marks: &[&str]) {
        self.until(|state| state.came.len() >= marks.len());
        let came = self.0.0.lock().unwrap().came.clone();
        assert_eq!(came, marks);
    }

    /// Waits until so many requests have come as far as where they may have to wait.
    pub fn reserving(&self, count: usize) {
        self.until(|state| state.reserving >= count);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    fn until(&self, is_so: impl Fn(&State) -> bool) {
        let state = self.0.0.lock().unwrap();
        let waited = self.0.1.wait_timeout_while(state, PATIENCE, |state| !is_so(state)).unwrap();
        let is_late = waited.1.timed_out();
        let came = waited.0.came.clone();
        drop(waited);
        assert!(!is_late, "what was waited for did not happen; there are {came:?}");
    }
}

fn mark(request: &str) -> String {
    let rest = request.split_once("mark\":\"").or_else(|| request.split_once("mark=")).unwrap().1;
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

impl Watch for Desk {
    fn refused(&self, _: RequestId, _: &str, _: &Refusal) {}

    fn failed(&self, _: RequestId, _: &str, _: Status, _: &str) {}

    fn entered(&self, _: RequestId, room: Room) {
        if room == Room::Reserve {
            self.change(|state| state.reserving += 1);
        }
    }
}
