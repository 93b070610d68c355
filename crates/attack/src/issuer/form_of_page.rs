//! The forms of an HTML page, as far as somebody who logs in needs them: where they go, and what stands in them.
//!
//! This is no parser of HTML: tags are found by their names, and what a script would do is not done.

use super::url::Pairs;

/// Forms of a page that are looked at, and fields of a form.
const FORMS_MAX: usize = 16;
const FIELDS_MAX: usize = 128;

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PageForm {
    pub(super) action: String,
    pub(super) is_post: bool,
    /// What is sent if nobody changes it: hidden fields, texts that are filled in already.
    pub(super) filled: Pairs,
    /// Every name that somebody could fill in or press.
    pub(super) names: Vec<String>,
}

/// The forms of a page.
pub(super) fn forms(page: &str) -> Vec<PageForm> {
    let mut forms: Vec<PageForm> = Vec::new();
    let mut is_inside = false;
    for tag in tags(page) {
        match tag.name.as_str() {
            "form" if forms.len() < FORMS_MAX => {
                is_inside = true;
                let is_post =
                    tag.said("method").is_some_and(|said| said.eq_ignore_ascii_case("post"));
                let action = tag.said("action").unwrap_or_default();
                forms.push(PageForm { action, is_post, ..PageForm::default() });
            }
            "form" | "/form" => is_inside = false,
            "input" | "button" | "select" | "textarea" if is_inside => {
                if let Some(form) = forms.last_mut() {
                    form.take(&tag);
                }
            }
            _ => {}
        }
    }
    forms
}

/// What somebody sees of a page: its text, without tags, comments, scripts and styles.
pub(super) fn seen(page: &str) -> String {
    let mut pieces = page.split('<');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    // What ends that which nobody sees.
    let mut hidden: Option<&str> = None;
    for piece in pieces {
        let lower = piece.to_ascii_lowercase();
        if let Some(end) = hidden {
            let is_end = if end == "-->" { lower.contains(end) } else { lower.starts_with(end) };
            if !is_end {
                continue;
            }
        }
        hidden = [("!--", "-->"), ("script", "/script"), ("style", "/style")]
            .into_iter()
            .find(|(begin, end)| lower.starts_with(begin) && !lower.contains(end))
            .map(|(_, end)| end);
        if hidden.is_none() {
            text.push(' ');
            text.push_str(behind_tag(piece));
        }
    }
    text
}

/// What follows the `>` of a tag; one inside quotes ends nothing.
fn behind_tag(piece: &str) -> &str {
    let mut quote = None;
    for (at, one) in piece.char_indices() {
        match (quote, one) {
            (None, '"' | '\'') => quote = Some(one),
            (Some(begun), _) if begun == one => quote = None,
            (None, '>') => return piece.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    // A tag that is broken off, or an apostrophe that is no quote.
    piece.split_once('>').map_or("", |(_, behind)| behind)
}

impl PageForm {
    fn take(&mut self, tag: &Tag) {
        let Some(name) = tag.said("name") else { return };
        if name.is_empty() || self.names.len() >= FIELDS_MAX {
            return;
        }
        let kind = tag.said("type").unwrap_or_default().to_ascii_lowercase();
        let value = tag.said("value").unwrap_or_default();
        let is_pressed =
            tag.name == "button" || matches!(kind.as_str(), "submit" | "image" | "button");
        let is_ticked =
            !matches!(kind.as_str(), "checkbox" | "radio") || tag.said("checked").is_some();
        if !is_pressed && is_ticked {
            self.filled.push((name.clone(), value));
        }
        if kind != "hidden" && !self.names.contains(&name) {
            self.names.push(name);
        }
    }
}

/// A tag with its attributes.
struct Tag {
    name: String,
    attributes: Pairs,
}

impl Tag {
    fn said(&self, name: &str) -> Option<String> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }
}

fn tags(page: &str) -> impl Iterator<Item = Tag> {
    page.split('<').skip(1).filter_map(tag)
}

/// What follows `<`.
fn tag(text: &str) -> Option<Tag> {
    let end = text.find(|one: char| one.is_ascii_whitespace() || one == '>').unwrap_or(text.len());
    let (name, mut rest) = text.split_at_checked(end)?;
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Pairs::new();
    loop {
        rest = rest.trim_start_matches(|one: char| one.is_ascii_whitespace() || one == '/');
        if rest.is_empty() || rest.starts_with('>') || attributes.len() >= FIELDS_MAX {
            return Some(Tag { name, attributes });
        }
        let is_end = |one: char| one.is_ascii_whitespace() || "=>/".contains(one);
        let end = rest.find(is_end).unwrap_or(rest.len());
        let (attribute, behind) = rest.split_at_checked(end.max(1))?;
        let behind = behind.trim_start();
        let (value, behind) = match behind.strip_prefix('=') {
            Some(said) => value(said.trim_start()),
            None => ("", behind),
        };
        attributes.push((attribute.to_ascii_lowercase(), unescaped(value)));
        rest = behind;
    }
}

/// The value of an attribute, and what follows it.
fn value(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(|one: char| one.is_ascii_whitespace() || one == '>').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The characters that every template escapes.
fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (written, meant) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ] {
        text = text.replace(written, meant);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_what_its_page_says() {
        let page = r#"<!doctype html><input name=outside value=1>
            <FORM autocomplete="off" action="/login?a=1&amp;b=2" method='POST'>
            <input type="hidden" name="xsrf" value="a&quot;b"/><input required name=login>
            <input type=checkbox name=keep value=yes><input type=checkbox name=on value=1 checked>
            <button type="submit" name="act" value="go">Go</button></FORM>
            <form><input name=q></form>"#;
        let found = forms(page);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].action.as_str(), found[0].is_post), ("/login?a=1&b=2", true));
        let filled: Vec<_> =
            found[0].filled.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(filled, [("xsrf", "a\"b"), ("login", ""), ("on", "1")]);
        assert_eq!(found[0].names, ["login", "keep", "on", "act"]);
        assert_eq!((found[1].action.as_str(), found[1].is_post), ("", false));
    }

    #[test]
    fn what_nobody_sees_is_no_text() {
        let page = r#"<title>Hello</title><!-- error <b>error</b> --><style>.error{}</style>
            <script>if (a<b) { error() }</script><img alt="a>error" onerror='error()'><p class=error>Sign in</p>"#;
        let text = seen(page);
        assert!(text.contains("Hello") && text.contains("Sign in"), "{text}");
        assert!(!text.contains("error"), "{text}");
        assert!(seen("<p>an <b>error</b></p>").contains("error"));
    }

    proptest::proptest! {
        #[test]
        fn no_page_breaks_the_reader(page in "[<>/='\" a-cé!-]{0,64}") {
            let _ = (forms(&page), seen(&page));
        }
    }
}
