//! Forms in every declared spelling, read: what fuzz targets and property tests share.

use portcullis_contract::{BodyKind, Contract, Media};
use portcullis_controls::urlencoded::form::{self, Form, Unread};
use portcullis_json::Limits;
use portcullis_model::Sources;

/// A document that declares forms in every spelling, read.
#[derive(Debug)]
pub struct Forms {
    /// What it says.
    pub contract: Contract,
}

impl Forms {
    /// Reads the document.
    ///
    /// # Panics
    ///
    /// If the document cannot be read: then no promise can be tried.
    pub fn new() -> Self {
        let mut sources = Sources::default();
        let main = sources.add("forms.yaml", include_str!("forms.yaml"));
        match portcullis_contract::read(&mut sources, main, &mut portcullis_contract::NoFiles) {
            Ok(contract) => Self { contract },
            Err(problems) => panic!("the document of forms is not read: {problems:?}"),
        }
    }

    /// The forms that are declared, in the order of the document.
    pub fn media(&self) -> impl Iterator<Item = &Media> {
        let bodies = self.contract.operations.iter().filter_map(|one| one.body.as_ref());
        bodies.flat_map(|body| &body.media).filter(|media| media.kind == BodyKind::Form)
    }

    /// Reads a form.
    ///
    /// # Errors
    ///
    /// If it has no single reading.
    pub fn read(&self, media: &Media, text: &str) -> Result<Form, Unread> {
        form::read(text, Some(media), &self.contract.shapes, &Limits::default())
    }

    /// The promise about every text: it is read without a panic, and what is written of it reads as
    /// the same tree, in the same spelling.
    ///
    /// # Panics
    ///
    /// If the promise is broken.
    pub fn hold(&self, text: &str) {
        for media in self.media() {
            let Ok(form) = self.read(media, text) else { continue };
            let written = String::from_utf8_lossy(&form.write()).into_owned();
            let again = match self.read(media, &written) {
                Ok(again) => again,
                Err(unread) => panic!("{text:?} goes on as {written:?}, not read: {unread:?}"),
            };
            assert_eq!(form.document().text(), again.document().text(), "{text:?}: {written:?}");
            assert_eq!(written.as_bytes(), again.write(), "{text:?}");
        }
    }
}

impl Default for Forms {
    fn default() -> Self {
        Self::new()
    }
}
