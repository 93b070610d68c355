//! Parts as one tree: the members of an object, with their declared types.

use std::borrow::Cow;

use portcullis_contract::{
    Blobs, BodyKind, Collection, Delimiter, Encoding, Media, MediaRange, Parameter, Rest, Scalar,
    Shape, ShapeId, Shapes, Types,
};
use portcullis_json::{Document, Limits as JsonLimits, Value, push_quoted};
use portcullis_policy::Limits;

use super::Fault;
use super::parse::Part;
use crate::urlencoded::{Alike, Fault as TextFault, member, push_texts};
use crate::xml;

/// A body of parts, read: the tree that is checked, and the bytes that it stands for.
#[derive(Debug)]
pub struct FormData {
    pub(super) body: Vec<u8>,
    pub(super) parts: Vec<Part>,
    pub(super) document: Document,
    /// Which value of the tree each part is, by part; `None` where it is an item of none.
    pub(super) leaves: Vec<Leaf>,
}

/// A file among the parts.
#[derive(Debug, Clone, Copy)]
pub struct PartFile<'a> {
    /// What its part says that it is.
    pub label: Option<&'a MediaRange>,
    /// Whether the document says which types it may have.
    pub is_declared: bool,
    /// What it is called.
    pub name: Option<&'a str>,
    /// What it is.
    pub bytes: &'a [u8],
}

/// What a part is in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) index: u32,
    pub(super) reading: Reading,
}

/// How the bytes of a part are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// One value of a declared type.
    Text,
    /// JSON.
    Json,
    /// A list in one text.
    Joined(Delimiter),
    /// Bytes.
    File,
}

/// Reads the parts of a body as what the media type declares.
///
/// A part that is not declared is a text or a file, and never a fault: whether it may stay is for
/// others to say. On a fault the body is given back.
pub fn read(
    body: Vec<u8>,
    parts: Vec<Part>,
    media: Option<&Media>,
    shapes: &Shapes,
    json: &JsonLimits,
    limits: &Limits,
) -> Result<FormData, (Fault, Vec<u8>)> {
    let schema = media.and_then(|media| media.schema.as_ref());
    let alike = Alike::of(shapes, schema.map(|schema| schema.shape));
    let reader = Reader { body: &body, parts: &parts, media, shapes, json, limits, alike };
    match reader.tree() {
        Ok((document, leaves)) => Ok(FormData { body, parts, document, leaves }),
        Err(fault) => Err((fault, body)),
    }
}

impl FormData {
    /// The tree; files are empty strings in it.
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The same, to take out what may not be written.
    pub const fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// The files.
    pub fn blobs(&self) -> Blobs<'_> {
        let files = self.leaves.iter().zip(&self.parts);
        let files = files.filter(|(leaf, _)| leaf.reading == Reading::File);
        Blobs::new(files.map(|(leaf, part)| (leaf.index, bytes(&self.body, part))))
    }

    /// The files, with what their parts say that they are.
    pub fn files<'a>(&'a self, media: Option<&'a Media>) -> impl Iterator<Item = PartFile<'a>> {
        let files = self.leaves.iter().zip(&self.parts);
        let files = files.filter(|(leaf, _)| leaf.reading == Reading::File);
        files.map(move |(_, part)| {
            let encoding = media.and_then(|media| media.encoding(&part.name));
            PartFile {
                label: part.content_type.as_ref().map(|label| &label.range),
                is_declared: encoding.is_some_and(|one| !one.content_types.is_empty()),
                name: part.file_name.as_deref(),
                bytes: bytes(&self.body, part),
            }
        })
    }

    /// The names of files, as far as they have some.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| part.file_name.as_deref())
    }

    /// The body as it came, and its tree.
    pub fn into_parts(self) -> (Vec<u8>, Document) {
        (self.body, self.document)
    }
}

pub(super) fn bytes<'a>(body: &'a [u8], part: &Part) -> &'a [u8] {
    body.get(part.bytes.clone()).unwrap_or_default()
}

struct Reader<'a> {
    body: &'a [u8],
    parts: &'a [Part],
    media: Option<&'a Media>,
    shapes: &'a Shapes,
    json: &'a JsonLimits,
    limits: &'a Limits,
    alike: Alike<'a>,
}

/// The parts of one name.
struct Group {
    parts: Vec<usize>,
    readings: Vec<Reading>,
    /// Its values are the items of a list.
    is_list: bool,
}

impl<'a> Reader<'a> {
    fn tree(&self) -> Result<(Document, Vec<Leaf>), Fault> {
        let mut json = vec![b'{'];
        let mut groups = Vec::new();
        for members in self.by_name() {
            let name = members.first().and_then(|first| self.parts.get(*first));
            let name = name.map_or("", |part| part.name.as_str());
            if json.len() > 1 {
                json.push(b',');
            }
            push_quoted(name, &mut json);
            json.push(b':');
            groups.push(self.group(name, members, &mut json)?);
        }
        json.push(b'}');
        let limits = JsonLimits {
            // Each part is within its own limits, and there are only so many.
            text_bytes_max: json.len(),
            depth_max: self.json.depth_max.saturating_add(2),
            array_items_max: self.json.array_items_max.max(self.parts.len()),
            object_members_max: self.json.object_members_max.max(self.parts.len()),
            ..self.json.clone()
        };
        let document =
            Document::parse(json, &limits).map_err(|rejected| Fault::Json(rejected.fault))?;
        let leaves = leaves(&document, &groups, self.parts.len());
        Ok((document, leaves))
    }

    /// The parts of each name, in the order of their first ones.
    fn by_name(&self) -> Vec<Vec<usize>> {
        let name = |index: &usize| self.parts.get(*index).map_or("", |part| part.name.as_str());
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.sort_by(|a, b| name(a).cmp(name(b)));
        let mut groups: Vec<Vec<usize>> =
            order.chunk_by(|a, b| name(a) == name(b)).map(<[usize]>::to_vec).collect();
        groups.sort_by_key(|group| group.first().copied());
        groups
    }

    /// Writes the value of one name.
    fn group(&self, name: &str, parts: Vec<usize>, json: &mut Vec<u8>) -> Result<Group, Fault> {
        if self.alike.has(name) {
            return Err(Fault::Shape("part_name"));
        }
        let declared = self.declared(name);
        let encoding = self.media.and_then(|media| media.encoding(name));
        if let Some(Collection::Joined(delimiter)) = encoding.and_then(|one| one.collection) {
            return self.joined(declared, delimiter, parts, json);
        }
        let shape = declared.map(|id| self.shapes.get(id));
        let is_list = shape.is_some_and(|shape| {
            shape.types.contains(Types::ARRAY)
                && (!shape.types.intersects(SCALARS) || parts.len() > 1)
        });
        if parts.len() > 1 && !is_list && shape.is_some_and(|shape| shape.types != Types::ANY) {
            return Err(Fault::Shape("repeated"));
        }
        let value = if is_list { self.items(shape) } else { shape };
        let mut group = Group { parts, readings: Vec::new(), is_list };
        group.is_list |= group.parts.len() > 1;
        let mut texts = Vec::new();
        for index in &group.parts {
            let Some(part) = self.parts.get(*index) else { continue };
            let mut text = Vec::new();
            let reading = if declared.is_some() || self.is_bare() {
                self.value(part, value, encoding, &mut text)?
            } else {
                self.undeclared(part, &mut text)
            };
            group.readings.push(reading);
            texts.push(text);
        }
        // One part that holds the whole list as JSON.
        if let ([Reading::Json], [text]) = (group.readings.as_slice(), texts.as_slice())
            && text.first() == Some(&b'[')
            && value.is_none_or(|value| {
                value.types == Types::ANY || !value.types.contains(Types::ARRAY)
            })
        {
            group.is_list = false;
        }
        let text = texts.join(&b","[..]);
        if group.is_list {
            json.push(b'[');
        }
        json.extend_from_slice(&text);
        if group.is_list {
            json.push(b']');
        }
        Ok(group)
    }

    /// Writes a list that is one text.
    fn joined(
        &self,
        declared: Option<ShapeId>,
        delimiter: Delimiter,
        parts: Vec<usize>,
        json: &mut Vec<u8>,
    ) -> Result<Group, Fault> {
        let [index] = parts.as_slice() else {
            return Err(Fault::Shape("repeated"));
        };
        if let Some(part) = self.parts.get(*index) {
            let kind = part.content_type.as_ref().map(|label| label.range.kind());
            if part.file_name.is_some() {
                return Err(Fault::Shape("text_with_file_name"));
            }
            if !matches!(kind, None | Some(BodyKind::Text)) {
                return Err(Fault::Label("undeclared_part_type"));
            }
            let text = str::from_utf8(bytes(self.body, part)).map_err(|_| Fault::NotUtf8)?;
            let items: Vec<Cow<'_, str>> =
                text.split(delimiter.character()).map(Cow::Borrowed).collect();
            push_texts(items.iter(), declared, self.shapes, json).map_err(|fault| match fault {
                TextFault::Scalar(fault) => Fault::Scalar(fault),
                fault => Fault::Shape(fault.name()),
            })?;
        }
        Ok(Group { parts, readings: vec![Reading::Joined(delimiter)], is_list: false })
    }

    /// The body has no declared properties at all.
    fn is_bare(&self) -> bool {
        let schema = self.media.and_then(|media| media.schema.as_ref());
        schema.is_none_or(|schema| self.shapes.get(schema.shape).object.rest == Rest::FreeForm)
    }

    fn declared(&self, name: &str) -> Option<ShapeId> {
        let shape = self.media?.schema.as_ref()?.shape;
        member(self.shapes, Some(shape), name)
    }

    fn items(&self, shape: Option<&'a Shape>) -> Option<&'a Shape> {
        shape.and_then(|shape| shape.items).map(|items| self.shapes.get(items))
    }

    /// A part that nothing declares.
    fn undeclared(&self, part: &Part, json: &mut Vec<u8>) -> Reading {
        let bytes = bytes(self.body, part);
        match str::from_utf8(bytes) {
            Ok(text) if part.file_name.is_none() && text.len() <= self.json.string_bytes_max => {
                push_quoted(text, json);
                Reading::Text
            }
            _ => {
                json.extend_from_slice(b"\"\"");
                Reading::File
            }
        }
    }

    /// Writes the value of one part.
    fn value(
        &self,
        part: &Part,
        shape: Option<&Shape>,
        encoding: Option<&Encoding>,
        json: &mut Vec<u8>,
    ) -> Result<Reading, Fault> {
        check_headers(part, encoding)?;
        let types = shape.map_or(Types::ANY, |shape| shape.types);
        let reading = reading(part, shape, encoding)?;
        let bytes = bytes(self.body, part);
        match reading {
            Reading::File => json.extend_from_slice(b"\"\""),
            Reading::Json => {
                let document = Document::parse(bytes.to_vec(), self.json)
                    .map_err(|rejected| Fault::Json(rejected.fault))?;
                document.write(json);
            }
            Reading::Text | Reading::Joined(_) => {
                let text = str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
                let types = if types == Types::ANY { Types::STRING } else { types };
                let scalar = Scalar::read(Cow::Borrowed(text), types);
                match scalar.map_err(Fault::Scalar)? {
                    Scalar::Text(text) => push_quoted(&text, json),
                    Scalar::Number(lexeme) => json.extend_from_slice(lexeme.as_bytes()),
                    Scalar::Boolean(true) => json.extend_from_slice(b"true"),
                    Scalar::Boolean(false) => json.extend_from_slice(b"false"),
                    Scalar::Null => json.extend_from_slice(b"null"),
                }
            }
        }
        let label = part.content_type.as_ref().map(|label| &label.range);
        let is_declared = encoding.is_some_and(|encoding| !encoding.content_types.is_empty());
        match label {
            Some(label) if is_declared && reading == Reading::File => {
                check_file(label, bytes, self.limits)?;
            }
            _ => {}
        }
        Ok(reading)
    }
}

/// What a text can be.
const SCALARS: Types = Types::STRING.or(Types::NUMBER).or(Types::BOOLEAN);

/// How a declared part is read: from its declared media types, or, where there are none, from its
/// schema (OpenAPI 3.1 section 4.8.15, RFC 7578 section 4.4).
fn reading(
    part: &Part,
    shape: Option<&Shape>,
    encoding: Option<&Encoding>,
) -> Result<Reading, Fault> {
    let types = shape.map_or(Types::ANY, |shape| shape.types);
    let is_binary = shape.is_some_and(|shape| shape.is_binary);
    let is_open = types == Types::ANY && !is_binary;
    let is_json = !is_open && !types.intersects(SCALARS);
    let label = part.content_type.as_ref().map(|label| &label.range);
    let kind = label.map(MediaRange::kind);
    let declared = encoding.map(|encoding| encoding.content_types.as_slice()).unwrap_or_default();
    if !declared.is_empty() {
        let is_covered = match label {
            Some(label) => declared.iter().any(|range| range.covers(label)),
            // Clients leave the label of texts and of JSON out.
            None => declared
                .iter()
                .any(|range| matches!(range.kind(), BodyKind::Text | BodyKind::Json) && !is_binary),
        };
        if !is_covered {
            return Err(Fault::Label("undeclared_part_type"));
        }
    }
    let reading = match kind {
        _ if is_binary => Reading::File,
        None if is_json => Reading::Json,
        Some(BodyKind::Json) if is_json || is_open || types.intersects(CONTAINERS) => Reading::Json,
        Some(BodyKind::Json) if !declared.is_empty() => Reading::Json,
        None | Some(BodyKind::Text) if is_open && part.file_name.is_some() => Reading::File,
        None | Some(BodyKind::Text) if !is_json => Reading::Text,
        Some(_) if is_open || !declared.is_empty() => Reading::File,
        _ => return Err(Fault::Label("undeclared_part_type")),
    };
    if reading == Reading::Text && part.file_name.is_some() {
        // A server hands it out as a file, not as the text that is declared.
        return Err(Fault::Shape("text_with_file_name"));
    }
    Ok(reading)
}

const CONTAINERS: Types = Types::ARRAY.or(Types::OBJECT);

/// Whether the bytes of a file are text or XML, where its label says so.
fn check_file(label: &MediaRange, bytes: &[u8], limits: &Limits) -> Result<(), Fault> {
    if label.kind() == BodyKind::Xml {
        return xml::check(bytes, limits).map_err(Fault::Xml);
    }
    if label.kind() == BodyKind::Text && str::from_utf8(bytes).is_err() {
        return Err(Fault::NotUtf8);
    }
    Ok(())
}

/// Whether the declared header fields of a part are there, once, and as declared.
fn check_headers(part: &Part, encoding: Option<&Encoding>) -> Result<(), Fault> {
    for declared in encoding.map(|encoding| encoding.headers.as_slice()).unwrap_or_default() {
        let mut values =
            part.headers.iter().filter(|(name, _)| declared.name.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (None, _) if declared.required => return Err(Fault::Shape("missing_part_field")),
            (None, _) => {}
            (Some((_, value)), None) if is_as_declared(declared, value) => {}
            _ => return Err(Fault::Shape("part_field")),
        }
    }
    Ok(())
}

fn is_as_declared(declared: &Parameter, value: &str) -> bool {
    let Some(schema) = &declared.schema else {
        return true;
    };
    // It goes on as it came, so it must be in its one spelling.
    declared.collection == Collection::Single
        && declared
            .scalar(Cow::Borrowed(value))
            .is_ok_and(|scalar| scalar.text() == value && schema.check_scalar(&scalar).is_ok())
}

/// Which value of the tree each part is.
fn leaves(document: &Document, groups: &[Group], count: usize) -> Vec<Leaf> {
    let mut leaves = vec![Leaf { index: 0, reading: Reading::File }; count];
    for (group, (_, member)) in groups.iter().zip(document.root().members()) {
        let values: Vec<Value<'_>> =
            if group.is_list { member.items().collect() } else { vec![member] };
        for ((part, reading), value) in group.parts.iter().zip(&group.readings).zip(values) {
            if let Some(leaf) = leaves.get_mut(*part) {
                *leaf = Leaf { index: value.index(), reading: *reading };
            }
        }
    }
    leaves
}
