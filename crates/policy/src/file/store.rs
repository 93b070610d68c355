//! The section `store`: where what lasts is kept, and what opens it.

use portcullis_yaml::{Needed, Spanned, section};

use crate::claim::CallerUrl;
use crate::quantity::Count;
use crate::secret::Secret;

section! {
    /// Where sessions are kept: in a folder of this gateway's alone, encrypted. Give `key` or `kms`; both while a
    /// store moves from the one to the other.
    struct StoreSection, later [], {
        /// The folder, from the folder of this file. It is made if it is not there; only this user may
        /// look into it.
        folder: Needed<Spanned<String>>,
        /// The key under which it is encrypted: 32 random bytes in a place of yours, `file:store.key`,
        /// `env:NAME` or `credential:NAME`. `openssl rand -out store.key 32 && chmod 600 store.key`
        /// makes one.
        key: Option<Spanned<Secret>>,
        /// A key service that wraps the store's own key, which is then made here and lies in the store as nobody but the
        /// service can read it. It is asked at each start; without it nothing starts.
        kms: Option<KmsSection>,
        /// How many sessions that nobody has lie among the others, so that whoever opened the store and tries what was in
        /// it is noticed: 0 to 64. Default: 4.
        canaries: Option<Spanned<Count>>,
    }
}

section! {
    /// Which key service.
    struct KmsSection, later [], {
        /// The `transit` engine of a HashiCorp Vault, or of what speaks like it.
        vault: Needed<VaultSection>,
    }
}

section! {
    /// Where a Vault is, and which of its keys is meant.
    struct VaultSection, later [], {
        /// Its address: `https://vault.example.com:8200`. Inside TLS, or on this host. No redirect is followed.
        url: Needed<Spanned<CallerUrl>>,
        /// Where the engine is mounted. Default: `transit`.
        mount: Option<Spanned<String>>,
        /// The name of its key, of a type with associated data: `aes256-gcm96`.
        key: Needed<Spanned<String>>,
        /// What we prove ourselves with, whose policy allows `update` on `encrypt` and `decrypt` of the key and nothing else:
        /// `file:vault.token`, `env:NAME` or `credential:NAME`. Read anew each time.
        token: Needed<Spanned<Secret>>,
        /// Whom its certificate must come from (PEM): `file:vault-ca.pem`. Default: those whom the system trusts.
        ca: Option<Spanned<Secret>>,
    }
}
