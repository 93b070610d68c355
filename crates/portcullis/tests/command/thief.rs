//! What somebody does who has the store and its key: by what the page about the store says, and nothing else.

use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf;
use rusqlite::types::Value;
use rusqlite::{Connection, Row};

/// Of each session: the API's credentials, by name.
pub(crate) fn credentials(store: &Path, kek: &[u8; 32]) -> Vec<Vec<(String, String)>> {
    let database = Connection::open(store.join("store.db")).unwrap();
    let mut rows = database.prepare("SELECT * FROM session").unwrap();
    let key = data_keys(kek);
    rows.query_map([], |row| Ok(opened(&key, row))).unwrap().map(Result::unwrap).collect()
}

fn data_keys(kek: &[u8; 32]) -> RandomizedNonceKey {
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"portcullis store v1");
    let mut bytes = [0; 32];
    let derived = salt.extract(kek);
    derived.expand(&[b"data keys"], hkdf::HKDF_SHA256).unwrap().fill(&mut bytes).unwrap();
    RandomizedNonceKey::new(&AES_256_GCM_SIV, &bytes).unwrap()
}

fn opened(key: &RandomizedNonceKey, row: &Row<'_>) -> Vec<(String, String)> {
    let bytes = |name: &str| match row.get::<_, Value>(name).unwrap() {
        Value::Blob(bytes) => bytes,
        Value::Text(text) => text.into_bytes(),
        Value::Integer(number) => number.to_le_bytes().to_vec(),
        Value::Null => u64::MAX.to_le_bytes().to_vec(),
        Value::Real(_) => panic!("no column is one"),
    };
    let before = match row.get::<_, Value>("before_digest").unwrap() {
        Value::Blob(bytes) => bytes,
        _ => Vec::new(),
    };
    let kinds = ["state", "origin"].map(|name| *bytes(name).first().unwrap());
    let columns = |names: &[&str]| names.iter().map(|name| bytes(name)).collect::<Vec<_>>();
    let mut beside = columns(&["version", "digest"]);
    beside.push(before);
    beside.extend(columns(&[
        "before_until",
        "api",
        "account",
        "created",
        "expires",
        "idle",
        "refreshed",
    ]));
    beside.extend([kinds.to_vec(), bytes("network")]);
    let aad = |column: &str, beside: &[u8]| {
        joined(&[b"session".to_vec(), column.into(), bytes("id"), vec![1], beside.to_vec()])
    };
    let data_key = decrypt(key, &aad("data_key", &[]), &bytes("data_key"));
    let data_key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &data_key).unwrap();
    texts(&decrypt(&data_key, &aad("sealed", &joined(&beside)), &bytes("sealed")))
}

fn decrypt(key: &RandomizedNonceKey, aad: &[u8], whole: &[u8]) -> Vec<u8> {
    let (nonce, text) = whole.split_at(1).1.split_at(NONCE_LEN);
    let (nonce, mut text) = (Nonce::try_assume_unique_for_key(nonce).unwrap(), text.to_vec());
    key.open_in_place(nonce, Aad::from(aad), &mut text).unwrap().to_vec()
}

fn joined(parts: &[Vec<u8>]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u64).to_le_bytes()[..], part].concat()).collect()
}

/// Behind subject and attributes.
fn texts(sealed: &[u8]) -> Vec<(String, String)> {
    let (mut all, mut rest) = (Vec::new(), sealed.split_at(1).1);
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (text, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
        all.push(String::from_utf8(text.to_vec()).unwrap());
        rest = behind;
    }
    let (pairs, []) = all.split_at(2).1.as_chunks::<2>() else { panic!("a name without a value") };
    pairs.iter().map(|[name, value]| (name.clone(), value.clone())).collect()
}
