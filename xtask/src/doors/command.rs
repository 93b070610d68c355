//! Probes of the command line: what it is told, what others see of it, and loops.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use portcullis_testkit::http1::Recorder;

use super::lab::{Lab, PLAIN, Shape, hex, read, write};
use super::probe::{Door, Probe, Verdict};

const fn probe(
    id: &'static str,
    what: &'static str,
    cwe: u16,
    is_smoke: bool,
    judge: fn(&Lab) -> Result<Verdict, String>,
) -> Probe {
    Probe { id, door: Door::Command, what, cwe, is_smoke, judge }
}

pub(crate) const PROBES: [Probe; 4] = [
    probe(
        "command-itself",
        "an API that is the gateway itself, by every spelling of its address",
        674,
        false,
        itself,
    ),
    probe("command-two", "two gateways, each the API of the other", 674, false, two),
    probe(
        "command-seen",
        "what other users see of the process: arguments, environment, files",
        214,
        true,
        seen,
    ),
    probe("command-second", "a second gateway on the same store", 667, false, second),
];

/// A port that was free a moment ago.
fn port() -> Result<u16, String> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|own| own.port()).map_err(|error| error.to_string())
}

fn itself(lab: &Lab) -> Result<Verdict, String> {
    let (folder, api) = lab.gateway(&PLAIN)?.killed();
    let port = port()?;
    let mut wrong = Vec::new();
    let names = [
        "127.0.0.1",
        "localhost",
        "127.0.0.2",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "127.1",
    ];
    for listen in ["127.0.0.1", "0.0.0.0"] {
        for name in names {
            let policy = format!(
                "apis: [{{ contract: openapi.yaml, upstream: \"http://{name}:{port}\" }}]\nlisten: \"{listen}:{port}\"\n\
                 health: \"127.0.0.1:0\"\nledger: {{ file: {listen}{port}.jsonl }}\naccess: [{{ anyone: \"*\" }}]\n\
                 limits: {{ drain_timeout: 200ms }}\n"
            );
            write(&folder, "portcullis.yaml", &policy)?;
            if super::files::does_not_start(lab, &folder) {
                continue;
            }
            let gateway = lab.start(folder.clone(), Recorder::start())?;
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            let answer =
                portcullis_testkit::exchange(address, "GET /open HTTP/1.1\r\nHost: a\r\n\r\n");
            super::lab::pause(100);
            let records =
                read(&folder.join(format!("{listen}{port}.jsonl")))?.matches("request_id").count();
            if answer.status == 200 || records > 1 {
                wrong.push(format!("`{name}` behind `{listen}`: one request became {records}"));
            }
            drop(gateway);
            let _ = std::fs::remove_file(folder.join(format!("{listen}{port}.jsonl")));
        }
    }
    drop(api);
    lab.gateway(&PLAIN)?.serves()?;
    Ok(Verdict::of(
        wrong,
        format!("{} spellings: no start, or one record for one request", 2 * names.len()),
    ))
}

fn two(lab: &Lab) -> Result<Verdict, String> {
    let first = lab.gateway(&PLAIN)?;
    first.serves()?;
    let (folder, api) =
        lab.gateway(&Shape { limits: ", upstream_concurrency: 64", ..PLAIN })?.killed();
    let text = read(&folder.join("portcullis.yaml"))?;
    let own = api.address();
    let aside = text.replace(&own.to_string(), &first.address.to_string());
    write(&folder, "portcullis.yaml", &aside)?;
    let second = lab.start(folder, api)?;
    let policy = read(&first.folder.join("portcullis.yaml"))?;
    let behind = first.api.address().to_string();
    write(&first.folder, "portcullis.yaml", &policy.replace(&behind, &second.address.to_string()))?;
    first.process.signal("HUP");
    super::lab::pause(1_500);
    let before = first.ledger()?.matches("request_id").count();
    let answer = first.ask("GET /open", "");
    super::lab::pause(500);
    let records = first.ledger()?.matches("request_id").count() - before;
    if answer.status == 200 {
        return Err("they do not ask one another".to_owned());
    }
    let wrong = (records > 2)
        .then(|| format!("one request became {records} at each of them, until no place was left"));
    Ok(Verdict::of(
        wrong.into_iter().collect(),
        format!("one request became {records} at the first"),
    ))
}

fn seen(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    if gateway.status(&key) != 200 {
        return Err("a new key is not good".to_owned());
    }
    let process = std::path::PathBuf::from(format!("/proc/{}", gateway.process.id()));
    let shown = read(&process.join("cmdline"))?;
    let mut wrong = Vec::new();
    for name in ["store.key", "pepper.key"] {
        let hex = hex(&gateway.folder.join(name))?;
        if shown.contains(&hex) {
            wrong.push(format!("`{name}` stands in its arguments"));
        }
    }
    for flag in ["--password", "--secret", "--token", "--pepper", "--api-key"] {
        for command in
            [&["run"][..], &["keys", "issue"], &["passwords", "set"], &["tokens", "revoke"]]
        {
            let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
            let help = lab.run(&gateway.folder, &arguments)?;
            if help.contains(&format!("{flag} <")) {
                wrong.push(format!("`{}` takes `{flag}` as an argument", command.join(" ")));
            }
        }
    }
    let limits = read(&process.join("limits"))?;
    let cores = limits.lines().find_map(|line| line.strip_prefix("Max core file size"));
    if !cores.is_some_and(|line| line.split_whitespace().take(2).eq(["0", "0"])) {
        wrong.push("a crash would write its memory to a disk".to_owned());
    }
    let mode = super::lab::mode(&process.join("environ"))?;
    if mode & 0o077 != 0 {
        wrong.push("others read its environment".to_owned());
    }
    Ok(Verdict::of(
        wrong,
        "no secret is an argument, none can be one, and a crash writes no memory to a disk",
    ))
}

fn second(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&PLAIN)?;
    let key = gateway.key(lab)?;
    let is_refused = super::files::does_not_start(lab, &gateway.folder);
    let wrong = (!is_refused).then(|| "both run on one store".to_owned());
    if gateway.status(&key) != 200 || gateway.key(lab).is_err() {
        return Ok(Verdict::Broken(
            "the first one does not serve, or not at its socket".to_owned(),
        ));
    }
    Ok(Verdict::of(
        wrong.into_iter().collect(),
        "it does not start, and the first one keeps its socket",
    ))
}
