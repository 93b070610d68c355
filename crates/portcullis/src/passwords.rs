//! `portcullis passwords`: hashed here, known to the gateway by their hash.

mod breached;
mod typed;

use portcullis_admin::{PasswordRequest, Request};
use portcullis_credential::password::{self, Hashed, Salt, Work};
use portcullis_model::Secret;
use portcullis_policy::{Passwords, Told};
use portcullis_store::PasswordFacts;
use serde_json::{Value, json};

use crate::desk::{Desk, concluded, is_true};
use crate::exit::Exit;
use crate::password_arguments::{
    PasswordsListOptions, PasswordsRemoveOptions, PasswordsSetOptions,
};
use crate::report::many;
use crate::{load, secrets, talk};

pub(crate) fn set(options: &PasswordsSetOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let settings = settings(&desk)?;
        let user = user(&options.user)?;
        can_be_told(&user, &desk)?;
        let attributes = attributes(&options.attributes)?;
        let pepper = desk.apis.first().map_or(Ok(None), secrets::password_pepper);
        let pepper = pepper.map_err(|failure| load::refuse(&failure))?.ok_or(Exit::Unusable)?;
        let made = if options.generate { Some(generated()?) } else { None };
        let text = match &made {
            Some(text) => Secret::new(text.as_bytes()),
            None => typed::read().map_err(|why| unusable(&why))?,
        };
        let password = taken(&text, &user, &settings)?;
        let salt = Salt::draw().ok_or_else(no_chance)?;
        let hash = Hashed::new(&password, salt, &pepper, &mut Work::default());
        let hash = hash.map_err(|fault| unusable(&fault.to_string()))?;
        let facts = PasswordFacts { user: user.clone(), hash, attributes };
        let answer = desk.ask(Request::Passwords(PasswordRequest::Set(Box::new(facts))))?;
        let is_replaced = is_true(&answer, "is_replaced");
        let mut answer = json!({ "user": user, "is_replaced": is_replaced });
        if let (Value::Object(members), Some(text)) = (&mut answer, made) {
            members.insert("password".to_owned(), json!(text));
        }
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        if let Some(password) = text("password") {
            talk::print(&format!("{password}\n"));
            talk::say("it is not shown again");
        }
        let user = talk::clean(text("user").unwrap_or_default());
        talk::say(&if is_true(answer, "is_replaced") {
            format!("`{user}` has another password; the one before opens nothing any more")
        } else {
            format!("`{user}` has a password")
        });
    })
}

pub(crate) fn list(options: &PasswordsListOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let request = PasswordRequest::List { after: options.after.clone(), max: options.max };
        let answer = desk.ask(Request::Passwords(request))?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let users = answer.get("users").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for one in users {
            let text =
                |name: &str| talk::clean(one.get(name).and_then(Value::as_str).unwrap_or("-"));
            let row = ["user", "created", "changed"].map(text).join("  ");
            let known = one.get("attributes").and_then(Value::as_array);
            let known = known.into_iter().flatten().filter_map(|pair| {
                Some(format!("{}={}", pair.get(0)?.as_str()?, pair.get(1)?.as_str()?))
            });
            let known = talk::clean(&known.collect::<Vec<_>>().join(" "));
            talk::print(&format!("{}\n", format!("{row}  {known}").trim_end()));
        }
        talk::say(&many(users.len(), "user"));
        if is_true(answer, "has_more") {
            talk::say("there are more: --after NAME shows those behind a name");
        }
    })
}

pub(crate) fn remove(options: &PasswordsRemoveOptions) -> Exit {
    let made = Desk::of(&options.config).and_then(|mut desk| {
        let user = user(&options.user)?;
        let answer = desk.ask(Request::Passwords(PasswordRequest::Remove { user }))?;
        Ok((desk.way, answer))
    });
    concluded(made, options.format, |answer| {
        let count = usize::from(is_true(answer, "removed"));
        talk::print(&format!("{} removed\n", many(count, "password")));
    })
}

/// What the policy says of passwords: the same for all its APIs.
fn settings(desk: &Desk) -> Result<Passwords, Exit> {
    let passwords = desk.apis.iter().find_map(|api| api.callers.passwords.clone());
    passwords.ok_or_else(|| {
        talk::say("the policy has no `passwords`: none would open anything");
        talk::say("help: add `callers: { passwords: { pepper: file:passwords.key } }`");
        Exit::Unusable
    })
}

fn user(text: &str) -> Result<String, Exit> {
    password::user(text).map_err(|fault| unusable(&fault.to_string()))
}

/// A name that no header field can carry would reach the API as nobody's, where one tells it.
fn can_be_told(user: &str, desk: &Desk) -> Result<(), Exit> {
    let mut forward = desk.apis.iter().filter_map(|api| api.callers.forward.as_ref());
    let is_told =
        forward.any(|forward| forward.headers.iter().any(|(_, told)| *told == Told::Subject));
    if !is_told || password::is_told_in_a_field(user) {
        return Ok(());
    }
    Err(unusable(
        "the policy tells the API who calls in a header field: the name must be visible ASCII",
    ))
}

fn attributes(said: &[String]) -> Result<Vec<(String, String)>, Exit> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => {
            Err(unusable(&format!("`{}` is not NAME=VALUE: write `role=staff`", talk::clean(text))))
        }
    };
    said.iter().map(pair).collect()
}

/// The password as it is compared, if it may be taken.
fn taken(text: &Secret, user: &str, settings: &Passwords) -> Result<Secret, Exit> {
    let refused = |why: String| {
        talk::say(&why);
        Exit::Failure
    };
    let password = password::prepare(text.expose_secret());
    let password = password.map_err(|fault| refused(fault.to_string()))?;
    password::check(&password, user, settings.length_min)
        .map_err(|fault| refused(fault.to_string()))?;
    match &settings.breached {
        None => {
            talk::say("the policy names no list of breached passwords: it was held against none");
            Ok(password)
        }
        Some(path) => match breached::has(path, &password) {
            Ok(false) => Ok(password),
            Ok(true) => Err(refused("many have had this password: it is in the list".to_owned())),
            // Whoever cannot look takes none.
            Err(why) => Err(unusable(&format!("`{}`: {why}", path.display()))),
        },
    }
}

fn generated() -> Result<String, Exit> {
    password::generate().ok_or_else(no_chance)
}

fn no_chance() -> Exit {
    talk::say("no chance to be had");
    Exit::Failure
}

fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}
