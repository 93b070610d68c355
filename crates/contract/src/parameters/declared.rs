//! The two lists of parameters that an operation has: its own, and that of its path.

use portcullis_model::Span;

use crate::codes;
use crate::document::Node;
use crate::notes::shown;
use crate::reader::{Closed, Reader};

/// Parameters of one operation, those of its path included.
const PARAMETERS_MAX: usize = 512;

/// What stands in such a list.
pub(crate) trait Declared {
    /// What messages call it.
    fn name(&self) -> &str;
    /// Where its name stands.
    fn span(&self) -> Span;
    /// Whether both are about the same value of a request.
    fn is_same(&self, other: &Self) -> bool;
}

impl<'a> Reader<'a> {
    /// The parameters of an operation, then those of its path that it does not declare anew. What
    /// `read` makes nothing of is left out.
    pub(crate) fn declared<T: Declared>(
        &mut self,
        path: Node<'a>,
        operation: Node<'a>,
        mut read: impl FnMut(&mut Self, Node<'a>) -> Result<Option<T>, Closed>,
    ) -> Result<Vec<T>, Closed> {
        let mut all: Vec<T> = Vec::new();
        for holder in [operation, path] {
            let Some(list) = holder.get("parameters").filter(|list| !list.is_null()) else {
                continue;
            };
            if !list.is_array() || list.len() > PARAMETERS_MAX {
                let message = format!("`parameters` must be a list of at most {PARAMETERS_MAX}");
                return Err(Closed::new(list, message));
            }
            let outer = all.len();
            for item in list.items() {
                let Some(one) = read(self, item)? else {
                    continue;
                };
                match all.iter().position(|known| known.is_same(&one)) {
                    None => all.push(one),
                    // The operation's own counts.
                    Some(index) if index < outer => {}
                    Some(_) => {
                        let message = format!(
                            "{} is declared twice: the first one counts",
                            shown(one.name())
                        );
                        self.notes.warn(&codes::PARAMETER, one.span(), message);
                    }
                }
            }
        }
        Ok(all)
    }
}
