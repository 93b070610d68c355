//! `portcullis demo`: the sample API, attacked directly and through the gateway.

mod beside;

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use portcullis_attack::{Budget, Document, Place, sample_model};
use portcullis_controls::{Plan, PlanOptions};
use portcullis_evidence::Severity;
use portcullis_gateway::{Options, Running, Watch};
use portcullis_ledger::Ledger;
use portcullis_model::{Clock, Refusal, RequestId, Status};
use portcullis_sample::Sample;

use crate::arguments::{AttackFormat, DemoOptions};
use crate::attack_command;
use crate::clock::SystemClock;
use crate::evidence_command::{keepable, of_demo};
use crate::exit::Exit;
use crate::ran::Ran;
use crate::{story_command, talk};
use beside::Beside;

pub(crate) fn demo(options: &DemoOptions) -> Exit {
    if let Some(name) = &options.story {
        return story_command::story(name, options.format, options.picture.as_deref());
    }
    if options.keep.evidence_key.is_some()
        && let Err(why) = keepable(&options.keep)
    {
        return attack_command::unusable(&why);
    }
    let set = attack_command::built_in_set();
    let set = match set.and_then(|set| attack_command::only(set, &options.only)) {
        Ok(set) => set,
        Err(exit) => return exit,
    };
    let mut ran = attack_command::ran(Place::Sample, set, Budget::default());
    let told = of_demo(&ran, &options.keep).and_then(|(kept, records)| {
        ran.report.evidence = Some(kept);
        Beside::of(&records)
    });
    let exit = match told {
        Ok(beside) => finish(&ran, options.format, &beside),
        Err(why) => {
            // What was found is told all the same.
            let _ = attack_command::finish(&ran, options.format, Severity::Low);
            talk::say(&why);
            return Exit::Unusable;
        }
    };
    if options.once {
        return exit;
    }
    match stay_up() {
        Ok(()) => exit,
        Err(why) => {
            talk::say(&why);
            Exit::Unusable
        }
    }
}

/// Prints the report, with what stands beside it where the form has a place for it.
fn finish(ran: &Ran, format: AttackFormat, beside: &Beside) -> Exit {
    match format {
        AttackFormat::Text => {
            let exit = attack_command::finish(ran, format, Severity::Low);
            talk::print(&beside.text());
            exit
        }
        AttackFormat::Json => {
            let mut report = match serde_json::to_value(&ran.report) {
                Ok(report) => report,
                Err(error) => {
                    talk::say(&format!("the report cannot be written: {error}"));
                    return Exit::Unusable;
                }
            };
            beside.add_to(&mut report);
            talk::print(&format!("{report:#}\n"));
            attack_command::exit_of(&ran.report, Severity::Low)
        }
        AttackFormat::Html | AttackFormat::Sarif => {
            attack_command::finish(ran, format, Severity::Low)
        }
    }
}

/// Keeps a sample and a gateway up until somebody ends them.
fn stay_up() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the sample does not start: {error}"))?;
    runtime.block_on(async {
        let sample = Sample::start_on_loopback()
            .await
            .map_err(|error| format!("the sample does not start: {error}"))?;
        let gateway = gateway(sample.address)?;
        talk::say_text(&invitation(sample.address, gateway.address()));
        let ended = ended().await.map_err(|error| format!("signals cannot be waited for: {error}"));
        talk::say("ending");
        // Stopping waits for its threads, which may wait for the sample.
        let stopped = tokio::task::spawn_blocking(move || gateway.stop()).await;
        sample.stop().await;
        ended.and(stopped.map_err(|_| "the gateway did not end well".to_owned()))
    })
}

fn gateway(api: SocketAddr) -> Result<Running, String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let failed = |error: &dyn std::fmt::Display| format!("the gateway does not start: {error}");
    let model =
        sample_model(Document::Honest, None, api, &clock).map_err(|error| failed(&error))?;
    let plan = Arc::new(Plan::compile(model, PlanOptions::default()));
    let ledger = Ledger::to(Box::new(io::sink()), clock.clone()).map_err(|error| failed(&error))?;
    let options = Options { watch: Some(Arc::new(Say)), ..Options::default() };
    portcullis_gateway::start(plan, Arc::new(ledger), clock, options)
        .map_err(|error| failed(&error))
}

/// Says what the gateway refuses and why. A demo keeps no ledger to explain it from.
struct Say;

impl Watch for Say {
    fn refused(&self, _: RequestId, _: &str, refusal: &Refusal) {
        let Refusal { control, status, reason, detail, .. } = refusal;
        let shown: String = detail.chars().filter(|letter| !letter.is_control()).collect();
        talk::say(&format!("refused {} by {control} ({reason}): {shown}", status.0));
    }

    fn failed(&self, _: RequestId, what: &str, status: Status, detail: &str) {
        talk::say(&format!("  failed {} {what}: {detail}", status.0));
    }
}

/// What to type, at the API and at the gateway.
fn invitation(api: SocketAddr, gateway: SocketAddr) -> String {
    let register = "-H 'Content-Type: application/json' -d '{\"email\":\"NAME@pharmacy.example\",\
                    \"password\":\"eve-pass-1\",\"name\":\"Eve\",\"role\":\"admin\"}'";
    let mut text = format!(
        "the sample API listens on http://{api}, the gateway before it on http://{gateway}\n\n\
         try each at the API and at the gateway:\n"
    );
    for (address, name) in [(api, "eve"), (gateway, "eva")] {
        let register = register.replace("NAME", name);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "\n  curl -s http://{address}/api/medicines/1\n  \
             curl -s http://{address}/api/debug/env\n  \
             curl -s http://{address}/api/register {register}"
        );
    }
    text.push_str("\nend with Ctrl-C\n");
    text
}

/// Waits for SIGTERM or SIGINT.
async fn ended() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
