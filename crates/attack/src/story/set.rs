//! The built-in stories: one line per file.

use super::form::Story;
use crate::problem::BadFile;
use crate::read;

/// Name and text of each.
const ALL: [(&str, &str); 5] = [
    ("s1", include_str!("../../stories/s1.yaml")),
    ("s2", include_str!("../../stories/s2.yaml")),
    ("s3", include_str!("../../stories/s3.yaml")),
    ("s4", include_str!("../../stories/s4.yaml")),
    ("s5", include_str!("../../stories/s5.yaml")),
];

/// What they are called.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// All of them, read.
pub fn stories() -> Result<Vec<Story>, BadFile> {
    ALL.iter().map(|(name, text)| read::story(&format!("stories/{name}.yaml"), text)).collect()
}
