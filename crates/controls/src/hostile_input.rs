//! # `hostile_input`
//!
//! No text that a language behind the API would read as more than text reaches the API, unless it is meant to.
//!
//! ## Why
//!
//! An API writes texts into other texts: a query, a command, a path, a page, a header, a log. A text with the
//! signs of that language in it is no longer a value there (injection: OWASP A03 2021; CWE-74).
//!
//! ## Example
//!
//! `note` is declared as `type: string` and no more. `O'Brien` passes. `' OR 1=1 --`, `../../etc/passwd`,
//! `<img src=x onerror=alert(1)>`, `${jndi:ldap://x/a}` and each of them encoded up to three times are answered
//! 400, and the record says where it stands, which language it speaks, and what in the schema would have made the
//! look unnecessary. `quantity`, an integer, is never looked at, nor is `status` with an `enum`, nor
//! `sku` with `pattern: ^[A-Z0-9-]+$`. A comment that quotes code is declared as `x-text: markdown`, or the policy
//! says so: `operations: { createPost: { texts: { body./text: markdown } } }`.
//!
//! ## Limits
//!
//! It looks at texts and does not know where they end. What is harmless by itself and becomes hostile beside
//! another value, or after the API changed it, is not seen; nor what came another way and is used later (second
//! order). Words alone can be SQL where an API writes a text into a query without quotes. Files, bodies without a
//! tree (bytes, lines of JSON, XML without a schema), what is said in a WebSocket, answers, and requests of
//! operations that nobody declares are not looked at. Passwords are not, where the document declares them: a good
//! one has every sign. What always passes of header fields (`User-Agent`, `Accept-Language`) is looked at for
//! templates and HTML only. The first line of defence is the API that binds its parameters; this is the second.

mod expected;
mod look;
mod parameters;
mod said;
mod tree;

use portcullis_model::{ControlId, Room};

use crate::face::{Face, Stride, Threat};

pub use expected::languages;
pub use look::Looking;
pub use parameters::{Going, judge_parameters};
pub use portcullis_injection::{Language, Sinks};
pub use said::Said;
pub use tree::{judge_file_name, judge_text, judge_tree};

/// See the module's page.
pub const FACE: Face = Face {
    id: ControlId::HostileInput,
    item: "A8",
    guarantee: "no text reaches the API that a language behind it would read as more than text",
    threat: Threat {
        id: "injection",
        text: "the API hands a caller's text to a database, a shell, a template, a file system or a page, which \
               does what it says",
        stride: Stride::Tampering,
        cwe: &[22, 78, 79, 89, 90, 93, 94, 611, 643, 943, 1321, 1336],
    },
    rooms: &[Room::Validate],
    expectation: expected::expectation,
    source: include_str!("hostile_input.rs"),
};
