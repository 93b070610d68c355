//! Bodies of requests and answers.

use portcullis_model::{Diagnostic, did_you_mean};

use crate::codes;
use crate::document::{Name, Node};
use crate::keys;
use crate::media::{BodyKind, Media, MediaRange};
use crate::notes::shown;
use crate::operation::{RequestBody, Response, StatusPattern};
use crate::reader::{Closed, Direction, Reader};
use crate::schema::Schema;
use crate::shape::Types;

/// Media types of one body.
pub(crate) const MEDIA_MAX: usize = 256;
/// The registered top-level types (IANA), and any.
const MAIN_TYPES: [&str; 12] = [
    "application",
    "audio",
    "example",
    "font",
    "haptics",
    "image",
    "message",
    "model",
    "multipart",
    "text",
    "video",
    "*",
];
/// What one text can be read as.
const TEXT_TYPES: Types = Types::STRING.or(Types::NUMBER).or(Types::BOOLEAN).or(Types::NULL);

impl<'a> Reader<'a> {
    /// `requestBody`.
    pub(crate) fn request_body(
        &mut self,
        operation: Node<'a>,
    ) -> Result<Option<RequestBody>, Closed> {
        let Some(node) = operation.get("requestBody").filter(|node| !node.is_null()) else {
            return Ok(None);
        };
        let body = self.object(node, "`requestBody`")?;
        self.unknown_keys(body, &keys::REQUEST_BODY);
        Ok(Some(RequestBody {
            required: self.flag(body, "required", true),
            media: self.content(body, Direction::Request)?,
            span: node.span(),
        }))
    }

    /// `responses`, exact statuses before ranges before `default`.
    pub(crate) fn responses(&mut self, operation: Node<'a>) -> Result<Vec<Response>, Closed> {
        let mut responses: Vec<Response> = Vec::new();
        let Some(list) = operation.get("responses").filter(|node| !node.is_null()) else {
            return Ok(responses);
        };
        for (key, node) in list.members().filter(|(key, _)| !key.text.starts_with("x-")) {
            let Some(status) = status_pattern(key.text) else {
                let message =
                    format!("{} is no status: this answer is not declared", shown(key.text));
                self.notes.push(
                    Diagnostic::warning(&codes::STRUCTURE, message)
                        .at(key.span)
                        .help("write `200`, `4XX` or `default`"),
                );
                continue;
            };
            if responses.iter().any(|known| known.status == status) {
                continue;
            }
            let response = self.object(node, "an answer")?;
            self.unknown_keys(response, &keys::RESPONSE);
            let (media, produced) = if self.version.is_swagger() {
                self.swagger_answer(operation, response)?
            } else {
                (self.content(response, Direction::Answer)?, Vec::new())
            };
            let links = self.links(response);
            responses.push(Response { status, media, produced, links, span: key.span });
        }
        responses.sort_by_key(|response| response.status);
        Ok(responses)
    }

    /// `content`, most specific first.
    fn content(&mut self, holder: Node<'a>, direction: Direction) -> Result<Vec<Media>, Closed> {
        let mut media: Vec<Media> = Vec::new();
        let is_wrong = |content: &Node<'_>| !content.is_null() && !content.is_object();
        if let Some(content) = holder.get("content").filter(is_wrong) {
            let message = format!(
                "`content` must be an object, not {}: no media type is declared",
                content.kind_name()
            );
            self.notes.warn(&codes::STRUCTURE, content.span(), message);
        }
        for (key, node) in holder.get("content").into_iter().flat_map(Node::members) {
            let Some(range) = MediaRange::parse(key.text) else {
                let message = format!("{} is no media type", shown(key.text));
                self.notes.warn(&codes::MEDIA_TYPE, key.span, message);
                continue;
            };
            if media.len() == MEDIA_MAX {
                let message =
                    format!("more than {MEDIA_MAX} media types stand under one `content`");
                return Err(Closed::new(holder, message));
            }
            self.misspelt_type(&range, key);
            let declared = self.object(node, "a media type")?;
            self.unknown_keys(declared, &keys::MEDIA_TYPE);
            self.sequences(declared);
            let (kind, checked) = self.kind(&range, key, direction);
            let schema = declared.get("schema");
            let schema = schema.and_then(|schema| self.schema(schema, checked));
            let is_declared = schema.is_some();
            let schema = self.enforced(schema, &range, key, direction);
            let is_unread = is_declared && schema.is_none();
            let encoding = match (kind, direction) {
                (BodyKind::FormData, Direction::Request) => {
                    self.encoding(declared, schema.as_ref())?
                }
                (BodyKind::Form, Direction::Request) => self.fields(declared, schema.as_ref())?,
                _ => Vec::new(),
            };
            if let Some(known) = media.iter().find(|known| known.range == range) {
                let shape = |schema: &Option<Schema>| schema.as_ref().map(|schema| schema.shape);
                if shape(&known.schema) != shape(&schema) {
                    let message = format!("{} stands twice: the first one counts", shown(key.text));
                    self.notes.warn(&codes::MEDIA_TYPE, key.span, message);
                }
                continue;
            }
            media.push(Media { range, kind, schema, is_unread, encoding, span: key.span });
        }
        media.sort_by_key(|media| (media.range.main == "*", media.range.sub == "*"));
        Ok(media)
    }

    /// Notes a media type that no client sends: `aplication/json`.
    fn misspelt_type(&mut self, range: &MediaRange, written: Name<'_>) {
        if MAIN_TYPES.contains(&range.main.as_str()) || range.main.starts_with("x-") {
            return;
        }
        let message = format!("{} is of no registered type", shown(written.text));
        let problem = Diagnostic::warning(&codes::MEDIA_TYPE, message).at(written.span);
        self.notes.push(match did_you_mean(&range.main, MAIN_TYPES) {
            Some(near) => problem.help(format!("did you mean `{near}/{}`?", range.sub)),
            None => problem,
        });
    }

    /// Notes what 3.2 says of sequences.
    fn sequences(&mut self, media: Node<'a>) {
        for key in ["itemSchema", "prefixEncoding", "itemEncoding"] {
            if let Some(place) = media.get(key).filter(|_| self.version.is_32()) {
                let message =
                    format!("`{key}` is not enforced: no item of a sequence is looked at");
                self.notes.warn(&codes::MEDIA_TYPE, place.span(), message);
            }
        }
    }

    /// How a body of this type is read, and as what its schema is: one that is not looked into has
    /// no values to check.
    pub(crate) fn kind(
        &mut self,
        range: &MediaRange,
        written: Name<'_>,
        direction: Direction,
    ) -> (BodyKind, Direction) {
        let kind = range.kind();
        let consequence = match (kind, direction) {
            (BodyKind::Multipart, Direction::Request) => "requests with it are refused",
            (BodyKind::Multipart | BodyKind::FormData, Direction::Answer) => {
                "answers with it are not inspected"
            }
            _ => return (kind, direction),
        };
        let message = format!("{} is not read in this version: {consequence}", shown(written.text));
        self.notes.warn(&codes::MEDIA_TYPE, written.span, message);
        (kind, Direction::Answer)
    }

    /// The schema of a body, as far as bodies of this kind are held against one.
    pub(crate) fn enforced(
        &mut self,
        schema: Option<Schema>,
        range: &MediaRange,
        written: Name<'_>,
        direction: Direction,
    ) -> Option<Schema> {
        let schema = schema?;
        if range.kind() == BodyKind::Xml {
            let is_readable = self.shapes.map_xml(schema.shape, schema.span, &mut self.notes);
            return is_readable.then_some(schema);
        }
        // Under a wildcard, what is sent says how it is read.
        if direction == Direction::Answer || range.has_wildcard() {
            return Some(schema);
        }
        let kind = range.kind();
        let is_text = matches!(kind, BodyKind::Text | BodyKind::Opaque);
        if is_text && !schema.types.intersects(TEXT_TYPES) {
            let message = format!(
                "a body of type {} is one text, not {}: its schema is not enforced",
                shown(written.text),
                schema.types
            );
            self.notes.push(
                Diagnostic::warning(&codes::MEDIA_TYPE, message)
                    .at(schema.span)
                    .help("declare `type: string`, with `maxLength` and `pattern` where they fit"),
            );
            return None;
        }
        Some(schema)
    }
}

fn status_pattern(key: &str) -> Option<StatusPattern> {
    match key.as_bytes() {
        b"default" => Some(StatusPattern::Default),
        [hundred @ b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => {
            Some(StatusPattern::Range(u16::from(hundred - b'0')))
        }
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(StatusPattern::Exact),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_three_digits_a_range_or_default() {
        assert_eq!(status_pattern("200"), Some(StatusPattern::Exact(200)));
        assert_eq!(status_pattern("4XX"), Some(StatusPattern::Range(4)));
        assert_eq!(status_pattern("default"), Some(StatusPattern::Default));
        for key in ["2000", "20", "600", "2X0", "Default", "", "ok"] {
            assert_eq!(status_pattern(key), None, "{key}");
        }
    }
}
