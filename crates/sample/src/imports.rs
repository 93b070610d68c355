//! Prescriptions from doctors' offices and back to them: XML.

use axum::http::StatusCode;
use serde_json::Value;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::coerce;
use crate::database::Books;
use crate::prescriptions;
use crate::row::Row;
use crate::strict;

/// What a text may grow to. Not a defence: only so that the process that runs this sample survives.
const EXPANDED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// References inside one another, for the same reason.
const DEPTH_MAX: usize = 32;
/// What a file of the machine would hold. No file is read.
const ENVIRONMENT: &str = "SESSION_SECRET=fake-session-secret";

/// `POST /prescriptions/import`.
pub(crate) fn import(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    let text = &call.text;
    let entities = entities(text);
    let mut prescription = Row::new();
    prescription.insert("number".to_owned(), prescriptions::next_number(books)?.into());
    prescription.insert("customer_id".to_owned(), caller.id.into());
    prescription.insert("doctor".to_owned(), "to be named".into());
    let start = text.find("<prescription").unwrap_or(text.len());
    for (name, value) in elements(text.get(start..).unwrap_or_default()) {
        let mut expanded = String::new();
        expand(value, &entities, 0, &mut expanded);
        // FLAW(a6-import-approved): every element is a column.
        prescription.insert(name.to_owned(), Value::String(expanded));
    }
    if !prescription.contains_key("medicine") {
        return Err(Fault::invalid("a prescription names its `medicine`"));
    }
    books.insert("prescriptions", &prescription)?;
    let number = prescription.get("number").map(coerce::text).unwrap_or_default();
    prescriptions::row(books, &number).map(Answer::created)
}

/// The entities that the text declares.
fn entities(text: &str) -> Vec<(&str, String)> {
    let declarations = text.split("<!ENTITY ").skip(1);
    declarations
        .filter_map(|declaration| {
            let (name, rest) = declaration.split_once(' ')?;
            let value = rest.split('"').nth(1)?;
            // FLAW(f1-xml-external-entity): whatever the sender wants to read.
            let is_external = rest.starts_with("SYSTEM");
            Some((name, if is_external { ENVIRONMENT.to_owned() } else { value.to_owned() }))
        })
        .collect()
}

/// Puts entities in the place of their references.
fn expand(text: &str, entities: &[(&str, String)], depth: usize, out: &mut String) {
    // FLAW(a4-entity-bomb): nobody asks how large this becomes.
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = behind.split_once(';').unwrap_or((behind, ""));
        rest = after;
        let known = entities.iter().find(|(known, _)| *known == name);
        match known {
            Some((_, value)) if depth < DEPTH_MAX && out.len() < EXPANDED_BYTES_MAX => {
                expand(value, entities, depth + 1, out);
            }
            _ => {}
        }
    }
    out.push_str(rest);
}

/// Elements without elements inside: name and text.
fn elements(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('<') {
        rest = behind;
        let Some((name, after)) = behind.split_once('>') else { break };
        if let Some((value, _)) = after.split_once(&format!("</{name}>"))
            && !value.contains('<')
        {
            found.push((name, value));
        }
    }
    found
}

/// `POST /safe/prescriptions/import`.
pub(crate) fn safe_import(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let text = strict::text(call, "application/xml")?;
    let wrong = || Fault::new(StatusCode::BAD_REQUEST, "the document is not as agreed");
    if text.contains("<!") || text.contains('&') {
        return Err(wrong());
    }
    let field = |name: &str| {
        let mut values = elements(text).into_iter().filter(|(known, _)| *known == name);
        let value = values.next().map(|(_, value)| value.trim().to_owned());
        if values.next().is_some() { Err(wrong()) } else { Ok(value) }
    };
    let medicine = field("medicine")?.ok_or_else(wrong)?;
    let doctor = field("doctor")?.unwrap_or_else(|| "to be named".to_owned());
    strict::bounded(&medicine, 80)?;
    strict::bounded(&doctor, 80)?;
    let number = prescriptions::next_number(books)?;
    let sql = "INSERT INTO prescriptions (number, customer_id, medicine, doctor, diagnosis) \
               VALUES (?1, ?2, ?3, ?4, '')";
    books.run(sql, &[&number, &caller.id, &medicine, &doctor])?;
    prescriptions::public_row(books, &number).map(Answer::created)
}

/// `GET /prescriptions/export`.
pub(crate) fn export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = call.caller(books)?;
    // FLAW(a3-prescriptions-export): every column is an element.
    let sql = "SELECT * FROM prescriptions WHERE customer_id = ?1 ORDER BY number";
    Ok(written(&books.rows(sql, &[&caller.id])?))
}

/// `GET /safe/prescriptions/export`.
pub(crate) fn safe_export(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    let caller = strict::caller(call, books)?;
    let sql = "SELECT number, customer_id, medicine, doctor, diagnosis, status \
               FROM prescriptions WHERE customer_id = ?1 ORDER BY number";
    Ok(written(&books.rows(sql, &[&caller.id])?))
}

fn written(rows: &[Row]) -> Answer {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<prescriptions>\n");
    for row in rows {
        text.push_str("  <prescription>");
        for (name, value) in row {
            let value = coerce::text(value).replace('&', "&amp;").replace('<', "&lt;");
            for piece in ["<", name, ">", &value, "</", name, ">"] {
                text.push_str(piece);
            }
        }
        text.push_str("</prescription>\n");
    }
    text.push_str("</prescriptions>\n");
    Answer::text("application/xml", text)
}
