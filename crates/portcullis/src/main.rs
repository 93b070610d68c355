//! The command: flags, wiring, exit codes.

mod administer;
mod arguments;
mod attack_arguments;
mod attack_command;
mod audit_arguments;
mod audit_command;
mod audit_secrets;
mod backup;
mod caller;
mod certificates;
mod check;
mod clock;
mod command_page;
mod compare;
mod completions;
mod contract_report;
mod demo;
mod desk;
mod dev_certificate;
mod dev_certificate_arguments;
mod document_argument;
mod evidence_arguments;
mod evidence_command;
mod exit;
mod explain;
mod format;
mod give_back;
mod import_arguments;
mod init;
mod key_arguments;
mod key_limits;
mod keys;
mod lasting;
mod ledger_lines;
mod load;
mod loopback;
mod misread;
mod named;
mod obtain;
mod once_arguments;
mod output;
mod password_arguments;
mod passwords;
mod policy_command;
mod policy_test;
mod provers;
mod public_contract;
mod quoted;
mod ran;
mod reference;
mod reference_arguments;
mod rekey;
mod reload;
mod report;
mod resources;
mod run;
mod secrets;
mod service;
mod session_arguments;
mod sessions;
mod shell;
mod signals;
mod store_arguments;
mod store_key;
mod story_argument;
mod story_command;
mod talk;
mod threats_arguments;
mod threats_command;
mod trial;
mod vault;
mod watch;
mod when;

use std::alloc::System;

use clap::Parser as _;
use zeroizing_alloc::ZeroAlloc;

use crate::arguments::{
    Arguments, Command, ContractCommand, EvidenceCommand, KeysCommand, OnceCommand,
    PasswordsCommand, PolicyCommand, SessionsCommand, StoreCommand, TokensCommand,
};

/// What is freed is zeros, whoever freed it: a password that went through in a body is in no core that is taken
/// later (record 0135).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> std::process::ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| misread::end(error));
    let exit = match arguments.command {
        Command::Demo(options) => demo::demo(&options),
        Command::Init(options) => init::init(&options),
        Command::Run(options) => run::run(&options),
        Command::Try(options) => run::try_out(&options),
        Command::Contract(ContractCommand::Report(options)) => {
            contract_report::contract_report(&options)
        }
        Command::Contract(ContractCommand::Public(options)) => {
            public_contract::public_contract(&options)
        }
        Command::Resources(options) => resources::resources(&options),
        Command::Policy(PolicyCommand::Show(options)) => policy_command::show(&options),
        Command::Check(options) => check::check(&options),
        Command::Audit(options) => audit_command::audit(&options),
        Command::Policy(PolicyCommand::Test(options)) => policy_test::test(&options),
        Command::Sessions(SessionsCommand::List(options)) => administer::list(&options),
        Command::Sessions(SessionsCommand::End(options)) => administer::end(&options),
        Command::Tokens(TokensCommand::Revoke(options)) => administer::revoke(&options),
        Command::Keys(KeysCommand::Issue(options)) => keys::issue(&options),
        Command::Keys(KeysCommand::Import(options)) => keys::import::import(&options),
        Command::Keys(KeysCommand::List(options)) => keys::list(&options),
        Command::Keys(KeysCommand::Roll(options)) => keys::roll(&options),
        Command::Keys(KeysCommand::Expire(options)) => keys::expire(&options),
        Command::Keys(KeysCommand::Revoke(options)) => keys::revoke(&options),
        Command::Keys(KeysCommand::Show(options)) => keys::show::show(&options),
        Command::Keys(KeysCommand::Report(options)) => keys::report::report(&options),
        Command::Keys(KeysCommand::Uses(options)) => keys::uses::uses(&options),
        Command::Keys(KeysCommand::Suggest(options)) => keys::suggest::suggest(&options),
        Command::Keys(KeysCommand::Check(options)) => keys::check(&options),
        Command::Keys(KeysCommand::Pattern(options)) => keys::pattern(&options),
        Command::Passwords(PasswordsCommand::Set(options)) => passwords::set(&options),
        Command::Passwords(PasswordsCommand::List(options)) => passwords::list(&options),
        Command::Passwords(PasswordsCommand::Remove(options)) => passwords::remove(&options),
        Command::Once(OnceCommand::GiveBack(options)) => give_back::give_back(&options),
        Command::Store(StoreCommand::Rekey(options)) => rekey::rekey(&options),
        Command::Store(StoreCommand::Rewrap(options)) => rekey::rewrap(&options),
        Command::Store(StoreCommand::Backup(options)) => backup::backup(&options),
        Command::DevCertificate(options) => dev_certificate::make(&options),
        Command::Attack(options) => attack_command::attack(&options),
        Command::Evidence(EvidenceCommand::Key(options)) => evidence_command::key(&options),
        Command::Evidence(EvidenceCommand::Verify(options)) => evidence_command::verify(&options),
        Command::Evidence(EvidenceCommand::Check(options)) => evidence_command::check(&options),
        Command::Threats(options) => threats_command::threats(&options),
        Command::Explain(options) => explain::explain(&options),
        Command::Completions(options) => completions::completions(&options),
        Command::Man(options) => completions::man(&options),
        Command::Reference(options) => reference::reference(&options),
    };
    exit.code()
}
