//! Where each part of the data-flow diagram stands, in pixels: zones in columns from the clients to the data, flows
//! as lines of right angles in the gaps between them.
//!
//! Nothing overlaps: parts of a column stand below one another, each flow ends at a height of its own, vertical
//! stretches have tracks of their own in the gap, and a flow that spans a column goes above all zones. Lines only
//! cross. The same model has the same layout each time.

mod columns;
mod routes;

use self::columns::Columns;
use crate::system::{Node, System};

pub(super) const NODE_WIDTH: i32 = 150;
const NODE_HEIGHT_MIN: i32 = 84;
/// Between two ends of flows at one side of a node. A label stands above and below each.
const PORT_GAP: i32 = 36;
const ZONE_PAD: i32 = 16;
pub(super) const ZONE_HEAD: i32 = 30;
const NODE_GAP: i32 = 24;
const ZONE_GAP: i32 = 28;
const MARGIN: i32 = 16;

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A flow on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The flow, by its place.
    pub(super) flow: usize,
    /// From corner to corner.
    pub(super) points: Vec<(i32, i32)>,
    /// The middle of its last stretch, where its label stands.
    pub(super) label: (i32, i32),
}

/// Everything that is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    pub(super) width: i32,
    pub(super) height: i32,
    /// By the places of zones that something is in.
    pub(super) zones: Vec<(usize, Rect)>,
    pub(super) nodes: Vec<(Node, Rect)>,
    pub(super) routes: Vec<Route>,
}

impl Layout {
    pub(super) fn of(system: &System) -> Self {
        let columns = Columns::of(system);
        let ends = routes::Ends::of(system, &columns);
        let mut gaps = routes::Gaps::of(&ends, columns.count());
        // How wide the gaps must be is known when the heights are.
        let high = Self::placed(&columns, &ends, &gaps);
        let tracks = routes::Tracks::of(&ends, &mut gaps, &high);
        let mut layout = Self::placed(&columns, &ends, &gaps);
        routes::draw(&ends, &gaps, &tracks, &mut layout);
        layout
    }

    /// Zones and nodes in their places.
    fn placed(columns: &Columns, ends: &routes::Ends, gaps: &routes::Gaps) -> Self {
        let mut layout = Self::default();
        let tall: Vec<i32> = columns.each().map(|column| height(column, ends)).collect();
        let top = MARGIN + gaps.lanes_height();
        let tallest = tall.iter().copied().max().unwrap_or_default();
        let mut x = MARGIN;
        for ((at, column), own) in columns.each().enumerate().zip(tall) {
            let mut y = top + (tallest - own) / 2;
            for (zone, nodes) in column {
                let inner = inner_height(nodes, ends);
                let width = NODE_WIDTH + 2 * ZONE_PAD;
                layout.zones.push((*zone, Rect { x, y, width, height: inner }));
                let mut below = y + ZONE_HEAD + ZONE_PAD / 2;
                for node in nodes {
                    let height = ends.height(*node);
                    let rect = Rect { x: x + ZONE_PAD, y: below, width: NODE_WIDTH, height };
                    layout.nodes.push((*node, rect));
                    below += height + NODE_GAP;
                }
                y += inner + ZONE_GAP;
            }
            x += NODE_WIDTH + 2 * ZONE_PAD;
            layout.width = x + MARGIN + gaps.outer_width();
            x += gaps.width(at);
        }
        layout.height = top + tallest + MARGIN;
        layout
    }

    pub(super) fn rect(&self, node: Node) -> Option<Rect> {
        self.nodes.iter().find(|(known, _)| *known == node).map(|(_, rect)| *rect)
    }
}

type Column = Vec<(usize, Vec<Node>)>;

fn height(column: &Column, ends: &routes::Ends) -> i32 {
    let zones: i32 = column.iter().map(|(_, nodes)| inner_height(nodes, ends)).sum();
    zones + ZONE_GAP * px(column.len().saturating_sub(1))
}

fn inner_height(nodes: &[Node], ends: &routes::Ends) -> i32 {
    let all: i32 = nodes.iter().map(|node| ends.height(*node)).sum();
    all + NODE_GAP * px(nodes.len().saturating_sub(1)) + ZONE_HEAD + ZONE_PAD / 2 + ZONE_PAD
}

/// How tall a node is, of whose sides the fuller one has so many ends of flows.
fn node_height(ends: usize) -> i32 {
    NODE_HEIGHT_MIN.max(px(ends) * PORT_GAP + PORT_GAP / 2)
}

fn px(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
