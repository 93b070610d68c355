//! Labels that describe nothing, beside one that does: what a document says of a body under one
//! media type is not undone by another that it only names (decision 0056).

use portcullis_contract::{BodyKind, Media, MediaRange, Schema, Shapes, Types};

use crate::free_form::Way;

/// Formats that hold properties and are not read, as their media types end. Frameworks read them
/// into the same objects as JSON.
const UNREAD_FORMATS: [&str; 9] =
    ["yaml", "yml", "msgpack", "messagepack", "cbor", "bson", "toml", "protobuf", "thrift"];
/// Types of files: what falls under them holds no properties.
const FILE_TYPES: [&str; 5] = ["audio", "font", "image", "model", "video"];

/// The media type that describes what one sends under `media`, which has no schema: as `sent` it
/// would pass without a look at its properties. `None` if it may be what it is.
pub(crate) fn undone<'a>(
    all: &'a [Media],
    media: &Media,
    sent: &MediaRange,
    shapes: &Shapes,
    way: Way,
) -> Option<&'a Media> {
    let says_nothing =
        media.schema.is_none() && !media.is_unread || is_called_a_text(media, sent, shapes);
    let is_meant = if media.range.has_wildcard() {
        !FILE_TYPES.contains(&sent.main.as_str()) || is_json_in_disguise(sent)
    } else {
        holds_properties(sent)
    };
    if !says_nothing || !is_meant {
        return None;
    }
    all.iter().find(|one| {
        let is_read = match way {
            Way::In => is_tree(one.kind),
            // Forms are not read in answers.
            Way::Out => matches!(one.kind, BodyKind::Json | BodyKind::Xml),
        } || one.range.has_wildcard();
        is_read && one.has_properties(shapes)
    })
}

/// Whether a form that frameworks read into objects is declared as one text, and so not looked into.
/// JSON and forms are held to that: no object of theirs is a text.
fn is_called_a_text(media: &Media, sent: &MediaRange, shapes: &Shapes) -> bool {
    let objects = Types::OBJECT.or(Types::ARRAY);
    let is_text = |schema: &Schema| !shapes.get(schema.shape).types.intersects(objects);
    let is_held = matches!(sent.kind(), BodyKind::Json | BodyKind::Form | BodyKind::FormData);
    !is_held && holds_properties(sent) && media.schema.as_ref().is_some_and(is_text)
}

/// Whether a label calls JSON a picture: body parsers go by its end. Models may be JSON.
fn is_json_in_disguise(sent: &MediaRange) -> bool {
    sent.kind() == BodyKind::Json && sent.main != "model"
}

/// Whether what falls under this type or range may hold properties, read or not.
pub(crate) fn may_hold_properties(range: &MediaRange) -> bool {
    let is_file = || FILE_TYPES.contains(&range.main.as_str());
    holds_properties(range) || range.has_wildcard() && !is_file()
}

/// Whether bodies of this type hold properties, read or not.
fn holds_properties(range: &MediaRange) -> bool {
    let last = range.sub.rsplit(['+', '.', '-']).next().unwrap_or_default();
    is_tree(range.kind()) || UNREAD_FORMATS.contains(&last)
}

/// Whether bodies of this kind are read into a tree of properties.
const fn is_tree(kind: BodyKind) -> bool {
    matches!(kind, BodyKind::Json | BodyKind::Form | BodyKind::FormData | BodyKind::Xml)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_no_picture() {
        let is_disguised = |text| is_json_in_disguise(&MediaRange::parse(text).unwrap());
        assert!(is_disguised("image/json") && is_disguised("image/x+json"));
        for text in ["image/png", "image/svg+xml", "model/gltf+json"] {
            assert!(!is_disguised(text), "{text}");
        }
    }

    #[test]
    fn formats_of_properties_are_known_by_their_names() {
        let holds = |text| holds_properties(&MediaRange::parse(text).unwrap());
        for text in [
            "application/json",
            "application/merge-patch+json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/xml",
            "application/yaml",
            "text/x-yaml",
            "application/vnd.api+yaml",
            "application/vnd.msgpack",
            "application/x-protobuf",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in ["text/plain", "text/html", "image/png", "application/octet-stream", "*/*"] {
            assert!(!holds(text), "{text}");
        }
    }
}
