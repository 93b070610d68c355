//! Source maps: the sources themselves, as they were before they were made small.

use std::io;

use serde::Deserialize;

use crate::reader::form::Form;
use crate::reader::{Inside, Reader};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Map {
    #[serde(default)]
    sources: Vec<Option<String>>,
    #[serde(default)]
    sources_content: Vec<Option<String>>,
    #[serde(default)]
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    map: Option<Box<Map>>,
}

impl Reader<'_> {
    pub(super) fn map(&mut self, inside: &Inside, held: &[u8]) -> io::Result<()> {
        // Some servers put a line before it, so that it is no script.
        let text = held.strip_prefix(b")]}'").unwrap_or(held);
        match serde_json::from_slice::<Map>(text) {
            Ok(map) if map.has_sources() => self.sources(inside, &map),
            // Broken, or without its sources: a text like others.
            _ => self.windows(inside, Form::Text, &mut &*held),
        }
    }

    fn sources(&mut self, inside: &Inside, map: &Map) -> io::Result<()> {
        for (at, text) in map.sources_content.iter().enumerate() {
            let Some(text) = text else { continue };
            inside.budget.enter()?;
            let name =
                map.sources.get(at).and_then(Option::as_deref).unwrap_or("a source without a name");
            let within = inside.entry(name);
            self.report.files += 1;
            self.windows(&within, Form::Text, &mut text.as_bytes())?;
        }
        for map in map.sections.iter().filter_map(|section| section.map.as_ref()) {
            self.sources(inside, map)?;
        }
        Ok(())
    }
}

impl Map {
    fn has_sources(&self) -> bool {
        !self.sources_content.is_empty()
            || self.sections.iter().any(|section| section.map.is_some())
    }
}
