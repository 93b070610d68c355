//! A schema of the document as JSON Schema 2020-12, for requests.
//!
//! Only what decides validity is taken over. What has no meaning is a fault of the definition:
//! the operations that depend on it are closed, because what it should forbid is not known.

use portcullis_json::Kind;
use portcullis_model::Span;
use serde_json::{Map, Value as Data, json};

use super::definitions::{Definitions, Fault, Translated};
use super::numbers::{BOUNDS, join_bounds, split_format};
use super::waived::{Place, ReadOnly, Waived};
use crate::document::{Name, Node};
use crate::form::Field;
use crate::notes::{Notes, shown};
use crate::reference::References;
use crate::shape::build::ShapeBuilder;
use crate::version::Version;

impl<'a> Definitions<'a> {
    /// Adds a schema of a request, with all that it refers to.
    pub(crate) fn add(
        &mut self,
        node: Node<'a>,
        version: Version,
        has_read_only: bool,
        shapes: &mut ShapeBuilder<'a>,
        notes: &mut Notes,
    ) -> usize {
        let index = self.entry(node);
        self.translate(version, has_read_only, shapes, notes);
        index
    }

    /// Adds an object whose members are declared one by one, at a place that is no schema itself:
    /// the form of Swagger 2.0.
    pub(crate) fn add_form(
        &mut self,
        at: Node<'a>,
        fields: &[Field<'a>],
        version: Version,
        has_read_only: bool,
        shapes: &mut ShapeBuilder<'a>,
        notes: &mut Notes,
    ) -> usize {
        let mut translated = Translated { depth: 1, ..Translated::default() };
        let mut properties = Map::new();
        for field in fields {
            let schema = match field.schema {
                Some(node) => {
                    let index = self.index(node, 0, 0, "");
                    translated.refers_to.push((index, None));
                    json!({ "$ref": format!("#/$defs/{index}") })
                }
                None => json!({ "type": "string" }),
            };
            properties.insert(field.name.to_owned(), schema);
        }
        let required = fields.iter().filter(|field| field.required).map(|field| field.name);
        translated.schema = json!({
            "type": "object",
            "properties": properties,
            "required": required.collect::<Vec<_>>(),
        });
        self.translate(version, has_read_only, shapes, notes);
        self.push_translated(at, translated)
    }

    /// Translates what waits for it.
    fn translate(
        &mut self,
        version: Version,
        has_read_only: bool,
        shapes: &mut ShapeBuilder<'a>,
        notes: &mut Notes,
    ) {
        while let Some((node, scope, waived)) = self.untranslated() {
            let translator = Translator::new(version, has_read_only, self, shapes, notes);
            let translated = translator.translate(node, scope, waived);
            self.set_translated(translated);
        }
    }
}

/// Where in its definition a schema stands.
#[derive(Clone)]
pub(super) struct Position {
    /// Schemas around this one at the same value; `None` inside the value.
    pub(super) depth: Option<usize>,
    pub(super) read_only: ReadOnly,
    /// What dynamic references mean here.
    pub(super) scope: usize,
}

pub(super) struct Translator<'a, 'b> {
    pub(super) version: Version,
    pub(super) has_read_only: bool,
    pub(super) definitions: &'b mut Definitions<'a>,
    pub(super) shapes: &'b mut ShapeBuilder<'a>,
    pub(super) notes: &'b mut Notes,
    out: Translated,
}

impl<'a, 'b> Translator<'a, 'b> {
    pub(super) fn new(
        version: Version,
        has_read_only: bool,
        definitions: &'b mut Definitions<'a>,
        shapes: &'b mut ShapeBuilder<'a>,
        notes: &'b mut Notes,
    ) -> Self {
        Self { version, has_read_only, definitions, shapes, notes, out: Translated::default() }
    }

    pub(super) fn translate(
        mut self,
        schema: Node<'a>,
        scope: usize,
        read_only: ReadOnly,
    ) -> Translated {
        let position = Position { depth: Some(0), read_only, scope };
        self.out.schema = self.schema(schema, &position);
        self.out
    }

    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>) {
        let message = message.into();
        self.out.fault.get_or_insert(Fault { span, message });
    }

    /// Names of members are matched by an engine that counts its steps.
    pub(super) const fn backtracks(&mut self) {
        self.out.backtracks = true;
    }

    pub(super) fn schema(&mut self, schema: Node<'a>, position: &Position) -> Data {
        self.out.depth = self.out.depth.max(position.depth.unwrap_or(0));
        match schema.kind() {
            Kind::True => return Data::Bool(true),
            Kind::False => return Data::Bool(false),
            Kind::Object => {}
            _ => {
                let message = format!("a schema must be an object, not {}", schema.kind_name());
                self.fault(schema.span(), message);
                return Data::Bool(false);
            }
        }
        let entered = Position { scope: self.entered(schema, position.scope), ..position.clone() };
        let position = &entered;
        let mut out = Map::new();
        let is_lone = self.version.has_lone_references() && schema.get("$ref").is_some();
        let waived = if is_lone {
            Waived::around(&position.read_only)
        } else {
            self.waived(schema, position)
        };
        if let Some(reference) = schema.get("$ref") {
            let read_only = waived.within(Place::Reference);
            match self.reference(schema, reference, &Position { read_only, ..position.clone() }) {
                Some(target) => out.insert("$ref".into(), target),
                None => return Data::Bool(false),
            };
            if is_lone {
                self.beside_reference(schema);
                return Data::Object(out);
            }
        }
        let inner = Position {
            depth: position.depth.map(|depth| depth + 1),
            read_only: waived.all.clone(),
            scope: position.scope,
        };
        for (name, keyword) in schema.members() {
            // YAML makes null of a key without a value. A parameter of Swagger 2.0 is its own
            // schema, and its `required` is not about members.
            let is_absent = keyword.is_null() && name.text != "const"
                || name.text == "required" && is_swagger_parameter(schema, self.version);
            if !is_absent {
                self.keyword(name, (schema, keyword), (&inner, &waived), &mut out);
            }
        }
        if let Some(keyword) = schema.get("$dynamicRef") {
            self.dynamic_reference(schema, keyword, &inner, &mut out);
        }
        join_bounds(schema, &mut out);
        split_format(&mut out);
        if self.version.nullable_key().is_some_and(|key| schema.is_true(key)) {
            return allow_null(out);
        }
        Data::Object(out)
    }

    fn reference(
        &mut self,
        schema: Node<'a>,
        reference: Node<'a>,
        position: &Position,
    ) -> Option<Data> {
        let target = self.shapes.references().step(schema, self.notes).target();
        let Some(target) = target else {
            // The reason is noted as an error, which stops all.
            self.fault(reference.span(), "its reference cannot be read");
            return None;
        };
        let origin = References::origin(reference.as_str().unwrap_or_default(), target);
        Some(self.defined(target, &origin, position))
    }

    fn defined(&mut self, target: Node<'a>, origin: &str, position: &Position) -> Data {
        let references = self.shapes.references();
        let waivers = &mut self.definitions.waivers;
        let waived = waivers.entering(&position.read_only, target, references, self.notes);
        if waived.is_none() {
            self.fault(target.span(), "what is read-only is combined in too many ways");
        }
        let waived = waived.unwrap_or_default();
        let index = self.definitions.index(target, position.scope, waived, origin);
        self.out.refers_to.push((index, position.depth));
        Data::String(format!("#/$defs/{index}"))
    }

    /// The scope within a schema.
    fn entered(&mut self, schema: Node<'a>, from: usize) -> usize {
        let names = self.shapes.references().names();
        let entered = self.definitions.scopes.entered(from, schema, names);
        entered.unwrap_or_else(|| {
            self.fault(schema.span(), "dynamic anchors are combined in too many ways");
            from
        })
    }

    /// `$dynamicRef`, as the reference that it is in this scope; beside a `$ref` as a part of all.
    fn dynamic_reference(
        &mut self,
        schema: Node<'a>,
        keyword: Node<'a>,
        inner: &Position,
        out: &mut Map<String, Data>,
    ) {
        let step = self.shapes.references().dynamic_step(schema, self.notes);
        let Some((target, name)) = step.filter(|_| self.version.is_json_schema()) else {
            self.fault(keyword.span(), "`$dynamicRef` cannot be read here");
            return;
        };
        let meant = name.and_then(|name| self.definitions.scopes.get(inner.scope, name));
        let target = meant.unwrap_or(target);
        let origin = References::origin(keyword.as_str().unwrap_or_default(), target);
        let target = self.defined(target, &origin, inner);
        if out.contains_key("$ref") {
            let all = out.entry("allOf").or_insert_with(|| Data::Array(Vec::new()));
            if let Data::Array(all) = all {
                all.push(json!({ "$ref": target }));
            }
        } else {
            out.insert("$ref".to_owned(), target);
        }
    }

    fn keyword(
        &mut self,
        key: Name<'a>,
        (schema, keyword): (Node<'a>, Node<'a>),
        (inner, waived): (&Position, &Waived),
        out: &mut Map<String, Data>,
    ) {
        let name = key.text;
        let part = Position { depth: None, read_only: ReadOnly::default(), scope: inner.scope };
        let value = match name {
            "allOf" => self.all_of(keyword, (inner, waived)),
            "anyOf" | "oneOf" => self.alternatives(name, keyword, (inner, waived)),
            "prefixItems" => self.list(name, keyword, &part),
            // These only ask, so that nothing is waived.
            "not" | "if" => Some(self.schema(keyword, &Position { depth: inner.depth, ..part })),
            "then" | "else" => {
                let read_only = waived.within(Place::Conditional);
                Some(self.schema(keyword, &Position { read_only, ..inner.clone() }))
            }
            "additionalProperties"
            | "items"
            | "contains"
            | "propertyNames"
            | "unevaluatedItems"
            | "unevaluatedProperties" => Some(self.schema(keyword, &part)),
            "properties" => self.named(name, keyword, &part),
            "patternProperties" => self.pattern_properties(keyword, &part, out),
            "dependentSchemas" => {
                let read_only = waived.within(Place::Conditional);
                self.named(name, keyword, &Position { read_only, ..inner.clone() })
            }
            "type" => self.types(keyword),
            "enum" if keyword.is_array() => Some(self.exact(keyword)),
            "const" => Some(self.exact(keyword)),
            "required" => self.required(keyword, &inner.read_only),
            "dependentRequired" => self.dependent_required(keyword, &inner.read_only),
            "pattern" if keyword.as_str().is_some() => self.text_pattern(keyword, out),
            "format" if keyword.as_str().is_some() => self.format(keyword),
            // What a boolean says is joined with the bound afterwards.
            "exclusiveMaximum" | "exclusiveMinimum" if keyword.as_bool().is_some() => None,
            name if BOUNDS.contains(&name) => self.bound(name, keyword, out),
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties"
            | "minProperties" | "maxContains" | "minContains" => self.count(name, keyword),
            "uniqueItems" if keyword.as_bool().is_some() => Some(keyword.to_data()),
            // Comes last, because it may stand beside others of its kind.
            "$dynamicRef" => None,
            "$recursiveRef" => {
                self.fault(keyword.span(), format!("`{name}` is no keyword of this version"));
                None
            }
            "enum" | "pattern" | "format" | "uniqueItems" => {
                self.wrong(name, keyword);
                None
            }
            "discriminator" => {
                self.discriminator(schema, keyword);
                None
            }
            _ if is_swagger_parameter(schema, self.version) => None,
            _ => {
                self.unknown_keyword(key);
                None
            }
        };
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    }

    pub(super) fn wrong(&mut self, name: &str, keyword: Node<'a>) {
        self.fault(keyword.span(), format!("`{name}` cannot be {}", keyword.kind_name()));
    }

    pub(super) fn list(
        &mut self,
        name: &str,
        keyword: Node<'a>,
        position: &Position,
    ) -> Option<Data> {
        if !keyword.is_array() || keyword.len() == 0 {
            self.fault(keyword.span(), format!("`{name}` must be a list of schemas"));
            return None;
        }
        Some(keyword.items().map(|item| self.schema(item, position)).collect())
    }

    fn named(&mut self, name: &str, keyword: Node<'a>, position: &Position) -> Option<Data> {
        if !keyword.is_object() {
            self.wrong(name, keyword);
            return None;
        }
        let schemas: Map<String, Data> = keyword
            .members()
            .map(|(name, value)| (name.text.to_owned(), self.schema(value, position)))
            .collect();
        Some(Data::Object(schemas))
    }

    fn types(&mut self, keyword: Node<'a>) -> Option<Data> {
        const NAMES: [&str; 7] =
            ["null", "boolean", "integer", "number", "string", "array", "object"];
        let mut names: Vec<&str> = keyword.as_str().into_iter().collect();
        names.extend(keyword.items().map(|item| item.as_str().unwrap_or_default()));
        if self.version.is_swagger() {
            names.iter_mut().filter(|name| **name == "file").for_each(|name| *name = "string");
        }
        if let Some(unknown) = names.iter().find(|name| !NAMES.contains(name)) {
            self.fault(keyword.span(), format!("there is no type {}", shown(unknown)));
            return None;
        }
        if names.is_empty() {
            self.wrong("type", keyword);
            return None;
        }
        names.sort_unstable();
        names.dedup();
        Some(match names.as_slice() {
            [name] => Data::from(*name),
            names => Data::from(names.to_vec()),
        })
    }

    /// A whole number that is not negative; `10.0` is one.
    fn count(&mut self, name: &str, keyword: Node<'a>) -> Option<Data> {
        let number = keyword.to_number();
        let count = number.as_ref().and_then(|number| {
            let whole = |value: &f64| value.fract() == 0.0 && (0.0..1e15).contains(value);
            #[expect(clippy::cast_sign_loss, reason = "checked to be whole and in range")]
            number.as_u64().or_else(|| number.as_f64().filter(whole).map(|value| value as u64))
        });
        if count.is_none() {
            self.fault(keyword.span(), format!("`{name}` must be a whole number from 0"));
        }
        count.map(Data::from)
    }
}

fn is_swagger_parameter(schema: Node<'_>, version: Version) -> bool {
    version.is_swagger() && schema.get_str("in").is_some()
}

/// `nullable: true` of 3.0: null is allowed whatever else the schema says. The specification
/// wants a `type` beside it; generators also write it beside `allOf`.
fn allow_null(mut schema: Map<String, Data>) -> Data {
    let is_combined = ["allOf", "anyOf", "oneOf", "not", "if", "const"]
        .into_iter()
        .any(|name| schema.contains_key(name));
    if is_combined {
        return json!({ "anyOf": [{ "type": "null" }, schema] });
    }
    match schema.get_mut("type") {
        Some(Data::Array(names)) if !names.contains(&"null".into()) => names.push("null".into()),
        Some(Data::String(name)) if name != "null" => {
            let names = vec![std::mem::take(name), "null".to_owned()];
            schema.insert("type".to_owned(), names.into());
        }
        _ => {}
    }
    if let Some(Data::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Data::Null)
    {
        values.push(Data::Null);
    }
    Data::Object(schema)
}
