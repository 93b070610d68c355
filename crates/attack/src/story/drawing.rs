//! A story as a picture: what the attacker gets directly, and beside it what through the gateway. Light and dark.

use std::fmt::Write as _;

use super::found::{SceneFound, StoryFound, Through};
use super::record::in_a_line;
use super::text::broken;

const WIDTH: usize = 980;
/// Where the lanes begin, and how wide they are.
const LANES: [usize; 2] = [60, 530];
const LANE_WIDTH: usize = 440;
/// Characters of a line in a lane, at the size of its letters.
const LANE_CHARS: usize = 60;
const LINE_HEIGHT: usize = 18;
/// Above the first line of a box, and below its last one.
const PADDING: usize = 12;
const GAP: usize = 12;

const STYLE: &str = "\
.paper{fill:#ffffff}.ink{fill:#0f172a}.soft{fill:#475569}\
.box{fill:#f8fafc;stroke:#94a3b8}.lost{fill:#fef2f2;stroke:#b91c1c}.lost-ink{fill:#991b1b}\
.kept{fill:#f0fdf4;stroke:#15803d}.kept-ink{fill:#166534}.grey{fill:#f1f5f9;stroke:#cbd5e1}\
@media (prefers-color-scheme: dark){\
.paper{fill:#0d1117}.ink{fill:#e6edf3}.soft{fill:#9ca8b8}\
.box{fill:#161b22;stroke:#6e7b8c}.lost{fill:#2d1416;stroke:#f87171}.lost-ink{fill:#fca5a5}\
.kept{fill:#10241a;stroke:#4ade80}.kept-ink{fill:#86efac}.grey{fill:#161b22;stroke:#30363d}}";

/// Draws it as SVG. The same story gives the same bytes: no time, no id, no address is in it.
pub fn drawing(story: &StoryFound) -> String {
    let mut body = String::new();
    let mut y = 34;
    line(&mut body, 24, y, "ink", 17, true, &format!("{}  {}", story.item, story.title));
    y += 34;
    for (x, heading) in LANES.into_iter().zip(["directly", "through the gateway"]) {
        line(&mut body, x, y, "soft", 14, true, heading);
    }
    y += 12;
    for (number, scene) in story.numbered() {
        if number == story.scenes.len() + 1 {
            y += 26;
            line(&mut body, 24, y, "soft", 14, true, "something was stolen all the same");
            y += 12;
        }
        y = row(&mut body, y, number, scene);
    }
    let stopped = || story.numbered().filter(|(_, scene)| scene.through == Through::Stopped);
    if stopped().all(|(_, scene)| scene.knock_out == Some(true)) {
        y += 18;
        let proven = "What is stopped works again without that control and what stands behind it.";
        line(&mut body, 24, y, "soft", 13, false, proven);
    }
    let height = y + GAP;
    let title = escaped(&format!("{}: {}", story.item, story.title));
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-labelledby=\"title text\" font-family=\"Helvetica, Arial, sans-serif\">\n\
         <title id=\"title\">{title}</title>\n<desc id=\"text\">{}</desc>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\" rx=\"8\"/>\n{body}</svg>\n",
        escaped(&described(story))
    );
    svg
}

/// The same in words, for who does not see it.
fn described(story: &StoryFound) -> String {
    let mut text = String::new();
    for (number, scene) in story.numbered() {
        let (_, words) = ending(scene);
        let _ = write!(
            text,
            "{number}. {}. Directly: {}. Through the gateway: ",
            scene.does, scene.holds
        );
        text.push_str(
            &words.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join("; "),
        );
        text.push_str(". ");
    }
    text.trim_end().to_owned()
}

/// One scene, both ways; where the next one begins.
fn row(body: &mut String, y: usize, number: usize, scene: &SceneFound) -> usize {
    let left = [("ink", scene.does.clone()), ("lost-ink", format!("holds: {}", scene.holds))];
    let (class, right) = ending(scene);
    let lines = |words: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
        let each = words.iter();
        each.flat_map(|(class, words)| {
            broken(words, LANE_CHARS).into_iter().map(|line| (*class, line))
        })
        .collect()
    };
    let (left, right) = (lines(&left), lines(&right));
    let height = left.len().max(right.len()) * LINE_HEIGHT + PADDING * 2 - 4;
    line(body, 24, y + PADDING + 13, "ink", 16, true, &number.to_string());
    for (x, class, lines) in [(LANES[0], "lost", left), (LANES[1], class, right)] {
        let _ = writeln!(
            body,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{LANE_WIDTH}\" height=\"{height}\" rx=\"6\"/>"
        );
        for (at, (class, words)) in lines.iter().enumerate() {
            line(body, x + 14, y + PADDING + 12 + at * LINE_HEIGHT, class, 14, false, words);
        }
    }
    y + height + GAP
}

/// How it ended through the gateway: the look of the box, and what stands in it.
fn ending(scene: &SceneFound) -> (&'static str, Vec<(&'static str, String)>) {
    let SceneFound { control, not_stopped, goes_on, .. } = scene;
    match (scene.through, control) {
        (Through::Stopped, Some(control)) => {
            let stopped = ("kept-ink", format!("stopped by {control}"));
            let behind = scene.behind().map(|behind| ("soft", format!("behind it: {behind}")));
            let recorded = scene.records.iter().map(|one| ("soft", in_a_line(one, control)));
            let goes_on = goes_on.iter().map(|how| ("soft", format!("goes on: {how}")));
            let all = std::iter::once(stopped).chain(behind).chain(recorded).chain(goes_on);
            ("kept", all.collect())
        }
        (Through::NotStopped, _) => {
            let why = not_stopped.clone().unwrap_or_default();
            ("lost", vec![("lost-ink", "not stopped".to_owned()), ("ink", why)])
        }
        (Through::NotReached, _) => ("grey", vec![("soft", "not reached".to_owned())]),
        (Through::Stopped | Through::NotGained | Through::Inconclusive, _) => {
            ("grey", vec![("soft", "nothing can be said".to_owned())])
        }
    }
}

fn line(
    body: &mut String,
    x: usize,
    y: usize,
    class: &str,
    size: usize,
    is_bold: bool,
    words: &str,
) {
    let bold = if is_bold { " font-weight=\"bold\"" } else { "" };
    let words = escaped(words);
    let _ = writeln!(
        body,
        "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{bold}>{words}</text>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
