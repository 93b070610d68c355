//! A story as text: narrow, legible without colour.

use std::fmt::Write as _;

use super::found::{Direct, SceneFound, StoryFound, Through};
use super::record::shortened;

/// Characters of a line.
const WIDTH: usize = 80;

impl StoryFound {
    /// The story as text for people.
    pub fn text(&self) -> String {
        let mut text = Text(String::new());
        text.line("", &format!("{}  {}", self.item, self.title), 4);
        if let Some(why) = &self.why {
            text.line("    ", why, 4);
            return text.0;
        }
        text.heading("directly");
        for (number, scene) in self.numbered().take(self.scenes.len()) {
            directly(&mut text, number, scene);
        }
        text.heading("through the gateway");
        for (number, scene) in self.numbered().take(self.scenes.len()) {
            through(&mut text, number, scene);
        }
        if !self.containment.is_empty() {
            text.heading("something was stolen all the same");
        }
        for (number, scene) in self.numbered().skip(self.scenes.len()) {
            text.line("", &format!("{number:>3}  {}", scene.does), 5);
            text.line("     ", &format!("directly, {}", held(scene)), 7);
            ended(&mut text, scene);
        }
        text.heading("what it cannot do");
        for sentence in &self.cannot {
            text.line("  ", &format!("- {sentence}"), 4);
        }
        text.0
    }
}

fn directly(text: &mut Text, number: usize, scene: &SceneFound) {
    text.line("", &format!("{number:>3}  {}", scene.does), 5);
    text.line("     ", &held(scene), 7);
}

fn held(scene: &SceneFound) -> String {
    match scene.direct {
        Direct::Gained => format!("the attacker holds: {}", scene.holds),
        Direct::NotGained => "it does not work".to_owned(),
        Direct::NotReached => "it is not reached".to_owned(),
        Direct::Inconclusive => "nothing can be said".to_owned(),
    }
}

fn through(text: &mut Text, number: usize, scene: &SceneFound) {
    text.line("", &format!("{number:>3}  {}", scene.does), 5);
    ended(text, scene);
}

/// How a scene ended through the gateway, and what shows it.
fn ended(text: &mut Text, scene: &SceneFound) {
    let SceneFound { not_stopped, without, goes_on, .. } = scene;
    let outcome = match (scene.through, not_stopped) {
        (Through::NotStopped, Some(why)) => format!("NOT STOPPED: {why}"),
        (Through::NotStopped, None) => "NOT STOPPED".to_owned(),
        (Through::Stopped, _) => match scene.control {
            Some(control) => format!("STOPPED by {control}"),
            None => "STOPPED, but by whom is not proven".to_owned(),
        },
        (Through::NotGained, _) => "does not work, and no control says why".to_owned(),
        (Through::NotReached, _) => "not reached: there is nothing to go on with".to_owned(),
        (Through::Inconclusive, _) => "nothing can be said".to_owned(),
    };
    text.line("     ", &outcome, 7);
    if scene.through == Through::NotStopped {
        text.line("     ", &format!("the attacker holds: {}", scene.holds), 7);
    }
    if scene.knock_out == Some(true) {
        let then = without.as_ref().map(|then| format!(", and {then}")).unwrap_or_default();
        let behind =
            scene.behind().map(|behind| format!("behind it: {behind}; ")).unwrap_or_default();
        text.line("     ", &format!("{behind}left out, it works again{then}"), 7);
    }
    for record in &scene.records {
        text.line("     ", &format!("ledger {}", shortened(record)), 7);
    }
    if let Some(how) = goes_on {
        text.line("     ", &format!("goes on: {how}"), 7);
    }
    if let Some(why) = &scene.why {
        text.line("     ", why, 7);
    }
}

struct Text(String);

impl Text {
    fn heading(&mut self, heading: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "\n{heading}\n");
    }

    /// A line behind `before`, broken where it is too long; what follows begins at `indent`.
    fn line(&mut self, before: &str, words: &str, indent: usize) {
        for (place, line) in broken(words, WIDTH - indent).iter().enumerate() {
            if place == 0 {
                self.0.push_str(before);
            } else {
                self.0.extend(std::iter::repeat_n(' ', indent));
            }
            self.0.push_str(line);
            self.0.push('\n');
        }
    }
}

/// A text in lines of at most so many characters: at spaces, or behind the commas of a record.
pub(crate) fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in text.split_inclusive([' ', ',']) {
        let length = line.chars().count() + piece.trim_end().chars().count();
        if !line.is_empty() && length > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_spaces_and_behind_commas() {
        assert_eq!(broken("one two three", 8), ["one two", "three"]);
        assert_eq!(broken(r#"{"a":1,"b":2,"c":3}"#, 13), [r#"{"a":1,"b":2,"#, r#""c":3}"#]);
        assert_eq!(broken("", 8), [""]);
        assert_eq!(broken("unbreakable", 4), ["unbreakable"]);
    }
}
