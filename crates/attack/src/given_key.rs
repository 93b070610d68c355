//! API keys of ours and users with passwords of ours, as attack files write them: they exist in the gateway of one try.

use std::collections::BTreeMap;
use std::net::IpAddr;

use portcullis_model::{KeyQuota, KeyRules, Verbs};
use serde::Deserialize;

use crate::named::Named;

/// Keys of a file.
pub type Keys = Named<GivenKey>;
/// Users of a file.
pub type Users = Named<GivenUser>;

/// Seconds of the units of a rate.
const UNITS: [(&str, u32); 3] = [("s", 1), ("min", 60), ("h", 3600)];

/// One key: issued before the first step, or only a text that looks like one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a key")]
pub struct GivenKey {
    /// Whose it is.
    pub owner: Option<String>,
    /// The key above it.
    pub parent: Option<String>,
    /// The key that it stands in for, which holds for an hour after this one was used first.
    pub replaces: Option<String>,
    /// The only operations.
    #[serde(default)]
    pub operations: Vec<String>,
    /// The only scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The only networks: `203.0.113.0/24`.
    #[serde(default)]
    pub from: Vec<String>,
    /// The only things that may be done with objects: `Order:read,list`.
    #[serde(default)]
    pub may: Vec<String>,
    /// The only objects: `Order=7`.
    #[serde(default)]
    pub objects: Vec<String>,
    /// What is known of the owner.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// When it ends: `now+60`, `now-60`, in seconds.
    pub ends: Option<String>,
    /// How fast it may be used: `3/min`.
    pub rate: Option<String>,
    /// Not issued: a text that begins as this key.
    pub like: Option<String>,
    /// With the secret of that key, or one of `chance`.
    pub secret: Option<String>,
    /// With this environment.
    pub environment: Option<String>,
    /// With a checksum that is wrong.
    #[serde(default)]
    pub mistyped: bool,
}

/// One user: set before the first step, or only a name and a password that look like one's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the keys of a user")]
pub struct GivenUser {
    /// The name.
    pub user: String,
    /// The password.
    pub password: String,
    /// What is known of the user.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Not set: only shown.
    #[serde(default)]
    pub shown_only: bool,
}

impl GivenKey {
    /// What does not go together, or cannot be read.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let is_changed = self.secret.is_some() || self.environment.is_some() || self.mistyped;
        let is_issued = self.owner.is_some() || self.parent.is_some();
        match (&self.like, is_issued) {
            (None, false) => faults
                .push("a key says whose it is (`owner` or `parent`), or which one it looks `like`"),
            (Some(_), true) => faults.push("a key that looks `like` another is issued to nobody"),
            (None, true) if is_changed => faults.push(
                "`secret`, `environment` and `mistyped` change a key that looks `like` another",
            ),
            (Some(_), false) if !is_changed => {
                faults.push("a key that looks `like` another says what is different");
            }
            _ => {}
        }
        let mut faults: Vec<String> = faults.into_iter().map(str::to_owned).collect();
        faults.extend(self.rules().err());
        faults.extend(self.end_ms(0).err());
        faults
    }

    /// What it may be used for.
    pub(crate) fn rules(&self) -> Result<KeyRules, String> {
        let networks: Result<_, String> = self.from.iter().map(|text| network(text)).collect();
        let may: Result<_, String> = self.may.iter().map(|text| verbs(text)).collect();
        let objects: Result<_, String> = self.objects.iter().map(|text| object(text)).collect();
        let rate = self.rate.as_deref().map(rate).transpose()?;
        Ok(KeyRules {
            operations: self.operations.clone(),
            scopes: self.scopes.clone(),
            networks: networks?,
            attributes: self.attributes.clone().into_iter().collect(),
            may: may?,
            objects: objects?,
            quota: KeyQuota { rate, ..KeyQuota::default() },
            ..KeyRules::default()
        })
    }

    /// When it ends, in milliseconds since 1970; `now` likewise.
    pub(crate) fn end_ms(&self, now: u64) -> Result<Option<u64>, String> {
        let Some(text) = &self.ends else { return Ok(None) };
        let seconds: Option<i64> = match text.strip_prefix("now") {
            Some("") => Some(0),
            Some(rest) if rest.starts_with(['+', '-']) => rest.parse().ok(),
            _ => None,
        };
        let seconds = seconds.ok_or_else(|| {
            format!("`{}` is not a time; write `now-60` or `now+60`", text.escape_default())
        })?;
        Ok(Some(now.saturating_add_signed(seconds.saturating_mul(1000))))
    }
}

fn network(text: &str) -> Result<(IpAddr, u8), String> {
    let pair = text.split_once('/');
    let read = pair.and_then(|(first, bits)| Some((first.parse().ok()?, bits.parse().ok()?)));
    read.ok_or_else(|| format!("`{}` is not a network", text.escape_default()))
}

fn verbs(text: &str) -> Result<(String, Verbs), String> {
    let (name, words) = text.split_once(':').unwrap_or((text, "*"));
    let verbs = Verbs::of_words(words.split(','));
    let verbs =
        verbs.ok_or_else(|| format!("`{}` is not RESOURCE:WORDS", text.escape_default()))?;
    Ok((name.to_owned(), verbs))
}

fn object(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(_, id)| !id.is_empty());
    let (name, id) =
        pair.ok_or_else(|| format!("`{}` is not RESOURCE=ID", text.escape_default()))?;
    Ok((name.to_owned(), id.to_owned()))
}

fn rate(text: &str) -> Result<(u32, u32), String> {
    let read = || {
        let (count, unit) = text.split_once('/')?;
        let (_, seconds) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        Some((count.parse().ok().filter(|count| *count > 0)?, seconds))
    };
    read()
        .ok_or_else(|| format!("`{}` is not a rate; write `10/s`, `3/min`", text.escape_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_go_together_or_cannot_be_read_is_told() {
        for (text, expected) in [
            ("{}", "says whose it is"),
            ("{ owner: a, like: b, mistyped: true }", "issued to nobody"),
            ("{ owner: a, mistyped: true }", "change a key that looks `like`"),
            ("{ like: b }", "says what is different"),
            ("{ owner: a, from: [here] }", "`here` is not a network"),
            ("{ owner: a, may: ['Order:eat'] }", "is not RESOURCE:WORDS"),
            ("{ owner: a, objects: [Order] }", "is not RESOURCE=ID"),
            ("{ owner: a, rate: 0/s }", "is not a rate"),
            ("{ owner: a, rate: 5/year }", "is not a rate"),
            ("{ owner: a, ends: tomorrow }", "is not a time"),
            ("{ owner: a, ends: now60 }", "is not a time"),
        ] {
            let key: GivenKey = serde_saphyr::from_str(text).unwrap();
            let faults = key.faults();
            assert!(faults.iter().any(|fault| fault.contains(expected)), "{text}: {faults:?}");
        }
    }

    #[test]
    fn rules_are_those_that_the_command_would_issue() {
        let text = "{ owner: a, from: [203.0.113.0/24], may: ['Order:read'], objects: [Order=7], \
                    rate: 3/min, ends: now-60 }";
        let key: GivenKey = serde_saphyr::from_str(text).unwrap();
        assert!(key.faults().is_empty(), "{:?}", key.faults());
        let rules = key.rules().unwrap();
        assert_eq!(rules.networks, [("203.0.113.0".parse().unwrap(), 24)]);
        assert_eq!(rules.may.first().unwrap().1.words(), ["read", "list"]);
        assert_eq!(rules.objects, [("Order".to_owned(), "7".to_owned())]);
        assert_eq!(rules.quota.rate, Some((3, 60)));
        assert_eq!(key.end_ms(100_000), Ok(Some(40_000)));
    }
}
