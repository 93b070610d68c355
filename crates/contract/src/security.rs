//! Who may call, as far as the document says.

use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::{Name, Node};
use crate::notes::shown;
use crate::operation::Security;
use crate::reader::Reader;
use crate::scheme::{SchemeKind, SchemePlace, SecurityRequirement, SecurityScheme};
use crate::version::Version;

/// Alternatives of one `security` list.
const ALTERNATIVES_MAX: usize = 256;
/// Schemes that are kept by name; nothing satisfies one beyond them.
const SCHEMES_MAX: usize = 1_000;
/// Scopes of one requirement.
const SCOPES_MAX: usize = 256;

impl<'a> Reader<'a> {
    /// `components.securitySchemes`, or `securityDefinitions` of Swagger 2.0.
    pub(crate) fn schemes(&mut self) -> Vec<SecurityScheme> {
        let (holder, key) = if self.version.is_swagger() {
            (Some(self.root), "securityDefinitions")
        } else {
            (self.root.get("components"), "securitySchemes")
        };
        let Some(list) = holder.and_then(|holder| holder.get(key)) else {
            return Vec::new();
        };
        let mut schemes = Vec::new();
        for (name, node) in list.members().take(SCHEMES_MAX) {
            let found = self.follow(node);
            let place = found.map(|node| scheme_place(node, self.version));
            let place = place.unwrap_or(SchemePlace::NotUnderstood);
            let kind = found.map_or(SchemeKind::Unknown, scheme_kind);
            if place == SchemePlace::NotUnderstood {
                let message = format!(
                    "the security scheme {} is not understood: nothing satisfies it",
                    shown(name.text)
                );
                self.notes.warn(&codes::SECURITY, name.span, message);
            }
            schemes.push(SecurityScheme {
                name: name.text.to_owned(),
                kind,
                place,
                span: Some(name.span),
            });
        }
        schemes
    }

    /// What an operation requires: its own `security`, else that of the root. An empty list at
    /// the root is what generators write by default, and says nothing.
    pub(crate) fn security(
        &mut self,
        operation: Node<'a>,
        schemes: &mut Vec<SecurityScheme>,
    ) -> Security {
        let own = operation.get("security").filter(|list| !list.is_null());
        let Some(list) = own.or_else(|| self.root.get("security")) else {
            return Security::NotStated;
        };
        let span = list.span();
        let mut any_of = Vec::new();
        let mut is_anonymous = list.is_array() && list.len() == 0;
        if !list.is_array() {
            let message = "`security` must be a list: nothing satisfies it";
            self.notes.warn(&codes::SECURITY, span, message);
            any_of.push(nothing_satisfies(schemes));
        }
        for item in list.items().take(ALTERNATIVES_MAX) {
            let requirement = self.requirement(item, schemes);
            if requirement.schemes.is_empty() {
                is_anonymous = true;
            } else if !any_of.contains(&requirement) {
                any_of.push(requirement);
            }
        }
        match (is_anonymous, own.is_some()) {
            (false, _) => Security::Required { span, any_of },
            (true, true) => Security::Anonymous { span, or: any_of },
            (true, false) => Security::NotStated,
        }
    }

    fn requirement(
        &mut self,
        item: Node<'a>,
        schemes: &mut Vec<SecurityScheme>,
    ) -> SecurityRequirement {
        if !item.is_object() {
            let message = "a security requirement must be an object: nothing satisfies this one";
            self.notes.warn(&codes::SECURITY, item.span(), message);
            return nothing_satisfies(schemes);
        }
        let mut indices = Vec::new();
        let mut scopes = Vec::new();
        for (name, asked) in item.members() {
            let known = schemes.iter().position(|scheme| scheme.name == name.text);
            let known = known.or_else(|| self.scheme_at(name, item, schemes));
            let index = known.unwrap_or_else(|| {
                let message = format!(
                    "there is no security scheme {}: nothing satisfies it",
                    shown(name.text)
                );
                let mut problem = Diagnostic::warning(&codes::SECURITY, message).at(name.span);
                let names = schemes.iter().take(SCHEMES_MAX).map(|scheme| scheme.name.as_str());
                if self.notes.suggests()
                    && let Some(near) = did_you_mean(name.text, names)
                {
                    problem = problem.help(format!("did you mean {}?", shown(near)));
                }
                self.notes.push(problem);
                unknown_scheme(name.text, schemes)
            });
            indices.push(index);
            let is_for_tokens = schemes.get(index).is_some_and(|scheme| {
                matches!(scheme.kind, SchemeKind::OAuth2 | SchemeKind::OpenIdConnect)
            });
            let words = asked.items().filter(|_| is_for_tokens).filter_map(Node::as_str);
            scopes.extend(words.take(SCOPES_MAX).map(|scope| (index, scope.to_owned())));
        }
        indices.sort_unstable();
        indices.dedup();
        SecurityRequirement { schemes: indices, scopes }
    }

    /// The scheme that a requirement of 3.2 names by its URI.
    fn scheme_at(
        &mut self,
        name: Name<'a>,
        requirement: Node<'a>,
        schemes: &mut Vec<SecurityScheme>,
    ) -> Option<usize> {
        if !self.version.is_32() || !is_uri(name.text) || schemes.len() >= SCHEMES_MAX {
            return None;
        }
        let target = self.references.target(name.text, requirement)?;
        let target = self.follow(target)?;
        let (kind, place) = (scheme_kind(target), scheme_place(target, self.version));
        if place == SchemePlace::NotUnderstood {
            return None;
        }
        let (name, span) = (name.text.to_owned(), Some(name.span));
        schemes.push(SecurityScheme { name, kind, place, span });
        Some(schemes.len() - 1)
    }
}

/// Whether a name can only be a URI.
fn is_uri(name: &str) -> bool {
    name.contains(['#', '/', ':'])
}

/// The index of a scheme that nothing satisfies.
fn unknown_scheme(name: &str, schemes: &mut Vec<SecurityScheme>) -> usize {
    let is_same =
        |scheme: &SecurityScheme| scheme.name == name && scheme.place == SchemePlace::NotUnderstood;
    if schemes.len() > 2 * SCHEMES_MAX {
        return schemes.len() - 1;
    }
    schemes.iter().position(is_same).unwrap_or_else(|| {
        schemes.push(SecurityScheme {
            name: name.to_owned(),
            kind: SchemeKind::Unknown,
            place: SchemePlace::NotUnderstood,
            span: None,
        });
        schemes.len() - 1
    })
}

/// A requirement that no request meets.
fn nothing_satisfies(schemes: &mut Vec<SecurityScheme>) -> SecurityRequirement {
    SecurityRequirement { schemes: vec![unknown_scheme("", schemes)], scopes: Vec::new() }
}

fn scheme_kind(scheme: Node<'_>) -> SchemeKind {
    match scheme.get_str("type") {
        Some("apiKey") => SchemeKind::ApiKey,
        // `basic` is a type of Swagger 2.0.
        Some("http" | "basic") => SchemeKind::Http,
        Some("oauth2") => SchemeKind::OAuth2,
        Some("openIdConnect") => SchemeKind::OpenIdConnect,
        Some("mutualTLS") => SchemeKind::MutualTls,
        _ => SchemeKind::Unknown,
    }
}

fn scheme_place(scheme: Node<'_>, version: Version) -> SchemePlace {
    let bearer = || SchemePlace::Authorization("bearer".to_owned());
    let name = scheme.get_str("name").filter(|name| !name.is_empty());
    match (scheme.get_str("type"), scheme.get_str("in"), name) {
        (Some("basic"), ..) if version.is_swagger() => {
            SchemePlace::Authorization("basic".to_owned())
        }
        (Some("http"), ..) if !version.is_swagger() => match scheme.get_str("scheme") {
            Some(word) if !word.is_empty() => SchemePlace::Authorization(word.to_ascii_lowercase()),
            _ => SchemePlace::NotUnderstood,
        },
        (Some("oauth2" | "openIdConnect"), ..) => bearer(),
        (Some("mutualTLS"), ..) => SchemePlace::MutualTls,
        (Some("apiKey"), Some("header"), Some(name)) => {
            SchemePlace::Header(name.to_ascii_lowercase())
        }
        (Some("apiKey"), Some("cookie"), Some(name)) => SchemePlace::Cookie(name.to_owned()),
        (Some("apiKey"), Some("query"), Some(name)) => SchemePlace::Query(name.to_owned()),
        _ => SchemePlace::NotUnderstood,
    }
}
