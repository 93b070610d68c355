//! `portcullis completions` and `portcullis man`: made from the same arguments as the help.

use clap::CommandFactory as _;

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
    let mut page = Vec::new();
    if let Err(error) = clap_mangen::Man::new(command.clone()).render(&mut page) {
        talk::say(&format!("the manual page cannot be made: {error}"));
        return Exit::Unusable;
    }
    talk::print(&String::from_utf8_lossy(&page));
    Exit::Success
}
