//! # `upstream_answer`
//!
//! What the API answers is looked at like what a client sends: it leads nobody where the policy does not allow, its
//! header fields do nothing to whoever reads them, and its texts run in no page.
//!
//! ## Why
//!
//! An API passes on what others wrote: a partner's feed, a customer's note, an address that a link brought along. A
//! redirect to whatever stands in a request lends the API's good name to whoever made the link (open redirect,
//! CWE-601), and one to an inner address tells how the network is built (CWE-918, CWE-200). A name of a file that is
//! turned around by an invisible character passes for a picture (CWE-451). Text with `</script>` in it ends the
//! script of a page that has the answer between its own lines (CWE-79). What a third party says is data of
//! strangers, whoever relays it (OWASP API10 2023).
//!
//! ## Example
//!
//! ```yaml
//! apis:
//!   - { contract: openapi.yaml, upstream: "http://127.0.0.1:3000", hosts: [api.example.com], markup: escaped }
//! operations:
//!   signIn: { redirects: [login.example.com, "com.example.app:"] }
//!   download: { redirects: ["https://*.files.example.net"] }
//! ```
//!
//! `GET /sign-in` may answer `Location: /welcome`, `https://api.example.com/welcome` and
//! `https://login.example.com/?client=7`. `https://evil.example/`, `//evil.example`, `/\evil.example`,
//! `https://login.example.com@evil.example/`, `javascript:...`, `http://10.0.0.5/`, or two `Location` fields are answered
//! 502, and the line of the refusal says what would allow it. `"<b>"` in a JSON answer leaves as `"\u003cb\u003e"`.
//!
//! Beside this API itself (a path, its `hosts`, its `origins`, the host that was asked), a redirect may lead to hosts
//! that `redirects` names, or that `targets` names for the same operation. Without a policy file nobody could have named
//! any: then a redirect to a public host passes, with `redirect_away` in its record, unless the request holds that
//! host. `Location` of other answers, `Content-Location` and `Link` are followed by nobody unasked: they lose no more
//! than inner addresses, and the whole field with them. What a browser fetches unasked (`Link` with `preload`,
//! `stylesheet`, `preconnect` ...) is another matter: it may lead where a redirect may, and else the field is taken out.
//!
//! Taken out: fields whose values hold invisible or control characters, also behind the encodings that names of files
//! are written in, or have more than 8 KiB, and those that may stand once and stand twice with two values (`ETag`,
//! `Content-Disposition`, `Retry-After` ...); a `Content-Disposition` that names files of two kinds.
//!
//! ## Limits
//!
//! A link in a body is data: it is neither followed nor judged; the record says if it is the API's own address. Whether
//! a name of public looks leads inside is not asked: the client goes there, not the API. A host that the API
//! redirects to may redirect on. Markup is escaped in JSON alone, and what a page does with it once it has read it is the
//! page's: `innerHTML = answer.note` runs what `\u003c` stood for. Where markup is `flagged`, a record says that some
//! stood there, not where. Streams are not looked into.

mod fields;
mod findings;
mod links;
mod markup;
mod names;
mod redirect;

#[cfg(test)]
mod tests;

use portcullis_model::{Code, ControlId, Room};
use portcullis_policy::{Model, Posture, Redirects};

use crate::face::{Expectation, Face, Stride, Threat};

pub use fields::{FIELD_BYTES_MAX, Unfit, unfit};
pub use links::{link_targets, loaded_targets};
pub use markup::{escaped, runs_script};
pub use redirect::{Lead, Leading, Wrong, hosts_of, lead};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::UpstreamAnswer,
    item: "A13",
    guarantee: "an answer leads nowhere that nobody decided, and does nothing to whoever reads it",
    threat: Threat {
        id: "trusted-answer",
        text: "what the API passes on for others leads its clients away, or runs in their pages",
        stride: Stride::Spoofing,
        cwe: &[79, 451, 601, 918],
    },
    rooms: &[Room::Inspect],
    expectation,
    source: include_str!("upstream_answer.rs"),
};

/// The codes of this control.
pub const CODES: [&Code; 1] = [&findings::REDIRECTS_UNSAID];

fn expectation(model: &Model, index: usize) -> Expectation {
    let Some(operation) = model.contract.operation(index) else {
        return Expectation::NotApplicable("there is no such operation");
    };
    let rule = model.redirects.get(index).cloned().unwrap_or_default();
    let is_unsaid = rule == Redirects::Undecided && model.posture == Posture::Policy;
    if is_unsaid && findings::leads_away(operation) {
        return Expectation::Missing(vec![findings::redirects_unsaid(operation)]);
    }
    Expectation::Required(match rule {
        Redirects::Undecided if model.posture == Posture::ContractOnly => {
            "redirects lead to no host that the request named, and to none inside".to_owned()
        }
        Redirects::Undecided | Redirects::Own => "redirects stay at this API".to_owned(),
        Redirects::Public => "redirects lead to no host inside".to_owned(),
        rule @ Redirects::Listed { .. } => format!("redirects stay at this API, or lead to {rule}"),
    })
}
