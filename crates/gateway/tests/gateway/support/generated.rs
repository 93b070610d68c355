//! A gateway in front of a generated API, and callers who try everything.

use std::collections::BTreeMap;
use std::mem::Discriminant;
use std::sync::{Arc, Mutex};

use portcullis_model::Clock as _;
use portcullis_testkit::generated::{
    Api, Caller, Chance, Found, Told, World, api, asked, contract, judge, policy, request,
};
use portcullis_testkit::{Behaviour, Kept};

use super::issuer::Issuer;
use super::{Scene, Setup};

/// What became of the requests to one API, or to several.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    pub apis: u64,
    pub requests: u64,
    /// Requests that the rules permit.
    pub allowed: u64,
    /// Answers that showed what they must not.
    pub shown: u64,
    /// Objects of others that were changed, taken away, or made.
    pub changed: u64,
    /// Requests that the rules permit, and that were not done as they should be.
    pub refused: u64,
    /// Others that looked as if they were done, or that broke something.
    pub odd: u64,
    /// By kind of operation: requests, questions that the gateway asked the API for them, and the most that one
    /// asked for each object that it names.
    pub questions: BTreeMap<String, (u64, u64, u64)>,
    /// What was wrong, in words; the first few of each kind.
    pub failures: Vec<(Discriminant<Found>, String)>,
}

/// A second passes between two requests: what is kept for a moment does not answer for an object that changed.
const BETWEEN_MS: u64 = 1_001;
/// Requests after which callers get other tokens. Tokens are good for five minutes.
const TOKEN_REQUESTS: u64 = 200;
/// Failures of one kind that are told of one API.
const FAILURES_MAX: usize = 2;

impl Tally {
    /// What was wrong, in words.
    pub fn failures(&self) -> String {
        let words: Vec<&str> = self.failures.iter().map(|(_, words)| words.as_str()).collect();
        words.join("\n\n")
    }

    pub fn is_clean(&self) -> bool {
        self.shown + self.changed + self.refused + self.odd == 0
    }

    pub fn add(&mut self, other: Self) {
        self.apis += other.apis;
        self.requests += other.requests;
        self.allowed += other.allowed;
        self.shown += other.shown;
        self.changed += other.changed;
        self.refused += other.refused;
        self.odd += other.odd;
        for (name, (requests, questions, most)) in other.questions {
            let known = self.questions.entry(name).or_default();
            *known = (known.0 + requests, known.1 + questions, known.2.max(most));
        }
        self.failures.extend(other.failures);
    }

    fn note(&mut self, found: &Found, words: impl FnOnce() -> String) {
        match found {
            Found::Shown(_) => self.shown += 1,
            Found::Changed(_) => self.changed += 1,
            Found::Refused(_) => self.refused += 1,
            Found::Served | Found::Failed(_) => self.odd += 1,
        }
        let kind = std::mem::discriminant(found);
        if self.failures.iter().filter(|(known, _)| *known == kind).count() < FAILURES_MAX {
            self.failures.push((kind, words()));
        }
    }
}

/// An API of a seed behind a gateway.
pub struct Crossing {
    api: Arc<Api>,
    world: Arc<Mutex<World>>,
    scene: Scene,
    tokens: Vec<String>,
    policy: String,
    chance: Chance,
    seed: u64,
    issuer: Issuer,
}

impl Crossing {
    pub fn of(seed: u64) -> Self {
        let api = Arc::new(api(seed));
        let mut chance = Chance::of(!seed);
        let world = Arc::new(Mutex::new(World::of(&api, &mut chance)));
        let issuer = Issuer::start();
        let jwt = format!("jwt: {{ issuer: \"{}\", audience: shop }}", issuer.name());
        let policy = format!(
            "apis: [{{ contract: openapi.yaml, upstream: \"http://127.0.0.1:1\" }}]\n{}",
            policy(&api, &jwt)
        );
        let behaviour = {
            let (api, world) = (api.clone(), world.clone());
            Behaviour::made(move |request| asked::answer(&api, &mut world.lock().unwrap(), request))
        };
        let setup = Setup { policy: Some(&policy), ..Setup::default() };
        let scene = Scene::with(&contract(&api), behaviour, setup);
        Self { api, world, scene, tokens: Vec::new(), policy, chance, seed, issuer }
    }

    /// Sends so many requests, one after the other.
    pub fn run(mut self, requests: u64) -> Tally {
        let mut tally = Tally { apis: 1, ..Tally::default() };
        let mut kept = Kept::to(self.scene.gateway.address());
        for number in 0..requests {
            if number % TOKEN_REQUESTS == 0 {
                self.tokens = self.api.callers.iter().map(|caller| self.token(caller)).collect();
            }
            self.one(&mut kept, &mut tally);
        }
        tally
    }

    fn token(&self, caller: &Caller) -> String {
        let tenant = caller.tenant.as_ref().map(|tenant| format!(r#","tenant":"{tenant}""#));
        let Caller { subject, id, email, .. } = caller;
        let (name, now) = (self.issuer.name(), self.scene.clock.now().0 / 1000);
        let claims = format!(
            r#"{{"iss":"{name}","aud":"shop","sub":"{subject}","iat":{now},"exp":{},"role":"{}","customer":"{id}","email":"{email}"{}}}"#,
            now + 300,
            asked::role(caller),
            tenant.unwrap_or_default()
        );
        self.issuer.signer.sign("at+jwt", &claims).unwrap()
    }

    fn one(&mut self, kept: &mut Kept, tally: &mut Tally) {
        let (request, is_allowed) = {
            let mut world = self.world.lock().unwrap();
            world.refresh(&self.api, &mut self.chance);
            let request = request(&self.api, &world, &mut self.chance);
            world.told = Told { caller: request.caller, ..Told::default() };
            let is_allowed = asked::is_allowed(&self.api, &world, &request);
            drop(world);
            (request, is_allowed)
        };
        let token = self.tokens.get(request.caller).cloned().unwrap_or_default();
        self.scene.clock.advance_ms(BETWEEN_MS);
        let answer = kept.ask(asked::written(&request, &token));
        let world = self.world.lock().unwrap();
        let text = answer.text();
        let found = judge(&self.api, &world, &request, is_allowed, (answer.status, &text));
        tally.requests += 1;
        tally.allowed += u64::from(is_allowed);
        for one in &found {
            tally.note(one, || {
                let told = &world.told;
                format!(
                    "seed {} (allowed: {is_allowed}): {one:?}\n{}\n{request:#?}\n{:?}\ngot {} {text}\nrecord {}\ntold {:?}\n\
                     changes {:?}\n{}",
                    self.seed,
                    asked::words(&self.api, &world, &request),
                    self.api.callers.get(request.caller),
                    answer.status,
                    self.scene.last_record(),
                    told.answer,
                    told.changes,
                    self.policy
                )
            });
        }
        let is_done = answer.status < 400 || !world.told.changes.is_empty();
        let questions =
            world.told.requests.saturating_sub(u64::from(is_done || asked::is_safe(&request)));
        drop(world);
        let known = tally.questions.entry(asked::kind(&self.api, &request)).or_default();
        let objects = asked::objects(&request);
        *known = (known.0 + 1, known.1 + questions, known.2.max(questions.saturating_sub(objects)));
    }
}

/// Runs so many APIs of these seeds, two at a time.
pub fn run(first: u64, apis: u64, requests: u64, progress: &(dyn Fn(u64, &Tally) + Sync)) -> Tally {
    let next = Mutex::new(first);
    let total = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let seed = {
                        let mut next = next.lock().unwrap();
                        *next += 1;
                        *next - 1
                    };
                    if seed >= first + apis {
                        return;
                    }
                    let tally = Crossing::of(seed).run(requests);
                    progress(seed, &tally);
                    total.lock().unwrap().add(tally);
                }
            });
        }
    });
    total.into_inner().unwrap()
}
