//! The same attack, aimed at the operation that does it right.

use serde_saphyr::Spanned;

use crate::form::{Attack, Step, Twin};

/// The attack as its twin is; none if it has none.
pub(crate) fn of(attack: &Attack) -> Option<Attack> {
    let Twin { swap, tokens, before, honest, attack: own, look, harm } =
        &attack.twin.as_ref()?.value;
    let mut twin = attack.clone();
    twin.twin = None;
    let replaced = [
        (&mut twin.before, before),
        (&mut twin.honest, honest),
        (&mut twin.attack, own),
        (&mut twin.look, look),
    ];
    for (steps, instead) in replaced {
        match instead {
            Some(instead) => steps.clone_from(instead),
            None => steps.iter_mut().for_each(|step| aim(step, swap.iter())),
        }
    }
    if let Some(tokens) = tokens {
        twin.tokens.clone_from(tokens);
    }
    if let Some(harm) = harm {
        twin.harm.clone_from(harm);
    }
    Some(twin)
}

/// Replaces what the request begins with; the first pair that fits counts.
fn aim<'a>(step: &mut Spanned<Step>, mut swap: impl Iterator<Item = (&'a String, &'a String)>) {
    for line in step.value.send.iter_mut().chain(&mut step.value.raw) {
        if let Some(aimed) = swap.find_map(|(from, to)| swapped(line, from, to)) {
            *line = aimed;
        }
    }
}

/// A request line that begins with `from`, begun with `to` instead. What follows must not go on
/// with the last word of `from`: `GET /orders` is not `GET /orders-old`.
pub(crate) fn swapped(send: &str, from: &str, to: &str) -> Option<String> {
    let rest = send.strip_prefix(from)?;
    let goes_on =
        rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "-_.".contains(next));
    (!goes_on).then(|| format!("{to}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_of_a_path_are_swapped() {
        let swap = |send| swapped(send, "GET /orders", "GET /safe/orders");
        assert_eq!(swap("GET /orders").as_deref(), Some("GET /safe/orders"));
        assert_eq!(swap("GET /orders/7?a=b").as_deref(), Some("GET /safe/orders/7?a=b"));
        assert_eq!(swap("GET /orders-old"), None);
        assert_eq!(swap("POST /orders"), None);
    }
}
