//! What names in conditions mean.

use portcullis_model::{Diagnostic, did_you_mean};
use portcullis_yaml::{Notes, Spanned, shown};

use super::super::known_attribute;
use crate::authorization::Resource;
use crate::callers::{Callers, OfCaller};
use crate::codes;
use crate::expression::{self, Expression, Named, Operand};
use crate::login_place::request_place;

/// Where a condition stands.
pub(super) struct Conditions<'a> {
    pub(super) callers: &'a Callers,
    pub(super) caller_id: &'a OfCaller,
    /// Whose objects it speaks of.
    pub(super) resource: Option<&'a Resource>,
    /// Callers make such objects: what they made is theirs, even where no answer says so.
    pub(super) is_made: bool,
}

impl Conditions<'_> {
    /// Reads one. What is wrong is noted; then it never holds.
    pub(super) fn read(&self, when: &Spanned<String>, notes: &mut Notes) -> Expression {
        let never = || Expression::Not(Box::new(Expression::Always));
        let read = expression::read(&when.value, &mut |named| self.meant(named));
        let read = match read {
            Ok(read) => read,
            Err(fault) => {
                let at = when.value.get(fault.at..).unwrap_or_default();
                let near: String = at.chars().take(24).collect();
                let place = if near.is_empty() {
                    "at the end".to_owned()
                } else {
                    format!("at {}", shown(&near))
                };
                notes.push(|| {
                    Diagnostic::error(&codes::BAD_RULE, format!("{}, {place}", fault.message))
                        .at(when.span)
                        .help(fault.help)
                });
                return never();
            }
        };
        if let Some(message) = self.why_not(&read) {
            notes.push(|| {
                Diagnostic::error(&codes::BAD_RULE, message).at(when.span).help(
                    match self.resource {
                        None => "say of which: `on: Order`",
                        Some(_) => "give the resource an `owner`, or an `own_list`",
                    },
                )
            });
            return never();
        }
        read
    }

    fn why_not(&self, read: &Expression) -> Option<String> {
        match self.resource {
            None if read.asks_object() => {
                Some("this condition asks for an object, and the rule speaks of none".to_owned())
            }
            Some(resource) if asks_mine(read) && !self.is_made && !has_owner(resource) => {
                Some(format!(
                    "nothing says whose a {} is: it has no `owner` and no `own_list`, and no operation makes one",
                    shown(&resource.name)
                ))
            }
            _ => None,
        }
    }

    fn meant(&self, named: Named<'_>) -> Result<Operand, (String, String)> {
        match named {
            Named::Caller("id") => Ok(Operand::Caller(self.caller_id.clone())),
            Named::Caller(name) => known_attribute(name, self.callers).map(Operand::Caller),
            Named::Resource(pointer) if pointer.starts_with('/') => {
                Ok(Operand::Resource(pointer.to_owned()))
            }
            Named::Resource(name) => self.relation(name),
            Named::Request(text) => request_place(text).map(Operand::Request).ok_or_else(|| {
                let help = "write `path.id`, `query.page` or `body./amount`".to_owned();
                (format!("{} is no place in a request", shown(text)), help)
            }),
        }
    }

    fn relation(&self, name: &str) -> Result<Operand, (String, String)> {
        let Some(resource) = self.resource else {
            return Ok(Operand::Resource(format!("/{name}")));
        };
        let known = resource.relations.iter().find(|(known, _)| **known == *name);
        known.map(|(_, at)| Operand::Resource(at.clone())).ok_or_else(|| {
            let names = resource.relations.iter().map(|(known, _)| &**known);
            let help = match did_you_mean(name, names) {
                Some(near) => format!("did you mean `resource.{near}`?"),
                None => format!(
                    "a member is written `resource./{name}`; a relation stands under `relations`"
                ),
            };
            (format!("{} has no relation {}", shown(&resource.name), shown(name)), help)
        })
    }
}

fn has_owner(resource: &Resource) -> bool {
    !resource.owners.is_empty() || resource.own_list.is_some()
}

fn asks_mine(expression: &Expression) -> bool {
    match expression {
        Expression::Mine => true,
        Expression::Not(inner) => asks_mine(inner),
        Expression::All(parts) | Expression::Any(parts) => parts.iter().any(asks_mine),
        Expression::Always | Expression::Is(_) | Expression::Compare { .. } => false,
    }
}
