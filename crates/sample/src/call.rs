//! What the client sent, and the careless ways to read it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::Location;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts as _, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::Response;
use serde::Deserialize as _;
use serde_json::Value;

use crate::answer::Fault;
use crate::database::Books;
use crate::row::Row;
use crate::{coerce, decode};

/// JSON this deep is refused, so that the process that runs this sample survives.
const JSON_DEPTH_MAX: usize = 100_000;

/// One request.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) peer: IpAddr,
    pub(crate) body: Bytes,
    /// The body as a careless operation reads it; see [`Call::open`].
    pub(crate) text: String,
    parameters: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

/// Who is calling.
pub(crate) struct Caller {
    pub(crate) id: i64,
    pub(crate) role: String,
    pub(crate) discount_percent: f64,
    /// The branch or region that they belong to.
    pub(crate) organisation: String,
}

impl Caller {
    /// Whether they work here.
    pub(crate) fn is_staff(&self) -> bool {
        matches!(self.role.as_str(), "pharmacist" | "regional" | "admin")
    }

    /// Whether everything here is theirs to decide.
    pub(crate) fn is_admin(&self) -> bool {
        self.role == "admin"
    }
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let parameters = path_parameters(&mut parts, state).await;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        // FLAW(a4-huge-body): whatever is sent is taken into memory.
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|_| {
            Fault::new(StatusCode::BAD_REQUEST, "the body did not arrive").render(false)
        })?;
        Ok(Self {
            query: decode::pairs(parts.uri.query().unwrap_or_default()),
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            peer,
            body,
            text: String::new(),
            parameters,
        })
    }
}

/// The parameters of the path, decoded.
async fn path_parameters<S: Send + Sync>(parts: &mut Parts, state: &S) -> Vec<(String, String)> {
    let found = RawPathParams::from_request_parts(parts, state).await;
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    found.map(|parameters| parameters.iter().map(pair).collect()).unwrap_or_default()
}

impl Call {
    /// Inflates and decodes the body.
    pub(crate) fn open(&mut self) -> Result<(), Fault> {
        let coding = self.header("content-encoding").to_ascii_lowercase();
        let plain = decode::inflate(&self.body, &coding)
            .map_err(|error| Fault::new(StatusCode::BAD_REQUEST, error.to_string()))?;
        self.text = decode::text(&plain, self.header("content-type"));
        Ok(())
    }

    /// A header field, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let values = self.headers.get_all(header::COOKIE).into_iter();
        let mut pairs = values
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// A parameter of the path.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        let mut found = self.parameters.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A parameter of the query.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        // FLAW(f1-duplicate-query-key): of several the last counts.
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter of the query.
    pub(crate) fn query_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The names of the query that begin with `prefix`, without it, and their values.
    pub(crate) fn query_within<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let within = move |(key, value): &'a (String, String)| {
            Some((key.strip_prefix(prefix)?, value.as_str()))
        };
        self.query.iter().filter_map(within)
    }

    /// An id in the path.
    #[track_caller]
    pub(crate) fn id(&self, name: &str) -> Result<i64, Fault> {
        // FLAW(f1-id-spelling): `07`, ` 7` and `+7` are all 7.
        let text = self.parameter(name);
        let place = Location::caller();
        text.trim().parse().map_err(|error| {
            // FLAW(a7-verbose-400): a slip of the client's shows them the inside of the house.
            Fault::new(StatusCode::BAD_REQUEST, format!("`{text}` is no id"))
                .showing("exception", format!("{error:?}"))
                .showing("sql", format!("SELECT * FROM {} WHERE id = {text}", self.table()))
                .traced(place)
        })
    }

    /// The table that the path names, for messages.
    fn table(&self) -> &str {
        self.uri.path().split('/').nth(1).unwrap_or_default()
    }

    /// The fields of the body.
    pub(crate) fn fields(&self) -> Result<Row, Fault> {
        let text = self.text.trim_start();
        if text.is_empty() {
            return Ok(Row::new());
        }
        // FLAW(f2-text-plain), FLAW(f2-json-suffix), FLAW(f2-form-for-json),
        // FLAW(f2-missing-type): the media type is not looked at, what looks like JSON is JSON,
        // all else is a form.
        if !text.starts_with(['{', '[']) {
            let pairs = decode::pairs(text).into_iter();
            return Ok(pairs.map(|(name, value)| (name, Value::String(value))).collect());
        }
        // FLAW(a4-deep-json): the limit of the library was in the way of an import once.
        if decode::depth(text) > JSON_DEPTH_MAX {
            return Err(Fault::new(StatusCode::BAD_REQUEST, "the body is nested too deeply"));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        // FLAW(f1-duplicate-member): the last one counts. FLAW(f1-trailing-text): the rest is
        // not read.
        match Value::deserialize(&mut reader) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(Value::Array(items)) => match items.into_iter().next() {
                Some(Value::Object(fields)) => Ok(fields),
                _ => Err(Fault::invalid("the body is not an object")),
            },
            Ok(_) => Err(Fault::invalid("the body is not an object")),
            Err(error) => {
                Err(Fault::new(StatusCode::BAD_REQUEST, format!("cannot read the body: {error}")))
            }
        }
    }

    /// Who is calling: by token, in a header field or a cookie.
    pub(crate) fn caller(&self, books: &Books<'_>) -> Result<Caller, Fault> {
        // FLAW(f2-form-for-json), FLAW(f4-form-post): a cookie without `SameSite`, sent along by any other site.
        let token = self.bearer().or_else(|| self.cookie("session"));
        known(books, token)
    }

    /// The bearer token.
    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization").strip_prefix("Bearer ")
    }

    /// Whether the caller asks to see how the answer came about.
    pub(crate) fn wants_debug(&self) -> bool {
        // FLAW(a9-debug-query), FLAW(a9-debug-header), FLAW(a9-debug-cookie): left on.
        self.query("debug") == Some("1")
            || self.header("x-debug") == "1"
            || self.cookie("debug") == Some("1")
    }

    /// The address that the request says it comes from.
    pub(crate) fn said_address(&self) -> Option<&str> {
        let said = self.header("x-forwarded-for").split(',').next().unwrap_or_default().trim();
        (!said.is_empty()).then_some(said)
    }
}

/// The caller whose token it is.
pub(crate) fn known(books: &Books<'_>, token: Option<&str>) -> Result<Caller, Fault> {
    let token = token.ok_or_else(Fault::unknown_caller)?;
    let sql = "SELECT c.id, c.role, c.loyalty_discount_percent, c.organisation_id \
               FROM customers c JOIN tokens t ON t.customer_id = c.id WHERE t.token = ?1 AND t.ended = 0";
    let row = books.row(sql, &[&token])?.ok_or_else(Fault::unknown_caller)?;
    let field = |name: &str| row.get(name).unwrap_or(&Value::Null);
    Ok(Caller {
        id: field("id").as_i64().unwrap_or_default(),
        role: coerce::text(field("role")),
        discount_percent: field("loyalty_discount_percent").as_f64().unwrap_or_default(),
        organisation: coerce::text(field("organisation_id")),
    })
}
