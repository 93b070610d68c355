//! Paths as records may hold them: `***` stands where a credential stood.

use std::borrow::Cow;

use portcullis_contract::Operation;
use portcullis_policy::Model;

use super::HIDDEN;
use super::forms::{FORM_BYTES_MIN, PRIVATE_KEY, credential_form};
use crate::sensitive::credential_name;
use crate::urlencoded;

/// How often escapes are undone, to see what stands in a segment: some clients encode twice.
const DECODINGS_MAX: usize = 3;

/// A path template, up to the last of its parameters that are named like a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Template(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Always this text.
    Fixed(String),
    /// Any text.
    Any,
    /// A credential.
    Secret,
}

/// Where paths of an API hold credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretPaths {
    /// Steps of the base path.
    base: usize,
    templates: Vec<Template>,
}

impl SecretPaths {
    /// Those that the document declares.
    pub fn of(model: &Model) -> Self {
        let templates = (0..model.contract.operations.len())
            .filter_map(|index| Template::read(&model.contract.operation(index)?.template));
        let mut templates: Vec<Template> = templates.collect();
        templates.dedup();
        Self { base: model.base_path.matches('/').count(), templates }
    }

    /// Whether the document declares any: if not, a path shows the same of every operation.
    pub const fn are_declared(&self) -> bool {
        !self.templates.is_empty()
    }

    /// The path while nobody knows whose it is: whatever may be a credential is left out, with the base path or
    /// without it, in whatever place.
    pub fn recorded<'p>(&self, path: &'p str) -> Cow<'p, str> {
        self.hidden(path, |segments, hidden| {
            for template in &self.templates {
                // What begins with any text would be everywhere.
                let is_anchored = matches!(template.0.first(), Some(Step::Fixed(_)));
                let places = if is_anchored { 0..segments.len() } else { self.base..self.base + 1 };
                places.for_each(|at| template.mark(segments, at, hidden));
            }
        })
    }

    /// The path of a known operation. Borrowed: no credential stood in it.
    pub fn recorded_of<'p>(&self, operation: &Operation, path: &'p str) -> Cow<'p, str> {
        let template = Template::read(&operation.template).filter(|_| !self.templates.is_empty());
        self.hidden(path, |segments, hidden| {
            if let Some(template) = &template {
                template.mark(segments, self.base, hidden);
            }
        })
    }

    fn hidden<'p>(&self, path: &'p str, mark: impl Fn(&[&str], &mut [bool])) -> Cow<'p, str> {
        if self.templates.is_empty() && !may_hide(path) {
            return Cow::Borrowed(path);
        }
        let rest = path.strip_prefix('/').unwrap_or(path);
        let segments: Vec<&str> = rest.split('/').collect();
        let mut hidden = vec![false; segments.len()];
        mark(&segments, &mut hidden);
        let mut out = path.strip_suffix(rest).unwrap_or_default().to_owned();
        let (mut is_changed, mut is_rest_hidden) = (false, false);
        for (at, (segment, is_hidden)) in segments.iter().zip(hidden).enumerate() {
            if at > 0 {
                out.push('/');
            }
            let form = seen(segment);
            // A key may have slashes of its own.
            is_rest_hidden |= form == Some(PRIVATE_KEY);
            if (is_hidden && !segment.is_empty()) || is_rest_hidden || form.is_some() {
                is_changed = true;
                out.push_str(HIDDEN);
            } else if let Some(before) = before_parameters(segment) {
                is_changed = true;
                out.push_str(before);
                out.push_str(HIDDEN);
            } else {
                out.push_str(segment);
            }
        }
        if is_changed { Cow::Owned(out) } else { Cow::Borrowed(path) }
    }
}

impl Template {
    /// None, if no parameter of it is named like a credential.
    fn read(template: &str) -> Option<Self> {
        let step = |segment: &str| {
            let mut names = segment.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            match (segment.contains('{'), names.any(credential_name)) {
                (_, true) => Step::Secret,
                (true, false) => Step::Any,
                (false, false) => Step::Fixed(unescaped(segment).into_owned()),
            }
        };
        let rest = template.strip_prefix('/').unwrap_or(template);
        let mut steps: Vec<Step> = rest.split('/').map(step).collect();
        let last = steps.iter().rposition(|step| *step == Step::Secret)?;
        steps.truncate(last + 1);
        Some(Self(steps))
    }

    /// Marks its credentials, if it fits at this place. APIs may fold case, so this does.
    fn mark(&self, segments: &[&str], at: usize, hidden: &mut [bool]) {
        let (segments, hidden) = (segments.get(at..), hidden.get_mut(at..));
        let (Some(segments), Some(hidden)) = (segments, hidden) else { return };
        let fits = |(step, segment): (&Step, &&str)| match step {
            Step::Fixed(text) => unescaped(segment).eq_ignore_ascii_case(text),
            Step::Any | Step::Secret => true,
        };
        if segments.len() < self.0.len() || !self.0.iter().zip(segments).all(fits) {
            return;
        }
        for (step, hidden) in self.0.iter().zip(hidden) {
            *hidden |= *step == Step::Secret;
        }
    }
}

/// Whether a segment is long enough for a credential, or has parameters of its own.
fn may_hide(path: &str) -> bool {
    path.split('/').any(|one| one.len() >= FORM_BYTES_MIN || one.contains([';', '%']))
}

/// The form of a credential in a segment, however often it is encoded.
fn seen(segment: &str) -> Option<&'static str> {
    let mut text = Cow::Borrowed(segment);
    for _ in 0..DECODINGS_MAX {
        if let Some(form) = credential_form(&text) {
            return Some(form);
        }
        if !text.contains('%') {
            return None;
        }
        text = Cow::Owned(unescaped(&text).into_owned());
    }
    credential_form(&text)
}

/// What stands before the parameters of a segment, if one of them is named like a credential: `;jsessionid=...`.
fn before_parameters(segment: &str) -> Option<&str> {
    let decoded = unescaped(segment);
    let names = decoded.split(';').skip(1).filter_map(|one| Some(one.split_once('=')?.0));
    let is_secret = names.into_iter().any(credential_name);
    let end = segment.find(';').map_or(0, |at| at + 1);
    is_secret.then(|| segment.get(..end).unwrap_or_default())
}

fn unescaped(raw: &str) -> Cow<'_, str> {
    urlencoded::unescape(raw).unwrap_or(Cow::Borrowed(raw))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(base: usize, templates: &[&str]) -> SecretPaths {
        let templates = templates.iter().filter_map(|one| Template::read(one)).collect();
        SecretPaths { base, templates }
    }

    const TOKEN: &str = "ghp_0aB1cD2eF3gH40aB1cD2eF3gH40aB1cD2eF3";

    #[test]
    fn what_has_the_form_of_a_credential_is_left_out_of_every_path() {
        let twice = TOKEN.replace("gh", "%2567%2568");
        let once = TOKEN.replace('_', "%5F");
        for segment in [TOKEN, &twice, &once, &format!("a;k={TOKEN}")] {
            let path = format!("/nowhere/{segment}/x");
            assert_eq!(paths(0, &[]).recorded(&path), "/nowhere/***/x", "{path}");
        }
        let key = "/-----BEGIN%20PRIVATE%20KEY-----%0AMC4/CAQ";
        assert_eq!(paths(0, &[]).recorded(key), "/***/***");
        assert_eq!(paths(0, &[]).recorded("/a;JSESSIONID=1F/b"), "/a;***/b");
        assert_eq!(paths(0, &[]).recorded("/a%3bjsessionid=1F/b"), "/***/b");
    }

    #[test]
    fn declared_secrets_are_left_out_also_where_the_path_is_not_quite_the_declared_one() {
        let paths = paths(1, &["/orders/{id}", "/reset/{token}", "/users/{id}/keys/{apiKey}/use"]);
        for (path, recorded) in [
            ("/api/reset/abc", "/api/reset/***"),
            ("/api/reset/abc/", "/api/reset/***/"),
            ("/reset/abc", "/reset/***"),
            ("/api/RESET/abc%2Fd", "/api/RESET/***"),
            ("/api//reset/abc", "/api//reset/***"),
            ("/api/reset/%zz", "/api/reset/***"),
            ("/api/users/7/keys/k1", "/api/users/7/keys/***"),
            ("/api/orders/7", "/api/orders/7"),
            ("/api/reset", "/api/reset"),
            ("/api/reset/", "/api/reset/"),
            ("*", "*"),
            ("", ""),
        ] {
            assert_eq!(paths.recorded(path), recorded, "{path}");
        }
    }

    #[test]
    fn a_template_that_begins_with_a_secret_hides_only_its_own_place() {
        let paths = paths(1, &["/{token}/items"]);
        assert_eq!(paths.recorded("/api/abc/items"), "/api/***/items");
        assert_eq!(paths.recorded("/api/abc/items/7"), "/api/***/items/7");
    }

    proptest! {
        #[test]
        fn honest_paths_stay_as_they_were_sent(
            path in "(/([a-z]{1,12}|[0-9]{1,19}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12})){0,6}/?",
        ) {
            prop_assert_eq!(paths(1, &["/never/{token}"]).recorded(&path), path.as_str());
        }

        #[test]
        fn no_path_makes_it_panic(path in any::<String>()) {
            let paths = paths(2, &["/reset/{token}", "/{secret}"]);
            let _ = paths.recorded(&path);
        }

        #[test]
        fn a_declared_secret_never_stays(
            value in "[A-Za-z0-9._~%-]{1,40}",
            before in "(/[a-z]{1,5}){0,3}",
        ) {
            let path = format!("{before}/reset/{value}");
            let recorded = paths(1, &["/reset/{token}"]).recorded(&path).into_owned();
            prop_assert_eq!(recorded, format!("{before}/reset/***"));
        }
    }
}
