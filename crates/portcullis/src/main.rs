//! The command: flags, wiring, exit codes.

mod arguments;
mod attack_command;
mod check;
mod clock;
mod demo;
mod exit;
mod explain;
mod load;
mod reference;
mod report;
mod run;
mod talk;
mod watch;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    let exit = match arguments.command {
        Command::Demo(options) => demo::demo(&options),
        Command::Run(options) => run::run(&options),
        Command::Try(options) => run::try_out(&options),
        Command::Check(options) => check::check(&options),
        Command::Attack(options) => attack_command::attack(&options),
        Command::Explain(options) => explain::explain(&options),
        Command::Reference(options) => reference::reference(&options),
    };
    exit.code()
}
