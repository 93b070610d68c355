//! The command lines of `portcullis attack` and `portcullis demo`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use portcullis_attack::generate::ATTACKS_MAX;

use crate::document_argument::document;
use crate::evidence_arguments::{KeepOptions, Level};
use crate::named::Named;
use crate::story_argument::story_names;

#[derive(Debug, Args)]
pub(crate) struct AttackOptions {
    /// A folder of attack files; journeys lie in its folder `journeys` [default: the built-in set; for an API of
    /// yours, what --generate makes]
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
    /// Let those that are made do what they do not do by themselves
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "attacks")]
    pub(crate) permit: Vec<Permission>,
    /// Who calls your API, once for each: a name, and a file with their token. The first one's objects are
    /// attacked by the others. Roles that the API does not tell stand behind the name: paula:pharmacist=p.token
    #[arg(long = "as", value_name = "NAME=FILE", num_args = 1, requires = "upstream", value_parser = Named::parse)]
    pub(crate) people: Vec<Named>,
    /// Who calls your API, from a file in the form of Web Fuzzing Commons: fixed headers, logins (at the API and at each
    /// gateway anew), users that are made for the run. Roles stand behind a name as with --as
    #[arg(long, value_name = "FILE", requires = "upstream")]
    pub(crate) identities: Option<PathBuf>,
    /// Your API instead of the built-in sample: http://127.0.0.1:PORT, on this machine only
    #[arg(long, visible_alias = "direct", value_name = "URL", group = "target")]
    pub(crate) upstream: Option<String>,
    /// An authorization server of yours instead, as its clients name it: http://127.0.0.1:PORT or with a path, on this
    /// machine only. It is attacked alone, without a gateway
    #[arg(long, value_name = "URL", group = "target", requires = "client", conflicts_with_all = ["attack_source", "evidence"])]
    pub(crate) issuer: Option<String>,
    /// What is registered at the issuer: a client, perhaps a second one, perhaps a user who logs in
    #[arg(long, value_name = "FILE", requires = "issuer")]
    pub(crate) client: Option<PathBuf>,
    /// A gateway that runs in front of it: what it lets through counts. Which control stops what is found with
    /// gateways of this command's own, of the same policy
    #[arg(long, value_name = "URL", requires = "upstream")]
    pub(crate) through: Option<String>,
    /// For targets that are not on this machine: a file with the random text that they serve at
    /// /.well-known/portcullis-attack
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(crate) owner_token: Option<PathBuf>,
    /// The OpenAPI document of your API
    #[arg(long, value_name = "FILE", group = "described", requires = "upstream", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// The policy file of your API [default: portcullis.yaml, where no document is named]
    #[arg(
        short = 'c',
        long = "config",
        value_name = "FILE",
        group = "described",
        requires = "upstream"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Sends your API and its gateways at most so many requests; what is left then is not tried
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) requests: u64,
    /// At most so many a second [default: as fast as it answers]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) per_second: Option<u32>,
    /// Only those whose id is like this, `*` standing for any text (`a1-*`), or of this row (`A1`); may be given
    /// several times
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    #[command(flatten)]
    pub(crate) keep: KeepOptions,
    /// Ends with 1 only for attacks that are as bad as that, or worse, and for journeys
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Level::Low)]
    pub(crate) fail_from: Level,
    /// How to print
    #[arg(long, value_enum, default_value_t = AttackFormat::Text)]
    pub(crate) format: AttackFormat,
}

/// What attacks that are made may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Permission {
    /// Change and delete what was there before, and was not made for the run
    Destructive,
}

/// How a report of attacks is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AttackFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// A page that needs nothing beside it
    Html,
    /// What comes through, for code hosts and editors (SARIF 2.1.0)
    Sarif,
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
    /// Only attacks and journeys whose id is like this, `*` standing for any text (`a1-*`), or attacks of this row
    /// (`A1`); may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    #[command(flatten)]
    pub(crate) keep: KeepOptions,
    /// How to print
    #[arg(long, value_enum, default_value_t = AttackFormat::Text)]
    pub(crate) format: AttackFormat,
}
