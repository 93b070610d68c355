//! Whose the door is. A socket is only a name: whoever could make one there would be told what is asked, and could
//! say that it was done.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// Whoever could make things in a folder beside its owner: group and world.
const OTHERS_WRITE: u32 = 0o022;

/// The user whose folder it is, or why nobody is asked there. An error: it cannot be looked at.
pub(crate) fn of(folder: &Path) -> io::Result<Result<u32, String>> {
    let known = fs::symlink_metadata(folder)?;
    if !known.is_dir() {
        return Ok(Err("it is no folder; symbolic links are not followed".to_owned()));
    }
    let (us, owner) = (rustix::process::geteuid().as_raw(), known.uid());
    if known.mode() & OTHERS_WRITE != 0 {
        return Ok(Err(format!("others can write it (mode {:o})", known.mode() & 0o777)));
    }
    if owner == us {
        return Ok(Ok(owner));
    }
    if us != 0 {
        return Ok(Err(format!("it belongs to user {owner}, and we are user {us}")));
    }
    // Root asks the gateways of others. Theirs is what only root could let them have.
    let open = open_to_others(folder)?;
    Ok(open.map_or(Ok(owner), |open| {
        Err(format!(
            "it belongs to user {owner}, and others can make folders in `{}`: ask as that user if it is \
             theirs",
            open.display()
        ))
    }))
}

/// The folder in which the first one on the way lies that is not root's, if others than root can write it.
fn open_to_others(folder: &Path) -> io::Result<Option<PathBuf>> {
    let path = fs::canonicalize(folder)?;
    let mut above: Option<(&Path, Metadata)> = None;
    let mut way: Vec<&Path> = path.ancestors().collect();
    way.reverse();
    for at in way {
        let known = fs::metadata(at)?;
        if known.uid() != 0 {
            let open = above.filter(|(_, above)| can_be_written(above));
            return Ok(open.map(|(open, _)| open.to_owned()));
        }
        above = Some((at, known));
    }
    Ok(None)
}

/// By others than root. That nobody may take away what is there (the sticky bit) does not help: it may
/// not have been there.
fn can_be_written(folder: &Metadata) -> bool {
    folder.mode() & 0o002 != 0 || folder.mode() & 0o020 != 0 && folder.gid() != 0
}

/// Whether the one at the other end is this user, or root: the folder may have been exchanged meanwhile.
pub(crate) fn is_behind(stream: UnixStream, owner: u32) -> io::Result<(UnixStream, bool)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _entered = runtime.enter();
    stream.set_nonblocking(true)?;
    let stream = tokio::net::UnixStream::from_std(stream)?;
    let peer = stream.peer_cred()?.uid();
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    Ok((stream, peer == owner || peer == 0))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

    use super::*;

    fn folder(base: &Path, name: &str, mode: u32) -> PathBuf {
        let path = base.join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn nobody_is_asked_in_a_folder_that_others_can_write_or_that_is_a_link() {
        let base = tempfile::tempdir().unwrap();
        let us = rustix::process::geteuid().as_raw();
        let good = folder(base.path(), "good", 0o700);
        assert_eq!(of(&good).unwrap(), Ok(us));
        symlink(&good, base.path().join("link")).unwrap();
        assert!(of(&base.path().join("link")).unwrap().unwrap_err().contains("links"));
        for mode in [0o777, 0o1777, 0o720, 0o702] {
            fs::set_permissions(&good, Permissions::from_mode(mode)).unwrap();
            assert!(of(&good).unwrap().is_err(), "{mode:o}");
        }
        assert!(of(&base.path().join("none")).is_err());
    }

    #[test]
    fn root_asks_others_only_where_root_let_them_be() {
        let base = tempfile::tempdir().unwrap();
        let open = folder(base.path(), "open", 0o1777);
        let closed = folder(base.path(), "closed", 0o755);
        let planted = folder(&open, "store", 0o700);
        let deeper = folder(&folder(&open, "deeper", 0o755), "store", 0o700);
        let given = folder(&closed, "store", 0o700);
        // Only root can give a folder away; others cannot make these cases.
        for path in [&planted, &given, &open.join("deeper"), &deeper] {
            if chown(path, Some(12_345), None).is_err() {
                return;
            }
        }
        assert!(of(&planted).unwrap().unwrap_err().contains("12345"));
        assert!(of(&deeper).unwrap().is_err());
        assert_eq!(of(&given).unwrap(), Ok(12_345));
    }

    #[test]
    fn who_is_at_the_other_end_is_asked_of_the_system() {
        let (one, _other) = UnixStream::pair().unwrap();
        let us = rustix::process::geteuid().as_raw();
        let (one, is_it) = is_behind(one, us).unwrap();
        assert!(is_it);
        assert_eq!(is_behind(one, us + 1).unwrap().1, us == 0);
    }
}
