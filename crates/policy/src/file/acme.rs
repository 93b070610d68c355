//! The section `tls.acme`: a certificate that an authority gives, and gives again.

use portcullis_yaml::{Needed, Spanned, section};

use crate::claim::{CallerUrl, Texts};
use crate::secret::Secret;

section! {
    /// A certificate that the gateway asks an authority for (ACME, RFC 8555) and renews, for the `hosts` of all APIs. It
    /// proves that they are its own inside TLS (`tls-alpn-01`, RFC 8737): the authority connects to port 443 of each.
    struct AcmeSection, later [], {
        /// Where the authority says what it does: `https://acme-v02.api.letsencrypt.org/directory`.
        directory: Needed<Spanned<CallerUrl>>,
        /// Where it may write to: `mailto:ops@example.com`, or several. Default: nowhere.
        contact: Option<Spanned<Texts>>,
        /// `true`: you have read the authority's terms of service and agree to them. Nobody does that for you:
        /// without it no certificate is asked for.
        agree_to_terms: Option<Spanned<bool>>,
        /// The folder for certificate, key and account, from the folder of this file. It is made (mode 0700) if it is
        /// not there, and refused if others can open it.
        folder: Needed<Spanned<String>>,
        /// Whom the authority's own certificate must come from (PEM). Default: one of those whom the system trusts.
        ca: Option<Spanned<Secret>>,
        /// Who you are to the authority already, where it asks for that.
        external_account: Option<ExternalAccountSection>,
    }
}

section! {
    /// An account that an authority gave out elsewhere (external account binding).
    struct ExternalAccountSection, later [], {
        /// The name of its key, as the authority says it.
        kid: Needed<Spanned<String>>,
        /// The key in base64url, as the authority gives it: `file:NAME`, `env:NAME` or `credential:NAME`.
        key: Needed<Spanned<Secret>>,
    }
}
