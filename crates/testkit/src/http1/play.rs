//! Plays one case against a server, and says what came of it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::case::{Case, Piece, Then};
use super::recorder::{Received, Recorder};
use crate::raw::{self, Answer};

/// What proves that a connection is in step.
const CANARY: &str = "GET /canary HTTP/1.1\r\nHost: api\r\n\r\n";

/// What is known before a case is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// The server should do what the case says: nothing is waited for beyond that, and what it
    /// says is waited for with patience.
    AsExpected(Duration),
    /// Nobody knows what this server does: it is done when it was silent for so long.
    Silence(Duration),
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Every answer, interim ones too. A status of 9 is bytes without a head, as HTTP/0.9 has them.
    pub answers: Vec<Answer>,
    /// What became of the connection.
    pub then: Then,
    /// What reached the API, without the request that proves the step.
    pub reached: Vec<Received>,
}

/// Plays a case against the server at `address`, with the recorder as the API behind it.
pub fn play(case: &Case, address: SocketAddr, recorder: &Recorder, hint: Hint) -> Outcome {
    recorder.take();
    recorder.answer_once(case.upstream());
    let mut client = Client::new(address, case, hint);
    for piece in case.pieces() {
        match piece {
            // The other side may refuse and close before it has read everything.
            Piece::Bytes(bytes) => drop(client.stream.write_all(&bytes)),
            Piece::Await(count) => client.read_until(count),
            Piece::End => drop(client.stream.shutdown(Shutdown::Write)),
        }
    }
    let wanted = match hint {
        Hint::AsExpected(_) if case.then == Then::Open => case.answer.len(),
        _ => usize::MAX,
    };
    client.read_until(wanted);
    let reached = recorder.take();
    recorder.answer_once(None);
    let then = client.prove(recorder);
    let mut reached = reached;
    if then != Then::Open {
        reached.extend(recorder.take());
    }
    Outcome { answers: client.answers, then, reached }
}

struct Client {
    stream: TcpStream,
    bytes: Vec<u8>,
    answers: Vec<Answer>,
    is_closed: bool,
    /// Whether the first answer has no body whatever it announces.
    is_head: bool,
    patience: Duration,
}

impl Client {
    fn new(address: SocketAddr, case: &Case, hint: Hint) -> Self {
        let stream =
            TcpStream::connect_timeout(&address, Duration::from_secs(10)).expect("a connection");
        stream.set_nodelay(true).expect("an option");
        let (Hint::AsExpected(patience) | Hint::Silence(patience)) = hint;
        let is_head = matches!(case.pieces().first(), Some(Piece::Bytes(bytes)) if bytes.starts_with(b"HEAD "));
        Self { stream, bytes: Vec::new(), answers: Vec::new(), is_closed: false, is_head, patience }
    }

    /// Reads answers until there are so many, the connection ends, or nothing comes any more.
    fn read_until(&mut self, count: usize) {
        let mut piece = [0; 4096];
        while self.answers.len() < count && !self.is_closed {
            self.stream.set_read_timeout(Some(self.patience)).expect("a timeout");
            match self.stream.read(&mut piece) {
                Ok(0) => self.is_closed = true,
                Ok(read) => self.bytes.extend_from_slice(piece.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    let is_silent =
                        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                    self.is_closed = !is_silent;
                    if is_silent {
                        return;
                    }
                }
            }
            self.take_answers();
        }
    }

    fn take_answers(&mut self) {
        while let Some((answer, used)) =
            raw::next(&self.bytes, self.is_head && self.is_final_awaited(), self.is_closed)
        {
            self.bytes.drain(..used);
            self.answers.push(answer);
        }
        if self.is_closed && !self.bytes.is_empty() {
            let body = std::mem::take(&mut self.bytes);
            self.answers.push(Answer { status: 9, fields: Vec::new(), body });
        }
    }

    /// Whether the first request has no final answer yet.
    fn is_final_awaited(&self) -> bool {
        self.answers.iter().all(|answer| answer.status < 200)
    }

    /// Sends one more request, if the connection is still there.
    fn prove(&mut self, recorder: &Recorder) -> Then {
        if self.is_closed || self.stream.write_all(CANARY.as_bytes()).is_err() {
            return Then::Closed;
        }
        let before = self.answers.len();
        let until = Instant::now() + self.patience;
        // What is sent while the first request waits for its body is that body.
        let out_of_step = if self.is_final_awaited() { Then::Waits } else { Then::OutOfStep };
        self.is_head = false;
        while self.answers.len() == before && !self.is_closed && Instant::now() < until {
            self.read_until(before + 1);
        }
        let proof = self.answers.split_off(before.min(self.answers.len()));
        match proof.as_slice() {
            [] if self.is_closed => Then::Closed,
            [] => Then::Waits,
            [answer] if answer.status == 200 => {
                let reached = recorder.take();
                let is_canary = |received: &Received| {
                    received.line == "GET /canary" && received.body.is_empty()
                };
                match reached.as_slice() {
                    [one] if is_canary(one) && self.bytes.is_empty() => Then::Open,
                    _ => out_of_step,
                }
            }
            _ => out_of_step,
        }
    }
}
