//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

/// A security layer in front of an HTTP API that nobody has to change.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See it work: the sample API, attacked directly and through the gateway
    #[command(
        after_help = "Example:\n  portcullis demo\n  portcullis demo --once --format json\n\n\
        Exit codes: 0 every attack of an enforced control was stopped and every journey passed, \
        1 not, 2 nothing could be started"
    )]
    Demo(DemoOptions),
    /// Serve: enforce the contract in front of the API
    #[command(after_help = "Example:\n  portcullis run --contract openapi.yaml \
        --upstream http://127.0.0.1:3000 --listen 127.0.0.1:8080\n  portcullis run -c portcullis.yaml")]
    Run(RunOptions),
    /// Try it on your API: observe everything, change nothing, say what would be refused
    #[command(after_help = "Example:\n  portcullis try --contract openapi.yaml \
        --upstream http://127.0.0.1:3000")]
    Try(TryOptions),
    /// Check contract and policy: errors are exactly what stops `run`
    #[command(after_help = "Example:\n  portcullis check -c portcullis.yaml --format json\n\n\
        Exit codes: 0 no error, 1 errors (or warnings under --deny), 2 usage or unreadable file")]
    Check(CheckOptions),
    /// Attack, directly and through the gateway: the built-in sample, or an API of yours
    #[command(
        after_help = "Example:\n  portcullis attack --attacks attacks/ --contract openapi.yaml \
        --upstream http://127.0.0.1:3000 --format json"
    )]
    Attack(AttackOptions),
    /// Explain a problem code, a control, or a request by its id
    #[command(after_help = "Example:\n  portcullis explain writable_properties\n  portcullis \
        explain 01KAT3ZW1E8Q6Y3V9N5R2M7XJD --ledger portcullis-ledger.jsonl")]
    Explain(ExplainOptions),
    /// Print a page of the documentation that is made from the code
    #[command(hide = true)]
    Reference(ReferenceOptions),
}

/// Where the model comes from.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("model_source").required(true))]
pub(crate) struct ModelOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "model_source")]
    pub(crate) config: Option<PathBuf>,
    /// The OpenAPI document, where there is no policy file
    #[arg(long, value_name = "FILE", group = "model_source", requires = "upstream")]
    pub(crate) contract: Option<PathBuf>,
    /// Where the API is: http://HOST:PORT; a path in it replaces the contract's base path
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: Option<String>,
    /// Where to listen
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub(crate) model: ModelOptions,
    /// Let every control observe: record what it would refuse, change nothing
    #[arg(long)]
    pub(crate) observe: bool,
    /// Where records go: a file, or `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// Threads that serve requests [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct TryOptions {
    /// The OpenAPI document
    #[arg(long, value_name = "FILE")]
    pub(crate) contract: PathBuf,
    /// Where the API is: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: String,
    /// Where to listen: a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("check_source").required(true))]
pub(crate) struct CheckOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "check_source")]
    pub(crate) config: Option<PathBuf>,
    /// An OpenAPI document alone
    #[arg(long, value_name = "FILE", group = "check_source")]
    pub(crate) contract: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// What else counts as an error
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) deny: Vec<Deny>,
    /// The same as --deny expired
    #[arg(long)]
    pub(crate) deny_expired: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Every warning
    Warnings,
    /// Relaxations past their end date
    Expired,
}

#[derive(Debug, Args)]
pub(crate) struct AttackOptions {
    /// A folder of attack files; journeys lie in its folder `journeys` [default: the built-in set]
    #[arg(long, value_name = "DIR")]
    pub(crate) attacks: Option<PathBuf>,
    /// Your API instead of the built-in sample: http://127.0.0.1:PORT, on this machine only
    #[arg(long, value_name = "URL", requires = "attacks", requires = "described")]
    pub(crate) upstream: Option<String>,
    /// The OpenAPI document of your API
    #[arg(long, value_name = "FILE", group = "described", requires = "upstream")]
    pub(crate) contract: Option<PathBuf>,
    /// The policy file of your API
    #[arg(
        short = 'c',
        long = "config",
        value_name = "FILE",
        group = "described",
        requires = "upstream"
    )]
    pub(crate) config: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// End after the table, instead of staying up to be tried with curl
    #[arg(long)]
    pub(crate) once: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A code (`contract-dangling-reference`), a control (`input_shape`), or a request id
    pub(crate) what: String,
    /// The ledger in which a request is looked up
    #[arg(long, value_name = "FILE", default_value = "portcullis-ledger.jsonl")]
    pub(crate) ledger: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReferenceOptions {
    /// Which page
    #[arg(value_enum)]
    pub(crate) what: Reference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Reference {
    Policy,
    PolicySchema,
    Controls,
    Codes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
