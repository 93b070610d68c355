//! Who holds what others need: connections, time, attempts.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use portcullis_testkit::exchange;

use super::super::lab::{Gateway, Lab, PLAIN, Shape, pause};
use super::super::probe::Verdict;

/// Connects from another address of this host.
fn from(number: u8, to: SocketAddr) -> Result<TcpStream, String> {
    use socket2::{Domain, Socket, Type};
    let failed = |error: std::io::Error| format!("127.0.0.{number}: {error}");
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).map_err(failed)?;
    let own = SocketAddr::from((Ipv4Addr::new(127, 0, 0, number), 0));
    socket.bind(&own.into()).map_err(failed)?;
    socket.connect(&to.into()).map_err(failed)?;
    Ok(socket.into())
}

/// How long an honest request takes; none: it is not served.
fn honest(gateway: &Gateway) -> Option<Duration> {
    let begun = Instant::now();
    let request = "GET /open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    (exchange(gateway.address, request).status == 200).then(|| begun.elapsed())
}

pub(super) fn slow(lab: &Lab) -> Result<Verdict, String> {
    let limits = ", head_timeout: 1s, body_idle_timeout: 1s, total_timeout: 5s";
    let gateway = lab.gateway(&Shape { limits, ..PLAIN })?;
    let key = gateway.key(lab)?;
    gateway.serves()?;
    let start = "GET /open HTTP/1.1\r\nHost: a\r\nX-A: ".to_owned();
    let half = format!(
        "POST /items HTTP/1.1\r\nHost: a\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n["
    );
    let mut held = Vec::new();
    for number in 0..400 {
        let mut stream = from(2, gateway.address)?;
        let begin = if number % 2 == 0 { &start } else { &half };
        stream.write_all(begin.as_bytes()).map_err(|error| format!("a slow one: {error}"))?;
        held.push(stream);
    }
    let mut slowest = Duration::ZERO;
    let mut unserved = 0;
    for _ in 0..8 {
        held.iter_mut().for_each(|stream| drop(stream.write_all(b"a")));
        match honest(&gateway) {
            Some(time) => slowest = slowest.max(time),
            None => unserved += 1,
        }
        pause(400);
    }
    // Who still is there after five seconds was not ended.
    let left = held.iter_mut().filter_map(|stream| is_open(stream).then_some(())).count();
    gateway.serves()?;
    let mut wrong = Vec::new();
    if unserved > 0 {
        wrong.push(format!("{unserved} of 8 honest requests are not served"));
    }
    if left > 0 {
        wrong.push(format!("{left} of 400 are still open after their time"));
    }
    Ok(Verdict::of(
        wrong,
        format!("all ended; an honest request took {} ms at most", slowest.as_millis()),
    ))
}

/// Whether the other side has not ended it. What it has said is passed over.
fn is_open(stream: &mut TcpStream) -> bool {
    use std::io::Read as _;
    let _ = stream.set_read_timeout(Some(Duration::from_millis(50)));
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return false,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::ConnectionReset,
        }
    }
}

pub(super) fn one_address(lab: &Lab) -> Result<Verdict, String> {
    let gateway = lab.gateway(&Shape { limits: ", connections: 40", ..PLAIN })?;
    gateway.serves()?;
    let held: Vec<_> = (0..60).map(|_| from(2, gateway.address)).collect::<Result<_, _>>()?;
    pause(300);
    let served = (0..5).filter(|_| honest(&gateway).is_some()).count();
    drop(held);
    pause(300);
    gateway.serves()?;
    let wrong = (served < 5)
        .then(|| format!("{served} of 5 requests of another address are served meanwhile"));
    Ok(Verdict::of(
        wrong.into_iter().collect(),
        "60 held by one address, 40 places: another address is served",
    ))
}
