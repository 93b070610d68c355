//! The checks that CI runs, and the benchmarks: `cargo xtask check`, `audit`, `bench`, `callers`, `cedar`, `corpus`,
//! `deny`, `differential`, `dist`, `docs`, `doors`, `endure`, `http1`, `injection`, `issuers`, `judges`,
//! `objects`, `origins`, `own`, `proof`, `readers`, `secrets`, `suites`, `threats`, `tidy`.

mod audit;
mod bench;
mod callers;
mod cedar;
mod chance;
mod check;
mod corpus;
mod deny;
mod differential;
mod dist;
mod docs;
mod doors;
mod endure;
mod http1;
mod injection;
mod issuers;
mod judges;
mod listening;
mod objects;
mod origins;
mod own;
mod proof;
mod readers;
mod secrets;
mod shell;
mod suites;
mod threats;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check   format, lints, tests, doc tests, documentation, tidy rules: all that CI runs
  audit   what the audit finds in 2,639 published documents, and how long it takes (needs npm); writes
          docs/src/audit-figures.md
  bench   cost and speed beside nginx in one run; writes docs/src/figures.md
  callers what it costs to know who calls (needs nginx and wrk); writes docs/src/callers.md
  cedar   [--all]  access rules beside what is printed of them as Cedar, which takes minutes to build
  corpus  read and check 2,639 published documents (needs npm); writes docs/src/corpus.md
  deny    licences, advisories and duplicate versions (installs cargo-deny if it is missing)
  differential  our verdicts beside those of two other validators (needs npm and python3); writes
          docs/src/differential.md
  dist    [--twice]  a binary to hand on, with its digest, bill of materials and licences (needs python3 and
          PyPI); --twice builds it again elsewhere and compares
  endure  [reload] [slow] [floods] [soak] [--requests N]  what load, slowness, floods and time do;
          takes half an hour alone on a machine; writes docs/src/endurance.md
  docs    write the pages that are made from the code
  doors   [--smoke] [PROBE]...  attacks on our own socket, listeners and files, some as root; writes
          docs/src/doors.md; --smoke: those of `check`, and writes nothing
  http1   the raw-socket cases against the gateway, nginx and haproxy; writes docs/src/http1.md
  injection  what detectors find in the public suites in `--data FOLDER`, beside the OWASP Core Rule Set
          (npm, python3, Debian); writes docs/src/injection.md; [--verdicts FILE]  ours alone: keeps what is
          said of each text, or compares with what the file holds
  issuers [--gateway FILE]  what the attacks find at npm `oidc-provider`, configured strictly and carelessly
          (needs node and npm); writes docs/src/issuers.md
  judges  [--gateway FILE] [--only API]  what Schemathesis, sqlmap and Wapiti find in four APIs, directly and
          through the gateway (needs python3 and node; PyPI, npm); writes docs/src/judges.md
  objects [--requests N] [--apis N] [--seed N]  callers who try everything on generated APIs, and what
          authorization costs; writes docs/src/objects.md
  origins what seven real servers understand of what is forwarded (needs python3, node and PyPI);
          writes docs/src/origins.md
  own     [--check] [--gateway FILE]  the threat model and the audit of our own doors; writes
          docs/src/own-threats.md and docs/src/own-audit.md; --check: compares, and writes nothing
  proof   what the built-in attacks find and cost, and those that are made for an API of 50 operations;
          writes docs/src/attack-figures.md
  readers [--requests N] [--seed N]  what parsers of seven languages read of mutated requests that are
          forwarded (needs python3, node, Debian and PyPI, npm); writes docs/src/readers.md
  secrets samples of each rule, fifty packages that have no secrets, speed and memory (needs npm); writes
          docs/src/secrets.md
  suites  the public test suites in `--data FOLDER`; writes docs/src/suites.md
  threats [--quick]  how much of a threat model is derived from published documents (needs npm); writes
          docs/src/threat-figures.md
  tidy    the tidy rules alone
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let result = match std::env::args().nth(1).as_deref() {
        Some("check") => check::run(),
        Some("audit") => audit::run(),
        Some("bench") => bench::run(),
        Some("callers") => callers::run(),
        Some("cedar") => cedar::run(&arguments),
        Some("corpus") => corpus::run(std::env::args().nth(2).as_deref()),
        Some("deny") => deny::run(),
        Some("differential") => differential::run(),
        Some("dist") => dist::run(&arguments),
        Some("docs") => docs::write(),
        Some("doors") => doors::run(&arguments),
        Some("endure") => endure::run(&arguments),
        Some("http1") => http1::run(),
        Some("injection") => injection::run(&arguments),
        Some("issuers") => issuers::run(&arguments),
        Some("judges") => judges::run(&arguments),
        Some("objects") => objects::run(&arguments),
        Some("origins") => origins::run(),
        Some("own") => own::run(&arguments),
        Some("proof") => proof::run(),
        Some("readers") => readers::run(&arguments),
        Some("secrets") => secrets::run(),
        Some("suites") => suites::run(&arguments),
        Some("threats") => threats::run(&arguments),
        Some("tidy") => tidy::run(),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            shell::say(&problem);
            ExitCode::FAILURE
        }
    }
}
