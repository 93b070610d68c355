//! Which prefix stands for which namespace (Namespaces in XML 1.0, third edition).

use std::borrow::Cow;
use std::collections::HashMap;

use super::cursor::Name;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The number of "none".
const NONE: u32 = 0;
/// The number of the namespace that every document knows.
const XML_NUMBER: u32 = 1;

/// The prefixes that are declared at one place of a text.
#[derive(Debug)]
pub(super) struct Namespaces<'a> {
    /// By prefix; the innermost declaration is the last.
    by_prefix: HashMap<&'a str, Vec<u32>>,
    /// The prefixes of the open elements, in order.
    declared: Vec<&'a str>,
    /// Every namespace that was declared has a number.
    names: Vec<Cow<'a, str>>,
    numbers: HashMap<Cow<'a, str>, u32>,
}

impl Default for Namespaces<'_> {
    fn default() -> Self {
        let names = vec![Cow::Borrowed(""), Cow::Borrowed(XML)];
        let numbers = names.iter().cloned().zip(NONE..).collect();
        Self { by_prefix: HashMap::new(), declared: Vec::new(), names, numbers }
    }
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
            let names = &mut self.names;
            let number = *self.numbers.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() as u32 - 1
            });
            self.by_prefix.entry(prefix).or_default().push(number);
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

    /// The number of the namespace of an element, or of an attribute with a prefix; `None` if the
    /// prefix is not declared.
    pub(super) fn of(&self, name: Name<'_>) -> Option<u32> {
        match name.prefix {
            "xml" => Some(XML_NUMBER),
            "xmlns" => None,
            "" if self.declared.is_empty() => Some(NONE),
            prefix => {
                let innermost = self.by_prefix.get(prefix).and_then(|all| all.last()).copied();
                innermost.or_else(|| prefix.is_empty().then_some(NONE))
            }
        }
    }

    /// All namespaces, by their numbers.
    pub(super) fn into_names(self) -> Vec<Cow<'a, str>> {
        self.names
    }
}
