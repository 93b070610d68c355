//! What a request proves by each scheme.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use portcullis_contract::{SchemePlace, SecurityScheme};
use portcullis_controls::Plan;
use portcullis_controls::caller_identity::Proof;
use portcullis_counting::Place;
use portcullis_credential::authorization;
use portcullis_ledger::Asked as Question;
use portcullis_model::{ControlId, Identity, Mode, Refusal, Status};
use portcullis_store::Session;

use super::super::attempt;
use super::super::context::{Context, Exit};
use super::certificate;
use super::judged::{Asked, Judged};
use super::outgoing::Credentials;
use super::own_key::{self, OfKey};
use super::own_password::{self, OfPassword};
use super::session::{self, Held, OfSession};
use super::shown::{Shown, shown};
use super::token;
use super::whoami;
use crate::callers::{Genuine, TokenDigest, UsedKey, UsedPassword};
use crate::head::RequestHead;
use crate::imported_keys::was_wrong;
use crate::login;
use crate::sender::Sender;
use crate::tls::Certificate;

/// What was proved, by the index of the scheme.
#[derive(Default)]
pub(super) struct Proofs {
    list: Vec<(usize, Proof)>,
    /// What goes on in place of a credential that was verified.
    replaced: Vec<(usize, String)>,
    /// Schemes whose credential is there, can be verified, and was not.
    unproved: Vec<usize>,
    /// The session of a credential of ours.
    session: Option<Arc<Session>>,
    place: Option<Place>,
    /// Nobody had the time to judge one.
    busy: Option<Refusal>,
    /// There were too many wrong ones.
    too_many: Option<Refusal>,
    /// What could not be known.
    unknown: Option<String>,
    /// The API was asked about one, and said no.
    is_guess: bool,
    /// Tokens of issuers.
    tokens: Vec<Arc<Genuine>>,
    /// The key of ours that the request came with.
    key: Option<UsedKey>,
    /// The password of ours that it came with.
    password: Option<UsedPassword>,
    /// Schemes at whose place a key or password of ours stands, good or not: none goes on to the API (rule 6).
    ours: Vec<usize>,
}

impl Proofs {
    /// Takes what became of a credential. Where a caller `is_needed`, what cannot be known ends the walk.
    fn take(
        &mut self,
        index: usize,
        judged: Judged,
        Under { session, token, key, password }: Under,
        (is_needed, drops): (bool, bool),
    ) {
        if let (Some(known), Some(key)) = (&self.key, &key)
            && known.id != key.id
        {
            self.list.push((index, Proof::Rejected("two_keys")));
            return;
        }
        self.key = self.key.take().or(key);
        self.password = self.password.take().or(password);
        match judged {
            Judged::Genuine { identity, instead } => {
                // In the place of ours stands the API's own; anything else is what the client has.
                let instead = instead.filter(|_| session.is_some() || !drops);
                self.tokens.extend(token);
                self.verified(index, identity, instead, session);
            }
            Judged::Not(why) => {
                let wrong = [whoami::REFUSED, whoami::NOBODY, own_password::WRONG];
                self.is_guess |= wrong.contains(&why);
                self.list.push((index, Proof::Rejected(why)));
            }
            Judged::TooMany(_) | Judged::Busy(_) | Judged::Unknown(_) if !is_needed => {
                self.unproved.push(index);
            }
            Judged::Busy(refusal) => {
                self.busy = Some(refusal);
                self.list.push((index, Proof::Rejected("busy")));
            }
            Judged::TooMany(refusal) => {
                self.too_many = Some(refusal);
                self.list.push((index, Proof::Rejected("too_many_guesses")));
            }
            Judged::Unknown(detail) => {
                self.unknown = Some(detail);
                self.list.push((index, Proof::Rejected("unknown")));
            }
        }
    }

    /// The end of a request that nothing else lets pass: whether its credential is genuine cannot be
    /// known now, and nobody guesses (rule 3); or there were too many. A wrong one that the API was
    /// asked about waits, so that how long the API took tells nothing; so does a wrong password of ours.
    pub(super) async fn end_if_unknown(&mut self, context: &mut Context<'_>) -> Result<(), Exit> {
        if let Some(refusal) = self.too_many.take() {
            context.worker.shared.callers.guesses.refused(self.place, Instant::now());
            context.refuse(refusal)?;
        }
        self.busy.take().map_or(Ok(()), |refusal| context.refuse(refusal))?;
        let is_enforced = context.mode(ControlId::CallerIdentity) == Mode::Enforce;
        if let Some(detail) = self.unknown.take().filter(|_| is_enforced) {
            return Err(Exit::Failed { status: Status::UNAVAILABLE, detail });
        }
        if self.is_guess && is_enforced {
            attempt::wait_out(context).await;
        }
        Ok(())
    }

    pub(super) fn of(&self, scheme: usize) -> Option<&Proof> {
        self.list.iter().find(|(known, _)| *known == scheme).map(|(_, proof)| proof)
    }

    /// The session that the request runs under.
    pub(super) const fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// The tokens of issuers that the request runs under.
    pub(super) fn tokens(&self) -> &[Arc<Genuine>] {
        &self.tokens
    }

    /// The key of ours that the request runs under.
    pub(super) const fn key(&self) -> Option<&UsedKey> {
        self.key.as_ref()
    }

    /// The password of ours that the request runs under.
    pub(super) const fn password(&self) -> Option<&UsedPassword> {
        self.password.as_ref()
    }

    /// The session of a credential of ours. One request is of one session: false for another.
    fn hold(&mut self, session: Option<Arc<Session>>) -> bool {
        let Some(session) = session else { return true };
        let is_same = self.session.as_ref().is_none_or(|known| known.id == session.id);
        self.session.get_or_insert(session);
        is_same
    }

    /// A credential is genuine, and this goes on in its place.
    fn verified(
        &mut self,
        index: usize,
        identity: Arc<Identity>,
        instead: Option<String>,
        session: Option<Arc<Session>>,
    ) {
        if !self.hold(session) {
            self.list.push((index, Proof::Rejected("two_sessions")));
            return;
        }
        self.list.push((index, Proof::Verified(identity)));
        self.replaced.extend(instead.map(|value| (index, value)));
    }

    /// Who is known to call, by whatever scheme.
    pub(super) fn anyone(&self) -> Option<Arc<Identity>> {
        self.list.iter().find_map(|(_, proof)| match proof {
            Proof::Verified(identity) => Some(identity.clone()),
            _ => None,
        })
    }

    /// A credential that nobody here can verify.
    fn note(
        &mut self,
        scheme: usize,
        there: Shown<'_>,
        (place, is_asked): (&SchemePlace, bool),
        plan: &Plan,
    ) {
        match there {
            Shown::One(value) if is_broken_basic(place, value) => {
                self.list.push((scheme, Proof::Rejected("basic_malformed")));
            }
            // The API's own, where its login is exchanged: it does not go on.
            _ if is_session_place(place, is_asked, plan) => self.unproved.push(scheme),
            _ => self.list.push((scheme, Proof::Present)),
        }
    }

    /// Whether a credential is there that is not good.
    pub(super) fn is_any_rejected(&self) -> bool {
        self.list.iter().any(|(_, proof)| matches!(proof, Proof::Rejected(_)))
    }

    /// What goes on: of what can be verified, only what was. Credentials of ours are exchanged
    /// whether or not the rest is `enforced`: nobody else can use them.
    pub(super) fn into_credentials(
        self,
        schemes: &[SecurityScheme],
        is_enforced: bool,
    ) -> Credentials {
        let mut credentials = Credentials::default();
        let place = |index: usize| schemes.get(index).map(|scheme| &scheme.place);
        let verified = |place: &SchemePlace| {
            self.list.iter().any(|(index, proof)| {
                matches!(proof, Proof::Verified(_) | Proof::Present)
                    && schemes.get(*index).is_some_and(|scheme| scheme.place == *place)
            })
        };
        for (scheme, value) in &self.replaced {
            place(*scheme).into_iter().for_each(|place| credentials.replace(place, value.clone()));
        }
        for place in self.ours.iter().filter_map(|scheme| place(*scheme)) {
            credentials.remove(place);
        }
        if !is_enforced {
            return credentials;
        }
        let rejected = self.list.iter().filter(|(_, proof)| matches!(proof, Proof::Rejected(_)));
        for scheme in rejected.map(|(scheme, _)| scheme).chain(&self.unproved) {
            if let Some(place) = place(*scheme)
                && !verified(place)
            {
                credentials.remove(place);
            }
        }
        credentials
    }
}

/// Whether user and password have no single reading (RFC 7617): then they cannot be counted either.
fn is_broken_basic(place: &SchemePlace, value: &str) -> bool {
    let is_basic = matches!(place, SchemePlace::Authorization(scheme) if scheme == "basic");
    is_basic && authorization::basic(value).is_err()
}

/// Whether the API may take what its login gave out at a place that the policy does not name: in a
/// cookie or as a bearer token always, in a header field where nobody asked for it.
fn is_session_place(place: &SchemePlace, is_asked: bool, plan: &Plan) -> bool {
    let is_token = match place {
        SchemePlace::Cookie(_) => true,
        SchemePlace::Authorization(scheme) => scheme == "bearer",
        _ => !is_asked,
    };
    is_token && !plan.model.callers.logins.is_empty()
}

/// What is to be proved.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// By these schemes; none: by whatever is shown.
    pub(super) schemes: Option<&'a [usize]>,
    /// The schemes that the operation takes.
    pub(super) taken: &'a [usize],
    /// Whether a caller is needed. If not, what cannot be known is as good as not shown.
    pub(super) is_needed: bool,
}

/// Proves what the wanted schemes can.
pub(super) async fn prove(
    head: &RequestHead,
    sender: &Sender,
    wanted: Wanted<'_>,
    context: &mut Context<'_>,
) -> Result<Proofs, Exit> {
    let plan = context.plan;
    let place = sender.address.map(Place::of);
    let is_wanted = |index: usize| wanted.schemes.is_none_or(|schemes| schemes.contains(&index));
    let drops = plan.model.callers.drops_credentials()
        && context.mode(ControlId::CallerIdentity) == Mode::Enforce;
    let mut proofs = Proofs { place, ..Proofs::default() };
    let proof = Cell::new(None);
    for (index, scheme) in plan.model.contract.schemes.iter().enumerate() {
        let is_wanted = is_wanted(index);
        let verifies = plan.model.callers.verifies(index);
        let there = shown(head, &scheme.place);
        let is_shown = !matches!(there, Shown::Nothing);
        if own_key::stands(there, &plan.model.callers, context.worker)
            || is_shown && plan.model.callers.takes_passwords(index)
        {
            proofs.ours.push(index);
        }
        let value = match there {
            Shown::Nothing => continue,
            Shown::One(value) if verifies && is_wanted => value,
            Shown::Unclear if verifies && is_wanted => {
                proofs.list.push((index, Proof::Rejected("shown_twice")));
                continue;
            }
            _ if verifies => {
                proofs.unproved.push(index);
                continue;
            }
            Shown::Unclear if matches!(scheme.place, SchemePlace::Header(_)) => continue,
            there => {
                let is_asked = wanted.taken.contains(&index);
                proofs.note(index, there, (&scheme.place, is_asked), plan);
                continue;
            }
        };
        let asked = Asked {
            worker: context.worker,
            plan,
            head,
            is_tls: context.hop.is_tls(),
            scheme: index,
            operation: context.operation,
            now: context.now(),
            place,
            address: sender.address,
            certificate: sender.certificate.as_deref().map(Certificate::thumbprint),
            deadline: context.deadline,
            opened: context.entry.opened(),
            proof: &proof,
        };
        let mut questions = Vec::new();
        let step = (context.operation, wanted.is_needed);
        let judged = judged(&scheme.place, value, step, asked, &mut questions).await;
        context.entry.asked(questions);
        let Credential { judged, told, under } = judged;
        context.told = context.told.or(told);
        proofs.take(index, judged, under, (wanted.is_needed, drops));
    }
    // Behind all others: beside a token, it is the token that says who calls.
    let shown = certificate::proofs(sender, wanted.schemes, context);
    proofs.list.extend(shown);
    Ok(proofs)
}

/// What became of one credential.
struct Credential {
    judged: Judged,
    /// Under which the API's word of its caller is remembered.
    told: Option<TokenDigest>,
    /// What it is.
    under: Under,
}

/// What a request runs under that came with one credential.
#[derive(Default)]
struct Under {
    /// The session that it is of, if it is one of ours.
    session: Option<Arc<Session>>,
    /// The token of an issuer that it is.
    token: Option<Arc<Genuine>>,
    /// The key of ours that it is.
    key: Option<UsedKey>,
    /// The password of ours that it is.
    password: Option<UsedPassword>,
}

impl From<Judged> for Credential {
    fn from(judged: Judged) -> Self {
        Self { judged, told: None, under: Under::default() }
    }
}

/// Whose a credential is, and what the API says of them where the policy asks it.
async fn judged(
    place: &SchemePlace,
    value: &str,
    (operation, is_wanted): (Option<usize>, bool),
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Credential {
    let mut may_be_wrong = false;
    match own_key::judge(value, place, asked) {
        // The API does not know it, so it is not asked whose it is.
        OfKey::Good(identity, used) => {
            let judged = Judged::Genuine { identity, instead: None };
            let under = Under { key: Some(used), ..Under::default() };
            return Credential { under, ..judged.into() };
        }
        OfKey::Judged(judged) => return judged.into(),
        OfKey::Other => {}
        OfKey::OtherOrWrong => may_be_wrong = true,
    }
    let credential = judged_by_others(place, value, (operation, is_wanted), asked, questions).await;
    if may_be_wrong && matches!(credential.judged, Judged::Not(_)) {
        was_wrong(asked.worker, asked.place);
    }
    credential
}

/// The same of what is no key.
async fn judged_by_others(
    place: &SchemePlace,
    value: &str,
    (operation, is_wanted): (Option<usize>, bool),
    asked: Asked<'_>,
    questions: &mut Vec<Question>,
) -> Credential {
    let callers = &asked.plan.model.callers;
    let whoami = callers.whoami.as_ref();
    match own_password::judge(value, asked).await {
        OfPassword::Good(identity, used) => {
            let judged = Judged::Genuine { identity, instead: None };
            let under = Under { password: Some(used), ..Under::default() };
            return Credential { under, ..judged.into() };
        }
        OfPassword::Judged(judged) => return judged.into(),
        OfPassword::Other => {}
    }
    let (judged, session, token) = match session::judge(value, place, operation, asked).await {
        OfSession::Held(Held { session, identity, instead }) => {
            (Judged::Genuine { identity, instead: Some(instead) }, Some(session), None)
        }
        OfSession::Judged(judged) => return judged.into(),
        OfSession::Other => {
            if let Some(whoami) = whoami.filter(|one| one.schemes.contains(&asked.scheme)) {
                let about = whoami::About { place, value, whoami };
                let (judged, told) = whoami::judge(about, asked, questions).await;
                return Credential { told, ..judged.into() };
            }
            let (judged, token) = token::judge(value, asked).await;
            (judged, None, token)
        }
    };
    let has_rules = callers.attributes.iter().any(|rule| rule.whoami.is_some());
    match (judged, whoami) {
        (Judged::Genuine { identity, instead }, Some(whoami)) if has_rules && is_wanted => {
            let value = instead.as_deref().unwrap_or(value);
            let about = whoami::About { place, value, whoami };
            let is_nameless = session.as_deref().is_some_and(login::is_nameless);
            let told =
                whoami::with_attributes(identity, is_nameless, about, asked, questions).await;
            match told {
                Ok((identity, digest)) => Credential {
                    judged: Judged::Genuine { identity, instead },
                    told: Some(digest),
                    under: Under { session, token, ..Under::default() },
                },
                Err(unverified) => unverified.judged().into(),
            }
        }
        (judged, _) => {
            let under = Under { session, token, ..Under::default() };
            Credential { under, ..judged.into() }
        }
    }
}
