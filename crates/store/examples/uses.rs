//! What counting the uses of keys costs: `cargo run --release -p portcullis-store --example uses FOLDER`. A use of a key with
//! quotas of a day and a month, of one below another such key, and what is asked of a key anyhow.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::time::Instant;

use portcullis_model::{KeyId, KeyQuota, KeyRules, UnixMillis};
use portcullis_store::{Kek, KeyFacts, KeyUses, Options, Store};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const USES: u32 = 200_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let kek = Kek::from_bytes(std::array::from_fn(|index| index as u8)).unwrap();
    let (store, _) = Store::open(&folder, &kek, &Options::default(), NOW).unwrap();
    let quota = KeyQuota { rate: None, day: Some(1 << 40), month: Some(1 << 40) };
    let id = |number: u8| KeyId::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number]).unwrap();
    for number in [1, 2] {
        let facts = KeyFacts {
            id: id(number),
            mac: [number; 32],
            owner: "acme".to_owned(),
            label: String::new(),
            parent: (number == 2).then(|| id(1)),
            created: NOW,
            expires: None,
            rules: KeyRules { quota, ..KeyRules::default() },
            replaces: None,
        };
        store.issue_key(facts, NOW).await.unwrap();
    }
    for (what, line) in [
        ("none", vec![]),
        ("one key", vec![(id(1), quota)]),
        ("two keys", vec![(id(2), quota), (id(1), quota)]),
    ] {
        let mut each = Vec::with_capacity(USES as usize);
        for _ in 0..USES {
            let begun = Instant::now();
            let found = store.key(&id(2), NOW).unwrap();
            assert!(found.expires.is_none());
            let uses = store.use_key(&line, NOW).await.unwrap();
            each.push(begun.elapsed().as_nanos());
            assert!(matches!(uses, KeyUses::Counted(_)));
        }
        each.sort_unstable();
        let at = |share: usize| each.get(each.len() * share / 1000).copied().unwrap_or_default();
        let mean = each.iter().sum::<u128>() / u128::from(USES);
        println!(
            "{what}: mean {mean} ns, middle {}, 99 of 100 {}, 999 of 1,000 {}",
            at(500),
            at(990),
            at(999)
        );
    }
}
