//! What one value of a file alone cannot tell: names that are used must exist, a step says how
//! it is sent once, a sequence is bounded.

pub(crate) mod story;

use std::collections::HashSet;

use serde_saphyr::{Location, Spanned};

use crate::condition::Condition;
use crate::form::{Attack, Journey, Step, Twin};
use crate::given_key::{Keys, Users};
use crate::payload::Payload;
use crate::problem::Problem;
use crate::token::Tokens;
use crate::twin::swapped;
use crate::{given_check, identity, policies, token_check, variables};

/// Steps of one sequence.
const STEPS_MAX: usize = 50;
/// Rounds of one step.
const ROUNDS_MAX: usize = 50;
/// How long a slow sender may be let run.
const SLOW_MS_MAX: u16 = 10_000;
/// How long one step may wait.
const WAIT_MS_MAX: u16 = 2_000;
/// Threats that one attack may speak of: who speaks of everything shows nothing.
const THREATS_MAX: usize = 4;
/// Bytes of an id: it is also a file name.
const ID_BYTES_MAX: usize = 64;

/// Whether a file may use what only the built-in sample has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against<'a> {
    /// The sample: `as`, `document` and `policy` have a meaning.
    Sample,
    /// An API of the user's own, with the names of those whose credentials were given.
    Upstream(&'a [String]),
    /// An API of the user's own, where nothing is run: whoever is named may be.
    Anybody,
}

/// Checks an attack; its problems, in the order of the file.
pub(crate) fn attack(attack: &Attack, against: Against<'_>) -> Vec<Problem> {
    let mut checker = Checker::new(against);
    checker.id(&attack.id);
    checker.item(&attack.item);
    checker.threats(&attack.threats);
    checker.settings(attack.document.is_some(), &attack.id);
    checker.policy(attack.policy.as_ref(), attack.policy_file.as_ref());
    checker.tokens(&attack.tokens);
    checker.given(&attack.keys, &attack.users);
    checker.trial(&Trial {
        before: &attack.before,
        honest: &attack.honest,
        attack: &attack.attack,
        look: &attack.look,
        harm: &attack.harm,
    });
    if let Some(twin) = &attack.twin {
        checker.twin(&twin.value, attack);
    }
    checker.problems
}

/// Checks a journey.
pub(crate) fn journey(journey: &Journey, against: Against<'_>) -> Vec<Problem> {
    let mut checker = Checker::new(against);
    checker.id(&journey.id);
    checker.settings(journey.document.is_some(), &journey.id);
    checker.policy(journey.policy.as_ref(), journey.policy_file.as_ref());
    checker.tokens(&journey.tokens);
    checker.given(&journey.keys, &journey.users);
    let mut seen = checker.seen();
    checker.sequence(&journey.steps, &mut seen, true);
    if !journey.steps.iter().any(|step| !step.value.expect.is_empty()) {
        checker.say(&journey.id, "a journey that expects nothing cannot break".to_owned());
    }
    checker.problems
}

/// Whether it is a name as ids of attacks and of threats are.
fn is_id(text: &str) -> bool {
    let is_inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty() && text.len() <= ID_BYTES_MAX && text.bytes().all(is_inner)
}

/// The parts of an attack or of its twin.
struct Trial<'a> {
    before: &'a [Spanned<Step>],
    honest: &'a [Spanned<Step>],
    attack: &'a [Spanned<Step>],
    look: &'a [Spanned<Step>],
    harm: &'a [Spanned<Condition>],
}

/// Names that steps so far have given.
#[derive(Debug, Clone, Default)]
struct Seen {
    steps: HashSet<String>,
    variables: HashSet<String>,
}

impl Seen {
    /// With what only this step has.
    fn within(&self, step: &Step) -> Self {
        let mut seen = self.clone();
        if !step.each.is_empty() {
            seen.variables.insert("each".to_owned());
        }
        seen
    }
}

struct Checker<'a> {
    against: Against<'a>,
    /// What tokens, keys and users save, for every sequence.
    given: HashSet<String>,
    keys: Keys,
    users: Users,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn new(against: Against<'a>) -> Self {
        Self {
            against,
            given: HashSet::new(),
            keys: Keys::default(),
            users: Users::default(),
            problems: Vec::new(),
        }
    }

    /// What is there before the first step.
    fn seen(&self) -> Seen {
        Seen { variables: self.given.clone(), ..Seen::default() }
    }

    fn tokens(&mut self, tokens: &Tokens) {
        let found = token_check::tokens(tokens, self.against == Against::Sample);
        self.problems.extend(found.problems);
        self.given = found.given;
    }

    fn given(&mut self, keys: &Keys, users: &Users) {
        let is_sample = self.against == Against::Sample;
        self.problems.extend(given_check::given(keys, users, is_sample, &mut self.given));
        self.given.extend(keys.0.iter().map(|(name, _)| format!("{name}_id")));
        (self.keys, self.users) = (keys.clone(), users.clone());
    }

    /// What a step does before it is sent.
    fn deeds(&mut self, step: &Spanned<Step>) {
        let key =
            step.value.revoke.as_ref().and_then(|one| given_check::not_a_key(one, &self.keys));
        let user = step
            .value
            .set_password
            .as_ref()
            .and_then(|one| given_check::not_a_user(one, &self.users));
        let session = step.value.end_sessions.as_ref().and_then(|one| identity::fault(one));
        key.into_iter().chain(user).chain(session).for_each(|fault| self.say(step, fault));
    }

    fn say<T>(&mut self, at: &Spanned<T>, message: String) {
        self.at(at.referenced, message);
    }

    fn at(&mut self, at: Location, message: String) {
        self.problems.push(Problem::at(at, message));
    }

    fn id(&mut self, id: &Spanned<String>) {
        if !is_id(&id.value) {
            self.say(id, format!(
                "`{}` is not an id; use up to {ID_BYTES_MAX} lower case letters, digits and `-`",
                id.value.escape_default()
            ));
        }
    }

    /// Which threats there are is another's business: here, that they could be names of some.
    fn threats(&mut self, threats: &[Spanned<String>]) {
        if let Some(one) = threats.get(THREATS_MAX) {
            self.say(one, format!("an attack speaks of up to {THREATS_MAX} threats"));
        }
        let mut known = HashSet::new();
        for one in threats {
            let shown = one.value.escape_default();
            if !is_id(&one.value) {
                self.say(
                    one,
                    format!("`{shown}` is no name of a threat; write one as `two-at-once`"),
                );
            } else if !known.insert(one.value.as_str()) {
                self.say(one, format!("`{shown}` stands there twice"));
            }
        }
    }

    fn item(&mut self, item: &Spanned<String>) {
        let mut bytes = item.value.bytes();
        let is_item = bytes.next().is_some_and(|first| first.is_ascii_uppercase())
            && (1..=2).contains(&bytes.len())
            && bytes.all(|byte| byte.is_ascii_digit());
        if !is_item {
            self.say(
                item,
                format!("`{}` is not an item; write one as `A6`", item.value.escape_default()),
            );
        }
    }

    fn settings(&mut self, has_document: bool, id: &Spanned<String>) {
        if self.against != Against::Sample && has_document {
            let message =
                "`document` names one of the sample's; against another API `--contract` does";
            self.say(id, message.to_owned());
        }
    }

    fn policy(&mut self, own: Option<&Spanned<String>>, shared: Option<&Spanned<String>>) {
        if self.against != Against::Sample {
            for (policy, key) in own
                .map(|own| (own, "policy"))
                .into_iter()
                .chain(shared.map(|shared| (shared, "policy_file")))
            {
                self.say(
                    policy,
                    format!(
                        "`{key}` belongs to attacks on the sample; against another API \
                        write a policy file and give it with `-c`"
                    ),
                );
            }
            return;
        }
        let Some(shared) = shared else { return };
        if own.is_some() {
            self.say(shared, "`policy_file` stands instead of `policy`".to_owned());
        }
        if let Some(fault) = policies::fault(&shared.value) {
            self.say(shared, fault);
        }
    }

    fn trial(&mut self, trial: &Trial<'_>) {
        let mut seen = self.seen();
        self.sequence(trial.before, &mut seen, true);
        self.sequence(trial.honest, &mut seen.clone(), true);
        self.sequence(trial.attack, &mut seen, false);
        let last = trial.look.last().or(trial.attack.last());
        self.sequence(trial.look, &mut seen, false);
        if trial.harm.is_empty()
            && let Some(last) = last
        {
            self.say(last, "`harm` is empty, so the attack could not fail".to_owned());
        }
        for condition in trial.harm {
            if let Some(step) = &condition.value.step
                && !named(trial.attack, step)
                && !named(trial.look, step)
            {
                self.say(
                    condition,
                    format!("no step of `attack` or `look` is called `{}`", step.escape_default()),
                );
            }
            self.condition(condition, &seen);
        }
        if !trial.honest.iter().any(|step| !step.value.expect.is_empty())
            && let Some(first) = trial.honest.first()
        {
            self.say(first, "`honest` expects nothing, so it shows nothing".to_owned());
        }
    }

    fn twin(&mut self, twin: &Twin, attack: &Attack) {
        for (from, to) in &twin.swap {
            let all = attack.before.iter().chain(&attack.honest).chain(&attack.attack);
            let begins = |step: &&Spanned<Step>| {
                step.value
                    .send
                    .as_deref()
                    .or(step.value.raw.as_deref())
                    .is_some_and(|send| swapped(send, from, to).is_some())
            };
            if all.chain(&attack.look).filter(begins).count() == 0 {
                let at = attack.twin.as_ref().map_or(Location::UNKNOWN, |twin| twin.referenced);
                self.at(at, format!("no request begins with `{}`", from.escape_default()));
            }
        }
        if let Some(tokens) = &twin.tokens {
            self.tokens(tokens);
            let (keys, users) = (self.keys.clone(), self.users.clone());
            self.given(&keys, &users);
        }
        self.trial(&Trial {
            before: twin.before.as_ref().unwrap_or(&attack.before),
            honest: twin.honest.as_ref().unwrap_or(&attack.honest),
            attack: twin.attack.as_ref().unwrap_or(&attack.attack),
            look: twin.look.as_ref().unwrap_or(&attack.look),
            harm: twin.harm.as_ref().unwrap_or(&attack.harm),
        });
    }

    fn sequence(&mut self, steps: &[Spanned<Step>], seen: &mut Seen, may_expect: bool) {
        if let Some(beyond) = steps.get(STEPS_MAX) {
            self.say(beyond, format!("a sequence has at most {STEPS_MAX} steps"));
        }
        for step in steps {
            self.step(step, seen);
            if !may_expect && let Some(first) = step.value.expect.first() {
                self.say(first, "what an attack leads to stands in `harm`".to_owned());
            }
            for condition in &step.value.expect {
                if condition.value.step.is_some() {
                    self.say(
                        condition,
                        "`in` belongs to `harm`; here the step's own answer is \
                        meant"
                            .to_owned(),
                    );
                }
                self.condition(condition, &seen.within(&step.value));
            }
            seen.variables.extend(step.value.save.keys().cloned());
        }
    }

    fn step(&mut self, step: &Spanned<Step>, seen: &mut Seen) {
        let Step { name, identity, send, raw, headers, body, chunked, slow, save, .. } =
            &step.value;
        if let Some(name) = name
            && !seen.steps.insert(name.clone())
        {
            self.say(step, format!("a second step is called `{}`", name.escape_default()));
        }
        match (send, raw) {
            (Some(send), None) if send.contains(' ') => {}
            (Some(_), None) => {
                self.say(step, "`send` is a method and a target: `GET /`".to_owned());
            }
            (None, Some(_)) => {
                let others =
                    !headers.names.is_empty() || body.is_some() || *chunked || slow.is_some();
                if others || identity.is_some() {
                    self.say(step, "`raw` is the whole request; nothing goes beside it".to_owned());
                }
            }
            _ => self.say(step, "a step has either `send` or `raw`".to_owned()),
        }
        if let Some(identity) = identity {
            self.identity(step, identity);
        }
        if let Some(name) = &step.value.credential_in {
            self.credential_in(step, name);
        }
        self.deeds(step);
        if slow.is_some_and(|slow| {
            slow.at_most_ms > SLOW_MS_MAX || slow.bytes_per == 0 || slow.pause_ms == 0
        }) {
            self.say(step, format!(
                "`slow` needs `bytes_per` and `pause_ms` above 0, and `at_most_ms` up to {SLOW_MS_MAX}"
            ));
        }
        if step.value.wait_ms.is_some_and(|wait| wait > WAIT_MS_MAX) {
            self.say(step, format!("`wait_ms` is up to {WAIT_MS_MAX}"));
        }
        for name in save.keys().filter(|name| !variables::is_name(name)) {
            self.say(step, variables::not_a_name(name));
        }
        if step.value.together && (step.value.each.len() < 2 || slow.is_some()) {
            self.say(
                step,
                "`together` sends all of `each` at once: two or more, none of them slow".to_owned(),
            );
        }
        if let Some(beyond) = step.value.each.get(ROUNDS_MAX) {
            let beyond = beyond.escape_default();
            self.say(step, format!("`{beyond}` is one too many; `each` has at most {ROUNDS_MAX}"));
        }
        let fields = headers.pairs.iter().map(|(_, value)| value.clone());
        let lines = send.iter().chain(raw).cloned().chain(fields);
        let texts = lines.chain(body.as_ref().map(Payload::texts).unwrap_or_default());
        self.variables(step, texts, &seen.within(&step.value));
    }

    fn credential_in(&mut self, step: &Spanned<Step>, name: &str) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_plain) {
            let name = name.escape_default();
            self.say(step, format!("`{name}` is no name of a parameter that needs no escapes"));
        }
        if step.value.identity.is_none() || step.value.send.is_none() {
            self.say(step, "`credential_in` says where that of `as` stands in `send`".to_owned());
        }
    }

    fn identity<T>(&mut self, at: &Spanned<T>, name: &str) {
        let fault = match self.against {
            Against::Sample => identity::fault(name),
            Against::Upstream(given) => identity::not_given(name, given),
            Against::Anybody => None,
        };
        if let Some(fault) = fault {
            self.say(at, fault);
        }
    }

    fn condition(&mut self, condition: &Spanned<Condition>, seen: &Seen) {
        self.variables(condition, condition.value.texts().into_iter(), seen);
    }

    fn variables<T>(&mut self, at: &Spanned<T>, texts: impl Iterator<Item = String>, seen: &Seen) {
        for text in texts {
            for name in variables::names(&text) {
                if !seen.variables.contains(name) && !variables::GIVEN.contains(&name) {
                    self.say(at, format!("no step before this one saves `{name}`"));
                }
            }
        }
    }
}

fn named(steps: &[Spanned<Step>], name: &str) -> bool {
    steps.iter().any(|step| step.value.name.as_deref() == Some(name))
}
