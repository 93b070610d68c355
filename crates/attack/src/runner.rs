//! Runs attacks and journeys, a few at a time, and gathers what was found.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_model::Clock;

use crate::budget::Budget;
use crate::client::{Request, Silence, exchange};
use crate::form::{Attack, Journey};
use crate::place::{Place, Wanted};
use crate::report::{AttackFound, JourneyFound, Report};
use crate::shared::Shared;
use crate::trial::{Part, Seen, Target, Try, Way};
use crate::verdict::{Outcome, Passage, State, Verdict};
use crate::{evidence, policies, trial, twin};

/// What is said of attacks that were not tried.
const GONE: &str = "not tried: the API does not answer any more";
/// How often it is asked before that is said.
const LOOKS: usize = 3;
const LOOK_PAUSE: Duration = Duration::from_millis(500);
/// How long an API that hangs is waited for then.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);
/// Attacks at a time at the sample, where each has a world of its own.
const AT_A_TIME: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// What is run, where, and by which clock.
pub struct Runner {
    /// What is attacked.
    pub place: Place,
    /// Civil time, for gateways and their records.
    pub clock: Arc<dyn Clock>,
    /// What it may send.
    pub budget: Arc<Budget>,
    shared: Arc<Shared>,
}

impl Runner {
    /// Without bounds.
    pub fn new(place: Place, clock: Arc<dyn Clock>) -> Self {
        Self { place, clock, budget: Arc::default(), shared: Arc::default() }
    }

    /// The same within bounds.
    #[must_use]
    pub fn within(mut self, budget: Arc<Budget>) -> Self {
        self.budget = budget;
        self
    }

    /// Runs all of them. `progress` is called with a line after each.
    pub fn run(
        &self,
        attacks: &[Attack],
        journeys: &[Journey],
        progress: &(dyn Fn(&str) + Sync),
    ) -> Report {
        let total = attacks.len() + journeys.len();
        let next = AtomicUsize::new(0);
        let found: Mutex<Vec<Found>> = Mutex::new(Vec::with_capacity(total));
        let at_a_time = match self.place {
            Place::Sample => AT_A_TIME,
            // One API has one state: attacks at the same time would disturb one another.
            Place::Upstream(_) => NonZeroUsize::MIN,
        };
        // What was not tried is not safe.
        let is_gone = AtomicBool::new(false);
        let work = || {
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let one = match attacks.get(place) {
                    Some(attack) if is_gone.load(Ordering::Relaxed) => {
                        Found::Attack(place, AttackFound::new(attack, Verdict::inconclusive(GONE)))
                    }
                    Some(attack) => {
                        let found = self.attack(attack);
                        if found.state == State::Inconclusive && self.is_gone() {
                            is_gone.store(true, Ordering::Relaxed);
                        }
                        Found::Attack(place, found)
                    }
                    None => match journeys.get(place - attacks.len()) {
                        Some(journey) => Found::Journey(place, self.journey(journey)),
                        None => return,
                    },
                };
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                progress(&format!("{}/{total} {}", found.len() + 1, one.line()));
                found.push(one);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..at_a_time.get() {
                scope.spawn(work);
            }
            work();
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_by_key(Found::place);
        let mut report = Report { requests: self.budget.sent(), ..Report::default() };
        for one in found {
            match one {
                Found::Attack(_, attack) => report.attacks.push(attack),
                Found::Journey(_, journey) => report.journeys.push(journey),
            }
        }
        report.count();
        let shared = (&self.clock, &*self.shared);
        evidence::name_operations(&self.place, (attacks, &mut report), shared);
        report
    }

    /// Whether an API of the user's own does not answer any more: a few times, with a pause in between.
    fn is_gone(&self) -> bool {
        let Place::Upstream(upstream) = &self.place else { return false };
        let asked = block_on(async {
            for _ in 0..LOOKS {
                if answers(upstream.address).await {
                    return false;
                }
                tokio::time::sleep(LOOK_PAUSE).await;
            }
            true
        });
        asked.unwrap_or_default()
    }

    /// Runs one attack.
    pub fn attack(&self, attack: &Attack) -> AttackFound {
        let verdict = block_on(async {
            let lab = Lab { runner: self, attack, twin: twin::of(attack) };
            trial::run(&lab, lab.twin.is_some(), self.place.has_running()).await
        });
        let mut verdict = verdict.unwrap_or_else(Verdict::inconclusive);
        verdict.why = verdict.why.map(|why| self.redacted(why));
        AttackFound::new(attack, verdict)
    }

    /// How one attack ends at the API itself.
    pub fn directly(&self, attack: &Attack) -> Outcome {
        let lab = Lab { runner: self, attack, twin: None };
        block_on(trial::directly(&lab)).unwrap_or(Outcome::Inconclusive)
    }

    /// Runs one journey, both ways.
    pub fn journey(&self, journey: &Journey) -> JourneyFound {
        let pass = |way: Way| {
            let walked = block_on(self.walk(journey, &way)).and_then(|walked| walked);
            match walked {
                Ok(()) => (Passage::Ok, None),
                Err(why) => (Passage::Broken, Some(self.redacted(why))),
            }
        };
        let direct = pass(Way::Direct);
        let way = if self.place.has_running() { Way::Running } else { Way::Through(Vec::new()) };
        let through = pass(way);
        JourneyFound::new(journey, direct, through)
    }

    /// A text without the credentials of those who were given.
    fn redacted(&self, why: String) -> String {
        match &self.place {
            Place::Sample => why,
            Place::Upstream(upstream) => {
                upstream.identities.iter().fold(why, |why, one| one.redacted(&why))
            }
        }
    }

    /// What time it is, in seconds since 1970.
    fn seconds(&self) -> u64 {
        self.clock.now().0 / 1000
    }

    async fn walk(&self, journey: &Journey, way: &Way) -> Result<(), String> {
        let wanted = Wanted {
            document: journey.document.as_ref().map(|one| one.value).unwrap_or_default(),
            policy: policies::text(journey.policy.as_ref(), journey.policy_file.as_ref()),
        };
        let mut world = self.place.open(wanted, way, &self.clock, &self.shared).await?;
        world.session.spend(&self.budget);
        let mut walked = world.session.make(&journey.tokens, self.seconds()).await;
        if walked.is_ok() {
            walked = world.session.give(&journey.keys, &journey.users).await;
        }
        if walked.is_ok() {
            walked = world.session.expect(&journey.steps).await;
        }
        world.close().await;
        walked
    }
}

/// Whether somebody there says anything.
async fn answers(address: SocketAddr) -> bool {
    let bytes =
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").into_bytes();
    let request = Request { bytes, trickle: None, is_head: false };
    let seen = exchange(address, &request, LOOK_TIMEOUT).await;
    !matches!(seen.answer, Err(Silence::NotConnected(_) | Silence::TimedOut))
}

/// A runtime of its own for one attack: nothing of it outlives the attack.
fn block_on<T>(future: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map(|runtime| runtime.block_on(future))
        .map_err(|error| format!("the attacker cannot run: {error}"))
}

/// An attack at a place.
struct Lab<'a> {
    runner: &'a Runner,
    attack: &'a Attack,
    twin: Option<Attack>,
}

impl Target for Lab<'_> {
    async fn attempt(&self, one: Try) -> Seen {
        let attack = match (one.part, &self.twin) {
            (Part::TwinHonest | Part::TwinAttack, Some(twin)) => twin,
            _ => self.attack,
        };
        let wanted = Wanted {
            document: attack.document.as_ref().map(|one| one.value).unwrap_or_default(),
            policy: policies::text(attack.policy.as_ref(), attack.policy_file.as_ref()),
        };
        let Runner { place, clock, budget, shared } = self.runner;
        let mut world = match place.open(wanted, &one.way, clock, shared).await {
            Ok(world) => world,
            Err(why) => return Seen::Broken(why),
        };
        world.session.spend(budget);
        let mut made = world.session.listen(attack).await;
        if made.is_ok() {
            made = world.session.make(&attack.tokens, self.runner.seconds()).await;
        }
        if made.is_ok() {
            made = world.session.give(&attack.keys, &attack.users).await;
        }
        let seen = match one.part {
            _ if made.is_err() => Seen::Broken(made.err().unwrap_or_default()),
            Part::Attack | Part::TwinAttack => world.session.attack(attack).await,
            Part::Honest | Part::TwinHonest => {
                let mut walked = world.session.expect(&attack.before).await;
                if walked.is_ok() {
                    walked = world.session.expect(&attack.honest).await;
                }
                walked.map_or_else(Seen::Broken, |()| Seen::Worked)
            }
        };
        world.close().await;
        seen
    }
}

enum Found {
    Attack(usize, AttackFound),
    Journey(usize, JourneyFound),
}

impl Found {
    const fn place(&self) -> usize {
        match self {
            Self::Attack(place, _) | Self::Journey(place, _) => *place,
        }
    }

    fn line(&self) -> String {
        match self {
            Self::Attack(_, found) => format!("{} {}", found.id, found.state.name()),
            Self::Journey(_, found) => {
                let (direct, through) = (found.direct.name(), found.through.name());
                format!("{} {direct} directly, {through} through", found.id)
            }
        }
    }
}
