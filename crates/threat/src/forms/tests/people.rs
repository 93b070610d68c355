//! Forms for people: what they show of a small model.

use super::super::markdown;
use super::{model, with};

#[test]
fn markdown_of_a_small_model() {
    insta::assert_snapshot!(with(&model::small(), markdown));
}
