//! A contract with one body in XML, and what becomes of bodies.

use portcullis_contract::{Contract, NoFiles, Schema};
use portcullis_controls::response_shape::{OtherType, project};
use portcullis_controls::writable_properties::{Outcome, Unwritable, judge_with};
use portcullis_controls::xml::{self, XmlBody};
use portcullis_json::Limits as JsonLimits;
use portcullis_model::Sources;
use portcullis_policy::{Limits, Undeclared};

/// A contract of one version, of which the body in XML has a schema named `Root`.
pub(crate) fn contract(version: &str, schemas: &str) -> Contract {
    let media = "application/xml: { schema: { $ref: '#/components/schemas/Root' } }";
    let text = format!(
        "openapi: {version}\ninfo: {{ title: t, version: '1' }}\npaths:\n  /a:\n    post:\n      \
         requestBody: {{ content: {{ {media} }} }}\n      responses: {{ '200': {{ description: d, \
         content: {{ {media} }} }} }}\ncomponents:\n  schemas:\n{schemas}"
    );
    read_contract(&text)
}

pub(crate) fn read_contract(text: &str) -> Contract {
    let mut sources = Sources::default();
    let main = sources.add("t.yaml", text);
    portcullis_contract::read(&mut sources, main, &mut NoFiles).unwrap()
}

pub(crate) fn schema(contract: &Contract) -> Option<&Schema> {
    contract.operations[0].body.as_ref()?.media[0].schema.as_ref()
}

/// What a body is as JSON; the short word of the fault if it is none.
pub(crate) fn read(contract: &Contract, text: &str) -> Result<XmlBody, &'static str> {
    let shape = schema(contract).expect("it is readable").shape;
    let (json, limits) = (JsonLimits::default(), Limits::default());
    xml::read(text.into(), Some(shape), &contract.shapes, &json, &limits)
        .map_err(|(fault, _)| fault.kind.name())
}

pub(crate) fn json(contract: &Contract, text: &str) -> Result<String, &'static str> {
    let body = read(contract, text)?;
    let mut out = Vec::new();
    body.document().write(&mut out);
    Ok(String::from_utf8(out).unwrap())
}

/// What goes to the API; the reason if it is refused.
pub(crate) fn sent(contract: &Contract, text: &str) -> Result<String, String> {
    let mut body = read(contract, text)?;
    if body.is_other_root() {
        return Err("xml_root".to_owned());
    }
    let schema = schema(contract).unwrap();
    let strays = body.strays().map(|(index, stray)| Unwritable::stray(index, stray)).collect();
    let (document, shapes) = (body.document(), &contract.shapes);
    let outcome = judge_with(document, strays, shapes, Some(schema.shape), Undeclared::Drop, false);
    let found = match outcome {
        Outcome::Drop(found) => found,
        Outcome::Refuse(refusal, _) => return Err(refusal.reason.to_owned()),
    };
    let dropped: Vec<u32> = found.iter().map(|one| one.index).collect();
    dropped.iter().for_each(|index| body.document_mut().drop_value(*index));
    if let Err(mismatch) = schema.check(body.document().root()) {
        return Err(format!("{} at {}", mismatch.keyword, mismatch.at));
    }
    Ok(String::from_utf8(body.without(&dropped).0).unwrap())
}

/// What leaves of an answer.
pub(crate) fn left(contract: &Contract, text: &str) -> String {
    let body = read(contract, text).unwrap();
    let media = &contract.operations[0].responses[0].media[0];
    let shape = media.schema.as_ref().map(|schema| schema.shape);
    let mut found = project(body.document(), &contract.shapes, shape, OtherType::Removed);
    assert!(!found.is_root_undeclared);
    body.strays().for_each(|(index, stray)| found.add_stray(index, stray));
    String::from_utf8(body.without(&found.drop).0).unwrap()
}
