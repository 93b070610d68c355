//! Rules that are narrower than those of the key that is replaced: whoever exchanges a key cannot widen it by that.

use portcullis_contract::Operation;
use portcullis_model::KeyRules;
use portcullis_policy::{Model, Network};

use crate::desk::Desk;
use crate::exit::Exit;
use crate::key_arguments::KeysRollOptions;
use crate::keys::good_for::{Said, said};
use crate::talk;

/// The old rules, and in place of each list that the command line gives, that list.
pub(crate) fn narrower(
    old: KeyRules,
    is_below: bool,
    options: &KeysRollOptions,
    desk: &Desk,
) -> Result<KeyRules, Exit> {
    let said = said(&options.good_for, desk)?;
    narrowed(old, is_below, said, &desk.apis).map_err(|what| {
        talk::say(&format!("the old key is not good for {what}: `roll` makes no key wider"));
        talk::say("help: `portcullis keys issue` makes one that may more");
        Exit::Unusable
    })
}

/// Or what the old one may not.
fn narrowed(old: KeyRules, is_below: bool, said: Said, apis: &[Model]) -> Result<KeyRules, String> {
    let mut rules = old;
    if let Some(name) = said.operations.iter().find(|name| !is_for(&rules.operations, name, apis)) {
        return Err(format!("the operation `{}`", talk::clean(name)));
    }
    // One without scopes has none, unless those above it say which.
    let may_choose = is_below && rules.scopes.is_empty();
    if let Some(scope) =
        said.scopes.iter().find(|scope| !may_choose && !rules.scopes.contains(scope))
    {
        return Err(format!("the scope `{}`", talk::clean(scope)));
    }
    let is_inside = |inner: &Network| {
        rules.networks.is_empty()
            || rules.networks.iter().any(|(first, bits)| {
                *bits <= inner.bits() && Network::around(*first, *bits).contains(inner.first())
            })
    };
    if let Some(network) = said.networks.iter().find(|network| !is_inside(network)) {
        return Err(format!("the network `{}/{}`", network.first(), network.bits()));
    }
    if let Some(api) =
        said.apis.iter().find(|api| !rules.apis.is_empty() && !rules.apis.contains(api))
    {
        return Err(format!("the API `{}`", talk::clean(api)));
    }
    let networks = said.networks.iter().map(|network| (network.first(), network.bits())).collect();
    instead(&mut rules.operations, said.operations);
    instead(&mut rules.scopes, said.scopes);
    instead(&mut rules.apis, said.apis);
    instead(&mut rules.networks, networks);
    Ok(rules)
}

fn instead<T>(old: &mut Vec<T>, new: Vec<T>) {
    if !new.is_empty() {
        *old = new;
    }
}

/// Whether a key with these operations is for one that is named: an operation has a name, and method and path, and each of
/// them also with its API before it. Where several APIs have one of that name, all of them are meant by it.
fn is_for(operations: &[String], name: &str, apis: &[Model]) -> bool {
    let names = |api: &Model, operation: &Operation| {
        let (name, title) = (operation.name(), operation.title());
        let of_api = |text: &str| format!("{}::{text}", api.name);
        [of_api(&name), of_api(&title), name, title]
    };
    let all = apis.iter().flat_map(|api| api.contract.operations.iter().map(move |one| (api, one)));
    let mut meant =
        all.map(|(api, one)| names(api, one)).filter(|names| names.iter().any(|one| one == name));
    operations.is_empty()
        || meant.all(|names| operations.iter().any(|listed| names.contains(listed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    fn nothing() -> Said {
        Said { operations: vec![], scopes: vec![], networks: vec![], apis: vec![] }
    }

    #[test]
    fn what_the_old_one_may_not_the_new_one_may_not_either() {
        let old = || KeyRules {
            scopes: texts(&["read", "write"]),
            networks: vec![("10.0.0.0".parse().unwrap(), 8)],
            apis: texts(&["shop"]),
            ..KeyRules::default()
        };
        let net = |text: &str| vec![text.parse::<Network>().unwrap()];
        for (said, is_narrower) in [
            (nothing(), true),
            (Said { scopes: texts(&["read"]), ..nothing() }, true),
            (Said { scopes: texts(&["read", "admin"]), ..nothing() }, false),
            (Said { networks: net("10.1.0.0/16"), ..nothing() }, true),
            (Said { networks: net("10.0.0.0/7"), ..nothing() }, false),
            (Said { networks: net("11.0.0.0/8"), ..nothing() }, false),
            (Said { apis: texts(&["desk"]), ..nothing() }, false),
        ] {
            assert_eq!(narrowed(old(), false, said, &[]).is_ok(), is_narrower);
        }
        let kept = narrowed(old(), false, Said { scopes: texts(&["read"]), ..nothing() }, &[]);
        assert_eq!(kept, Ok(KeyRules { scopes: texts(&["read"]), ..old() }));
    }

    #[test]
    fn a_key_without_scopes_gets_none_unless_those_above_it_say_which() {
        let said = || Said { scopes: texts(&["read"]), ..nothing() };
        assert!(narrowed(KeyRules::default(), false, said(), &[]).is_err());
        assert!(narrowed(KeyRules::default(), true, said(), &[]).is_ok());
    }
}
