//! The files of the JSON Schema suite: a schema, and values with the verdict that is expected.

use std::path::{Path, PathBuf};

use portcullis_json::{Document, Limits, Value};

use super::stem;

/// A file of the suite.
pub(super) struct File {
    /// `ref`, `optional/format/email`.
    pub(super) name: String,
    document: Document,
}

/// A schema with its tests.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) description: &'a str,
    pub(super) schema: Value<'a>,
    tests: Value<'a>,
}

/// A value, and whether it is valid.
#[derive(Clone, Copy)]
pub(super) struct Test<'a> {
    pub(super) description: &'a str,
    pub(super) data: Value<'a>,
    pub(super) is_valid: bool,
}

impl File {
    pub(super) fn read(path: &PathBuf, folder: &Path) -> Result<Self, String> {
        let shown = path.display();
        let bytes = std::fs::read(path).map_err(|error| format!("`{shown}`: {error}"))?;
        let document = Document::parse(bytes, &Limits::GENEROUS)
            .map_err(|rejected| format!("`{shown}`: {}", rejected.fault))?;
        let parent = path.parent().and_then(|parent| parent.strip_prefix(folder).ok());
        let parent = parent.map(|parent| parent.to_string_lossy().into_owned());
        let name = match parent.as_deref() {
            None | Some("") => stem(path),
            Some(parent) => format!("{parent}/{}", stem(path)),
        };
        Ok(Self { name, document })
    }

    pub(super) fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        self.document.root().items().filter_map(|case| {
            Some(Case {
                description: case.get("description")?.as_str()?,
                schema: case.get("schema")?,
                tests: case.get("tests")?,
            })
        })
    }
}

impl<'a> Case<'a> {
    pub(super) fn tests(&self) -> impl Iterator<Item = Test<'a>> {
        self.tests.items().filter_map(|test| {
            Some(Test {
                description: test.get("description")?.as_str()?,
                data: test.get("data")?,
                is_valid: test.get("valid")?.as_bool()?,
            })
        })
    }

    /// The text of its schema, as it stands in the suite.
    pub(super) fn text(&self) -> &'a str {
        self.schema.lexeme()
    }
}
