//! A password as somebody types it, or as another program writes it: one line, and never an argument.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read, stdin};
use std::os::fd::AsFd as _;

use portcullis_model::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::talk;

/// Bytes that are read.
const LINE_BYTES_MAX: u64 = 4096;

/// From standard input; at a terminal twice, without showing it.
pub(super) fn read() -> Result<Secret, String> {
    if !stdin().is_terminal() {
        return line(stdin(), true);
    }
    let hidden = Hidden::begin()?;
    talk::say("password (not shown):");
    let first = line(stdin(), false)?;
    talk::say("once more:");
    let second = line(stdin(), false)?;
    drop(hidden);
    if first.matches(second.expose_secret()) { Ok(first) } else { Err("these are two".to_owned()) }
}

/// One line, without its end. Of a file or a pipe, nothing may follow.
fn line(from: impl Read, is_all: bool) -> Result<Secret, String> {
    let failed = |error: std::io::Error| format!("standard input: {error}");
    let mut text = Vec::new();
    if is_all {
        from.take(LINE_BYTES_MAX + 1).read_to_end(&mut text).map_err(failed)?;
    } else {
        // A byte at a time: what is behind the line is another reader's.
        BufReader::with_capacity(1, from)
            .take(LINE_BYTES_MAX + 1)
            .read_until(b'\n', &mut text)
            .map_err(failed)?;
    }
    if text.len() as u64 > LINE_BYTES_MAX {
        return Err("this is longer than any password".to_owned());
    }
    let text = text.strip_suffix(b"\n").unwrap_or(&text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    if text.contains(&b'\n') {
        return Err("a password is one line".to_owned());
    }
    Ok(Secret::new(text))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> Result<Self, String> {
        let failed = |error: rustix::io::Errno| format!("the terminal: {error}");
        let shown = tcgetattr(stdin().as_fd()).map_err(failed)?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin().as_fd(), OptionalActions::Flush, &hidden).map_err(failed)?;
        Ok(Self(shown))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Where that fails, nobody can be told but by what they see.
        let _ = tcsetattr(stdin().as_fd(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line() {
        let read = |text: &str| {
            let secret = line(text.as_bytes(), true)?;
            Ok::<_, String>(String::from_utf8(secret.expose_secret().to_vec()).unwrap())
        };
        for text in ["correct horse", "correct horse\n", "correct horse\r\n"] {
            assert_eq!(read(text).as_deref(), Ok("correct horse"), "{text:?}");
        }
        assert_eq!(read(" a b ").as_deref(), Ok(" a b "), "blanks are of it");
        assert!(read("one\ntwo\n").is_err() && read("one\n\n").is_err());
        assert!(read(&"x".repeat(4097)).is_err());
    }
}
