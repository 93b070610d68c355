//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};

pub(crate) use crate::attack_arguments::{AttackFormat, AttackOptions, DemoOptions, Permission};
pub(crate) use crate::audit_arguments::AuditOptions;
pub(crate) use crate::dev_certificate_arguments::DevCertificateOptions;
use crate::document_argument::document;
pub(crate) use crate::evidence_arguments::{
    BelievedFile, EvidenceCheckOptions, EvidenceCommand, EvidenceKeyOptions, EvidenceVerifyOptions,
    KeepOptions,
};
pub(crate) use crate::format::Format;
pub(crate) use crate::key_arguments::KeysCommand;
pub(crate) use crate::once_arguments::OnceCommand;
pub(crate) use crate::password_arguments::PasswordsCommand;
use crate::reference_arguments::ReferenceOptions;
pub(crate) use crate::session_arguments::{
    SessionsCommand, SessionsEndOptions, SessionsListOptions, TokensCommand, TokensRevokeOptions,
};
pub(crate) use crate::store_arguments::StoreCommand;
pub(crate) use crate::threats_arguments::ThreatsOptions;

/// A security layer in front of an HTTP API that nobody has to change.
#[derive(Debug, Parser)]
#[command(
    name = "portcullis",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Begin with:\n  portcullis demo\n  portcullis init --contract openapi.yaml --upstream \
        http://127.0.0.1:3000\n\nExit codes: 0 all is well, 1 what was looked at is not, 2 nothing \
        could be looked at. Each command says what that means for it."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// See it work: the sample API, attacked directly and through the gateway
    #[command(
        after_help = "Example:\n  portcullis demo\n  portcullis demo --once --format json\n  \
        portcullis demo --story S4\n\n\
        Exit codes: 0 every attack of an enforced control was stopped and every journey passed, or every \
        step of the stories went as their files say, 1 not, 2 nothing could be started"
    )]
    Demo(DemoOptions),
    /// Write a first policy file: what the document says, and what you must decide
    #[command(after_help = "Example:\n  portcullis init --contract openapi.yaml --upstream \
        http://127.0.0.1:3000\n  portcullis init --contract http://127.0.0.1:8000/openapi.json \
        --upstream http://127.0.0.1:8000\n\nA URL is fetched once, over plain HTTP and from this \
        machine only: there is no TLS here that could vouch for another one. No file is ever \
        overwritten.\n\nExit codes: 0 written, 1 the document cannot be enforced, 2 nothing could \
        be read, fetched or written")]
    Init(InitOptions),
    /// Serve: enforce the contract in front of the API
    #[command(after_help = "Example:\n  portcullis run --contract openapi.yaml \
        --upstream http://127.0.0.1:3000 --listen 127.0.0.1:8080\n  portcullis run -c \
        portcullis.yaml\n\nExit codes: 0 it was ended, 1 contract or policy have errors, 2 usage, \
        unreadable file, address or ledger not to be had")]
    Run(RunOptions),
    /// Try it on your API: observe everything, change nothing, say what would be refused
    #[command(after_help = "Example:\n  portcullis try --contract openapi.yaml \
        --upstream http://127.0.0.1:3000\n  portcullis try --contract openapi.yaml --upstream \
        http://127.0.0.1:3000 --as a.token --as b.token\n\nWith the tokens of two callers it reads as each of \
        them, and says which operations give one what belongs to the other. It sends GET only.\n\nExit \
        codes: 0 it was ended, or nothing was given away, 1 the contract has errors, or something was \
        given away, 2 usage, unreadable file, address not to be had")]
    Try(TryOptions),
    /// What an OpenAPI document is worth: what of it is enforced, and why no more
    #[command(subcommand)]
    Contract(ContractCommand),
    /// What the policy file means, and whether it does what its cases say
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check contract and policy: errors are exactly what stops `run`
    #[command(after_help = "Example:\n  portcullis check -c portcullis.yaml --format json\n\n\
        Exit codes: 0 no error, 1 errors (or warnings under --deny), 2 usage or unreadable file")]
    Check(CheckOptions),
    /// What is missing? Documents, policy, deployment, secrets, and ten questions answered with evidence
    #[command(
        after_help = "Example:\n  portcullis audit openapi.yaml\n  portcullis audit --format sarif . > audit.sarif\n  \
        sudo portcullis audit -c portcullis.yaml --backup /var/backups/portcullis dist/\n  portcullis audit --issuer \
        http://127.0.0.1:4000 --client issuer.yaml\n\nDrills happen in a folder of their own and touch \
        nothing that is in use. As root it also tries to open what is kept as another user. Only addresses of this machine are \
        asked, unless --ask-storage says otherwise.\n\nExit codes: 0 no answer is no, and nothing that --deny names was found, 1 there is, or the policy has \
        errors, 2 usage, or what was named cannot be looked at"
    )]
    Audit(AuditOptions),
    /// Show which values are taken for ids of what, or suggest the objects of a document
    #[command(
        after_help = "Example:\n  portcullis resources -c portcullis.yaml\n  portcullis resources \
        --contract openapi.yaml >> portcullis.yaml\n\nWith a policy it shows what each operation takes and \
        shows, what nobody decided, and the line that would decide it. With a document alone it \
        suggests `resources`, ready to be corrected.\n\nExit codes: 0 shown, 1 the files have errors, 2 usage or \
        unreadable file"
    )]
    Resources(ResourcesOptions),
    /// List and end sessions, of a gateway that runs or of its store
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// Revoke tokens of issuers
    #[command(subcommand)]
    Tokens(TokensCommand),
    /// Issue, list, exchange and revoke API keys, of a gateway that runs or of its store
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Give users passwords that are kept here, list and remove them
    #[command(subcommand)]
    Passwords(PasswordsCommand),
    /// Give back what happened once, of a gateway that runs or of its store
    #[command(subcommand)]
    Once(OnceCommand),
    /// Exchange the key of the store, of a gateway that runs or of its store
    #[command(subcommand)]
    Store(StoreCommand),
    /// Make a certificate for development, and an issuer that is good for its hosts alone
    #[command(
        after_help = "Example:\n  portcullis dev-certificate --host localhost --out dev\n\nMakes an issuer \
        (`ca.pem`, `ca.key`; a year) that can vouch for these hosts, what stands below them and loopback addresses \
        alone, and a certificate of it (`cert.pem`, `key.pem`; 90 days). Where the issuer is there already, the \
        certificate is made anew under it: who trusts it need do nothing.\n\nExit codes: 0 made, 1 something \
        else lies there (--overwrite replaces it), 2 usage, or nothing could be written"
    )]
    DevCertificate(DevCertificateOptions),
    /// Attack, directly and through the gateway: the built-in sample, or an API of yours; or an issuer
    #[command(
        after_help = "Example:\n  portcullis attack --attacks attacks/ --contract openapi.yaml \
        --upstream http://127.0.0.1:3000 --format json\n  portcullis attack --generate -c portcullis.yaml \
        --upstream http://127.0.0.1:3000 --as alice=a.token --as bob=b.token\n  portcullis attack --issuer \
        http://127.0.0.1:4000 --client issuer.yaml\n\nGenerated attacks write, and those on an issuer log in and register: \
        use a copy.\n\nExit codes: 0 all is as the files promise (of generated ones and of an issuer's: none comes through), 1 \
        not, 2 usage, or nothing could be started"
    )]
    Attack(AttackOptions),
    /// Evidence of attacks: is it as it was written, and does it still speak of what is there?
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// The threat model: what can go wrong, how bad is it, and what answers it?
    #[command(
        after_help = "Example:\n  portcullis threats -c portcullis.yaml\n  portcullis threats -c portcullis.yaml --format \
        html --output threats.html\n  portcullis threats -c portcullis.yaml --evidence seen.jsonl --evidence-key \
        evidence.pem.pub --ledger portcullis-ledger.jsonl --deny high\n  portcullis threats init -c portcullis.yaml\n\n\
        It is derived anew each time from document, policy, evidence, records, and what people say in `threats.yaml`. A \
        document alone shows the API as it stands, with nothing in front; with --upstream, as `run` would serve it. \
        Nothing is asked over the network.\n\nExit codes: 0 shown, whatever is open, 1 with --deny: threats are open at that \
        level or above; or files have errors, 2 usage, unreadable file, or evidence that cannot be believed"
    )]
    Threats(ThreatsOptions),
    /// Explain a code, a control, a threat, a request that was recorded, or one that you describe
    #[command(
        after_help = "Example:\n  portcullis explain writable_properties\n  portcullis explain \
        01KAT3ZW1E8Q6Y3V9N5R2M7XJD -c portcullis.yaml\n  portcullis explain -c portcullis.yaml \
        --method POST --path /api/orders \\\n      --header 'Content-Type: application/json' --body \
        order.json\n\nA described request walks the rooms of the gateway itself; the API is not \
        called.\n\nExit codes: 0 explained (a described request would reach the API), 1 there is no \
        such record (it would be refused), 2 usage or unreadable file"
    )]
    Explain(ExplainOptions),
    /// Print a script that completes this command in a shell
    #[command(after_help = "Example:\n  portcullis completions bash > \
        ~/.local/share/bash-completion/completions/portcullis")]
    Completions(CompletionsOptions),
    /// Print the manual page
    #[command(after_help = "Example:\n  portcullis man > portcullis.1; man ./portcullis.1\n  \
        portcullis man contract report > portcullis-contract-report.1")]
    Man(ManOptions),
    /// Print a page of the documentation that is made from the code
    #[command(hide = true)]
    Reference(ReferenceOptions),
}

/// Where the model comes from.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("model_source").required(true))]
pub(crate) struct ModelOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "model_source")]
    pub(crate) config: Option<PathBuf>,
    /// The OpenAPI document, where there is no policy file
    #[arg(long, value_name = "FILE", group = "model_source", requires = "upstream", value_parser = document())]
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
    /// Start although the store of sessions is an older copy: what was ended since may hold again
    #[arg(long)]
    pub(crate) accept_older_store: bool,
    /// Threads that serve requests [default: one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct TryOptions {
    /// The OpenAPI document
    #[arg(long, value_name = "FILE", value_parser = document())]
    pub(crate) contract: PathBuf,
    /// Where the API is: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: String,
    /// Where to listen: a loopback address
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// A file with the token of a caller, twice: reads as both, and serves nothing. A whole header
    /// line (`Cookie: session=...`) serves as well
    #[arg(long = "as", value_name = "FILE", num_args = 1, conflicts_with = "listen")]
    pub(crate) callers: Vec<PathBuf>,
    /// How to print, with --as
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "callers")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("check_source").required(true))]
pub(crate) struct CheckOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "check_source")]
    pub(crate) config: Option<PathBuf>,
    /// An OpenAPI document alone
    #[arg(long, value_name = "FILE", group = "check_source", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Show every place of what is the same in many
    #[arg(long, short = 'v')]
    pub(crate) verbose: bool,
    /// What else counts as an error
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) deny: Vec<Deny>,
    /// The same as --deny expired
    #[arg(long)]
    pub(crate) deny_expired: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("resources_source").required(true))]
pub(crate) struct ResourcesOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "resources_source")]
    pub(crate) config: Option<PathBuf>,
    /// An OpenAPI document alone: what it suggests
    #[arg(long, value_name = "FILE", group = "resources_source", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct InitOptions {
    /// The OpenAPI document: a file, or http://127.0.0.1:PORT/PATH to fetch it once
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) contract: String,
    /// Where the API is: http://HOST:PORT
    #[arg(long, value_name = "URL")]
    pub(crate) upstream: String,
    /// The policy file to write
    #[arg(long, value_name = "FILE", default_value = "portcullis.yaml")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ContractCommand {
    /// Report how far each operation of a document is enforced, worst first
    #[command(
        after_help = "Example:\n  portcullis contract report openapi.yaml\n  portcullis contract \
        report openapi.yaml --format html > report.html\n\nExit codes: 0 reported, 1 the document \
        has errors and cannot be enforced, 2 usage or unreadable file"
    )]
    Report(ReportOptions),
    /// Print the document as clients see the API: without what nobody may call and what does not leave
    #[command(
        after_help = "Example:\n  portcullis contract public -c portcullis.yaml > public.json\n\nWhat `answers` \
        hide is `writeOnly` in it, what they derive is `readOnly`, and `servers` is where clients call. What only \
        some roles see is all in it.\n\nExit codes: 0 printed, 1 contract or policy have errors, 2 usage, \
        unreadable file, or a document in several files"
    )]
    Public(PublicContractOptions),
}

#[derive(Debug, Args)]
pub(crate) struct PublicContractOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", default_value = "portcullis.yaml")]
    pub(crate) config: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Show who may do what: the access rules as one table, or as Cedar
    #[command(
        after_help = "Example:\n  portcullis policy show\n  portcullis policy show --cedar -c \
        portcullis.yaml > portcullis.cedar\n  portcullis policy show --schema > \
        portcullis.cedarschema\n\nThe gateway judges by the rules themselves. What is printed as Cedar \
        decides the same, and is for people and tools that read Cedar.\n\nExit codes: 0 shown, 1 contract \
        or policy have errors, 2 usage or unreadable file"
    )]
    Show(PolicyShowOptions),
    /// Run cases: who asks for what, and what shall become of it
    #[command(
        after_help = "Example:\n  portcullis policy test\n  portcullis policy test -c portcullis.yaml \
        staff.yaml customers.yaml --format json\n\nEach case walks through a gateway of its own; the API is not \
        called, and answers what the case says.\n\nExit codes: 0 all is as the cases say, 1 not, or a file \
        has errors, 2 usage or unreadable file"
    )]
    Test(PolicyTestOptions),
}

#[derive(Debug, Args)]
pub(crate) struct PolicyShowOptions {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", default_value = "portcullis.yaml")]
    pub(crate) config: PathBuf,
    /// How to print the table
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Print the rules as Cedar policies instead
    #[arg(long, conflicts_with = "format")]
    pub(crate) cedar: bool,
    /// Print the Cedar schema of contract and policy instead
    #[arg(long, conflicts_with = "format")]
    pub(crate) schema: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PolicyTestOptions {
    /// Files of cases [default: portcullis-tests.yaml beside the policy file]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", default_value = "portcullis.yaml")]
    pub(crate) config: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ReportOptions {
    /// The OpenAPI document
    #[arg(value_name = "FILE", value_parser = document())]
    pub(crate) file: PathBuf,
    /// How to print
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// One page for a browser, or for paper
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct ManOptions {
    /// Of which command [default: the page that lists all of them]
    #[arg(value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsOptions {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deny {
    /// Every warning
    Warnings,
    /// Relaxations past their end date
    Expired,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// A code (`contract-dangling-reference`), a control (`input_shape`), a threat (`way-around`), or a request id
    #[arg(value_name = "WHAT")]
    pub(crate) what: Option<String>,
    #[command(flatten)]
    pub(crate) files: ExplainedFiles,
    /// The ledger in which a request is looked up [default: the policy's, else
    /// portcullis-ledger.jsonl]
    #[arg(long, value_name = "FILE", requires = "what")]
    pub(crate) ledger: Option<PathBuf>,
    /// Describe a request: its method
    #[arg(
        long,
        value_name = "METHOD",
        requires = "path",
        requires = "explained_files",
        conflicts_with = "what"
    )]
    pub(crate) method: Option<String>,
    /// ... its path as clients send it, base path and query included
    #[arg(long, value_name = "PATH", requires = "method", conflicts_with = "what")]
    pub(crate) path: Option<String>,
    /// ... a header field, any number of times
    #[arg(long = "header", value_name = "NAME: VALUE", requires = "method")]
    pub(crate) headers: Vec<String>,
    /// ... its body: a file, or `-` for standard input
    #[arg(long, value_name = "FILE", requires = "method")]
    pub(crate) body: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// The files that decide, where somebody asks why.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("explained_files"))]
pub(crate) struct ExplainedFiles {
    /// The policy file
    #[arg(short = 'c', long = "config", value_name = "FILE", group = "explained_files")]
    pub(crate) config: Option<PathBuf>,
    /// The OpenAPI document, where there is no policy file
    #[arg(long, value_name = "FILE", group = "explained_files", value_parser = document())]
    pub(crate) contract: Option<PathBuf>,
    /// Where the API is, if `run` was told so
    #[arg(long, value_name = "URL", requires = "explained_files")]
    pub(crate) upstream: Option<String>,
    /// Where the gateway listens, if `run` was told so: off loopback more is closed
    #[arg(long, value_name = "ADDR", requires = "explained_files")]
    pub(crate) listen: Option<String>,
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
