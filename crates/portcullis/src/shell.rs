//! Words of a command line that a person may paste into a POSIX shell.

use crate::talk;

/// One word that means this text and nothing else; letters that steer a terminal are shown, and not kept.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-:@".contains(&byte);
    let is_option = text.starts_with('-');
    if !text.is_empty() && !is_option && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", talk::clean(text).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_shell_is_one_word() {
        assert_eq!(word("listOrders"), "listOrders");
        assert_eq!(word("GET /orders/{id}"), "'GET /orders/{id}'");
        assert_eq!(word("it's; rm -rf $HOME"), r"'it'\''s; rm -rf $HOME'");
        assert_eq!(word(""), "''");
        assert_eq!(word("--id"), "'--id'");
    }
}
