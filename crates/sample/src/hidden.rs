//! What no document mentions and nobody took down.

#![expect(clippy::unnecessary_wraps, reason = "every operation has the shape of `Operation`")]

use serde_json::json;

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::Books;

/// `GET /debug/env`.
pub(crate) fn environment(_call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-debug-env): what the process was started with.
    Ok(Answer::json(json!({
        "DATABASE_URL": "postgres://pharmacy:fake-database-password@10.0.0.9/pharmacy",
        "PAYMENT_GATEWAY_KEY": "fake_live_key_0000000000000000",
        "SESSION_SECRET": "fake-session-secret",
    })))
}

/// `GET /v0/customers`.
pub(crate) fn customers_v0(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-old-version): from before there were logins.
    Ok(Answer::json(json!({ "customers": books.rows("SELECT * FROM customers", &[])? })))
}

/// `GET /.git/config`.
pub(crate) fn git_config(_call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-git-config): deployed by copying the folder.
    let text = "[remote \"origin\"]\n\turl = https://deploy:fake-token@git.pharmacy.example/api\n";
    Ok(Answer::text("text/plain; charset=utf-8", text.to_owned()))
}

/// `GET /actuator`.
pub(crate) fn actuator(_call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-actuator): a table of contents for attackers.
    Ok(Answer::json(json!({ "_links": {
        "env": "/debug/env", "metrics": "/internal/metrics", "users": "/admin/users",
        "dump": "/backup.sql",
    } })))
}

/// `GET /backup.sql`.
pub(crate) fn backup(_call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    // FLAW(a9-backup): last night's, still there.
    let sql = "SELECT 'INSERT INTO customers VALUES (' || id || ', ' || quote(email) || ', ' || \
               quote(password_hash) || ');' AS line FROM customers";
    let mut dump = "-- pharmacy, nightly\n".to_owned();
    for row in books.rows(sql, &[])? {
        if let Some(line) = row.get("line").and_then(|line| line.as_str()) {
            dump.push_str(line);
            dump.push('\n');
        }
    }
    Ok(Answer::text("text/plain; charset=utf-8", dump))
}

/// `GET /admin/users`.
pub(crate) fn users(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    near(call)?;
    // FLAW(a9-admin-users): "only from this machine", where the proxy runs, too.
    let sql = "SELECT id, email, role, password_hash FROM customers ORDER BY id";
    Ok(Answer::json(json!({ "users": books.rows(sql, &[])? })))
}

/// `GET /internal/metrics`.
pub(crate) fn metrics(call: &Call, books: &Books<'_>) -> Result<Answer, Fault> {
    near(call)?;
    // FLAW(a9-internal-metrics): the same trust.
    let row = books.row("SELECT count(*) AS n, sum(total_cents) AS cents FROM orders", &[])?;
    let row = row.unwrap_or_default();
    let value = |name: &str| row.get(name).map(ToString::to_string).unwrap_or_default();
    let text = format!("orders_total {}\nrevenue_cents {}\n", value("n"), value("cents"));
    Ok(Answer::text("text/plain; charset=utf-8", text))
}

/// Lets in who is, or says to be, on this machine.
fn near(call: &Call) -> Result<(), Fault> {
    let said_so = call.said_address() == Some("127.0.0.1");
    if said_so || call.peer.is_loopback() { Ok(()) } else { Err(Fault::missing("page")) }
}
