//! What others call a flaw: the OWASP API Security Top 10 of 2019 and of 2023, and the fault categories of Web Fuzzing
//! Commons (<https://github.com/WebFuzzing/Commons>, Apache-2.0).

use serde::Serialize;

/// The names of one flaw elsewhere. What a list does not have has no name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Elsewhere {
    /// OWASP API Security Top 10, 2019.
    pub owasp_2019: Option<&'static str>,
    /// The same, 2023.
    pub owasp_2023: Option<&'static str>,
    /// The code of a fault category.
    pub wfc: Option<u16>,
}

/// By row of the mission: `A6`.
const OWASP: [(&str, Option<&str>, Option<&str>); 13] = [
    ("A1", Some("API1:2019"), Some("API1:2023")),
    ("A2", Some("API2:2019"), Some("API2:2023")),
    ("A3", Some("API3:2019"), Some("API3:2023")),
    ("A4", Some("API4:2019"), Some("API4:2023")),
    ("A5", Some("API5:2019"), Some("API5:2023")),
    ("A6", Some("API6:2019"), Some("API3:2023")),
    ("A7", Some("API7:2019"), Some("API8:2023")),
    ("A8", Some("API8:2019"), None),
    ("A9", Some("API9:2019"), Some("API9:2023")),
    ("A10", Some("API10:2019"), None),
    ("A11", None, Some("API6:2023")),
    ("A12", None, Some("API7:2023")),
    ("A13", None, Some("API10:2023")),
];

impl Elsewhere {
    /// Of an attack of a row, with its weakness (CWE number), and whether it changes something.
    pub fn of(item: &str, cwe: u16, is_write: bool) -> Self {
        let known = OWASP.iter().find(|(row, ..)| *row == item);
        let (owasp_2019, owasp_2023) = known.map_or((None, None), |(_, old, new)| (*old, *new));
        let wfc = match (item, cwe) {
            (_, 89) => Some(200),
            (_, 79) => Some(201),
            ("A12", _) => Some(202),
            ("A6", _) => Some(203),
            ("A1", 203 | 204) => Some(204),
            ("A1" | "A5", _) if is_write => Some(206),
            ("A2", 306) if is_write => Some(208),
            ("A2", 306) => Some(207),
            (_, 209) => Some(209),
            ("A9", _) => Some(210),
            ("F1", _) => Some(102),
            ("A3", _) => Some(101),
            _ => None,
        };
        Self { owasp_2019, owasp_2023, wfc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_have_the_names_that_others_give_them() {
        let names = |item, cwe, is_write| {
            let Elsewhere { owasp_2019, owasp_2023, wfc } = Elsewhere::of(item, cwe, is_write);
            (owasp_2019.unwrap_or("-"), owasp_2023.unwrap_or("-"), wfc)
        };
        assert_eq!(names("A1", 639, true), ("API1:2019", "API1:2023", Some(206)));
        assert_eq!(names("A1", 639, false), ("API1:2019", "API1:2023", None));
        assert_eq!(names("A6", 915, true), ("API6:2019", "API3:2023", Some(203)));
        assert_eq!(names("A8", 89, false), ("API8:2019", "-", Some(200)));
        assert_eq!(names("A12", 918, true), ("-", "API7:2023", Some(202)));
        assert_eq!(names("A2", 306, false), ("API2:2019", "API2:2023", Some(207)));
        assert_eq!(names("C7", 598, false), ("-", "-", None));
    }
}
