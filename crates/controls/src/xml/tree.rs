//! What a text holds: its elements in the order in which they begin.

use std::borrow::Cow;
use std::ops::Range;

use super::characters::is_space;
use super::cursor::Name;

/// A document.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) elements: Vec<Element<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// By the numbers in elements and attributes; the first is "none".
    pub(super) namespaces: Vec<Cow<'a, str>>,
    /// Elements inside one another, at most.
    pub(super) depth: usize,
}

/// One element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// Where it stands, tags included.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands between its tags.
    pub(super) content: Range<usize>,
    pub(super) local: &'a str,
    pub(super) namespace: u32,
    pub(super) attributes: Range<usize>,
    /// All texts directly in it, references undone; white space between elements may be left out.
    pub(super) text: Cow<'a, str>,
    /// One past the last element inside it.
    pub(super) next: usize,
}

/// One attribute.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    /// Where it stands, the white space before it included.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: Name<'a>,
    /// `None`: it declares a namespace.
    pub(super) namespace: Option<u32>,
    pub(super) value: Cow<'a, str>,
}

impl<'a> Tree<'a> {
    pub(super) fn with_capacity(elements: usize) -> Self {
        Self { elements: Vec::with_capacity(elements), ..Self::default() }
    }

    pub(super) fn open(&mut self, element: Element<'a>) -> usize {
        self.elements.push(element);
        self.elements.len() - 1
    }

    /// Notes where the start tag of an element ends.
    pub(super) fn begin_content(&mut self, index: usize, at: usize) {
        if let Some(element) = self.elements.get_mut(index) {
            element.content = at..at;
        }
    }

    /// Ends an element; its content ends before its end tag.
    pub(super) fn close(&mut self, index: usize, content_end: usize, end: usize) {
        let next = self.elements.len();
        if let Some(element) = self.elements.get_mut(index) {
            (element.content.end, element.end, element.next) = (content_end, end, next);
        }
    }

    pub(super) fn push_text(&mut self, index: Option<usize>, text: &'a str) {
        let count = self.elements.len();
        let Some((index, element)) = index.and_then(|at| Some((at, self.elements.get_mut(at)?)))
        else {
            return;
        };
        // What only separates elements is no part of a value.
        if index + 1 < count && text.trim_start_matches(is_space).is_empty() {
            return;
        }
        if text.contains('\r') {
            // XML 1.0 section 2.11.
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            element.text.to_mut().push_str(&text);
        } else {
            element.text += text;
        }
    }

    pub(super) fn push_character(&mut self, index: Option<usize>, character: char) {
        if let Some(element) = index.and_then(|index| self.elements.get_mut(index)) {
            element.text.to_mut().push(character);
        }
    }

    /// The name of a namespace; `None` is none.
    pub(super) fn namespace(&self, number: u32) -> Option<&str> {
        let name = self.namespaces.get(number as usize)?;
        (!name.is_empty()).then_some(name)
    }

    /// The elements directly in one.
    pub(super) fn children(&self, index: usize) -> impl Iterator<Item = (usize, &Element<'a>)> {
        let end = self.elements.get(index).map_or(0, |element| element.next);
        let mut at = index + 1;
        std::iter::from_fn(move || {
            let element = self.elements.get(at).filter(|_| at < end)?;
            let index = at;
            at = element.next;
            Some((index, element))
        })
    }

    /// Where the texts directly in an element stand, with comments between them.
    pub(super) fn around_children(&self, index: usize) -> impl Iterator<Item = Range<usize>> {
        let content = self.elements.get(index).map_or(0..0, |element| element.content.clone());
        let starts = self.children(index).map(|(_, child)| child.start);
        let ends = self.children(index).map(|(_, child)| child.end);
        let froms = std::iter::once(content.start).chain(ends);
        froms.zip(starts.chain(std::iter::once(content.end))).map(|(from, to)| from..to)
    }

    /// The attributes of an element that declare no namespace, each with its own.
    pub(super) fn attributes(
        &self,
        element: &Element<'a>,
    ) -> impl Iterator<Item = (&Attribute<'a>, u32)> {
        let attributes = self.attributes.get(element.attributes.clone()).unwrap_or_default();
        attributes.iter().filter_map(|one| Some((one, one.namespace?)))
    }
}

impl Element<'_> {
    /// Whether its text is white space.
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim_start_matches(is_space).is_empty()
    }
}
