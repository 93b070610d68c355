//! What stands in the place of the API, and of whoever knows callers.

use std::sync::Arc;

use portcullis_policy::{Case, CaseAnswer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};

use super::messages;
use super::seen::Watched;
use crate::loopback::read_request;

/// Answers what the case says, and that there is nothing else; for ever.
pub(super) async fn api(listener: &TcpListener, case: &Arc<Case>, watched: &Arc<Watched>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (case, watched) = (case.clone(), watched.clone());
        tokio::spawn(async move { one(stream, &case, &watched).await });
    }
}

async fn one(mut stream: TcpStream, case: &Case, watched: &Watched) {
    let Ok(request) = read_request(&mut stream).await else { return };
    let (line, body) = messages::parts(&request);
    let line = line.strip_suffix(" HTTP/1.1").unwrap_or(&line).to_owned();
    let scripted = answer(case, &line);
    watched.reached(line.clone(), body, scripted.is_some());
    let nothing = CaseAnswer { status: 404, headers: Vec::new(), body: None };
    let bytes = messages::answer(scripted.unwrap_or(&nothing), line.starts_with("HEAD "));
    // The gateway's own deadline ends what cannot be written.
    let _ = stream.write_all(&bytes).await;
    let _ = stream.shutdown().await;
}

/// The answer to a request: whole, else without its query.
fn answer<'a>(case: &'a Case, line: &str) -> Option<&'a CaseAnswer> {
    let find = |line: &str| case.api.iter().find(|(known, _)| known == line);
    let found = find(line).or_else(|| find(line.split('?').next().unwrap_or_default()));
    found.map(|(_, answer)| answer)
}

/// Says who calls, for ever.
pub(super) async fn server(listener: &TcpListener, said: &Arc<str>) {
    loop {
        let Ok((mut stream, _)) = listener.accept().await else { continue };
        let said = said.clone();
        tokio::spawn(async move {
            if read_request(&mut stream).await.is_err() {
                return;
            }
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{said}",
                said.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        });
    }
}
