//! `; name=value; name="value"`: the parameters of a field, in their only reading.

use super::Fault;

/// Parameters of one field.
const PARAMETERS_MAX: usize = 16;

/// The parameters behind the first word of a field: names in lower case, values without quotes.
///
/// A backslash in quotes is an escape for some readers (RFC 9110 section 5.6.4) and a character
/// for others (what browsers send), so it is a fault; so is anything that is neither a token nor
/// in quotes.
pub(super) fn parameters(text: &str) -> Result<Vec<(String, &str)>, Fault> {
    let mut found: Vec<(String, &str)> = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']);
    while !rest.is_empty() {
        let (name, behind) = parameter_name(rest).ok_or(Fault::Shape("part_parameter"))?;
        let (value, behind) = value(behind)?;
        if found.iter().any(|(known, _)| *known == name) {
            return Err(Fault::Shape("repeated_parameter"));
        }
        if found.len() == PARAMETERS_MAX {
            return Err(Fault::Shape("part_parameter"));
        }
        found.push((name, value));
        rest = behind.trim_start_matches([' ', '\t']);
    }
    Ok(found)
}

/// `; name=`, in lower case, and what stands behind it.
fn parameter_name(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix(';')?.trim_start_matches([' ', '\t']);
    let (name, behind) = text.split_once('=')?;
    is_token(name).then(|| (name.to_ascii_lowercase(), behind))
}

/// A token or a quoted text, and what stands behind it.
fn value(text: &str) -> Result<(&str, &str), Fault> {
    if let Some(quoted) = text.strip_prefix('"') {
        let (value, behind) = quoted.split_once('"').ok_or(Fault::Shape("part_parameter"))?;
        if value.contains('\\') {
            return Err(Fault::Shape("escaped_parameter"));
        }
        return Ok((value, behind));
    }
    let end = text.find([';', ' ', '\t']).unwrap_or(text.len());
    let (value, behind) = text.split_at_checked(end).unwrap_or((text, ""));
    if is_token(value) { Ok((value, behind)) } else { Err(Fault::Shape("part_parameter")) }
}

/// RFC 9110 section 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_a_token_or_quoted_and_stands_once() {
        let read = |text| parameters(text);
        assert_eq!(read(""), Ok(Vec::new()));
        assert_eq!(
            read("; name=a; FileName=\"b; name=c\""),
            Ok(vec![("name".to_owned(), "a"), ("filename".to_owned(), "b; name=c")])
        );
        assert_eq!(read("; name=a; NAME=b"), Err(Fault::Shape("repeated_parameter")));
        assert_eq!(read("; name=\"a\\\"b\""), Err(Fault::Shape("escaped_parameter")));
        for bad in
            ["name=a", ";", "; name", "; name=", "; name=\"a", "; =a", "; name=a b", "; a=b;"]
        {
            assert_eq!(read(bad), Err(Fault::Shape("part_parameter")), "{bad}");
        }
    }
}
