//! A body that was read, and what is left of it when values are taken out.

use std::ops::Range;

use portcullis_json::Document;
use portcullis_model::Pointer;

/// A body: the tree that is checked, and the bytes that it stands for.
#[derive(Debug)]
pub struct XmlBody {
    pub(super) bytes: Vec<u8>,
    pub(super) document: Document,
    /// Where values of the tree stand; a list that is not wrapped in several places.
    pub(super) spans: Vec<(u32, Range<usize>)>,
    pub(super) strays: Vec<Stray>,
    pub(super) is_other_root: bool,
}

/// Something that no schema can declare, and that has no place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    pub(super) span: Range<usize>,
    /// Where it stands. Names come from outside: for the ledger only.
    pub at: Pointer,
    /// Whether the object around it lets nothing undeclared pass.
    pub is_closed: bool,
}

impl XmlBody {
    /// The tree.
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The same, to take out what may not pass.
    pub const fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Whether its element has another name than is declared.
    pub const fn is_other_root(&self) -> bool {
        self.is_other_root
    }

    /// What has no place in the tree, each with a number as if it had one.
    pub fn strays(&self) -> impl Iterator<Item = (u32, &Stray)> {
        (self.document.node_count() as u32..).zip(&self.strays)
    }

    /// The body as it came.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The body without these values and strays: the bytes around them are as they came; and its tree.
    pub fn without(self, dropped: &[u32]) -> (Vec<u8>, Document) {
        if dropped.is_empty() {
            return (self.bytes, self.document);
        }
        let mut dropped = dropped.to_vec();
        dropped.sort_unstable();
        let is_dropped = |index: u32| dropped.binary_search(&index).is_ok();
        let values = self.spans.iter().filter(|(index, _)| is_dropped(*index));
        let strays = self.strays().filter(|(index, _)| is_dropped(*index));
        let mut spans: Vec<Range<usize>> = values
            .map(|(_, span)| span.clone())
            .chain(strays.map(|(_, stray)| stray.span.clone()))
            .collect();
        spans.sort_by_key(|span| (span.start, span.end));
        let mut out = Vec::with_capacity(self.bytes.len());
        let mut at = 0;
        for span in spans {
            // What stands inside something that is gone, is gone.
            if span.end > at {
                out.extend_from_slice(self.bytes.get(at..span.start).unwrap_or_default());
                at = span.end;
            }
        }
        out.extend_from_slice(self.bytes.get(at..).unwrap_or_default());
        (out, self.document)
    }
}
