//! x
#[cfg(test)]
mod generated {
    use portcullis_attack::generate::{generate, Options, Person, Generated};
    use portcullis_attack::{Document, sample_model};
    use portcullis_model::{Clock, UnixMillis};
    use std::sync::Arc;
    use std::time::{SystemTime, UNIX_EPOCH};
    struct System;
    impl Clock for System {
        fn now(&self) -> UnixMillis {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            UnixMillis(since.as_millis() as u64)
        }
    }
    const POLICY: &str = include_str!("../policies/pharmacy.yaml");
    fn made() -> Generated {
        let clock: Arc<dyn Clock> = Arc::new(System);
        let api = "127.0.0.1:9".parse().unwrap();
        let model = sample_model(Document::Honest, Some(POLICY), api, &clock).unwrap();
        let person = |name: &str, role: &str| Person { name: name.to_owned(), roles: Some(vec![role.to_owned()]) };
        let people = [person("alice", "customer"), person("bob", "customer"), person("paula", "pharmacist"), person("adam", "admin")];
        generate(&model, &people, &Options { policy_file: Some("pharmacy"), attacks_max: 2000, seed: 1 }).unwrap()
    }
    #[test]
    fn run() {
        let made = made();
        let runner = portcullis_attack::Runner { place: portcullis_attack::Place::Sample, clock: Arc::new(System) };
        let attacks: Vec<_> = made.attacks.iter().map(|one| one.attack.clone()).collect();
        let begun = std::time::Instant::now();
        let report = runner.run(&attacks, &[], &|line| eprintln!("{line}"));
        println!("{:?} {}", report.totals, begun.elapsed().as_secs());
        for one in &report.attacks { println!("R {} {} {} {} {:?} {:?}", one.state.name(), one.id, one.direct.name(), one.through.name(), one.stopped_by, one.why); }
        for one in &made.attacks { println!("{}", one.text); }
    }
    #[test]
    fn list() {
        let made = made();
        for one in &made.attacks { println!("{}", one.attack.id.value); }
        for one in &made.left_out { println!("LEFT {} [{}]: {}", one.operation, one.what, one.why); }
        println!("{} attacks, {} left out", made.attacks.len(), made.left_out.len());
    }
}
