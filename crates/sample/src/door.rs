//! The careless way in: what happens to a request before it is routed, and to every answer.

use std::fmt::Write as _;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use axum::middleware::Next;

use crate::decode;

/// The door in front of everything but the safe twins.
pub(crate) async fn careless(mut request: Request, next: Next) -> Response<Body> {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let mut response = if *request.method() == Method::TRACE {
        trace(&request)
    } else if *request.method() == Method::OPTIONS {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    } else {
        rewrite(&mut request);
        next.run(request).await
    };
    let headers = response.headers_mut();
    // FLAW(a7-leak-headers): what runs here, and in which version.
    headers.insert(header::SERVER, HeaderValue::from_static("Pharmacy/2.3.1 (Debian; axum 0.8)"));
    headers.insert("x-powered-by", HeaderValue::from_static("SQLite/3.50 rusqlite"));
    // FLAW(a7-no-security-headers): none of them is set anywhere.
    if let Some(origin) = origin {
        allow_origin(headers, origin, asked);
    }
    response
}

/// Anything the browser says is allowed.
fn allow_origin(headers: &mut HeaderMap, origin: HeaderValue, asked: Option<HeaderValue>) {
    // FLAW(a7-cors-any-origin), FLAW(a7-cors-preflight): every site may read every answer.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, TRACE"),
    );
    if let Some(asked) = asked {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
    }
}

/// Sends the head of the request back, cookies and tokens and what proxies added.
fn trace(request: &Request) -> Response<Body> {
    // FLAW(a7-trace): scripts read what the browser hides from them.
    let mut text = format!("TRACE {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let _ = write!(text, "x-peer: {peer}\r\n");
    }
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("message/http"));
    response
}

/// Gives the request the method and the path that some proxy, long gone, once asked for.
fn rewrite(request: &mut Request) {
    let named = |name: &str| {
        let value = request.headers().get(name)?.to_str().ok()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    // FLAW(a7-method-override): the method that filters looked at is not the one that runs.
    let method = named("x-http-method-override").or_else(|| named("x-method-override"));
    // FLAW(a7-original-url), FLAW(a7-rewrite-url): nor is the path.
    let target = named("x-original-url").or_else(|| named("x-rewrite-url"));
    let own = || request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let target = target.unwrap_or_else(own);
    if let Some(method) = method.and_then(|name| name.to_ascii_uppercase().parse().ok()) {
        *request.method_mut() = method;
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut plain = plain_path(path);
    if !query.is_empty() {
        plain.push('?');
        plain.push_str(query);
    }
    if let Ok(uri) = plain.parse::<Uri>() {
        *request.uri_mut() = uri;
    }
}

/// The path that is routed: decoded, folded, without dots, parameters, doubled slashes and `/api`.
fn plain_path(path: &str) -> String {
    // FLAW(a9-encoded-path), FLAW(a9-double-encoded-path), FLAW(a9-case-folding),
    // FLAW(a9-matrix-parameter), FLAW(a9-double-slash), FLAW(a9-dot-segments),
    // FLAW(a9-backslash), FLAW(a9-trailing-slash): one operation, countless spellings.
    let decoded = decode::percent(&decode::percent(path, false), false);
    let folded = decoded.to_lowercase().replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in folded.split('/') {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    // FLAW(a9-no-base-path): with or without it.
    let below = segments.strip_prefix(&["api"]).unwrap_or(&segments);
    let mut plain = String::new();
    for segment in below {
        plain.push('/');
        encode(segment, &mut plain);
    }
    if plain.is_empty() { "/".to_owned() } else { plain }
}

fn encode(segment: &str, into: &mut String) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            into.push(char::from(byte));
        } else {
            let _ = write!(into, "%{byte:02X}");
        }
    }
}
