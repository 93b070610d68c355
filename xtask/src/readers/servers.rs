//! What is installed, and what runs while readers are asked: the gateway, PHP's own server, nginx.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::listening::{Process, start};
use crate::shell;

/// From PyPI.
const PYTHON: [&str; 3] = ["python-multipart==0.0.34", "werkzeug==3.1.9", "orjson==3.13.0"];
/// From npm.
const NODE: [&str; 4] = ["qs@6.17.1", "busboy@1.6.0", "sax@1.6.1", "fast-xml-parser@5.12.1"];
/// From Debian, each with a program of it and the word that has it say its version.
const DEBIAN: [(&str, &str, &str); 5] = [
    ("php-cli php-xml", "php", "-v"),
    ("ruby ruby-rack", "ruby", "-v"),
    ("golang-go", "go", "version"),
    ("nginx-light", "nginx", "-v"),
    ("default-jdk-headless libjackson2-databind-java", "java", "-version"),
];

const GATEWAY: u16 = 18_341;
const PHP: u16 = 18_342;
const NGINX: u16 = 18_343;

/// What runs.
pub(crate) struct Servers {
    pub(crate) gateway: SocketAddr,
    pub(crate) php: SocketAddr,
    pub(crate) nginx: SocketAddr,
    _processes: [Process; 3],
}

/// Where scripts and texts lie.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("target/readers")
}

/// Installs what is missing, and writes the scripts where they run.
pub(crate) fn install() -> Result<(), String> {
    if !shell::has("node", "--version") || !shell::has("python3", "--version") {
        return Err("this needs `python3` with `venv`, and `node` with `npm`".to_owned());
    }
    let mut missing: Vec<&str> = Vec::new();
    for (packages, program, flag) in DEBIAN {
        if !shell::has(program, flag) {
            missing.extend(packages.split(' '));
        }
    }
    if !Path::new("/usr/share/java/jackson-databind.jar").exists() {
        missing.push("libjackson2-databind-java");
    }
    if !missing.is_empty() {
        shell::install(&missing)?;
    }
    let folder = folder();
    std::fs::create_dir_all(&folder).map_err(|error| format!("target/readers: {error}"))?;
    for (name, text) in [
        ("openapi.yaml", include_str!("openapi.yaml")),
        ("portcullis.yaml", include_str!("portcullis.yaml")),
        ("read.py", include_str!("scripts/read.py")),
        ("read.js", include_str!("scripts/read.js")),
        ("read.rb", include_str!("scripts/read.rb")),
        ("read.php", include_str!("scripts/read.php")),
        ("read.go", include_str!("scripts/read.go")),
        ("Read.java", include_str!("scripts/Read.java")),
    ] {
        std::fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))?;
    }
    let shown = folder.display().to_string();
    let venv = format!("{shown}/venv");
    if !Path::new(&venv).join("bin/pip").exists() {
        shell::run("python3", &["-m", "venv", &venv])?;
    }
    let pip = format!("{venv}/bin/pip");
    let quiet = ["install", "--quiet", "--disable-pip-version-check"];
    shell::run(&pip, &[&quiet, &PYTHON[..]].concat())?;
    if !folder.join("node_modules").is_dir() {
        shell::run("npm", &[&["install", "--no-save", "--prefix", &shown], &NODE[..]].concat())?;
    }
    let built = format!("{shown}/read-go");
    shell::run("go", &["build", "-o", &built, &format!("{shown}/read.go")])
}

impl Servers {
    /// Starts them; the gateway stands before this API.
    pub(crate) fn start(api: SocketAddr) -> Result<Self, String> {
        let folder = folder();
        let mut gateway = Command::new(shell::root().join("target/debug/portcullis"));
        gateway.arg("run").arg("--config").arg(folder.join("portcullis.yaml"));
        gateway.arg("--upstream").arg(format!("http://{api}"));
        gateway.arg("--listen").arg(format!("127.0.0.1:{GATEWAY}"));
        let mut php = Command::new("php");
        php.args(["-d", "max_file_uploads=1000", "-d", "html_errors=0", "-S"]);
        php.arg(format!("127.0.0.1:{PHP}")).arg(folder.join("read.php"));
        let conf = format!(
            "worker_processes 1;\npid {0}/nginx.pid;\nerror_log {0}/nginx.log;\nevents {{}}\nhttp {{\n  \
             access_log off;\n  client_body_temp_path {0}/nginx-b;\n  proxy_temp_path {0}/nginx-p;\n  \
             fastcgi_temp_path {0}/nginx-f;\n  uwsgi_temp_path {0}/nginx-u;\n  scgi_temp_path {0}/nginx-s;\n  \
             default_type text/plain;\n  server {{\n    listen 127.0.0.1:{NGINX};\n    \
             location / {{ return 200 \"$uri\"; }}\n  }}\n}}\n",
            folder.display()
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, conf).map_err(|error| format!("nginx.conf: {error}"))?;
        let mut nginx = Command::new("nginx");
        nginx.arg("-p").arg(&folder).arg("-c").arg(file).args(["-g", "daemon off;"]);
        let processes = [start(gateway, GATEWAY)?, start(php, PHP)?, start(nginx, NGINX)?];
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self { gateway: at(GATEWAY), php: at(PHP), nginx: at(NGINX), _processes: processes })
    }
}
