//! What it costs to write an answer without markup, or to look for it: `cargo run --release -p portcullis-controls
//! --example markup`. Prints figures as a table.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program that measures: a set-up that fails must fail"
)]

use std::hint::black_box;
use std::time::Instant;

use portcullis_controls::upstream_answer::{escaped, runs_script};
use portcullis_json::{Document, Limits};

const SAMPLES: usize = 20_000;
/// Items of an answer, about 180 bytes each.
const ITEMS: usize = 50;

fn main() {
    println!("| answer | escaped | flagged |\n|---|---:|---:|");
    measure("without markup", "Crème brûlée, 2 × 100 g; ring twice");
    measure("with a sign in each item", "Crème brûlée, 2 × 100 g; Bob & Ann");
    measure("with a tag in each item", "Crème brûlée, 2 × 100 g; <b>ring</b>");
}

fn measure(name: &str, note: &str) {
    let item = |n: usize| {
        format!(
            r#"{{"id":{n},"title":"line item {n}","sku":"CB-{n}","url":"https://shop.example.com/products/cb-{n}","price":"12.{n}","at":"2026-11-26T20:00:00Z","note":"{note}"}}"#
        )
    };
    let items: Vec<String> = (0..ITEMS).map(item).collect();
    let json = format!("[{}]", items.join(","));
    let document =
        Document::parse(json.clone().into_bytes(), &Limits::default()).expect("a document");
    let write = median(|| drop(black_box(escaped(json.as_bytes()))));
    let look = median(|| {
        black_box(runs_script(document.root(), json.as_bytes()));
    });
    println!("| {} bytes {name} | {write:.1} us | {look:.1} us |", json.len());
}

fn median(mut act: impl FnMut()) -> f64 {
    let mut costs: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let begun = Instant::now();
            act();
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    costs.get(SAMPLES / 2).copied().unwrap_or_default()
}
