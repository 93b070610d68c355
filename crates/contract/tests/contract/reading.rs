//! Reading documents in tests.

use std::fmt::Write as _;

use portcullis_contract::{Contract, NoFiles, Operation};
use portcullis_model::{Diagnostic, Sources};

pub(crate) fn read(name: &str, text: &str) -> (Sources, Result<Contract, Vec<Diagnostic>>) {
    let mut sources = Sources::default();
    let main = sources.add(name, text);
    let result = portcullis_contract::read(&mut sources, main, &mut NoFiles);
    (sources, result)
}

pub(crate) fn contract(name: &str, text: &str) -> Contract {
    match read(name, text) {
        (_, Ok(contract)) => contract,
        (sources, Err(problems)) => panic!("{}", told(&sources, &problems)),
    }
}

pub(crate) fn pharmacy() -> Contract {
    contract("pharmacy.json", include_str!("documents/pharmacy.json"))
}

pub(crate) fn clinic() -> Contract {
    contract("clinic.yaml", include_str!("documents/clinic.yaml"))
}

/// Severity, code, place, message and help of each problem.
pub(crate) fn told(sources: &Sources, problems: &[Diagnostic]) -> String {
    let mut out = String::new();
    for problem in problems {
        let place = problem.span.map(|span| sources.line_column(span));
        let (line, column) = place.unwrap_or_default();
        let (severity, code) = (problem.severity, problem.code.name);
        writeln!(out, "{severity:?} {code} {line}:{column} {}", problem.message).unwrap();
        if let Some(help) = &problem.help {
            writeln!(out, "    {help}").unwrap();
        }
    }
    out
}

pub(crate) fn operation<'a>(contract: &'a Contract, name: &str) -> &'a Operation {
    contract.operation(contract.operation_named(name).unwrap()).unwrap()
}
