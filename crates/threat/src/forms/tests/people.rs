//! Forms for people: what they show of a small model.

use super::super::{TextOptions, markdown, text};
use super::{model, with};

#[test]
fn markdown_of_a_small_model() {
    insta::assert_snapshot!(with(&model::small(), markdown));
}

#[test]
fn text_of_a_small_model() {
    insta::assert_snapshot!(with(&model::small(), |shown| text(shown, TextOptions::default())));
}

#[test]
fn text_with_all_of_it() {
    let options = TextOptions { is_verbose: true, has_colour: false };
    insta::assert_snapshot!(with(&model::small(), |shown| text(shown, options)));
}
