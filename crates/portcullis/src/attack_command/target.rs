//! What may be attacked: this machine, and whatever proves that its owner wants it.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use portcullis_attack::ask;
use portcullis_model::Secret;
use portcullis_policy::SecretSource;

use crate::secrets::private;

/// Where a target shows that its owner wants it attacked.
const OWNED_AT: &str = "/.well-known/portcullis-attack";
/// Bytes of the text that it shows: enough that nobody else has it there by chance.
const TOKEN_BYTES_MIN: usize = 32;
const PATIENCE: Duration = Duration::from_secs(5);

/// The address of a target; or why it is not attacked.
pub(super) fn address(url: &str, owner_token: Option<&Path>) -> Result<SocketAddr, String> {
    let (address, is_here) = resolved(url).map_err(|why| {
        format!("`{url}` {why}\nhelp: attacks go to this machine; write http://127.0.0.1:PORT")
    })?;
    if is_here {
        return Ok(address);
    }
    let Some(path) = owner_token else {
        return Err(format!(
            "`{url}` is not on this machine\nhelp: if it is yours, have it serve a random text at {OWNED_AT}, and give a \
             file with the same text as --owner-token"
        ));
    };
    let text = Secret::new(private(&SecretSource::File(path.to_owned()))?);
    let wanted = text.expose_secret().trim_ascii();
    if wanted.len() < TOKEN_BYTES_MIN {
        return Err(format!(
            "`{}`: an owner's token has {TOKEN_BYTES_MIN} bytes or more",
            path.display()
        ));
    }
    let shown =
        shown(address).map_err(|why| format!("`{url}` shows nothing at {OWNED_AT}: {why}"))?;
    if shown.trim_ascii() != wanted {
        return Err(format!("`{url}` shows another text at {OWNED_AT}: it is not attacked"));
    }
    Ok(address)
}

fn shown(address: SocketAddr) -> Result<Vec<u8>, String> {
    let request =
        format!("GET {OWNED_AT} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime starts: {error}"))?;
    let answer = runtime.block_on(ask(address, request.into_bytes(), PATIENCE))?;
    if answer.status == 200 { Ok(answer.body) } else { Err(format!("status {}", answer.status)) }
}

/// The address of an `http` URL without a path, and whether it is one of this machine.
fn resolved(url: &str) -> Result<(SocketAddr, bool), &'static str> {
    let rest = url.strip_prefix("http://").ok_or("is not an `http` URL")?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#', '@']) {
        return Err("has more than host and port; targets are sent as the files write them");
    }
    let has_port = authority.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok())
        && !authority.ends_with(']');
    let authority = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    let mut addresses = authority.to_socket_addrs().map_err(|_| "is no address")?;
    let address = addresses.next().ok_or("is no address")?;
    let all_here = address.ip().is_loopback() && addresses.all(|one| one.ip().is_loopback());
    Ok((address, all_here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_attacked_without_more() {
        for (url, expected) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
            ("http://127.9.9.9", "127.9.9.9:80"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            assert_eq!(address(url, None), Ok(expected.parse().unwrap()), "{url}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for url in [
            "https://127.0.0.1:3000",
            "127.0.0.1:3000",
            "http://10.0.0.1:3000",
            "http://0.0.0.0:3000",
            "http://[2001:db8::1]:80",
            "http://127.0.0.1:3000/api",
            "http://127.0.0.1@10.0.0.1/",
            "http://",
        ] {
            assert!(address(url, None).is_err(), "{url}");
        }
    }

    #[test]
    fn a_short_token_owns_nothing() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "short").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let told = address("http://192.0.2.1:9", Some(&path)).unwrap_err();
        assert!(told.contains("32 bytes"), "{told}");
    }
}
