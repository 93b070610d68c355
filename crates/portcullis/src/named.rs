//! Who calls, as the command line names them: `--as alice=a.token`, `--as paula:pharmacist=p.token`.

use std::path::PathBuf;

/// A person, as the command line names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// As they are written; none: not written.
    pub(crate) roles: Option<Vec<String>>,
    /// Where their credential is.
    pub(crate) file: PathBuf,
}

impl Named {
    /// Reads `NAME=FILE` or `NAME:ROLE,ROLE=FILE`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` is not NAME=FILE; write `alice=a.token`");
        let (who, file) = text.split_once('=').ok_or_else(wanted)?;
        let (name, roles) = match who.split_once(':') {
            Some((name, roles)) => (name, Some(roles.split(',').map(str::to_owned).collect())),
            None => (who, None),
        };
        let is_name = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !is_name || file.is_empty() {
            return Err(wanted());
        }
        Ok(Self { name: name.to_owned(), roles, file: file.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_with_a_file_and_perhaps_with_roles() {
        let named = |text| Named::parse(text).map(|one| (one.name, one.roles, one.file));
        assert_eq!(named("alice=a.token"), Ok(("alice".to_owned(), None, "a.token".into())));
        let roles = Some(vec!["staff".to_owned(), "night".to_owned()]);
        assert_eq!(named("p:staff,night=x=y"), Ok(("p".to_owned(), roles, "x=y".into())));
        for bad in ["alice", "=a", "alice=", "a b=c", "${x}=c"] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }
}
