//! Keeping a certificate: taken up where it lies, asked for where it does not, and renewed in time.

use std::sync::Arc;

use portcullis_model::UnixMillis;
use serde_json::{Value, json};

use crate::error::AcmeError;
use crate::folder::{FAILED, Folder, ISSUED, PlaceFault};
use crate::issued::Issued;
use crate::order;
use crate::pace;
use crate::stage::{Bounds, News, Stage};
use crate::terms::Terms;

/// Keeps what the stage wants. It ends only when it is dropped.
pub async fn keep(stage: &impl Stage, bounds: Bounds) {
    let mut kept: Option<Kept> = None;
    loop {
        match (stage.terms(), &mut kept) {
            (None, _) => kept = None,
            (Some(terms), Some(known)) if Arc::ptr_eq(&known.terms, &terms) => {}
            (Some(terms), Some(known)) if known.terms.is_same(&terms) => known.terms = terms,
            (Some(terms), _) => kept = Some(Kept::take_up(terms, stage)),
        }
        if let Some(kept) = &mut kept
            && stage.now() >= kept.next
        {
            kept.attempt(stage, &bounds).await;
        }
        tokio::time::sleep(bounds.look).await;
    }
}

/// What lies in the folder of these terms and can be shown, if anything: for whoever begins to listen.
pub fn lying(terms: &Terms, now: UnixMillis) -> Result<Option<Issued>, AcmeError> {
    let folder = Folder::open(&terms.folder).map_err(AcmeError::Place)?;
    let Some(text) = folder.read(ISSUED).map_err(AcmeError::Place)? else { return Ok(None) };
    Issued::parse(&text, &terms.names, now).map(Some).map_err(AcmeError::Unfit)
}

/// What is shown for some terms, and when the next is asked for.
struct Kept {
    terms: Arc<Terms>,
    /// From when until when it is good.
    shown: Option<(UnixMillis, UnixMillis)>,
    next: UnixMillis,
    failures: u32,
}

impl Kept {
    /// Shows what lies there, and asks nobody.
    fn take_up(terms: Arc<Terms>, stage: &impl Stage) -> Self {
        let now = stage.now();
        let mut kept = Self { terms, shown: None, next: now, failures: 0 };
        match lying(&kept.terms, now) {
            Ok(Some(issued)) if stage.put(&issued) => {
                kept.shown = Some((issued.begins(), issued.ends()));
                kept.next = pace::renewal(issued.begins(), issued.ends(), stage.chance());
                stage.tell(&kept.terms, &News::Kept { ends: issued.ends() });
            }
            Ok(Some(_)) => stage.tell(&kept.terms, &News::Unusable { why: "it cannot be shown" }),
            Ok(None) => {}
            Err(error) => {
                stage.tell(&kept.terms, &News::Unusable { why: &error.to_string() });
            }
        }
        kept.remember(now);
        match kept.shown {
            Some(_) => {}
            None if kept.next <= now => stage.tell(&kept.terms, &News::Asked),
            None => {
                let file = &kept.terms.folder.join(FAILED);
                stage.tell(&kept.terms, &News::Waits { next: kept.next, file });
            }
        }
        kept
    }

    async fn attempt(&mut self, stage: &impl Stage, bounds: &Bounds) {
        match self.obtained(stage, bounds).await {
            Ok(issued) => {
                let (begins, ends) = (issued.begins(), issued.ends());
                let renewal = pace::renewal(begins, ends, stage.chance());
                self.shown = Some((begins, ends));
                self.next = pace::after_issue(renewal, stage.now());
                self.failures = 0;
                stage.tell(&self.terms, &News::Issued { ends, next: self.next });
            }
            Err(error) => self.failed(&error, stage),
        }
    }

    /// A new one, which lies in the folder and is shown.
    async fn obtained(&mut self, stage: &impl Stage, bounds: &Bounds) -> Result<Issued, AcmeError> {
        let folder = Folder::open(&self.terms.folder).map_err(AcmeError::Place)?;
        // Before anybody is asked: whoever ends in the middle, again and again, must not ask again and again,
        // and nobody is asked for what could not be kept.
        self.next = pace::after_break(stage.now());
        self.note(&folder).map_err(AcmeError::Place)?;
        let issued = order::obtain(&self.terms, &folder, stage, bounds).await?;
        folder.replace(ISSUED, issued.text().expose_secret()).map_err(AcmeError::Place)?;
        if !stage.put(&issued) {
            return Err(AcmeError::Showing);
        }
        // Where it stays, the next start waits for longer than it must, and shows what it has.
        let _ = folder.remove(FAILED);
        Ok(issued)
    }

    fn failed(&mut self, error: &AcmeError, stage: &impl Stage) {
        let now = stage.now();
        self.failures = self.failures.saturating_add(1);
        let wait = pace::wait_ms(self.failures, stage.chance());
        self.next = UnixMillis(now.0.saturating_add(wait));
        // Where this fails, the wait in memory holds.
        let _ = Folder::open(&self.terms.folder).and_then(|folder| self.note(&folder));
        let is_urgent = self.shown.is_none_or(|(begins, ends)| pace::is_urgent(begins, ends, now));
        let (why, ends) = (&error.to_string(), self.shown.map(|(_, ends)| ends));
        let file = self.terms.folder.join(FAILED);
        stage.tell(
            &self.terms,
            &News::Failed { why, next: self.next, ends, is_urgent, file: &file },
        );
    }

    /// Whoever starts again and again must not ask again and again.
    fn note(&self, folder: &Folder) -> Result<(), PlaceFault> {
        let text = json!({ "of": self.of(), "failures": self.failures, "next": self.next.0 });
        folder.replace(FAILED, text.to_string().as_bytes())
    }

    /// What was noted, if it is of these terms.
    fn remember(&mut self, now: UnixMillis) {
        let text = Folder::open(&self.terms.folder).and_then(|folder| folder.read(FAILED));
        let Ok(Some(text)) = text else { return };
        let Ok(noted) = serde_json::from_slice::<Value>(text.expose_secret()) else { return };
        let number = |name: &str| noted.get(name).and_then(Value::as_u64);
        if let (Some(failures), Some(next)) = (number("failures"), number("next"))
            && noted.get("of") == Some(&self.of())
        {
            self.failures = u32::try_from(failures).unwrap_or(u32::MAX);
            // A clock that was wrong then does not keep it waiting for years.
            let latest = now.0.saturating_add(pace::wait_ms(u32::MAX, u16::MAX));
            self.next = self.next.max(UnixMillis(next.min(latest)));
        }
    }

    /// What the wait belongs to: who asks for something else need not wait.
    fn of(&self) -> Value {
        json!([self.terms.directory, self.terms.names])
    }
}
