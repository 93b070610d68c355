//! Archives, file by file. Names are shown and never used; nothing is written.

use std::borrow::Cow;
use std::io::{self, Read, Seek};

use crate::reader::budget::Bounded;
use crate::reader::{Inside, Reader};

/// Bytes of a name.
const NAME_BYTES_MAX: usize = 4 << 10;

/// A name that does not read is none.
fn named(name: zip::result::ZipResult<Cow<'_, str>>) -> String {
    name.map_or_else(|_| "a file without a name".to_owned(), Cow::into_owned)
}

impl Reader<'_> {
    pub(super) fn tar(&mut self, inside: &Inside, source: &mut dyn Read) -> io::Result<()> {
        let mut archive = tar::Archive::new(source);
        for entry in archive.entries()? {
            let entry = entry?;
            inside.budget.enter()?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            self.entry(inside, &name, entry);
        }
        Ok(())
    }

    pub(super) fn zip(
        &mut self,
        inside: &Inside,
        source: &mut (impl Read + Seek),
    ) -> io::Result<()> {
        let mut archive = zip::ZipArchive::new(source).map_err(io::Error::other)?;
        for at in 0..archive.len() {
            inside.budget.enter()?;
            let name = archive.name_for_index(at).map_or_else(String::new, named);
            match archive.by_index(at) {
                Ok(entry) if entry.is_file() => self.entry(inside, &name, entry),
                Ok(_) => {}
                Err(error) => self.report.not_read(inside.place.inner(&name), error.to_string()),
            }
        }
        Ok(())
    }

    /// A file of an archive. What is wrong with it is its own, unless the archive ends there.
    pub(super) fn entry(&mut self, inside: &Inside, name: &str, source: impl Read) {
        let within = inside.entry(name);
        if name.len() > NAME_BYTES_MAX {
            self.report.not_read(within.place, "its name is too long".to_owned());
            return;
        }
        if name.split(['/', '\\']).any(|part| part == "..") || name.starts_with('/') {
            // Read all the same: it is the unpacking that it would lead astray.
            self.report.not_read(
                within.place.clone(),
                "its name leads out of the archive: who unpacks it writes elsewhere".to_owned(),
            );
        }
        self.report.files += 1;
        self.name(&within);
        let read = self.stream(&within, &mut Bounded::new(source, &inside.budget));
        self.told(&within, read);
    }
}
