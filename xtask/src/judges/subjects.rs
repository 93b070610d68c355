//! The APIs that are judged: how each is started, what it promises, who calls it, what its owner decides.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::tools::Tools;
use crate::shell;

/// The file in the folder of a run with a line for each time that the API ended by itself.
pub(crate) const ENDED: &str = "ended";

/// Where a document comes from.
pub(crate) enum Source {
    /// A file below the top of the workspace.
    Ours(&'static str),
    /// A file below the folder of what is installed.
    Installed(&'static str),
    /// The API itself, at this path.
    Asked(&'static str),
}

/// One API.
pub(crate) struct Subject {
    /// Its folder, and what `--only` calls it.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Which one it is, for its ports.
    pub(crate) place: u16,
    /// Who wrote it.
    pub(crate) from: &'static str,
    pub(crate) document: Source,
    /// What its owner must add to the document (RFC 7396).
    pub(crate) patch: fn() -> Value,
    /// Values that stand for themselves in requests, by name of a parameter.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    /// The policy, but for the lines that say where everything is.
    pub(crate) policy: &'static str,
    pub(crate) start: fn(&Tools, &Path, u16) -> Result<Command, String>,
    pub(crate) callers: Callers,
    /// A path that every caller may read, and that holds this: without it a run says nothing.
    pub(crate) honest: (&'static str, &'static str),
    /// Paths, or operations, that tools with one caller and fixed values leave out: they end its session, or what
    /// all others need.
    pub(crate) ends: &'static [&'static str],
    /// Paths that sqlmap is given. None: all.
    pub(crate) sql: &'static [&'static str],
}

/// Who calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    Nobody,
    /// Names with passwords in Basic.
    Basic(&'static [(&'static str, &'static str)]),
    /// Names with passwords at a login that answers a bearer token at `/token`.
    Login(&'static str, &'static [(&'static str, &'static str)]),
}

/// All of them, the one that is ours first.
pub(crate) const SUBJECTS: [Subject; 4] = [
    Subject {
        name: "sample",
        title: "The sample pharmacy",
        place: 0,
        from: "ours, vulnerable on purpose, each flaw with a safe twin",
        document: Source::Ours("crates/sample/openapi/honest.yaml"),
        patch: || json!({}),
        examples: &[("search", "a"), ("id", "1"), ("customer_id", "1"), ("status", "new")],
        policy: include_str!("../../../crates/attack/policies/pharmacy.yaml"),
        start: |_, _, port| {
            let mut command = Command::new(shell::root().join("target/debug/examples/serve"));
            command.arg(format!("127.0.0.1:{port}"));
            Ok(command)
        },
        callers: Callers::Login(
            "/api/login",
            &[("alice@pharmacy.example", "alice-pass"), ("bob@pharmacy.example", "bob-pass")],
        ),
        honest: ("/api/orders/1", "\"customer_id\":1"),
        ends: &[
            "/logout",
            "/safe/logout",
            "/password",
            "/safe/password",
            "/v1/password",
            "/v2/password",
        ],
        sql: &["/medicines", "/safe/medicines", "/search", "/safe/search", "/orders/search"],
    },
    Subject {
        name: "kinto",
        title: "Kinto 26.5.0",
        place: 1,
        from: "PyPI, Mozilla's store of JSON for many users, with permissions",
        document: Source::Asked("/v1/__api__"),
        patch: || json!({}),
        examples: &[],
        policy: include_str!("apis/kinto.policy.yaml"),
        start: |tools, folder, port| {
            let ini = folder.join("kinto.ini");
            write(&ini, include_str!("apis/kinto.ini"))?;
            let mut command = Command::new(tools.apis("kinto"));
            command.arg("start").arg("--ini").arg(ini).arg("--port").arg(port.to_string());
            Ok(command)
        },
        callers: Callers::Basic(&[("alice", "alice-secret"), ("bob", "bob-secret")]),
        honest: ("/v1/buckets", "\"data\""),
        ends: &[],
        sql: &[],
    },
    Subject {
        name: "soul",
        title: "Soul 0.8.2",
        place: 2,
        from: "npm, makes a REST API of a SQLite database",
        document: Source::Installed("npm/node_modules/soul-cli/src/swagger/swagger.json"),
        patch: soul_patch,
        examples: &[
            ("name", "books"),
            ("pks", "1"),
            ("_ordering", "title"),
            ("_schema", "title"),
            ("_extend", "author_id"),
            ("_filters", "price:8"),
            ("_search", "Emma"),
        ],
        policy: include_str!("apis/soul.policy.yaml"),
        start: |tools, folder, port| {
            let (script, database) = (folder.join("soul.py"), folder.join("soul.db"));
            write(&script, include_str!("apis/soul.py"))?;
            let arguments = [script.display().to_string(), database.display().to_string()];
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            shell::output(folder, "python3", &arguments)?;
            // It ends on some requests; then it is started again, and that it ended is written down.
            let loops = folder.join("soul.sh");
            write(&loops, include_str!("apis/soul.sh"))?;
            let mut command = Command::new("sh");
            command.arg(loops).arg(tools.folder.join("npm/node_modules/soul-cli/src/server.js"));
            command.arg(database).arg(port.to_string()).arg(folder.join(ENDED));
            Ok(command)
        },
        callers: Callers::Nobody,
        honest: ("/api/tables/books/rows", "Dune"),
        ends: &["DELETE /api/tables/{name}"],
        sql: &[],
    },
    Subject {
        name: "httpbin",
        title: "httpbin 0.10.4",
        place: 3,
        from: "PyPI, answers what it is asked to answer",
        document: Source::Asked("/spec.json"),
        // What only waits is for other tests.
        patch: || json!({ "paths": { "/delay/{delay}": null, "/drip": null, "/range/{numbytes}": null } }),
        examples: &[],
        policy: include_str!("apis/httpbin.policy.yaml"),
        start: |tools, _, port| {
            let mut command = Command::new(tools.apis("gunicorn"));
            command.args(["-w", "1", "--threads", "8", "-b", &format!("127.0.0.1:{port}")]);
            command.arg("httpbin:app");
            Ok(command)
        },
        callers: Callers::Nobody,
        honest: ("/get", "\"headers\""),
        ends: &[],
        sql: &["/get", "/anything", "/response-headers", "/cookies", "/base64"],
    },
];

/// Soul's document leaves out the answers of its reads, so that nobody could be shown a row.
fn soul_patch() -> Value {
    let ok = json!({ "responses": { "200": { "description": "OK" } } });
    let created = json!({ "responses": { "201": { "description": "Logged in" } } });
    json!({ "paths": {
        "/api/tables/{name}/rows": { "get": ok },
        "/api/tables/{name}/rows/{pks}": { "get": ok },
        "/api/auth/token/obtain": { "post": created },
        "/api/auth/token/refresh": { "get": ok },
        "/api/auth/logout": { "get": ok },
    } })
}

impl Subject {
    /// A folder of its own for one run.
    pub(crate) fn folder(&self, tools: &Tools, run: &str) -> Result<PathBuf, String> {
        let folder = tools.folder.join("runs").join(self.name).join(run);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
