//! Where plain HTTP is spoken only to lead to `https`: `redirect_from` of `tls`.

use std::net::SocketAddr;

use portcullis_model::{Diagnostic, Span};
use portcullis_yaml::Notes;

use crate::codes;
use crate::file::PolicyFile;
use crate::model::Redirect;

/// Where that is, if anywhere. It leads to hosts that the policy names, and to no other.
pub(super) fn of(
    file: Option<&PolicyFile>,
    listen: SocketAddr,
    health: Option<SocketAddr>,
    notes: &mut Notes,
) -> Option<Redirect> {
    let file = file?;
    let tls = file.tls.as_ref()?;
    let missing = |message: &str, at: Span, help: &str, notes: &mut Notes| {
        let (message, help) = (message.to_owned(), help.to_owned());
        notes.push(|| Diagnostic::error(&codes::MISSING_KEY, message).at(at).help(help));
    };
    let Some(from) = &tls.redirect_from else {
        if let Some(port) = &tls.redirect_port {
            let help = "say where plain HTTP comes from: `redirect_from: 0.0.0.0:80`";
            missing("`tls` has no `redirect_from`", port.span, help, notes);
        }
        return None;
    };
    if tls.certificate.is_none() && tls.key.is_none() && tls.acme.is_none() {
        let help = "add `certificate: file:cert.pem` and `key: file:key.pem`; a proxy that ends TLS \
                    redirects by itself";
        missing("`tls` has no `certificate`, and nothing to lead to", from.span, help, notes);
    }
    if file.apis().iter().all(|api| api.hosts.iter().flatten().next().is_none()) {
        let help = "name the hosts that clients may be led to: `hosts: [api.example.com]` beside \
                    `contract`; the one that a request names could be anybody's";
        missing("no API has `hosts` to lead to", from.span, help, notes);
    }
    let taken = [(Some(listen), "listen"), (health, "health")];
    for (other, key) in taken.into_iter().filter_map(|(other, key)| Some((other?, key))) {
        if is_same_place(from.value.0, other) {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_ADDRESS, format!("`{other}` is the place of `{key}`"))
                    .at(from.span)
                    .help("give plain HTTP a port of its own: `0.0.0.0:80`")
            });
        }
    }
    let port = tls.redirect_port.as_ref().and_then(|port| {
        let number = u16::try_from(port.value.0).ok().filter(|number| *number > 0);
        if number.is_none() {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_ADDRESS, "this is no port")
                    .at(port.span)
                    .help("write a number from 1 to 65535: `443`")
            });
        }
        number
    });
    Some(Redirect { from: from.value.0, port })
}

/// Whether two listeners would meet. Port 0 is a free one, which nobody else has.
pub(super) fn is_same_place(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() == other.port()
        && one.port() != 0
        && (one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified())
}
