//! Archives of Electron: a header in JSON, and the files one after the other.

use std::io;

use serde_json::{Map, Value};

use crate::reader::{Inside, Reader};

/// Bytes before the header's text: four lengths.
const HEAD: usize = 16;
/// Bytes of the header's text: as JSON in memory it is many times that.
const TEXT_BYTES_MAX: usize = 16 << 20;
/// Folders in one another.
const DEPTH_MAX: usize = 64;

impl Reader<'_> {
    pub(super) fn asar(&mut self, inside: &Inside, held: &[u8]) -> io::Result<()> {
        let odd = || io::Error::other("its header does not read");
        let number =
            |at: usize| Some(u32::from_le_bytes(held.get(at..at + 4)?.try_into().ok()?) as usize);
        let (header, text) = (number(4).ok_or_else(odd)?, number(12).ok_or_else(odd)?);
        let text = HEAD.checked_add(text).and_then(|end| held.get(HEAD..end)).ok_or_else(odd)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(io::Error::other("its header is too long"));
        }
        let files: Value = serde_json::from_slice(text).map_err(io::Error::other)?;
        let bodies = header.checked_add(8).and_then(|start| held.get(start..)).ok_or_else(odd)?;
        let root = files.get("files").and_then(Value::as_object).ok_or_else(odd)?;
        self.folder(inside, bodies, root, &mut Vec::new())
    }

    fn folder(
        &mut self,
        inside: &Inside,
        bodies: &[u8],
        folder: &Map<String, Value>,
        above: &mut Vec<String>,
    ) -> io::Result<()> {
        if above.len() > DEPTH_MAX {
            return Err(io::Error::other("its folders lie too deep"));
        }
        for (name, one) in folder {
            above.push(name.clone());
            if let Some(folder) = one.get("files").and_then(Value::as_object) {
                self.folder(inside, bodies, folder, above)?;
            } else if one.get("link").is_none() && one.get("unpacked").is_none() {
                inside.budget.enter()?;
                let path = above.join("/");
                match body(bodies, one) {
                    Some(body) => self.entry(inside, &path, body),
                    None => self.report.not_read(
                        inside.place.inner(&path),
                        "it lies outside of the archive".to_owned(),
                    ),
                }
            }
            above.pop();
        }
        Ok(())
    }
}

fn body<'b>(bodies: &'b [u8], one: &Value) -> Option<&'b [u8]> {
    // Numbers that JavaScript could not hold are texts.
    let start: usize = one.get("offset")?.as_str()?.parse().ok()?;
    let size = usize::try_from(one.get("size")?.as_u64()?).ok()?;
    bodies.get(start..start.checked_add(size)?)
}
