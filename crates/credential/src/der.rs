//! The few forms of DER that keys have (X.690), read strictly.

/// What is left to read.
#[derive(Clone, Copy)]
pub(crate) struct Der<'a>(pub(crate) &'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element, which must have this tag and a length in the shortest
    /// form.
    pub(crate) fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        if *found != tag || rest.len() < length {
            return None;
        }
        let (content, rest) = rest.split_at(length);
        self.0 = rest;
        Some(content)
    }

    /// A positive integer, big-endian without leading zeros.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        match self.element(0x02)? {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
            bytes @ [0x01..=0x7F, ..] => Some(bytes),
            _ => None,
        }
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [short @ 0..=0x7F, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, long @ 0x80..=0xFF, rest @ ..] => Some((usize::from(*long), rest)),
        [0x82, high @ 1..=0xFF, low, rest @ ..] => {
            Some((usize::from(*high) << 8 | usize::from(*low), rest))
        }
        _ => None,
    }
}
