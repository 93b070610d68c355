//! The command lines of `portcullis attack` and `portcullis demo`.

use std::path::PathBuf;

use clap::Args;
use portcullis_attack::generate::ATTACKS_MAX;

use crate::document_argument::document;
use crate::format::Format;
use crate::named::Named;
use crate::story_command::story_names;

#[derive(Debug, Args)]
pub(crate) struct AttackOptions {
    /// A folder of attack files; journeys lie in its folder `journeys` [default: the built-in set]
    #[arg(long, value_name = "DIR", group = "attack_source")]
    pub(crate) attacks: Option<PathBuf>,
    /// Make attacks from document and policy instead: whose objects does which operation give away?
    #[arg(long, group = "attack_source")]
    pub(crate) generate: bool,
    /// Write what was made to this folder, too, a file each
    #[arg(long, value_name = "DIR", requires = "generate")]
    pub(crate) generate_to: Option<PathBuf>,
    /// Make at most so many
    #[arg(long, value_name = "N", requires = "generate", default_value_t = ATTACKS_MAX)]
    pub(crate) at_most: usize,
    /// Which of them, where there would be more
    #[arg(long, value_name = "N", requires = "generate", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Who calls your API, once for each: a name, and a file with their token. The first one's objects are
    /// attacked by the others. Roles that the API does not tell stand behind the name: paula:pharmacist=p.token
    #[arg(long = "as", value_name = "NAME=FILE", num_args = 1, requires = "upstream", value_parser = Named::parse)]
    pub(crate) people: Vec<Named>,
    /// Your API instead of the built-in sample: http://127.0.0.1:PORT, on this machine only
    #[arg(long, value_name = "URL", requires = "attack_source", requires = "described")]
    pub(crate) upstream: Option<String>,
    /// The OpenAPI document of your API
    #[arg(long, value_name = "FILE", group = "described", requires = "upstream", value_parser = document())]
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
    /// Instead, play how a breach of a kind goes, step by step, directly and through the gateway
    #[arg(long, value_name = "STORY", value_parser = story_names(), ignore_case = true)]
    pub(crate) story: Option<String>,
    /// Draw the story to this file, too, as SVG
    #[arg(long, value_name = "FILE", requires = "story")]
    pub(crate) picture: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
