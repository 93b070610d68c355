//! Values that a schema allows, made from the schema alone.

use regex::Regex;
use serde_json::{Map, Value, json};

use crate::chance::Chance;
use crate::declared::Way;
use crate::source::Source;

/// Values inside one another: below, only what is required is made.
const FULL_DEPTH_MAX: usize = 5;
/// Values inside one another at all: where more is required, none is made.
const DEPTH_MAX: usize = 14;
/// Members of one made object.
const MEMBERS_MAX: usize = 40;

/// Makes values.
#[derive(Debug)]
pub struct Generator<'a> {
    source: Source<'a>,
    way: Way,
    chance: Chance,
}

impl<'a> Generator<'a> {
    /// For values that go this way.
    pub const fn new(source: Source<'a>, way: Way, chance: Chance) -> Self {
        Self { source, way, chance }
    }

    /// A value, or none if this does not know how to make one.
    pub fn value(&mut self, schema: &'a Value) -> Option<Value> {
        self.make(schema, 0)
    }

    fn make(&mut self, schema: &'a Value, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = self.source.at(reference)?;
            return self.make(target, depth + 1);
        }
        if let Some(value) = schema.get("const") {
            return Some(value.clone());
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values.get(self.chance.below(values.len())).cloned();
        }
        let mut made = match type_of(schema) {
            Some("object") => Some(self.object(schema, depth)?),
            Some("array") => Some(self.array(schema, depth)?),
            Some("string") => Some(Value::String(self.string(schema)?)),
            Some("integer") => Some(self.number(schema, true)?),
            Some("number") => Some(self.number(schema, false)?),
            Some("boolean") => Some(json!(self.chance.below(2) == 0)),
            Some("null") => Some(Value::Null),
            _ => None,
        };
        for part in list(schema, "allOf") {
            let value = self.make(part, depth + 1)?;
            made = Some(joined(made, value)?);
        }
        for keyword in ["oneOf", "anyOf"] {
            let choices = list(schema, keyword);
            if let Some(choice) = choices.get(self.chance.below(choices.len())) {
                let value = self.make(choice, depth + 1)?;
                let value = named(schema, choice, value);
                made = Some(joined(made, value)?);
            }
        }
        // Where nothing is said, anything will do.
        Some(made.unwrap_or_else(|| json!("any")))
    }

    fn object(&mut self, schema: &'a Value, depth: usize) -> Option<Value> {
        let mut object = Map::new();
        let required = list(schema, "required");
        let is_required = |name: &str| required.iter().any(|known| *known == name);
        let hidden = match self.way {
            Way::In => "readOnly",
            Way::Out => "writeOnly",
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, declaration) in properties.into_iter().flatten() {
            let target = self.source.follow(declaration)?;
            let says = |schema: &Value| schema.get(hidden) == Some(&Value::Bool(true));
            if says(declaration) || says(target) {
                continue;
            }
            let is_wanted = depth < FULL_DEPTH_MAX
                && object.len() < MEMBERS_MAX
                && self.chance.below(depth + 2) < 2;
            if is_required(name) {
                object.insert(name.clone(), self.make(declaration, depth + 1)?);
            } else if is_wanted && let Some(value) = self.make(declaration, depth + 1) {
                object.insert(name.clone(), value);
            }
        }
        // `{}` is how generators write `true`, which is no map.
        if let Some(map @ Value::Object(members)) = schema.get("additionalProperties")
            && !members.is_empty()
            && depth < FULL_DEPTH_MAX
            && let Some(value) = self.make(map, depth + 1)
        {
            object.insert("key".to_owned(), value);
        }
        Some(Value::Object(object))
    }

    fn array(&mut self, schema: &'a Value, depth: usize) -> Option<Value> {
        let least = count(schema, "minItems").unwrap_or(0);
        let most = count(schema, "maxItems").unwrap_or(usize::MAX);
        let wanted = if depth < FULL_DEPTH_MAX { 1 + self.chance.below(2) } else { 0 };
        let wanted = wanted.min(most).max(least);
        if wanted > MEMBERS_MAX {
            return None;
        }
        let mut items: Vec<Value> = Vec::new();
        for _ in 0..wanted {
            let item = match schema.get("items") {
                Some(schema) => self.make(schema, depth + 1)?,
                None => json!("item"),
            };
            let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
            if !is_unique || !items.contains(&item) {
                items.push(item);
            }
        }
        (items.len() >= least).then_some(Value::Array(items))
    }

    fn string(&mut self, schema: &Value) -> Option<String> {
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        let made = match format {
            "date" => "2026-01-31",
            "date-time" => "2026-01-31T12:30:00Z",
            "time" => "12:30:00Z",
            "email" => "ann@example.com",
            "uuid" => "5f2b1c9e-3d4a-4e6f-8a7b-0c1d2e3f4a5b",
            "uri" | "url" => "https://example.com/a",
            "uri-reference" => "/a",
            "hostname" => "example.com",
            "ipv4" => "192.0.2.1",
            "ipv6" => "2001:db8::1",
            "byte" => "aGVsbG8=",
            "int64" | "int32" => "7",
            _ => "",
        };
        let least = count(schema, "minLength").unwrap_or(0);
        let most = count(schema, "maxLength").unwrap_or(usize::MAX);
        let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else {
            let text = if made.is_empty() { self.words(least, most) } else { made.to_owned() };
            let length = text.chars().count();
            return (least..=most).contains(&length).then_some(text);
        };
        let pattern = Regex::new(pattern).ok()?;
        let candidates = [
            made,
            "abc",
            "7",
            "ABC",
            "A1",
            "a-1",
            "2026-01-31",
            "https://example.com/a",
            "arn:aws:iam::123456789012:role/name",
            "us-east-1",
            "123456789012",
            "0123456789abcdef0123456789abcdef",
            "5f2b1c9e-3d4a-4e6f-8a7b-0c1d2e3f4a5b",
            "AAAAAAAAAAAAAAAAAAAA",
        ];
        let fits =
            |text: &&str| pattern.is_match(text) && (least..=most).contains(&text.chars().count());
        candidates.into_iter().find(fits).map(str::to_owned)
    }

    fn words(&mut self, least: usize, most: usize) -> String {
        const WORDS: [&str; 5] = ["word", "O'Neil", "a b", "caf\u{e9}", "x<1 & y"];
        let word = self.chance.pick(&WORDS).unwrap_or("word");
        let filled = word.chars().chain(std::iter::repeat('x'));
        filled.take(word.chars().count().max(least.min(10_000)).min(most)).collect()
    }

    fn number(&mut self, schema: &Value, is_whole: bool) -> Option<Value> {
        let bound = |inclusive, exclusive, step: f64| {
            let limit = number(schema, inclusive);
            match schema.get(exclusive) {
                Some(Value::Bool(true)) => limit.map(|limit| limit + step),
                Some(Value::Number(_)) => number(schema, exclusive).map(|limit| limit + step),
                _ => limit,
            }
        };
        let step = if is_whole { 1.0 } else { 0.001 };
        let least = bound("minimum", "exclusiveMinimum", step);
        let most = bound("maximum", "exclusiveMaximum", -step);
        let mut value = least.unwrap_or(0.0).max(0.0).min(most.unwrap_or(f64::MAX));
        value = value.max(least.unwrap_or(f64::MIN));
        if let Some(multiple) = number(schema, "multipleOf").filter(|multiple| *multiple > 0.0) {
            value = (value / multiple).ceil() * multiple;
        } else if is_whole {
            let more = self.chance.below(100) as f64;
            value = value.ceil();
            value += if most.is_none_or(|most| value + more <= most) { more } else { 0.0 };
        }
        if most.is_some_and(|most| value > most) {
            return None;
        }
        let is_small = value.abs() < 9e15 && value.fract() == 0.0;
        Some(if is_small { json!(value as i64) } else { json!(value) })
    }
}

/// Both at once: objects are joined, anything else stays what it is if it is of the same kind.
fn joined(made: Option<Value>, value: Value) -> Option<Value> {
    match (made, value) {
        (None, value) => Some(value),
        (Some(Value::Object(mut known)), Value::Object(more)) => {
            known.extend(more);
            Some(Value::Object(known))
        }
        // `object` and nothing said: the object.
        (Some(known), Value::String(text)) if text == "any" => Some(known),
        (Some(known), value) if known == value => Some(known),
        (Some(Value::String(text)), value) if text == "any" => Some(value),
        _ => None,
    }
}

/// With the name that the discriminator wants of this alternative.
fn named(schema: &Value, choice: &Value, mut value: Value) -> Value {
    let discriminator = schema.get("discriminator");
    let name = discriminator.and_then(|one| one.get("propertyName")).and_then(Value::as_str);
    let reference = choice.get("$ref").and_then(Value::as_str);
    let (Some(name), Some(reference), Value::Object(object)) = (name, reference, &mut value) else {
        return value;
    };
    let mapping = discriminator.and_then(|one| one.get("mapping")).and_then(Value::as_object);
    let mapped = mapping
        .into_iter()
        .flatten()
        .find(|(_, target)| target.as_str().is_some_and(|target| target == reference));
    let word = mapped.map(|(word, _)| word.as_str());
    let word = word.or_else(|| reference.rsplit('/').next()).unwrap_or_default();
    object.insert(name.to_owned(), json!(word));
    value
}

/// The type that is made.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Array(names)) => names.first().and_then(Value::as_str),
        _ if schema.get("properties").is_some() => Some("object"),
        _ if schema.get("items").is_some() => Some("array"),
        _ => None,
    }
}

fn number(schema: &Value, name: &str) -> Option<f64> {
    schema.get(name).and_then(Value::as_f64)
}

fn count(schema: &Value, name: &str) -> Option<usize> {
    usize::try_from(schema.get(name)?.as_u64()?).ok()
}

fn list<'a>(schema: &'a Value, name: &str) -> &'a [Value] {
    schema.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
