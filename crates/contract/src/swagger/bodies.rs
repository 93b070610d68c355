//! Bodies of Swagger 2.0: `consumes` and `produces` say of which types they are.

use portcullis_model::Diagnostic;

use crate::bodies::MEDIA_MAX;
use crate::codes;
use crate::document::{Name, Node};
use crate::media::{BodyKind, Media, MediaRange};
use crate::notes::shown;
use crate::operation::RequestBody;
use crate::reader::{Closed, Direction, Reader};

/// A media type that the document names or, where it names none, stands for.
#[derive(Debug)]
pub(super) struct Offered<'a> {
    pub(super) range: MediaRange,
    pub(super) written: Name<'a>,
}

impl<'a> Reader<'a> {
    /// `in: body`.
    pub(super) fn swagger_body(
        &mut self,
        operation: Node<'a>,
        body: Node<'a>,
    ) -> Result<RequestBody, Closed> {
        let offered = self.offered(operation, "consumes", "application/json")?;
        let schema = body.get("schema");
        if schema.is_none() {
            let message = "this body has no schema: any is taken";
            self.notes.warn(&codes::STRUCTURE, body.span(), message);
        }
        let media = self.swagger_media(offered, schema, Direction::Request);
        let required = self.flag(body, "required", true);
        Ok(RequestBody { required, media, span: body.span() })
    }

    /// The body of an answer; without a `schema`, the types that it may have.
    pub(crate) fn swagger_answer(
        &mut self,
        operation: Node<'a>,
        answer: Node<'a>,
    ) -> Result<(Vec<Media>, Vec<Media>), Closed> {
        let Some(schema) = answer.get("schema").filter(|schema| !schema.is_null()) else {
            let (offered, _) = self.named(operation, "produces")?;
            let mut produced = self.swagger_media(offered, None, Direction::Answer);
            produced.retain(|media| media.kind != BodyKind::Json);
            return Ok((Vec::new(), produced));
        };
        let is_file = schema.get_str("type") == Some("file");
        let assumed = if is_file { "application/octet-stream" } else { "application/json" };
        let offered = self.offered(operation, "produces", assumed)?;
        // A file is of the type that is produced, whatever that holds.
        let schema = Some(schema).filter(|_| !is_file);
        Ok((self.swagger_media(offered, schema, Direction::Answer), Vec::new()))
    }

    /// The media types under `consumes` or `produces`: the operation's own, else the root's; and that list.
    fn named(
        &mut self,
        operation: Node<'a>,
        key: &'static str,
    ) -> Result<(Vec<Offered<'a>>, Option<Node<'a>>), Closed> {
        let own = operation.get(key).filter(|list| !list.is_null());
        let list = own.or_else(|| self.root.get(key));
        let mut offered: Vec<Offered<'a>> = Vec::new();
        for item in list.into_iter().flat_map(Node::items) {
            let text = item.as_str().unwrap_or_default();
            let Some(range) = MediaRange::parse(text) else {
                let message = format!("{} is no media type", shown(text));
                self.notes.warn(&codes::MEDIA_TYPE, item.span(), message);
                continue;
            };
            if offered.len() == MEDIA_MAX {
                let message = format!("more than {MEDIA_MAX} media types stand under `{key}`");
                return Err(Closed::new(item, message));
            }
            if offered.iter().all(|known| known.range != range) {
                offered.push(Offered { range, written: Name { text, span: item.span() } });
            }
        }
        Ok((offered, list))
    }

    /// The same, or what is assumed where none is named.
    pub(super) fn offered(
        &mut self,
        operation: Node<'a>,
        key: &'static str,
        assumed: &'static str,
    ) -> Result<Vec<Offered<'a>>, Closed> {
        let (mut offered, list) = self.named(operation, key)?;
        if offered.is_empty()
            && let Some(range) = MediaRange::parse(assumed)
        {
            let span = list.unwrap_or(self.root).span();
            self.notes.push(
                Diagnostic::warning(
                    &codes::MEDIA_TYPE,
                    format!("`{key}` names no media type: {} is assumed", shown(assumed)),
                )
                .at(span)
                .help(format!("write `{key}` at the root or in the operation")),
            );
            offered.push(Offered { range, written: Name { text: assumed, span } });
        }
        Ok(offered)
    }

    /// Each of these types with the one schema.
    fn swagger_media(
        &mut self,
        offered: Vec<Offered<'a>>,
        schema: Option<Node<'a>>,
        direction: Direction,
    ) -> Vec<Media> {
        let mut media: Vec<Media> = offered
            .into_iter()
            .map(|Offered { range, written }| {
                let (kind, checked) = self.kind(&range, written, direction);
                let schema = schema.and_then(|schema| self.schema(schema, checked));
                let is_declared = schema.is_some();
                let schema = self.enforced(schema, &range, written, direction);
                let is_unread = is_declared && schema.is_none();
                let encoding = Vec::new();
                Media { range, kind, schema, is_unread, encoding, span: written.span }
            })
            .collect();
        media.sort_by_key(|media| (media.range.main == "*", media.range.sub == "*"));
        media
    }
}

/// Whether fields of a form can stand in it.
pub(super) fn holds_fields(kind: BodyKind) -> bool {
    matches!(kind, BodyKind::Form | BodyKind::FormData)
}
