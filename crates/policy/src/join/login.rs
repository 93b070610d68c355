//! The API's own login: `callers: { login, ends_sessions }`, joined with each contract.

pub(super) mod declared;
mod schemes;

use std::sync::Arc;
use std::time::Duration;

use portcullis_contract::{Contract, Operation, Security};
use portcullis_model::{Diagnostic, Span, UnixMillis};
use portcullis_yaml::{Day, Notes, Several, Spanned, shown};

use super::names::Names;
use crate::callers::Callers;
use crate::codes;
use crate::file::{CallersSection, Ends, LoginSection, OfWord, RefreshSection, SecondStepSection};
use crate::login::{AnswerPlace, EndsSessions, Issued, Login, Refresh, SecondStep, Whose};
use crate::model::Access;
use crate::quantity::Time;

/// Logins of one policy.
const LOGINS_MAX: usize = 32;
/// Credentials that one login gives out.
const TOKENS_MAX: usize = 4;
/// Operations that end sessions.
const ENDS_MAX: usize = 256;
/// How long a session lasts when nobody says.
const LIFETIME: Duration = Duration::from_hours(8);
/// And at most.
const LIFETIME_MAX: Duration = Duration::from_hours(90 * 24);
/// What cannot be meant: nobody logs in every second.
const LIFETIME_MIN: Duration = Duration::from_secs(1);

/// Adds logins, and what ends their sessions, to the callers of each API.
pub(super) fn join(
    section: Option<&CallersSection>,
    contracts: &[Option<Contract>],
    names: &Names,
    access: &[Access],
    callers: &mut [Callers],
    (now, notes): (UnixMillis, &mut Notes),
) {
    let Some(section) = section else { return };
    let logins = section.login.as_ref().map_or(&[][..], |several| &several.0);
    let ends = section.ends_sessions.as_ref().map_or(&[][..], |ends| ends);
    let too_many = |count: usize, max: usize| {
        let message = format!("there are {count}, and {max} are read");
        Diagnostic::error(&codes::BAD_CALLER, message).help("name fewer")
    };
    for (count, max) in [(logins.len(), LOGINS_MAX), (ends.len(), ENDS_MAX)] {
        if count > max {
            notes.push(|| too_many(count, max));
        }
    }
    for login in logins.iter().take(LOGINS_MAX) {
        let Some((api, index, contract)) =
            found(login.operation.0.as_ref(), contracts, names, notes)
        else {
            continue;
        };
        let Some(operation) = contract.operation(index) else { continue };
        let mut one = One { api, contract, contracts, names, access, now, notes };
        one.reachable(login, index, operation);
        let joined = one.login(login, index, operation);
        if let (Some(joined), Some(callers)) = (joined, callers.get_mut(api)) {
            if callers.logins.iter().any(|known| known.operation == index) {
                let at = at(login.operation.0.as_ref());
                let message = format!("{} is a login twice", shown(&operation.name()));
                notes.push(|| Diagnostic::error(&codes::CONFLICT, message).at(at).help("keep one"));
            }
            callers.logins.push(joined);
        }
    }
    for end in ends.iter().take(ENDS_MAX) {
        let (name, of, failure) = match end {
            Ends::Operation(name) => (Some(name), None, None),
            Ends::Section(section) => {
                (section.operation.0.as_ref(), section.of.as_ref(), section.failure.as_ref())
            }
        };
        let Some((api, index, contract)) = found(name, contracts, names, notes) else { continue };
        let Some(operation) = contract.operation(index) else { continue };
        let mut one = One { api, contract, contracts, names, access, now, notes };
        let whose = one.whose(of, operation);
        let Some(callers) = callers.get_mut(api) else { continue };
        one.ends(name, of.is_some(), &callers.logins);
        callers.ends_sessions.push(EndsSessions {
            operation: index,
            whose,
            failure: failure.map(|failure| failure.value.clone()),
        });
    }
}

/// The operation of a name, its API, and the contract of that.
fn found<'c>(
    name: Option<&Spanned<String>>,
    contracts: &'c [Option<Contract>],
    names: &Names,
    notes: &mut Notes,
) -> Option<(usize, usize, &'c Contract)> {
    let name = name?;
    let (api, index) = names.find(&name.value, name.span, notes)?;
    Some((api, index, contracts.get(api)?.as_ref()?))
}

/// What is joined with one contract.
struct One<'a> {
    api: usize,
    contract: &'a Contract,
    contracts: &'a [Option<Contract>],
    names: &'a Names,
    access: &'a [Access],
    now: UnixMillis,
    notes: &'a mut Notes,
}

impl<'a> One<'a> {
    fn bad(&mut self, span: Option<Span>, message: String, help: &str) {
        self.notes.push(|| Diagnostic::error(&codes::BAD_CALLER, message).at(span).help(help));
    }

    /// Whether somebody may call it who is not known.
    fn is_open(&self, index: usize, operation: &Operation) -> bool {
        let access = self.access.get(self.api).and_then(|access| access.anyone.get(index));
        access.copied().unwrap_or_default()
            || matches!(operation.security, Security::Anonymous { .. })
    }

    /// Whoever logs in is not known yet; whoever renews may not be known any more.
    fn reachable(&mut self, login: &LoginSection, index: usize, operation: &Operation) {
        if self.is_open(index, operation) {
            return;
        }
        let name = operation.name();
        let message = format!("nobody who is not known yet may call {}", shown(&name));
        let help = format!("write `access: [{{ anyone: [\"{name}\"] }}]`");
        self.bad(at(login.operation.0.as_ref()), message, &help);
    }

    /// A soft start that is over.
    fn is_past(&mut self, day: &Spanned<Day>) {
        if self.now < day.value.0.end() {
            return;
        }
        let span = day.span;
        self.notes.push(|| {
            Diagnostic::warning(
                &codes::NO_EFFECT,
                "this day is over: no credential from before passes",
            )
            .at(span)
            .help("remove `adopt_existing_until`")
        });
    }

    fn login(
        &mut self,
        section: &LoginSection,
        index: usize,
        operation: &Operation,
    ) -> Option<Login> {
        let tokens = self.tokens(section, operation)?;
        for place in [&section.account, &section.secret].into_iter().flatten() {
            self.in_request(place, operation);
        }
        for member in [&section.subject, &section.expires_in].into_iter().flatten() {
            self.in_answer(&member.value.0, member.span, operation);
        }
        let places: Vec<AnswerPlace> = tokens.iter().map(|token| token.at.clone()).collect();
        let refresh = section.refresh.as_ref();
        let refresh = refresh.and_then(|refresh| self.refresh(refresh, operation, &places));
        let second = section.second_step.as_ref();
        let second = second.and_then(|second| self.second_step(second, operation, &places));
        section.adopt_existing_until.iter().for_each(|day| self.is_past(day));
        let lifetime = self.lifetime(section.lifetime.as_ref()).unwrap_or(LIFETIME);
        Some(Login {
            operation: index,
            issuer: match &section.issuer {
                Some(issuer) => Arc::from(issuer.value.as_str()),
                None => Arc::from(operation.name()),
            },
            account: section.account.as_ref().map(|account| account.value.clone()),
            secret: section.secret.as_ref().map(|secret| secret.value.clone()),
            tokens,
            subject: section.subject.as_ref().map(|subject| subject.value.0.clone()),
            expires_in: match &section.expires_in {
                Some(member) => member.value.0.clone(),
                None => "/expires_in".to_owned(),
            },
            failure: section.failure.as_ref().map(|failure| failure.value.clone()),
            refresh,
            second_step: second,
            lifetime,
            idle: self.lifetime(section.idle.as_ref()),
            adopt_until: section.adopt_existing_until.as_ref().map(|day| day.value.0),
        })
    }

    fn tokens(&mut self, section: &LoginSection, operation: &Operation) -> Option<Vec<Issued>> {
        let said = &section.token.0.as_ref()?.0;
        if said.is_empty() || said.len() > TOKENS_MAX {
            let span = at(section.operation.0.as_ref());
            let message = format!("a login has between 1 and {TOKENS_MAX} credentials");
            self.bad(span, message, "name where the answer has them: `token: answer./token`");
        }
        let mut tokens = Vec::new();
        for place in said.iter().take(TOKENS_MAX) {
            self.answer_place(place, operation);
            let schemes = match &place.value {
                AnswerPlace::Member(_) => self.schemes_of_tokens(section.scheme.as_ref(), place),
                AnswerPlace::Cookie(name) => self.schemes_of_cookie(name, place.span),
            };
            tokens.push(Issued { at: place.value.clone(), schemes });
        }
        Some(tokens)
    }

    /// An operation beside the login: of the same API.
    fn beside(&mut self, name: Option<&Spanned<String>>) -> Option<(usize, &'a Operation)> {
        let (api, index, contract) = found(name, self.contracts, self.names, self.notes)?;
        if api != self.api {
            let message = "this operation is of another API than the login".to_owned();
            self.bad(at(name), message, "name one of the same API");
            return None;
        }
        Some((index, contract.operation(index)?))
    }

    fn refresh(
        &mut self,
        section: &RefreshSection,
        login: &Operation,
        places: &[AnswerPlace],
    ) -> Option<Refresh> {
        let (index, operation) = self.beside(section.operation.0.as_ref())?;
        let (sent, issued) = (section.token.0.as_ref()?, section.issued.0.as_ref()?);
        self.in_request(sent, operation);
        self.answer_place(issued, login);
        if !self.is_open(index, operation) {
            let (name, span) = (operation.name(), at(section.operation.0.as_ref()));
            self.notes.push(|| {
                let message = format!("whoever's access is over may not call {}", shown(&name));
                Diagnostic::warning(&codes::BAD_CALLER, message)
                    .at(span)
                    .help(format!("write `access: [{{ anyone: [\"{name}\"] }}]`"))
            });
        }
        let tokens = self.answers(section.answer.as_ref(), operation, places);
        Some(Refresh {
            operation: index,
            sent: sent.value.clone(),
            issued: issued.value.clone(),
            tokens,
        })
    }

    fn second_step(
        &mut self,
        section: &SecondStepSection,
        login: &Operation,
        places: &[AnswerPlace],
    ) -> Option<SecondStep> {
        let (index, operation) = self.beside(section.operation.0.as_ref())?;
        if let Some(issued) = &section.issued {
            self.answer_place(issued, login);
        }
        if let Some(sent) = &section.token {
            self.in_request(sent, operation);
        }
        let issued = section.issued.as_ref().map(|issued| issued.value.clone());
        Some(SecondStep {
            operation: index,
            issued: issued.or_else(|| places.first().cloned())?,
            when: section.when.as_ref().map(|when| when.value.clone()),
            sent: section.token.as_ref().map(|sent| sent.value.clone()),
            tokens: self.answers(section.answer.as_ref(), operation, places),
        })
    }

    /// Where the answer of another operation has the credentials of the login.
    fn answers(
        &mut self,
        said: Option<&Several<Spanned<AnswerPlace>>>,
        operation: &Operation,
        places: &[AnswerPlace],
    ) -> Vec<AnswerPlace> {
        let Some(said) = said else { return places.to_vec() };
        said.0.iter().take(TOKENS_MAX).for_each(|place| self.answer_place(place, operation));
        if said.0.len() != places.len() {
            let message = format!(
                "the login has {} credentials, and this names {}",
                places.len(),
                said.0.len()
            );
            let span = said.0.first().map(|first| first.span);
            self.bad(span, message, "name one place for each, in the order of the login's");
        }
        said.0.iter().take(TOKENS_MAX).map(|place| place.value.clone()).collect()
    }

    fn lifetime(&mut self, said: Option<&Spanned<Time>>) -> Option<Duration> {
        let said = said?;
        let time = said.value.duration();
        if !(LIFETIME_MIN..=LIFETIME_MAX).contains(&time) {
            let message = "a session lasts between a second and 90 days".to_owned();
            self.bad(Some(said.span), message, "write `30min`, `8h` or `14d`");
        }
        Some(time.clamp(LIFETIME_MIN, LIFETIME_MAX))
    }

    fn whose(&mut self, of: Option<&Spanned<OfWord>>, operation: &Operation) -> Whose {
        match of.map(|of| (&of.value, of.span)) {
            None => Whose::Own,
            Some((OfWord::Caller, _)) => Whose::Caller,
            Some((OfWord::Place(place), span)) => {
                self.in_request(&Spanned { value: place.clone(), span }, operation);
                Whose::Account(place.clone())
            }
        }
    }

    /// An end of what nobody begins.
    fn ends(&mut self, name: Option<&Spanned<String>>, is_by_account: bool, logins: &[Login]) {
        let (message, help) = if logins.is_empty() {
            ("no login of this API gives out sessions", "name its login: `login: { ... }`")
        } else if is_by_account && logins.iter().all(|login| login.account.is_none()) {
            ("no login says whose account it is", "add `account: body./email` to the login")
        } else {
            return;
        };
        let span = at(name);
        self.notes.push(|| Diagnostic::warning(&codes::NO_EFFECT, message).at(span).help(help));
    }
}

fn at<T>(value: Option<&Spanned<T>>) -> Option<Span> {
    value.map(|value| value.span)
}
