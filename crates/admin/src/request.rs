//! What may be asked: one line of JSON, in one spelling of its members.

use portcullis_json::{Document, Limits};
use portcullis_model::UnixMillis;
use portcullis_store::{Revocation, Revoked, SessionId};
use serde_json::json;

use crate::key_rules::{bytes_of_hex, hex};
use crate::keys::KeyRequest;
use crate::members::Members;
use crate::misread::Misread;
use crate::passwords::PasswordRequest;

/// Bytes of a request: the rules of a key have 64 KiB of texts, which may be twice as long as they are written
/// here; names of accounts, subjects and tokens are shorter than 2 KiB each.
pub const REQUEST_BYTES_MAX: usize = 192 << 10;

/// The place of a new key that is made here and wrapped by the policy's key service.
pub const BY_SERVICE: &str = "kms";

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The newest sessions of an API, `max` of them.
    ListSessions {
        /// Its name; empty where there is one only.
        api: String,
        /// How many at most.
        max: u64,
    },
    /// An end for sessions of an API.
    EndSessions {
        /// Its name; empty where there is one only.
        api: String,
        /// Which ones.
        of: Selected,
    },
    /// A revocation of an issuer's tokens.
    RevokeTokens(Revocation),
    /// Something about API keys.
    Keys(KeyRequest),
    /// Something about passwords.
    Passwords(PasswordRequest),
    /// Another key-encryption key for the store.
    RekeyStore {
        /// Its place, as the policy names places: `file:/etc/new.key`. Never the key itself. Or
        /// [`BY_SERVICE`].
        to: String,
    },
    /// The store's key wrapped anew by its key service.
    RewrapStore,
    /// What happened once may happen once more.
    GiveBackOnce {
        /// The entry of `rates`, as it is written.
        entry: String,
        /// Of what, part by part.
        of: Vec<Vec<u8>>,
        /// Issuer and subject of the caller, where it counts by callers: for the record.
        caller: Option<(String, String)>,
    },
    /// A copy of the store.
    BackupStore {
        /// The folder that it comes into.
        to: String,
    },
}

/// Which sessions of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selected {
    /// The one of this public name.
    Id(SessionId),
    /// Those that were opened for an account, by what its login was told, in any spelling.
    Account(String),
    /// Those of one whom the API knows by this name.
    Subject(String),
    /// Those that were opened before.
    OpenedBefore(UnixMillis),
    /// All there are.
    All,
}

impl Request {
    /// Reads a line, without its end.
    pub fn read(line: &[u8]) -> Result<Self, Misread> {
        let limits =
            Limits { text_bytes_max: REQUEST_BYTES_MAX, depth_max: 5, ..Limits::default() };
        let document = Document::parse(line.to_vec(), &limits);
        let document = document.map_err(|_| Misread("it is no JSON in one reading"))?;
        let members = Members::of(document.root())?;
        let act = members.text("do")?;
        let request = match act {
            "list_sessions" => {
                Self::ListSessions { api: members.text("api")?.into(), max: members.number("max")? }
            }
            "end_sessions" => {
                Self::EndSessions { api: members.text("api")?.into(), of: selected(&members)? }
            }
            "revoke_tokens" => Self::RevokeTokens(revocation(&members)?),
            "backup_store" => Self::BackupStore { to: members.text("to")?.into() },
            "rewrap_store" => Self::RewrapStore,
            "give_back_once" => give_back(&members)?,
            "rekey_store" => Self::RekeyStore { to: members.text("to")?.into() },
            _ => match KeyRequest::read(act, &members)? {
                Some(request) => Self::Keys(request),
                None => match PasswordRequest::read(act, &members)? {
                    Some(request) => Self::Passwords(request),
                    None => return Err(Misread("it asks for what is not known")),
                },
            },
        };
        members.end()?;
        Ok(request)
    }

    /// The line that reads as this, with its end.
    pub fn write(&self) -> String {
        let mut line = match self {
            Self::ListSessions { api, max } => {
                json!({ "do": "list_sessions", "api": api, "max": max })
            }
            Self::EndSessions { api, of } => {
                let (by, name) = (of.by(), of.name());
                match of {
                    Selected::OpenedBefore(before) => {
                        json!({ "do": "end_sessions", "api": api, "by": by, "before": before.0 })
                    }
                    Selected::All => json!({ "do": "end_sessions", "api": api, "by": by }),
                    _ => json!({ "do": "end_sessions", "api": api, "by": by, "name": name }),
                }
            }
            Self::Keys(request) => request.write(),
            Self::BackupStore { to } => json!({ "do": "backup_store", "to": to }),
            Self::RewrapStore => json!({ "do": "rewrap_store" }),
            Self::GiveBackOnce { entry, of, caller } => {
                let of: Vec<String> = of.iter().map(|part| hex(part)).collect();
                match caller {
                    Some((issuer, subject)) => json!({
                        "do": "give_back_once", "entry": entry, "of": of, "issuer": issuer,
                        "subject": subject,
                    }),
                    None => json!({ "do": "give_back_once", "entry": entry, "of": of }),
                }
            }
            Self::Passwords(request) => request.write(),
            Self::RekeyStore { to } => json!({ "do": "rekey_store", "to": to }),
            Self::RevokeTokens(Revocation { issuer, of, until }) => {
                let (act, until) = ("revoke_tokens", until.0);
                let by = token_by(of);
                match of {
                    Revoked::Token { jti } => {
                        json!({ "do": act, "issuer": issuer, "by": by, "name": jti, "until": until })
                    }
                    Revoked::Subject { subject, before } => json!({
                        "do": act, "issuer": issuer, "by": by, "name": subject,
                        "before": before.0, "until": until,
                    }),
                    Revoked::IssuedBefore(before) => json!({
                        "do": act, "issuer": issuer, "by": by, "before": before.0, "until": until,
                    }),
                }
            }
        }
        .to_string();
        line.push('\n');
        line
    }
}

impl Selected {
    pub(crate) const fn by(&self) -> &'static str {
        match self {
            Self::Id(_) => "id",
            Self::Account(_) => "account",
            Self::Subject(_) => "subject",
            Self::OpenedBefore(_) => "opened_before",
            Self::All => "all",
        }
    }

    pub(crate) fn name(&self) -> Option<String> {
        match self {
            Self::Id(id) => Some(id.to_string()),
            Self::Account(name) | Self::Subject(name) => Some(name.clone()),
            Self::OpenedBefore(_) | Self::All => None,
        }
    }
}

pub(crate) const fn token_by(of: &Revoked) -> &'static str {
    match of {
        Revoked::Token { .. } => "jti",
        Revoked::Subject { .. } => "subject",
        Revoked::IssuedBefore(_) => "issued_before",
    }
}

fn selected(members: &Members<'_>) -> Result<Selected, Misread> {
    let name = || members.text("name").map(str::to_owned);
    Ok(match members.text("by")? {
        "id" => Selected::Id(SessionId::parse(&name()?).ok_or(Misread("that names no session"))?),
        "account" => Selected::Account(name()?),
        "subject" => Selected::Subject(name()?),
        "opened_before" => Selected::OpenedBefore(members.time("before")?),
        "all" => Selected::All,
        _ => return Err(Misread("sessions are not named so")),
    })
}

fn give_back(members: &Members<'_>) -> Result<Request, Misread> {
    let of = members.optional_texts("of")?;
    let of: Option<Vec<Vec<u8>>> = of.iter().map(|part| bytes_of_hex(part)).collect();
    let of = of.ok_or(Misread("a part is not written in hex digits"))?;
    let text = |name| members.optional_text(name).map(|text| text.map(str::to_owned));
    let caller = match (text("issuer")?, text("subject")?) {
        (Some(issuer), Some(subject)) => Some((issuer, subject)),
        (None, None) => None,
        _ => return Err(Misread("a caller is an issuer and a subject")),
    };
    Ok(Request::GiveBackOnce { entry: members.text("entry")?.to_owned(), of, caller })
}

fn revocation(members: &Members<'_>) -> Result<Revocation, Misread> {
    let name = || members.text("name").map(str::to_owned);
    let of = match members.text("by")? {
        "jti" => Revoked::Token { jti: name()? },
        "subject" => Revoked::Subject { subject: name()?, before: members.time("before")? },
        "issued_before" => Revoked::IssuedBefore(members.time("before")?),
        _ => return Err(Misread("tokens are not named so")),
    };
    let issuer = members.text("issuer")?.to_owned();
    Ok(Revocation { issuer, of, until: members.time("until")? })
}

#[cfg(test)]
mod tests {
    use portcullis_credential::password::Hashed;
    use portcullis_model::key::OnReport;
    use portcullis_model::{KeyId, KeyQuota, KeyRules, Verbs};
    use portcullis_store::{KeyFacts, KeyWhich, PasswordFacts};
    use proptest::prelude::*;

    use super::*;
    use crate::keys::{Import, Kept, Report};

    fn any_request() -> impl Strategy<Value = Request> {
        let time = || any::<u64>().prop_map(UnixMillis);
        let selected = prop_oneof![
            any::<[u8; 16]>().prop_map(|id| Selected::Id(SessionId::new(id))),
            any::<String>().prop_map(Selected::Account),
            any::<String>().prop_map(Selected::Subject),
            time().prop_map(Selected::OpenedBefore),
            Just(Selected::All),
        ];
        let revoked = prop_oneof![
            any::<String>().prop_map(|jti| Revoked::Token { jti }),
            (any::<String>(), time())
                .prop_map(|(subject, before)| Revoked::Subject { subject, before }),
            time().prop_map(Revoked::IssuedBefore),
        ];
        prop_oneof![
            (any::<String>(), any::<u64>())
                .prop_map(|(api, max)| Request::ListSessions { api, max }),
            (any::<String>(), selected).prop_map(|(api, of)| Request::EndSessions { api, of }),
            (any::<String>(), revoked, time()).prop_map(|(issuer, of, until)| {
                Request::RevokeTokens(Revocation { issuer, of, until })
            }),
            any_key_request().prop_map(Request::Keys),
            any_password_request().prop_map(Request::Passwords),
            any::<String>().prop_map(|to| Request::RekeyStore { to }),
            Just(Request::RewrapStore),
            any::<String>().prop_map(|to| Request::BackupStore { to }),
            any::<(String, Vec<Vec<u8>>, Option<(String, String)>)>()
                .prop_map(|(entry, of, caller)| Request::GiveBackOnce { entry, of, caller }),
        ]
    }

    fn any_rules() -> impl Strategy<Value = KeyRules> {
        let texts = || proptest::collection::vec(any::<String>(), 0..3);
        let pairs = proptest::collection::vec(any::<(String, String)>(), 0..3);
        let networks = proptest::collection::vec(any::<(std::net::IpAddr, u8)>(), 0..3);
        let begin = proptest::option::of(any::<u64>().prop_map(UnixMillis));
        let verbs = (1_u8..64).prop_filter_map("read alone", |bits| {
            // What is read back reads and lists.
            let verbs = Verbs::from_bits(bits)?;
            Verbs::of_words(verbs.words()).filter(|read| *read == verbs)
        });
        let may = proptest::collection::vec((any::<String>(), verbs), 0..3);
        let objects = proptest::collection::vec(any::<(String, String)>(), 0..3);
        let bound = any::<(Option<[u8; 32]>, Option<[u8; 32]>)>();
        let quota = any::<(Option<(u32, u32)>, Option<u64>, Option<u64>)>()
            .prop_map(|(rate, day, month)| KeyQuota { rate, day, month });
        let first = (texts(), texts(), networks, texts(), pairs, begin);
        (first, may, objects, texts(), bound, quota).prop_map(
            |(first, may, objects, origins, (dpop, certificate), quota)| {
                let (operations, scopes, networks, apis, attributes, not_before) = first;
                KeyRules {
                    operations,
                    scopes,
                    networks,
                    apis,
                    attributes,
                    not_before,
                    may,
                    objects,
                    origins,
                    dpop,
                    certificate,
                    quota,
                }
            },
        )
    }

    fn any_password_request() -> impl Strategy<Value = PasswordRequest> {
        let hash = (8_u32..65_536, 1_u32..8).prop_map(|(memory, passes)| {
            let begin = format!("$argon2id$v=19$m={memory},t={passes},p=1$BwcHBwcHBwcHBwcHBwcHBw");
            let text = format!("{begin}$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk");
            Hashed::parse(&text).unwrap()
        });
        let attributes = proptest::collection::vec(any::<(String, String)>(), 0..3);
        let facts = ("[a-z\u{e9}]{1,20}", hash, attributes)
            .prop_map(|(user, hash, attributes)| PasswordFacts { user, hash, attributes });
        prop_oneof![
            facts.prop_map(|facts| PasswordRequest::Set(Box::new(facts))),
            (any::<String>(), any::<u64>())
                .prop_map(|(after, max)| PasswordRequest::List { after, max }),
            any::<String>().prop_map(|user| PasswordRequest::Remove { user }),
        ]
    }

    fn any_key_request() -> impl Strategy<Value = KeyRequest> {
        let time = || any::<u64>().prop_map(UnixMillis);
        let id = || {
            any::<[u8; 12]>().prop_map(|[_, rest @ ..]| {
                // Small enough for 16 digits.
                let mut bytes = [0; 12];
                bytes[1..].copy_from_slice(&rest);
                KeyId::from_bytes(bytes).unwrap()
            })
        };
        let which = || {
            prop_oneof![
                id().prop_map(KeyWhich::Id),
                any::<String>().prop_map(KeyWhich::Owner),
                id().prop_map(KeyWhich::Parent),
                time().prop_map(KeyWhich::IssuedBefore),
                Just(KeyWhich::All),
            ]
        };
        let rules = any_rules();
        let ids = (id(), proptest::option::of(id()), proptest::option::of((id(), any::<u64>())));
        let texts = (any::<String>(), any::<String>(), any::<[u8; 32]>());
        let facts = (ids, texts, time(), proptest::option::of(time()), rules).prop_map(
            |((id, parent, replaces), (owner, label, mac), created, expires, rules)| KeyFacts {
                id,
                mac,
                owner,
                label,
                parent,
                created,
                expires,
                rules,
                replaces,
            },
        );
        let kept = (id(), any::<[u8; 32]>(), any::<[String; 2]>(), proptest::option::of(time()));
        let kept = kept.prop_map(|(id, mac, [owner, label], expires)| Kept {
            id,
            mac,
            owner,
            label,
            expires,
        });
        let flags = any::<([u8; 32], bool, bool, Option<String>)>();
        let import = (proptest::collection::vec(kept, 0..3), any_rules(), flags).prop_map(
            |(keys, rules, (pepper, again, is_only_asked, reason))| {
                let all = Import { keys, rules, pepper, again, is_only_asked, reason };
                KeyRequest::Import(Box::new(all))
            },
        );
        prop_oneof![
            import,
            (facts, any::<[u8; 32]>())
                .prop_map(|(facts, pepper)| KeyRequest::Add { facts: Box::new(facts), pepper }),
            (which(), any::<u64>()).prop_map(|(which, max)| KeyRequest::List { which, max }),
            which().prop_map(KeyRequest::Revoke),
            (id(), any::<u64>()).prop_map(|(id, at)| KeyRequest::Expire { id, at }),
            id().prop_map(|id| KeyRequest::Show { id }),
            (id(), any::<[u8; 32]>(), proptest::option::of(any::<u64>()), any::<[String; 2]>())
                .prop_map(|(id, mac, after, [source, url])| {
                    let on_report = after.map_or(OnReport::Revoke, OnReport::Expire);
                    KeyRequest::Report(Box::new(Report { id, mac, on_report, source, url }))
                }),
        ]
    }

    proptest! {
        #[test]
        fn a_request_reads_what_it_writes(request in any_request()) {
            let line = request.write();
            let line = line.strip_suffix('\n').unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(Request::read(line.as_bytes()), Ok(request));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::read(&bytes);
        }
    }

    #[test]
    fn what_says_more_or_less_than_it_may_is_no_request() {
        for line in [
            "",
            "[]",
            "{}",
            r#"{"do":"list_sessions","api":""}"#,
            r#"{"do":"list_sessions","api":"","max":1,"token":true}"#,
            r#"{"do":"list_sessions","api":"","max":"1"}"#,
            r#"{"do":"list_sessions","api":"","max":-1}"#,
            r#"{"do":"list_sessions","api":"","max":1.5}"#,
            r#"{"do":"list_sessions","api":null,"max":1}"#,
            r#"{"do":"list_sessions","do":"end_sessions","api":"","max":1}"#,
            r#"{"do":"end_sessions","api":"","by":"all","name":"alice"}"#,
            r#"{"do":"end_sessions","api":"","by":"id","name":"alice"}"#,
            r#"{"do":"end_sessions","api":"","by":"token","name":"alice"}"#,
            r#"{"do":"end_sessions","api":"","by":"account"}"#,
            r#"{"do":"revoke_tokens","issuer":"a","by":"jti","name":"b"}"#,
            r#"{"do":"revoke_tokens","issuer":"a","by":"jti","name":"b","before":1,"until":2}"#,
            r#"{"do":"rekey_store"}"#,
            r#"{"do":"rewrap_store","to":"kms"}"#,
            r#"{"do":"rekey_store","to":"file:/new.key","key":"00"}"#,
            r#"{"do":"set_password","user":"ann","password":"obviously fake"}"#,
            r#"{"do":"set_password","user":"ann","hash":"obviously fake"}"#,
            r#"{"do":"set_password","user":"a:n","hash":"$argon2id$v=19$m=64,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}"#,
            r#"{"do":"set_password","user":"ann","hash":"$argon2id$v=19$m=9999999,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk"}"#,
            r#"{"do":"remove_password"}"#,
            r#"{"do":"stop"}"#,
            r#"{"do":"list_sessions","api":"","max":1}{}"#,
        ] {
            assert!(Request::read(line.as_bytes()).is_err(), "{line}");
        }
    }
}
