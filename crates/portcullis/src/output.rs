//! Where `--output` writes: a new file, or one in which a report of the same kind stands. Never what it is made of.

use std::io::Read as _;
use std::path::Path;

use crate::exit::Exit;
use crate::talk;

/// Bytes of a file that is there in which a report is told from something else.
const TOLD_IN: u64 = 1 << 20;

/// What is written, and how it is known again.
pub(crate) struct Kind {
    /// With its article: `a threat model`.
    name: &'static str,
    /// In lower case: one of these stands at the beginning of each of its forms.
    marks: &'static [&'static str],
}

pub(crate) const THREAT_MODEL: Kind = Kind { name: "a threat model", marks: &["threat"] };
pub(crate) const AUDIT: Kind = Kind {
    name: "an audit",
    marks: &[
        " not checkable\nlooked at: ",
        "\"not_checkable\":",
        "<title>audit",
        "\"portcullis audit\"",
        "\"name\": \"portcullis\"",
    ],
};

impl Kind {
    /// What a report is made of is not what it is written to.
    pub(crate) fn check<'p>(
        &self,
        output: &Path,
        mut sources: impl Iterator<Item = &'p Path>,
    ) -> Result<(), Exit> {
        let Ok(meant) = output.canonicalize() else { return Ok(()) };
        if sources.all(|other| other.canonicalize().ok().as_ref() != Some(&meant)) {
            return Ok(());
        }
        refused(output, &format!("is what {} is made of", self.name))
    }

    /// Writes to a file: a new one, or one in which such a report stands.
    pub(crate) fn write(&self, output: &Path, text: &str) -> Result<(), Exit> {
        let is_other = match std::fs::metadata(output) {
            Ok(found) if found.is_file() => !self.is_one(output).unwrap_or(false),
            _ => false,
        };
        if is_other {
            return refused(output, &format!("is not {}", self.name));
        }
        std::fs::write(output, text).map_err(|error| {
            let shown = output.display();
            talk::say(&talk::clean(&format!("`{shown}` cannot be written: {error}")));
            Exit::Unusable
        })
    }

    /// Whether a file that would be overwritten is one that was written before: a key is none.
    fn is_one(&self, output: &Path) -> std::io::Result<bool> {
        let mut begun = Vec::new();
        std::fs::File::open(output)?.take(TOLD_IN).read_to_end(&mut begun)?;
        let begun = String::from_utf8_lossy(&begun).to_ascii_lowercase();
        Ok(begun.trim().is_empty() || self.marks.iter().any(|mark| begun.contains(mark)))
    }
}

fn refused(output: &Path, why: &str) -> Result<(), Exit> {
    talk::say(&talk::clean(&format!("`{}` {why}, and is not overwritten", output.display())));
    talk::say("help: name another file with --output FILE, or move that one away");
    Err(Exit::Unusable)
}
