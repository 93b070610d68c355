//! The name of a command, as a shell would read it: without the quotes and escapes within it.

use crate::bytes::{part, run};

/// What is known of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// A command whose name is no word of prose.
    Sure,
    /// One that is, and that is often given alone.
    Alone,
    /// A word of prose that is a command, too.
    English,
    /// Waits, by a number.
    Waits,
    /// A path of a program.
    Path,
    No,
}

/// A command where one may begin.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) known: Known,
    /// Behind its name.
    pub(super) behind: usize,
    /// Quotes, escapes, wildcards or empty variables stand within its name.
    pub(super) disguised: bool,
    /// It starts another program, of which nobody knows what it does.
    pub(super) shell: bool,
    /// It tells something without any argument.
    pub(super) alone: bool,
    /// It does something without any argument, behind a separator.
    pub(super) acts: bool,
    /// It reads what another tells it, and people write about it: a word or two behind it are prose.
    pub(super) filter: bool,
    /// It is a path under `bin`.
    pub(super) program: bool,
}

/// Longer names are none.
const NAME_BYTES_MAX: usize = 48;
/// Every name that is known is shorter.
const KNOWN_BYTES_MAX: usize = 24;
/// Signs before a command: spaces, brackets, quotes.
const LEAD_BYTES_MAX: usize = 16;

/// The command that begins `at`, behind spaces, brackets and a quote.
pub(super) fn command(text: &str, at: usize) -> Option<Command> {
    let bytes = text.as_bytes();
    let lead = bytes.get(at..)?.iter().take(LEAD_BYTES_MAX);
    let mut from = at
        + lead
            .take_while(|b| {
                matches!(b, b' ' | b'\t' | b'+' | b'(' | b'{' | b'@' | b'`' | b'|' | b'\n' | b'\r')
            })
            .count();
    if matches!(bytes.get(from), Some(b'\'' | b'"'))
        && bytes.get(from + 1).is_some_and(u8::is_ascii_alphabetic)
    {
        from += 1;
    }
    let begins = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'\\' | b'_');
    if !bytes.get(from).is_some_and(begins) {
        return None;
    }
    let name = Name::read(bytes, from);
    let lower = name.letters.lower();
    let (letters, lower) = (name.letters.text(), lower.text());
    let path = lower.rfind('/').or_else(|| lower.rfind('\\'));
    let base = path.map_or(lower, |slash| lower.get(slash + 1..).unwrap_or_default());
    let base = base.strip_suffix(".exe").unwrap_or(base);
    // `python3.11`, `gcc-12`
    // `. /tmp/x` reads commands from a file; elsewhere a dot is a dot.
    let sourced =
        base == "." && bytes.get(name.behind..).is_some_and(|rest| rest.starts_with(b" /"));
    let unversioned = base.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let has_version = unversioned.len() < base.len();
    let mut known = match known(base) {
        Known::No if sourced => Known::English,
        Known::No if has_version && SURE.binary_search(&unversioned).is_ok() => Known::Sure,
        known => known,
    };
    // `/???/c?t`; a comment of C begins with `/*`.
    let glob = name.wild
        && letters.starts_with('/')
        && letters.matches('/').count() > 1
        && !letters.starts_with("/*");
    let program = path.is_some() && (lower.contains("bin/") || lower.contains("system32"));
    if path.is_some() && (known != Known::No || program) || glob {
        known = Known::Path;
    }
    if known == Known::No {
        return None;
    }
    // Commands of Unix are lower case; "Cat" and "Python" begin a sentence or name something.
    let upper = letters.bytes().any(|b| b.is_ascii_uppercase());
    let word = matches!(known, Known::English | Known::Waits | Known::Alone);
    if upper && (word || FILTERS.contains(&base)) {
        known = Known::No;
    }
    Some(Command {
        known,
        behind: name.behind,
        disguised: name.quoted || glob,
        shell: SHELLS.contains(&base),
        alone: TELLING.contains(&base),
        acts: TELLING.contains(&base) || ACTING.contains(&base),
        filter: FILTERS.contains(&base),
        program,
    })
}

struct Name {
    letters: Letters,
    behind: usize,
    /// A quote, an escape or an empty variable lies between two letters.
    quoted: bool,
    wild: bool,
}

impl Name {
    fn read(bytes: &[u8], from: usize) -> Self {
        let mut name = Self {
            letters: Letters { bytes: [0; NAME_BYTES_MAX + 1], count: 0 },
            behind: from,
            quoted: false,
            wild: false,
        };
        let mut pending = false;
        let mut at = from;
        while let Some(byte) = bytes.get(at).copied() {
            let reach = part(bytes, at..bytes.len().min(at + NAME_BYTES_MAX + 1));
            let letters = part(reach, 0..run(reach, 0, is_letter));
            if !letters.is_empty() {
                name.quoted |= pending;
                at += name.letters.extend(letters);
                if name.letters.count > NAME_BYTES_MAX {
                    break;
                }
                continue;
            }
            let next = bytes.get(at + 1).copied().unwrap_or(0);
            if matches!(byte, b'?' | b'*') && !name.letters.is_empty() {
                name.quoted |= pending;
                name.wild = true;
                name.letters.push(byte);
            } else if matches!(byte, b'\'' | b'"' | b'^')
                && next.is_ascii_alphanumeric()
                && !name.letters.is_empty()
            {
                pending = true;
            } else if byte == next && matches!(byte, b'\'' | b'"') && !name.letters.is_empty() {
                pending = true;
                at += 1;
            } else if byte == b'\\' && next.is_ascii_alphanumeric() {
                if matches!(next, b'n' | b'r')
                    && (known(name.letters.text()) != Known::No
                        || name.letters.text().contains("bin/"))
                {
                    break;
                }
                if name.letters.text().contains(':') {
                    name.letters.push(b'\\');
                } else {
                    pending = !name.letters.is_empty();
                }
            } else if byte == b'$'
                && matches!(next, b'@' | b'*' | b'?' | b'-' | b'_' | b'!' | b'#')
                && !name.letters.is_empty()
            {
                pending = true;
                at += 1;
            } else {
                break;
            }
            at += 1;
            if name.letters.count > NAME_BYTES_MAX {
                break;
            }
        }
        name.behind = at;
        name
    }
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b':' | b'[' | b']')
}

/// The letters of a name: a name is read wherever a command may begin, so no memory is taken for it.
#[derive(Clone, Copy)]
struct Letters {
    bytes: [u8; NAME_BYTES_MAX + 1],
    count: usize,
}

impl Letters {
    /// One more; what is too long is no name.
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.count) {
            *place = byte;
            self.count += 1;
        }
    }

    /// As many of these as there is room for. How many.
    fn extend(&mut self, bytes: &[u8]) -> usize {
        let room = self.bytes.get_mut(self.count..).unwrap_or_default();
        let count = room.len().min(bytes.len());
        room.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        self.count += count;
        count
    }

    fn lower(mut self) -> Self {
        self.bytes.make_ascii_lowercase();
        self
    }

    /// They are ASCII.
    fn text(&self) -> &str {
        let letters = self.bytes.get(..self.count).unwrap_or_default();
        std::str::from_utf8(letters).unwrap_or_default()
    }

    const fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn known(base: &str) -> Known {
    if !could_be_known(base.as_bytes()) {
        Known::No
    } else if SURE.binary_search(&base).is_ok() {
        Known::Sure
    } else if ALONE.contains(&base) {
        Known::Alone
    } else if WAITING.contains(&base) {
        Known::Waits
    } else if ENGLISH.binary_search(&base).is_ok() {
        Known::English
    } else {
        Known::No
    }
}

/// Whether some name that is known begins with this letter and is as long: most words differ from all in that.
fn could_be_known(base: &[u8]) -> bool {
    let lengths = base.first().and_then(|first| LENGTHS.get(usize::from(*first)));
    base.len() <= KNOWN_BYTES_MAX && lengths.is_some_and(|lengths| lengths & 1 << base.len() != 0)
}

/// For each first letter, a bit for each length.
const LENGTHS: [u32; 128] = {
    let mut lengths = [0; 128];
    let (mut list, mut rest): (&[&[&str]], &[&str]) = (&[ENGLISH, ALONE, WAITING], SURE);
    loop {
        match rest {
            [name, behind @ ..] => {
                add(&mut lengths, name.as_bytes());
                rest = behind;
            }
            [] => match list {
                [first, behind @ ..] => (list, rest) = (behind, first),
                [] => break,
            },
        }
    }
    lengths
};

#[expect(clippy::indexing_slicing, reason = "for a constant: a wrong index does not compile")]
const fn add(lengths: &mut [u32; 128], name: &[u8]) {
    if let [first, ..] = name {
        lengths[*first as usize] |= 1 << name.len();
    }
}

/// Are often given alone.
const ALONE: &[&str] = &["id", "dir", "pwd", "env", "route", "ver"];

/// Wait, by a number.
const WAITING: &[&str] = &["sleep", "timeout", "usleep"];

/// Start what they are told.
const SHELLS: &[&str] =
    &["sh", "bash", "zsh", "ksh", "csh", "tcsh", "dash", "busybox", "cmd", "powershell", "pwsh"];

/// Need more than a word behind them.
const FILTERS: &[&str] = &[
    "awk", "egrep", "fgrep", "grep", "gcc", "perl", "python", "python2", "python3", "sed", "tar",
    "openssl", "sudo", "ps", "ssh", "bash", "zsh",
];

/// Tell something without being asked.
const TELLING: &[&str] =
    &["whoami", "ifconfig", "ipconfig", "systeminfo", "netstat", "uname", "printenv", "phpinfo"];

/// Do something without being told.
const ACTING: &[&str] =
    &["ls", "sh", "ps", "sysinfo", "lsof", "tasklist", "cmd", "powershell", "lastlog", "visudo"];

/// Sorted; no words of prose.
const SURE: &[&str] = &[
    "adduser",
    "ansible",
    "apachectl",
    "apt-get",
    "attrib",
    "awk",
    "base32",
    "base64",
    "bash",
    "bitsadmin",
    "busybox",
    "certutil",
    "chgrp",
    "chmod",
    "chown",
    "crontab",
    "cscript",
    "csh",
    "curl",
    "dash",
    "doas",
    "dpkg",
    "egrep",
    "fgrep",
    "flock",
    "gawk",
    "gcc",
    "gdb",
    "getent",
    "grep",
    "gunzip",
    "hexdump",
    "icacls",
    "iex",
    "ifconfig",
    "invoke-restmethod",
    "invoke-webrequest",
    "ipconfig",
    "iptables",
    "irb",
    "irm",
    "iwmi",
    "iwr",
    "ksh",
    "lastlog",
    "ls",
    "lsof",
    "mkfifo",
    "mknod",
    "mshta",
    "msiexec",
    "nc",
    "ncat",
    "net1",
    "netcat",
    "netsh",
    "netstat",
    "new-object",
    "nmap",
    "nohup",
    "nslookup",
    "openssl",
    "perl",
    "phpinfo",
    "powershell",
    "printenv",
    "printf",
    "ps",
    "pwsh",
    "python",
    "python2",
    "python3",
    "regsvr32",
    "rm",
    "rundll32",
    "runuser",
    "schtasks",
    "scp",
    "sed",
    "setsid",
    "sh",
    "socat",
    "ssh",
    "start-process",
    "strace",
    "sudo",
    "sysinfo",
    "systemctl",
    "systeminfo",
    "tar",
    "tasklist",
    "tclsh",
    "tcpdump",
    "tcsh",
    "telnet",
    "tftp",
    "traceroute",
    "uname",
    "unshare",
    "unzip",
    "useradd",
    "usermod",
    "visudo",
    "vssadmin",
    "wget",
    "whoami",
    "wmic",
    "wscript",
    "xargs",
    "xxd",
    "yum",
    "zcat",
    "zsh",
];

/// Sorted; words of prose, or names of other things, that are commands.
const ENGLISH: &[&str] = &[
    "cat", "cmd", "column", "comm", "copy", "cp", "cut", "date", "del", "dig", "echo", "eval",
    "exec", "export", "file", "find", "fold", "ftp", "head", "host", "install", "kill", "less",
    "ln", "locate", "lua", "man", "mkdir", "more", "mount", "move", "mv", "net", "nice", "nl",
    "node", "od", "paste", "php", "ping", "read", "reg", "rename", "rev", "ruby", "set", "shuf",
    "sort", "source", "split", "start", "stat", "strings", "su", "tac", "tail", "tee", "time",
    "top", "touch", "trap", "type", "vi", "view", "vim", "w", "wall", "watch", "which", "who",
    "write",
];

#[cfg(test)]
mod tests {
    use super::{ENGLISH, SURE};

    #[test]
    fn lists_are_sorted() {
        assert!(SURE.is_sorted() && ENGLISH.is_sorted());
    }
}
