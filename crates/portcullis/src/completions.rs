//! `portcullis completions` and `portcullis man`: made from the same arguments as the help.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::arguments::{Arguments, CompletionsOptions, ManOptions};
use crate::exit::Exit;
use crate::talk;

pub(crate) fn completions(options: &CompletionsOptions) -> Exit {
    let mut command = Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, "portcullis", &mut script);
    talk::print(&String::from_utf8_lossy(&script));
    Exit::Success
}

/// The page of the command, or of one of its commands.
pub(crate) fn man(options: &ManOptions) -> Exit {
    let mut root = Arguments::command();
    root.build();
    let mut command = &root;
    for name in &options.command {
        let Some(inner) = command.find_subcommand(name) else {
            talk::say(&format!("`{}` has no command `{name}`", command.get_name()));
            return Exit::Unusable;
        };
        command = inner;
    }
    match page(command) {
        Ok(page) => {
            talk::print(&page);
            Exit::Success
        }
        Err(error) => {
            talk::say(&format!("the manual page cannot be made: {error}"));
            Exit::Unusable
        }
    }
}

/// The page. What the command says behind its help is notes here. The empty date is written, because
/// all that follows it would stand in the place before it.
fn page(command: &Command) -> std::io::Result<String> {
    let root = Arguments::command();
    let version = root.get_version().unwrap_or_default();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    let page = String::from_utf8_lossy(&page).replace("\n.SH EXTRA\n", "\n.SH NOTES\n");
    let line = |line: &str| match line.strip_prefix(".TH ").and_then(|rest| rest.split(' ').next())
    {
        Some(name) => format!(".TH {name} 1 \"\" \"portcullis {version}\" Portcullis\n"),
        None => format!("{line}\n"),
    };
    Ok(page.lines().map(line).collect())
}
