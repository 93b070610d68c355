//! Forms for people: what they show of a small model.

use super::super::{TextOptions, html, markdown, text};
use super::{model, with};
use crate::answers::State;
use crate::risk::Rating;

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

#[test]
fn what_came_through_stands_before_all_else() {
    let mut model = model::small();
    let at = model.threats.iter().position(|one| one.rule.id == model::READ.id).unwrap();
    let last = model.threats.iter().rposition(|one| one.rule.id == model::READ.id).unwrap();
    assert_ne!(at, last);
    for threat in &mut model.threats {
        threat.state = State::Missing;
    }
    // Not the worst by its rating.
    model.threats[last].state = State::ComesThrough;
    model.threats[last].residual = Rating::of(60, 10);
    let title = model.system.title(model.threats[last].element).to_owned();
    let told = with(&model, |shown| text(shown, TextOptions::default()));
    let first = told.lines().find(|line| line.starts_with("  - ")).unwrap();
    assert!(first.contains(&title) && first.contains("comes through"), "{told}");
    let page = with(&model, html);
    let first = page.split("class=\"at\">").nth(1).unwrap();
    assert!(first.starts_with(&title), "{first:.80}");
}

#[test]
fn a_first_look_is_one_page_however_much_is_open() {
    let told = with(&model::apis(40), |shown| text(shown, TextOptions::default()));
    assert!(told.lines().count() <= 60, "{told}");
}
