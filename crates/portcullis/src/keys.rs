//! `portcullis keys`: issued here, known to the gateway by their digest.

mod good_for;
pub(crate) mod import;
pub(crate) mod known;
mod narrower;
mod recorded;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod suggest;
pub(crate) mod uses;
pub(crate) mod words;

use std::io::Read as _;

use portcullis_admin::{KeyRequest, Request};
use portcullis_credential::api_key::{self, KeyFault};
use portcullis_model::{Clock as _, KeyId, KeyRules, UnixMillis};
use portcullis_store::{KeyFacts, KeyWhich};
use serde_json::{Value, json};

use crate::clock::SystemClock;
use crate::desk::{Desk, concluded, is_true, number};
use crate::exit::Exit;
use crate::key_arguments::{
    KeysCheckOptions, KeysExpireOptions, KeysIssueOptions, KeysListOptions, KeysPatternOptions,
    KeysRevokeOptions, KeysRollOptions,
};
use crate::key_limits::{GoodFor, KeyLimits};
use crate::keys::good_for::{Said, said};
use crate::keys::known::{id, keys_of, owner_of, pepper, settings, shown};
use crate::keys::narrower::narrower;
use crate::report::many;
use crate::talk;
use crate::when::When;

/// Bytes that are read where one key is looked for.
const TEXT_BYTES_MAX: u64 = 4096;

pub(crate) fn issue(options: &KeysIssueOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let now = SystemClock.now();
        let mut rules = rules(&options.good_for, &options.attributes, &options.limits, &desk)?;
        rules.not_before = options.not_before.map(|when| match when {
            When::Now => now,
            When::At(at) => at,
        });
        let parent = options.parent.as_deref().map(id).transpose()?;
        let owner = match (&options.owner, parent) {
            (Some(owner), _) => owner.clone(),
            (None, Some(parent)) => owner_of(&shown(&mut desk, parent)?),
            // The command line's parser asks for one of them.
            (None, None) => String::new(),
        };
        can_be_told(&owner)?;
        let expires = options.lasting.end(now);
        if rules.not_before.zip(expires).is_some_and(|(begin, end)| end <= begin) {
            talk::say("it would end before it begins: --for counts from now");
            return Err(Exit::Unusable);
        }
        let draft =
            Draft { owner, label: options.label.clone(), parent, expires, rules, replaces: None };
        let issued = draft.issue(&mut desk, now)?;
        Ok((desk.way, issued))
    });
    concluded(made, options.format, print_once)
}

pub(crate) fn roll(options: &KeysRollOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let now = SystemClock.now();
        let old = id(&options.id)?;
        let known = shown(&mut desk, old)?;
        let text = |name: &str| known.get(name).and_then(Value::as_str).unwrap_or_default();
        let parent = known.get("parent").and_then(Value::as_str).map(id).transpose()?;
        // With any doubt about what the old one may, there is no new one.
        let rules = portcullis_admin::rules_of(&known).map_err(|misread| {
            talk::say(&misread.to_string());
            Exit::Failure
        })?;
        let rules = narrower(rules, parent.is_some(), options, &desk)?;
        let has = |name: &str| known.get(name).is_some();
        if has("replaces") && !has("last_used") {
            talk::say("that one replaces another itself, and nobody has used it: roll it after its first use");
            return Err(Exit::Failure);
        }
        let below = KeyRequest::List { which: KeyWhich::Parent(old), max: 1 };
        if !keys_of(&desk.ask(Request::Keys(below))?).is_empty() {
            talk::say("keys below it stay below it, and end with it: issue them anew below the new one");
        }
        let as_long = as_long(&known).map(|ms| UnixMillis(now.0.saturating_add(ms)));
        let draft = Draft {
            owner: owner_of(&known),
            label: text("label").to_owned(),
            parent,
            expires: options.lasting.map_or(as_long, |lasting| lasting.end(now)),
            rules,
            replaces: Some((old, options.overlap.ms())),
        };
        let issued = draft.issue(&mut desk, now)?;
        Ok((desk.way, issued))
    });
    concluded(made, options.format, print_once)
}

pub(crate) fn list(options: &KeysListOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let which = match (&options.id, &options.owner, &options.parent) {
            (Some(one), ..) => KeyWhich::Id(id(one)?),
            (None, Some(owner), _) => KeyWhich::Owner(owner.clone()),
            (None, None, Some(parent)) => KeyWhich::Parent(id(parent)?),
            (None, None, None) => KeyWhich::All,
        };
        let request = KeyRequest::List { which, max: options.max };
        let answer = desk.ask(Request::Keys(request))?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let keys = keys_of(answer);
        for one in keys {
            let text =
                |name: &str| talk::clean(one.get(name).and_then(Value::as_str).unwrap_or("-"));
            let rules = one.get("rules").map(ToString::to_string).unwrap_or_default();
            let columns = ["id", "created", "expires", "last_used", "owner", "label"];
            let row = columns.map(text).join("  ");
            let rules = if rules == "{}" { String::new() } else { talk::clean(&rules) };
            let origin = if is_true(one, "imported") { "imported  " } else { "" };
            talk::print(&format!("{}\n", format!("{row}  {origin}{rules}").trim_end()));
        }
        talk::say(&many(keys.len(), "key"));
        if is_true(answer, "has_more") {
            talk::say(
                "there are older ones: --max shows more of them, --owner, --parent or --id others",
            );
        }
    })
}

pub(crate) fn expire(options: &KeysExpireOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let at = match options.at {
            When::Now => SystemClock.now(),
            When::At(at) => at,
        };
        desk.ask(Request::Keys(KeyRequest::Expire { id: id(&options.id)?, at: at.0 }))?;
        Ok((desk.way, json!({ "expires": at.rfc3339() })))
    });
    concluded(made, options.format, |answer| {
        let at = answer.get("expires").and_then(Value::as_str).unwrap_or_default();
        talk::print(&format!("ends at {at}, or earlier if it did\n"));
    })
}

pub(crate) fn revoke(options: &KeysRevokeOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let before = options.issued_before.map(|when| when.bound(SystemClock.now()));
        let which = match (&options.id, &options.owner, &options.parent, before) {
            (Some(one), ..) => KeyWhich::Id(id(one)?),
            (None, Some(owner), ..) => KeyWhich::Owner(owner.clone()),
            (None, None, Some(parent), _) => KeyWhich::Parent(id(parent)?),
            (None, None, None, Some(before)) => KeyWhich::IssuedBefore(before),
            // The command line's parser asks for one of them.
            (None, None, None, None) => KeyWhich::All,
        };
        let answer = desk.ask(Request::Keys(KeyRequest::Revoke(which)))?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let revoked = many(number(answer, "revoked") as usize, "key");
        talk::print(&format!("{revoked} revoked\n"));
    })
}

pub(crate) fn check(_: &KeysCheckOptions) -> Exit {
    let mut text = String::new();
    if let Err(error) = std::io::stdin().take(TEXT_BYTES_MAX).read_to_string(&mut text) {
        talk::say(&format!("standard input: {error}"));
        return Exit::Unusable;
    }
    match api_key::parse(text.trim()) {
        Ok(key) => {
            talk::print(&format!(
                "brand {}  environment {}  id {}\n",
                key.brand, key.environment, key.id
            ));
            Exit::Success
        }
        Err(fault) => {
            talk::say(match fault {
                KeyFault::Form => "this has not the form of a key",
                KeyFault::Checksum => "this has the form of a key, and its checksum is wrong",
            });
            Exit::Failure
        }
    }
}

pub(crate) fn pattern(options: &KeysPatternOptions) -> Exit {
    let desk = Desk::of(&options.config);
    match desk.and_then(|desk| settings(&desk)) {
        Ok(keys) => {
            talk::print(&format!("{}\n", api_key::pattern(&keys.brand, None)));
            Exit::Success
        }
        Err(exit) => exit,
    }
}

/// A key that is to be.
struct Draft {
    owner: String,
    label: String,
    parent: Option<KeyId>,
    expires: Option<UnixMillis>,
    rules: KeyRules,
    replaces: Option<(KeyId, u64)>,
}

impl Draft {
    /// Makes its text and hands over its digest; what is to be printed once.
    fn issue(self, desk: &mut Desk, now: UnixMillis) -> Result<Value, Exit> {
        let settings = settings(desk)?;
        let pepper = pepper(desk)?;
        let made = api_key::generate(&settings.brand, &settings.environment);
        let (id, text) = made.map_err(|_| {
            talk::say("no chance to be had");
            Exit::Failure
        })?;
        let Self { owner, label, parent, expires, rules, replaces } = self;
        let mac = pepper.mac(&text);
        let facts =
            KeyFacts { id, mac, owner, label, parent, created: now, expires, rules, replaces };
        let (facts, pepper) = (Box::new(facts), pepper.fingerprint());
        desk.ask(Request::Keys(KeyRequest::Add { facts, pepper }))?;
        Ok(json!({
            "id": id.to_string(),
            "key": text,
            "expires": expires.map(UnixMillis::rfc3339),
            "is_below": parent.is_some(),
        }))
    }
}

fn print_once(answer: &Value) {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    talk::print(&format!("{}\n", text("key")));
    let until = match text("expires") {
        "" if is_true(answer, "is_below") => "with the one above it".to_owned(),
        "" => "never".to_owned(),
        until if is_true(answer, "is_below") => format!("at {until}, or with the one above it"),
        until => format!("at {until}"),
    };
    talk::say(&format!("key {} ends {until}; it is not shown again", text("id")));
}

/// How long a key was issued for, in milliseconds; none: it never ends.
fn as_long(key: &Value) -> Option<u64> {
    let time = |name: &str| {
        let seconds = key.get(name)?.as_str()?.get(..19)?;
        match When::parse(&format!("{seconds}Z")).ok()? {
            When::At(time) => Some(time.0),
            When::Now => None,
        }
    };
    // To the second: no shorter than it was.
    Some(time("expires")?.saturating_sub(time("created")?))
}

/// A name that no header field can carry would reach the API as nobody's.
fn can_be_told(owner: &str) -> Result<(), Exit> {
    if is_owner(owner) {
        return Ok(());
    }
    talk::say(&format!("{OWNER}: visible ASCII, no blanks around it"));
    Err(Exit::Unusable)
}

/// What an owner must be.
const OWNER: &str = "an owner is told to the API in a header field";

fn is_owner(owner: &str) -> bool {
    !owner.is_empty()
        && owner.trim() == owner
        && owner.chars().all(|character| character.is_ascii() && !character.is_control())
}

/// What restricts it.
fn rules(
    good_for: &GoodFor,
    attributes: &[String],
    limits: &KeyLimits,
    desk: &Desk,
) -> Result<KeyRules, Exit> {
    let Said { operations, scopes, networks, apis } = said(good_for, desk)?;
    let attributes = attributes.iter().map(|text| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => {
            talk::say(&format!("`{}` is not NAME=VALUE: write `role=partner`", talk::clean(text)));
            Err(Exit::Unusable)
        }
    });
    let mut rules = KeyRules {
        operations,
        scopes,
        networks: networks.iter().map(|network| (network.first(), network.bits())).collect(),
        apis,
        attributes: attributes.collect::<Result<_, _>>()?,
        ..KeyRules::default()
    };
    limits.add(&mut rules, &desk.apis)?;
    Ok(rules)
}
