//! The diagram: nothing stands on something else, whatever the number of APIs.

use proptest::prelude::*;

use super::super::layout::{Layout, Rect, Route};
use super::model;
use crate::system::{Component, Flow, Node, System, Zone};

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

/// Asserts that nothing overlaps.
fn holds(system: &System, told: &str) {
    let layout = Layout::of(system);
    assert_eq!(layout.routes.len(), system.flows.len());
    let nodes = system.actors.len() + system.components.len() + system.stores.len();
    assert_eq!(layout.nodes.len(), nodes);
    for (at, (node, rect)) in layout.nodes.iter().enumerate() {
        assert!(rect.x >= 0 && rect.x + rect.width <= layout.width, "{node:?}");
        assert!(rect.y >= 0 && rect.y + rect.height <= layout.height, "{node:?}");
        let others = layout.nodes.iter().skip(at + 1);
        assert!(others.into_iter().all(|(_, other)| apart(*rect, *other)), "{told}: {node:?}");
    }
    for (at, (zone, rect)) in layout.zones.iter().enumerate() {
        let others = layout.zones.iter().skip(at + 1);
        assert!(others.into_iter().all(|(_, other)| apart(*rect, *other)), "{told}: zone {zone}");
    }
    for (at, route) in layout.routes.iter().enumerate() {
        let within =
            |(x, y): &(i32, i32)| (0..=layout.width).contains(x) && (0..=layout.height).contains(y);
        assert!(route.points.iter().all(within), "{told}: flow {} leaves the diagram", route.flow);
        for stretch in stretches(route) {
            let hit = layout.nodes.iter().find(|(_, rect)| inside(*rect, stretch));
            assert_eq!(hit, None, "{told}: flow {} goes through", route.flow);
            for other in layout.routes.iter().skip(at + 1) {
                let on = stretches(other).into_iter().any(|one| overlap(stretch, one));
                assert!(!on, "{told}: flows {} and {}", route.flow, other.flow);
            }
        }
    }
    assert_eq!(layout, Layout::of(system), "the same model has the same layout");
}

#[test]
fn nothing_stands_on_something_else() {
    for count in 0..=12 {
        holds(&model::apis(count).system, &format!("{count} APIs"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn nor_does_it_in_any_other_system(
        trust in prop::collection::vec(0_u8..100, 1..7),
        zones in prop::collection::vec(any::<prop::sample::Index>(), 1..14),
        flows in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..24),
    ) {
        let mut system = model::apis(1).system;
        let (zone, part, flow) =
            (system.zones[0].clone(), system.components[0].clone(), system.flows[0].clone());
        system = System::default();
        system.zones = trust.iter().map(|trust| Zone { trust: *trust, ..zone.clone() }).collect();
        let placed = zones.iter().map(|at| Component { zone: at.index(trust.len()), ..part.clone() });
        system.components = placed.collect();
        let count = system.components.len();
        let between = flows.iter().map(|(from, to)| Flow {
            from: Node::Component(from.index(count)),
            to: Node::Component(to.index(count)),
            ..flow.clone()
        });
        system.flows = between.collect();
        holds(&system, "a system");
    }
}
