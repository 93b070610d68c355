//! Forms of a small model, of a hostile one, and of many APIs.

mod drawn;
mod hostile;
mod model;
mod people;
mod programs;

use portcullis_model::UnixMillis;

use super::{Behind, Question, Shown};
use crate::found::ThreatModel;

/// 2026-11-27T12:00:00Z.
const NOW: UnixMillis = UnixMillis(1_795_780_800_000);

fn with<T>(model: &ThreatModel, form: impl FnOnce(&Shown<'_>) -> T) -> T {
    let questions = [Question {
        text: "what is the API worth to the business?".to_owned(),
        taken: "moderate".to_owned(),
        because: "nothing says it".to_owned(),
        line: "weight: high".to_owned(),
    }];
    let behind = Some(Behind { answered: 2, how: "`--upstream URL` shows it" });
    let place = |span: portcullis_model::Span| format!("openapi.yaml:{}:1", span.start);
    form(&Shown {
        model,
        at: NOW,
        place: &place,
        questions: &questions,
        named: "-c portcullis.yaml",
        behind,
    })
}
