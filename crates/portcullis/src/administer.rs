//! `portcullis sessions` and `portcullis tokens`: asked of the gateway that runs, or done on its store.

use portcullis_admin::{Request, Selected};
use portcullis_model::{Clock as _, UnixMillis};
use portcullis_store::{Revocation, Revoked, SessionId};
use serde_json::{Value, json};

use crate::arguments::{SessionsEndOptions, SessionsListOptions, TokensRevokeOptions};
use crate::clock::SystemClock;
use crate::desk::{Desk, concluded, is_true, number};
use crate::exit::Exit;
use crate::report::many;
use crate::talk;
use crate::when::When;

const DAY_MS: u64 = 86_400_000;

pub(crate) fn list(options: &SessionsListOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let (mut listed, mut has_more, mut damaged) = (Vec::new(), false, 0);
        for api in desk.apis(options.api.as_deref())? {
            let answer = desk.ask(Request::ListSessions { api: api.clone(), max: options.max })?;
            has_more |= is_true(&answer, "has_more");
            damaged += number(&answer, "damaged");
            for one in sessions_of(&answer) {
                let mut one = one.clone();
                if let Value::Object(members) = &mut one {
                    members.insert("api".to_owned(), json!(api));
                }
                listed.push(one);
            }
        }
        Ok((desk.way, json!({ "sessions": listed, "has_more": has_more, "damaged": damaged })))
    });
    concluded(made, options.format, |answer| {
        let sessions = sessions_of(answer);
        let text = |one: &Value, name: &str| {
            talk::clean(one.get(name).and_then(Value::as_str).unwrap_or_default())
        };
        for one in sessions {
            let columns = ["id", "created", "expires", "network", "api", "subject"];
            let row = columns.map(|name| text(one, name)).join("  ");
            talk::print(&format!("{}\n", row.trim_end()));
        }
        talk::say(&many(sessions.len(), "session"));
        if is_true(answer, "has_more") {
            talk::say("there are older ones: --max shows more");
        }
        let damaged = number(answer, "damaged");
        if damaged > 0 {
            talk::say(&format!("{damaged} damaged ones, which open nothing"));
        }
    })
}

pub(crate) fn end(options: &SessionsEndOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let of = selected(options)?;
        let (mut ended, mut failed) = (0, None);
        // What cannot be done at one API is no reason to leave it undone at the others.
        for api in desk.apis(options.api.as_deref())? {
            let name = api.clone();
            match desk.ask(Request::EndSessions { api, of: of.clone() }) {
                Ok(answer) => ended += number(&answer, "ended"),
                Err(exit) => {
                    talk::say(&format!("that was for the API `{}`", talk::clean(&name)));
                    failed = Some(exit);
                }
            }
        }
        failed.map_or(Ok((desk.way, json!({ "ended": ended }))), Err)
    });
    concluded(made, options.format, |answer| {
        let ended = number(answer, "ended");
        talk::print(&format!("{} ended\n", many(ended as usize, "session")));
    })
}

pub(crate) fn revoke(options: &TokensRevokeOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        desk.check_issuer(&options.issuer)?;
        let now = SystemClock.now();
        let before = options.issued_before.unwrap_or(When::Now).bound(now);
        let of = match (&options.jti, &options.subject) {
            (Some(jti), _) => Revoked::Token { jti: jti.clone() },
            (None, Some(subject)) => Revoked::Subject { subject: subject.clone(), before },
            (None, None) => Revoked::IssuedBefore(before),
        };
        let until = UnixMillis(now.0.saturating_add(u64::from(options.days) * DAY_MS));
        let revocation = Revocation { issuer: options.issuer.clone(), of, until };
        desk.ask(Request::RevokeTokens(revocation))?;
        Ok((desk.way, json!({ "revoked": true })))
    });
    concluded(made, options.format, |_| talk::print("revoked\n"))
}

fn selected(options: &SessionsEndOptions) -> Result<Selected, Exit> {
    if let Some(id) = &options.id {
        let id = SessionId::parse(id);
        return id.map(Selected::Id).ok_or_else(|| {
            talk::say(
                "that is no id of a session: 32 hex digits, as `portcullis sessions list` shows",
            );
            Exit::Unusable
        });
    }
    let account = options.account.clone().map(Selected::Account);
    let subject = options.subject.clone().map(Selected::Subject);
    let before = options.opened_before.map(|when| when.bound(SystemClock.now()));
    // The command line's parser asks for one of them.
    let other = if options.all { Selected::All } else { Selected::OpenedBefore(UnixMillis(0)) };
    Ok(account.or(subject).or_else(|| before.map(Selected::OpenedBefore)).unwrap_or(other))
}

fn sessions_of(answer: &Value) -> &[Value] {
    answer.get("sessions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
