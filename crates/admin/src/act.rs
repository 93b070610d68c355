//! Doing what was asked, and recording it.

use std::path::Path;
use std::sync::Arc;

use portcullis_ledger::{Administered, KeyReported, Ledger, StoreOpened};
use portcullis_model::{Clock, Tally, UnixMillis};
use portcullis_store::{
    GivenBack, Kek, KeyFacts, KeyService, LISTED_MAX, Listing, Opened, Origin,
    PASSWORDS_LISTED_MAX, PasswordFacts, ReportedEnd, Revoked, State, Store, StoreError, Which,
    folded,
};
use serde_json::{Value, json};

use crate::keys::{self, KeyRequest, Report};
use crate::misread::Misread;
use crate::passwords::{self, PasswordRequest};
use crate::request::{BY_SERVICE, Request, Selected, token_by};

/// Bytes of the keys of one list: the answer must fit into what is read of it.
const LIST_BYTES_MAX: usize = 6 << 20;

/// A key is made where the command runs.
const OTHER_PEPPER: &str = "the gateway that runs has another pepper: a key that is made with this one would open \
                            nothing; have it read its policy again (SIGHUP), or name the pepper that it has";

/// How an act came to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through the socket of a gateway that runs.
    Socket,
    /// To the store itself, because no gateway runs.
    Store,
}

impl Way {
    /// The word in records and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Store => "store",
        }
    }
}

/// Reads a key of the store from its place, `file:/etc/new.key`; or says why it cannot be one.
pub type KekReader = Arc<dyn Fn(&str) -> Result<Kek, String> + Send + Sync>;

/// Who does what is asked.
#[derive(Clone)]
pub struct Keeper {
    /// On what.
    pub store: Store,
    /// Where it is recorded; nowhere, where records go to a stream of somebody else.
    pub ledger: Option<Arc<Ledger>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How acts come to it.
    pub way: Way,
    /// Where new keys of the store come from: a request has none in it.
    pub keks: KekReader,
    /// What wraps the store's own key, if anybody does.
    pub service: Option<Arc<dyn KeyService>>,
}

/// Why something was not done, or does not last.
struct Undone {
    problem: String,
    /// It is in force all the same.
    holds: bool,
}

impl Undone {
    fn other_pepper() -> Self {
        Self { problem: OTHER_PEPPER.to_owned(), holds: false }
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self { problem: error.to_string(), holds: matches!(error, StoreError::NotDurable(_)) }
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("way", &self.way).finish_non_exhaustive()
    }
}

impl Keeper {
    /// Does what `uid` asks. The answer says `ended` and how many, `revoked`, `rows`, or `sessions`; or
    /// `problem`, and then `holds`: whether it is in force all the same, and only does not last.
    pub async fn perform(&self, uid: u32, request: Request) -> Value {
        let opened = Tally::default();
        let (count, problem, answer) = match self.done(&request, &opened).await {
            Ok((count, answer)) => (Some(count as u64), None, answer),
            Err(Undone { problem, holds }) => {
                (None, Some(problem.clone()), json!({ "problem": problem, "holds": holds }))
            }
        };
        let all = Administered { count, opened: opened.count(), ..self.nothing(uid) };
        self.record(&request, Administered { problem: problem.as_deref(), ..all });
        answer
    }

    async fn done(&self, request: &Request, opened: &Tally) -> Result<(usize, Value), Undone> {
        let now = self.clock.now();
        Ok(match request {
            Request::ListSessions { api, max } => {
                let max = usize::try_from(*max).unwrap_or(LISTED_MAX);
                let listing = self.store.list(api, max, now, opened).await?;
                (listing.sessions.len(), listed(&listing))
            }
            Request::EndSessions { api, of } => {
                let count = self.store.end(self.which(api, of, now), now).await?;
                (count, json!({ "ended": count }))
            }
            Request::Keys(request) => self.keys(request, now).await?,
            Request::Passwords(request) => self.passwords(request, now).await?,
            Request::RevokeTokens(revocation) => {
                self.store.revoke(revocation.clone(), now).await?;
                (1, json!({ "revoked": true }))
            }
            Request::RekeyStore { to } => self.rekey(to, opened).await?,
            Request::BackupStore { to } => {
                let to = Path::new(to);
                if !to.is_absolute() {
                    let problem = format!("`{}` is no absolute path", to.display());
                    return Err(Undone { problem, holds: false });
                }
                let bytes = self.store.backup(to).await?;
                (1, json!({ "bytes": bytes }))
            }
            Request::GiveBackOnce { entry, of, .. } => self.give_back(entry, of, now).await?,
            Request::RewrapStore => {
                self.store.rewrap_by(self.service()?, now).await?;
                (1, json!({ "rewrapped": true }))
            }
        })
    }

    async fn give_back(
        &self,
        entry: &str,
        of: &[Vec<u8>],
        now: UnixMillis,
    ) -> Result<(usize, Value), Undone> {
        let of: Vec<&[u8]> = of.iter().map(Vec::as_slice).collect();
        match self.store.give_back_once(self.store.once_mark(entry, &of), now).await? {
            GivenBack::Free => Ok((1, json!({ "given_back": true }))),
            GivenBack::Never => Ok((0, json!({ "given_back": false }))),
            GivenBack::UnderWay => {
                let problem =
                    "a request is under way with it: ask again when it is over".to_owned();
                Err(Undone { problem, holds: false })
            }
        }
    }

    fn service(&self) -> Result<Arc<dyn KeyService>, Undone> {
        let none = || "the policy names no key service: `store: { kms }`".to_owned();
        self.service.clone().ok_or_else(|| Undone { problem: none(), holds: false })
    }

    async fn rekey(&self, to: &str, opened: &Tally) -> Result<(usize, Value), Undone> {
        let rekeyed = if to == BY_SERVICE {
            self.store.rekey_by(self.service()?).await?
        } else {
            let kek = (self.keks)(to).map_err(|problem| Undone { problem, holds: false })?;
            self.store.rekey(&kek).await?
        };
        opened.add(rekeyed.opened);
        let mut answer = json!({ "rows": rekeyed.rows, "damaged": rekeyed.damaged });
        if let (Value::Object(members), Some(left)) = (&mut answer, rekeyed.left) {
            members.insert("left".to_owned(), json!(left.to_string()));
        }
        Ok((rekeyed.rows, answer))
    }

    async fn keys(&self, request: &KeyRequest, now: UnixMillis) -> Result<(usize, Value), Undone> {
        match request {
            KeyRequest::Add { pepper, .. } if self.has_other(pepper) => Err(Undone::other_pepper()),
            KeyRequest::Import(all) if self.has_other(&all.pepper) => Err(Undone::other_pepper()),
            KeyRequest::Import(all) => {
                let (facts, again) = (all.facts(now), all.again);
                let found = if all.is_only_asked {
                    self.store.look_at_import(&facts, again, now)?
                } else {
                    self.store.import_keys(facts, again, now).await?
                };
                let count = if all.is_only_asked { 0 } else { found.added };
                Ok((count, keys::imported(&found)))
            }
            KeyRequest::Add { facts, .. } => {
                self.store.issue_key(KeyFacts::clone(facts), now).await?;
                Ok((1, json!({ "issued": true })))
            }
            KeyRequest::List { which, max } => {
                let max = usize::try_from(*max).unwrap_or(LISTED_MAX).min(LISTED_MAX);
                let all = self.store.list_keys(which, max.saturating_add(1));
                let keys = within(all.iter().take(max).map(keys::listed), LIST_BYTES_MAX);
                let has_more = all.len() > keys.len();
                Ok((keys.len(), json!({ "keys": keys, "has_more": has_more })))
            }
            KeyRequest::Revoke(which) => {
                let count = self.store.revoke_keys(which.clone(), now).await?;
                Ok((count, json!({ "revoked": count })))
            }
            KeyRequest::Expire { id, at } => {
                self.store.expire_key(*id, UnixMillis(*at), now).await?;
                Ok((1, json!({ "expires": true })))
            }
            KeyRequest::Show { id } => {
                let shown = self.store.show_key(id).ok_or(StoreError::NoKey)?;
                Ok((1, keys::shown(&shown)))
            }
            KeyRequest::Report(report) => Ok(self.report(report, now).await?),
        }
    }

    /// Whether keys are compared under another pepper than this.
    fn has_other(&self, pepper: &[u8; 32]) -> bool {
        self.store.pepper().is_some_and(|own| own != *pepper)
    }

    /// A report of what is no key of ours, or none any more, is no failure: it says `genuine`.
    async fn report(&self, report: &Report, now: UnixMillis) -> Result<(usize, Value), StoreError> {
        let Report { id, mac, on_report, source, url } = report;
        let mut reported = self.store.report_keys(&[(*id, *mac)], *on_report, now).await;
        let Some(reported) = reported.pop().flatten() else {
            return Ok((0, json!({ "genuine": false })));
        };
        let problem = reported.end.as_ref().err().map(ToString::to_string);
        let (revoked, ends) = reported.end.as_ref().map_or((None, None), ReportedEnd::told);
        if let Some(ledger) = &self.ledger {
            ledger.key_reported(&KeyReported {
                time: now,
                id: *id,
                owner: &reported.key.owner,
                by: "administrator",
                source: Some(source.as_str()).filter(|source| !source.is_empty()),
                url: Some(url.as_str()).filter(|url| !url.is_empty()),
                revoked,
                ends,
                problem: problem.as_deref(),
            });
        }
        reported.end?;
        let ends = ends.map(UnixMillis::rfc3339);
        let key = keys::listed(&reported.key);
        Ok((1, json!({ "genuine": true, "key": key, "revoked": revoked, "ends": ends })))
    }

    async fn passwords(
        &self,
        request: &PasswordRequest,
        now: UnixMillis,
    ) -> Result<(usize, Value), StoreError> {
        match request {
            PasswordRequest::Set(facts) => {
                let facts = PasswordFacts::clone(facts);
                let is_replaced = self.store.set_password(facts, now).await?;
                Ok((1, json!({ "set": true, "is_replaced": is_replaced })))
            }
            PasswordRequest::List { after, max } => {
                let max = usize::try_from(*max).unwrap_or(usize::MAX).min(PASSWORDS_LISTED_MAX - 1);
                let after = Some(after.as_str()).filter(|after| !after.is_empty());
                let all = self.store.list_passwords(after, max + 1);
                let users: Vec<Value> = all.iter().take(max).map(passwords::listed).collect();
                Ok((users.len(), json!({ "users": users, "has_more": all.len() > max })))
            }
            PasswordRequest::Remove { user } => {
                let was_there = self.store.remove_password(user, now).await?;
                Ok((usize::from(was_there), json!({ "removed": was_there })))
            }
        }
    }

    /// Records that the store was opened for this, and what was decrypted for that.
    pub fn opened(&self, opened: &Opened) {
        let Some(ledger) = &self.ledger else { return };
        ledger.store_opened(&StoreOpened {
            time: self.clock.now(),
            door: match self.way {
                Way::Socket => "start",
                Way::Store => "store",
            },
            opened: opened.rows,
            is_new: opened.is_new,
            is_older: opened.is_older,
        });
    }

    /// [`Keeper::perform`] for the user who runs this process.
    pub async fn perform_here(&self, request: Request) -> Value {
        self.perform(rustix::process::getuid().as_raw(), request).await
    }

    /// What is no request; and who may not ask gets no answer.
    pub(crate) fn refuse(&self, uid: u32, why: &str) {
        self.write(&Administered { problem: Some(why), ..self.nothing(uid) });
    }

    pub(crate) fn misread(&self, uid: u32, misread: Misread) -> Value {
        let text = misread.to_string();
        self.refuse(uid, &text);
        json!({ "problem": text, "holds": false })
    }

    fn which(&self, api: &str, of: &Selected, now: UnixMillis) -> Which {
        let api = api.to_owned();
        match of {
            Selected::Id(id) => Which::Id(*id),
            Selected::Account(name) => {
                let account = self.store.account(&api, &folded(name));
                Which::Account { api, account }
            }
            Selected::Subject(subject) => Which::Subject { api, subject: subject.clone() },
            Selected::OpenedBefore(before) => Which::OpenedBefore { api, before: *before },
            // Logins that are under way now, too; not those that come.
            Selected::All => {
                Which::OpenedBefore { api, before: UnixMillis(now.0.saturating_add(1)) }
            }
        }
    }

    fn nothing(&self, uid: u32) -> Administered<'static> {
        Administered {
            time: self.clock.now(),
            uid,
            door: self.way.name(),
            act: None,
            api: None,
            issuer: None,
            by: None,
            name: None,
            subject: None,
            count: None,
            opened: 0,
            problem: None,
        }
    }

    fn record(&self, request: &Request, all: Administered<'_>) {
        match request {
            Request::ListSessions { api, .. } => {
                self.write(&Administered { act: Some("list_sessions"), api: Some(api), ..all });
            }
            Request::EndSessions { api, of } => {
                let name = of.name().filter(|_| !matches!(of, Selected::Account(_)));
                self.write(&Administered {
                    act: Some("end_sessions"),
                    api: Some(api),
                    by: Some(of.by()),
                    name: name.as_deref(),
                    ..all
                });
            }
            Request::Keys(request) => {
                let (by, name) = request.named();
                self.write(&Administered {
                    act: Some(request.act()),
                    by: Some(by),
                    name: name.as_deref(),
                    ..all
                });
            }
            Request::Passwords(request) => {
                let (act, (by, name)) = (Some(request.act()), request.named());
                self.write(&Administered { act, by: Some(by), name, ..all });
            }
            Request::RekeyStore { to } => {
                let (act, by) = (Some("rekey_store"), Some("key"));
                self.write(&Administered { act, by, name: Some(to), ..all });
            }
            Request::BackupStore { to } => {
                let (act, by) = (Some("backup_store"), Some("folder"));
                self.write(&Administered { act, by, name: Some(to), ..all });
            }
            Request::RewrapStore => {
                self.write(&Administered { act: Some("rewrap_store"), ..all });
            }
            Request::GiveBackOnce { entry, caller, .. } => {
                let (issuer, subject) =
                    caller.as_ref().map(|(issuer, subject)| (&**issuer, &**subject)).unzip();
                let (act, by) = (Some("give_back_once"), Some("entry"));
                self.write(&Administered { act, by, name: Some(entry), issuer, subject, ..all });
            }
            Request::RevokeTokens(revocation) => {
                let name = match &revocation.of {
                    Revoked::Token { jti: name } | Revoked::Subject { subject: name, .. } => {
                        Some(name.as_str())
                    }
                    Revoked::IssuedBefore(_) => None,
                };
                self.write(&Administered {
                    act: Some("revoke_tokens"),
                    issuer: Some(&revocation.issuer),
                    by: Some(token_by(&revocation.of)),
                    name,
                    ..all
                });
            }
        }
    }

    fn write(&self, act: &Administered<'_>) {
        if let Some(ledger) = &self.ledger {
            ledger.administered(act);
        }
    }
}

/// The first of these that fit into so many bytes; the first one in any case.
fn within(keys: impl Iterator<Item = Value>, bytes_max: usize) -> Vec<Value> {
    let mut bytes = 0_usize;
    let fits = |key: &Value| {
        let is_first = bytes == 0;
        bytes = bytes.saturating_add(key.to_string().len() + 1);
        is_first || bytes <= bytes_max
    };
    keys.take_while(fits).collect()
}

fn listed(listing: &Listing) -> Value {
    let sessions = listing.sessions.iter().map(|session| {
        json!({
            "id": session.id.to_string(),
            "subject": session.subject,
            "created": session.created.rfc3339(),
            "expires": session.expires.rfc3339(),
            "network": session.network,
            "is_complete": session.state == State::Complete,
            "is_adopted": session.origin == Origin::Adopted,
        })
    });
    json!({
        "sessions": sessions.collect::<Vec<_>>(),
        "has_more": listing.has_more,
        "damaged": listing.damaged,
    })
}
