//! The diagram: nothing stands on something else, whatever the number of APIs.

use super::super::layout::{Layout, Rect, Route};
use super::model;

type Stretch = ((i32, i32), (i32, i32));

fn stretches(route: &Route) -> Vec<Stretch> {
    let pairs = route.points.windows(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1])));
    pairs.filter(|(from, to)| from != to).collect()
}

/// Whether two stretches lie on one another for a part of their way; to cross is no overlap.
fn overlap(one: Stretch, other: Stretch) -> bool {
    let ((a, b), (c, d)) = (one, other);
    let is_level = |(from, to): Stretch| from.1 == to.1;
    if is_level(one) != is_level(other) {
        return false;
    }
    if is_level(one) {
        a.1 == c.1 && a.0 < d.0 && c.0 < b.0
    } else {
        a.0 == c.0 && a.1 < d.1 && c.1 < b.1
    }
}

fn inside(rect: Rect, (from, to): Stretch) -> bool {
    from.0 < rect.x + rect.width && to.0 > rect.x && from.1 < rect.y + rect.height && to.1 > rect.y
}

fn apart(one: Rect, other: Rect) -> bool {
    one.x + one.width <= other.x
        || other.x + other.width <= one.x
        || one.y + one.height <= other.y
        || other.y + other.height <= one.y
}

#[test]
fn nothing_stands_on_something_else() {
    for count in 0..=12 {
        let system = model::apis(count).system;
        let layout = Layout::of(&system);
        assert_eq!(layout.routes.len(), system.flows.len());
        let nodes = system.actors.len() + system.components.len() + system.stores.len();
        assert_eq!(layout.nodes.len(), nodes);
        for (at, (node, rect)) in layout.nodes.iter().enumerate() {
            assert!(rect.x >= 0 && rect.x + rect.width <= layout.width, "{node:?}");
            assert!(rect.y >= 0 && rect.y + rect.height <= layout.height, "{node:?}");
            let others = layout.nodes.iter().skip(at + 1);
            assert!(others.into_iter().all(|(_, other)| apart(*rect, *other)), "{count}: {node:?}");
        }
        for (at, (zone, rect)) in layout.zones.iter().enumerate() {
            let others = layout.zones.iter().skip(at + 1);
            assert!(
                others.into_iter().all(|(_, other)| apart(*rect, *other)),
                "{count}: zone {zone}"
            );
        }
        for (at, route) in layout.routes.iter().enumerate() {
            for stretch in stretches(route) {
                let hit = layout.nodes.iter().find(|(_, rect)| inside(*rect, stretch));
                assert_eq!(hit, None, "{count}: flow {} goes through", route.flow);
                for other in layout.routes.iter().skip(at + 1) {
                    let on = stretches(other).into_iter().any(|one| overlap(stretch, one));
                    assert!(!on, "{count}: flows {} and {}", route.flow, other.flow);
                }
            }
        }
        assert_eq!(layout, Layout::of(&system), "the same model has the same layout");
    }
}
