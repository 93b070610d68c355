//! Values with a spelling of their own: lists of pairs, statuses, names of controls.

use std::fmt;

use portcullis_model::{ControlId, did_you_mean};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Pairs of names and texts, in the order of the file; a list repeats the name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    /// Each pair. A name with an empty list has none.
    pub pairs: Vec<(String, String)>,
    /// Every name that was written, also those without a value.
    pub names: Vec<String>,
}

/// The control that a file expects; `none` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedControl(pub Option<ControlId>);

/// Statuses that are meant: `201`, `[200, 204]`, `2xx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u16)>);

impl Statuses {
    /// Whether this status is one of them.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&status))
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (first, last)) in self.0.iter().enumerate() {
            let comma = if place > 0 { " or " } else { "" };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{}xx", first / 100)?;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for ExpectedControl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == "none" {
            return Ok(Self(None));
        }
        ControlId::from_name(&name).map(|control| Self(Some(control))).ok_or_else(|| {
            let near = did_you_mean(&name, ControlId::ALL.map(ControlId::name));
            let hint = near.map_or_else(
                || "write the name of a control, or `none`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            de::Error::custom(format_args!("`{name}` is not a control; {hint}"))
        })
    }
}

impl<'de> Deserialize<'de> for Statuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Statuses;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a status (`201`), a class (`2xx`), or a list of them")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Statuses, E> {
                range(&number.to_string()).map(|one| Statuses(vec![one]))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Statuses, E> {
                range(text).map(|one| Statuses(vec![one]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Statuses, A::Error> {
                let mut ranges = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    ranges.push(range(&text)?);
                }
                Ok(Statuses(ranges))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

fn range<E: de::Error>(text: &str) -> Result<(u16, u16), E> {
    let class = text.strip_suffix("xx").and_then(|class| class.parse::<u16>().ok());
    match (class, text.parse::<u16>()) {
        (Some(class @ 1..=5), _) => Ok((class * 100, class * 100 + 99)),
        (_, Ok(status @ 100..=599)) => Ok((status, status)),
        _ => Err(E::custom(format_args!("`{text}` is not a status; write `201` or `2xx`"))),
    }
}

/// One scalar as text, as it was written where that is possible.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// One text, or a list of them.
struct Texts(Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(vec![text.to_owned()]))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Texts, E> {
                Ok(Texts(vec![number.to_string()]))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Texts, E> {
                Ok(Texts(vec![number.to_string()]))
            }

            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Texts, E> {
                Ok(Texts(vec![yes.to_string()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(Text(text)) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Texts(texts))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`name: text` lines")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Pairs::default();
                while let Some((name, Texts(texts))) = map.next_entry::<String, Texts>()? {
                    pairs.pairs.extend(texts.into_iter().map(|text| (name.clone(), text)));
                    pairs.names.push(name);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl Pairs {
    /// Whether this name was written, in whatever case.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_numbers_classes_or_lists() {
        let read = |text: &str| serde_saphyr::from_str::<Statuses>(text).unwrap();
        assert!(read("201").contains(201));
        assert!(!read("201").contains(200));
        assert!(read("4xx").contains(422));
        let several = read("[200, 3xx]");
        assert!(several.contains(200) && several.contains(304) && !several.contains(201));
        assert_eq!(several.to_string(), "200 or 3xx");
        for bad in ["99", "6xx", "ok", "[2x]", "20000"] {
            assert!(serde_saphyr::from_str::<Statuses>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn pairs_keep_order_and_repeat() {
        let pairs: Pairs = serde_saphyr::from_str("b: 1\na: [x, '07']\nHost: []\n").unwrap();
        let expected = [("b", "1"), ("a", "x"), ("a", "07")];
        let read: Vec<_> = pairs.pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(read, expected);
        assert!(pairs.names("host"), "a name without a value is still written");
    }

    #[test]
    fn an_unknown_control_is_refused_with_the_nearest_name() {
        let error = serde_saphyr::from_str::<ExpectedControl>("writable_property").unwrap_err();
        assert!(error.to_string().contains("did you mean `writable_properties`?"), "{error}");
        let none: ExpectedControl = serde_saphyr::from_str("none").unwrap();
        assert_eq!(none, ExpectedControl(None));
    }
}
