//! An API whose tokens anybody can count out.

use crate::scene::{empty, json};

/// Who a request's credential is, to this API.
pub fn caller(request: &str) -> Option<u32> {
    let line = |name: &str| {
        let mut lines = request.split("\r\n");
        lines.find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let bearer =
        line("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let cookie = line("cookie").and_then(|cookies| {
        let mut pairs = cookies.split("; ").map(str::to_owned);
        pairs.find_map(|pair| pair.strip_prefix("session=").map(str::to_owned))
    });
    line("x-key").or(bearer).or(cookie)?.strip_prefix("ph-")?.split('-').next()?.parse().ok()
}

/// The API: logs in by body and cookie, tells who calls, ends sessions.
pub fn api(request: &str) -> Vec<u8> {
    let body = request.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let who = ["alice", "bob"].iter().position(|name| body.contains(&format!("{name}-pass")));
    let first = request.split("\r\n").next().unwrap_or_default();
    match first.rsplit_once(' ').map_or("", |(line, _)| line) {
        "POST /login" => match who {
            Some(place) => {
                let id = place + 1;
                let cookie = format!("Set-Cookie: session=ph-{id}-000001; Path=/\r\n");
                json(
                    200,
                    &cookie,
                    &format!(
                        r#"{{"token":"ph-{id}-000001","customer_id":{id},"role":"customer"}}"#
                    ),
                )
            }
            None => json(401, "", r#"{"error":"wrong email or password"}"#),
        },
        "GET /me" | "GET /open" => match caller(request) {
            Some(id) => json(200, "", &format!(r#"{{"customer_id":{id}}}"#)),
            None if first.starts_with("GET /open") => json(200, "", "{}"),
            None => json(401, "", r#"{"error":"who are you"}"#),
        },
        "POST /logout" | "POST /password" => empty(204, ""),
        _ => empty(500, ""),
    }
}
