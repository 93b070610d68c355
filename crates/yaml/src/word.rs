//! Values that are one word out of a few.

use portcullis_model::{Diagnostic, did_you_mean};

use crate::notes::{Notes, shown};
use crate::section::{Read, scalar};
use crate::tree::Node;

/// Reads one of these words; notes another one, with the word that may be meant, or with this help.
pub fn word<T: Copy>(
    node: &Node,
    notes: &mut Notes,
    words: &[(&'static str, T)],
    help: Option<&str>,
) -> Option<T> {
    let text = scalar(node, notes)?;
    let found = words.iter().find(|(word, _)| *word == text);
    if found.is_none() {
        let code = notes.codes().unknown_word;
        notes.push(|| {
            let known = || words.iter().map(|(word, _)| *word);
            let help = match (help, did_you_mean(text, known())) {
                (Some(help), _) => help.to_owned(),
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => {
                    format!("write `{}`", known().collect::<Vec<_>>().join("` or `"))
                }
            };
            Diagnostic::error(code, format!("{} has no meaning here", shown(text)))
                .at(node.span)
                .label("this word")
                .help(help)
        });
    }
    found.map(|(_, value)| *value)
}

impl Read for bool {
    fn read(node: &Node, notes: &mut Notes) -> Option<Self> {
        word(node, notes, &[("true", true), ("false", false)], None)
    }
}
