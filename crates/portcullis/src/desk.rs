//! Where administrative acts are asked for: the gateway that runs, or its store.

use std::path::Path;
use std::sync::Arc;

use portcullis_admin::{AskFault, Keeper, KeyRequest, PasswordRequest, Request, Way, ask};
use portcullis_ledger::Ledger;
use portcullis_policy::{LedgerTarget, Model, Policy};
use portcullis_store::DATABASE;
use serde_json::{Value, json};

use crate::arguments::Format;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::{load, sessions, store_key, talk};

/// Where acts are asked for.
pub(crate) struct Desk {
    pub(crate) apis: Vec<Model>,
    pub(crate) way: Way,
    /// Opened where no gateway runs.
    keeper: Option<Keeper>,
}

impl Desk {
    pub(crate) fn of(config: &Path) -> Result<Self, Exit> {
        let policy = load::explained_policy(Some(config), None, None, None);
        let Policy { apis, .. } = policy.map_err(|failure| load::refuse(&failure))?;
        Ok(Self { apis, way: Way::Socket, keeper: None })
    }

    /// The names of the APIs that are meant.
    pub(crate) fn apis(&self, wanted: Option<&str>) -> Result<Vec<String>, Exit> {
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
    pub(crate) fn check_issuer(&self, issuer: &str) -> Result<(), Exit> {
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
    pub(crate) fn ask(&mut self, request: Request) -> Result<Value, Exit> {
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
                Err(AskFault::Nobody) => self.keeper = Some(self.keeper(may_make(&request))?),
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
    fn keeper(&self, may_make: bool) -> Result<Keeper, Exit> {
        let model = self.apis.iter().find(|api| api.store.is_some());
        let place = model.and_then(|model| Some((model, model.store.as_ref()?)));
        let (model, place) = place.ok_or(Exit::Unusable)?;
        // To look is no reason to make one.
        if !may_make && !place.folder.join(DATABASE).exists() {
            let folder = talk::clean(&place.folder.display().to_string());
            talk::say(&format!("there is no store in `{folder}`: no gateway ran with it yet"));
            return Err(Exit::Unusable);
        }
        let store = sessions::open(model, false).map_err(|failure| load::refuse(&failure))?;
        let (store, opened) = store.ok_or(Exit::Unusable)?;
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
        let keks = store_key::reader(model, Way::Store);
        let service = store_key::service(place).ok().flatten();
        let keeper = Keeper { store, ledger, clock, way: Way::Store, keks, service };
        keeper.opened(&opened);
        Ok(keeper)
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

/// Whether there may be no store yet: the first key can be issued before the first start.
fn may_make(request: &Request) -> bool {
    match request {
        Request::Keys(KeyRequest::Import(all)) => !all.is_only_asked,
        Request::Keys(KeyRequest::Add { .. }) | Request::Passwords(PasswordRequest::Set(_)) => true,
        _ => false,
    }
}

/// Says how it went.
pub(crate) fn concluded(
    made: Result<(Way, Value), Exit>,
    format: Format,
    print: impl FnOnce(&Value),
) -> Exit {
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

pub(crate) fn number(answer: &Value, name: &str) -> u64 {
    answer.get(name).and_then(Value::as_u64).unwrap_or_default()
}

pub(crate) fn is_true(answer: &Value, name: &str) -> bool {
    answer.get(name).and_then(Value::as_bool) == Some(true)
}
