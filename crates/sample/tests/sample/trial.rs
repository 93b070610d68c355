//! One request at a careless operation and at its safe twin, each on an instance of its own.

use crate::client::{Api, Reply};

/// What somebody tries who should not get through.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    /// Who tries it.
    pub(crate) who: &'a str,
    /// Who may do the same; empty where nobody may.
    pub(crate) owner: &'a str,
    /// Method and target at the careless operation.
    pub(crate) line: &'a str,
    /// More header fields.
    pub(crate) headers: &'a [&'a str],
    /// The body.
    pub(crate) body: &'a str,
    /// What the twin answers.
    pub(crate) refused: u16,
}

impl Trial<'_> {
    /// A request without body or further header fields, which the twin answers with 404.
    pub(crate) fn of<'a>(who: &'a str, owner: &'a str, line: &'a str) -> Trial<'a> {
        Trial { who, owner, line, headers: &[], body: "", refused: 404 }
    }

    /// The harm is in the answer: the text stands in the careless one, and in that of the twin to
    /// the owner, but not in that of the twin to who tries it.
    pub(crate) async fn shows(&self, text: &str) {
        let (api, twin) = (Api::start().await, Api::start().await);
        let shown = self.at_careless(&api).await;
        assert!(shown.text().contains(text), "{}: {}", self.line, shown.text());
        let withheld = self.at_twin(&twin, self.who).await;
        assert_eq!(withheld.status, self.refused, "{}: {}", self.line, withheld.text());
        assert!(!withheld.text().contains(text), "{}: {}", self.line, withheld.text());
        if !self.owner.is_empty() {
            let own = self.at_twin(&twin, self.owner).await;
            assert!(own.text().contains(text), "{} as {}: {}", self.line, self.owner, own.text());
        }
    }

    /// The harm stays: `looker` sees the text at `target` afterwards, but not after the same at the
    /// twin, until the owner did it there.
    pub(crate) async fn leaves(&self, looker: &str, target: &str, text: &str) {
        let (api, twin) = (Api::start().await, Api::start().await);
        let looks = async |api: &Api| {
            let looker = api.login(looker).await;
            api.get(target, &[&looker]).await.text().contains(text)
        };
        assert!(!looks(&api).await, "{}: it is so already", self.line);
        self.at_careless(&api).await;
        assert!(looks(&api).await, "{}", self.line);
        let withheld = self.at_twin(&twin, self.who).await;
        assert_eq!(withheld.status, self.refused, "{}: {}", self.line, withheld.text());
        assert!(!looks(&twin).await, "the twin of {}", self.line);
        if !self.owner.is_empty() {
            let own = self.at_twin(&twin, self.owner).await;
            assert!(own.status < 300, "{} as {}: {}", self.line, self.owner, own.text());
            assert!(looks(&twin).await, "{} as {}", self.line, self.owner);
        }
    }

    async fn at_careless(&self, api: &Api) -> Reply {
        let reply = self.sent(api, self.line, self.who).await;
        assert!(reply.status < 400, "{}: {} {}", self.line, reply.status, reply.text());
        reply
    }

    async fn at_twin(&self, api: &Api, who: &str) -> Reply {
        self.sent(api, &self.line.replacen("/api/", "/api/safe/", 1), who).await
    }

    async fn sent(&self, api: &Api, line: &str, who: &str) -> Reply {
        let person = api.login(who).await;
        api.call(line, &[self.headers, &[&person]].concat(), self.body).await
    }
}
