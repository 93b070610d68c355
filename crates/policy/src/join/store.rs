//! The section `store`: where what lasts is kept, and what opens it.

use std::path::Path;

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::{Notes, Spanned, shown};

use crate::codes;
use crate::file::{PolicyFile, StoreSection, VaultSection};
use crate::kept::{StorePlace, Vault};

/// Where a Vault's engine is, if nobody says.
const MOUNT: &str = "transit";

/// Canaries, if nobody says.
const CANARIES: usize = 4;

/// And at most: they are real rows, and each start opens them.
const CANARIES_MAX: usize = 64;

/// Bytes of the name of a mount or key.
const NAME_BYTES_MAX: usize = 128;

/// Where what lasts is kept.
pub(super) fn store(
    file: Option<&PolicyFile>,
    folder: &Path,
    notes: &mut Notes,
) -> Option<StorePlace> {
    let Some(section) = file.and_then(|file| file.store.as_ref()) else {
        missing(file?, notes);
        return None;
    };
    let place = section.folder.0.as_ref()?;
    if section.key.is_none() && section.kms.is_none() {
        notes.push(|| {
            Diagnostic::error(&codes::MISSING_KEY, "`store` has neither `key` nor `kms`")
                .at(Some(place.span))
                .label("nothing says what it is encrypted with")
                .help(
                    "add `key: file:store.key`; `openssl rand -out store.key 32 && chmod 600 \
                     store.key` makes the key",
                )
        });
        return None;
    }
    let kms = match section.kms.as_ref() {
        Some(kms) => Some(vault(kms.vault.0.as_ref()?, folder, notes)?),
        None => None,
    };
    let key = section.key.as_ref().map(|key| key.value.source(folder));
    let canaries = canaries(section, notes);
    Some(StorePlace { folder: folder.join(&place.value), key, kms, canaries })
}

fn canaries(section: &StoreSection, notes: &mut Notes) -> usize {
    let Some(wanted) = &section.canaries else { return CANARIES };
    let count = usize::try_from(wanted.value.0).ok().filter(|count| *count <= CANARIES_MAX);
    count.unwrap_or_else(|| {
        notes.push(|| {
            Diagnostic::error(&codes::BAD_LIMIT, "so many canaries are not kept")
                .at(Some(wanted.span))
                .help(format!("write {CANARIES_MAX} at most; `0` for none"))
        });
        CANARIES
    })
}

/// Where problems of what opens it are shown.
pub(super) fn line(section: &StoreSection) -> Option<Span> {
    let vault = section.kms.as_ref().and_then(|kms| kms.vault.0.as_ref());
    let url = vault.and_then(|vault| vault.url.0.as_ref()).map(|url| url.span);
    url.or_else(|| section.key.as_ref().map(|key| key.span))
}

/// Where something must be kept, and nobody says where.
fn missing(file: &PolicyFile, notes: &mut Notes) {
    let Some(callers) = file.callers.as_ref() else { return };
    let login = callers.login.as_ref().and_then(|logins| logins.0.first());
    let (at, what, label) = match (login, &callers.api_keys, &callers.passwords) {
        (Some(login), ..) => {
            (span(login.operation.0.as_ref()), "sessions", "its credentials must be kept")
        }
        (None, Some(keys), _) => (span(keys.brand.0.as_ref()), "API keys", "they must be kept"),
        (None, None, Some(passwords)) => {
            (span(passwords.pepper.0.as_ref()), "passwords", "they must be kept")
        }
        (None, None, None) => return,
    };
    notes.push(|| {
        Diagnostic::error(&codes::MISSING_KEY, format!("nobody says where {what} are kept"))
            .at(at)
            .label(label)
            .help(
                "add `store: { folder: sessions, key: file:store.key }`; `openssl rand -out \
                 store.key 32 && chmod 600 store.key` makes the key",
            )
    });
}

fn vault(section: &VaultSection, folder: &Path, notes: &mut Notes) -> Option<Vault> {
    let (url, key) = (section.url.0.as_ref()?, section.key.0.as_ref()?);
    let token = section.token.0.as_ref()?;
    let mut endpoint = url.value.endpoint.clone();
    endpoint.path.truncate(endpoint.path.trim_end_matches('/').len());
    let ca = section.ca.as_ref().filter(|_| endpoint.instance.is_tls);
    endpoint.instance.tls.roots = ca.map(|ca| ca.value.source(folder));
    let mount = section.mount.as_ref();
    let is_good =
        mount.is_none_or(|mount| may_name(mount, true, notes)) & may_name(key, false, notes);
    is_good.then(|| Vault {
        endpoint,
        mount: mount.map_or(MOUNT, |mount| &mount.value).to_owned(),
        key: key.value.clone(),
        token: token.value.source(folder),
    })
}

/// Whether it stands for itself in a URL: nothing of it leads to another path.
fn may_name(name: &Spanned<String>, may_have_slashes: bool, notes: &mut Notes) -> bool {
    let is_word = |part: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(is_known)
    };
    let text = name.value.as_str();
    let is_good = text.len() <= NAME_BYTES_MAX
        && if may_have_slashes { text.split('/').all(is_word) } else { is_word(text) };
    if !is_good {
        notes.push(|| {
            Diagnostic::error(
                &codes::BAD_ADDRESS,
                format!("{} names nothing in a Vault", shown(text)),
            )
            .at(Some(name.span))
            .help(if may_have_slashes {
                "write letters, digits, `_`, `-` and `.`, with `/` between them: `transit`"
            } else {
                "write letters, digits, `_`, `-` and `.`: `portcullis`"
            })
        });
    }
    is_good
}

fn span<T>(value: Option<&Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}
