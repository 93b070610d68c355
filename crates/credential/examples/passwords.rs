//! What one hash of a password costs: `cargo run -p portcullis-credential --example passwords`. Argon2 itself is optimised in
//! every profile.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};

use portcullis_credential::password::{Hashed, MEMORY_KIB, Pepper, Salt, Work, prepare};

const TIMES: usize = 60;

fn main() {
    let pepper = Pepper::parse(&std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8));
    let password = prepare(b"correct horse battery staple");
    let (Ok(pepper), Ok(password), Some(salt)) = (pepper, password, Salt::draw()) else { return };
    let mut work = Work::default();
    let Ok(hash) = Hashed::new(&password, salt, &pepper, &mut work) else { return };
    println!("{MEMORY_KIB} KiB of memory for each thread");
    for is_kept in [true, false] {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..TIMES {
            let begun = Instant::now();
            let is_right = hash.is(&password, &pepper, &mut work);
            times.push(begun.elapsed());
            if is_right != Ok(true) {
                return;
            }
            if !is_kept {
                work = Work::default();
            }
        }
        times.sort_unstable();
        let at = |part: usize| times.get(TIMES * part / 100).map_or(0.0, Duration::as_secs_f64);
        let memory = if is_kept { "kept" } else { "given back each time" };
        let (least, middle, most) = (at(0) * 1e3, at(50) * 1e3, at(95) * 1e3);
        println!(
            "memory {memory}: {least:.1} ms at least, {middle:.1} in the middle, {most:.1} for 95 of 100"
        );
    }
}
