//! What a service manager is told (sd_notify(3)): one datagram, if it asks for one.

use std::os::unix::net::UnixDatagram;

use crate::secrets::variable;

/// Tells it: `READY=1`. Nobody who asks for nothing is told anything, and nothing depends on it.
pub(crate) fn tell(state: &str) {
    if let Some(place) = variable("NOTIFY_SOCKET") {
        // A service manager that does not listen is none of our business.
        let _ = send(&place, state);
    }
}

fn send(place: &str, state: &str) -> std::io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    match place.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt as _;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            socket.send_to_addr(state.as_bytes(), &address)?;
        }
        _ => {
            socket.send_to(state.as_bytes(), place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_manager_is_told_in_one_datagram() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("notify");
        let manager = UnixDatagram::bind(&place).unwrap();
        send(place.to_str().unwrap(), "READY=1\nSTATUS=model 1").unwrap();
        let mut bytes = [0; 64];
        let count = manager.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..count], b"READY=1\nSTATUS=model 1");
        assert!(send("/nowhere/at/all", "READY=1").is_err());
    }
}
