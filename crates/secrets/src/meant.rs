//! Whether a rule means what it matched.

use crate::allow::is_example;
use crate::matched::Match;
use crate::rules::{BY_NAME, Rule, Rules};

/// Whether a match is none after all.
pub(crate) fn is_allowed(rules: &Rules, rule: &Rule, found: &Match<'_>, path: &str) -> bool {
    is_example(found.secret)
        || is_constant(found.secret)
        || rule.id == PRIVATE_KEY && !has_body(found.secret)
        || rule.id == VAULT && is_old_token(found.secret) && is_name_in_code(found, path)
        || rule.id == PASSWORD && (!has_signs(found.secret) || is_name_in_code(found, path))
        || rule.id == BY_NAME && (is_name_in_code(found, path) || is_public(found.secret))
        || rules.allow.iter().any(|pattern| pattern.is_match(found.secret))
        || rule.allow.iter().any(|allow| allow.allows(found, path))
}

/// Keys between a line that begins and one that ends them (RFC 7468).
const PRIVATE_KEY: &str = "private-key";
/// Tokens of Vault: `hvs.` and, in its older form, `s.` before 24 characters, which is how a member of `s` reads as well.
const VAULT: &str = "vault-service-token";
/// Passwords by the name beside them, with signs that no key has: [`BY_NAME`] has the others.
const PASSWORD: &str = "password-by-name";
/// Signs of passwords that people make, or programs for them.
const SIGNS: &[u8] = b"!@#$%^&*+?~";
/// What stands where a program puts a value in, calls something, or names another place.
const PUT_IN: [&str; 9] = ["${", "#{", "{{", "$(", "%(", "<", "://", "()", "\\"];
/// Characters of base64 in one run, at least, in what is a key. A line has 64 (RFC 7468) or 76.
const BODY_RUN: usize = 40;

/// Whether something stands between the lines that begin and end a key: programs that write keys have the lines alone.
fn has_body(secret: &[u8]) -> bool {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    secret.split(|byte| !is_base64(byte)).any(|run| run.len() >= BODY_RUN)
}

/// Whether it is made as passwords are: letters, digits and signs, and nothing of a program in it.
fn has_signs(secret: &[u8]) -> bool {
    let has = |wanted: fn(&u8) -> bool| secret.iter().any(wanted);
    let is_put_in = |mark: &&str| memchr::memmem::find(secret, mark.as_bytes()).is_some();
    has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
        && has(|byte| SIGNS.contains(byte))
        && !PUT_IN.iter().any(is_put_in)
}

fn is_old_token(secret: &[u8]) -> bool {
    secret.starts_with(b"s.")
}

/// Letters of a constant's name, at least.
const CONSTANT_BYTES: usize = 16;

/// Whether it is the name of a constant: capitals alone, in words. Chance makes no such secret.
fn is_constant(secret: &[u8]) -> bool {
    let words = secret.split(|byte| *byte == b'_').filter(|word| !word.is_empty());
    secret.len() >= CONSTANT_BYTES
        && secret.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
        && words.count() >= 3
}

/// Whether what a name made look like a secret is made to be seen: the name of a file, or the point of P-256 that
/// browsers are given to know a sender by (RFC 8292 section 3.2: 65 bytes that begin with 4, base64url).
fn is_public(secret: &[u8]) -> bool {
    let is_point = secret.len() == 87 && matches!(secret, [b'B', b'A'..=b'P', ..]);
    let ending = secret.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let is_file = secret.contains(&b'.')
        && FILES.iter().any(|known| ending.eq_ignore_ascii_case(known.as_bytes()));
    is_point || is_file
}

/// Endings of files that programs name.
const FILES: [&str; 16] = [
    "css", "gif", "html", "jpeg", "jpg", "js", "json", "mp3", "mp4", "pem", "png", "svg", "txt",
    "webp", "xml", "yaml",
];

/// Files of languages in which a text stands in quotes: what stands without is a name or a number of the program.
const CODE: [&str; 26] = [
    "c", "cc", "cjs", "cpp", "cs", "dart", "go", "h", "java", "js", "jsx", "kt", "lua", "m", "mjs",
    "mts", "php", "py", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx", "vue",
];

/// Whether what a name made look like a secret is itself a name, of a program.
fn is_name_in_code(found: &Match<'_>, path: &str) -> bool {
    let ending = path.rsplit('.').next().unwrap_or_default();
    let before = found.at.checked_sub(1).and_then(|at| found.text.get(at));
    CODE.contains(&ending) && !before.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_begin_and_end_a_key_are_none_without_what_stands_between() {
        let key =
            |body: &str| format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----");
        let body = "MC4CAQAwBQYDK2VwBCIEIObviouslyFakeObviouslyFakeObviouslyFakeOb=";
        for text in [body, &format!("\\n{body}\\n"), &format!("\nProc-Type: 4\n\n{body}\n")] {
            assert!(has_body(key(text).as_bytes()), "{text}");
        }
        let program = "\"),lines.push(encoded(key.bytes).chunks(64)),lines.push(\"";
        assert!(!has_body(key(program).as_bytes()));
    }

    #[test]
    fn names_of_constants_and_files_and_public_points_are_no_secrets() {
        for text in ["OBJECT_QUERY_BINDINGS_TOTAL_READ", "A_B_CDEFGHIJKLMNOP"] {
            assert!(is_constant(text.as_bytes()), "{text}");
        }
        for text in
            ["OBJECT_QUERY_BINDINGS_2", "QWERTYUIOPASDFGHJKLZ", "A_B_C", "aws_access_key_id"]
        {
            assert!(!is_constant(text.as_bytes()), "{text}");
        }
        let point = format!("BD{}", "q7".repeat(42) + "Q");
        for text in ["PCT0_atlas_0.png", "private-key-0815.PEM", &point] {
            assert!(is_public(text.as_bytes()), "{text}");
        }
        for text in ["png", "Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB", &format!("C{point}"), &point[1..]] {
            assert!(!is_public(text.as_bytes()), "{text}");
        }
    }
}
