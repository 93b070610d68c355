//! The ways of flows: sideways out of a node, up or down in the gap between columns, sideways into the other node.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::{Layout, MARGIN, NODE_WIDTH, PORT_GAP, Route, ZONE_PAD, node_height, px};
use crate::system::{Node, System};

/// Where labels stand at one side of a gap.
const LABEL_WIDTH: i32 = 158;
/// A side of a gap without labels.
const BARE_WIDTH: i32 = 18;
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
        let last = columns.count().saturating_sub(1);
        let mut ways = Vec::new();
        let mut at: BTreeMap<(Node, Side), Vec<(usize, bool)>> = BTreeMap::new();
        for (flow, one) in system.flows.iter().enumerate() {
            let (from, to) = (columns.at(one.from).0, columns.at(one.to).0);
            let (from_side, to_side) = match from.cmp(&to) {
                std::cmp::Ordering::Less => (Side::Right, Side::Left),
                std::cmp::Ordering::Greater => (Side::Left, Side::Right),
                // In the last column there is no gap to the right, unless it is the only one.
                std::cmp::Ordering::Equal if from == last && last > 0 => (Side::Left, Side::Left),
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
    gaps: Vec<(i32, i32, usize)>,
    lanes: usize,
    has_outer: bool,
}

impl Gaps {
    pub(super) fn of(ends: &Ends, columns: usize) -> Self {
        let has_outer = columns == 1 && !ends.ways.is_empty();
        let mut gaps = vec![(BARE_WIDTH, BARE_WIDTH, 0); columns.max(1)];
        let mut lanes = 0;
        for way in &ends.ways {
            if let Some(gap) = gaps.get_mut(way.to.gap) {
                let side = if way.to.side == Side::Left { &mut gap.1 } else { &mut gap.0 };
                *side = LABEL_WIDTH;
                gap.2 += 1;
            }
            if way.from.gap != way.to.gap {
                lanes += 1;
                if let Some(gap) = gaps.get_mut(way.from.gap) {
                    gap.2 += 1;
                }
            }
        }
        Self { gaps, lanes, has_outer }
    }

    pub(super) fn width(&self, at: usize) -> i32 {
        self.gaps
            .get(at)
            .map_or(0, |(left, right, tracks)| left + right + TRACK_GAP * px(tracks + 1))
    }

    /// The gap to the right of a single column.
    pub(super) fn outer_width(&self) -> i32 {
        if self.has_outer { self.width(0) } else { 0 }
    }

    pub(super) fn lanes_height(&self) -> i32 {
        LANE_GAP * px(self.lanes)
    }
}

/// Adds the ways of all flows to a layout that has its nodes.
pub(super) fn draw(ends: &Ends, gaps: &Gaps, layout: &mut Layout) {
    let mut left = Vec::new();
    let mut x = MARGIN;
    for at in 0..gaps.gaps.len() {
        x += NODE_WIDTH + 2 * ZONE_PAD;
        left.push(x + gaps.gaps.get(at).map_or(0, |gap| gap.0));
        x += gaps.width(at);
    }
    let heights = heights(ends, layout);
    let mut tracks = vec![0_usize; gaps.gaps.len()];
    let mut track = |gap: usize| {
        let used = tracks.get_mut(gap).map_or(0, |used| {
            *used += 1;
            *used
        });
        left.get(gap).copied().unwrap_or_default() + TRACK_GAP * px(used)
    };
    let mut lane = MARGIN / 2;
    for at in order(ends, &heights) {
        let Some(way) = ends.ways.get(at) else { continue };
        let (Some(from), Some(to)) = (layout.rect(way.from.node), layout.rect(way.to.node)) else {
            continue;
        };
        let edge =
            |rect: super::Rect, side| if side == Side::Left { rect.x } else { rect.x + rect.width };
        let (from_x, to_x) = (edge(from, way.from.side), edge(to, way.to.side));
        let y = |is_end| heights.get(&(at, is_end)).copied().unwrap_or_default();
        let (from_y, to_y) = (y(false), y(true));
        let mut points = vec![(from_x, from_y)];
        let last = track(way.to.gap);
        if way.from.gap == way.to.gap {
            points.extend([(last, from_y), (last, to_y)]);
        } else {
            let first = track(way.from.gap);
            points.extend([(first, from_y), (first, lane), (last, lane), (last, to_y)]);
            lane += LANE_GAP;
        }
        points.push((to_x, to_y));
        let half = LABEL_WIDTH / 2 + ZONE_PAD;
        let label = if way.to.side == Side::Left { to_x - half } else { to_x + half };
        layout.routes.push(Route { flow: way.flow, points, label: (label, to_y) });
    }
    layout.routes.sort_by_key(|route| route.flow);
}

/// Tracks are given so that lines from above turn last when they go down: fewer cross.
fn order(ends: &Ends, heights: &BTreeMap<(usize, bool), i32>) -> Vec<usize> {
    let y = |at: usize, is_end| heights.get(&(at, is_end)).copied().unwrap_or_default();
    let key = |at: &usize| {
        let (from, to) = (y(*at, false), y(*at, true));
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
    heights
}
