//! `application/x-www-form-urlencoded` bodies, in the spelling that is declared.
//!
//! A form becomes the same tree as a JSON body, so that every later check is the same check. Which
//! value of the tree a field is, is kept; what goes on is written from the tree, under the names
//! under which it came. A name with brackets belongs to what stands before them, whether that is
//! declared or not: the API may read it so.

use std::borrow::Cow;
use std::collections::HashMap;

use portcullis_contract::{Collection, Media, ObjectShape, Rest, ShapeId, Shapes, Types};
use portcullis_json::{Document, Limits, Value, push_quoted};

use super::brackets::{self, KEYS_MAX, Key, Members, Node, Sent, keys};
use super::split::{alternating, in_query, join_encoded};
use super::{
    Alike, Fault, as_text, declared, decode, member, pairs, push_encoded, push_scalar, push_texts,
};

/// A form, read: the tree that is checked, and the fields that it came from.
#[derive(Debug)]
pub struct Form {
    document: Document,
    fields: Vec<Field>,
}

/// One `name=value`.
#[derive(Debug)]
struct Field {
    name: String,
    /// The value in the tree.
    index: u32,
    /// How the value is written.
    collection: Collection,
}

/// Why a form has no single reading, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Why.
    pub fault: Fault,
    /// The name of a field, decoded; `None`: the form as a whole.
    pub field: Option<String>,
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self { fault, field: None }
    }
}

/// Reads a form body into the tree of an object: values get their declared types.
pub fn read(
    text: &str,
    media: Option<&Media>,
    shapes: &Shapes,
    limits: &Limits,
) -> Result<Form, Unread> {
    let shape = media.and_then(|media| media.schema.as_ref()).map(|schema| schema.shape);
    let alike = Alike::of(shapes, shape);
    let reader = Reader { media, shapes, shape, alike };
    let mut names = Vec::new();
    let mut raws = Vec::new();
    for (name, raw) in pairs(text) {
        if names.len() >= limits.object_members_max {
            return Err(Fault::TooLarge.into());
        }
        names.push(decode(name)?);
        raws.push(raw);
    }
    let mut root = Members::default();
    for (pair, (name, raw)) in names.iter().zip(&raws).enumerate() {
        let at = |fault| Unread { fault, field: Some(name.clone().into_owned()) };
        let (first, rest) = reader.path(name).map_err(at)?;
        let sent = Sent { pair, text: decode(raw).map_err(at)? };
        root.entry(first).ok_or(Fault::TooLarge)?.insert(&rest, sent).map_err(at)?;
    }
    let mut json = vec![b'{'];
    for (place, (name, node)) in root.list.iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        push_quoted(name, &mut json);
        json.push(b':');
        let at = |fault| Unread { fault, field: Some((*name).to_owned()) };
        reader.push(name, node, &raws, &mut json).map_err(at)?;
    }
    json.push(b'}');
    let limits =
        Limits { text_bytes_max: limits.text_bytes_max.saturating_mul(4), ..limits.clone() };
    let document = Document::parse(json, &limits).map_err(|_| Fault::TooLarge)?;
    let fields = reader.fields(&names, &root, &document);
    Ok(Form { document, fields })
}

impl Form {
    /// The tree.
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The same, to take out what may not be written.
    pub const fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// The tree alone.
    pub fn into_document(self) -> Document {
        self.document
    }

    /// Takes out objects of which nothing is left, since a form has no spelling for them. An item of
    /// a list leaves its place, so that is a fault.
    pub fn prune(&mut self) -> Result<(), Unread> {
        if !self.document.is_edited() {
            return Ok(());
        }
        let says_nothing =
            |field: &Field| !matches!(field.collection, Collection::JoinedMembers { .. });
        let written = self.fields.iter().map(|field| (field.index, says_nothing(field))).collect();
        let mut empty = Vec::new();
        hollow(self.document.root(), &written, &mut empty)?;
        empty.into_iter().for_each(|index| self.document.drop_value(index));
        Ok(())
    }

    /// The form as the API will read it.
    pub fn write(&self) -> Vec<u8> {
        let mut values = HashMap::with_capacity(self.fields.len());
        gather(self.document.root(), &mut values);
        let mut out = Vec::with_capacity(self.document.text().len());
        for field in &self.fields {
            if let Some(value) = values.get(&field.index) {
                push_field(field, *value, &mut out);
            }
        }
        out
    }
}

struct Reader<'a> {
    media: Option<&'a Media>,
    shapes: &'a Shapes,
    shape: Option<ShapeId>,
    alike: Alike<'a>,
}

impl Reader<'_> {
    /// Where in the tree a field stands: the declared name itself, what brackets say, or a member of
    /// an object whose members stand for themselves. Brackets behind a name that nothing declares
    /// are part of the name: it is left out, refused or free as a whole.
    fn path<'n>(&'n self, name: &'n str) -> Result<(&'n str, Vec<Key<'n>>), Fault> {
        if self.is_property(name) {
            self.has_name(name)?;
            return Ok((name, Vec::new()));
        }
        if let Some((first, _)) = name.split_once('[')
            && (self.is_property(first) || self.is_map() && !self.is_pattern(name))
        {
            let keys = keys(first, name).filter(|_| !first.is_empty());
            let keys = keys.ok_or(Fault::TwoReadings)?;
            self.has_name(first)?;
            return if keys.len() > KEYS_MAX { Err(Fault::TooDeep) } else { Ok((first, keys)) };
        }
        Ok(match self.owner(name) {
            Some(owner) => (owner, vec![Key::Name(name)]),
            None if self.alike.has(name) => return Err(Fault::TwoReadings),
            None => (name, Vec::new()),
        })
    }

    /// An object whose members stand for themselves does not stand there itself.
    fn has_name(&self, name: &str) -> Result<(), Fault> {
        let is_absent = self.collection(name) == Some(Collection::Members);
        if is_absent { Err(Fault::Type) } else { Ok(()) }
    }

    fn is_property(&self, name: &str) -> bool {
        self.object().is_some_and(|object| object.property(name, &mut 0).is_some())
    }

    fn is_pattern(&self, name: &str) -> bool {
        self.object().is_some_and(|object| object.pattern(name).is_some())
    }

    fn is_map(&self) -> bool {
        self.object().is_some_and(|object| matches!(object.rest, Rest::Map(_)))
    }

    fn object(&self) -> Option<&ObjectShape> {
        self.shape.map(|shape| &self.shapes.get(shape).object)
    }

    /// The object whose members stand for themselves and that has this one.
    fn owner(&self, name: &str) -> Option<&str> {
        let all = self.media.into_iter().flat_map(|media| &media.encoding);
        let mut objects = all.filter(|one| one.collection == Some(Collection::Members));
        let owner = objects.find(|one| {
            let object = declared(self.shapes, self.shape, &one.property);
            declared(self.shapes, object, name).is_some()
        });
        owner.map(|one| one.property.as_str())
    }

    fn collection(&self, name: &str) -> Option<Collection> {
        self.media.and_then(|media| media.encoding(name)).and_then(|one| one.collection)
    }

    /// Appends the value of one name.
    fn push(
        &self,
        name: &str,
        node: &Node<'_>,
        raws: &[&str],
        json: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let shape = member(self.shapes, self.shape, name);
        let collection = self.collection(name);
        let values = match (node, collection) {
            // Where no style is declared, clients write brackets or what the specification says.
            (_, Some(Collection::DeepObject | Collection::Members))
            | (Node::Members(_) | Node::Pushed(_), None) => {
                return brackets::push(node, shape, self.shapes, json);
            }
            (Node::Members(_) | Node::Pushed(_), Some(_)) => return Err(Fault::Type),
            (Node::Values(values), _) => values.as_slice(),
        };
        let types = shape.map_or(Types::STRING, |shape| self.shapes.get(shape).types);
        match (collection, values) {
            (Some(Collection::Joined(delimiter)), [value]) => {
                let raw = raws.get(value.pair).copied().unwrap_or_default();
                let items = in_query(raw, delimiter)?;
                push_texts(items.iter(), shape, self.shapes, json)
            }
            (Some(Collection::JoinedMembers { delimiter, .. }), [value]) => {
                if types.intersects(Types::STRING) && value.text.is_empty() {
                    return push_scalar(&value.text, types, json);
                }
                let raw = raws.get(value.pair).copied().unwrap_or_default();
                self.push_members(alternating(in_query(raw, delimiter)?)?, shape, json)
            }
            (Some(Collection::Json), [value]) => push_json(&value.text, json),
            (
                Some(Collection::Joined(_) | Collection::JoinedMembers { .. } | Collection::Json),
                _,
            ) => Err(Fault::Repeated),
            (_, values) => {
                push_texts(values.iter().map(|value| &value.text), shape, self.shapes, json)
            }
        }
    }

    /// An object in one value; such a member holds no list and no object.
    fn push_members(
        &self,
        members: Vec<(Cow<'_, str>, Cow<'_, str>)>,
        shape: Option<ShapeId>,
        json: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        json.push(b'{');
        for (place, (name, value)) in members.into_iter().enumerate() {
            if place > 0 {
                json.push(b',');
            }
            push_quoted(&name, json);
            json.push(b':');
            let types = member(self.shapes, shape, &name)
                .map_or(Types::STRING, |member| self.shapes.get(member).types);
            if !types.intersects(Types::SCALAR) {
                return Err(Fault::Type);
            }
            push_scalar(&value, types.and(Types::SCALAR), json)?;
        }
        json.push(b'}');
        Ok(())
    }

    /// Which value of the tree each field is.
    fn fields(
        &self,
        names: &[Cow<'_, str>],
        root: &Members<'_>,
        document: &Document,
    ) -> Vec<Field> {
        let mut places: Vec<Option<(u32, Collection)>> = vec![None; names.len()];
        for ((name, node), (_, value)) in root.list.iter().zip(document.root().members()) {
            let collection = self.collection(name).unwrap_or(Collection::Single);
            let is_one_text = matches!(
                collection,
                Collection::Joined(_) | Collection::JoinedMembers { .. } | Collection::Json
            );
            let mut set = |pair: usize, value: Value<'_>| {
                if let Some(place) = places.get_mut(pair) {
                    *place = Some((value.index(), collection));
                }
            };
            match node {
                Node::Values(values) if is_one_text => {
                    values.iter().for_each(|one| set(one.pair, value));
                }
                _ => node.leaves(value, &mut set),
            }
        }
        let fields = names.iter().zip(places).filter_map(|(name, place)| {
            let (index, collection) = place?;
            Some(Field { name: name.clone().into_owned(), index, collection })
        });
        fields.collect()
    }
}

fn push_json(text: &str, json: &mut Vec<u8>) -> Result<(), Fault> {
    let limits = Limits { text_bytes_max: text.len(), ..Limits::default() };
    let document = Document::parse(text.as_bytes().to_vec(), &limits).map_err(|_| Fault::Type)?;
    document.write(json);
    Ok(())
}

/// All values that are still there, by their places. Recurses within the depth of bodies.
fn gather<'d>(value: Value<'d>, values: &mut HashMap<u32, Value<'d>>) {
    values.insert(value.index(), value);
    value.items().for_each(|item| gather(item, values));
    value.members().for_each(|(_, member)| gather(member, values));
}

/// Whether a value stands in no field any more; `written` are the values of fields, and whether such
/// a field can say that an object is empty. Recurses within the depth of bodies.
fn hollow(
    value: Value<'_>,
    written: &HashMap<u32, bool>,
    empty: &mut Vec<u32>,
) -> Result<bool, Fault> {
    if let Some(says_nothing) = written.get(&value.index()) {
        return Ok(!says_nothing && value.is_object() && value.is_empty());
    }
    let mut is_hollow = true;
    for item in value.items() {
        if hollow(item, written, empty)? {
            return Err(Fault::EmptyItem);
        }
        is_hollow = false;
    }
    for (_, member) in value.members() {
        if hollow(member, written, empty)? {
            empty.push(member.index());
        } else {
            is_hollow = false;
        }
    }
    Ok(is_hollow)
}

fn push_field(field: &Field, value: Value<'_>, out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b'&');
    }
    push_encoded(&field.name, out);
    out.push(b'=');
    match field.collection {
        Collection::Joined(delimiter) if value.is_array() => {
            let items: Vec<Cow<'_, str>> = value.items().map(as_text).collect();
            join_encoded(items.iter().map(AsRef::as_ref), delimiter, out);
        }
        Collection::JoinedMembers { delimiter, .. } if value.is_object() => {
            let texts: Vec<Cow<'_, str>> = value
                .members()
                .flat_map(|(name, value)| {
                    [Cow::Borrowed(name.as_str().unwrap_or_default()), as_text(value)]
                })
                .collect();
            join_encoded(texts.iter().map(AsRef::as_ref), delimiter, out);
        }
        Collection::Json => {
            let mut json = Vec::new();
            value.write(&mut json);
            push_encoded(&String::from_utf8_lossy(&json), out);
        }
        _ => push_encoded(&as_text(value), out),
    }
}
