//! Inner details in error bodies.

use std::sync::LazyLock;

use portcullis_json::{Kind, Value};
use portcullis_model::{ControlId, Refusal, Status};
use regex::RegexSet;

/// Knows the traces that languages, databases and hosts leave in texts. Linear in the text.
#[derive(Debug)]
pub struct LeakDetector {
    patterns: Option<RegexSet>,
}

/// What a pattern recognises, and the pattern.
const PATTERNS: [(&str, &str); 14] = [
    (
        "stack_trace",
        r"Traceback \(most recent call last\)|panicked at |goroutine \d+ \[|panic: runtime error",
    ),
    (
        "stack_frame",
        r#"(?m)^\s*at [\w.$<>/]+ ?\([\w.$/\\: -]*[:.][\w.:]*\)|\.(?:java|kt|js|ts|cs|py|rb|php|go|rs):\d+|File "[^"]+\.py", line \d+"#,
    ),
    (
        "class_name",
        r"\b(?:javax?|org\.(?:springframework|hibernate|apache|postgresql)|com\.(?:fasterxml|mysql|zaxxer)|System|Microsoft)\.[\w.]*\w+(?:Exception|Error)\b|\w+::\w+Error\b|sqlalchemy\.|psycopg2?\.|pymysql\.|rusqlite|PDOException",
    ),
    ("sql_state", r"SQLSTATE|ORA-\d{5}|SQLITE_[A-Z]+|PG::|\bE11000\b"),
    (
        "sql_error",
        r#"(?i)syntax error at or near|near ".*": syntax error|you have an error in your sql|no such (?:table|column)|unterminated quoted string|(?:relation|column) ".+" does not exist|unknown column '"#,
    ),
    (
        "sql_constraint",
        r"(?i)constraint failed: \w+\.\w+|violates (?:unique|foreign key|check|not-null) constraint|duplicate entry '.*' for key|duplicate key error collection",
    ),
    (
        "sql_text",
        r"\bSELECT\b.{1,200}\bFROM\b.{1,200}\b(?:WHERE|LIMIT|ORDER BY|JOIN)\b|\bselect [\w*\x60., ]+ from \w+ (?:where \w+ ?[=<>]|limit \d|order by |join )|(?i)\binsert into \w+ ?\(|\bupdate \w+ set \w+ ?=|\bDELETE FROM \w+",
    ),
    (
        "unix_path",
        r"(?:^|[\s'\x22(=])/(?:usr|home|var|opt|srv|etc|root|app|proc|tmp|data|mnt|workspace)/[\w.-]+(?:/[\w.-]+)*\.\w+|(?:^|[\s'\x22(=])/(?:usr|var|opt|srv|etc|root|proc)/[\w.-]+",
    ),
    ("windows_path", r"(?i)\b[a-z]:\\[\w. -]+\\"),
    (
        "private_address",
        r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}:\d+|\b127\.0\.0\.1:\d+|\b169\.254\.169\.254\b|\b(?:ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|ENOTFOUND)\b",
    ),
    ("debug_page", r"DEBUG = True|Werkzeug Debugger|Whoops, looks like something went wrong"),
    ("connection_string", r"(?i)\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp)://"),
    ("database_account", r"(?i)access denied for user '|password authentication failed for user"),
    ("token", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"),
];

/// The patterns, compiled once for the process: that takes milliseconds, and they never change.
static COMPILED: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(PATTERNS.iter().map(|(_, pattern)| *pattern)).ok());

impl Default for LeakDetector {
    fn default() -> Self {
        Self { patterns: COMPILED.clone() }
    }
}

impl LeakDetector {
    /// What a text tells, if anything.
    pub fn find(&self, text: &str) -> Option<&'static str> {
        // Without patterns nothing can be said to be clean.
        let Some(patterns) = &self.patterns else {
            return Some("detector_failed");
        };
        let first = patterns.matches(text).iter().next()?;
        PATTERNS.get(first).map(|(name, _)| *name)
    }

    /// What the strings inside a value tell, if anything.
    pub fn find_in(&self, value: Value<'_>) -> Option<&'static str> {
        match value.kind() {
            Kind::String => self.find(value.as_str().unwrap_or_default()),
            Kind::Object => value.members().find_map(|(name, member)| {
                self.find(name.as_str().unwrap_or_default()).or_else(|| self.find_in(member))
            }),
            Kind::Array => value.items().find_map(|item| self.find_in(item)),
            _ => None,
        }
    }
}

/// The refusal of an error body that tells too much; the answer keeps its status.
pub fn leak_refusal(status: Status, what: &'static str) -> Refusal {
    Refusal::new(ControlId::SafeConfiguration, status, "error_body_leaks", what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_found_and_honest_errors_are_not() {
        let detector = LeakDetector::default();
        assert!(detector.patterns.is_some(), "every pattern compiles");
        for (text, what) in [
            ("near \"'\": syntax error in SELECT", "sql_error"),
            ("UNIQUE constraint failed: customers.email", "sql_constraint"),
            ("Traceback (most recent call last):\n", "stack_trace"),
            ("    at Object.<anonymous> (server.js:10:5)", "stack_frame"),
            ("cannot open '/var/lib/api/data.db'", "unix_path"),
            ("java.lang.NullPointerException", "class_name"),
            ("connect ECONNREFUSED 10.0.3.7:5432", "private_address"),
            ("SELECT * FROM orders WHERE id = 7", "sql_text"),
            ("select id, name from users where id = 7", "sql_text"),
            ("relation \"users\" does not exist", "sql_error"),
            ("Duplicate entry 'a@b' for key 'users.email'", "sql_constraint"),
            ("E11000 duplicate key error collection: app.users", "sql_state"),
            ("System.NullReferenceException: Object reference", "class_name"),
            ("org.postgresql.util.PSQLException: ERROR", "class_name"),
            ("com.fasterxml.jackson.databind.JsonMappingException", "class_name"),
            ("(pymysql.err.IntegrityError)", "class_name"),
            ("Access denied for user 'root'@'localhost'", "database_account"),
            ("getaddrinfo ENOTFOUND db.internal", "private_address"),
            ("http://169.254.169.254/latest", "private_address"),
            ("no such file: /data/app/config.yml", "unix_path"),
            ("D:\\work\\app.cs", "windows_path"),
            ("panic: runtime error: index out of range", "stack_trace"),
        ] {
            assert_eq!(detector.find(text), Some(what), "{text}");
        }
        for text in [
            "the e-mail address is already taken",
            "quantity must be at least 1",
            "order 17 is already paid; select another one from the list",
            "version 10.0.3 is required",
            "/api/orders/17",
            "please update your profile and set a phone number",
            "Please select a date from the list where it applies",
            "at least (one) item",
            "expected a comma at position (3)",
            "select a value from 1 to 5, limit 3",
            "Version 10.2.33.44 required",
            "Invalid value 192.168.1.5",
            "File \"invoice.pdf\", line 3 is invalid",
            "/home/address/street",
            "java.lang.String expected",
        ] {
            assert_eq!(detector.find(text), None, "{text}");
        }
    }
}
