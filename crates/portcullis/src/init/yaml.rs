//! The policy file that `init` writes. `##` explains; `#` stands before a line that somebody may
//! want: without it, the line is policy.

use std::fmt::Write as _;

use portcullis_contract::{BodyKind, Operation, SchemePlace, Security, SecurityScheme};
use portcullis_model::Span;
use portcullis_policy::Model;

use super::document::Document;
use super::guess::Role;
use crate::quoted::quoted;
use crate::report::{Places, many};
use crate::resources::suggested_lines;
use crate::talk::clean;

/// Operations that one list names; more are counted. A policy has at most 1 MiB.
const NAMED_MAX: usize = 500;

/// Operations beyond which one line for all of them is offered, too.
const EACH_MAX: usize = 12;

/// The text. Writing to a String cannot fail.
pub(super) fn write(model: &Model, contract: &str, upstream: &str, document: &Document) -> String {
    let mut page =
        Page { model, places: Places::new(&model.sources), out: String::with_capacity(8 << 10) };
    page.head();
    page.apis(contract, upstream, document);
    page.listen();
    page.access();
    page.callers();
    page.resources();
    page.origins();
    page.operations();
    page.limits();
    page.ledger();
    page.relax();
    page.later();
    page.out
}

struct Page<'a> {
    model: &'a Model,
    places: Places<'a>,
    out: String,
}

impl<'a> Page<'a> {
    /// Explains, in lines of the file's width.
    fn say(&mut self, text: &str) {
        const WIDTH: usize = 96;
        let mut line = String::from("##");
        for word in text.split(' ') {
            if line.len() + 1 + word.len() > WIDTH {
                let _ = writeln!(self.out, "{line}");
                line = String::from("##");
            }
            let _ = write!(line, " {word}");
        }
        let _ = writeln!(self.out, "{line}");
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}");
    }

    fn head(&mut self) {
        let contract = &self.model.contract;
        let (title, version) = (clean(&contract.title), clean(&contract.version));
        let count = many(contract.operations.len(), "operation");
        self.say(&format!("The policy for `{title}` {version}: {count}."));
        self.say(
            "`##` explains. `#` stands before what you may want: remove it, and it is decided.",
        );
        self.say(
            "`portcullis check` says what is still open, `portcullis explain` why something is \
                  refused.",
        );
    }

    fn apis(&mut self, contract: &str, upstream: &str, document: &Document) {
        let digest = &self.model.contract.digest;
        let base = &self.model.base_path;
        self.line("");
        self.line("apis:");
        let _ = writeln!(self.out, "  - contract: {}", quoted(contract));
        if let Some(url) = &document.url {
            let _ = writeln!(
                self.out,
                "    ## Fetched once from {}. If the file changes, `run` stops",
                clean(url)
            );
            self.line("    ## until the new digest stands here.");
            let _ = writeln!(self.out, "    digest: sha256:{digest}");
        } else {
            self.line(
                "    ## With its digest here, a changed document stops `run` until you accept it.",
            );
            let _ = writeln!(self.out, "    # digest: sha256:{digest}");
        }
        let _ = writeln!(self.out, "    upstream: {}", quoted(upstream));
        let at = self.model.contract.base_path_span.map(|span| self.places.at(span));
        match (base.is_empty(), at) {
            (false, Some(at)) => {
                let _ = writeln!(
                    self.out,
                    "    ## Clients call under {}, the path of the first server ({at}).",
                    quoted(base)
                );
            }
            _ => self
                .line("    ## Clients call without a base path: the document's servers name none."),
        }
        let _ = writeln!(self.out, "    # base_path: {}", quoted(base));
    }

    fn listen(&mut self) {
        let instance = &self.model.upstream.first;
        let port = if instance.port == 8080 { 8081 } else { 8080 };
        self.line("");
        self.say("Only this machine can call it there. On another address, operations that need a \
                  caller are closed until `callers` verifies one. Let only the gateway reach the API.");
        let _ = writeln!(self.out, "listen: 127.0.0.1:{port}");
    }

    /// How callers could be known, as far as the document lets it be guessed.
    fn callers(&mut self) {
        let contract = &self.model.contract;
        if contract.schemes.is_empty() {
            return;
        }
        let of = |wanted| {
            let mut operations = contract.operations.iter();
            operations.find(|one| Role::of(one) == Some(wanted)).map(Operation::name)
        };
        let is_bearer = |scheme: &SecurityScheme| matches!(&scheme.place, SchemePlace::Authorization(word) if word == "bearer");
        let has_bearer = contract.schemes.iter().any(is_bearer);
        let (login, whoami) = (of(Role::Login), of(Role::WhoAmI));
        self.line("");
        self.say(
            "2. Who calls. A credential that nothing here verifies is only asked to be there. Uncomment \
             what is true, and write your own names (docs: Who calls).",
        );
        self.line("# callers:");
        if has_bearer {
            self.say("  Access tokens of an issuer, verified by its signature:");
            self.line("#   jwt: { issuer: \"https://login.example.com\", audience: my-api }");
        }
        if let Some(login) = login {
            self.say("  Or the API's own login: its token is kept, and clients get a better one.");
            let name = quoted(&login);
            let _ = writeln!(
                self.out,
                "#   login: {{ operation: {name}, account: body./email, secret: body./password, token: answer./token }}"
            );
            self.line("# store: { folder: sessions, key: file:store.key }");
        }
        if let Some(whoami) = whoami {
            self.say("  What the API itself says of whoever calls:");
            let name = quoted(&whoami);
            let _ = writeln!(self.out, "#   whoami: {{ operation: {name}, subject: /id }}");
        }
    }

    fn access(&mut self) {
        self.line("");
        self.say(
            "1. Who may call what. With this file, what neither it nor the document decides is \
                  closed.",
        );
        let operations = &self.model.contract.operations;
        let open = |one: &&'a Operation| matches!(one.security, Security::Anonymous { .. });
        let public: Vec<_> = operations.iter().filter(open).collect();
        let undecided = |one: &&'a Operation| one.security == Security::NotStated;
        let undecided: Vec<_> = operations.iter().filter(undecided).collect();
        let schemes: Vec<_> = self.model.contract.schemes.iter().collect();
        if schemes.is_empty() {
            self.say("The document declares no way to show who is calling.");
        }
        for scheme in schemes {
            let place = crate::contract_report::credential_place(&scheme.place);
            let at = self.at(scheme.span);
            self.say(&format!("Credential `{}`: {place}{at}", clean(&scheme.name)));
        }
        if !public.is_empty() {
            self.say("The document lets anyone call:");
            self.named(&public, "##   ");
        }
        if operations.is_empty() {
            self.say("It has no operation that can be served.");
            return;
        }
        if undecided.is_empty() {
            self.say("It says of every operation who may call it. To let anyone call one of them:");
            let first = operations.first().map(Operation::name).unwrap_or_default();
            self.line("# access:");
            let _ = writeln!(self.out, "#   - anyone: [{}]", quoted(&first));
            return;
        }
        self.say(
            "It says nothing of the following: they stay closed. Uncomment what anyone may call, \
             and only that; for the others, write `security` into the document.",
        );
        self.line("# access:");
        let is_administrative = |one: &Operation| Role::of(one) == Some(Role::Administrative);
        // A star opens what the document protects, too.
        let may_be_all = undecided.len() == operations.len()
            && undecided.len() > EACH_MAX
            && !undecided.iter().any(|one| is_administrative(one));
        if may_be_all {
            self.line("#   - anyone: [\"*\"]");
            self.say("That lets anyone call all of them. Or one by one:");
        }
        self.line("#   - anyone:");
        let kind = |one: &&'a Operation| match Role::of(one) {
            Some(Role::Login | Role::Registration | Role::Refresh) => 0,
            Some(Role::Administrative) => 2,
            Some(Role::Logout | Role::WhoAmI) | None => 1,
        };
        let of = |wanted| -> Vec<_> {
            undecided.iter().copied().filter(|one| kind(one) == wanted).collect()
        };
        self.named(&of(0), "#       - ");
        self.named(&of(1), "#       - ");
        let administrative = of(2);
        if !administrative.is_empty() {
            self.say("These look administrative. Nobody who is not known should reach them:");
            self.named(&administrative, "##       - ");
        }
    }

    fn named(&mut self, operations: &[&Operation], before: &str) {
        for one in operations.iter().take(NAMED_MAX) {
            let role = Role::of(one).map(|role| format!("; looks like {}", role.name()));
            let (title, at) = (clean(&one.title()), self.places.at(one.span));
            let name = quoted(&one.name());
            let _ =
                writeln!(self.out, "{before}{name}  # {title} ({at}){}", role.unwrap_or_default());
        }
        if let Some(more) = operations.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            self.say(&format!("and {more} more; `portcullis check` lists them"));
        }
    }

    /// Which objects there seem to be, and whose they may be.
    fn resources(&mut self) {
        let lines = suggested_lines(&self.model.contract, &mut self.places);
        self.line("");
        if lines.is_empty() {
            self.say(
                "3. Whose objects are. No path leads to an object with an id that an answer describes, so \
                 there is nothing to suggest for `resources`.",
            );
            return;
        }
        self.say(
            "3. Whose objects are. This is what the document looks like: correct it, then write rules under \
             `access`, such as `- { may: [read, update, delete], on: Order, when: mine }`. Once there are \
             resources, an operation that takes an id is closed until it is known of what. `portcullis \
             resources` shows what is taken for what.",
        );
        for line in lines {
            let is_said = line.starts_with("##");
            self.line(&if is_said { line } else { format!("# {line}") });
        }
    }

    fn origins(&mut self) {
        self.line("");
        self.say(
            "4. Which web pages may call from a browser, as the browser writes their origin? \
                  None, until they are named.",
        );
        self.line("# origins: [\"https://shop.example.com\"]");
    }

    fn operations(&mut self) {
        self.line("");
        self.say(
            "5. Single operations. By default, undeclared properties are removed in both \
                  directions, and no answer leaves before it was checked.",
        );
        let has = |one: &&'a Operation, kind: BodyKind| {
            one.responses.iter().flat_map(|answer| &answer.media).any(|media| media.kind == kind)
        };
        let all = &self.model.contract.operations;
        let streams: Vec<_> = all.iter().filter(|one| has(one, BodyKind::Stream)).collect();
        let with_body: Vec<_> = all.iter().filter(|one| one.body.is_some()).collect();
        if let Some(first) = with_body.first().filter(|_| streams.is_empty()) {
            self.say(
                "To refuse a request that holds more than is declared, instead of removing it:",
            );
            self.line("# operations:");
            let _ = writeln!(self.out, "#   {}: {{ undeclared: refuse }}", quoted(&first.name()));
        }
        if !streams.is_empty() {
            self.say(
                "These answer with streams, which are closed unless they may pass uninspected:",
            );
            self.line("# operations:");
            for one in streams.iter().take(NAMED_MAX) {
                let _ = writeln!(self.out, "#   {}: {{ answer: stream }}", quoted(&one.name()));
            }
        }
    }

    fn limits(&mut self) {
        self.line("");
        self.say("6. Bounds; these are the defaults. A refusal names the key that raises it.");
        self.line("# limits: { body_bytes: 1MiB, answer_bytes: 8MiB, upstream_timeout: 30s }");
        self.say(
            "How often requests may come: verified callers wherever they are, all others by address. What is \
                  guessed at or dear deserves an entry of its own: `{ of: login, per: body./email, rate: 5/15min }`.",
        );
        self.line("rates:");
        self.line("  - { per: caller, rate: 100/s, burst: 500 }");
        self.line("  - { per: address, rate: 50/s, burst: 200 }");
    }

    fn ledger(&mut self) {
        self.line("");
        self.say(
            "7. Where records go: the default, a file beside this one. For containers: \
                  `{ stdout: true }`.",
        );
        self.line("# ledger: { file: portcullis-ledger.jsonl }");
    }

    fn relax(&mut self) {
        let body = self.model.contract.operations.iter().find(|one| one.body.is_some());
        let Some(first) = body.or_else(|| self.model.contract.operations.first()) else { return };
        self.line("");
        self.say(
            "8. Written exceptions: who wanted it, why, until when. For a soft start, before \
                  you enforce:",
        );
        self.line("# relax:");
        let _ = writeln!(
            self.out,
            "#   - {{ operation: {}, control: writable_properties, mode: observe, by: \"who\", \
             reason: \"why\" }}",
            quoted(&first.name())
        );
    }

    /// What later versions will ask. Nothing here acts on it, so it is no policy yet.
    fn later(&mut self) {
        if !self.model.contract.operations.iter().any(|one| Role::of(one).is_some()) {
            return;
        }
        self.line("");
        self.say(
            "Not yet: no key of this version acts on what follows. It is what the names of the \
                  document look like; correct it when you meet it.",
        );
        let operations = &self.model.contract.operations;
        for role in Role::ALL {
            let these: Vec<_> = operations
                .iter()
                .filter(|one| Role::of(one) == Some(role))
                .take(NAMED_MAX)
                .collect();
            for one in these {
                let (name, title) = (clean(&one.name()), clean(&one.title()));
                let at = self.places.at(one.span);
                let text = if name == title { title } else { format!("{name}, {title}") };
                let _ = writeln!(self.out, "##   not yet: {}: {text} ({at})", role.name());
            }
        }
    }

    fn at(&mut self, span: Option<Span>) -> String {
        span.map(|span| format!(" ({})", self.places.at(span))).unwrap_or_default()
    }
}
