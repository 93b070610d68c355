//! `portcullis dev-certificate`: TLS on a developer's machine, with an issuer that opens little when it is stolen.

mod files;
mod made;

use std::net::IpAddr;
use std::path::Path;

use portcullis_credential::certificate::{Constrained, DEVELOPMENT, Doubt, Role, doubts};
use portcullis_model::{Clock as _, UnixMillis};

use self::files::Folder;
use self::made::{Authority, MakeFault};
use crate::clock::SystemClock;
use crate::dev_certificate_arguments::DevCertificateOptions;
use crate::exit::Exit;
use crate::talk;

const CA: &str = "ca.pem";
const CA_KEY: &str = "ca.key";
const CERTIFICATE: &str = "cert.pem";
const KEY: &str = "key.pem";

/// Hosts of one certificate.
const HOSTS_MAX: usize = 100;
/// Characters of a name (RFC 1035 section 2.3.4).
const HOST_MAX: usize = 253;

pub(crate) fn make(options: &DevCertificateOptions) -> Exit {
    if let Some(wrong) = options.hosts.iter().find(|host| !is_host(host)) {
        talk::say(&format!("`{}` is no name of a host, and no address", talk::clean(wrong)));
        return Exit::Unusable;
    }
    if options.hosts.len() > HOSTS_MAX {
        talk::say(&format!("there are more than {HOSTS_MAX} hosts"));
        return Exit::Unusable;
    }
    let folder = match Folder::open(&options.out) {
        Ok(folder) => folder,
        Err(why) => {
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    let now = SystemClock.now();
    let known = match authority(&folder, options, now) {
        Ok(known) => known,
        Err(why) => {
            talk::say(&why);
            talk::say(
                "help: name another folder with --out, or replace what lies there with --overwrite",
            );
            return Exit::Failure;
        }
    };
    let is_new = known.is_none();
    match write(&folder, known, &options.hosts, now) {
        Ok(()) => {
            print(&options.out, is_new);
            Exit::Success
        }
        Err(why) => {
            talk::say(&why);
            Exit::Unusable
        }
    }
}

/// The issuer that lies there, if it is ours and may issue this; none, if a new one is to be made.
fn authority(
    folder: &Folder,
    options: &DevCertificateOptions,
    now: UnixMillis,
) -> Result<Option<Authority>, String> {
    if options.overwrite {
        return Ok(None);
    }
    let shown = talk::clean(&options.out.display().to_string());
    let lies = |name| folder.has(name).then_some(name);
    let (Some(_), Some(_)) = (lies(CA), lies(CA_KEY)) else {
        let other = [CA, CA_KEY, CERTIFICATE, KEY].into_iter().find_map(lies);
        return match other {
            Some(name) => Err(format!("there is a `{name}` in `{shown}`, and no issuer of ours")),
            None => Ok(None),
        };
    };
    let (pem, key) = (folder.read(CA)?, folder.read(CA_KEY)?);
    let ours = Constrained::read(pem.as_bytes());
    let ours = ours.filter(|issuer| issuer.organisation.as_deref() == Some(DEVELOPMENT));
    let Some(issuer) = ours else {
        return Err(format!("`{CA}` in `{shown}` is no issuer that this command made"));
    };
    if issuer.ends <= now {
        return Err(format!("the issuer in `{shown}` is over"));
    }
    if let Some(host) = options.hosts.iter().find(|host| !issuer.permits(host)) {
        return Err(format!("the issuer in `{shown}` is not for `{host}`"));
    }
    if folder.has(CERTIFICATE) && !is_of_development(&folder.read(CERTIFICATE)?, now) {
        return Err(format!("`{CERTIFICATE}` in `{shown}` is not of this issuer"));
    }
    let read = Authority::read(pem, &key, &issuer);
    read.map(Some).map_err(|fault| format!("the issuer in `{shown}` cannot be used: {fault}"))
}

fn is_of_development(pem: &str, now: UnixMillis) -> bool {
    let found = doubts(pem.as_bytes(), Role::Client, now);
    found.contains(&(0, Doubt::Development))
}

/// Writes what is made: the issuer if it is new, the certificate in any case. Keys come before what they are of, so that
/// a gateway that watches sees a pair.
fn write(
    folder: &Folder,
    known: Option<Authority>,
    hosts: &[String],
    now: UnixMillis,
) -> Result<(), String> {
    let fault = |fault: MakeFault| fault.to_string();
    let is_new = known.is_none();
    let authority = known.map_or_else(|| Authority::new(hosts, now).map_err(fault), Ok)?;
    let pair = authority.issue(hosts, now).map_err(fault)?;
    if is_new {
        folder.write(CA_KEY, authority.key().expose_secret())?;
        folder.write(CA, authority.certificate().as_bytes())?;
    }
    folder.write(KEY, pair.key.expose_secret())?;
    folder.write(CERTIFICATE, pair.certificate.as_bytes())
}

fn print(out: &Path, is_new: bool) {
    let folder = talk::clean(&out.display().to_string());
    let folder = folder.trim_end_matches('/');
    talk::print(&format!(
        "tls: {{ certificate: \"file:{folder}/{CERTIFICATE}\", key: \"file:{folder}/{KEY}\" }}\n"
    ));
    if !is_new {
        talk::say("made anew under the issuer that is there: whoever trusts it need do nothing");
        return;
    }
    for line in [
        "these lines stand in the policy, with paths as seen from its folder",
        &format!("trust it for one command:  curl --cacert {folder}/{CA} https://localhost:8443/"),
        &format!(
            "trust it on this machine:  sudo cp {folder}/{CA} /usr/local/share/ca-certificates/portcullis-dev.crt && sudo \
             update-ca-certificates (Debian), `trust anchor {folder}/{CA}` (Fedora), `security add-trusted-cert` \
             (macOS); browsers may have a list of their own"
        ),
        &format!(
            "`{CA_KEY}` vouches for these hosts to whoever trusts it: keep the folder out of repositories"
        ),
    ] {
        talk::say(line);
    }
}

/// Whether it may stand in a certificate: an address, or labels of letters, digits and hyphens.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.parse::<IpAddr>().is_ok() || text.len() <= HOST_MAX && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses() {
        for host in ["localhost", "api.shop.example", "a-b.example", "10.0.0.1", "::1"] {
            assert!(is_host(host), "{host}");
        }
        let long = format!("{}a", "a.".repeat(130));
        for host in
            ["", ".", "a.", "*.example", "a b", "-a", "a_b", "https://a", "a:80", "é", &long]
        {
            assert!(!is_host(host), "{host}");
        }
    }
}
