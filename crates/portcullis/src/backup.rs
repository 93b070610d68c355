//! `portcullis store backup`: a copy of the store, by a gateway that runs or of its store.

use std::path::absolute;

use portcullis_admin::Request;

use crate::desk::{Desk, concluded, number};
use crate::exit::Exit;
use crate::store_arguments::StoreBackupOptions;
use crate::talk;

pub(crate) fn backup(options: &StoreBackupOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        // A gateway in another folder must understand it.
        let to = absolute(&options.to).ok();
        let to = to.as_ref().and_then(|path| path.to_str()).ok_or_else(|| {
            talk::say(&format!("`{}` cannot be named to a gateway", options.to.display()));
            Exit::Unusable
        })?;
        let answer = desk.ask(Request::BackupStore { to: to.to_owned() })?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        talk::print(&format!("{} bytes copied\n", number(answer, "bytes")));
        talk::say(
            "keep the store's key elsewhere; the copy is an older one, `--accept-older-store` takes it",
        );
    })
}
