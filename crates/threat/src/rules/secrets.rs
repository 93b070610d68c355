//! C1 to C5, C7, C8: keys, tokens and passwords, where they lie and what they open.

use portcullis_contract::SchemeKind;
use portcullis_controls::Stride;
use portcullis_model::ControlId;

use super::exposure::holds_credentials;
use super::{Hit, Looked, Probe, Rule};
use crate::answers::State;
use crate::risk::{Factors, Harm};
use crate::system::{ComponentKind, Element, Fact, StoreKind};

/// Whoever has the keys is everybody.
const OPENS_ALL: Harm =
    Harm { confidentiality: 9, integrity: 9, availability: 5, accountability: 9 };

pub(super) const KEYS_READ_FROM_FILES: Rule = Rule {
    id: "keys-read-from-files",
    title: "keys and secrets are read from files or settings",
    text: "somebody with an account on the host, a copy of the disk or of its settings reads the keys of the API",
    item: "C1",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[260, 321],
    capec: &[545, 639],
    d3fend: &["D3-LFP", "D3-CRO"],
    controls: &[],
    advice: "secrets lie in files of one account, are named in settings and not written there, and are exchanged",
    factors: Factors { skill: 5, motive: 9, discovery: 7, exploit: 5, awareness: 9 },
    harm: OPENS_ALL,
    probe: Probe::People(
        "`portcullis audit` looks for secrets in settings, and at the modes of key files",
    ),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let files = stores.filter(|(_, store)| store.kind == StoreKind::Files);
        let hits = files.map(|(at, store)| {
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            let why = "keys and settings lie in it";
            if of == Some(ComponentKind::Gateway) {
                let because =
                    "a policy names places of secrets, and a secret written into it is refused";
                Hit::known(Element::Store(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Store(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const KEY_NOT_REPLACED: Rule = Rule {
    id: "key-not-replaced",
    title: "a stolen key cannot be replaced quickly",
    text: "somebody has a key, its owner knows it, and it works on because nobody can exchange it without a standstill",
    item: "C2",
    stride: &[Stride::Spoofing],
    cwe: &[324],
    capec: &[21],
    d3fend: &["D3-CR", "D3-CRO", "D3-RIC"],
    controls: &[],
    advice: "each key ends, has a second one beside it while it is exchanged, and is revoked at once",
    factors: Factors { skill: 9, motive: 9, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 7 },
    probe: Probe::People(
        "issue a key, exchange it, revoke the first: which of them still opens something?",
    ),
    find: |looked| {
        if !looked.has_any(&[Fact::ByKey]) {
            return Vec::new();
        }
        let why = "keys open its operations";
        if issues_all_keys(looked) {
            let because = "the gateway issues them: `portcullis keys roll` and `keys revoke`";
            return vec![Hit::known(Element::Whole, why, State::Configured, because)];
        }
        vec![Hit::new(Element::Whole, why)]
    },
};

pub(super) const BACKUP_REVIVES: Rule = Rule {
    id: "backup-revives",
    title: "a restored backup makes ended credentials good again",
    text: "somebody waits for a restored backup, or causes one, and uses what was revoked after it was made",
    item: "C2",
    stride: &[Stride::Spoofing],
    cwe: &[613],
    capec: &[166],
    d3fend: &["D3-RD", "D3-CR"],
    controls: &[],
    advice: "an older state starts only when somebody says so, and then all credentials end",
    factors: Factors { skill: 5, motive: 4, discovery: 1, exploit: 3, awareness: 4 },
    harm: Harm { confidentiality: 6, integrity: 5, availability: 1, accountability: 7 },
    probe: Probe::People("revoke a key, restore the backup of yesterday, and use the key"),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let with_keys = stores.filter(|(at, _)| holds_credentials(looked, *at));
        let hits = with_keys.filter(|(_, store)| is_database(store.kind)).map(|(at, store)| {
            let why = "what ended is written down in it";
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            if of == Some(ComponentKind::Gateway) {
                let because = "an older store does not start unless that is asked for";
                Hit::known(Element::Store(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Store(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const TOKEN_STORE_OPEN: Rule = Rule {
    id: "token-store-open",
    title: "the store of tokens is read by others than its program",
    text: "somebody with another account of the database or the host reads or writes the rows of sessions and keys",
    item: "C3",
    stride: &[Stride::InformationDisclosure, Stride::Tampering],
    cwe: &[732, 921],
    capec: &[180],
    d3fend: &["D3-LFP", "D3-UAP"],
    controls: &[],
    advice: "one account of the program alone reads it, and each row proves that it was not changed",
    factors: Factors { skill: 5, motive: 9, discovery: 7, exploit: 5, awareness: 6 },
    harm: OPENS_ALL,
    probe: Probe::People("connect to the store as another account, and change a row by hand"),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let with_keys =
            stores.filter(|(at, store)| is_database(store.kind) && holds_credentials(looked, *at));
        let hits = with_keys.map(|(at, store)| {
            let why = "credentials lie in it";
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            if of == Some(ComponentKind::Gateway) {
                let because = "its folder is 0700 and its files 0600, else it does not start, and each row has a check value";
                Hit::known(Element::Store(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Store(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const TOKENS_KEPT_READABLE: Rule = Rule {
    id: "tokens-kept-readable",
    title: "tokens and passwords are stored so that they can be used",
    text: "somebody reads one copy of the store, and has every token as its owner has it, or computes the passwords",
    item: "C4",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[256, 312, 759, 916],
    capec: &[55],
    d3fend: &["D3-FE", "D3-SPP"],
    controls: &[],
    advice: "tokens are stored as digests, passwords as slow salted hashes, and what must be read again encrypted",
    factors: Factors { skill: 5, motive: 9, discovery: 3, exploit: 9, awareness: 9 },
    harm: OPENS_ALL,
    probe: Probe::People(
        "log in with a known token and password, and look for both in the raw pages of the store",
    ),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let with_keys = stores.filter(|(at, _)| holds_credentials(looked, *at));
        let hits = with_keys.filter(|(_, store)| is_database(store.kind)).map(|(at, store)| {
            let element = Element::Store(at);
            let why = "credentials lie in it";
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            match (of, store.is_encrypted) {
                (Some(ComponentKind::Gateway), _) => {
                    let because = "keys lie there as keyed digests, passwords as Argon2id hashes, and the API's tokens sealed";
                    Hit::known(element, why, State::Configured, because)
                }
                (_, Some(true)) => {
                    Hit::known(element, why, State::Stated, "somebody said that it is encrypted there")
                }
                _ => Hit::new(element, why),
            }
        });
        hits.collect()
    },
};

pub(super) const SECRET_IN_CLIENT: Rule = Rule {
    id: "secret-in-client",
    title: "a secret is in what clients download",
    text: "somebody reads a key out of a script, an app or a source map, and calls as the app's maker",
    item: "C5",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[540, 798],
    capec: &[37, 191],
    d3fend: &["D3-CS", "D3-CR"],
    controls: &[],
    advice: "clients get tokens for a person and a while, and keys that may be public can do what anybody may",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::People(
        "`portcullis audit secrets` reads bundles, maps, JAR, APK and Electron archives",
    ),
    find: |looked| {
        let any = &[Fact::ByKey, Fact::ByToken, Fact::ByQuery];
        looked.whole(looked.has_any(any), "clients hold keys or tokens")
    },
};

pub(super) const SECRET_IN_REPOSITORY: Rule = Rule {
    id: "secret-in-repository",
    title: "a secret is in a repository or an image",
    text: "somebody searches public repositories and images for keys, and uses one within minutes",
    item: "C1",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[540],
    capec: &[150, 545],
    d3fend: &["D3-CS", "D3-CR", "D3-DUC"],
    controls: &[],
    advice: "a hook looks for secrets before each commit, and a found one is revoked, not only deleted",
    factors: Factors { skill: 9, motive: 9, discovery: 9, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 9 },
    probe: Probe::People("`portcullis audit secrets` reads trees, history and layers of images"),
    find: |looked| {
        let any = &[Fact::ByKey, Fact::ByPassword, Fact::ByToken];
        looked
            .whole(looked.has_any(any), "programs that call it hold keys, and lie in repositories")
    },
};

pub(super) const SECRET_IN_ADDRESS: Rule = Rule {
    id: "secret-in-address",
    title: "a credential stands in a URL",
    text: "somebody reads a token in a log, a history, a referrer or over a shoulder, because it is a part of the address",
    item: "C7",
    stride: &[Stride::InformationDisclosure, Stride::Spoofing],
    cwe: &[598],
    capec: &[204, 651],
    d3fend: &["D3-CTS"],
    controls: &[ControlId::SecretInUrl],
    advice: "credentials go into a header field, and links that open something open it once, and soon not any more",
    factors: Factors { skill: 9, motive: 4, discovery: 7, exploit: 9, awareness: 9 },
    harm: Harm { confidentiality: 7, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::Attacks,
    find: |looked| {
        let mut hits = looked.each(Fact::ByQuery, "its credential stands in its URL");
        let others =
            &[Fact::ByToken, Fact::ByKey, Fact::ByPassword, Fact::ByCookie, Fact::TakesSecret];
        let may = hits.is_empty() && looked.has_any(others);
        hits.extend(looked.whole(may, "a credential may be written into an address"));
        hits
    },
};

pub(super) const SECRETS_IN_RECORDS: Rule = Rule {
    id: "secrets-in-records",
    title: "credentials stand in records",
    text: "somebody who may read logs, or a copy of them, finds tokens and passwords that were sent",
    item: "C7",
    stride: &[Stride::InformationDisclosure],
    cwe: &[532],
    capec: &[545],
    d3fend: &["D3-CS"],
    controls: &[],
    advice: "records hold names and digests, never a credential or a body",
    factors: Factors { skill: 9, motive: 4, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 5, availability: 0, accountability: 7 },
    probe: Probe::People(
        "send a known token and password in each place, and look for them in every log",
    ),
    find: |looked| {
        let stores = looked.system.stores.iter().enumerate();
        let logs = stores.filter(|(_, store)| store.kind == StoreKind::Log);
        let hits = logs.map(|(at, store)| {
            let why = "it keeps a line for each request";
            let of = looked.system.components.get(store.of).map(|one| one.kind);
            if of == Some(ComponentKind::Gateway) {
                let because = "paths are recorded without their query and without credentials, bodies not at all";
                Hit::known(Element::Store(at), why, State::Configured, because)
            } else {
                Hit::new(Element::Store(at), why)
            }
        });
        hits.collect()
    },
};

pub(super) const KEY_OPENS_EVERYTHING: Rule = Rule {
    id: "key-opens-everything",
    title: "each key opens everything",
    text: "somebody who finds one key, of the smallest program, can do all that any of them can",
    item: "C8",
    stride: &[Stride::ElevationOfPrivilege],
    cwe: &[1220],
    capec: &[122],
    d3fend: &["D3-UAP", "D3-CTS"],
    controls: &[],
    advice: "a key is made for named operations, for one network, for a while",
    factors: Factors { skill: 9, motive: 9, discovery: 3, exploit: 9, awareness: 6 },
    harm: Harm { confidentiality: 7, integrity: 7, availability: 5, accountability: 7 },
    probe: Probe::People("list the keys with what each may do: which could do its work with less?"),
    find: |looked| {
        if !looked.has_any(&[Fact::ByKey]) {
            return Vec::new();
        }
        let why = "keys open its operations";
        if issues_all_keys(looked) {
            let because = "keys of the gateway can be made for named operations, networks and a while; whether each is, \
                           `portcullis keys list` shows";
            return vec![Hit::known(Element::Whole, why, State::Missing, because)];
        }
        vec![Hit::new(Element::Whole, why)]
    },
};

/// Whether the gateway gave out every key that opens an operation.
fn issues_all_keys(looked: &Looked<'_>) -> bool {
    looked.system.scope.has_gateway
        && looked.plans.iter().all(|plan| {
            let callers = &plan.model.callers;
            let schemes = plan.operations.iter().flat_map(|operation| operation.caller.schemes());
            let is_key = |at: &usize| {
                let scheme = plan.model.contract.schemes.get(*at);
                scheme.is_some_and(|scheme| scheme.kind == SchemeKind::ApiKey)
            };
            let is_session = |at| callers.logins.iter().any(|login| login.takes(at));
            schemes.filter(is_key).all(|at| callers.takes_keys(at) || is_session(at))
        })
}

/// Whether rows are read and written there.
const fn is_database(kind: StoreKind) -> bool {
    !matches!(kind, StoreKind::Log | StoreKind::Files)
}
