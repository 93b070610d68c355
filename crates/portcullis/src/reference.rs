//! `portcullis reference` (hidden): the pages of the documentation that are made from the code.

use std::fmt::Write as _;

use portcullis_controls::CONTROLS;

use crate::exit::Exit;
use crate::reference_arguments::{Reference, ReferenceOptions};
use crate::{command_page, explain, talk};

pub(crate) fn reference(options: &ReferenceOptions) -> Exit {
    let text = match options.what {
        Reference::Policy => portcullis_policy::reference_page(),
        Reference::PolicySchema => format!("{:#}\n", portcullis_policy::json_schema()),
        Reference::ThreatsFile => portcullis_threat::reference_page(),
        Reference::ThreatsSchema => format!("{:#}\n", portcullis_threat::json_schema()),
        Reference::Controls => controls(),
        Reference::Threats => portcullis_threat::rules::page(),
        Reference::Codes => codes(),
        Reference::Command => command_page::write(),
        Reference::AuditRules => portcullis_audit::contract::rules_page(),
    };
    talk::print(&text);
    Exit::Success
}

fn controls() -> String {
    let mut page = String::from(
        "# Controls\n\nMade from the code by `cargo xtask docs`.\n\n| control | item | guarantee | \
         weaknesses |\n|---|---|---|---|\n",
    );
    for face in CONTROLS {
        let cwe: Vec<String> =
            face.threat.cwe.iter().map(|number| format!("CWE-{number}")).collect();
        let (id, item, guarantee) = (face.id, face.item, face.guarantee);
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{id}` | {item} | {guarantee} | {} |", cwe.join(", "));
    }
    for face in CONTROLS {
        let text = face.page();
        let rooms: Vec<&str> = face.rooms.iter().map(|room| room.name()).collect();
        let _ = write!(
            page,
            "\n#{}\n\nAsked in: {}. The threat, `{}` ({:?} in STRIDE): {}.\n",
            text.trim_end().replace("\n## ", "\n### "),
            rooms.join(", "),
            face.threat.id,
            face.threat.stride,
            face.threat.text
        );
    }
    page
}

fn codes() -> String {
    let mut page = String::from("# Problem codes\n\nMade from the code by `cargo xtask docs`.\n");
    for code in explain::codes() {
        let _ = write!(
            page,
            "\n## `{}`\n\n{}\n",
            code.name,
            explain::body(code).replace("\n#", "\n##")
        );
    }
    page
}
