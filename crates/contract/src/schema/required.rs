//! What a request must hold, and what of it is waived because requests do not set it.

use serde_json::{Map, Value as Data};

use super::translate::{Position, Translator};
use super::waived::{Place, ReadOnly, Waived, read_only, waived};
use crate::codes;
use crate::document::Node;
use crate::notes::shown;

impl<'a> Translator<'a, '_> {
    /// Which names need not be there, of those that this schema and its parts require.
    pub(super) fn waived(&mut self, schema: Node<'a>, position: &Position) -> Waived {
        const ASKING: [&str; 9] = [
            "required",
            "dependentRequired",
            "allOf",
            "anyOf",
            "oneOf",
            "then",
            "else",
            "dependentSchemas",
            "$ref",
        ];
        let asks = self.has_read_only
            && ASKING.into_iter().any(|name| schema.get(name).is_some())
            // A reference alone adds nothing to what it refers to.
            && !(schema.len() == 1 && schema.get("$ref").is_some());
        if asks {
            waived(schema, &position.read_only, self.shapes, self.notes)
        } else {
            Waived::around(&position.read_only)
        }
    }

    /// The alternatives of a schema. What one of them calls read-only is dropped from all requests,
    /// so an alternative that requires it takes none.
    pub(super) fn alternatives(
        &mut self,
        name: &str,
        keyword: Node<'a>,
        (inner, waived): (&Position, &Waived),
    ) -> Option<Data> {
        let place = if name == "anyOf" { Place::AnyOf } else { Place::OneOf };
        for alternative in keyword.items().filter(|_| !waived.only_in(place).is_empty()) {
            let references = self.shapes.references();
            let waivers = &mut self.definitions.waivers;
            let required = waivers.required(alternative, references, self.notes);
            let own = read_only(alternative, self.shapes, self.notes);
            let dead = waived
                .only_in(place)
                .iter()
                .find(|name| required.contains(name.as_str()) && !own.contains(name));
            if let Some(dead) = dead {
                let message = format!(
                    "{} is required here, and another alternative calls it read-only: requests do not \
                     hold it, so that none is valid here",
                    shown(dead)
                );
                self.notes.warn(&codes::SCHEMA, alternative.span(), message);
            }
        }
        let position = Position { read_only: waived.within(place), ..inner.clone() };
        self.list(name, keyword, &position)
    }

    /// Parts that all hold: what is read-only in one is so in the others.
    pub(super) fn all_of(
        &mut self,
        keyword: Node<'a>,
        (inner, waived): (&Position, &Waived),
    ) -> Option<Data> {
        if !keyword.is_array() || keyword.len() == 0 {
            return self.list("allOf", keyword, inner);
        }
        let parts = keyword.items().enumerate().map(|(index, part)| {
            let read_only = waived.within(Place::AllOf(index));
            self.schema(part, &Position { read_only, ..inner.clone() })
        });
        Some(parts.collect())
    }

    pub(super) fn required(&mut self, keyword: Node<'a>, read_only: &ReadOnly) -> Option<Data> {
        if keyword.as_bool().is_some() {
            let message = "`required` must be a list of names: here it has no effect";
            self.notes.warn(&codes::SCHEMA, keyword.span(), message);
            return None;
        }
        let names = self.names("required", keyword)?;
        let names = names.into_iter().filter(|name| !read_only.contains(*name));
        Some(names.collect::<Vec<_>>().into())
    }

    pub(super) fn dependent_required(
        &mut self,
        keyword: Node<'a>,
        read_only: &ReadOnly,
    ) -> Option<Data> {
        if !keyword.is_object() {
            self.wrong("dependentRequired", keyword);
            return None;
        }
        let mut out = Map::new();
        for (name, value) in keyword.members() {
            let names = self.names("dependentRequired", value)?.into_iter();
            let names: Vec<&str> = names.filter(|name| !read_only.contains(*name)).collect();
            out.insert(name.text.to_owned(), names.into());
        }
        Some(Data::Object(out))
    }

    fn names(&mut self, name: &str, keyword: Node<'a>) -> Option<Vec<&'a str>> {
        let names: Option<Vec<&str>> = keyword.items().map(Node::as_str).collect();
        let mut names = names.filter(|_| keyword.is_array());
        match &mut names {
            Some(names) => {
                names.sort_unstable();
                names.dedup();
            }
            None => self.fault(keyword.span(), format!("`{name}` must be a list of names")),
        }
        names
    }
}
