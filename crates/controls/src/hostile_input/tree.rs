//! A body: its tree, leaf by leaf, whatever it was written in; or one text.

use std::fmt;

use portcullis_contract::{Member, Schema, ShapeId};
use portcullis_injection::Sinks;
use portcullis_json::{Kind, Value};
use portcullis_model::{Pointer, Refusal};

use super::look::{Looking, What, Why, refusal};
use super::said::Step;
use crate::face::Judgement;
use crate::sensitive::password_name;

/// Judges every text and every undeclared name in a body of this schema.
pub fn judge_tree(
    looking: Looking<'_>,
    value: Value<'_>,
    schema: Option<&Schema>,
) -> Judgement<()> {
    let mut walk = Walk { looking, at: Vec::new() };
    match walk.value(value, schema.map(|schema| schema.shape)) {
        Ok(()) => Judgement::Pass(()),
        Err(refusal) => Judgement::Refuse(*refusal, ()),
    }
}

/// Judges a body that is one text.
pub fn judge_text(mut looking: Looking<'_>, text: &str, schema: Option<&Schema>) -> Judgement<()> {
    let said = looking.said.body(&[]);
    let sinks = said.unwrap_or_else(|| looking.sinks(schema.map(|schema| schema.shape)));
    judged(looking.text(text, sinks), What::Value)
}

/// Judges the name of a file among the parts of a body.
pub fn judge_file_name(mut looking: Looking<'_>, name: &str) -> Judgement<()> {
    judged(looking.text(name, Sinks::ALL), What::FileName)
}

fn judged(why: Option<Why>, what: What) -> Judgement<()> {
    match why {
        None => Judgement::Pass(()),
        Some(why) => Judgement::Refuse(refusal(what, &At(&[]), &why), ()),
    }
}

struct Walk<'a, 'l> {
    looking: Looking<'l>,
    at: Vec<Step<'a>>,
}

impl<'a> Walk<'a, '_> {
    fn value(&mut self, value: Value<'a>, shape: Option<ShapeId>) -> Result<(), Box<Refusal>> {
        match value.kind() {
            Kind::Object => self.object(value, shape),
            Kind::Array => {
                let items = shape.and_then(|id| self.looking.shapes.item_of(id));
                for (index, item) in value.items().enumerate() {
                    self.at.push(Step::Index(index));
                    self.value(item, items)?;
                    self.at.pop();
                }
                Ok(())
            }
            Kind::String => self.text(value.as_str().unwrap_or_default(), shape),
            Kind::Null | Kind::True | Kind::False | Kind::Number => Ok(()),
        }
    }

    fn object(&mut self, value: Value<'a>, shape: Option<ShapeId>) -> Result<(), Box<Refusal>> {
        let shapes = self.looking.shapes;
        let shape = shape.map(|id| shapes.get(shapes.object_of(id)));
        let mut hint = 0;
        for (name, member) in value.members() {
            let name = name.as_str().unwrap_or_default();
            let (inner, is_declared) = match shape.map(|shape| shape.object.member(name, &mut hint))
            {
                Some(Member::Property(property)) => (Some(property.shape), true),
                Some(Member::Pattern(inner) | Member::Map(inner)) => (Some(inner), false),
                Some(Member::FreeForm | Member::Undeclared | Member::Closed) | None => {
                    (None, false)
                }
            };
            if !is_declared && let Some(why) = self.looking.name(name) {
                return Err(Box::new(refusal(What::Name, &At(&self.at), &why)));
            }
            self.at.push(Step::Name { name, is_declared });
            self.value(member, inner)?;
            self.at.pop();
        }
        Ok(())
    }

    fn text(&mut self, text: &str, shape: Option<ShapeId>) -> Result<(), Box<Refusal>> {
        let said = self.looking.said.body(&self.at);
        let sinks = said.unwrap_or_else(|| self.looking.sinks(shape));
        match self.looking.text(text, sinks) {
            Some(why) if !self.is_password() => {
                Err(Box::new(refusal(What::Value, &At(&self.at), &why)))
            }
            _ => Ok(()),
        }
    }

    /// Only what the document declares is one: any name can be made up.
    fn is_password(&self) -> bool {
        let last = self.at.last();
        matches!(last, Some(Step::Name { name, is_declared: true }) if password_name(name))
    }
}

/// A place in a body, as policies write it.
struct At<'s, 'a>(&'s [Step<'a>]);

impl fmt::Display for At<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut at = Pointer::root();
        for step in self.0 {
            match step {
                Step::Name { name, .. } => at.push(name),
                Step::Index(index) => at.push_index(*index),
            }
        }
        write!(f, "body.{at}")
    }
}
