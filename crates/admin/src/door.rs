//! The socket: in a folder of ours alone, and each peer is asked who it is.

use std::fmt;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener as StdListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use crate::act::Keeper;
use crate::misread::Misread;
use crate::request::{REQUEST_BYTES_MAX, Request};

/// Connections that are served at a time; others wait.
const CONNECTIONS_MAX: usize = 8;
/// How long a request may take to come, and an answer to leave.
const PEER_TIME: Duration = Duration::from_secs(2);
/// How long acts that are under way may take when the gateway ends.
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// How long nothing is taken after the system could not give a connection.
const REST: Duration = Duration::from_millis(50);

/// The socket's name in the folder of the store.
pub(crate) const SOCKET: &str = "admin.sock";

/// The door of a gateway that runs. Dropped, it lets acts under way end, and is shut.
#[derive(Debug)]
pub struct Door {
    path: PathBuf,
    end: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Why there is no door.
#[derive(Debug)]
pub enum DoorError {
    /// Something that is no socket has its name.
    Taken(PathBuf),
    /// The socket cannot be made.
    Socket(PathBuf, io::Error),
    /// No thread, or no runtime on it.
    Thread(io::Error),
}

impl fmt::Display for DoorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken(path) => {
                write!(f, "`{}` is there and is no socket; remove it", path.display())
            }
            Self::Socket(path, error) => {
                write!(f, "the socket `{}` cannot be made: {error}", path.display())
            }
            Self::Thread(error) => write!(f, "no thread can be started for it: {error}"),
        }
    }
}

impl std::error::Error for DoorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Taken(_) => None,
            Self::Socket(_, error) | Self::Thread(error) => Some(error),
        }
    }
}

impl Door {
    /// Opens it in the folder of the keeper's store. Whoever has the store open is the only one there:
    /// a socket that lies there already is left from a process that is gone.
    pub fn open(folder: &Path, keeper: Keeper) -> Result<Self, DoorError> {
        let path = folder.join(SOCKET);
        let failed = |error| DoorError::Socket(path.clone(), error);
        match std::fs::symlink_metadata(&path) {
            Ok(known) if known.file_type().is_socket() => {
                std::fs::remove_file(&path).map_err(failed)?;
            }
            Ok(_) => return Err(DoorError::Taken(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let listener = StdListener::bind(&path).map_err(failed)?;
        // Nobody else can come by before: the folder is 0700.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(DoorError::Thread)?;
        let (end, ended) = watch::channel(false);
        let thread = std::thread::Builder::new()
            .name("admin".to_owned())
            .spawn(move || runtime.block_on(serve(listener, keeper, ended)))
            .map_err(DoorError::Thread)?;
        Ok(Self { path, end, thread: Some(thread) })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.end.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to end.
            let _ = thread.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn serve(listener: StdListener, keeper: Keeper, mut ended: watch::Receiver<bool>) {
    // It was made for this, and nothing but the runtime could fail.
    let Ok(listener) = UnixListener::from_std(listener) else { return };
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = async {
            let place = places.clone().acquire_owned().await;
            (listener.accept().await, place)
        };
        tokio::select! {
            _ = ended.changed() => break,
            (accepted, place) = accepted => match accepted {
                Ok((stream, _)) => {
                    let keeper = keeper.clone();
                    tokio::spawn(async move {
                        hear(stream, &keeper).await;
                        drop(place);
                    });
                }
                Err(_) => tokio::time::sleep(REST).await,
            }
        }
    }
    drop(listener);
    let all = places.acquire_many(CONNECTIONS_MAX as u32);
    let _ = timeout(DRAIN_TIME, all).await;
}

/// One connection: a request, an answer.
async fn hear(mut stream: UnixStream, keeper: &Keeper) {
    let Ok(peer) = stream.peer_cred() else { return };
    let uid = peer.uid();
    if !may_ask(uid, rustix::process::geteuid().as_raw()) {
        keeper.refuse(uid, "this user may not ask");
        return;
    }
    let request = match timeout(PEER_TIME, line(&mut stream)).await {
        Ok(Ok(line)) => Request::read(&line),
        Ok(Err(misread)) => Err(misread),
        Err(_) => Err(Misread("it did not come in time")),
    };
    let answer = match request {
        Ok(request) => keeper.perform(uid, request).await,
        Err(misread) => keeper.misread(uid, misread),
    };
    let answer = format!("{answer}\n");
    // Whoever does not wait for the answer finds the act in the ledger.
    let _ = timeout(PEER_TIME, async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
}

/// The user who runs the gateway, and root.
const fn may_ask(peer: u32, us: u32) -> bool {
    peer == us || peer == 0
}

/// A line without its end, behind which nothing comes.
async fn line(stream: &mut UnixStream) -> Result<Vec<u8>, Misread> {
    let mut bytes = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let count = stream.read(&mut piece).await.map_err(|_| Misread("it broke off"))?;
        bytes.extend_from_slice(piece.get(..count).unwrap_or_default());
        match bytes.iter().position(|byte| *byte == b'\n') {
            Some(end) if end + 1 == bytes.len() => {
                bytes.pop();
                return Ok(bytes);
            }
            Some(_) => return Err(Misread("there is more than one line")),
            None if count == 0 => return Err(Misread("its line does not end")),
            None if bytes.len() > REQUEST_BYTES_MAX => return Err(Misread("it is too long")),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_the_gateway_and_root_may_ask_and_nobody_else() {
        assert!(may_ask(1000, 1000) && may_ask(0, 1000) && may_ask(0, 0));
        assert!(!may_ask(1001, 1000) && !may_ask(1000, 0));
    }
}
