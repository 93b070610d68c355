//! Sequences of steps, sent to one pair of doors.

mod scene;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use portcullis_gateway::{Act, Probe};
use serde_json::{Value, json};
use serde_saphyr::Spanned;

use crate::budget::Budget;
use crate::client::{Answer, Exchange, Request, Silence, exchange};
use crate::forge;
use crate::form::{Attack, Step};
use crate::given_key::{Keys, Users};
use crate::identity::{self, Credential, Identity, Login, without_words};
use crate::issue::Issuing;
use crate::listener::Listener;
use crate::payload::Payload;
use crate::percent::encoded;
use crate::request::{self, Added};
use crate::token::Tokens;
use crate::trial::Seen;
use crate::variables::{Missing, Variables, names};

pub(crate) use scene::{End, Played};

/// How long one step may take.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
/// The variable that holds where the listener is.
const LISTENER: &str = "listener";
/// The gateway's answer field that says what it decided.
const DECISION_FIELD: &str = "portcullis-decision";

/// Where a sequence goes, and what it has learned so far.
pub(crate) struct Session {
    /// Where the steps go.
    door: SocketAddr,
    /// The API itself, where `look` looks.
    api: SocketAddr,
    /// The credential that makes a gateway say what it decided.
    probe: Option<Probe>,
    variables: Variables,
    /// The field by which somebody calls, by door and name.
    credentials: HashMap<(SocketAddr, String), (String, String)>,
    /// Those who were given; none: the sample's users, who log in.
    identities: Option<Vec<Identity>>,
    /// Gives out credentials of ours.
    issuing: Issuing,
    budget: Arc<Budget>,
    /// Hears who fetches what, where a file wants it.
    listener: Option<Listener>,
    sent: u32,
}

/// A request that waits to be sent.
struct Ready {
    request: Request,
    /// What the gateway's word about it must be of.
    nonce: String,
}

/// A step that was answered, or not, and what the gateway says of it.
struct Done {
    exchange: Exchange,
    acts: Vec<Act>,
}

/// Why a sequence cannot go on.
enum Stuck {
    /// A value that it needs was never saved.
    Missing(String),
    /// Something that has nothing to do with the attack.
    Broken(String),
}

impl From<Missing> for Stuck {
    fn from(Missing(name): Missing) -> Self {
        Self::Missing(name)
    }
}

/// What is said where the API itself asks nobody: that it never will is not shown.
const NOBODY_HEARD: &str =
    "the listener heard nobody: the API asks later, or from another machine, or never";

/// Numbers that no other try has, but for rare chance: above those that APIs give out in a test, and small, because many
/// APIs count on from the largest one, and documents say how large it may become.
const NUMBERS: Range<u64> = 20_000..90_000;

impl Session {
    /// A session at `door`; `unique` is what no other session has: as a word, and as a small number.
    pub(crate) fn new(
        (door, api): (SocketAddr, SocketAddr),
        probe: Option<Probe>,
        unique: u64,
        identities: Option<Vec<Identity>>,
        issuing: Issuing,
    ) -> Self {
        let mut variables = Variables::default();
        variables.save("unique", Value::from(format!("u{unique:016x}")));
        variables
            .save("number", Value::from(NUMBERS.start + unique % (NUMBERS.end - NUMBERS.start)));
        variables.save("door", Value::from(format!("http://{door}")));
        variables.save("api", Value::from(format!("http://{api}")));
        let credentials = HashMap::new();
        let budget = Arc::default();
        let (listener, sent) = (None, 0);
        Self {
            door,
            api,
            probe,
            variables,
            credentials,
            identities,
            issuing,
            budget,
            listener,
            sent,
        }
    }

    /// Counts its requests among those of a run.
    pub(crate) fn spend(&mut self, budget: &Arc<Budget>) {
        self.budget = Arc::clone(budget);
    }

    /// Makes the tokens that the steps use; `now` in seconds since 1970.
    pub(crate) async fn make(&mut self, tokens: &Tokens, now: u64) -> Result<(), String> {
        forge::make(tokens, self.api, now, &mut self.variables).await
    }

    /// Starts the listener, where steps point at it.
    pub(crate) async fn listen(&mut self, attack: &Attack) -> Result<(), String> {
        let all = [&attack.before, &attack.honest, &attack.attack, &attack.look];
        let points = |step: &Step| {
            let body = step.body.as_ref().map(Payload::texts).unwrap_or_default();
            let fields = step.headers.pairs.iter().map(|(_, value)| value.clone());
            let lines = step.send.iter().chain(&step.raw).cloned();
            lines.chain(fields).chain(body).any(|text| names(&text).contains(&LISTENER))
        };
        if self.listener.is_none() && all.into_iter().flatten().any(|step| points(&step.value)) {
            let listener = Listener::start().await?;
            self.variables.save(LISTENER, Value::from(format!("http://{}", listener.address)));
            self.listener = Some(listener);
        }
        Ok(())
    }

    /// Gives out the keys and users that the steps use.
    pub(crate) async fn give(&mut self, keys: &Keys, users: &Users) -> Result<(), String> {
        self.issuing.give(keys, users, &mut self.variables).await
    }

    /// Steps that must go as they expect; if not, why.
    pub(crate) async fn expect(&mut self, steps: &[Spanned<Step>]) -> Result<(), String> {
        let went = self.expect_all(steps).await;
        went.map_err(|why| self.without_credentials(why))
    }

    /// A text without what logins gave.
    fn without_credentials(&self, text: String) -> String {
        if self.identities.is_none() {
            return text;
        }
        let values = self.credentials.values();
        values.fold(text, |text, (_, value)| without_words(&text, value))
    }

    async fn expect_all(&mut self, steps: &[Spanned<Step>]) -> Result<(), String> {
        for (place, step) in steps.iter().enumerate() {
            let step = &step.value;
            let named = |why: String| {
                let send = step.send.as_deref().or(step.raw.as_deref()).unwrap_or_default();
                let line = send.lines().next().unwrap_or_default();
                format!("step {} (`{line}`): {why}", place + 1)
            };
            self.issuing.before(step).await.map_err(named)?;
            if step.together {
                let all = self.at_once(step, self.to(step)).await;
                let all = all.map_err(|stuck| named(why(stuck)))?;
                for (each, done) in rounds(step).into_iter().zip(all) {
                    self.round(each);
                    self.judge_one(step, done).map_err(named)?;
                }
                continue;
            }
            for each in rounds(step) {
                self.round(each);
                self.expect_one(step).await.map_err(named)?;
            }
        }
        Ok(())
    }

    /// One step that must go as it expects; if not, why.
    async fn expect_one(&mut self, step: &Step) -> Result<(), String> {
        let done = self.step(step, self.to(step)).await.map_err(why)?;
        self.judge_one(step, done)
    }

    fn judge_one(&self, step: &Step, done: Done) -> Result<(), String> {
        for condition in &step.expect {
            if let Err(why) = condition.value.judge(&done.exchange, &self.variables) {
                return Err(with_acts(why, &done.acts));
            }
        }
        done.exchange.answer.map(drop).map_err(|silence| silence.to_string())
    }

    /// Where a step of a sequence goes.
    const fn to(&self, step: &Step) -> SocketAddr {
        if step.at_api { self.api } else { self.door }
    }

    /// What `${each}` is from now on.
    fn round(&mut self, each: Option<&str>) {
        if let Some(each) = each {
            self.variables.save("each", Value::from(each));
        }
    }

    /// A step of an attack, for each of its texts; the last answer counts, and every act.
    async fn rounds(&mut self, step: &Step, to: SocketAddr) -> Result<Done, Stuck> {
        self.issuing.before(step).await.map_err(Stuck::Broken)?;
        let mut acts = Vec::new();
        let mut last = None;
        if step.together {
            for done in self.at_once(step, to).await? {
                acts.extend(done.acts);
                last = Some(done.exchange);
            }
        } else {
            for each in rounds(step) {
                self.round(each);
                let done = self.step(step, to).await?;
                acts.extend(done.acts);
                last = Some(done.exchange);
            }
        }
        let exchange = last.ok_or_else(|| Stuck::Broken("a step without a round".to_owned()))?;
        Ok(Done { exchange, acts })
    }

    /// The attack: what comes before, its own steps, a look at what happened, and the judgement.
    pub(crate) async fn attack(&mut self, attack: &Attack) -> Seen {
        if let Err(why) = self.expect(&attack.before).await {
            return Seen::Broken(format!("before it, {why}"));
        }
        let mut exchanges: Vec<(Option<&str>, Exchange)> = Vec::new();
        let mut acts = Vec::new();
        let own = attack.attack.iter().map(|step| (step, self.to(&step.value)));
        let look = attack.look.iter().map(|step| (step, self.api));
        for (step, to) in own.chain(look).collect::<Vec<_>>() {
            let is_own = to == self.door && attack.attack.iter().any(|own| std::ptr::eq(own, step));
            match self.rounds(&step.value, to).await {
                Ok(done) => {
                    if is_own {
                        acts.extend(done.acts);
                    }
                    exchanges.push((step.value.name.as_deref(), done.exchange));
                }
                // What this step builds on was prevented: there is no harm in it.
                Err(Stuck::Missing(_)) => {}
                Err(Stuck::Broken(why)) => return Seen::Broken(self.without_credentials(why)),
            }
        }
        if let Some(listener) = &self.listener {
            let unique = self.variables.text("unique").unwrap_or_default().to_owned();
            let heard = listener.heard(&unique).await;
            if self.door == self.api && !heard.contains(&unique) {
                return Seen::Broken(NOBODY_HEARD.to_owned());
            }
            self.variables.hear(heard);
        }
        self.judge(attack, &exchanges, acts)
    }

    fn judge(
        &self,
        attack: &Attack,
        exchanges: &[(Option<&str>, Exchange)],
        acts: Vec<Act>,
    ) -> Seen {
        let steps = attack.attack.len() + attack.look.len();
        let has_all = exchanges.len() == steps;
        let is_harmed = !attack.harm.is_empty()
            && attack.harm.iter().all(|condition| {
                let condition = &condition.value;
                let meant = match condition.step.as_deref() {
                    Some(name) => exchanges.iter().find(|(known, _)| *known == Some(name)),
                    None if has_all => exchanges.last(),
                    None => None,
                };
                meant.is_some_and(|(_, seen)| condition.judge(seen, &self.variables).is_ok())
            });
        if is_harmed {
            return Seen::Harm;
        }
        // An answer that did not come in time shows neither harm nor withstanding, unless a
        // control says that it acted.
        let silent = exchanges.iter().find_map(|(_, seen)| match &seen.answer {
            Err(silence @ (Silence::TimedOut | Silence::NotConnected(_))) => Some(silence),
            _ => None,
        });
        match silent {
            Some(silence) if acts.is_empty() => Seen::Broken(silence.to_string()),
            _ => Seen::NoHarm(acts),
        }
    }

    async fn step(&mut self, step: &Step, to: SocketAddr) -> Result<Done, Stuck> {
        let credential = self.credential_of(step, to).await?;
        wait(step).await;
        self.budget.wait().await;
        self.send(step, credential, to).await
    }

    /// A step for all of its texts at the same time; every answer, in the order of the texts.
    async fn at_once(&mut self, step: &Step, to: SocketAddr) -> Result<Vec<Done>, Stuck> {
        let credential = self.credential_of(step, to).await?;
        wait(step).await;
        let mut waiting = Vec::new();
        for each in rounds(step) {
            self.round(each);
            let Ready { request, nonce } = self.ready(step, credential.clone(), to)?;
            let sent = tokio::spawn(async move { exchange(to, &request, STEP_TIMEOUT).await });
            waiting.push((nonce, sent));
        }
        let mut all = Vec::new();
        for (nonce, sent) in waiting {
            let exchange =
                sent.await.map_err(|_| Stuck::Broken("a request was dropped".to_owned()))?;
            all.push(self.received(step, &nonce, exchange, to)?);
        }
        Ok(all)
    }

    async fn send(
        &mut self,
        step: &Step,
        credential: Option<(String, String)>,
        to: SocketAddr,
    ) -> Result<Done, Stuck> {
        let Ready { request, nonce } = self.ready(step, credential, to)?;
        let exchange = exchange(to, &request, STEP_TIMEOUT).await;
        self.received(step, &nonce, exchange, to)
    }

    fn ready(
        &mut self,
        step: &Step,
        credential: Option<(String, String)>,
        to: SocketAddr,
    ) -> Result<Ready, Stuck> {
        self.budget.take().map_err(Stuck::Broken)?;
        self.variables.save("host", Value::from(to.to_string()));
        self.sent += 1;
        let nonce = format!("n{}", self.sent);
        let probe = self.probe.as_ref().filter(|_| to == self.door);
        let first = probe.map(|probe| probe.request_field(&nonce)).into_iter().collect();
        let request = match (&step.credential_in, credential) {
            (Some(name), Some((_, value))) => {
                let step = in_query(step, name, &value);
                request::build(&step, &Added { first, credential: None }, &self.variables)?
            }
            (_, credential) => request::build(step, &Added { first, credential }, &self.variables)?,
        };
        Ok(Ready { request, nonce })
    }

    fn received(
        &mut self,
        step: &Step,
        nonce: &str,
        exchange: Exchange,
        to: SocketAddr,
    ) -> Result<Done, Stuck> {
        let mut acts = Vec::new();
        let probe = self.probe.as_ref().filter(|_| to == self.door);
        if let (Some(probe), Ok(answer)) = (probe, &exchange.answer) {
            acts = decision(probe, nonce, answer).map_err(Stuck::Broken)?;
        }
        if let Ok(answer) = &exchange.answer {
            self.save(step, answer);
        }
        Ok(Done { exchange, acts })
    }

    /// Keeps what a step wants of its answer; what is not there is missing for later steps.
    fn save(&mut self, step: &Step, answer: &Answer) {
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        for (name, source) in &step.save {
            let value = if source.is_empty() || source.starts_with('/') {
                body.as_ref().and_then(|body| body.pointer(source)).cloned()
            } else if let Some(cookie) = source.strip_prefix("cookie.") {
                Some(Value::from(set_cookie(answer, cookie)))
            } else {
                answer.all(source).first().copied().map(Value::from)
            };
            if let Some(value) = value {
                self.variables.save(name, value);
            }
        }
    }

    /// The header field by which a step's `as` calls.
    async fn credential_of(
        &mut self,
        step: &Step,
        to: SocketAddr,
    ) -> Result<Option<(String, String)>, Stuck> {
        let Some(name) = &step.identity else { return Ok(None) };
        let known = (to, name.clone());
        if let Some(credential) = self.credentials.get(&known) {
            return Ok(Some(credential.clone()));
        }
        let credential = match &self.identities {
            None => {
                let token = self.token(name, to).await?;
                ("Authorization".to_owned(), format!("Bearer {token}"))
            }
            Some(identities) => {
                let given = identities.iter().find(|one| one.name == *name);
                let given = given.ok_or_else(|| Stuck::Broken(format!("`{name}` is not given")))?;
                match &given.credential {
                    Credential::Field { field, value } => {
                        let value = String::from_utf8_lossy(value.expose_secret()).into_owned();
                        (field.clone(), value)
                    }
                    Credential::Login(login) => {
                        let failed = |why| Stuck::Broken(format!("`{name}` cannot log in: {why}"));
                        self.budget.take().map_err(failed)?;
                        logged_in(login, to).await.map_err(failed)?
                    }
                }
            }
        };
        self.credentials.insert(known, credential.clone());
        Ok(Some(credential))
    }

    /// The token of one of the sample's users, who logs in through the same door.
    async fn token(&mut self, name: &str, door: SocketAddr) -> Result<String, Stuck> {
        let password = identity::password(name)
            .ok_or_else(|| Stuck::Broken(format!("`{name}` is not a user of the sample")))?;
        let body = json!({ "email": identity::email(name), "password": password });
        let step = Step {
            send: Some("POST /api/login".to_owned()),
            body: Some(Payload::Json(body)),
            ..Step::default()
        };
        let done = self.send(&step, None, door).await?;
        let failed = |why: String| Stuck::Broken(format!("`{name}` cannot log in: {why}"));
        let answer = done.exchange.answer.map_err(|silence| failed(silence.to_string()))?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match body.pointer("/token").and_then(Value::as_str) {
            Some(token) => Ok(token.to_owned()),
            None => Err(failed(with_acts(format!("status {}", answer.status), &done.acts))),
        }
    }
}

/// The field by which somebody calls who logs in at a door.
async fn logged_in(login: &Login, door: SocketAddr) -> Result<(String, String), String> {
    let request =
        Request { bytes: login.sent.bytes(&door.to_string()), trickle: None, is_head: false };
    let answer = exchange(door, &request, STEP_TIMEOUT).await.answer;
    login.taken(&answer.map_err(|silence| silence.to_string())?)
}

/// The step with a credential in its query: without the word that stands before it in a header field
/// (`Bearer`).
fn in_query(step: &Step, name: &str, credential: &str) -> Step {
    let value = credential.split_once(' ').map_or(credential, |(_, value)| value);
    let value = encoded(value, b"");
    let send = step.send.as_deref().unwrap_or_default();
    let mark = if send.contains('?') { '&' } else { '?' };
    Step { send: Some(format!("{send}{mark}{name}={value}")), ..step.clone() }
}

/// In words.
fn why(stuck: Stuck) -> String {
    match stuck {
        Stuck::Missing(name) => format!("no step has saved `{name}`"),
        Stuck::Broken(why) => why,
    }
}

/// How often a step is sent, and with which text.
/// Takes the time that people take.
async fn wait(step: &Step) {
    if let Some(wait) = step.wait_ms {
        tokio::time::sleep(Duration::from_millis(wait.into())).await;
    }
}

fn rounds(step: &Step) -> Vec<Option<&str>> {
    if step.each.is_empty() {
        return vec![None];
    }
    step.each.iter().map(|each| Some(each.as_str())).collect()
}

/// What the gateway says that it decided, if it says so. Only its own word counts: a header that
/// its key did not sign for this very answer is an error, not a hint.
fn decision(probe: &Probe, nonce: &str, answer: &Answer) -> Result<Vec<Act>, String> {
    match answer.all(DECISION_FIELD).as_slice() {
        [] => Ok(Vec::new()),
        [value] => match probe.verify(nonce, value) {
            Ok(decision) if decision.status == answer.status => Ok(decision.acts),
            Ok(_) => Err("the decision header is about another answer".to_owned()),
            Err(_) => Err("the decision header is not signed by this run's key".to_owned()),
        },
        _ => Err("the answer has two decision headers".to_owned()),
    }
}

/// With the name of the control that refused, if one did.
fn with_acts(why: String, acts: &[Act]) -> String {
    let refused = acts.iter().find_map(|act| match act {
        Act::Refused(control) => Some(control),
        Act::Removed(_) => None,
    });
    match refused {
        Some(control) => format!("{why}, refused by {control}"),
        None => why,
    }
}

/// What an answer sets a cookie to; nothing where it sets none, as a page reads it.
fn set_cookie<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let all = answer.all("set-cookie").into_iter();
    let pairs = all.filter_map(|field| field.split(';').next()?.split_once('='));
    pairs
        .filter(|(known, _)| known.trim() == name)
        .map(|(_, value)| value.trim())
        .next_back()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use portcullis_model::UnixMillis;

    use super::*;

    fn answer(fields: &[(&str, &str)]) -> Answer {
        let fields =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status: 400, fields, body: Vec::new() }
    }

    #[test]
    fn a_credential_in_the_query_has_no_word_before_it() {
        let step = |send: &str| Step { send: Some(send.to_owned()), ..Step::default() };
        for (send, credential, expected) in [
            ("GET /a", "Bearer ab.c+d", "GET /a?t=ab.c%2Bd"),
            ("GET /a?b=1", "key", "GET /a?b=1&t=key"),
        ] {
            let sent = in_query(&step(send), "t", credential).send.unwrap();
            assert_eq!(sent, expected);
        }
    }

    #[test]
    fn only_a_signed_word_is_believed() {
        let probe = Probe::new([7; 64], UnixMillis(0), 1000);
        let said = |fields: &[(&str, &str)]| decision(&probe, "n1", &answer(fields));
        assert_eq!(said(&[]), Ok(Vec::new()));
        let claim = "v=1; run=x; nonce=n1; status=400; model=m; acts=refused:input_shape; sig=00";
        for fields in [
            vec![("Portcullis-Decision", claim)],
            vec![("portcullis-decision", "")],
            vec![("portcullis-decision", claim), ("portcullis-decision", claim)],
        ] {
            assert!(said(&fields).is_err(), "{fields:?}");
        }
    }
}
