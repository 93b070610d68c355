//! What the binary asks of a system, and what it must not tell of the machine that made it.

use std::path::Path;

use crate::shell;

/// Libraries that every system with glibc has.
const LIBRARIES: [&str; 7] = [
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "ld-linux-x86-64.so.2",
];
/// A private path that is told begins at so many characters before what is found.
const SHOWN: usize = 120;

/// What a binary needs, as `objdump -p` prints it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Needs {
    libraries: Vec<String>,
    /// The newest version of glibc whose symbols it uses.
    glibc: (u32, u32),
}

/// Fails where it needs more than it may, or tells a path.
pub(crate) fn check(
    binary: &Path,
    bytes: &[u8],
    glibc_max: (u32, u32),
    private: &[String],
) -> Result<(), String> {
    let folder = binary.parent().ok_or("no folder")?;
    let printed = shell::output(folder, "objdump", &["-p", &binary.display().to_string()])?;
    let needs = Needs::read(&printed);
    if let Some(other) = needs.libraries.iter().find(|one| !LIBRARIES.contains(&one.as_str())) {
        return Err(format!("the binary needs `{other}`, which not every system has"));
    }
    let ((major, minor), (most, least)) = (needs.glibc, glibc_max);
    if needs.glibc > glibc_max {
        return Err(format!("the binary needs glibc {major}.{minor}, and may need {most}.{least}"));
    }
    if let Some(told) = private.iter().find_map(|path| told(bytes, path)) {
        return Err(format!("the binary tells a path of this machine: `{told}`"));
    }
    let (size, libraries) = (bytes.len() as f64 / 1_048_576.0, needs.libraries.join(", "));
    shell::say(&format!("{size:.1} MiB; needs glibc {major}.{minor}: {libraries}"));
    Ok(())
}

impl Needs {
    fn read(printed: &str) -> Self {
        let mut needs = Self::default();
        for line in printed.lines() {
            let mut words = line.split_whitespace();
            let (first, last) = (words.next(), words.last());
            if first == Some("NEEDED") {
                needs.libraries.extend(last.map(str::to_owned));
            }
            let version = last.and_then(|last| last.strip_prefix("GLIBC_"));
            needs.glibc = version.and_then(numbers).map_or(needs.glibc, |one| one.max(needs.glibc));
        }
        needs
    }
}

/// `2.2.5` is 2.2: the third number never decided whether something runs.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Where bytes hold a path, with what follows it.
fn told(bytes: &[u8], path: &str) -> Option<String> {
    let at = bytes.windows(path.len()).position(|window| window == path.as_bytes())?;
    let found = bytes.get(at..bytes.len().min(at + SHOWN))?;
    Some(found.escape_ascii().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "\
  NEEDED               libm.so.6
  NEEDED               libc.so.6
Version References:
  required from libm.so.6:
    0x06969189 0x00 26 GLIBC_2.29
  required from libc.so.6:
    0x09691a75 0x00 03 GLIBC_2.2.5
    0x069691b4 0x00 02 GLIBC_2.34
";

    #[test]
    fn the_newest_symbol_says_which_glibc_is_needed() {
        let needs = Needs::read(PRINTED);
        assert_eq!(needs.glibc, (2, 34));
        assert_eq!(needs.libraries, ["libm.so.6", "libc.so.6"]);
        assert!((2, 9) < (2, 17), "versions are numbers, not texts");
    }

    #[test]
    fn a_path_of_the_machine_is_found_wherever_it_stands() {
        assert_eq!(told(b"\0\0/srv/build/a.rs\0", "/srv/build").unwrap(), "/srv/build/a.rs\\x00");
        assert_eq!(told(b"/portcullis/a.rs", "/srv/build"), None);
    }
}
