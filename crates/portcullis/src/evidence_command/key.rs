//! `portcullis evidence key`: a key pair for evidence.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use portcullis_evidence::SigningKey;

use crate::arguments::EvidenceKeyOptions;
use crate::exit::Exit;
use crate::talk;

pub(crate) fn key(options: &EvidenceKeyOptions) -> Exit {
    let mut public = options.out.clone().into_os_string();
    public.push(".pub");
    let public = PathBuf::from(public);
    for path in [&options.out, &public] {
        if path.symlink_metadata().is_ok() {
            talk::say(&format!("`{}` is there already, and is not overwritten", path.display()));
            return Exit::Failure;
        }
    }
    let made = SigningKey::generate().and_then(|key| Some((key.pem()?, key.public())));
    let Some((private, shown)) = made else {
        talk::say("the operating system gives no randomness");
        return Exit::Unusable;
    };
    let written = write(&options.out, private.expose_secret(), 0o600)
        .and_then(|()| write(&public, shown.pem().as_bytes(), 0o644));
    match written {
        Ok(()) => {
            talk::say(&format!(
                "`{}` signs evidence: keep it where attacks run; `{}` checks it: give it to whoever reads evidence",
                options.out.display(),
                public.display()
            ));
            Exit::Success
        }
        Err(why) => {
            talk::say(&why);
            Exit::Unusable
        }
    }
}

/// A new file of this mode; one that is there stays.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), String> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = opened.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("`{}`: its folder is not there", path.display()),
        _ => format!("`{}`: {error}", path.display()),
    })
}
