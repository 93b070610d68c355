//! The ways of flows: sideways out of a node, up or down in the gap between columns, sideways into the other node.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::{Layout, MARGIN, NODE_WIDTH, PORT_GAP, Rect, Route, ZONE_PAD, node_height, px};
use crate::system::{Node, System};

/// Where labels stand at one side of a gap.
const LABEL_WIDTH: i32 = 142;
/// A side of a gap without labels.
const BARE_WIDTH: i32 = 8;
const TRACK_GAP: i32 = 12;
const LANE_GAP: i32 = 14;
/// Heights of ends at left sides are apart from those at right sides, so that no two lines lie on one another.
const GRID: i32 = 12;

/// A side of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// One end of a flow: at which node and side, in which gap.
#[derive(Debug, Clone, Copy)]
struct End {
    node: Node,
    side: Side,
    gap: usize,
}

#[derive(Debug)]
struct Way {
    flow: usize,
    from: End,
    to: End,
}

/// All ends of all flows, with their places at the sides of nodes.
#[derive(Debug)]
pub(super) struct Ends {
    ways: Vec<Way>,
    /// By node and side: the flows in order, true where it ends there.
    at: BTreeMap<(Node, Side), Vec<(usize, bool)>>,
}

impl Ends {
    pub(super) fn of(system: &System, columns: &Columns) -> Self {
        let mut ways = Vec::new();
        let mut at: BTreeMap<(Node, Side), Vec<(usize, bool)>> = BTreeMap::new();
        for (flow, one) in system.flows.iter().enumerate() {
            let (from, to) = (columns.at(one.from).0, columns.at(one.to).0);
            let (from_side, to_side) = match from.cmp(&to) {
                std::cmp::Ordering::Less => (Side::Right, Side::Left),
                std::cmp::Ordering::Greater => (Side::Left, Side::Right),
                // At the left, where labels of what comes in stand already; the first column has no left.
                std::cmp::Ordering::Equal if from > 0 => (Side::Left, Side::Left),
                std::cmp::Ordering::Equal => (Side::Right, Side::Right),
            };
            let gap = |column: usize, side| {
                if side == Side::Right { column } else { column.saturating_sub(1) }
            };
            let from = End { node: one.from, side: from_side, gap: gap(from, from_side) };
            let to = End { node: one.to, side: to_side, gap: gap(to, to_side) };
            at.entry((from.node, from.side)).or_default().push((ways.len(), false));
            at.entry((to.node, to.side)).or_default().push((ways.len(), true));
            ways.push(Way { flow, from, to });
        }
        // By where the other end is, so that lines cross less.
        for ends in at.values_mut() {
            ends.sort_by_key(|(way, is_end)| {
                let other =
                    ways.get(*way).map(|way| if *is_end { way.from.node } else { way.to.node });
                let (column, place) = other.map_or((0, 0), |node| columns.at(node));
                (place, column, *way)
            });
        }
        Self { ways, at }
    }

    pub(super) fn height(&self, node: Node) -> i32 {
        let count = |side| self.at.get(&(node, side)).map_or(0, Vec::len);
        node_height(count(Side::Left).max(count(Side::Right)))
    }
}

/// How wide the gaps between columns are.
#[derive(Debug)]
pub(super) struct Gaps {
    /// For each gap: the width for labels at its left and at its right, and how many tracks.
    each: Vec<(i32, i32, usize)>,
    lanes: usize,
    has_outer: bool,
}

impl Gaps {
    pub(super) fn of(ends: &Ends, columns: usize) -> Self {
        let has_outer = columns == 1 && !ends.ways.is_empty();
        let mut each = vec![(BARE_WIDTH, BARE_WIDTH, 0); columns.max(1)];
        let mut lanes = 0;
        for way in &ends.ways {
            if let Some(gap) = each.get_mut(way.to.gap) {
                let side = if way.to.side == Side::Left { &mut gap.1 } else { &mut gap.0 };
                *side = LABEL_WIDTH;
                gap.2 += 1;
            }
            if way.from.gap != way.to.gap {
                lanes += 1;
                if let Some(gap) = each.get_mut(way.from.gap) {
                    gap.2 += 1;
                }
            }
        }
        Self { each, lanes, has_outer }
    }

    pub(super) fn width(&self, at: usize) -> i32 {
        self.each
            .get(at)
            .map_or(0, |(left, right, tracks)| left + right + TRACK_GAP * px(tracks + 1))
    }

    /// Where the tracks of each gap begin.
    fn begins(&self) -> Vec<i32> {
        let mut x = MARGIN;
        let mut begins = Vec::new();
        for (at, (left, ..)) in self.each.iter().enumerate() {
            x += NODE_WIDTH + 2 * ZONE_PAD;
            begins.push(x + left);
            x += self.width(at);
        }
        begins
    }

    /// The gap to the right of a single column.
    pub(super) fn outer_width(&self) -> i32 {
        if self.has_outer { self.width(0) } else { 0 }
    }

    pub(super) fn lanes_height(&self) -> i32 {
        LANE_GAP * px(self.lanes)
    }
}

/// The track of each stretch up or down: by the flow, and whether it is the last stretch of its way.
#[derive(Debug)]
pub(super) struct Tracks(BTreeMap<(usize, bool), usize>);

impl Tracks {
    /// Stretches that pass each other have tracks of their own; in an order in which fewer lines cross.
    pub(super) fn of(ends: &Ends, gaps: &mut Gaps, layout: &Layout) -> Self {
        let heights = heights(ends, layout);
        let mut tracks = BTreeMap::new();
        let mut used: Vec<Vec<(i32, i32, usize)>> = vec![Vec::new(); gaps.each.len()];
        for at in order(ends, &heights) {
            let Some(way) = ends.ways.get(at) else { continue };
            let (from, to) = (height(&heights, at, false), height(&heights, at, true));
            let is_long = way.from.gap != way.to.gap;
            let stretches = if is_long {
                vec![(false, way.from.gap, (0, from)), (true, way.to.gap, (0, to))]
            } else if from == to {
                Vec::new()
            } else {
                vec![(true, way.to.gap, (from.min(to), from.max(to)))]
            };
            for (is_last, gap, (top, bottom)) in stretches {
                let Some(used) = used.get_mut(gap) else { continue };
                let passes = used.iter().filter(|(begin, end, _)| *begin <= bottom && top <= *end);
                let track = passes.map(|(.., track)| *track).max().unwrap_or_default() + 1;
                used.push((top, bottom, track));
                tracks.insert((at, is_last), track);
            }
        }
        for (gap, used) in gaps.each.iter_mut().zip(used) {
            gap.2 = used.iter().map(|(.., track)| *track).max().unwrap_or_default();
        }
        Self(tracks)
    }
}

fn height(heights: &BTreeMap<(usize, bool), i32>, way: usize, is_end: bool) -> i32 {
    heights.get(&(way, is_end)).copied().unwrap_or_default()
}

/// Adds the ways of all flows to a layout that has its nodes.
pub(super) fn draw(ends: &Ends, gaps: &Gaps, tracks: &Tracks, layout: &mut Layout) {
    let left = gaps.begins();
    let heights = heights(ends, layout);
    let mut lane = MARGIN / 2;
    for (at, way) in ends.ways.iter().enumerate() {
        let (Some(from), Some(to)) = (layout.rect(way.from.node), layout.rect(way.to.node)) else {
            continue;
        };
        let edge = |rect: Rect, side| if side == Side::Left { rect.x } else { rect.x + rect.width };
        let (from_x, to_x) = (edge(from, way.from.side), edge(to, way.to.side));
        let (from_y, to_y) = (height(&heights, at, false), height(&heights, at, true));
        let x = |gap: usize, is_last| {
            let track = tracks.0.get(&(at, is_last)).copied().unwrap_or_default();
            left.get(gap).copied().unwrap_or_default() + TRACK_GAP * px(track)
        };
        let last = x(way.to.gap, true);
        let mut points = vec![(from_x, from_y)];
        if way.from.gap != way.to.gap {
            let first = x(way.from.gap, false);
            points.extend([(first, from_y), (first, lane), (last, lane), (last, to_y)]);
            lane += LANE_GAP;
        } else if from_y != to_y {
            points.extend([(last, from_y), (last, to_y)]);
        }
        points.push((to_x, to_y));
        let half = LABEL_WIDTH / 2 + ZONE_PAD;
        let label = if way.to.side == Side::Left { to_x - half } else { to_x + half };
        layout.routes.push(Route { flow: way.flow, points, label: (label, to_y) });
    }
}

/// Lines that go down take tracks from below, so that the one from above turns last; those that go up the other way.
fn order(ends: &Ends, heights: &BTreeMap<(usize, bool), i32>) -> Vec<usize> {
    let key = |at: &usize| {
        let (from, to) = (height(heights, *at, false), height(heights, *at, true));
        if to > from { (0, -from, *at) } else { (1, from, *at) }
    };
    let mut order: Vec<usize> = (0..ends.ways.len()).collect();
    order.sort_by_key(key);
    order
}

/// The height of each end.
fn heights(ends: &Ends, layout: &Layout) -> BTreeMap<(usize, bool), i32> {
    let mut heights = BTreeMap::new();
    for ((node, side), all) in &ends.at {
        let Some(rect) = layout.rect(*node) else { continue };
        let begin = rect.y + (rect.height - PORT_GAP * px(all.len().saturating_sub(1))) / 2;
        let shift = if *side == Side::Left { 0 } else { GRID / 2 };
        for (place, end) in all.iter().enumerate() {
            let y = begin + PORT_GAP * px(place);
            heights.insert(*end, y - y.rem_euclid(GRID) + shift);
        }
    }
    // Ends that are nearly at one height are at one: the line is straight.
    for (at, way) in ends.ways.iter().enumerate() {
        let (from, to) = (height(&heights, at, false), height(&heights, at, true));
        if way.from.gap == way.to.gap && way.from.side != way.to.side && (from - to).abs() <= GRID {
            heights.insert((at, false), to);
        }
    }
    heights
}
