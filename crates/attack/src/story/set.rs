//! The built-in stories: one line per file.

use super::form::Story;
use crate::problem::BadFile;
use crate::read;

/// Name and text of each.
const ALL: [(&str, &str); 5] = [
    ("S1", include_str!("../../stories/s1.yaml")),
    ("S2", include_str!("../../stories/s2.yaml")),
    ("S3", include_str!("../../stories/s3.yaml")),
    ("S4", include_str!("../../stories/s4.yaml")),
    ("S5", include_str!("../../stories/s5.yaml")),
];

/// What they are called.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// All of them, read.
pub fn stories() -> Result<Vec<Story>, BadFile> {
    let file = |name: &str| format!("stories/{}.yaml", name.to_ascii_lowercase());
    ALL.iter().map(|(name, text)| read::story(&file(name), text)).collect()
}
