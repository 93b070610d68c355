//! Bodies: read off a connection of HTTP/1.1 or a stream of HTTP/2, within their bounds.

use std::io;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::RecvStream;
use tokio::time::timeout_at;

use crate::budget::Held;
use crate::chunk;
use crate::head::Length;
use crate::wire::{Wire, WireFault};

/// The bounds of one body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyRules {
    pub(crate) bytes_max: usize,
    /// How long no byte may come; `None`: only the whole has a time.
    pub(crate) idle: Option<Duration>,
    /// Bytes a second on average, after the first second; 0 is no bound.
    pub(crate) rate_min: u32,
    pub(crate) deadline: Instant,
}

impl BodyRules {
    /// Reads more, within the time that is left and the silence that is allowed.
    async fn within<T>(&self, read: impl Future<Output = io::Result<T>>) -> Result<T, WireFault> {
        let (until, fault) = match self.idle.map(|idle| Instant::now() + idle) {
            Some(silent) if silent < self.deadline => (silent, WireFault::Idle),
            _ => (self.deadline, WireFault::TimedOut),
        };
        let read = timeout_at(until.into(), read).await.map_err(|_| fault)?;
        read.map_err(|error| WireFault::Io(error.kind()))
    }
}

impl BodyRules {
    /// The next piece of a stream's body; none at its end.
    pub(crate) async fn piece(&self, stream: &mut RecvStream) -> Result<Option<Bytes>, WireFault> {
        let piece =
            self.within(async { stream.data().await.transpose().map_err(io::Error::other) });
        let piece = piece.await?;
        // What was read makes room for more.
        let read = piece.as_ref().map_or(0, Bytes::len);
        let _ = stream.flow_control().release_capacity(read);
        Ok(piece)
    }
}

/// A body as it grows.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    bytes: Vec<u8>,
    /// How many of them are counted against the budget of all.
    counted: usize,
    started: Option<Instant>,
}

impl Gathered {
    /// The whole body of a stream; `came` learns of each piece. What follows it (trailer fields) is
    /// never asked for.
    pub(crate) async fn of_stream(
        stream: &mut RecvStream,
        rules: &BodyRules,
        held: &mut Held,
        mut came: impl FnMut(u64),
    ) -> Result<Vec<u8>, WireFault> {
        let mut gathered = Self::default();
        while let Some(piece) = rules.piece(stream).await? {
            came(piece.len() as u64);
            gathered.bytes.extend_from_slice(&piece);
            gathered.judge_size(rules, held)?;
            if !stream.is_end_stream() {
                gathered.judge_rate(rules)?;
            }
        }
        Ok(gathered.bytes)
    }

    /// After each piece: whether it is still within its size and the budget.
    fn judge_size(&mut self, rules: &BodyRules, held: &mut Held) -> Result<(), WireFault> {
        if self.bytes.len() > rules.bytes_max {
            return Err(WireFault::TooLarge);
        }
        if !held.grow(self.bytes.len() - self.counted) {
            return Err(WireFault::NoBudget);
        }
        self.counted = self.bytes.len();
        Ok(())
    }

    /// After each piece but the last: whether it comes fast enough. A body that is there already
    /// needs no clock.
    fn judge_rate(&mut self, rules: &BodyRules) -> Result<(), WireFault> {
        let seconds = self.started.get_or_insert_with(Instant::now).elapsed().as_secs();
        if (self.bytes.len() as u64) < seconds * u64::from(rules.rate_min) {
            return Err(WireFault::TooSlow);
        }
        Ok(())
    }
}

/// Reads one body off a wire.
#[derive(Debug)]
pub(crate) struct BodyReader {
    state: State,
    /// Bytes that extensions of chunks may still take.
    extensions_left: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Exactly(u64),
    UntilClose,
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    /// So many lines were read.
    Trailer(u32),
    Done,
}

/// A chunk's size line and a trailer's lines, at most.
const LINE_BYTES_MAX: usize = 1024;
const TRAILER_LINES_MAX: u32 = 32;

impl BodyReader {
    pub(crate) const fn new(length: Length) -> Self {
        let state = match length {
            Length::None | Length::Exactly(0) => State::Done,
            Length::Exactly(count) => State::Exactly(count),
            Length::Chunked => State::ChunkSize,
            Length::UntilClose => State::UntilClose,
        };
        Self { state, extensions_left: chunk::EXTENSION_BYTES_MAX }
    }

    pub(crate) const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Whether the length that was announced is above this.
    const fn announces_more_than(&self, bytes_max: usize) -> bool {
        matches!(self.state, State::Exactly(count) if count > bytes_max as u64)
    }

    /// What is left of the chunk that is read.
    const fn announced(&self) -> u64 {
        match self.state {
            State::Chunk(left) => left,
            _ => 0,
        }
    }

    /// The body of a stated length, if all of it lies here already.
    pub(crate) fn take_if_here(&mut self, wire: &mut Wire) -> Option<Vec<u8>> {
        let State::Exactly(left) = self.state else {
            return None;
        };
        let count = usize::try_from(left).ok().filter(|count| *count <= wire.unread().len())?;
        let mut body = Vec::with_capacity(count);
        take(wire, count, &mut body);
        self.state = State::Done;
        Some(body)
    }

    /// Reads the whole body.
    pub(crate) async fn read_all(
        &mut self,
        wire: &mut Wire,
        rules: &BodyRules,
        held: &mut Held,
    ) -> Result<Vec<u8>, WireFault> {
        let mut gathered = Gathered::default();
        if self.announces_more_than(rules.bytes_max) {
            return Err(WireFault::TooLarge);
        }
        if let State::Exactly(count) = self.state {
            // Grows with what really comes: an announced length costs the sender nothing.
            gathered.bytes.reserve((count as usize).min(64 << 10));
        }
        while !self.is_done() {
            self.next(wire, rules, &mut gathered.bytes).await?;
            if gathered.bytes.len() as u64 + self.announced() > rules.bytes_max as u64 {
                return Err(WireFault::TooLarge);
            }
            gathered.judge_size(rules, held)?;
            if !self.is_done() {
                gathered.judge_rate(rules)?;
            }
        }
        Ok(gathered.bytes)
    }

    /// Appends the next bytes of the body; less than 16 KiB at a time.
    pub(crate) async fn next(
        &mut self,
        wire: &mut Wire,
        rules: &BodyRules,
        out: &mut Vec<u8>,
    ) -> Result<(), WireFault> {
        if !wire.has_unread() {
            match rules.within(wire.fill()).await? {
                0 if self.state == State::UntilClose => {
                    self.state = State::Done;
                    return Ok(());
                }
                0 => return Err(WireFault::Cut),
                _ => {}
            }
        }
        while wire.has_unread() && !self.is_done() {
            let before = wire.unread().len();
            self.step(wire, out)?;
            if wire.unread().len() == before {
                // A line that is not whole yet: read on behind it.
                return self.read_line_on(wire, rules).await;
            }
        }
        Ok(())
    }

    async fn read_line_on(&self, wire: &mut Wire, rules: &BodyRules) -> Result<(), WireFault> {
        if wire.unread().len() > LINE_BYTES_MAX {
            return Err(WireFault::Syntax);
        }
        match rules.within(wire.fill()).await? {
            0 => Err(WireFault::Cut),
            _ => Ok(()),
        }
    }

    fn step(&mut self, wire: &mut Wire, out: &mut Vec<u8>) -> Result<(), WireFault> {
        match self.state {
            State::Done => {}
            State::UntilClose => {
                let count = wire.unread().len();
                take(wire, count, out);
            }
            State::Exactly(left) => {
                let count = wire.unread().len().min(usize::try_from(left).unwrap_or(usize::MAX));
                take(wire, count, out);
                let left = left - count as u64;
                self.state = if left == 0 { State::Done } else { State::Exactly(left) };
            }
            State::Chunk(left) => {
                let count = wire.unread().len().min(usize::try_from(left).unwrap_or(usize::MAX));
                take(wire, count, out);
                let left = left - count as u64;
                self.state = if left == 0 { State::ChunkEnd } else { State::Chunk(left) };
            }
            State::ChunkEnd => {
                if let Some(line) = line(wire)? {
                    if !line.is_empty() {
                        return Err(WireFault::Syntax);
                    }
                    self.state = State::ChunkSize;
                }
            }
            State::ChunkSize => {
                if let Some(line) = line(wire)? {
                    let (size, extensions) = chunk::size(&line).ok_or(WireFault::Syntax)?;
                    let left = self.extensions_left.checked_sub(extensions);
                    self.extensions_left = left.ok_or(WireFault::Syntax)?;
                    self.state = match size {
                        0 => State::Trailer(0),
                        size => State::Chunk(size),
                    };
                }
            }
            State::Trailer(lines) => self.trailer(wire, lines)?,
        }
        Ok(())
    }

    /// Trailer fields are read and left out: nobody downstream of a check may see them.
    fn trailer(&mut self, wire: &mut Wire, lines: u32) -> Result<(), WireFault> {
        self.state = match line(wire)? {
            None => State::Trailer(lines),
            Some(line) if line.is_empty() => State::Done,
            Some(line) if chunk::is_field_line(&line) && lines < TRAILER_LINES_MAX => {
                State::Trailer(lines + 1)
            }
            Some(_) => return Err(WireFault::Syntax),
        };
        Ok(())
    }
}

fn take(wire: &mut Wire, count: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(wire.unread().get(..count).unwrap_or_default());
    wire.consume(count);
}

/// The next line, without its CRLF, if it is there.
fn line(wire: &mut Wire) -> Result<Option<Vec<u8>>, WireFault> {
    let end = wire.unread().iter().position(|byte| *byte == b'\n');
    if end.unwrap_or(wire.unread().len()) > LINE_BYTES_MAX {
        return Err(WireFault::Syntax);
    }
    let Some(end) = end else { return Ok(None) };
    let line = wire.unread().get(..end).unwrap_or_default().strip_suffix(b"\r");
    let line = line.filter(|line| !line.contains(&b'\r')).ok_or(WireFault::Syntax)?.to_vec();
    wire.consume(end + 1);
    Ok(Some(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Budget;
    use crate::stream::Stream;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};

    async fn read(length: Length, parts: &[&[u8]]) -> Result<Vec<u8>, WireFault> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        sender.set_nodelay(true).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut wire = Wire::new(Stream::Plain(stream));
        let rules = BodyRules {
            bytes_max: 64,
            idle: Some(Duration::from_millis(200)),
            rate_min: 0,
            deadline: Instant::now() + Duration::from_secs(2),
        };
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| part.to_vec()).collect();
        let send = async move {
            for part in parts {
                sender.write_all(&part).await.unwrap();
                sender.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
            sender
        };
        let mut held = Budget::new(1 << 20).take(0).unwrap();
        let mut reader = BodyReader::new(length);
        let (result, _sender) = tokio::join!(reader.read_all(&mut wire, &rules, &mut held), send);
        result
    }

    #[tokio::test]
    async fn chunks_are_joined_however_they_arrive() {
        let whole = b"5\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n";
        assert_eq!(read(Length::Chunked, &[whole]).await.unwrap(), b"hello world");
        let single: Vec<&[u8]> = whole.chunks(1).collect();
        assert_eq!(read(Length::Chunked, &single).await.unwrap(), b"hello world");
    }

    #[tokio::test]
    async fn chunks_that_two_readers_could_read_differently_are_refused() {
        for bad in [
            &b"5;ext=\"1\"\r\nhello\r\n0\r\n\r\n"[..],
            b"5\nhello\n0\n\n",
            b"0x5\r\nhello\r\n0\r\n\r\n",
            b"+5\r\nhello\r\n0\r\n\r\n",
            b" 5\r\nhello\r\n0\r\n\r\n",
            b"5\r\nhelloX\r\n0\r\n\r\n",
            b"FFFFFFFFF\r\n",
            b"\r\n",
            b"5\r\r\nhello\r\n0\r\n\r\n",
            b"0\r\nnot a field\r\n\r\n",
            b"0\r\nX: a\r\n folded: b\r\n\r\n",
            format!("0\r\n{}\r\n", "X: y\r\n".repeat(33)).as_bytes(),
        ] {
            assert_eq!(read(Length::Chunked, &[bad]).await, Err(WireFault::Syntax), "{bad:?}");
        }
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_it_says_within_the_limit() {
        assert_eq!(read(Length::Exactly(3), &[b"abc"]).await.unwrap(), b"abc");
        assert_eq!(read(Length::Exactly(3), &[b"a", b"b", b"cdef"]).await.unwrap(), b"abc");
        assert_eq!(read(Length::Exactly(65), &[]).await, Err(WireFault::TooLarge));
        assert_eq!(read(Length::Exactly(3), &[b"ab"]).await, Err(WireFault::Idle));
        let long = [b"40\r\n".as_slice(), &[b'x'; 64], b"\r\n5\r\nhello\r\n"].concat();
        assert_eq!(read(Length::Chunked, &[&long]).await, Err(WireFault::TooLarge));
    }
}
