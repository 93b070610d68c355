//! `portcullis demo --story`: how a breach of a kind goes, step by step, directly and through the gateway.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_attack::story::{Story, StoryFound, drawing, stories, tell};
use portcullis_model::Clock;
use serde_json::json;

use crate::attack_arguments::AttackFormat;
use crate::clock::SystemClock;
use crate::exit::Exit;
use crate::story_argument::ALL;
use crate::talk;

/// Stories at a time: each has worlds of its own.
const AT_A_TIME: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// Tells one story, or all; 0 if each went as its file says.
pub(crate) fn story(name: &str, format: AttackFormat, picture: Option<&Path>) -> Exit {
    let all = match stories() {
        Ok(all) => all,
        Err(bad) => return unusable(&bad.to_string()),
    };
    let is_meant =
        |one: &Story| name.eq_ignore_ascii_case(ALL) || one.item.value.eq_ignore_ascii_case(name);
    let meant: Vec<Story> = all.into_iter().filter(is_meant).collect();
    if picture.is_some() && meant.len() > 1 {
        return unusable("`--picture` draws one story; say which with `--story S4`");
    }
    if matches!(format, AttackFormat::Html | AttackFormat::Sarif) {
        return unusable("a story is printed as `text` or `json`; `--picture FILE` draws it");
    }
    let found = told(&meant);
    if let (Some(path), Some(one)) = (picture, found.first())
        && let Err(error) = std::fs::write(path, drawing(one))
    {
        return unusable(&format!("`{}` cannot be written: {error}", path.display()));
    }
    match format {
        AttackFormat::Text => {
            let texts: Vec<String> = found.iter().map(StoryFound::text).collect();
            talk::print(&texts.join("\n\n"));
        }
        _ => talk::print(&format!("{:#}\n", json!({ "stories": found }))),
    }
    if found.iter().all(StoryFound::is_as_promised) { Exit::Success } else { Exit::Failure }
}

/// What was seen of them, in their order.
fn told(stories: &[Story]) -> Vec<StoryFound> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, StoryFound)>> = Mutex::new(Vec::new());
    let work = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(story) = stories.get(at)
        {
            talk::say(&format!(
                "playing {}, again and again, with controls left out",
                story.item.value
            ));
            let one = tell(story, &clock);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((at, one));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..AT_A_TIME.get().min(stories.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, one)| one).collect()
}

fn unusable(why: &str) -> Exit {
    talk::say(why);
    Exit::Unusable
}
