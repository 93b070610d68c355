//! Credentials that open nothing anywhere: keys, sessions with tokens, a password.

use portcullis_credential::api_key::{self, Pepper};
use portcullis_credential::opaque;
use portcullis_credential::password::{self, Hashed, Salt, Work};
use portcullis_model::{KeyId, KeyRules, Secret, UnixMillis};
use portcullis_policy::ApiKeys;
use portcullis_store::{
    Digest, Facts, KeyFacts, Origin, PasswordFacts, SessionId, State, Store, StoreError,
};

use crate::scratch::{chance, hex_of_chance};

/// Keys and sessions, each.
const EACH: usize = 16;

/// An hour: longer than any drill.
const LIFE_MS: u64 = 3_600_000;

/// Whose they are: in the clear in a store, so it must be found.
pub(super) const OWNER: &str = "portcullis-drill";

/// All of them.
pub(super) struct Canaries {
    pub(super) pepper: Pepper,
    pub(super) password_pepper: password::Pepper,
    pub(super) keys: Vec<(KeyId, String)>,
    /// Of each session: its name, our token, the API's.
    pub(super) sessions: Vec<(SessionId, String, String)>,
    pub(super) password: String,
    pub(super) brand: String,
    pub(super) environment: String,
}

impl Canaries {
    /// Makes and keeps them, keys in the form of the policy's.
    pub(super) async fn plant(
        store: &Store,
        keys: Option<&ApiKeys>,
        now: UnixMillis,
    ) -> Result<Self, String> {
        let text = |text: Option<&str>, other: &str| text.unwrap_or(other).to_owned();
        let pepper = Pepper::parse(hex_of_chance()?.as_bytes()).map_err(|why| why.to_string())?;
        let password_pepper = password::Pepper::parse(hex_of_chance()?.as_bytes());
        let mut all = Self {
            pepper,
            password_pepper: password_pepper.map_err(|why| why.to_string())?,
            keys: Vec::new(),
            sessions: Vec::new(),
            password: password::generate().ok_or("no chance to be had")?,
            brand: text(keys.map(|keys| &*keys.brand), "drill"),
            environment: text(keys.map(|keys| &*keys.environment), "test"),
        };
        for _ in 0..EACH {
            let key = all.issue(store, None, now).await?;
            all.keys.push(key);
            let session = open(store, now).await?;
            all.sessions.push(session);
        }
        all.set_password(store, &all.password, now).await?;
        Ok(all)
    }

    /// A new key, in the place of another one which ends when it is used.
    pub(super) async fn issue(
        &self,
        store: &Store,
        replaces: Option<KeyId>,
        now: UnixMillis,
    ) -> Result<(KeyId, String), String> {
        let made = api_key::generate(&self.brand, &self.environment);
        let (id, text) = made.map_err(|_| "no key could be made".to_owned())?;
        let facts = KeyFacts {
            id,
            mac: self.pepper.mac(&text),
            owner: OWNER.to_owned(),
            label: String::new(),
            parent: None,
            created: now,
            expires: Some(UnixMillis(now.0.saturating_add(LIFE_MS))),
            rules: KeyRules::default(),
            replaces: replaces.map(|old| (old, 0)),
        };
        store.issue_key(facts, now).await.map_err(|why| why.to_string())?;
        Ok((id, text))
    }

    pub(super) async fn set_password(
        &self,
        store: &Store,
        text: &str,
        now: UnixMillis,
    ) -> Result<(), String> {
        let salt = Salt::draw().ok_or("no chance to be had")?;
        let (text, mut work) = (prepared(text)?, Work::default());
        let hash = Hashed::new(&text, salt, &self.password_pepper, &mut work);
        let hash = hash.map_err(|why| why.to_string())?;
        let facts = PasswordFacts { user: OWNER.to_owned(), hash, attributes: Vec::new() };
        let set = store.set_password(facts, now).await;
        set.map(drop).map_err(|why| why.to_string())
    }

    /// Whether a key opens something.
    pub(super) fn key_opens(
        &self,
        store: &Store,
        (id, text): &(KeyId, String),
        now: UnixMillis,
    ) -> bool {
        store.key(id, now).is_some_and(|known| self.pepper.matches(text, &known.mac))
    }

    /// Whether a password does.
    pub(super) fn password_opens(&self, store: &Store, text: &str) -> Result<bool, String> {
        let Some(known) = store.password(OWNER) else { return Ok(false) };
        let is = known.hash.is(&prepared(text)?, &self.password_pepper, &mut Work::default());
        is.map_err(|why| why.to_string())
    }

    /// Texts that may be in no file.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        // The public name of a key is no secret; what stands behind it is.
        let keys = self.keys.iter().filter_map(|(_, text)| text.rsplit('_').next());
        let tokens = self.sessions.iter().flat_map(|(_, ours, theirs)| [ours, theirs]);
        keys.chain(tokens.map(String::as_str)).chain([self.password.as_str()])
    }

    /// What must be in them instead, once so many keys have ended: their rows are gone.
    pub(super) fn digests(&self, ended: usize) -> impl Iterator<Item = Vec<u8>> {
        let keys = self.keys.iter().skip(ended).map(|(_, text)| self.pepper.mac(text).to_vec());
        keys.chain([OWNER.as_bytes().to_vec(), b"$argon2id$".to_vec()])
    }
}

fn prepared(text: &str) -> Result<Secret, String> {
    password::prepare(text.as_bytes()).map_err(|why| why.to_string())
}

async fn open(store: &Store, now: UnixMillis) -> Result<(SessionId, String, String), String> {
    let (random, name) = (chance()?, chance()?);
    let token = opaque::generate(&mut |bytes| {
        bytes.iter_mut().zip(random).for_each(|(to, from)| *to = from);
    });
    let ours = String::from_utf8_lossy(token.expose_secret()).into_owned();
    let theirs = hex_of_chance()?;
    let id = SessionId::new(name.first_chunk().copied().unwrap_or_default());
    let credential = Secret::new(theirs.clone().into_bytes());
    let facts = Facts {
        id,
        digest: Digest::of_token(ours.as_bytes()),
        api: String::new(),
        account: store.account("", OWNER),
        subject: OWNER.to_owned(),
        attributes: "{}".to_owned(),
        credentials: [("access_token".to_owned(), credential)].into(),
        created: now,
        expires: UnixMillis(now.0.saturating_add(LIFE_MS)),
        idle_ms: None,
        state: State::Complete,
        network: "127.0.0.1/32".to_owned(),
        origin: Origin::Verified,
    };
    store.open_session(facts, now).await.map_err(|why: StoreError| why.to_string())?;
    Ok((id, ours, theirs))
}
