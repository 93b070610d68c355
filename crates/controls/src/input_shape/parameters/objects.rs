//! Objects whose members are written one beside the other, none of them inside another.

use std::borrow::Cow;

use portcullis_contract::{Member, Parameter, Rest, Types};
use portcullis_json::Document;
use portcullis_model::Refusal;

use super::Judge;
use super::value::{check_tree, unreadable};
use crate::urlencoded::{self, Fault};

/// Members as they were sent, decoded.
pub(super) type Members<'m> = Vec<(Cow<'m, str>, Cow<'m, str>)>;

impl Judge<'_> {
    /// Reads the members of an object, leaves out those that may not be written, and checks the
    /// rest.
    pub(super) fn read_members(
        &mut self,
        parameter: &Parameter,
        mut members: Members<'_>,
    ) -> Result<Document, Refusal> {
        if members.len() > self.given.limits.object_members_max {
            return Err(unreadable(parameter)(Fault::TooLarge));
        }
        members.retain(|(name, _)| {
            let is_kept = self.keeps(parameter, name);
            if !is_kept {
                self.drop_name(parameter.place, &format!("{}/{name}", parameter.name));
            }
            is_kept
        });
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let document = urlencoded::read_pairs(&members, self.shapes, shape, self.given.limits)
            .map_err(unreadable(parameter))?;
        check_tree(parameter, &document)?;
        Ok(document)
    }

    /// The same where one text holds the whole object, so that a member can hold no list and no
    /// object.
    pub(super) fn read_joined_members(
        &mut self,
        parameter: &Parameter,
        members: Members<'_>,
    ) -> Result<Document, Refusal> {
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let has_spelling = |name: &str| {
            urlencoded::member(self.shapes, shape, name)
                .is_none_or(|shape| self.shapes.get(shape).types.intersects(Types::SCALAR))
        };
        if members.iter().all(|(name, _)| has_spelling(name)) {
            self.read_members(parameter, members)
        } else {
            Err(unreadable(parameter)(Fault::Type))
        }
    }

    /// Whether a member goes on to the schema: it may be written, or the schema refuses it.
    pub(super) fn keeps(&self, parameter: &Parameter, name: &str) -> bool {
        let Some(schema) = &parameter.schema else {
            return true;
        };
        let object = &self.shapes.get(schema.shape).object;
        match object.member(name, &mut 0) {
            Member::Property(property) => !property.read_only,
            Member::Pattern(shape) | Member::Map(shape) => !self.shapes.get(shape).read_only,
            Member::FreeForm | Member::Closed => true,
            Member::Undeclared => false,
        }
    }

    /// Whether a name is that of a declared member.
    pub(super) fn is_member(&self, parameter: &Parameter, name: &str) -> bool {
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        shape.is_some() && urlencoded::declared(self.shapes, shape, name).is_some()
    }

    /// Whether members of any other name stay, too.
    pub(super) fn has_open_members(&self, parameter: &Parameter) -> bool {
        parameter.schema.as_ref().is_some_and(|schema| {
            let rest = self.shapes.get(schema.shape).object.rest;
            matches!(rest, Rest::Map(_) | Rest::FreeForm)
        })
    }
}

/// The members of a checked object as texts, name and value in turn.
pub(super) fn texts(document: &Document) -> Vec<(&str, Cow<'_, str>)> {
    let members = document.root().members();
    members
        .map(|(name, value)| (name.as_str().unwrap_or_default(), urlencoded::as_text(value)))
        .collect()
}
