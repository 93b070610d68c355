//! Gives out the keys and users of a file: in the gateway of one try, and, so that its own API is attacked alike, to the
//! sample, which looks at them carelessly at one place and strictly at another.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use portcullis_credential::api_key::{self, Pepper};
use portcullis_credential::password::{self, Hashed, Salt, Work};
use portcullis_model::{Clock, KeyId, KeyRules, UnixMillis};
use portcullis_store::{KeyFacts, KeyWhich, PasswordFacts, Store, Which, folded};
use serde_json::{Value, json};

use crate::client::exchange;
use crate::craft::{BRAND, ENVIRONMENT, Parts};
use crate::form::Step;
use crate::given_check::CHANCE;
use crate::given_key::{GivenKey, GivenUser, Keys, Users};
use crate::identity;
use crate::payload::Payload;
use crate::request::{self, Added};
use crate::variables::Variables;

/// How long a key that is replaced holds once the new one was used.
const OVERLAP_MS: u64 = 3_600_000;
/// How long the sample may take to learn what was given out.
const LEARN_TIMEOUT: Duration = Duration::from_secs(5);

/// The name of an API where there is one alone.
const ONLY_API: &str = "";

/// What digests and hashes of one try are made with: of chance, and kept nowhere.
#[derive(Clone)]
pub(crate) struct Peppers {
    pub(crate) keys: Arc<Pepper>,
    pub(crate) passwords: Arc<password::Pepper>,
}

/// Where credentials of ours are given out.
pub(crate) struct Issuing {
    api: SocketAddr,
    clock: Arc<dyn Clock>,
    /// Of the gateway; none: requests go directly.
    gateway: Option<(Store, Peppers)>,
    keys: Vec<Issued>,
    users: Users,
    /// What the sample knows.
    told: Told,
}

struct Issued {
    name: String,
    id: KeyId,
    text: String,
}

/// As the sample reads it.
#[derive(Default)]
struct Told {
    keys: Vec<Value>,
    users: Vec<(String, String)>,
}

impl Peppers {
    /// New ones.
    pub(crate) fn of_chance() -> Result<Self, String> {
        let mut drawn = [[0; 32]; 2];
        for one in &mut drawn {
            getrandom::fill(one).map_err(|_| no_chance())?;
        }
        let [keys, passwords] = drawn.map(|one| BASE64_STANDARD.encode(one));
        let unusable = |_| "no pepper can be made".to_owned();
        Ok(Self {
            keys: Arc::new(Pepper::parse(keys.as_bytes()).map_err(unusable)?),
            passwords: Arc::new(password::Pepper::parse(passwords.as_bytes()).map_err(unusable)?),
        })
    }
}

impl Issuing {
    pub(crate) fn new(
        api: SocketAddr,
        clock: Arc<dyn Clock>,
        gateway: Option<(Store, Peppers)>,
    ) -> Self {
        Self {
            api,
            clock,
            gateway,
            keys: Vec::new(),
            users: Users::default(),
            told: Told::default(),
        }
    }

    /// Gives all of them out, and saves what steps show: a key's text and its `_id`; of a user what follows `Basic`.
    pub(crate) async fn give(
        &mut self,
        keys: &Keys,
        users: &Users,
        variables: &mut Variables,
    ) -> Result<(), String> {
        if keys.0.is_empty() && users.0.is_empty() {
            return Ok(());
        }
        for (name, key) in &keys.0 {
            let failed = |why: String| format!("the key `{name}` cannot be made: {why}");
            let text = match &key.value.like {
                Some(like) => self.crafted(&key.value, like),
                None => self.key(name, &key.value).await,
            };
            let text = text.map_err(failed)?;
            let id = Parts::of(&text).map(|parts| parts.id).unwrap_or_default();
            variables.save(&format!("{name}_id"), Value::from(id));
            variables.save(name, Value::from(text));
        }
        for (name, user) in &users.0 {
            let GivenUser { user: who, password, shown_only, .. } = &user.value;
            let pair = BASE64_STANDARD.encode(format!("{who}:{password}"));
            variables.save(name, Value::from(pair));
            if !shown_only {
                self.user(&user.value).await?;
            }
        }
        self.users = users.clone();
        self.tell().await
    }

    /// What a step does before it is sent.
    pub(crate) async fn before(&mut self, step: &Step) -> Result<(), String> {
        if let Some(name) = &step.revoke {
            self.revoke(name).await?;
        }
        if let Some(name) = &step.set_password {
            let user = self.users.get(name).cloned();
            self.user(&user.ok_or_else(|| format!("there is no user `{name}`"))?).await?;
        }
        if let Some(name) = &step.end_sessions {
            self.end_sessions(name).await?;
        }
        if step.revoke.is_some() || step.set_password.is_some() {
            self.tell().await
        } else {
            Ok(())
        }
    }

    async fn revoke(&mut self, name: &str) -> Result<(), String> {
        let id = self.issued(name)?.id;
        let text = id.to_string();
        for key in self.told.keys.iter_mut().filter(|key| key.get("id") == Some(&json!(text))) {
            if let Some(members) = key.as_object_mut() {
                members.insert("is_revoked".to_owned(), true.into());
            }
        }
        let Some((store, _)) = &self.gateway else { return Ok(()) };
        let revoked = store.revoke_keys(KeyWhich::Id(id), self.clock.now()).await;
        revoked.map(drop).map_err(|error| format!("`{name}` cannot be revoked: {error}"))
    }

    /// Ends all sessions of a user of the sample, as `portcullis sessions end --account` does. The API has no such door.
    async fn end_sessions(&self, name: &str) -> Result<(), String> {
        let Some((store, _)) = &self.gateway else { return Ok(()) };
        let account = store.account(ONLY_API, &folded(&identity::email(name)));
        let which = Which::Account { api: ONLY_API.to_owned(), account };
        let ended = store.end(which, self.clock.now()).await;
        ended.map(drop).map_err(|error| format!("sessions of `{name}` cannot be ended: {error}"))
    }

    fn issued(&self, name: &str) -> Result<&Issued, String> {
        let found = self.keys.iter().find(|one| one.name == name);
        found.ok_or_else(|| format!("there is no key `{name}`"))
    }

    /// A text that looks like an issued key.
    fn crafted(&self, key: &GivenKey, like: &str) -> Result<String, String> {
        let parts = |name: &str| {
            let text = &self.issued(name)?.text;
            Parts::of(text).ok_or_else(|| format!("`{name}` is no key"))
        };
        let mut made = parts(like)?;
        match key.secret.as_deref() {
            None => {}
            Some(CHANCE) => made.secret = Parts::of_chance().ok_or_else(no_chance)?.secret,
            Some(other) => made.secret = parts(other)?.secret,
        }
        if let Some(environment) = &key.environment {
            made.environment.clone_from(environment);
        }
        Ok(made.text(key.mistyped))
    }

    /// Issues a key: the text that is shown.
    async fn key(&mut self, name: &str, key: &GivenKey) -> Result<String, String> {
        let now = self.clock.now();
        let (id, text) =
            api_key::generate(BRAND, ENVIRONMENT).map_err(|fault| fault.to_string())?;
        let (rules, ends) = (key.rules()?, key.end_ms(now.0)?);
        let named = |name: &Option<String>| {
            name.as_deref().map(|name| self.issued(name).map(|one| one.id)).transpose()
        };
        let (parent, replaces) = (named(&key.parent)?, named(&key.replaces)?);
        let owner = match (&key.owner, parent) {
            (Some(owner), _) => owner.clone(),
            // One below another has that one's owner.
            (None, Some(parent)) => self.owner(parent),
            (None, None) => String::new(),
        };
        self.told.keys.push(told(id, &text, &owner, (parent, ends), &rules));
        if let Some((store, peppers)) = &self.gateway {
            let facts = KeyFacts {
                id,
                mac: peppers.keys.mac(&text),
                owner,
                label: String::new(),
                parent,
                created: now,
                expires: ends.map(UnixMillis),
                rules,
                replaces: replaces.map(|id| (id, OVERLAP_MS)),
            };
            store.issue_key(facts, now).await.map_err(|error| error.to_string())?;
        }
        self.keys.push(Issued { name: name.to_owned(), id, text: text.clone() });
        Ok(text)
    }

    fn owner(&self, id: KeyId) -> String {
        let id = id.to_string();
        let mut known = self.told.keys.iter().filter(|key| key.get("id") == Some(&json!(id)));
        let owner = known.next().and_then(|key| key.get("owner")?.as_str());
        owner.unwrap_or_default().to_owned()
    }

    /// Sets a password.
    async fn user(&mut self, user: &GivenUser) -> Result<(), String> {
        let GivenUser { user: name, password, attributes, .. } = user;
        self.told.users.retain(|(known, _)| known != name);
        self.told.users.push((name.clone(), password.clone()));
        let Some((store, peppers)) = &self.gateway else { return Ok(()) };
        let failed = |why: &dyn std::fmt::Display| format!("`{name}` cannot be set: {why}");
        let prepared = password::prepare(password.as_bytes()).map_err(|fault| failed(&fault))?;
        let salt = Salt::draw().ok_or_else(no_chance)?;
        let hash = Hashed::new(&prepared, salt, &peppers.passwords, &mut Work::default());
        let facts = PasswordFacts {
            user: name.clone(),
            hash: hash.map_err(|fault| failed(&fault))?,
            attributes: attributes.clone().into_iter().collect(),
        };
        let set = store.set_password(facts, self.clock.now()).await;
        set.map(drop).map_err(|error| failed(&error))
    }

    /// Tells the sample what is given out.
    async fn tell(&self) -> Result<(), String> {
        let Told { keys, users } = &self.told;
        let users: Vec<Value> = users
            .iter()
            .map(|(name, password)| json!({ "name": name, "password": password }))
            .collect();
        let step = Step {
            send: Some("PUT /credentials".to_owned()),
            body: Some(Payload::Json(json!({ "keys": keys, "users": users }))),
            ..Step::default()
        };
        let mut variables = Variables::default();
        variables.save("host", Value::from(self.api.to_string()));
        let request = request::build(&step, &Added::default(), &variables);
        let request = request.map_err(|missing| format!("nothing gives `{}`", missing.0))?;
        let answer = exchange(self.api, &request, LEARN_TIMEOUT).await.answer;
        match answer.map_err(|silence| format!("the sample is silent: {silence}"))?.status {
            204 => Ok(()),
            status => Err(format!("the sample does not learn what is given out: status {status}")),
        }
    }
}

/// A key as the sample reads it.
fn told(
    id: KeyId,
    text: &str,
    owner: &str,
    (parent, ends): (Option<KeyId>, Option<u64>),
    rules: &KeyRules,
) -> Value {
    let may: Vec<&str> = rules.may.iter().flat_map(|(_, verbs)| verbs.words()).collect();
    let orders: Vec<&String> = rules.objects.iter().map(|(_, id)| id).collect();
    // Whole bytes of an address are what the sample compares.
    let addresses: Vec<String> = rules
        .networks
        .iter()
        .map(|(first, bits)| {
            let text = first.to_string();
            let bytes: Vec<&str> = text.split('.').take(usize::from(bits / 8)).collect();
            let end = if bytes.len() < 4 { "." } else { "" };
            bytes.join(".") + end
        })
        .collect();
    json!({
        "id": id.to_string(), "text": text, "owner": owner,
        "parent": parent.map(|id| id.to_string()),
        "operations": rules.operations, "may": may, "orders": orders, "addresses": addresses,
        "ends": ends.map(|ms| ms / 1000), "is_revoked": false,
        "uses_max": rules.quota.rate.map(|(count, _)| count),
    })
}

fn no_chance() -> String {
    "the operating system gives no randomness".to_owned()
}
