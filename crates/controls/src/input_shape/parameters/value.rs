//! Values of parameters, held against their schemas.

use std::borrow::Cow;

use portcullis_contract::{Mismatch, Parameter, Scalar, ScalarFault};
use portcullis_json::Document;
use portcullis_model::Refusal;
use portcullis_policy::Undeclared;

use super::super::whole::judge_value;
use super::super::{mismatch, parameter_refusal, refusal};
use super::Judge;
use crate::urlencoded::{self, Fault};
use crate::writable_properties::{self, Outcome, Why};

/// The refusal of a parameter that has no single reading.
pub(super) fn unreadable(parameter: &Parameter) -> impl Fn(Fault) -> Refusal + Copy + '_ {
    move |fault| {
        let Parameter { place, name, .. } = parameter;
        let detail = format!("{} parameter `{name}`: {}", place.name(), fault.detail());
        refusal(fault.name(), detail)
    }
}

impl Judge<'_> {
    /// Checks one value; gives its one spelling.
    pub(super) fn check_one<'t>(
        &self,
        parameter: &Parameter,
        text: &'t str,
    ) -> Result<Cow<'t, str>, Refusal> {
        without_nul(parameter, text)?;
        let Some(schema) = &parameter.schema else {
            return Ok(Cow::Borrowed(text));
        };
        let scalar = parameter.scalar(Cow::Borrowed(text)).map_err(not_of_type(parameter))?;
        schema.check_scalar(&scalar).map_err(not_as_declared(parameter))?;
        judge_value(self.shapes, parameter, scalar.text())?;
        Ok(spelled(scalar))
    }

    /// Checks the items of a list; gives each in its one spelling. A single one may also be what the
    /// schema allows beside lists.
    pub(super) fn check_list<'t, T: AsRef<str>>(
        &self,
        parameter: &Parameter,
        items: &'t [T],
    ) -> Result<Vec<Cow<'t, str>>, Refusal> {
        if items.len() > self.given.limits.array_items_max {
            return Err(unreadable(parameter)(Fault::TooLarge));
        }
        items.iter().try_for_each(|item| without_nul(parameter, item.as_ref()))?;
        items.iter().try_for_each(|item| judge_value(self.shapes, parameter, item.as_ref()))?;
        let Some(schema) = &parameter.schema else {
            return Ok(items.iter().map(|item| Cow::Borrowed(item.as_ref())).collect());
        };
        let as_list = items
            .iter()
            .map(|item| parameter.scalar(Cow::Borrowed(item.as_ref())))
            .collect::<Result<Vec<Scalar<'_>>, _>>()
            .map_err(not_of_type(parameter))
            .and_then(|list| {
                schema.check_list(&list).map_err(not_as_declared(parameter))?;
                Ok(list.into_iter().map(spelled).collect())
            });
        match (as_list, items) {
            (Err(refusal), [item]) => {
                let alternative = parameter.alternative(Cow::Borrowed(item.as_ref()));
                let alternative = alternative.and_then(Result::ok);
                let alternative = alternative.filter(|scalar| schema.check_scalar(scalar).is_ok());
                alternative.map(|scalar| vec![spelled(scalar)]).ok_or(refusal)
            }
            (as_list, _) => as_list,
        }
    }

    /// Reads a value that is JSON, takes out what may not be written, and checks the rest.
    pub(super) fn read_json(
        &mut self,
        parameter: &Parameter,
        text: &str,
    ) -> Result<Document, Refusal> {
        let (place, name) = (parameter.place, &parameter.name);
        let document = Document::parse(text.as_bytes().to_vec(), self.given.limits)
            .map_err(|rejected| parameter_refusal(rejected.fault.kind.name(), place, name))?;
        self.checked_tree(parameter, document)
    }

    /// The same for a value that is a form.
    pub(super) fn read_form(
        &mut self,
        parameter: &Parameter,
        text: &str,
    ) -> Result<Document, Refusal> {
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let document = urlencoded::read_form(text, self.shapes, shape, self.given.limits)
            .map_err(unreadable(parameter))?;
        self.checked_tree(parameter, document)
    }

    fn checked_tree(
        &mut self,
        parameter: &Parameter,
        mut document: Document,
    ) -> Result<Document, Refusal> {
        let shape = parameter.schema.as_ref().map(|schema| schema.shape);
        let outcome =
            writable_properties::judge(&document, self.shapes, shape, Undeclared::Drop, false);
        let (Outcome::Drop(found) | Outcome::Refuse(_, found)) = outcome;
        // What a closed schema forbids is left for the schema to refuse.
        for one in found.iter().filter(|one| one.why != Why::Closed) {
            document.drop_value(one.index);
            self.drop_name(parameter.place, &format!("{}{}", parameter.name, one.at));
        }
        check_tree(parameter, &document)?;
        Ok(document)
    }
}

/// Checks a whole tree.
pub(super) fn check_tree(parameter: &Parameter, document: &Document) -> Result<(), Refusal> {
    if document.contains_nul() {
        return Err(parameter_refusal("nul", parameter.place, &parameter.name));
    }
    match &parameter.schema {
        Some(schema) => schema.check(document.root()).map_err(not_as_declared(parameter)),
        None => Ok(()),
    }
}

fn without_nul(parameter: &Parameter, text: &str) -> Result<(), Refusal> {
    if text.contains('\0') {
        return Err(parameter_refusal("nul", parameter.place, &parameter.name));
    }
    Ok(())
}

/// The one spelling of a value.
fn spelled(scalar: Scalar<'_>) -> Cow<'_, str> {
    match scalar {
        Scalar::Text(text) | Scalar::Number(text) => text,
        Scalar::Boolean(_) | Scalar::Null => Cow::Owned(scalar.text().to_owned()),
    }
}

fn not_of_type(parameter: &Parameter) -> impl Fn(ScalarFault) -> Refusal + '_ {
    move |fault| {
        let Parameter { place, name, .. } = parameter;
        refusal("type", format!("{} parameter `{name}`: {}", place.name(), fault.wanted()))
    }
}

fn not_as_declared(parameter: &Parameter) -> impl Fn(Mismatch) -> Refusal + '_ {
    move |found| {
        mismatch(&format!("{} parameter `{}`", parameter.place.name(), parameter.name), &found)
    }
}
