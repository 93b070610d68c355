//! Which prefix stands for which namespace (Namespaces in XML 1.0, third edition).

use std::borrow::Cow;
use std::collections::HashMap;

use super::cursor::Name;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The prefixes that are declared at one place of a text.
#[derive(Debug, Default)]
pub(super) struct Namespaces<'a> {
    /// By prefix; the innermost declaration is the last.
    by_prefix: HashMap<&'a str, Vec<Cow<'a, str>>>,
    /// The prefixes of the open elements, in order.
    declared: Vec<&'a str>,
}

impl<'a> Namespaces<'a> {
    /// Takes the declaration in an attribute; false if it may not be.
    pub(super) fn declare(&mut self, prefix: &'a str, name: Cow<'a, str>) -> bool {
        let is_allowed = match prefix {
            "xml" => name == XML,
            "xmlns" => false,
            "" => name != XML && name != XMLNS,
            _ => !name.is_empty() && name != XML && name != XMLNS,
        };
        if is_allowed {
            self.by_prefix.entry(prefix).or_default().push(name);
            self.declared.push(prefix);
        }
        is_allowed
    }

    /// How many declarations there are, to go back to.
    pub(super) const fn mark(&self) -> usize {
        self.declared.len()
    }

    /// Forgets what was declared since.
    pub(super) fn forget(&mut self, mark: usize) {
        for prefix in self.declared.drain(mark.min(self.declared.len())..) {
            if let Some(names) = self.by_prefix.get_mut(prefix) {
                names.pop();
            }
        }
    }

    /// The namespace of a name with a prefix; `None` if the prefix is not declared.
    pub(super) fn of(&self, name: Name<'_>) -> Option<&str> {
        match name.prefix {
            "xml" => Some(XML),
            "xmlns" => None,
            prefix => self.by_prefix.get(prefix)?.last().map(AsRef::as_ref),
        }
    }
}
