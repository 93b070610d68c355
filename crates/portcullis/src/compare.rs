//! `portcullis try --as a.token --as b.token`: which operations give one caller what belongs to the other.
//! It reads only, from an API on this machine, within bounds (rule 27).

mod asking;
mod findings;
mod found;
mod known;
mod lists;
mod objects;
mod questions;
mod same;
mod told;

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;

use portcullis_controls::PlanOptions;

use crate::arguments::{Format, ModelOptions};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::{load, talk};
use asking::Asker;
use found::Findings;
use questions::Questions;

pub(crate) fn compare(model: &ModelOptions, files: &[PathBuf], format: Format) -> Exit {
    match begin(model, files) {
        Ok(findings) => {
            talk::print(&match format {
                Format::Text => told::text(&findings),
                Format::Json => format!("{:#}\n", told::json(&findings)),
            });
            if findings.given_away.is_empty() { Exit::Success } else { Exit::Failure }
        }
        Err(exit) => exit,
    }
}

fn begin(options: &ModelOptions, files: &[PathBuf]) -> Result<Findings, Exit> {
    let [first, second] = files else {
        talk::say("two callers are compared: name both, as in --as a.token --as b.token");
        return Err(Exit::Unusable);
    };
    let plan = load::plan(options, &PlanOptions { observe: true, ..PlanOptions::default() })?;
    let model = &plan.model;
    let instance = &model.upstream.first;
    let address = loopback(&instance.host, instance.port).map_err(|why| unusable(&why))?;
    if instance.scheme() != "http" {
        return Err(unusable("`try` speaks plain http: name the API's own port"));
    }
    let caller = |file| Caller::read(file, &model.contract).map_err(|why| unusable(&why));
    let callers = [caller(first)?, caller(second)?];
    if callers[0].shows_the_same(&callers[1]) {
        return Err(unusable("both files hold the same token"));
    }
    let host = format!("{}:{}", instance.host, instance.port);
    let asker = Asker::new(address, host, &model.upstream.path).map_err(|why| unusable(&why))?;
    let questions = Questions::of(&model.contract);
    talk::say(&format!(
        "reading as `{}` and as `{}`: GET only, at most {} requests",
        callers[0].name,
        callers[1].name,
        asking::REQUESTS_MAX
    ));
    Ok(findings::find(&questions, &callers, asker))
}

/// The address of a host that is this machine, by each of its addresses.
fn loopback(host: &str, port: u16) -> Result<SocketAddr, String> {
    let name = host.trim_matches(['[', ']']);
    let found = (name, port).to_socket_addrs();
    let all: Vec<SocketAddr> = found.map_err(|_| format!("`{host}` is no address"))?.collect();
    match all.first() {
        Some(first) if all.iter().all(|one| one.ip().is_loopback()) => Ok(*first),
        _ => Err(format!("`try` asks an API on this machine only, and `{host}` is elsewhere")),
    }
}

fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}
