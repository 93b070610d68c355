//! Which security schemes take what a login gives out.

use portcullis_contract::{SchemePlace, SecurityScheme};
use portcullis_model::{Diagnostic, Span, did_you_mean};
use portcullis_yaml::{Spanned, shown};

use super::One;
use crate::claim::Texts;
use crate::codes;
use crate::login::AnswerPlace;

impl One<'_> {
    /// Those that are named; else every bearer scheme, else the only one in a header.
    pub(super) fn schemes_of_tokens(
        &mut self,
        said: Option<&Spanned<Texts>>,
        token: &Spanned<AnswerPlace>,
    ) -> Vec<usize> {
        let schemes = &self.contract.schemes;
        let all = |is_it: &dyn Fn(&SchemePlace) -> bool| -> Vec<usize> {
            let these = schemes.iter().enumerate().filter(|(_, scheme)| is_it(&scheme.place));
            these.map(|(index, _)| index).collect()
        };
        let is_bearer = |place: &SchemePlace| matches!(place, SchemePlace::Authorization(word) if word == "bearer");
        let is_header = |place: &SchemePlace| matches!(place, SchemePlace::Header(_));
        let Some(said) = said else {
            let (bearer, header) = (all(&is_bearer), all(&is_header));
            if !bearer.is_empty() {
                return bearer;
            }
            if let [only] = header.as_slice() {
                return vec![*only];
            }
            let message = "the contract does not say which scheme takes this credential";
            self.notes.push(|| {
                Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(token.span).help(
                    "name it: `scheme: NAME`, one that is a bearer token or stands in a header",
                )
            });
            return Vec::new();
        };
        let mut found = Vec::new();
        for name in &said.value.0 {
            let is_it =
                |scheme: &&SecurityScheme| is_bearer(&scheme.place) || is_header(&scheme.place);
            let place = schemes.iter().position(|one| one.name == name.value && is_it(&one));
            if let Some(index) = place {
                found.push(index);
                continue;
            }
            let help = near(&name.value, schemes.iter().filter(is_it).map(|one| one.name.as_str()));
            let message = format!("the contract has no scheme of tokens {}", shown(&name.value));
            self.unknown_scheme(name.span, message, help);
        }
        found
    }

    /// Those of a cookie of this name.
    pub(super) fn schemes_of_cookie(&mut self, name: &str, span: Span) -> Vec<usize> {
        let cookies = self.contract.schemes.iter().enumerate().filter_map(|(index, scheme)| {
            match &scheme.place {
                SchemePlace::Cookie(known) => Some((index, known.as_str())),
                _ => None,
            }
        });
        let cookies: Vec<(usize, &str)> = cookies.collect();
        let found: Vec<usize> =
            cookies.iter().filter(|(_, known)| *known == name).map(|(index, _)| *index).collect();
        if found.is_empty() {
            let mut help = near(name, cookies.iter().map(|(_, known)| *known));
            help.push_str("; a cookie that no scheme takes is withheld without a word here");
            let message = format!("the contract has no scheme in the cookie {}", shown(name));
            self.unknown_scheme(span, message, help);
        }
        found
    }

    fn unknown_scheme(&mut self, span: Span, message: String, help: String) {
        self.notes.push(|| Diagnostic::error(&codes::UNKNOWN_SCHEME, message).at(span).help(help));
    }
}

fn near<'n>(name: &str, names: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(near) = did_you_mean(name, names.clone()) {
        return format!("did you mean {}?", shown(near));
    }
    let names: Vec<_> = names.take(8).collect();
    if names.is_empty() {
        "it has none".to_owned()
    } else {
        format!("it has `{}`", names.join("`, `"))
    }
}
