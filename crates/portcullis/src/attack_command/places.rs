//! Where the document declares what an attack asks.

use std::sync::Arc;

use portcullis_attack::{Declared, Document, Place, sample_model};
use portcullis_model::{Clock, Span};
use portcullis_policy::Model;

use crate::clock::SystemClock;

/// Operations and their lines.
pub(super) struct Places(Option<Arc<Model>>);

impl Places {
    /// Of what was attacked; where its files cannot be read any more, every place is the first line of nothing.
    pub(super) fn of(place: &Place) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Self(match place {
            Place::Sample => {
                let nowhere = ([127, 0, 0, 1], 9).into();
                sample_model(Document::Honest, None, nowhere, &clock).ok().map(Arc::new)
            }
            Place::Upstream(upstream) => Some(Arc::clone(&upstream.model)),
        })
    }

    /// The place of an operation, or of the document.
    pub(super) fn declared(&self, operation: Option<&str>) -> Declared {
        let Some(model) = &self.0 else { return Declared { file: String::new(), line: 1 } };
        let index = operation.and_then(|name| model.contract.operation_named(name));
        let span = index.and_then(|index| Some(model.contract.operation(index)?.span));
        let Span { source, start, .. } =
            span.unwrap_or(Span { source: model.main, start: 0, end: 0 });
        let before = model.sources.text(source).get(..start as usize).unwrap_or_default();
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        Declared { file: model.sources.name(source).to_owned(), line }
    }
}
