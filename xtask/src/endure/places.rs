//! How many files and connections this process, and all that it starts, may have open.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// 10,000 slow connections, and some more.
const OPEN_FILES: u64 = 12_000;

/// Starts this program again with more places if it has too few; then it does not come back.
pub(crate) fn raise(arguments: &[String]) -> Result<(), String> {
    let text = std::fs::read_to_string("/proc/self/limits").map_err(|error| error.to_string())?;
    let (soft, hard) =
        open_files(&text).ok_or("/proc/self/limits does not say `Max open files`")?;
    if soft >= OPEN_FILES {
        return Ok(());
    }
    if hard < OPEN_FILES {
        return Err(format!(
            "this needs {OPEN_FILES} open files, and no more than {hard} are allowed"
        ));
    }
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let again = format!("ulimit -n {hard} && exec \"$0\" endure \"$@\"");
    let error = Command::new("sh").arg("-c").arg(again).arg(own).args(arguments).exec();
    Err(format!("sh: {error}"))
}

/// Soft and hard limit.
fn open_files(limits: &str) -> Option<(u64, u64)> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let mut numbers = line.split_whitespace();
    let mut number = || match numbers.next()? {
        "unlimited" => Some(u64::MAX),
        digits => digits.parse().ok(),
    };
    Some((number()?, number()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_table_of_limits_is_read() {
        let text =
            "Limit    Soft Limit  Hard Limit  Units\nMax open files   1024   524288   files\n";
        assert_eq!(open_files(text), Some((1024, 524_288)));
        assert_eq!(
            open_files("Max open files  unlimited unlimited files"),
            Some((u64::MAX, u64::MAX))
        );
        assert_eq!(open_files("Max processes 1 2"), None);
    }
}
