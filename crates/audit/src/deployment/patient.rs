//! A connection with one deadline for all that is said: who sends a byte now and then holds nobody.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// A connection that ends when its time is over.
#[derive(Debug)]
pub struct Patient {
    stream: TcpStream,
    end: Instant,
}

impl Patient {
    /// Connects; `patience` is for that and for everything after it.
    pub fn connect(address: SocketAddr, patience: Duration) -> Result<Self> {
        let end = Instant::now() + patience;
        let stream = TcpStream::connect_timeout(&address, patience)?;
        Ok(Self { stream, end })
    }

    fn left(&self) -> Result<Duration> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::new(ErrorKind::TimedOut, "it takes too long"));
        }
        Ok(left)
    }
}

impl Read for Patient {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(into)
    }
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_sends_a_byte_now_and_then_holds_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for _ in 0..100 {
                if stream.write_all(b"a").is_err() {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(50));
            }
        });
        let mut stream = Patient::connect(address, Duration::from_millis(300)).unwrap();
        stream.write_all(b"GET /").unwrap();
        let (began, mut bytes) = (Instant::now(), Vec::new());
        assert!(stream.read_to_end(&mut bytes).is_err());
        assert!(!bytes.is_empty() && began.elapsed() < Duration::from_secs(3));
        assert!(stream.write_all(b"b").is_err(), "its time is over");
    }
}
