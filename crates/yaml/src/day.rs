//! A calendar day as a value.

use std::borrow::Cow;

use portcullis_model::{Date, DateError, Diagnostic};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::notes::{Notes, shown};
use crate::section::{Read, scalar};
use crate::tree::Node;

/// A calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);

impl Read for Day {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        let text = scalar(node, notes)?;
        let date = Date::parse(text);
        if let Err(error) = date {
            let code = notes.codes().bad_date;
            notes.push(|| {
                let (why, help) = match error {
                    DateError::Form => ("is not a date", "write year, month and day: `2027-01-31`"),
                    DateError::NoSuchDay => {
                        ("is a day that does not exist", "look at the month and its length")
                    }
                };
                Diagnostic::error(code, format!("{} {why}", shown(text)))
                    .at(node.span)
                    .label("this date")
                    .help(help)
            });
        }
        date.ok().map(Self)
    }
}

impl JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Day")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            "examples": ["2027-01-31"],
        })
    }
}
