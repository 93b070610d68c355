//! `portcullis run` and `portcullis try`: a gateway until somebody ends it.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use portcullis_admin::Door;
use portcullis_controls::{Closed, Plan, PlanOptions};
use portcullis_gateway::{Options, Running, Site, Watch};
use portcullis_ledger::{Ledger, LedgerError};
use portcullis_model::Clock as _;
use portcullis_policy::{LedgerTarget, Posture};
use portcullis_store::Store;

use crate::arguments::{ModelOptions, RunOptions, TryOptions};
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::reload::Reloader;
use crate::report::many;
use crate::trial::Trial;
use crate::watch::Refusals;
use crate::{compare, load, obtain, service, sessions, signals, talk};

pub(crate) fn run(options: &RunOptions) -> Exit {
    let plan_options = PlanOptions { observe: options.observe, ..PlanOptions::default() };
    let site = match load::served(&options.model, &plan_options) {
        Ok(site) => site,
        Err(exit) => return exit,
    };
    let target = match options.ledger.as_deref() {
        None => site.ledger().clone(),
        Some(path) if path == Path::new("-") => LedgerTarget::Stdout,
        Some(path) => LedgerTarget::File(path.to_owned()),
    };
    let ledger = match open(&target) {
        Ok(ledger) => ledger,
        Err(error) => {
            if let LedgerTarget::File(path) = &target {
                talk::say(&format!("`{}`: {error}", path.display()));
            }
            talk::say(
                "help: name another file with --ledger FILE, or standard output with --ledger -",
            );
            return Exit::Unusable;
        }
    };
    tell_open(&target);
    keep_memory();
    let store = match sessions::of(&site, options.accept_older_store) {
        Ok(store) => store,
        Err(failure) => return load::refuse(&failure),
    };
    let door = store.as_ref().map_or(Ok(None), |store| sessions::door(&site, store, &ledger));
    let door = match door {
        Ok(door) => door,
        Err(error) => {
            talk::say(&format!("{error}: nobody could end sessions"));
            talk::say(
                "help: name another folder in `store`; the path of its socket is 107 bytes at most",
            );
            return Exit::Unusable;
        }
    };
    if let Err(failure) = obtain::show(&site) {
        return load::refuse(&failure);
    }
    site.plans().for_each(|plan| describe(plan));
    let workers = options.workers.map_or_else(processors, usize::from);
    let only = site.only().cloned();
    let trial = options.observe.then(|| Arc::new(Trial::recorded(only, files(options))));
    let watch: Arc<dyn Watch> = match &trial {
        Some(trial) => trial.clone(),
        None => Arc::new(Refusals::led_to(files(options))),
    };
    let store = store.map(|(store, _)| store);
    let kept = store.clone();
    let gateway = Options { workers, watch: Some(watch), store, ..Options::default() };
    let exit = serve(site, &ledger, gateway, Some((&options.model, plan_options)), door);
    settle(kept);
    // Standard output may be the ledger.
    trial.iter().for_each(|trial| talk::say_text(&trial.summary()));
    if ledger.lost() > 0 {
        talk::say(&format!("{} records could not be written", ledger.lost()));
    }
    exit
}

/// What was written ahead of uses of keys is given back. Where it cannot be, it counts as used.
fn settle(store: Option<Store>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if let (Some(store), Ok(runtime)) = (store, runtime) {
        let _ = runtime.block_on(store.settle_uses(SystemClock.now()));
    }
}

/// The options that lead `explain` to the same files.
fn files(options: &RunOptions) -> String {
    let ModelOptions { config, contract, .. } = &options.model;
    let given = [("-c", config), ("--contract", contract), ("--ledger", &options.ledger)];
    let given = given.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?)));
    given.fold(String::new(), |mut text, (flag, path)| {
        // Writing to a String cannot fail.
        let _ = write!(text, " {flag} {}", talk::clean(&path.display().to_string()));
        text
    })
}

/// Rule 27: loopback only, observes everything, changes nothing.
pub(crate) fn try_out(options: &TryOptions) -> Exit {
    let model = ModelOptions {
        config: None,
        contract: Some(options.contract.clone()),
        upstream: Some(options.upstream.clone()),
        listen: Some(options.listen.clone()),
    };
    if !options.callers.is_empty() {
        return compare::compare(&model, &options.callers, options.format);
    }
    let plan = match load::plan(&model, &PlanOptions { observe: true, ..PlanOptions::default() }) {
        Ok(plan) => plan,
        Err(exit) => return exit,
    };
    if !plan.model.listen.ip().is_loopback() {
        talk::say(&format!("`try` listens on loopback only, not on `{}`", plan.model.listen));
        return Exit::Unusable;
    }
    describe(&plan);
    talk::say("every control observes; call your API through this address, and end with Ctrl-C");
    let ledger = match Ledger::to(Box::new(std::io::sink()), Arc::new(SystemClock)) {
        Ok(ledger) => Arc::new(ledger),
        Err(error) => {
            talk::say(&error.to_string());
            return Exit::Unusable;
        }
    };
    let trial = Arc::new(Trial::of(plan.clone()));
    let options = Options { watch: Some(trial.clone()), ..Options::default() };
    let exit = serve(plan.into(), &ledger, options, None, None);
    talk::print(&trial.summary());
    exit
}

fn open(target: &LedgerTarget) -> Result<Arc<Ledger>, LedgerError> {
    let clock = Arc::new(SystemClock);
    let ledger = match target {
        LedgerTarget::File(path) => Ledger::open(path, clock)?,
        LedgerTarget::Stdout => Ledger::to(Box::new(std::io::stdout()), clock)?,
    };
    Ok(Arc::new(ledger))
}

/// Says if others than its user can write the record, or everybody read it. A group may be meant to read.
fn tell_open(target: &LedgerTarget) {
    use std::os::unix::fs::MetadataExt as _;
    let LedgerTarget::File(path) = target else { return };
    let Ok(known) = std::fs::metadata(path) else { return };
    let (mode, shown) = (known.mode() & 0o777, talk::clean(&path.display().to_string()));
    if known.is_file() && mode & 0o026 != 0 {
        talk::say(&format!(
            "warning: others can read or write the record `{shown}` (mode {mode:o}): `chmod 640 {shown}`"
        ));
    }
}

/// A crash writes nothing of our memory to a disk: there are keys in it.
fn keep_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        talk::say(&format!("warning: a crash may write keys to a disk: {error}"));
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What is served, what is not, and why, before the first request.
fn describe(plan: &Plan) {
    let model = &plan.model;
    let contract = &model.contract;
    let api = if model.name.is_empty() { String::new() } else { format!("API `{}`: ", model.name) };
    talk::say(&format!(
        "{api}`{}` {}: {}, model {}",
        contract.title,
        contract.version,
        many(plan.operations.len(), "operation"),
        plan.version
    ));
    let base = if model.base_path.is_empty() { "/" } else { &model.base_path };
    let path = &model.upstream.path;
    let instances =
        model.upstream.instances().map(|one| format!("`{}://{one}{path}`", one.scheme()));
    let instances = instances.collect::<Vec<_>>().join(", ");
    let hosts = match model.hosts.as_slice() {
        [] => String::new(),
        hosts => format!(", hosts `{}`", hosts.join("`, `")),
    };
    talk::say(&format!("base path `{base}`{hosts}; the API is at {instances}"));
    if plan.operations.is_empty() {
        talk::say("the contract has no operation that can be served: every request is refused");
    }
    for (why, words) in [
        (
            Closed::Caller,
            "nobody says who may call them, or a caller is needed that cannot be verified here; \
             `portcullis check` lists them, `access: [{ anyone: [...] }]` in a policy file opens them",
        ),
        (
            Closed::Graphql,
            "they speak GraphQL, and nobody decided about that; `portcullis check` lists them",
        ),
        (Closed::Function, "no rule of `access` opens them; `portcullis check` lists them"),
        (
            Closed::Objects,
            "nobody says whose objects they touch; `portcullis check` lists them with the lines that \
             decide, `relax: [{ control: object_ownership, mode: observe, ... }]` only records what \
             would be refused",
        ),
    ] {
        let all = 0..plan.operations.len();
        match all.filter(|index| plan.why_closed(*index) == Some(why)).count() {
            0 => {}
            1 => talk::say(&format!("1 operation is closed: {words}")),
            count => talk::say(&format!("{count} operations are closed: {words}")),
        }
    }
    if model.posture == Posture::ContractOnly {
        talk::say("no policy file: declared credentials must be present, callers are not verified");
    }
    if plan.observes_everything() {
        talk::say("every control observes: nothing is refused or removed");
    }
}

/// Serves until somebody ends it. With `reloads`, its model follows its files.
fn serve(
    site: Site,
    ledger: &Arc<Ledger>,
    options: Options,
    reloads: Option<(&ModelOptions, PlanOptions)>,
    door: Option<Door>,
) -> Exit {
    let clock = Arc::new(SystemClock);
    let (is_tls, store) = (site.is_tls(), options.store.clone());
    let running = match portcullis_gateway::start(site, ledger.clone(), clock, options) {
        Ok(running) => Arc::new(running),
        Err(error) => {
            talk::say(&error.to_string());
            return Exit::Unusable;
        }
    };
    if let Some(address) = running.health_address() {
        talk::say(&format!("liveness and readiness at http://{address}/livez and /readyz"));
    }
    if let Some(address) = running.redirect_address() {
        talk::say(&format!("plain HTTP at http://{address} leads to https"));
    }
    // Signals that come before this is read wait in here; a few are as good as many.
    let (heard, signals) = std::sync::mpsc::sync_channel(8);
    if let Some((options, plan_options)) = reloads {
        let reloader =
            Reloader::new(options.clone(), plan_options, running.clone(), ledger.clone(), store);
        let thread = std::thread::Builder::new().name("reload".to_owned());
        if let Err(error) = thread.spawn(move || reloader.run(&signals)) {
            talk::say(&format!("no thread can be started that reloads: {error}"));
            return Exit::Unusable;
        }
        if let Err(error) = obtain::keep(&running, ledger) {
            talk::say(&format!("no thread can be started that asks for certificates: {error}"));
            return Exit::Unusable;
        }
    }
    let inside = if is_tls { ", inside TLS" } else { "" };
    let address = running.address();
    let ended = signals::wait_for_end(
        || {
            talk::say(&format!("listening on {address}{inside}"));
            service::tell("READY=1");
        },
        |asked| {
            // Those that wait already do the same.
            let _ = heard.try_send(asked);
        },
    );
    if let Err(error) = ended {
        talk::say(&format!("signals cannot be waited for: {error}"));
        return Exit::Unusable;
    }
    service::tell("STOPPING=1");
    drain(&running);
    // Sessions can be ended as long as one is served.
    drop(door);
    ledger.close();
    Exit::Success
}

fn drain(running: &Running) {
    let requests = running.counts().requests.load(std::sync::atomic::Ordering::Relaxed);
    talk::say(&format!("draining; {requests} requests served"));
    running.stop();
}
