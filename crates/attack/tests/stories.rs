//! Each story goes to its end directly, and through the gateway ends where its file says, by whom it says.

#[cfg(test)]
mod stories {
    use std::sync::Arc;
    use std::time::{SystemTime, UNIX_EPOCH};

    use portcullis_attack::story::{
        Direct, Story, StoryFound, Through, drawing, names, stories, tell,
    };
    use portcullis_model::{Clock, UnixMillis};

    /// The system's clock: gateways that really listen need the time that it really is.
    struct System;

    impl Clock for System {
        #[expect(clippy::disallowed_methods, reason = "a test that runs real gateways")]
        fn now(&self) -> UnixMillis {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            UnixMillis(since.as_millis() as u64)
        }
    }

    fn story(id: &str) -> Story {
        stories().unwrap().into_iter().find(|one| one.id.value == id).unwrap()
    }

    fn told(story: &Story) -> StoryFound {
        let clock: Arc<dyn Clock> = Arc::new(System);
        tell(story, &clock)
    }

    /// Plays a built-in story. `expected` says of each scene who stops it; none: nobody; "not reached".
    fn holds(id: &str, expected: &[&str]) {
        let found = told(&story(id));
        let text = found.text();
        let scenes: Vec<_> = found.scenes.iter().chain(&found.containment).collect();
        assert!(scenes.iter().all(|scene| scene.direct == Direct::Gained), "{text}");
        let through: Vec<_> = scenes
            .iter()
            .map(|scene| match (scene.through, scene.control) {
                (Through::Stopped, Some(control)) => control,
                (Through::NotStopped, None) => "nobody",
                (Through::NotReached, None) => "not reached",
                _ => "?",
            })
            .collect();
        assert_eq!(through, expected, "{text}");
        assert!(found.is_as_promised(), "{}", serde_json::to_string_pretty(&found).unwrap());
        for scene in scenes.iter().filter(|scene| scene.through == Through::Stopped) {
            assert_eq!(scene.knock_out, Some(true), "{}", scene.does);
            assert!(!scene.records.is_empty(), "the ledger says nothing of: {}", scene.does);
        }
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        // Times, ids and addresses are in no picture, so the one in the docs is this one.
        let path = format!("{}/../../docs/src/img/story-{id}.svg", env!("CARGO_MANIFEST_DIR"));
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(kept == drawing(&found), "story-{id}.svg is older; run `cargo xtask docs`");
    }

    #[test]
    fn open_storage_ends_where_its_keys_are_used() {
        holds(
            "s1",
            &["caller_identity", "nobody", "caller_identity", "caller_identity", "caller_identity"],
        );
    }

    #[test]
    fn a_published_key_can_do_little_and_ends_when_it_is_reported() {
        holds("s2", &["nobody", "nobody", "function_access", "resource_limits", "caller_identity"]);
    }

    #[test]
    fn records_by_number_end_at_the_caller_s_own() {
        holds(
            "s3",
            &[
                "nobody",
                "object_ownership",
                "object_ownership",
                "object_ownership",
                "caller_identity",
            ],
        );
    }

    #[test]
    fn a_takeover_ends_at_the_second_call() {
        holds(
            "s4",
            &[
                "response_shape",
                "object_ownership",
                "not reached",
                "not reached",
                "caller_identity",
                "caller_identity",
            ],
        );
    }

    #[test]
    fn a_harvest_is_slow_and_gets_what_is_public() {
        holds("s5", &["nobody", "response_shape", "resource_limits", "resource_limits", "nobody"]);
    }

    #[test]
    fn there_is_a_story_for_each_row_of_the_mission() {
        let items: Vec<String> =
            stories().unwrap().iter().map(|one| one.item.value.clone()).collect();
        assert_eq!(items, ["S1", "S2", "S3", "S4", "S5"]);
        assert_eq!(names().collect::<Vec<_>>(), items);
        for one in stories().unwrap() {
            assert_eq!(one.id.value, one.item.value.to_lowercase());
        }
    }

    #[test]
    fn what_nobody_stops_is_not_shown_as_stopped() {
        // The same story, and no rule says whose customers are: the file's promise is broken, and that is told.
        let mut open = story("s3");
        let policy = open.policy.as_mut().unwrap();
        policy.value = policy.value.replace(", when: mine", "");
        let found = told(&open);
        assert!(!found.is_as_promised());
        let second = &found.scenes[1];
        assert_eq!((second.through, second.control), (Through::NotStopped, None));
        assert!(found.text().contains("NOT STOPPED"), "{}", found.text());
    }

    #[test]
    fn a_story_that_cannot_be_played_says_why() {
        let mut broken = story("s4");
        let policy = broken.policy.as_mut().unwrap();
        policy.value = policy.value.replace("access:", "acess:");
        let found = told(&broken);
        assert!(!found.is_as_promised());
        let why = found.why.clone().unwrap();
        assert!(why.contains("it cannot be played through the gateway"), "{why}");
        assert!(
            found.text().contains(&why.split(':').next().unwrap().to_owned()),
            "{}",
            found.text()
        );
    }
}
