//! The page of the command line, from its own arguments.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory as _};

use crate::arguments::Arguments;
use crate::exit::Exit;

/// The page in Markdown. Writing to a String cannot fail.
pub(crate) fn write() -> String {
    let mut page = String::from(
        "# The command\n\nMade from the code by `cargo xtask docs`.\n\nData goes to standard output, \
         talk to standard error. `NO_COLOR` is heeded. `portcullis completions SHELL` and \
         `portcullis man` print what a shell and `man` read.\n\n## Exit codes\n\n| code | \
         meaning |\n|---|---|\n",
    );
    for (exit, meaning) in Exit::ALL {
        let _ = writeln!(page, "| {} | {meaning} |", exit.number());
    }
    let mut root = Arguments::command();
    root.build();
    commands(&root, "portcullis", &mut page);
    page
}

fn commands(command: &Command, path: &str, page: &mut String) {
    let shown = |one: &&Command| !one.is_hide_set() && one.get_name() != "help";
    for inner in command.get_subcommands().filter(shown) {
        let path = format!("{path} {}", inner.get_name());
        let has_inner = inner.get_subcommands().next().is_some();
        // What has arguments of its own does something by itself, too.
        if !has_inner || inner.get_arguments().any(|argument| argument.get_id() != "help") {
            one(inner, &path, page);
        }
        if has_inner {
            commands(inner, &path, page);
        }
    }
}

fn one(command: &Command, path: &str, page: &mut String) {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "\n## `{path}`\n\n{about}.\n\n| argument | meaning |\n|---|---|");
    let shown =
        |one: &&Arg| !one.is_hide_set() && !matches!(one.get_id().as_str(), "help" | "version");
    for argument in command.get_arguments().filter(shown) {
        let _ = writeln!(page, "| `{}` | {} |", usage(argument), meaning(argument));
    }
    if let Some(after) = command.get_after_help() {
        let _ = writeln!(page, "\n```text\n{after}\n```");
    }
}

/// `-c, --config <FILE>`.
fn usage(argument: &Arg) -> String {
    let value = || {
        let names = argument.get_value_names().unwrap_or_default().iter();
        names.map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ")
    };
    let takes_value = argument.get_action().takes_values();
    let (short, long) = (argument.get_short(), argument.get_long());
    let names = [short.map(|one| format!("-{one}")), long.map(|one| format!("--{one}"))];
    let names = names.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (names.is_empty(), takes_value) {
        (true, _) => value(),
        (false, true) => format!("{names} {}", value()),
        (false, false) => names,
    }
    .replace('|', "\\|")
}

fn meaning(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let words: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|_| argument.get_action().takes_values())
        .map(|one| format!("`{}`", one.get_name()))
        .collect();
    if !words.is_empty() {
        let _ = write!(text, ": {}", words.join(", "));
    }
    let defaults = argument.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|one| one.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() && argument.get_action().takes_values() {
        let _ = write!(text, " [default: `{}`]", defaults.join(" "));
    }
    if argument.is_required_set() {
        text.push_str(" (required)");
    }
    text.replace('|', "\\|").replace('<', "&lt;")
}
