//! From `style` and `explode` to how a value is written (OpenAPI 3.2 section 4.12.7).

use crate::parameter::{Collection, Delimiter, Place, Prefix};
use crate::shape::{Shape, Types};

/// What a parameter holds, as far as its style cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Scalar,
    List,
    Object,
}

impl Holds {
    /// What a schema means to a style. One that names no type is what its other keywords speak of.
    pub(crate) fn of(types: Types, shape: &Shape) -> Self {
        if types == Types::ANY {
            return match (shape.items, shape.object.properties().next()) {
                (Some(_), None) => Self::List,
                (None, Some(_)) => Self::Object,
                _ => Self::Scalar,
            };
        }
        if types.contains(Types::ARRAY) {
            Self::List
        } else if types.contains(Types::OBJECT) {
            Self::Object
        } else {
            Self::Scalar
        }
    }
}

/// The style of a place where none is declared.
pub(crate) const fn default_style(place: Place) -> &'static str {
    match place {
        Place::Path | Place::Header => "simple",
        Place::Query | Place::Cookie => "form",
    }
}

/// `explode` where it is not declared.
pub(crate) fn default_explode(style: &str) -> bool {
    matches!(style, "form" | "cookie")
}

/// How a value is written in a style; `None` where the specification gives it no meaning.
pub(crate) fn written(
    place: Place,
    style: &str,
    explode: bool,
    holds: Holds,
) -> Option<(Prefix, Collection)> {
    use Collection::{DeepObject, Joined, JoinedMembers, Members, Repeated, Single};
    use Delimiter::{Comma, Dot, Pipe, Semicolon, Space};
    let plain = |collection| Some((Prefix::None, collection));
    let members = |delimiter, is_assigned| JoinedMembers { delimiter, is_assigned };
    match (place, style, holds) {
        (Place::Path, "label", Holds::Scalar) => Some((Prefix::Label, Single)),
        (Place::Path, "label", holds) => {
            let delimiter = if explode { Dot } else { Comma };
            let collection = match holds {
                Holds::Object => members(delimiter, explode),
                _ => Joined(delimiter),
            };
            Some((Prefix::Label, collection))
        }
        (Place::Path, "matrix", holds) => {
            let collection = match (holds, explode) {
                (Holds::Scalar, _) => Single,
                (Holds::List, false) => Joined(Comma),
                (Holds::List, true) => Repeated,
                (Holds::Object, false) => members(Comma, false),
                (Holds::Object, true) => members(Semicolon, true),
            };
            Some((Prefix::Matrix, collection))
        }
        // One value without a prefix looks the same in every style, also in one of another place.
        (_, "simple" | "form" | "cookie" | "spaceDelimited" | "pipeDelimited", Holds::Scalar) => {
            plain(Single)
        }
        (Place::Path | Place::Header, "simple", Holds::List) => plain(Joined(Comma)),
        (Place::Path | Place::Header, "simple", Holds::Object) => plain(members(Comma, explode)),
        (Place::Query, "form", holds) | (Place::Cookie, "form" | "cookie", holds) => {
            plain(match (holds, explode) {
                (Holds::Object, false) => members(Comma, false),
                (Holds::Object, true) => Members,
                (_, false) => Joined(Comma),
                (_, true) => Repeated,
            })
        }
        (Place::Query, "spaceDelimited" | "pipeDelimited", holds) => {
            let delimiter = if style == "spaceDelimited" { Space } else { Pipe };
            match (holds, explode) {
                (Holds::Object, false) => plain(members(delimiter, false)),
                // OpenAPI 3.0 writes it like `form`; later versions do not say.
                (_, true) if holds != Holds::Object => plain(Repeated),
                (_, false) => plain(Joined(delimiter)),
                _ => None,
            }
        }
        (Place::Query, "deepObject", Holds::List | Holds::Object) => plain(DeepObject),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Collection::{DeepObject, Joined, JoinedMembers, Members, Repeated, Single};
    use Delimiter::{Comma, Dot, Pipe, Semicolon, Space};
    use Holds::{List, Object, Scalar};
    use Place::{Cookie, Header, Path, Query};
    use Prefix::{Label, Matrix, None as Bare};

    #[test]
    fn every_style_has_the_form_that_the_specification_gives_it() {
        let pairs = |delimiter| JoinedMembers { delimiter, is_assigned: false };
        let assigned = |delimiter| JoinedMembers { delimiter, is_assigned: true };
        // Place, style, what it holds, written without and with `explode`.
        let table = [
            (Path, "simple", Scalar, Some((Bare, Single)), Some((Bare, Single))),
            (Path, "simple", List, Some((Bare, Joined(Comma))), Some((Bare, Joined(Comma)))),
            (Path, "simple", Object, Some((Bare, pairs(Comma))), Some((Bare, assigned(Comma)))),
            (Path, "label", Scalar, Some((Label, Single)), Some((Label, Single))),
            (Path, "label", List, Some((Label, Joined(Comma))), Some((Label, Joined(Dot)))),
            (Path, "label", Object, Some((Label, pairs(Comma))), Some((Label, assigned(Dot)))),
            (Path, "matrix", Scalar, Some((Matrix, Single)), Some((Matrix, Single))),
            (Path, "matrix", List, Some((Matrix, Joined(Comma))), Some((Matrix, Repeated))),
            (
                Path,
                "matrix",
                Object,
                Some((Matrix, pairs(Comma))),
                Some((Matrix, assigned(Semicolon))),
            ),
            (Query, "form", Scalar, Some((Bare, Single)), Some((Bare, Single))),
            (Query, "form", List, Some((Bare, Joined(Comma))), Some((Bare, Repeated))),
            (Query, "form", Object, Some((Bare, pairs(Comma))), Some((Bare, Members))),
            (Query, "spaceDelimited", List, Some((Bare, Joined(Space))), Some((Bare, Repeated))),
            (Query, "spaceDelimited", Object, Some((Bare, pairs(Space))), None),
            (Query, "pipeDelimited", List, Some((Bare, Joined(Pipe))), Some((Bare, Repeated))),
            (Query, "pipeDelimited", Object, Some((Bare, pairs(Pipe))), None),
            (Query, "deepObject", Object, Some((Bare, DeepObject)), Some((Bare, DeepObject))),
            (Query, "deepObject", List, Some((Bare, DeepObject)), Some((Bare, DeepObject))),
            (Query, "deepObject", Scalar, None, None),
            (Query, "matrix", Scalar, None, None),
            (Query, "simple", List, None, None),
            (Header, "simple", List, Some((Bare, Joined(Comma))), Some((Bare, Joined(Comma)))),
            (Header, "simple", Object, Some((Bare, pairs(Comma))), Some((Bare, assigned(Comma)))),
            (Header, "form", Object, None, None),
            (Cookie, "form", List, Some((Bare, Joined(Comma))), Some((Bare, Repeated))),
            (Cookie, "form", Object, Some((Bare, pairs(Comma))), Some((Bare, Members))),
            (Cookie, "cookie", Scalar, Some((Bare, Single)), Some((Bare, Single))),
            (Cookie, "cookie", List, Some((Bare, Joined(Comma))), Some((Bare, Repeated))),
            (Cookie, "cookie", Object, Some((Bare, pairs(Comma))), Some((Bare, Members))),
            (Query, "crooked", Scalar, None, None),
        ];
        for (place, style, holds, joined, exploded) in table {
            let what = format!("{style} {holds:?} in {}", place.name());
            assert_eq!(written(place, style, false, holds), joined, "{what}");
            assert_eq!(written(place, style, true, holds), exploded, "{what}, exploded");
        }
    }
}
