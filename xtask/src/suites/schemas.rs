//! Schemas and values: what is valid must be accepted, what is not must be refused.

use std::path::Path;

use super::cases::{Case, File};
use super::inapplicable::{self, reason};
use super::place::Placed;
use super::{Suite, files};

/// A part of the suite, seen as a version of OpenAPI.
pub(super) struct Lens {
    pub(super) name: &'static str,
    /// The field `openapi`.
    pub(super) version: &'static str,
    folder: &'static str,
    /// Inside the folder.
    part: &'static str,
    /// The files; all if none is named.
    only: &'static [&'static str],
    inapplicable: &'static [inapplicable::Rule],
}

const SOURCE: &str = "json-schema-org/JSON-Schema-Test-Suite 44401e0 (MIT)";

pub(super) const OPENAPI_31: Lens = Lens {
    name: "OpenAPI 3.1: required tests of draft 2020-12",
    version: "3.1.0",
    folder: "draft2020-12",
    part: "",
    only: &[],
    inapplicable: inapplicable::OPENAPI_31,
};

pub(super) const OPENAPI_31_FORMATS: Lens = Lens {
    name: "OpenAPI 3.1: formats of draft 2020-12 (optional there, enforced here)",
    version: "3.1.0",
    folder: "draft2020-12",
    part: "optional/format",
    only: &[],
    inapplicable: inapplicable::OPENAPI_31_FORMATS,
};

pub(super) const OPENAPI_31_OPTIONAL: Lens = Lens {
    name: "OpenAPI 3.1: numbers and patterns of draft 2020-12 (optional there)",
    version: "3.1.0",
    folder: "draft2020-12",
    part: "optional",
    only: &["bignum", "float-overflow", "ecmascript-regex", "non-bmp-regex", "anchor", "id"],
    inapplicable: inapplicable::OPENAPI_31,
};

pub(super) const OPENAPI_30: Lens = Lens {
    name: "OpenAPI 3.0: required tests of draft 4",
    version: "3.0.3",
    folder: "draft4",
    part: "",
    only: &[],
    inapplicable: inapplicable::OPENAPI_30,
};

pub(super) const OPENAPI_30_FORMATS: Lens = Lens {
    name: "OpenAPI 3.0: formats of draft 4 (optional there, enforced here)",
    version: "3.0.3",
    folder: "draft4",
    part: "optional/format",
    only: &[],
    inapplicable: inapplicable::OPENAPI_30,
};

/// Runs a part of the suite.
pub(super) fn run(data: &Path, lens: &Lens) -> Result<Suite, String> {
    let mut suite = Suite::new(lens.name, SOURCE);
    let folder = data.join("tests").join(lens.folder);
    for path in files(&folder.join(lens.part))? {
        let file = File::read(&path, &folder)?;
        let stem = super::stem(&path);
        if !lens.only.is_empty() && !lens.only.contains(&stem.as_str()) {
            continue;
        }
        for case in file.cases() {
            run_case(lens, &file, &case, &mut suite);
        }
    }
    Ok(suite)
}

fn run_case(lens: &Lens, file: &File, case: &Case<'_>, suite: &mut Suite) {
    let name = format!("{}: {}", file.name, case.description);
    if let Some(reason) = reason(lens.inapplicable, &file.name, case, None) {
        suite.leave_out(reason, case.tests().count(), name);
        return;
    }
    let placed = Placed::read(lens.version, case.schema);
    for test in case.tests() {
        let name = format!("{name}: {}", test.description);
        if let Some(reason) = reason(lens.inapplicable, &file.name, case, Some(&test)) {
            suite.leave_out(reason, 1, name);
        } else if placed.accepts(test.data) == test.is_valid {
            suite.passed += 1;
        } else {
            let expected = if test.is_valid { "valid" } else { "invalid" };
            let because = match &placed {
                Placed::Closed(reason) => format!(" (closed: {reason})"),
                _ => String::new(),
            };
            suite.failed.push(format!("{name}: {expected}{because}"));
        }
    }
}
