//! What follows the name of a command, up to the next separator: arguments, or a sentence.

/// What the rest of a command looks like.
#[derive(Debug, Clone, Default)]
pub(super) struct Arguments {
    /// Nothing follows.
    pub(super) none: bool,
    /// An option, a path, an address, a quoted text, a redirection or a variable comes first.
    pub(super) hard: bool,
    /// An option, a path or an address is among them.
    pub(super) argued: bool,
    /// A number alone.
    pub(super) number: bool,
    /// Words of letters.
    pub(super) words: usize,
    /// Names a file of secrets, a program to start, or a device of the network.
    pub(super) secret: bool,
    /// A bracket closes what a substitution opened.
    pub(super) closed: bool,
    /// A name of a host or a file is among them.
    pub(super) dotted: bool,
    /// `=` follows the name directly: it is a field of an address.
    pub(super) assigned: bool,
    /// They end with the text or at a separator and not at a sentence's end.
    pub(super) ends: bool,
    /// A separator ends them.
    pub(super) separated: bool,
    pub(super) end: usize,
}

/// Longer arguments are read up to here.
const ARGUMENTS_BYTES_MAX: usize = 256;
/// Files and devices that only attacks and administrators name.
const SECRETS: [&str; 12] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/hosts",
    "/dev/tcp/",
    "/proc/self",
    "boot.ini",
    "win.ini",
    "/bin/sh",
    "/bin/bash",
    ".ssh/",
    "\\sam",
    ".htpasswd",
];

/// What follows behind the name that ends `at`.
pub(super) fn arguments(text: &str, at: usize) -> Arguments {
    let rest = near(text, at);
    let bytes = rest.as_bytes();
    let end = bytes
        .iter()
        .position(|b| matches!(b, b';' | b'|' | b'&' | b'`' | b'\n' | b'\r'))
        .unwrap_or(bytes.len());
    let given = rest.get(..end).unwrap_or_default();
    let mut found = Arguments {
        end: at + end,
        separated: at + end < text.len(),
        closed: given.contains(')'),
        assigned: given.starts_with('='),
        ..Arguments::default()
    };
    let variable = given.starts_with('$') || given.starts_with("%09") || given.starts_with('<');
    if !variable
        && !given.is_empty()
        && !given.starts_with([' ', '\t', '+', '>', ')', '\'', '"', '\\', '}'])
        && !given.starts_with(",/")
    {
        // `;cats`, `&id=5`, `;base64,`
        found.words = usize::MAX;
        return found;
    }
    let given = given.trim_start_matches([' ', '\t', '+', ',']);
    let bare = given.trim_end_matches([' ', '\t', ')', '\'', '"', '}', '#']);
    found.none = bare.is_empty()
        || given.starts_with("\\n")
        || given.starts_with("\\r")
        || given.starts_with("//");
    found.number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    found.ends = !bare.ends_with(['.', ',', '!', '?', ':']);
    let lower = given.to_ascii_lowercase();
    found.secret = SECRETS.iter().any(|secret| lower.contains(secret));
    let separators = |c: char| c.is_whitespace() || c == '+';
    for (place, word) in given.split(separators).filter(|word| !word.is_empty()).enumerate() {
        let hard = hard(word);
        found.argued |= hard;
        found.dotted |= dotted(word);
        found.hard |= hard && place == 0 || variable;
        found.words += usize::from(word.starts_with(|c: char| c.is_alphabetic()));
    }
    // "touch 'this'" is prose, and a quote that ends nothing closes what the query opened.
    found.hard |= given.starts_with(['\'', '"']) && !bare.trim_matches(['\'', '"']).is_empty();
    found.hard |= given.starts_with(['<', '>', '$', '%']);
    found.hard |= given.contains("> /") || given.contains(">/");
    // `dig a.example`
    found.hard |= found.dotted && !given.trim_end().contains(separators);
    found.hard |= SUBCOMMANDS.iter().any(|sub| given.starts_with(sub));
    found.argued |= SUBCOMMANDS.iter().any(|sub| given.starts_with(sub));
    found
}

/// What is read behind a name.
fn near(text: &str, at: usize) -> &str {
    let mut to = text.len().min(at + ARGUMENTS_BYTES_MAX);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    text.get(at..to).unwrap_or_default()
}

/// What follows `net`, `reg`, `netsh` and `which` of Windows and Unix.
const SUBCOMMANDS: [&str; 13] = [
    "user",
    "view",
    "aux",
    "localgroup ",
    "group ",
    "add \"HK",
    "add HK",
    "query HK",
    "firewall set",
    "advfirewall ",
    "nc",
    "wget",
    "curl",
];

fn hard(word: &str) -> bool {
    let word = word.trim_start_matches(['\'', '"', '(']);
    let bytes = word.as_bytes();
    let option = matches!(bytes, [b'-', letter, ..] if letter.is_ascii_alphanumeric())
        || matches!(bytes, [b'-', b'-', letter, ..] if letter.is_ascii_alphabetic())
        || matches!(bytes, [b'/', letter] if letter.is_ascii_alphabetic())
        || matches!(word, "/all" | "/add" | "/ADD" | "/delete");
    let path = matches!(bytes, [b'/', letter, ..] if (letter.is_ascii_alphabetic() || matches!(letter, b'[' | b'?')) && bytes.len() > 2)
        || word == "/"
        || word.starts_with("./")
        || word.starts_with("../")
        || word.starts_with("~/")
        || word.starts_with("/e")
        || matches!(bytes, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic())
        || word.starts_with('%') && word.get(1..).is_some_and(|rest| rest.contains('%'));
    let address =
        ["http://", "https://", "ftp://", "\\\\"].iter().any(|scheme| word.starts_with(scheme))
            || ip(word);
    option || path || address
}

/// `host.example`, and not the end of a sentence.
fn dotted(word: &str) -> bool {
    let inner = word.trim_matches('.');
    inner.split_once('.').is_some_and(|(before, after)| {
        before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && after.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

fn ip(word: &str) -> bool {
    let parts = word.split('.').take(4).filter(|part| {
        !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit())
    });
    parts.count() == 4
}
