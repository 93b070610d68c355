//! An attack as a script for bash, curl and jq, so that somebody else can see it happen.
//!
//! `$API` is where it is asked, `$ALICE` is Alice's credential. What a file crafts (tokens, keys, slow senders) is named
//! in a comment, and left to whoever replays it.

use std::fmt::Write as _;

use serde_saphyr::Spanned;

use crate::form::{Attack, Step};
use crate::variables::{Variables, is_name};

/// Bytes of a body that is shown in full; a bomb is not.
const BODY_BYTES_MAX: usize = 4 << 10;

/// What the runner sets, made by whoever replays it.
const OF_CHANCE: [(&str, &str); 3] = [
    ("unique", "u$RANDOM$RANDOM$RANDOM"),
    ("number", "$((20000 + RANDOM))"),
    ("listener", "http://127.0.0.1:8099 # yours: python3 -m http.server -b 127.0.0.1 8099"),
];

/// The script.
pub(crate) fn script(attack: &Attack) -> String {
    let mut text = format!("# {}: {}\n", attack.id.value, attack.title.value);
    let people = people(attack);
    if !people.is_empty() {
        let _ = writeln!(
            text,
            "# needs API (http://host:port) and the credentials {}",
            people.join(", ")
        );
    }
    if !attack.tokens.0.is_empty() || !attack.keys.0.is_empty() || !attack.users.0.is_empty() {
        text.push_str("# tokens, keys or users that the file describes must be made first\n");
    }
    let mut parts = String::new();
    for (part, steps) in [
        ("before", &attack.before),
        ("the attack", &attack.attack),
        ("what became of it", &attack.look),
    ] {
        if steps.is_empty() {
            continue;
        }
        let _ = writeln!(parts, "# {part}");
        steps.iter().for_each(|one| step(&one.value, &mut parts));
    }
    // A number in JSON is no text.
    let parts = parts.replace(r#"\"${number}\""#, "${number}");
    for (name, made) in OF_CHANCE {
        if parts.contains(&format!("${{{name}}}")) {
            let _ = writeln!(text, "{name}={made}");
        }
    }
    text + &parts
}

/// Whose credentials it takes, as variables.
fn people(attack: &Attack) -> Vec<String> {
    let all = [&attack.before, &attack.attack, &attack.look];
    let named =
        all.into_iter().flatten().filter_map(|step: &Spanned<Step>| step.value.identity.as_deref());
    let mut people: Vec<String> = named.map(variable).collect();
    people.sort_unstable();
    people.dedup();
    people
}

fn step(step: &Step, text: &mut String) {
    let mut line = match (&step.send, &step.raw) {
        (Some(send), _) => curl(step, send),
        (None, Some(raw)) => {
            format!("printf %s {} | nc \"$HOST\" \"$PORT\"", ansi(raw))
        }
        (None, None) => return,
    };
    if step.slow.is_some() {
        let _ = writeln!(text, "# sent a few bytes at a time");
    }
    if !step.each.is_empty() {
        let all: Vec<String> = step.each.iter().map(|one| single(one)).collect();
        let end = if step.together { " & done; wait" } else { "; done" };
        line = format!("for each in {}; do {line}{end}", all.join(" "));
    }
    if step.save.is_empty() {
        let _ = writeln!(text, "{line}");
        return;
    }
    let _ = writeln!(text, "answer=$({line})");
    for (name, from) in &step.save {
        if !is_name(name) {
            continue;
        }
        match from.strip_prefix('/') {
            Some(pointer) => {
                let path: Vec<String> = pointer.split('/').map(member).collect();
                let _ = writeln!(
                    text,
                    "{name}=$(jq -r 'getpath([{}])' <<< \"$answer\")",
                    path.join(", ")
                );
            }
            None => {
                let _ = writeln!(text, "# {name}: the field {from} of that answer (curl -D -)");
            }
        }
    }
}

fn curl(step: &Step, send: &str) -> String {
    let (method, target) = send.split_once(' ').unwrap_or(("GET", send));
    let mut line = String::from("curl -sS --path-as-is");
    if method == "HEAD" {
        line.push_str(" --head");
    } else if method != "GET" {
        let _ = write!(line, " -X {}", double(method));
    }
    let _ = write!(line, " \"$API\"{}", double(target));
    if let (Some(name), Some(parameter)) = (&step.identity, &step.credential_in) {
        let mark = if target.contains('?') { '&' } else { '?' };
        let _ = write!(line, "\"{mark}{parameter}=${{{}#* }}\"", variable(name));
    } else if let Some(name) = &step.identity {
        let _ = write!(line, " -H \"Authorization: ${}\"", variable(name));
    }
    for (name, value) in &step.headers.pairs {
        let _ = write!(line, " -H {}", double(&format!("{name}: {value}")));
    }
    let Some(body) = &step.body else { return line };
    if let Some((field, value)) = body.label()
        && !step.headers.names.iter().any(|name| name.eq_ignore_ascii_case(field))
    {
        let _ = write!(line, " -H {}", double(&format!("{field}: {value}")));
    }
    let bytes = body.bytes(&Variables::as_they_are(&body.texts())).unwrap_or_default();
    match str::from_utf8(&bytes) {
        Ok(body) if !body.is_empty() && body.len() <= BODY_BYTES_MAX => {
            let _ = write!(line, " --data-binary {}", double(body));
        }
        _ => line.push_str(" --data-binary @the-body-that-the-file-describes"),
    }
    line
}

/// A word in double quotes, in which `${name}` stays a variable and nothing else is one.
fn double(word: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let is_variable = rest
            .strip_prefix("${")
            .is_some_and(|inner| inner.split_once('}').is_some_and(|(name, _)| is_name(name)));
        if matches!(first, '"' | '\\' | '`' | '$') && !is_variable {
            out.push('\\');
        }
        out.push(first);
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    out.push('"');
    out
}

/// A word in which nothing is a variable.
fn single(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// A word with its line ends written out (ANSI-C quoting of bash).
fn ansi(word: &str) -> String {
    let mut out = String::from("$'");
    for one in word.chars() {
        match one {
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\'' | '\\' => out.extend(['\\', one]),
            one if one.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(one));
            }
            one => out.push(one),
        }
    }
    out.push('\'');
    out
}

/// A step of a JSON Pointer as jq writes it.
fn member(step: &str) -> String {
    let name = step.replace("~1", "/").replace("~0", "~");
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
        return name;
    }
    serde_json::Value::from(name).to_string().replace('\'', "\\u0027")
}

/// The variable of somebody's credential.
fn variable(name: &str) -> String {
    let is_inner =
        |one: char| if one.is_ascii_alphanumeric() { one.to_ascii_uppercase() } else { '_' };
    name.chars().map(is_inner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Against;
    use crate::read;

    #[test]
    fn an_attack_is_a_script() {
        let text = r#"
id: a1-read
item: A1
control: object_ownership
cwe: 639
title: read another's order
before:
  - as: bob
    send: POST /api/orders
    body: { json: { note: "it's ${unique} for $5", lines: [1], id: "${number}" } }
    save: { order: /id, first: /lines/0/it's }
honest:
  - { as: bob, send: "GET /api/orders/${order}", expect: [{ status: 200 }] }
attack:
  - { as: alice, send: "GET /api/orders/${order}?x=`id`", headers: { X-Shop: "a\"b" } }
  - { send: "GET /api/orders/${each}", each: ["1", "it's"] }
look:
  - raw: "GET / HTTP/1.1\r\n\r\n"
harm:
  - { status: 200 }
"#;
        let attack = read::attack("a.yaml", text, Against::Sample).unwrap();
        assert_eq!(
            script(&attack),
            r#"# a1-read: read another's order
# needs API (http://host:port) and the credentials ALICE, BOB
unique=u$RANDOM$RANDOM$RANDOM
number=$((20000 + RANDOM))
# before
answer=$(curl -sS --path-as-is -X "POST" "$API""/api/orders" -H "Authorization: $BOB" -H "Content-Type: application/json" --data-binary "{\"note\":\"it's ${unique} for \$5\",\"lines\":[1],\"id\":${number}}")
first=$(jq -r 'getpath(["lines", 0, "it\u0027s"])' <<< "$answer")
order=$(jq -r 'getpath(["id"])' <<< "$answer")
# the attack
curl -sS --path-as-is "$API""/api/orders/${order}?x=\`id\`" -H "Authorization: $ALICE" -H "X-Shop: a\"b"
for each in '1' 'it'\''s'; do curl -sS --path-as-is "$API""/api/orders/${each}"; done
# what became of it
printf %s $'GET / HTTP/1.1\r\n\r\n' | nc "$HOST" "$PORT"
"#
            .replace("a\"b\"", "a\\\"b\"")
        );
    }

    #[test]
    fn every_built_in_attack_is_a_script_that_bash_can_read() {
        use std::io::Write as _;
        use std::process::{Command, Stdio};
        let attacks = crate::registry::attacks().unwrap();
        let all: String = attacks.iter().map(script).collect();
        let bash =
            Command::new("bash").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let Ok(mut bash) = bash else { return };
        bash.stdin.take().unwrap().write_all(all.as_bytes()).unwrap();
        let ended = bash.wait_with_output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}
