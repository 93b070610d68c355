//! Generated APIs behind the gateway, and callers who try everything: `cargo run --profile corpus -p
//! portcullis-gateway --example generated [REQUESTS [APIS [SEED]]]`. Prints figures as a page; fails where
//! anybody got or changed what is not theirs, or did not get what is.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints figures")]

#[path = "../tests/gateway/support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Instant;

use support::generated::{Tally, run};

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<u64>().ok());
    let mut next = |otherwise| numbers.next().flatten().unwrap_or(otherwise);
    let (requests, apis, seed) = (next(1_000_000), next(50).max(1), next(1_000));
    let started = Instant::now();
    let tally = run(seed, apis, requests.div_ceil(apis), &|seed, tally| {
        eprintln!("seed {seed}: {} requests, clean: {}", tally.requests, tally.is_clean());
    });
    print(&tally, seed, started.elapsed().as_secs_f64());
    if tally.is_clean() {
        return ExitCode::SUCCESS;
    }
    eprintln!("{}", tally.failures());
    ExitCode::FAILURE
}

fn print(tally: &Tally, seed: u64, seconds: f64) {
    let Tally { apis, requests, allowed, shown, changed, refused, odd, questions, .. } = tally;
    let each = *requests as f64 / seconds;
    println!("| | |\n|---|---|");
    println!("| seeds | {seed} to {} |\n| APIs | {apis} |", seed + apis - 1);
    println!("| requests | {requests} |\n| of these permitted | {allowed} |");
    println!("| answers that showed what is somebody else's, or hidden (aim: 0) | {shown} |");
    println!("| objects of others changed, taken away or made (aim: 0) | {changed} |");
    println!("| permitted, and refused or not shown as it is (aim: 0) | {refused} |");
    println!("| refused, and looks as if it were done; or broken (aim: 0) | {odd} |");
    println!("| requests in a second, each judged | {each:.0} |");
    println!(
        "\n| operation | requests | questions to the API for each | more than one for an object |"
    );
    println!("|---|---|---|---|");
    for (name, (requests, questions, more)) in questions {
        let each = *questions as f64 / (*requests).max(1) as f64;
        println!("| {} | {requests} | {each:.2} | {more} |", name.to_lowercase());
    }
}
