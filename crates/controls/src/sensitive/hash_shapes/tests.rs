//! What looks like a hash, and what does not.

use proptest::prelude::*;

use super::*;

/// Of obviously false passwords.
const HASHES: [(&str, &str); 33] = [
    ("$2b$12$FBqWWpZNSqXC8sS.5qo9.uMgawGs71KkkD05DlmJrqoGVE0inmSbO", "bcrypt"),
    ("$2a$10$FBqWWpZNSqXC8sS.5qo9.uMgawGs71KkkD05DlmJrqoGVE0inmSbO", "bcrypt"),
    ("$2y$10$FBqWWpZNSqXC8sS.5qo9.uMgawGs71KkkD05DlmJrqoGVE0inmSbO\n", "bcrypt"),
    ("bcrypt_sha256$$2b$12$FBqWWpZNSqXC8sS.5qo9.uMgawGs71KkkD05DlmJrqoGVE0inmSbO", "bcrypt"),
    (
        "$bcrypt-sha256$v=2,t=2b,r=12$FBqWWpZNSqXC8sS.5qo9.u$MgawGs71KkkD05DlmJrqoGVE0inmSbO",
        "bcrypt",
    ),
    (
        "$argon2id$v=19$m=65536,t=3,p=4$TmFDbDEyMzROYUNsMTIzNA$LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE",
        "argon2",
    ),
    (
        "$argon2i$m=65536,t=3,p=4$TmFDbDEyMzROYUNsMTIzNA$LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE",
        "argon2",
    ),
    (
        "argon2$argon2id$v=19$m=102400,t=2,p=8$TmFDbDEyMzROYUNsMTIzNA$LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE",
        "argon2",
    ),
    (
        "$scrypt$ln=16,r=8,p=1$TmFDbDEyMzROYUNsMTIzNA$LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE",
        "scrypt",
    ),
    ("$7$C6..../....NaCl1234$LXEWQrcmsEQBYnyp.6wy9chTD7GQPMTbAiWHF5IaSIE", "scrypt"),
    (
        "scrypt:32768:8:1$NaCl1234$73c26736a181223ab26f5ab2f83d2ac2d17de476cec7ba9f1963dc85c370fe7d",
        "scrypt",
    ),
    (
        "scrypt$NaCl1234$16384$8$1$pKvURIxJVi2CgRXROh/M6pJ/UrTVRZKX+LQ+QtqJI4vBNibkPcs43bCCSIkn7JBPtCBXRDmD6IWFF51QVRr+Yg==",
        "scrypt",
    ),
    (
        "$pbkdf2-sha256$29000$TmFDbDEyMzROYUNsMTIzNA$LXEWQrcmsEQBYnyp.6wy9chTD7GQPMTbAiWHF5IaSIE",
        "pbkdf2",
    ),
    ("pbkdf2_sha256$260000$NaCl1234$xzIkzYN7cxNqyVvKfyi2zSY//4vDU7pBjv5BBEyUwPE=", "pbkdf2"),
    (
        "pbkdf2:sha256:260000$NaCl1234$c73224cd837b73136ac95bca7f28b6cd263fff8bc353ba418efe41044c94c0f1",
        "pbkdf2",
    ),
    ("$8$dsYGNam3K1SIJO$LXEWQrcmsEQBYnyp.6wy9chTD7GQPMTbAiWHF5IaSIE", "pbkdf2"),
    ("$1$NaCl1234$Qjbm6jEQcP9lghjZy8otz/", "crypt"),
    ("$apr1$NaCl1234$7AJAvd1Kt8XXYidNOJ13r1", "crypt"),
    ("$5$NaCl1234$YRoVENL2c.IF4yGKJCCGVDKfNdWlSxN29Aod1ppzKTB", "crypt"),
    ("$5$rounds=5000$NaCl1234$YRoVENL2c.IF4yGKJCCGVDKfNdWlSxN29Aod1ppzKTB", "crypt"),
    (
        "$6$NaCl1234$sebENmGz7a2ixb74slgSxnF073e0AI6WHZI9DEK7n2G6L1WbyBbB8glBniREv4uojsL3gzxdU5Ot/yghGDHtq.",
        "crypt",
    ),
    ("$y$j9T$NaCl1234$YRoVENL2c.IF4yGKJCCGVDKfNdWlSxN29Aod1ppzKTB", "crypt"),
    ("$P$BNaCl1234Qjbm6jEQcP9lghjZy8otz/", "crypt"),
    ("{SSHA}BgLDZngxg/KIWYRd++xW30l9IgROYUNsMTIzNA==", "directory"),
    ("{SHA}EfatjsUqKYSrqv18O1FlA3hcIHI=", "directory"),
    ("{ssha256}jbA06aEqKjHOP8toxHH2+/Kujvuudjq/Tz9IXGYyZKuaq5HFXbxg2g==", "directory"),
    ("{CRYPT}$1$NaCl1234$Qjbm6jEQcP9lghjZy8otz/", "directory"),
    ("{crypt}ab01FAX.bQRSU", "directory"),
    ("{bcrypt}$2a$10$FBqWWpZNSqXC8sS.5qo9.uMgawGs71KkkD05DlmJrqoGVE0inmSbO", "directory"),
    ("fnv1a$cbf29ce484222325", "named"),
    ("md5$NaCl$0cc175b9c0f1b6a831c399e269772661", "named"),
    ("sha1$NaCl$8b83dba7fe9b2cb73d08f518006600f53794010a", "named"),
    ("ours$NaCl$8b83dba7fe9b2cb73d08f518006600f53794010a", "named"),
];

const OTHERS: [&str; 72] = [
    "",
    "$",
    "$$$",
    "{}",
    "{",
    "It costs $5, or $6 with $1 of tax",
    "$1$2$3",
    "$5$10$20",
    "$5.00",
    "US$1,000,000",
    "$1",
    "$6$",
    "$2a$",
    "$2a$10$",
    "$2a$10$too/short",
    "$6$NaCl1234$too.short",
    "$P$price",
    "$y$",
    "$argon2id$ is what we use for passwords",
    "use $argon2id$v=19$m=65536,t=3,p=4$salt$hash",
    "$argon2id$v=19$m=65536,t=3,p=4$salt$hash",
    "pbkdf2_sha256$iterations$salt$hash",
    "sha256$",
    "md5$",
    "md5$price",
    "md5$12345678",
    "md5$deadbeef",
    "md5$a1b2c3d4e",
    "md5$aaaaaaaaaaaaaaaaaaaaa===",
    "md5$(x)$0cc175b9c0f1b6a831c399e269772661",
    "md5$1$2$3$4$5$6$7$0cc175b9c0f1b6a831c399e269772661",
    "$5$YRoVENL2c.IF4yGKJCCGVDKfNdWlSxN29Aod1ppzKTB",
    "sha256$some_long_name_of_something",
    "sha$com.example.application.service",
    "share$20240101",
    "mode$a1b2c3d4",
    "$.store.book[0].price",
    "$.store.book",
    "$..price",
    "$ref",
    "${user.name}",
    "${jndi:ldap://example.com/a}",
    "{{user.name}}",
    "{user}",
    "{sha}",
    "{sha}/commits",
    "{sha}/repositories/commits/comments",
    "{sha}/Repositories/Commits/Comments",
    "{md5}12345678901234567890",
    "{id}/orders/{order}",
    "{order}0cc175b9c0f1b6a831c399e269772661",
    "{sha!}0cc175b9c0f1b6a831c399e269772661",
    "{md5}ab01FAX.bQRSU",
    "{crypt}",
    "{crypt}currencies",
    "{\"ssha\":\"x\"}",
    "$HOME/bin:$PATH",
    "$(document).ready",
    "$('#id')",
    "^[a-z]+$",
    "s/a/b/$1/$2",
    "com.example.Outer$Inner$Lambda1",
    "Outer$1$Anonymous",
    "query($id:ID!){order(id:$id){total}}",
    "A$AP",
    "price$net$gross",
    "chunk$vendor$0cc175b9c0f1b6a8",
    "chunk$0cc175b9c0f1b6a831c399e269772661",
    "Chunk$Vendor$0cc175b9c0f1b6a831c399e269772661",
    "0cc175b9c0f1b6a831c399e269772661",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
];

#[test]
fn hashes_of_passwords_are_recognised() {
    for (text, family) in HASHES {
        assert_eq!(hash_shape(text), Some(family), "{text}");
    }
}

#[test]
fn prose_prices_paths_and_templates_are_none() {
    for text in OTHERS {
        assert_eq!(hash_shape(text), None, "{text}");
    }
}

#[test]
fn a_hash_inside_other_words_is_no_hash_and_long_texts_are_not_looked_at() {
    for (text, _) in HASHES {
        let text = text.trim_ascii();
        assert_eq!(hash_shape(&format!("the hash is {text}")), None, "{text}");
        assert_eq!(hash_shape(&format!("({text})")), None, "{text}");
    }
    let long = format!("md5${}", "a1".repeat(HASH_BYTES_MAX / 2));
    assert_eq!(hash_shape(&long), None);
    assert_eq!(hash_shape(&"$".repeat(HASH_BYTES_MAX)), None);
}

proptest! {
    #[test]
    fn sentences_and_amounts_are_none(
        words in prop::collection::vec("[A-Za-z]{1,10}|\\$[0-9]{1,4}(\\.[0-9]{2})?|\\{[a-z]{1,6}\\}", 2..8),
    ) {
        prop_assert_eq!(hash_shape(&words.join(" ")), None);
    }

    #[test]
    fn any_text_is_judged(text in "[$\\{\\}a-zA-Z0-9./=é]{0,64}") {
        let has_marks = text.contains(['$', '{']);
        prop_assert!(has_marks || hash_shape(&text).is_none());
    }
}
