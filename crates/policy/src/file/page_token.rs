//! `page_token`: what pages send back, where their browsers say nothing of them.

use portcullis_yaml::{Needed, Spanned, section};

use crate::secret::Secret;

section! {
    /// A token for pages in browsers that send neither `Sec-Fetch-Site` nor `Origin` nor `Referer` (old ones, web views of
    /// apps). The gateway gives it out in a cookie, bound to the cookie that the caller is known by; the page's script
    /// sends it back in a header field (OWASP: signed double submit). The API sees neither.
    struct PageTokenSection, later [], {
        /// The field in which pages send it. Default: `X-CSRF-Token`.
        header: Option<Spanned<String>>,
        /// The cookie in which they get it, which their scripts read. Default: `csrf`.
        cookie: Option<Spanned<String>>,
        /// What it is made with, and nothing else is: 32 bytes or more in `file:NAME`, `env:NAME` or
        /// `credential:NAME` (`openssl rand -hex 32`).
        key: Needed<Spanned<Secret>>,
    }
}
