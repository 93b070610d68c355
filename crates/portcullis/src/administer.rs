//! `portcullis sessions` and `portcullis tokens`: asked of the gateway that runs, or done on its store.

use std::path::Path;
use std::sync::Arc;

use portcullis_admin::{AskFault, Keeper, Request, Selected, Way, ask};
use portcullis_ledger::Ledger;
use portcullis_model::{Clock as _, UnixMillis};
use portcullis_policy::{LedgerTarget, Model, Policy};
use portcullis_store::{DATABASE, Revocation, Revoked, SessionId};
use serde_json::{Value, json};

use crate::arguments::{Format, SessionsEndOptions, SessionsListOptions, TokensRevokeOptions};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::report::many;
use crate::when::When;
use crate::{load, sessions, talk};

const DAY_MS: u64 = 86_400_000;

pub(crate) fn list(options: &SessionsListOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let (mut listed, mut has_more, mut damaged) = (Vec::new(), false, 0);
        for api in desk.apis(options.api.as_deref())? {
            let answer = desk.ask(Request::ListSessions { api: api.clone(), max: options.max })?;
            has_more |= is_true(&answer, "has_more");
            damaged += number(&answer, "damaged");
            for one in sessions_of(&answer) {
                let mut one = one.clone();
                if let Value::Object(members) = &mut one {
                    members.insert("api".to_owned(), json!(api));
                }
                listed.push(one);
            }
        }
        Ok((desk.way, json!({ "sessions": listed, "has_more": has_more, "damaged": damaged })))
    });
    concluded(made, options.format, |answer| {
        let sessions = sessions_of(answer);
        let text = |one: &Value, name: &str| {
            talk::clean(one.get(name).and_then(Value::as_str).unwrap_or_default())
        };
        for one in sessions {
            let columns = ["id", "created", "expires", "network", "api", "subject"];
            let row = columns.map(|name| text(one, name)).join("  ");
            talk::print(&format!("{}\n", row.trim_end()));
        }
        talk::say(&many(sessions.len(), "session"));
        if is_true(answer, "has_more") {
            talk::say("there are older ones: --max shows more");
        }
        let damaged = number(answer, "damaged");
        if damaged > 0 {
            talk::say(&format!("{damaged} damaged ones, which open nothing"));
        }
    })
}

pub(crate) fn end(options: &SessionsEndOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let of = selected(options)?;
        let (mut ended, mut failed) = (0, None);
        // What cannot be done at one API is no reason to leave it undone at the others.
        for api in desk.apis(options.api.as_deref())? {
            let name = api.clone();
            match desk.ask(Request::EndSessions { api, of: of.clone() }) {
                Ok(answer) => ended += number(&answer, "ended"),
                Err(exit) => {
                    talk::say(&format!("that was for the API `{}`", talk::clean(&name)));
                    failed = Some(exit);
                }
            }
        }
        failed.map_or(Ok((desk.way, json!({ "ended": ended }))), Err)
    });
    concluded(made, options.format, |answer| {
        let ended = number(answer, "ended");
        talk::print(&format!("{} ended\n", many(ended as usize, "session")));
    })
}

pub(crate) fn revoke(options: &TokensRevokeOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        desk.check_issuer(&options.issuer)?;
        let now = SystemClock.now();
        let before = options.issued_before.unwrap_or(When::Now).bound(now);
        let of = match (&options.jti, &options.subject) {
            (Some(jti), _) => Revoked::Token { jti: jti.clone() },
            (None, Some(subject)) => Revoked::Subject { subject: subject.clone(), before },
            (None, None) => Revoked::IssuedBefore(before),
        };
        let until = UnixMillis(now.0.saturating_add(u64::from(options.days) * DAY_MS));
        let revocation = Revocation { issuer: options.issuer.clone(), of, until };
        desk.ask(Request::RevokeTokens(revocation))?;
        Ok((desk.way, json!({ "revoked": true })))
    });
    concluded(made, options.format, |_| talk::print("revoked\n"))
}

fn selected(options: &SessionsEndOptions) -> Result<Selected, Exit> {
    if let Some(id) = &options.id {
        let id = SessionId::parse(id);
        return id.map(Selected::Id).ok_or_else(|| {
            talk::say(
                "that is no id of a session: 32 hex digits, as `portcullis sessions list` shows",
            );
            Exit::Unusable
        });
    }
    let account = options.account.clone().map(Selected::Account);
    let subject = options.subject.clone().map(Selected::Subject);
    let before = options.opened_before.map(|when| when.bound(SystemClock.now()));
    // The command line's parser asks for one of them.
    let other = if options.all { Selected::All } else { Selected::OpenedBefore(UnixMillis(0)) };
    Ok(account.or(subject).or_else(|| before.map(Selected::OpenedBefore)).unwrap_or(other))
}

/// Says how it went.
fn concluded(made: Result<(Way, Value), Exit>, format: Format, print: impl FnOnce(&Value)) -> Exit {
    let (way, mut answer) = match made {
        Ok(made) => made,
        Err(exit) => return exit,
    };
    match format {
        Format::Json => {
            if let Value::Object(members) = &mut answer {
                members.insert("way".to_owned(), json!(way.name()));
            }
            talk::print(&format!("{answer:#}\n"));
        }
        Format::Text => {
            print(&answer);
            talk::say(match way {
                Way::Socket => "by the gateway that runs",
                Way::Store => "on the store itself: no gateway runs on it",
            });
        }
    }
    Exit::Success
}

fn number(answer: &Value, name: &str) -> u64 {
    answer.get(name).and_then(Value::as_u64).unwrap_or_default()
}

fn is_true(answer: &Value, name: &str) -> bool {
    answer.get(name).and_then(Value::as_bool) == Some(true)
}

fn sessions_of(answer: &Value) -> &[Value] {
    answer.get("sessions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Where acts are asked for.
struct Desk {
    apis: Vec<Model>,
    way: Way,
    /// Opened where no gateway runs.
    keeper: Option<Keeper>,
}

impl Desk {
    fn of(config: &Path) -> Result<Self, Exit> {
        let policy = load::explained_policy(Some(config), None, None, None);
        let Policy { apis, .. } = policy.map_err(|failure| load::refuse(&failure))?;
        Ok(Self { apis, way: Way::Socket, keeper: None })
    }

    /// The names of the APIs that are meant.
    fn apis(&self, wanted: Option<&str>) -> Result<Vec<String>, Exit> {
        let all = self.apis.iter().map(|api| api.name.to_string());
        let meant: Vec<_> = all.filter(|name| wanted.is_none_or(|wanted| wanted == name)).collect();
        if meant.is_empty() {
            talk::say(&format!(
                "the policy has no API `{}`",
                talk::clean(wanted.unwrap_or_default())
            ));
            return Err(Exit::Unusable);
        }
        Ok(meant)
    }

    /// A name that the policy does not know would revoke nothing, and say that it did.
    fn check_issuer(&self, issuer: &str) -> Result<(), Exit> {
        let callers = || self.apis.iter().map(|api| &api.callers);
        let signing = callers().flat_map(|callers| callers.jwt.iter().map(|one| &*one.issuer));
        let asked = callers().flat_map(|one| one.introspection.iter().map(|one| &*one.issuer));
        let mut known: Vec<&str> = signing.chain(asked).collect();
        known.dedup();
        if known.contains(&issuer) {
            return Ok(());
        }
        talk::say(&format!("the policy has no issuer `{}`", talk::clean(issuer)));
        if !known.is_empty() {
            talk::say(&format!("help: it has `{}`", known.join("`, `")));
        }
        Err(Exit::Unusable)
    }

    /// Asks the gateway; where none runs, the store.
    fn ask(&mut self, request: Request) -> Result<Value, Exit> {
        let Some(place) = self.apis.iter().find_map(|api| api.store.as_ref()) else {
            talk::say(
                "the policy has no `store`: nothing lasts there that could be ended or revoked",
            );
            talk::say("help: add `store: { folder: sessions, key: file:store.key }`");
            return Err(Exit::Unusable);
        };
        if self.keeper.is_none() {
            match ask(&place.folder, &request) {
                Ok(answer) => return answered(answer),
                Err(AskFault::Nobody) => self.keeper = Some(self.keeper()?),
                Err(fault @ AskFault::Unclear(_)) => {
                    talk::say(&fault.to_string());
                    return Err(Exit::Failure);
                }
                Err(fault) => {
                    talk::say(&fault.to_string());
                    return Err(Exit::Unusable);
                }
            }
        }
        self.way = Way::Store;
        let Some(keeper) = &self.keeper else { return Err(Exit::Unusable) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            talk::say(&format!("nothing can be run: {error}"));
            Exit::Unusable
        })?;
        let answer = runtime.block_on(keeper.perform_here(request));
        if let Some(ledger) = &keeper.ledger {
            ledger.flush();
        }
        answered(answer)
    }

    /// The store itself, which is locked as long as a gateway runs.
    fn keeper(&self) -> Result<Keeper, Exit> {
        let model = self.apis.iter().find(|api| api.store.is_some());
        let place = model.and_then(|model| Some((model, model.store.as_ref()?)));
        let (model, place) = place.ok_or(Exit::Unusable)?;
        // To look is no reason to make one.
        if !place.folder.join(DATABASE).exists() {
            let folder = talk::clean(&place.folder.display().to_string());
            talk::say(&format!("there is no store in `{folder}`: no gateway ran with it yet"));
            return Err(Exit::Unusable);
        }
        let store = sessions::open(model, false).map_err(|failure| load::refuse(&failure))?;
        let store = store.ok_or(Exit::Unusable)?;
        let clock = Arc::new(SystemClock);
        let ledger = match &model.ledger {
            LedgerTarget::File(path) => match Ledger::open(path, clock.clone()) {
                Ok(ledger) => Some(Arc::new(ledger)),
                Err(error) => {
                    talk::say(&format!("`{}`: {error}", path.display()));
                    return Err(Exit::Unusable);
                }
            },
            LedgerTarget::Stdout => {
                talk::say("the policy's records go to standard output: of this there is none");
                None
            }
        };
        Ok(Keeper { store, ledger, clock, way: Way::Store })
    }
}

/// An answer, if it says that all is done and lasts.
fn answered(answer: Value) -> Result<Value, Exit> {
    let Some(problem) = answer.get("problem").and_then(Value::as_str) else { return Ok(answer) };
    talk::say(&talk::clean(problem));
    if is_true(&answer, "holds") {
        talk::say("it is in force, and would not be after a restart; ask again until it lasts");
    }
    Err(Exit::Failure)
}
