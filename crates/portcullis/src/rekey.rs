//! `portcullis store rekey` and `rewrap`: another key-encryption key, for a gateway that runs or for its store; or the
//! same one, wrapped anew.
//!
//! A key never goes through the socket: its place does, and the gateway reads it there.

use std::path::{Path, absolute};

use portcullis_admin::{BY_SERVICE, Request};
use portcullis_policy::SecretSource;
use serde_json::Value;

use crate::desk::{Desk, concluded, number};
use crate::exit::Exit;
use crate::report::many;
use crate::store_arguments::{StoreRekeyOptions, StoreRewrapOptions};
use crate::talk;

pub(crate) fn rekey(options: &StoreRekeyOptions) -> Exit {
    let mut named = String::new();
    let made = Desk::of(&options.config).and_then(|mut desk| {
        named = place(&options.to)?;
        let answer = desk.ask(Request::RekeyStore { to: named.clone() })?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let rows = number(answer, "rows");
        talk::print(&format!("{} under the new key\n", many(rows as usize, "row")));
        let damaged = number(answer, "damaged");
        if damaged > 0 {
            talk::say(&format!(
                "{} damaged before, which open nothing",
                many(damaged as usize, "row")
            ));
        }
        if let Some(left) = answer.get("left").and_then(Value::as_str) {
            talk::say(&format!(
                "rows under the old key may be left in the log until the next start: {}",
                talk::clean(left)
            ));
        }
        if named == BY_SERVICE {
            talk::say(
                "its key is wrapped by the policy's key service, and lies in the store; `key` in the \
                 policy's `store` opens only copies from before",
            );
            return;
        }
        talk::say(&format!(
            "before the next start, the policy must name the new one: `store: {{ key: {} }}`; the old \
             one opens the store no more, only copies from before",
            talk::clean(&named)
        ));
    })
}

pub(crate) fn rewrap(options: &StoreRewrapOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let answer = desk.ask(Request::RewrapStore)?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |_| talk::print("wrapped anew\n"))
}

/// The place as a gateway in another folder understands it.
fn place(text: &str) -> Result<String, Exit> {
    if text == BY_SERVICE {
        return Ok(text.to_owned());
    }
    let Some(source) = SecretSource::parse(text, Path::new("")) else {
        // Not shown: it may be the key itself.
        talk::say("`--to` does not say where the new key is");
        talk::say("help: write `file:NAME`, `env:NAME`, `credential:NAME` or `kms`");
        return Err(Exit::Unusable);
    };
    let SecretSource::File(path) = source else { return Ok(text.to_owned()) };
    let known = absolute(&path).ok();
    let named = known.as_ref().and_then(|path| Some(format!("file:{}", path.to_str()?)));
    named.ok_or_else(|| {
        talk::say(&format!("`{}` cannot be named to a gateway", path.display()));
        Exit::Unusable
    })
}
