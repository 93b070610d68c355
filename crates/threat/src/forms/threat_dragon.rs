//! The model for OWASP Threat Dragon, version 2: one diagram that opens as a picture, with threats at its parts.
//!
//! Threat Dragon has threats at cells, not at operations: those of one rule in one state at one part are one threat,
//! whose description names the operations. `Mitigated` is what attacks showed, and nothing else.

mod cells;

use portcullis_model::Date;
use serde_json::{Value, json};

use super::Shown;
use super::escaped::Short;
use super::layout::Layout;

/// The version of Threat Dragon whose form this is.
const VERSION: &str = "2.2.0";

/// The model as Threat Dragon reads it.
pub fn threat_dragon(shown: &Shown<'_>) -> Value {
    let scope = &shown.model.system.scope;
    let layout = Layout::of(&shown.model.system);
    let (cells, threats) = cells::cells(shown, &layout);
    let title = Short::new(&scope.title).to_string();
    json!({
        "version": VERSION,
        "summary": {
            "title": title,
            "owner": "",
            "description": format!("{} Derived by Portcullis on {}.", scope.description, Date::of(shown.at)),
            "id": 0,
        },
        "detail": {
            "contributors": [],
            "diagrams": [{
                "id": 0,
                "title": format!("Data flows of {title}"),
                "diagramType": "STRIDE",
                "placeholder": "Data flows between zones",
                "thumbnail": "./public/content/images/thumbnail.stride.jpg",
                "version": VERSION,
                "cells": cells,
            }],
            "diagramTop": 1,
            "reviewer": "",
            "threatTop": threats,
        },
    })
}
