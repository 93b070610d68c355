//! Requests and answers of the small issuer.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::issuer::url::{Pairs, pairs};

/// A request, read.
pub(super) struct Got {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Pairs,
    pub(super) form: Pairs,
    pub(super) body: String,
    fields: HashMap<String, String>,
}

impl Got {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?, first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let fields = lines.filter_map(|line| line.split_once(": "));
        let fields = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Some(Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs(query),
            form: pairs(body),
            body: body.to_owned(),
            fields: fields.collect(),
        })
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub(super) fn cookie(&self, name: &str) -> String {
        let cookies = self.field("cookie").split("; ").filter_map(|one| one.split_once('='));
        let found = cookies.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.to_owned()).unwrap_or_default()
    }
}

/// The first or the last value of a name; empty where there is none.
pub(super) fn first<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

pub(super) fn last<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().rev().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// An answer.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) fields: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Said {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        let fields = vec![("Content-Type", "application/json".to_owned())];
        Self { status, fields, body: value.to_string() }
    }

    pub(super) fn error(status: u16, error: &str) -> Self {
        Self::json(status, &serde_json::json!({ "error": error }))
    }

    pub(super) fn page(body: &str) -> Self {
        let fields = vec![("Content-Type", "text/html".to_owned())];
        Self { status: 200, fields, body: body.to_owned() }
    }

    pub(super) fn lead(status: u16, to: impl Into<String>) -> Self {
        Self { status, fields: vec![("Location", to.into())], body: String::new() }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut text =
            format!("HTTP/1.1 {} X\r\nContent-Length: {}\r\n", self.status, self.body.len());
        for (name, value) in &self.fields {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        (text + "\r\n" + &self.body).into_bytes()
    }
}
