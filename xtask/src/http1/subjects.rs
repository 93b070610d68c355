//! Who is compared: each a process on loopback that is ended when this is dropped.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portcullis_testkit::http1::Recorder;

use crate::shell;

/// A proxy, and the API behind it.
pub(crate) struct Subject {
    /// Its name and version.
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    pub(crate) api: Recorder,
    child: Child,
}

impl Drop for Subject {
    fn drop(&mut self) {
        // SIGTERM lets nginx end its workers.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

const OURS: u16 = 18_311;
const NGINX: u16 = 18_312;
const HAPROXY: u16 = 18_313;

impl Subject {
    pub(crate) fn all() -> Result<Vec<Self>, String> {
        let folder = shell::root().join("target/http1");
        std::fs::create_dir_all(&folder).map_err(|error| format!("target/http1: {error}"))?;
        Ok(vec![Self::ours(&folder)?, Self::nginx(&folder)?, Self::haproxy(&folder)?])
    }

    fn ours(folder: &Path) -> Result<Self, String> {
        let api = Recorder::start();
        let mut command = Command::new(shell::root().join("target/debug/portcullis"));
        let contract = shell::root().join("crates/gateway/tests/rfc/openapi.yaml");
        command.arg("run").arg("--contract").arg(contract).args(["--workers", "1"]);
        command.arg("--ledger").arg(folder.join("ledger"));
        command.arg("--upstream").arg(format!("http://{}", api.address()));
        command.arg("--listen").arg(format!("127.0.0.1:{OURS}"));
        Self::start("portcullis".to_owned(), command, OURS, api)
    }

    fn nginx(folder: &Path) -> Result<Self, String> {
        let api = Recorder::start();
        let text = format!(
            "worker_processes 1;\npid {0}/nginx.pid;\nerror_log {0}/nginx.log;\nevents {{}}\n\
             http {{\n  access_log off;\n  client_body_temp_path {0}/body;\n  proxy_temp_path {0}/proxy;\n  \
             fastcgi_temp_path {0}/f;\n  uwsgi_temp_path {0}/u;\n  scgi_temp_path {0}/s;\n  \
             upstream api {{ server {1}; keepalive 8; }}\n  server {{\n    listen 127.0.0.1:{NGINX};\n    \
             location / {{\n      proxy_pass http://api;\n      proxy_http_version 1.1;\n      \
             proxy_set_header Connection \"\";\n    }}\n  }}\n}}\n",
            folder.display(),
            api.address()
        );
        let file = write(folder, "nginx.conf", &text)?;
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).arg("-c").arg(file).args(["-g", "daemon off;"]);
        Self::start(version("nginx"), command, NGINX, api)
    }

    fn haproxy(folder: &Path) -> Result<Self, String> {
        let api = Recorder::start();
        let text = format!(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n\
             frontend in\n  bind 127.0.0.1:{HAPROXY}\n  default_backend api\n\
             backend api\n  server api {}\n",
            api.address()
        );
        let file = write(folder, "haproxy.cfg", &text)?;
        let mut command = Command::new("haproxy");
        command.arg("-db").arg("-f").arg(file);
        Self::start(version("haproxy"), command, HAPROXY, api)
    }

    fn start(name: String, mut command: Command, port: u16, api: Recorder) -> Result<Self, String> {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|error| format!("{name}: {error}"))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let subject = Self { name, address, api, child };
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            if Instant::now() > until {
                return Err(format!("{} does not listen on {address}", subject.name));
            }
            std::thread::yield_now();
        }
        Ok(subject)
    }
}

fn write(folder: &Path, name: &str, text: &str) -> Result<std::path::PathBuf, String> {
    let file = folder.join(name);
    std::fs::write(&file, text).map_err(|error| format!("{name}: {error}"))?;
    Ok(file)
}

/// `nginx 1.22.1`, from what `-v` says.
fn version(program: &str) -> String {
    let output = Command::new(program).arg("-v").output();
    let said = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).replace('/', " ");
    let number = said
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'));
    let number = number.and_then(|word| word.split('-').next()).unwrap_or_default();
    format!("{program} {number}")
}
