//! What an operation answers, and how faults look to the caller.

use std::panic::Location;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::row::Row;

/// A good answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) content: Content,
}

/// What is in it.
pub(crate) enum Content {
    Nothing,
    Json(Value),
    Text(&'static str, String),
}

impl Answer {
    /// 200 with JSON.
    pub(crate) fn json(value: impl Into<Value>) -> Self {
        Self::of(StatusCode::OK, Content::Json(value.into()))
    }

    /// 201 with JSON.
    pub(crate) fn created(value: impl Into<Value>) -> Self {
        Self::of(StatusCode::CREATED, Content::Json(value.into()))
    }

    /// 204.
    pub(crate) fn nothing() -> Self {
        Self::of(StatusCode::NO_CONTENT, Content::Nothing)
    }

    /// 200 with text of that media type.
    pub(crate) fn text(media: &'static str, text: String) -> Self {
        Self::of(StatusCode::OK, Content::Text(media, text))
    }

    /// A redirect.
    pub(crate) fn redirect(status: StatusCode, to: String) -> Self {
        Self::of(status, Content::Nothing).with(header::LOCATION, to)
    }

    /// With one more header field.
    pub(crate) fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn of(status: StatusCode, content: Content) -> Self {
        Self { status, headers: Vec::new(), content }
    }

    /// As it goes out.
    pub(crate) fn render(self) -> Response<Body> {
        let (media, body) = match self.content {
            Content::Nothing => (None, Body::empty()),
            Content::Json(value) => (Some("application/json"), Body::from(value.to_string())),
            Content::Text(media, text) => (Some(media), Body::from(text)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        if let Some(media) = media {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        }
        for (name, value) in self.headers {
            // A value that cannot be a header field is left out: a sample must not panic.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// An operation that did not work.
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) detail: String,
    /// More members for the problem document; only careless operations show them.
    pub(crate) shown: Row,
}

impl Fault {
    /// A refusal that says why.
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), shown: Row::new() }
    }

    /// 404.
    pub(crate) fn missing(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, format!("no such {what}"))
    }

    /// 409.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    /// 422.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
    }

    /// 403.
    pub(crate) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "your role may not do this")
    }

    /// 401.
    pub(crate) fn unknown_caller() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "log in first")
    }

    /// 500 of a statement that failed.
    pub(crate) fn sql(error: &rusqlite::Error, sql: &str, place: &'static Location<'_>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong")
            .showing("exception", format!("rusqlite::Error: {error}"))
            .showing("sql", sql)
            .traced(place)
    }

    /// With one more member.
    pub(crate) fn showing(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.shown.insert(name.to_owned(), value.into());
        self
    }

    /// With the place in the code where it happened.
    pub(crate) fn traced(self, place: &'static Location<'_>) -> Self {
        let file = place.file().rsplit('/').next().unwrap_or_default();
        let at = format!("at /srv/pharmacy/src/{file}:{}:{}", place.line(), place.column());
        self.showing("trace", json!([at, "at /srv/pharmacy/src/desk.rs in pharmacy::desk::serve"]))
    }

    /// As it goes out: with everything that is known, or with what helps the caller.
    pub(crate) fn render(self, show_all: bool) -> Response<Body> {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let mut problem = Row::new();
        problem.insert("type".to_owned(), "about:blank".into());
        problem.insert("title".to_owned(), title.into());
        problem.insert("status".to_owned(), self.status.as_u16().into());
        problem.insert("detail".to_owned(), self.detail.into());
        if show_all {
            problem.extend(self.shown);
        }
        let mut response = Response::new(Body::from(Value::from(problem).to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
