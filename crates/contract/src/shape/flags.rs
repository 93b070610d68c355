//! `readOnly` and `writeOnly`, wherever a schema says them of its value.

use std::collections::{HashMap, HashSet};

use super::source::Source;
use crate::codes;
use crate::document::Node;
use crate::notes::Notes;

/// Schemas that are looked at for one property.
const SCHEMAS_MAX: usize = 10_000;

/// What a schema can say of a whole value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Flag {
    ReadOnly,
    WriteOnly,
}

impl Flag {
    const fn keyword(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// Which schemas say what, as far as it was asked.
#[derive(Debug, Default)]
pub(super) struct Flags {
    known: HashMap<(Flag, u32), bool>,
    /// Schemas that were looked at.
    pub(super) steps: usize,
}

impl Flags {
    /// Whether one of these declarations says it. One is enough, as in JSON Schema's own rule for
    /// parts of an `allOf`; among alternatives, too, the stricter one counts.
    pub(super) fn any_says<'a>(
        &mut self,
        flag: Flag,
        source: Source<'a>,
        declarations: &[Node<'a>],
        notes: &mut Notes,
    ) -> bool {
        declarations.iter().any(|schema| self.says(flag, source, *schema, notes))
    }

    /// Whether a schema says this itself, through its references, under a condition, or in a part of
    /// it. Beside a `$ref` it counts in 3.0, too: there it has no meaning in the specification, and
    /// one in the mind of its author.
    pub(super) fn says<'a>(
        &mut self,
        flag: Flag,
        source: Source<'a>,
        schema: Node<'a>,
        notes: &mut Notes,
    ) -> bool {
        let mut seen = HashSet::from([schema.id()]);
        let mut waiting = vec![schema];
        while let Some(next) = waiting.pop() {
            self.steps += 1;
            let known = self.known.get(&(flag, next.id())).copied();
            if known == Some(false) {
                continue;
            }
            if known == Some(true) || is_said(flag, next, notes) {
                self.known.insert((flag, schema.id()), true);
                return true;
            }
            for part in parts(source, next, notes) {
                if seen.insert(part.id()) {
                    waiting.push(part);
                }
            }
            if seen.len() > SCHEMAS_MAX {
                let message = format!(
                    "more than {SCHEMAS_MAX} schemas speak of this value: it is taken as `{}`",
                    flag.keyword()
                );
                notes.warn(&codes::SCHEMA, schema.span(), message);
                self.known.insert((flag, schema.id()), true);
                return true;
            }
        }
        // All that was reached says nothing, and reaches nothing else.
        self.known.extend(seen.into_iter().map(|id| ((flag, id), false)));
        false
    }
}

fn is_said(flag: Flag, schema: Node<'_>, notes: &mut Notes) -> bool {
    let keyword = flag.keyword();
    match schema.get(keyword).map(|value| (value, value.as_bool())) {
        Some((_, said @ Some(_))) => said == Some(true),
        Some((value, None)) if !value.is_null() => {
            let message = format!("`{keyword}` must be a boolean: it is taken as `true`");
            notes.warn(&codes::SCHEMA, value.span(), message);
            true
        }
        _ => false,
    }
}

/// The schemas that speak of the same value.
fn parts<'a>(source: Source<'a>, schema: Node<'a>, notes: &mut Notes) -> Vec<Node<'a>> {
    let mut parts: Vec<Node<'a>> = Vec::new();
    for (name, keyword) in schema.members() {
        match name.text {
            "$ref" => parts.extend(source.references.step(schema, notes).target()),
            "$dynamicRef" if source.version.is_json_schema() => {
                let Some((target, name)) = source.references.dynamic_step(schema, notes) else {
                    continue;
                };
                parts.push(target);
                let names = source.references.names();
                parts.extend(name.into_iter().flat_map(|name| names.all_dynamic(name)));
            }
            "allOf" | "anyOf" | "oneOf" => parts.extend(keyword.items()),
            "if" | "then" | "else" => parts.push(keyword),
            "dependentSchemas" => parts.extend(keyword.members().map(|(_, part)| part)),
            _ => {}
        }
    }
    parts
}
