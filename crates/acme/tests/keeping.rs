//! A certificate is obtained, kept and renewed; and what an authority does wrong changes nothing.

#![expect(clippy::unwrap_used, reason = "a set-up that fails must fail its test")]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use portcullis_acme::{Bounds, ExternalAccount, Issued, News, Stage, Terms, keep, lying};
use portcullis_model::{Clock as _, Secret, UnixMillis};
use portcullis_testkit::FakeClock;
use portcullis_testkit::acme::{Answers, Authority, Gives, Script};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const START: UnixMillis = UnixMillis(1_800_000_000_000);
const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

fn quick() -> Bounds {
    Bounds {
        exchange: Duration::from_millis(500),
        poll: Duration::from_millis(5),
        decision: Duration::from_secs(5),
        attempt: Duration::from_secs(10),
        look: Duration::from_millis(5),
    }
}

/// Shows nothing, and remembers what it was to show.
struct Scene {
    clock: Arc<FakeClock>,
    terms: Mutex<Option<Arc<Terms>>>,
    put: Mutex<Vec<Issued>>,
    proofs: AtomicUsize,
    is_forgotten: AtomicBool,
    tell: UnboundedSender<String>,
}

impl Stage for Scene {
    fn terms(&self) -> Option<Arc<Terms>> {
        self.terms.lock().unwrap().clone()
    }

    fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    fn chance(&self) -> u16 {
        0
    }

    fn prove(&self, _: &str, certificate: &str, key: &Secret) -> bool {
        self.is_forgotten.store(false, Ordering::Relaxed);
        self.proofs.fetch_add(1, Ordering::Relaxed);
        certificate.contains("BEGIN CERTIFICATE") && !key.expose_secret().is_empty()
    }

    fn forget(&self) {
        self.is_forgotten.store(true, Ordering::Relaxed);
    }

    fn put(&self, issued: &Issued) -> bool {
        self.put.lock().unwrap().push(issued.clone());
        true
    }

    fn tell(&self, _: &Terms, news: &News<'_>) {
        let line = match news {
            News::Asked => "asked".to_owned(),
            News::Waits { next, .. } => {
                format!("waits for {} min", (next.0 - self.now().0) / 60_000)
            }
            News::Kept { .. } => "kept".to_owned(),
            News::Unusable { why } => format!("unusable: {why}"),
            News::Issued { next, .. } => {
                format!("issued, next in {} h", (next.0 - self.now().0) / HOUR_MS)
            }
            News::Failed { why, next, ends, is_urgent, .. } => format!(
                "failed: {why}; next in {} h, {}{}",
                (next.0 - self.now().0) / HOUR_MS,
                if ends.is_some() { "one is shown" } else { "none is shown" },
                if *is_urgent { ", urgent" } else { "" }
            ),
        };
        self.tell.send(line).unwrap();
    }
}

struct Test {
    scene: Scene,
    authority: Authority,
    folder: tempfile::TempDir,
    heard: UnboundedReceiver<String>,
    /// All that was heard since the last start.
    lines: Vec<String>,
}

impl Test {
    fn with(script: Script) -> Self {
        let clock = Arc::new(FakeClock::at(START));
        let authority = Authority::start(clock.clone(), script);
        let folder = tempfile::tempdir().unwrap();
        let (tell, heard) = unbounded_channel();
        let scene = Scene {
            clock,
            terms: Mutex::default(),
            put: Mutex::default(),
            proofs: AtomicUsize::new(0),
            is_forgotten: AtomicBool::new(true),
            tell,
        };
        let test = Self { scene, authority, folder, heard, lines: Vec::new() };
        test.want(&["a.example", "b.example"]);
        test
    }

    fn terms(&self, names: &[&str]) -> Terms {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(self.authority.root().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let trust = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Terms {
            directory: self.authority.directory(),
            contact: vec!["mailto:ops@example.com".to_owned()],
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            folder: self.place(),
            trust: Arc::new(trust),
            external_account: None,
        }
    }

    fn place(&self) -> std::path::PathBuf {
        self.folder.path().join("acme")
    }

    fn want(&self, names: &[&str]) {
        *self.scene.terms.lock().unwrap() = Some(Arc::new(self.terms(names)));
    }

    /// Keeps until something is heard that begins so; gives it. A call is a start.
    fn until(&mut self, wanted: &str) -> String {
        self.after(|_| {}, wanted)
    }

    /// The same, and while it keeps, something happens first.
    fn after(&mut self, happens: impl FnOnce(&Scene), wanted: &str) -> String {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (scene, heard, lines) = (&self.scene, &mut self.heard, &mut self.lines);
        while heard.try_recv().is_ok() {}
        lines.clear();
        runtime.block_on(async {
            let hear = async {
                // What it does first is to take up what lies there.
                lines.push(heard.recv().await.unwrap());
                happens(scene);
                while !lines.last().unwrap().starts_with(wanted) {
                    lines.push(heard.recv().await.unwrap());
                }
                lines.last().unwrap().clone()
            };
            tokio::select! {
                () = keep(scene, quick()) => unreachable!("it never ends"),
                heard = tokio::time::timeout(Duration::from_mins(1), hear) => heard.unwrap(),
            }
        })
    }

    fn shown(&self) -> usize {
        self.scene.put.lock().unwrap().len()
    }
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn from_nothing_to_a_certificate_that_is_kept_and_shown_at_the_next_start_without_asking() {
    let mut test = Test::with(Script::default());
    assert_eq!(
        test.until("issued"),
        "issued, next in 1439 h",
        "60 days, less the hour it began earlier"
    );
    assert_eq!(test.authority.complaints(), [""; 0]);
    assert_eq!((test.scene.proofs.load(Ordering::Relaxed), test.shown()), (2, 1));
    assert!(test.scene.is_forgotten.load(Ordering::Relaxed), "no proof is shown any longer");
    for name in ["certificate.pem", "account.json"] {
        assert_eq!(mode(&test.place().join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&test.place()), 0o700);
    assert!(!test.place().join("failed.json").exists());
    let asked = test.authority.asked().len();
    assert_eq!(test.until("kept"), "kept");
    assert_eq!(test.authority.asked().len(), asked, "nobody was asked");
    let put = test.scene.put.lock().unwrap();
    assert_eq!(put[0].certificate(), put[1].certificate());
    assert_eq!(put[0].key().expose_secret(), put[1].key().expose_secret());
}

#[test]
fn it_is_renewed_with_a_third_of_its_life_left_under_a_new_key_and_the_same_account() {
    let mut test = Test::with(Script::default());
    test.until("issued");
    test.scene.clock.advance_ms(59 * DAY_MS);
    test.until("kept");
    let line = test.after(|scene| scene.clock.advance_ms(DAY_MS), "issued");
    assert!(line.starts_with("issued"), "{line}");
    assert_eq!(test.authority.issued(), 2);
    let accounts = test.authority.asked().iter().filter(|path| *path == "/new-account").count();
    assert_eq!(accounts, 1);
    let put = test.scene.put.lock().unwrap();
    let (first, last) = (put.first().unwrap(), put.last().unwrap());
    assert_ne!(first.key().expose_secret(), last.key().expose_secret());
    assert!(last.ends() > first.ends());
}

#[test]
fn a_nonce_that_is_called_bad_is_tried_again_and_a_few_times_only() {
    let mut test = Test::with(Script { bad_nonces: 2, ..Script::default() });
    test.until("issued");
    let mut test = Test::with(Script { bad_nonces: 1_000, ..Script::default() });
    assert!(test.until("failed").contains("badNonce"));
    assert!(test.authority.asked().len() < 10, "{:?}", test.authority.asked());
}

#[test]
fn what_is_not_what_was_asked_for_is_not_used_and_the_old_one_stays() {
    for (gives, why) in [
        (Gives::OtherName, "other names: `other.example`"),
        (Gives::OtherKey, "not of our key"),
        (Gives::OtherChain, "chain of certificates does not hold"),
        (Gives::Nothing, "no chain of certificates"),
    ] {
        let mut test = Test::with(Script { gives, ..Script::default() });
        let line = test.until("failed");
        assert!(line.contains(why) && line.contains("none is shown"), "{line}");
        assert_eq!(test.shown(), 0, "{gives:?}");
        assert!(!test.place().join("certificate.pem").exists());

        let mut test = Test::with(Script::default());
        test.until("issued");
        test.authority.change(|script| script.gives = gives);
        test.scene.clock.advance_ms(61 * DAY_MS);
        let line = test.until("failed");
        assert!(line.contains(why) && line.ends_with("one is shown"), "{line}");
        let put = test.scene.put.lock().unwrap();
        assert!(put.iter().all(|one| one.certificate() == put[0].certificate()), "{gives:?}");
    }
}

#[test]
fn one_that_is_over_or_not_yet_good_is_not_used() {
    let mut test = Test::with(Script { life_ms: (90 * DAY_MS, 0), ..Script::default() });
    assert!(test.until("failed").contains("is over since"));
    let mut test = Test::with(Script::default());
    test.until("issued");
    test.scene.clock.advance_ms(91 * DAY_MS);
    test.until("issued");
    assert!(test.lines[0].contains("is over since"), "what lies there is judged, too");
}

#[test]
fn an_authority_that_answers_nonsense_slowly_without_end_or_never_changes_nothing() {
    for (answers, why) in [
        (Answers::Garbage, "its answer is not understood"),
        (Answers::Slow, "does not answer within 0.5 s"),
        (Answers::Never, "does not answer within 0.5 s"),
        (Answers::Endless, "its answer cannot be read: length limit exceeded"),
        (Answers::Elsewhere, "of another host than its own"),
    ] {
        let mut test = Test::with(Script { answers, ..Script::default() });
        let line = test.until("failed");
        assert!(line.contains(why), "{answers:?}: {line}");
        assert!(line.contains("next in 1 h"), "{line}");
        assert_eq!(test.shown(), 0);
    }
}

#[test]
fn nobody_is_asked_again_within_an_hour_of_a_failure_not_even_after_a_start() {
    let mut test = Test::with(Script { answers: Answers::Garbage, ..Script::default() });
    assert!(test.until("failed").contains("next in 1 h, none is shown, urgent"));
    let asked = test.authority.asked().len();
    // Another certificate is asked for as soon as it is wanted; so this is heard without waiting.
    test.scene.clock.advance_ms(HOUR_MS / 2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = keep(&test.scene, quick());
    let over = runtime.block_on(async {
        tokio::time::timeout(Duration::from_millis(200), started).await.is_err()
    });
    assert!(over && test.authority.asked().len() == asked, "an hour is not over");
    test.scene.clock.advance_ms(HOUR_MS);
    assert!(test.until("failed").contains("next in 2 h"), "and then twice as long");
    // Who wants something else need not wait.
    test.authority.change(|script| script.answers = Answers::Honest);
    test.want(&["c.example"]);
    test.until("issued");
}

#[test]
fn who_ends_in_the_middle_again_and_again_does_not_ask_again_and_again() {
    let mut test = Test::with(Script { answers: Answers::Never, ..Script::default() });
    assert_eq!(test.until("asked"), "asked");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kept = keep(&test.scene, quick());
    let ended = runtime
        .block_on(async { tokio::time::timeout(Duration::from_millis(100), kept).await.is_err() });
    assert!(ended, "in the middle of its first request");
    test.authority.change(|script| script.answers = Answers::Honest);
    assert_eq!(test.until("waits"), "waits for 10 min");
    test.scene.clock.advance_ms(11 * 60_000);
    test.until("issued");
}

#[test]
fn other_names_are_asked_for_while_it_runs() {
    let mut test = Test::with(Script::default());
    test.until("issued");
    let other = Arc::new(test.terms(&["a.example", "c.example"]));
    let line = test.after(|scene| *scene.terms.lock().unwrap() = Some(other), "issued");
    assert!(line.starts_with("issued"), "{line}");
    assert_eq!(test.authority.issued(), 2);
    assert_eq!(test.authority.complaints(), [""; 0]);
}

#[test]
fn an_account_from_elsewhere_is_bound_and_without_it_the_authority_says_no() {
    let external = Some(("kid-1".to_owned(), b"obviously-fake-key".to_vec()));
    let mut test = Test::with(Script { external, ..Script::default() });
    let line = test.until("failed");
    assert!(line.contains("it says no: ") && line.contains("externalAccountRequired"), "{line}");
    let terms = test.terms(&["d.example"]);
    let known =
        ExternalAccount { key_id: "kid-1".to_owned(), key: Secret::new(*b"obviously-fake-key") };
    let terms = Terms { external_account: Some(known), ..terms };
    *test.scene.terms.lock().unwrap() = Some(Arc::new(terms));
    test.until("issued");
}

#[test]
fn a_proof_that_is_not_believed_is_told_with_the_authoritys_words_and_withdrawn() {
    // Nobody listens there.
    let looks_at = Some("127.0.0.1:1".parse().unwrap());
    let mut test = Test::with(Script { looks_at, ..Script::default() });
    let line = test.until("failed");
    assert!(line.contains("does not believe the proof: `a.example`: "), "{line}");
    assert!(test.scene.is_forgotten.load(Ordering::Relaxed));
}

#[test]
fn what_lies_there_and_is_damaged_or_open_to_others_is_not_shown() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut test = Test::with(Script::default());
    test.until("issued");
    let file = test.place().join("certificate.pem");
    let whole = fs::read_to_string(&file).unwrap();
    let terms = test.terms(&["a.example", "b.example"]);
    for damaged in ["", "nonsense", &whole[..whole.len() / 2], &whole.replacen("MI", "!!", 1)] {
        fs::write(&file, damaged).unwrap();
        assert!(lying(&terms, START).is_err(), "{damaged}");
    }
    fs::write(&file, &whole).unwrap();
    assert!(lying(&terms, START).unwrap().is_some());
    fs::set_permissions(test.place(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(lying(&terms, START).unwrap_err().to_string().contains("is open to others"));
    assert!(test.until("failed").contains("is open to others"), "nobody is asked, either");
    assert_eq!(test.authority.issued(), 1);
}
