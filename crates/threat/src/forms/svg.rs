//! The data-flow diagram as SVG, inside of a page that has its colours.
//!
//! Gane and Sarson's shapes: who acts is a rectangle, what runs is rounded, what keeps data is open to the right.
//! Zones are dashed: their edges are the trust boundaries.

use std::fmt::Write as _;

use super::escaped::Xml;
use super::layout::{Layout, NODE_WIDTH, Rect, Route, ZONE_HEAD};
use super::marks::{Mark, Marks, Touched};
use super::words;
use crate::found::ThreatModel;
use crate::system::{DataClasses, Flow, Node, System};

/// Between the diagram and its legend, and the height of that.
const LEGEND_HEIGHT: i32 = 92;
const LEGEND_WIDTH: i32 = 760;
/// How small it becomes, to fit on a screen, before it scrolls.
const SHRUNK_PERCENT: i32 = 80;
/// Pixels that a letter takes, about.
const TITLE_LETTER: i32 = 7;
const LABEL_LETTER: i32 = 6;
const ZONE_LETTER: i32 = 7;
const LABEL_WIDTH: i32 = 130;

/// The diagram. Writing to a String cannot fail.
pub(super) fn svg(model: &ThreatModel) -> String {
    let layout = Layout::of(&model.system);
    let touched = Touched::of(model);
    let (width, height) = (layout.width.max(LEGEND_WIDTH), layout.height + LEGEND_HEIGHT);
    let least = width * SHRUNK_PERCENT / 100;
    let mut out = String::with_capacity(32 << 10);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" style=\"min-width:{least}px\" role=\"img\" \
         aria-labelledby=\"diagram-title diagram-text\">\n\
         <title id=\"diagram-title\">Data flows of {}</title>\n<desc id=\"diagram-text\">{}</desc>\n\
         <defs>{}{}</defs>\n",
        Xml(&model.system.scope.title),
        described(model, &layout),
        head("head"),
        head("head-open")
    );
    for (zone, rect) in &layout.zones {
        draw_zone(&model.system, *zone, *rect, &mut out);
    }
    for route in &layout.routes {
        line(&model.system, route, &touched, &mut out);
    }
    for (node, rect) in &layout.nodes {
        draw_node(&model.system, *node, *rect, touched.node(*node), &mut out);
    }
    for route in &layout.routes {
        label(&model.system, route, touched.flow(route.flow), &mut out);
    }
    legend(layout.height, &mut out);
    out.push_str("</svg>\n");
    out
}

/// The head of an arrow.
fn head(name: &str) -> String {
    format!(
        "<marker id=\"{name}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" \
         markerWidth=\"11\" markerHeight=\"11\" orient=\"auto\"><path d=\"M0 .5 10 5 0 9.5Z\" class=\"{name}\"/></marker>"
    )
}

/// What whoever does not see it is told; the page has the same as tables.
fn described(model: &ThreatModel, layout: &Layout) -> String {
    let system = &model.system;
    let zones = layout.zones.iter().filter_map(|(zone, _)| system.zones.get(*zone));
    let zones: Vec<String> = zones.map(|zone| Xml(&zone.title).to_string()).collect();
    format!(
        "{} zones, from the clients to the data: {}. {} parts and {} flows between them; the tables below have each.",
        zones.len(),
        zones.join(", "),
        layout.nodes.len(),
        layout.routes.len()
    )
}

fn draw_zone(system: &System, at: usize, rect: Rect, out: &mut String) {
    let Some(zone) = system.zones.get(at) else { return };
    let Rect { x, y, width, height } = rect;
    let title = fitting(&zone.title, width - 64, ZONE_LETTER);
    let _ = writeln!(
        out,
        "<g class=\"zone\"><title>{}: {}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         rx=\"10\"/><text x=\"{}\" y=\"{}\" class=\"zone-title\">{}</text><text x=\"{}\" y=\"{}\" class=\"soft end\">\
         trust {}</text></g>",
        Xml(&zone.title),
        Xml(&zone.description),
        x + 14,
        y + ZONE_HEAD - 9,
        Xml(&title),
        x + width - 14,
        y + ZONE_HEAD - 9,
        zone.trust
    );
}

fn draw_node(system: &System, node: Node, rect: Rect, marks: Marks, out: &mut String) {
    let Rect { x, y, width, height } = rect;
    let title = system.title(words::element(node));
    let _ = write!(out, "<g class=\"node\"><title>{}", Xml(title));
    if marks != Marks::default() {
        let _ = write!(out, ": {} threats", marks.words());
    }
    out.push_str("</title>");
    let open = if marks.open() > 0 { " has-open" } else { "" };
    let _ = match node {
        Node::Actor(_) => write!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"box{open}\"/>"
        ),
        Node::Component(_) => write!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"20\" class=\"box{open}\"/>"
        ),
        Node::Store(_) => write!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" class=\"fill\"/>\
             <path d=\"M{} {y}H{x}V{}H{}M{} {y}V{}\" class=\"store{open}\"/>",
            x + width,
            y + height,
            x + width,
            x + 9,
            y + height
        ),
    };
    let lines = wrapped(title, NODE_WIDTH - 32, TITLE_LETTER);
    // A store's left edge is double.
    let middle = x + width / 2 + if matches!(node, Node::Store(_)) { 5 } else { 0 };
    let mut below = y + height / 2 - if lines.len() > 1 { 22 } else { 10 };
    for line in lines {
        let _ =
            write!(out, "<text x=\"{middle}\" y=\"{below}\" class=\"title\">{}</text>", Xml(&line));
        below += 16;
    }
    let _ = write!(
        out,
        "<text x=\"{middle}\" y=\"{below}\" class=\"soft mid\">{}</text>",
        kind(system, node)
    );
    below += 7;
    let own = marks_width(marks);
    draw_marks(marks, middle - own / 2, below, out);
    out.push_str("</g>\n");
}

fn kind(system: &System, node: Node) -> &'static str {
    match node {
        Node::Actor(at) => system.actors.get(at).map(|one| words::actor(one.kind)),
        Node::Component(at) => system.components.get(at).map(|one| words::component(one.kind)),
        Node::Store(at) => system.stores.get(at).map(|one| words::store_kind(one.kind)),
    }
    .unwrap_or_default()
}

fn line(system: &System, route: &Route, touched: &Touched, out: &mut String) {
    let Some(flow) = system.flows.get(route.flow) else { return };
    let class = match flow.is_encrypted {
        Some(true) => "flow",
        Some(false) => "flow plain",
        None => "flow unknown",
    };
    let is_open = touched.flow(route.flow).open() > 0;
    let (open, head) = if is_open { (" has-open", "head-open") } else { ("", "head") };
    let _ = writeln!(
        out,
        "<path d=\"{}\" class=\"{class}{open}\" marker-end=\"url(#{head})\"><title>{}</title></path>",
        path(&route.points),
        told(system, flow)
    );
}

/// From corner to corner, each a little round.
fn path(points: &[(i32, i32)]) -> String {
    const ROUND: i32 = 6;
    let mut out = String::new();
    for (at, point) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| points.get(before));
        let (Some(before), Some(after)) = (before, points.get(at + 1)) else {
            let _ = write!(out, "{}{} {}", if at == 0 { "M" } else { "L" }, point.0, point.1);
            continue;
        };
        let near = |other: &(i32, i32)| {
            let (dx, dy) = (other.0 - point.0, other.1 - point.1);
            let round = ROUND.min(dx.abs().max(dy.abs()) / 2);
            (point.0 + dx.signum() * round, point.1 + dy.signum() * round)
        };
        let (from, to) = (near(before), near(after));
        let _ = write!(out, "L{} {}Q{} {} {} {}", from.0, from.1, point.0, point.1, to.0, to.1);
    }
    out
}

fn told(system: &System, flow: &Flow) -> String {
    let (from, to) = (words::element(flow.from), words::element(flow.to));
    format!(
        "{}: {} to {}, {} ({}){}",
        Xml(&flow.title),
        Xml(system.title(from)),
        Xml(system.title(to)),
        flow.protocol,
        words::encrypted(flow),
        classes(flow.classes)
    )
}

fn classes(of: DataClasses) -> String {
    if of.is_empty() { String::new() } else { format!("; {of}") }
}

/// Above its last stretch what carries it, below what it carries.
fn label(system: &System, route: &Route, marks: Marks, out: &mut String) {
    let Some(flow) = system.flows.get(route.flow) else { return };
    let (middle, y) = route.label;
    let left = middle - LABEL_WIDTH / 2;
    let carried = match flow.is_encrypted {
        Some(true) => flow.protocol.to_owned(),
        Some(false) if matches!(flow.protocol, "file" | "unix socket") => flow.protocol.to_owned(),
        Some(false) if flow.plain_stays_on_host => format!("{}, one host", flow.protocol),
        Some(false) => format!("{}, plain", flow.protocol),
        None if flow.protocol == "unknown" => "how: not said".to_owned(),
        None => format!("{}, not known", flow.protocol),
    };
    let own = marks_width(marks);
    draw_marks(marks, left, y - 18, out);
    let gap = if own > 0 { own + 4 } else { 0 };
    let above = fitting(&carried, LABEL_WIDTH - gap, LABEL_LETTER);
    let _ = write!(
        out,
        "<text x=\"{}\" y=\"{}\" class=\"label\">{}</text>",
        left + gap,
        y - 6,
        Xml(&above)
    );
    let below = fitting(&flow.classes.to_string(), LABEL_WIDTH, LABEL_LETTER);
    let _ = writeln!(
        out,
        "<text x=\"{left}\" y=\"{}\" class=\"label soft\">{}</text>",
        y + 12,
        Xml(&below)
    );
}

fn marks_width(marks: Marks) -> i32 {
    let each = marks.iter().map(|(_, count)| mark_width(count));
    each.sum::<i32>()
}

fn mark_width(count: usize) -> i32 {
    24 + 7 * i32::try_from(count.to_string().len()).unwrap_or(0)
}

fn draw_marks(marks: Marks, x: i32, y: i32, out: &mut String) {
    let mut x = x;
    for (mark, count) in marks.iter() {
        let (name, shape) = (mark.name(), mark.shape());
        let _ = write!(
            out,
            "<g class=\"mark {name}\" transform=\"translate({x} {y})\">{shape}<text x=\"17\" y=\"12\">{count}</text></g>"
        );
        x += mark_width(count);
    }
}

/// What the shapes and lines mean.
fn legend(top: i32, out: &mut String) {
    let _ = write!(out, "<g class=\"legend\" transform=\"translate(16 {})\">", top + 6);
    let shapes = [
        ("<rect width=\"30\" height=\"18\" class=\"box\"/>", "who acts"),
        ("<rect width=\"30\" height=\"18\" rx=\"8\" class=\"box\"/>", "what runs"),
        ("<path d=\"M30 0H0V18H30M5 0V18\" class=\"store\"/>", "what keeps data"),
        (
            "<g class=\"zone\"><rect width=\"30\" height=\"18\" rx=\"4\"/></g>",
            "zone; its edge is a trust boundary",
        ),
    ];
    row(&shapes, 0, 38, out);
    let flow = |class: &str| {
        format!("<path d=\"M0 9H30\" class=\"flow{class}\" marker-end=\"url(#head)\"/>")
    };
    let (safe, plain, unknown) = (flow(""), flow(" plain"), flow(" unknown"));
    let lines = [
        (safe.as_str(), "encrypted"),
        (plain.as_str(), "not encrypted"),
        (unknown.as_str(), "nobody knows"),
    ];
    row(&lines, 28, 38, out);
    let mark = |mark: Mark| {
        format!(
            "<g class=\"mark {}\" transform=\"translate(2 2)\">{}</g>",
            mark.name(),
            mark.shape()
        )
    };
    let drawn = Mark::ALL.map(|one| (mark(one), words::mark(one)));
    let marks: Vec<(&str, &str)> =
        drawn.iter().map(|(shape, text)| (shape.as_str(), *text)).collect();
    row(&marks, 56, 22, out);
    out.push_str("</g>\n");
}

fn row(items: &[(&str, &str)], y: i32, indent: i32, out: &mut String) {
    let mut x = 0;
    for (shape, text) in items {
        let _ = write!(
            out,
            "<g transform=\"translate({x} {y})\">{shape}<text x=\"{indent}\" y=\"13\" class=\"label\">{text}</text></g>"
        );
        x += indent + 24 + LABEL_LETTER * i32::try_from(text.len()).unwrap_or(0);
    }
}

/// As much of a text as fits on a line.
fn fitting(text: &str, width: i32, letter: i32) -> String {
    let mut used = 0;
    let mut out = String::new();
    for character in text.chars() {
        used += width_of(character, letter);
        if used > width - letter {
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}

/// Some letters are wider than most, some narrower; those beyond the Latin and Greek ones are taken to be the widest.
fn width_of(character: char, letter: i32) -> i32 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' | '!' => letter - 2,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => letter + 4,
        'A'..='Z' => letter + 2,
        other if u32::from(other) < 0x0590 => letter,
        _ => 2 * letter,
    }
}

/// On two lines at most, between words where it can be.
fn wrapped(text: &str, width: i32, letter: i32) -> Vec<String> {
    let whole = fitting(text, width, letter);
    if whole.chars().count() >= text.chars().count() && !whole.ends_with('…') {
        return vec![whole];
    }
    let fits = whole.trim_end_matches('…');
    let cut = fits.rfind(' ').filter(|cut| *cut > 0).unwrap_or(fits.len());
    let (first, rest) = text.split_at(cut);
    vec![first.trim().to_owned(), fitting(rest.trim(), width, letter)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_take_two_lines_at_most() {
        assert_eq!(wrapped("Orders", 118, 7), ["Orders"]);
        assert_eq!(wrapped("Configuration and keys", 118, 7), ["Configuration", "and keys"]);
        assert_eq!(wrapped("Administrative door", 118, 7), ["Administrative", "door"]);
        let long = wrapped(&"x".repeat(10_000), 118, 7);
        assert_eq!(long.len(), 2);
        assert!(long.iter().all(|line| line.chars().count() <= 17), "{long:?}");
    }
}
