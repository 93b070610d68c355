//! Phrases that start a command wherever they stand: of shells, and of the languages that call them.

use std::ops::Range;
use std::sync::LazyLock;

use crate::classes::Classes;
use crate::found::Reason;
use crate::phrases::Phrases;

const FUNCTION: Reason = Reason {
    name: "shell-function-import",
    text: "defines a function in a variable, which old shells run (CVE-2014-6271)",
};
const SPACE: Reason =
    Reason { name: "shell-variable-for-space", text: "writes a variable where a space would be" };
const INTERPRETER: Reason =
    Reason { name: "shell-interpreter", text: "starts an interpreter with a command" };
const NETWORK: Reason =
    Reason { name: "shell-network-device", text: "opens a connection by a shell's device" };
const LOOP: Reason =
    Reason { name: "shell-loop", text: "has a shell of Windows run a command for each of a list" };
const CALL: Reason = Reason {
    name: "shell-call",
    text: "calls a function of a language that starts commands or evaluates code",
};

/// How a phrase must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Anywhere,
    /// With a quote, or a variable of the request, directly behind it.
    BeforeText,
    /// With a variable of a loop of Windows, a list and `do` behind it.
    Loop,
    /// Between letters or signs, not spaces.
    Tied,
}

/// In lower case.
const PHRASES: &[(&str, Stands, Reason)] = &[
    ("() { :;", Stands::Anywhere, FUNCTION),
    ("() { :; }", Stands::Anywhere, FUNCTION),
    ("(){ :;}", Stands::Anywhere, FUNCTION),
    ("() {:;}", Stands::Anywhere, FUNCTION),
    ("${ifs", Stands::Tied, SPACE),
    ("$ifs$", Stands::Tied, SPACE),
    ("$ifs", Stands::Tied, SPACE),
    ("cmd /c ", Stands::Anywhere, INTERPRETER),
    ("cmd.exe /c", Stands::Anywhere, INTERPRETER),
    ("cmd.exe /k", Stands::Anywhere, INTERPRETER),
    ("%comspec%", Stands::Anywhere, INTERPRETER),
    ("powershell -e", Stands::Anywhere, INTERPRETER),
    ("powershell -nop", Stands::Anywhere, INTERPRETER),
    ("powershell.exe -", Stands::Anywhere, INTERPRETER),
    ("powershell -w hidden", Stands::Anywhere, INTERPRETER),
    ("/bin/sh -c", Stands::Anywhere, INTERPRETER),
    ("/bin/sh -i", Stands::Anywhere, INTERPRETER),
    ("/bin/bash -c", Stands::Anywhere, INTERPRETER),
    ("/bin/bash -i", Stands::Anywhere, INTERPRETER),
    ("bash -i >", Stands::Anywhere, INTERPRETER),
    ("-e /bin/sh", Stands::Anywhere, INTERPRETER),
    ("-e /bin/bash", Stands::Anywhere, INTERPRETER),
    ("invoke-expression", Stands::Anywhere, INTERPRETER),
    ("/dev/tcp/", Stands::Anywhere, NETWORK),
    ("/dev/udp/", Stands::Anywhere, NETWORK),
    ("for %", Stands::Loop, LOOP),
    ("for /", Stands::Loop, LOOP),
    ("system(", Stands::BeforeText, CALL),
    ("shell_exec(", Stands::BeforeText, CALL),
    ("passthru(", Stands::BeforeText, CALL),
    ("popen(", Stands::BeforeText, CALL),
    ("proc_open(", Stands::BeforeText, CALL),
    ("pcntl_exec(", Stands::BeforeText, CALL),
    ("exec('", Stands::Anywhere, CALL),
    ("eval('", Stands::Anywhere, CALL),
    ("phpinfo()", Stands::Anywhere, CALL),
    ("phpversion()", Stands::Anywhere, CALL),
    ("getruntime().exec(", Stands::Anywhere, CALL),
    ("__import__('os')", Stands::Anywhere, CALL),
    ("__import__(\"os\")", Stands::Anywhere, CALL),
    ("server.scripttimeout", Stands::Anywhere, CALL),
    ("${@print(", Stands::Anywhere, CALL),
    ("$_get[", Stands::Anywhere, CALL),
];

static FINDER: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::of(PHRASES.iter().map(|(word, _, _)| *word)));

/// The first phrase in `text`.
pub(super) fn find(text: &str, classes: Classes) -> Option<(Reason, Range<usize>)> {
    FINDER.each_overlapping(text, classes).find_map(|hit| {
        let (_, stands, reason) = PHRASES.get(hit.pattern().as_usize())?;
        let sure = match stands {
            Stands::Anywhere => true,
            Stands::BeforeText => {
                let begins =
                    !text.get(..hit.start())?.ends_with(|c: char| c.is_alphanumeric() || c == '_');
                begins
                    && text.get(hit.end()..)?.trim_start().starts_with(['\'', '"', '$', '`', '\\'])
            }
            Stands::Loop => loops(text, hit.end()),
            Stands::Tied => text
                .get(..hit.start())?
                .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ';' | '|' | '&')),
        };
        sure.then(|| (*reason, hit.span().range()))
    })
}

/// What is read of a loop, at most.
const LOOP_BYTES_MAX: usize = 160;

/// `%a in (a,b) do`
fn loops(text: &str, at: usize) -> bool {
    let behind = text.as_bytes().get(at.saturating_sub(1)..).unwrap_or_default();
    let head = behind.get(..LOOP_BYTES_MAX).unwrap_or(behind).to_ascii_lowercase();
    let Some(list) = memchr::memmem::find(&head, b" in ") else {
        return false;
    };
    let (variable, list) = head.split_at(list);
    let open = list.iter().skip(4).find(|b| **b != b' ') == Some(&b'(');
    memchr::memchr(b'%', variable).is_some() && open && memchr::memmem::find(list, b"do").is_some()
}
