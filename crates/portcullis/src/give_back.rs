//! `portcullis once give-back`: what happened once may happen once more.

use std::net::IpAddr;
use std::sync::Arc;

use portcullis_admin::Request;
use portcullis_controls::resource_limits::{Asker, Counted, Said, operation_name};
use portcullis_counting::Place;
use portcullis_model::{Attribute, Identity, KeyId, Source, Value as Known};
use portcullis_policy::{InputPlace, Model, RateBound, RateKey, RateLimit};
use serde_json::json;

use crate::desk::{Desk, concluded, is_true};
use crate::exit::Exit;
use crate::once_arguments::GiveBackOptions;
use crate::talk;

/// Of what an entry counts, part by part; and the caller, where it counts by callers.
type Parts = (Vec<Vec<u8>>, Option<(String, String)>);

pub(crate) fn give_back(options: &GiveBackOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let (model, entry) =
            entry(&desk.apis, options.entry.as_deref()).map_err(|why| unusable(&why))?;
        let parts = parts(model, entry, options).map_err(|why| unusable(&why))?;
        let (of, caller) = parts;
        let request = Request::GiveBackOnce { entry: entry.text.to_string(), of, caller };
        let answer = desk.ask(request)?;
        if is_true(&answer, "given_back") {
            return Ok((desk.way, json!({ "given_back": true })));
        }
        talk::say("nothing to give back: no such thing happened, as far as this entry counts");
        talk::say(
            "help: whoever changed `of` or `per` of the entry began anew; see what its records say",
        );
        Err(Exit::Failure)
    });
    concluded(made, options.format, |_| talk::print("given back: it may happen once more\n"))
}

fn unusable(why: &str) -> Exit {
    why.lines().for_each(|line| talk::say(&talk::clean(line)));
    Exit::Unusable
}

/// The entry that is meant, and the API that it belongs to.
fn entry<'a>(
    apis: &'a [Model],
    wanted: Option<&str>,
) -> Result<(&'a Model, &'a RateLimit), String> {
    let is_once = |rate: &&RateLimit| rate.bound == RateBound::Once;
    let all =
        apis.iter().flat_map(|api| api.rates.iter().filter(is_once).map(move |one| (api, one)));
    let is_meant = |text: &str| wanted.is_none_or(|wanted| text.contains(wanted));
    let mut meant: Vec<_> = all.filter(|(_, one)| is_meant(&one.text)).collect();
    // One entry may concern several APIs: what it counts is one.
    meant.dedup_by(|one, other| one.1.text == other.1.text);
    match (meant.as_slice(), wanted) {
        ([one], _) => Ok(*one),
        ([], None) => Err("no entry of `rates` says `once: true`".to_owned()),
        ([], Some(wanted)) => Err(format!("no entry that says `once: true` has `{wanted}`")),
        (several, _) => {
            let texts: Vec<String> =
                several.iter().map(|(_, one)| format!("  --entry '{}'", one.text)).collect();
            Err(format!("several entries are meant; choose one:\n{}", texts.join("\n")))
        }
    }
}

/// What the gateway counts a request by that says this.
fn parts(model: &Model, entry: &RateLimit, options: &GiveBackOptions) -> Result<Parts, String> {
    let of = |key: &str| options.of.iter().find(|one| one.key == key).map(|one| &*one.value);
    let keys: Vec<String> = entry.per.iter().map(ToString::to_string).collect();
    if let Some(key) = keys.iter().find(|key| of(key).is_none() && **key != "everybody") {
        return Err(format!("`rates: {{ {} }}` counts by `{key}`: add --of {key}=...", entry.text));
    }
    if let Some(other) = options.of.iter().find(|one| !keys.contains(&one.key)) {
        return Err(format!("`rates: {{ {} }}` does not count by `{}`", entry.text, other.key));
    }
    let caller = caller(entry, &of, options.issuer.as_deref())?;
    let key =
        of("key").map(|text| KeyId::parse(text).map_err(|_| format!("`{text}` is no id of a key")));
    let place = of("address").or(of("network"));
    let place =
        place.map(|text| text.parse::<IpAddr>().map_err(|_| format!("`{text}` is no address")));
    let operation = of("operation").map(|name| {
        let index = model.contract.operation_named(name);
        index.ok_or_else(|| format!("the contract has no operation `{name}`"))
    });
    let said = |place: &InputPlace| {
        of(&place.to_string()).map_or(Said::Nothing, |value| Said::One(value.to_owned()))
    };
    let asker = Asker {
        caller: caller.as_ref(),
        key: key.transpose()?,
        place: place.transpose()?.map(Place::of),
        operation: &operation_name(model, operation.transpose()?),
        said: &said,
        object: &|resource| of(resource).map_or(Said::Nothing, |id| Said::One(id.to_owned())),
    };
    let parts = Counted::new(entry).parts(&asker);
    let parts =
        parts.ok_or_else(|| format!("`rates: {{ {} }}` counts no such thing", entry.text))?;
    let named = caller.filter(|_| entry.per.contains(&RateKey::Caller));
    Ok((parts, named.map(|one| (one.issuer.to_string(), one.subject.to_string()))))
}

/// A caller who has what the entry counts by.
fn caller<'o>(
    entry: &RateLimit,
    of: &dyn Fn(&str) -> Option<&'o str>,
    issuer: Option<&str>,
) -> Result<Option<Identity>, String> {
    if !entry.per.iter().any(RateKey::is_of_callers) {
        return Ok(None);
    }
    if entry.per.contains(&RateKey::Caller) && issuer.is_none() {
        return Err(
            "two issuers may each know a caller of this name: add --issuer, as records show it"
                .to_owned(),
        );
    }
    let attribute = |key: &RateKey| {
        let name: Arc<str> = match key {
            RateKey::Role => "role".into(),
            RateKey::Attribute(name) => Arc::clone(name),
            _ => return None,
        };
        let value = Known::Text(of(&key.to_string())?.into());
        Some(Attribute { name, value, source: Source::Claim })
    };
    Ok(Some(Identity {
        scheme: "".into(),
        issuer: issuer.unwrap_or_default().into(),
        subject: of("caller").unwrap_or_default().into(),
        attributes: entry.per.iter().filter_map(attribute).collect(),
        scopes: Vec::new(),
        is_adopted: false,
    }))
}
