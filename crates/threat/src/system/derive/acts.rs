//! What the name and the path of an operation say that it does. Where neither says it, nothing is guessed.

use portcullis_contract::{Operation, Place, Security};
use portcullis_model::Method;

use super::languages::{Act, folded_words, says};

/// Words before `orders` with which these are no purchase.
const NO_PURCHASE: [&str; 4] = ["court", "display", "sort", "work"];
/// Words behind `pay` with which it is a thing of a payroll.
const NO_PAYMENT: [&str; 11] = [
    "code", "codes", "item", "items", "period", "periods", "rate", "rates", "run", "runs", "slips",
];
/// What is used up by being used: `/vouchers/{code}/use`.
const COUPONS: [&str; 5] = ["coupon", "coupons", "gutschein", "voucher", "vouchers"];
/// What goes out when somebody makes one for somebody.
const MESSAGES: [&str; 11] = [
    "call", "calls", "email", "emails", "fax", "faxes", "mails", "message", "messages", "sms",
    "whatsapp",
];
/// Words of what is done with webhooks, beside making, changing and listing them.
const OF_WEBHOOKS: [&str; 20] = [
    "auth",
    "deliveries",
    "event",
    "events",
    "info",
    "log",
    "logs",
    "ping",
    "register",
    "registration",
    "registrations",
    "renew",
    "replay",
    "retry",
    "status",
    "subscribe",
    "subscription",
    "subscriptions",
    "test",
    "tests",
];

/// Ends of names that are the form of an answer: `/payments.json`.
const FORMS: [&str; 5] = [".asp", ".aspx", ".json", ".php", ".xml"];

/// What is said of one operation.
pub(super) struct Said {
    method: Method,
    /// The words of its `operationId`: `payments.create` is one that creates.
    own: Vec<String>,
    /// The words of its path behind the last `/`, unless that is a parameter.
    last: Vec<String>,
    /// The words of its last segment that is no parameter: `users` of `/users/{id}`.
    named: Vec<String>,
    /// The words of the segment before that one, of those that are no parameters.
    before: Vec<String>,
    /// The words of its last two segments that are no parameters.
    end: Vec<String>,
    /// All words of its path that are no parameters.
    path: Vec<String>,
    /// Whether a part of its path is a parameter.
    names_one: bool,
    /// Whether the document says that a credential is needed.
    needs_credential: bool,
    /// Whether a signature is a parameter of it.
    is_signed: bool,
}

impl Said {
    pub(super) fn of(operation: &Operation) -> Self {
        let id = operation.id.as_deref().unwrap_or_default();
        let own = folded_words(id.rsplit('.').next().unwrap_or_default());
        let segments: Vec<&str> = operation.template.split('/').filter_map(literal).collect();
        let ends_in_word =
            operation.template.rsplit('/').next().is_some_and(|one| literal(one).is_some());
        let last = segments.last().filter(|_| ends_in_word);
        let end = segments.iter().rev().take(2).flat_map(|one| folded_words(one)).collect();
        let mut headers = operation.parameters.iter().filter(|one| one.place == Place::Header);
        Self {
            method: operation.method,
            own,
            last: last.map(|one| folded_words(one)).unwrap_or_default(),
            named: segments.last().map(|one| folded_words(one)).unwrap_or_default(),
            before: segments.iter().rev().nth(1).map(|one| folded_words(one)).unwrap_or_default(),
            end,
            names_one: operation.template.contains('{'),
            path: segments.iter().flat_map(|one| folded_words(one)).collect(),
            needs_credential: matches!(operation.security, Security::Required { .. }),
            is_signed: headers
                .any(|one| folded_words(&one.name).iter().any(|word| word == "signature")),
        }
    }

    /// Whether it moves money, goods or chances: `POST /orders`, `payInvoice`, `PUT /vouchers/{id}/redeem`. What lists
    /// them, tries them out or sets them up does not.
    pub(super) fn moves(&self) -> bool {
        let acts = |words: &[String]| {
            let behind = words.get(1).map(String::as_str).unwrap_or_default();
            begins(words, Act::Move) && !has(words, Act::SetUp) && !NO_PAYMENT.contains(&behind)
        };
        let made = |words: &[String]| {
            let before = words.iter().rev().nth(1).map(String::as_str).unwrap_or_default();
            ends(words, Act::Moved) && !NO_PURCHASE.contains(&before)
        };
        let is_coupon = self.path.iter().any(|word| COUPONS.contains(&word.as_str()));
        let uses = is_coupon
            && matches!(self.last.as_slice(), [only] if matches!(only.as_str(), "apply" | "claim" | "use"));
        // `/orders`, or `/orders/new`.
        let is_new = self.last.len() == 1 && begins(&self.last, Act::Make);
        let makes = self.method == Method::Post
            && (made(&self.last) || is_new && made(&self.before))
            || begins(&self.own, Act::Make) && made(&self.own);
        self.method != Method::Delete
            && !self.only_looks()
            && (acts(&self.last) || acts(&self.own) || makes || uses)
    }

    /// Whether somebody gets a message by it. `is_for_somebody`: its body says who; `sets_password`: it has the new
    /// password already.
    pub(super) fn sends(&self, is_for_somebody: bool, sets_password: bool) -> bool {
        let settles = begins(&self.own, Act::Settle) || begins(&self.last, Act::Settle);
        if self.method == Method::Delete || settles || self.only_looks() {
            return false;
        }
        let is_put = matches!(self.method, Method::Post | Method::Put);
        let is_message = self.last.last().is_some_and(|word| MESSAGES.contains(&word.as_str()));
        let sends = self.act(Act::Send) && has(&self.path, Act::Message)
            || self.act(Act::Send) && has(&self.own, Act::Message)
            || is_put
                && (ends(&self.last, Act::Told)
                    || begins(&self.last, Act::Told)
                    || begins(&self.own, Act::Told))
            || self.method == Method::Post && is_message && is_for_somebody;
        self.resets_password() && !sets_password || sends && !self.act(Act::SetUp)
    }

    /// Whether it makes a lost password good: the request, and what ends it. Who sets the password of one that they
    /// name, with a credential, is an administrator.
    pub(super) fn resets_password(&self) -> bool {
        let is_lost = self.act(Act::Lost) && self.act(Act::Password) && !self.act(Act::SetUp);
        let is_asked = self.act(Act::Told) || self.act(Act::Send);
        self.method != Method::Delete
            && is_lost
            && (is_asked || !self.needs_credential || !self.names_one)
    }

    /// Whether others report events to it. What creates, lists and deletes webhooks is no webhook.
    pub(super) fn is_webhook(&self) -> bool {
        let is_about = has(&self.own, Act::Hook) || has(&self.path, Act::Hook);
        if self.method != Method::Post || !is_about || self.is_managed() {
            return false;
        }
        let receives = has(&self.own, Act::Receive) || has(&self.last, Act::Receive);
        // `/webhook`, or `/webhooks/stripe`: a place, and who reports there. `/webhooks` alone is a list of them.
        let is_place =
            ends(&self.last, Act::Hook) && self.last.iter().all(|word| !word.ends_with('s'));
        let is_sender = has(&self.before, Act::Hook)
            && !self.last.is_empty()
            && !has(&self.last, Act::Hook)
            && !self.needs_credential;
        self.is_signed || receives || is_place || is_sender
    }

    /// Whether it is about webhooks that others get.
    fn is_managed(&self) -> bool {
        const DONE: [Act; 6] =
            [Act::Make, Act::Look, Act::Settle, Act::Change, Act::SetUp, Act::Told];
        let is_done = |word: &String| {
            DONE.iter().any(|act| says(word, *act)) || OF_WEBHOOKS.contains(&word.as_str())
        };
        let (own, last) = (&self.own, &self.last);
        [own.first(), own.last(), last.first(), last.last()].into_iter().flatten().any(is_done)
    }

    /// Whether a password that it takes is one to guess: somebody logs in, resets or changes one. What a caller
    /// configures somewhere else with one is none.
    pub(super) fn logs_in(&self) -> bool {
        let is_set = begins(&self.own, Act::Change) && !has(&self.own, Act::Password);
        // `createSession` makes a session, `createAuthModule` something else.
        let is_made =
            begins(&self.own, Act::Make) && self.own.len() > 1 && !ends(&self.own, Act::LogIn);
        let is_about = self.act(Act::LogIn) && !self.act(Act::SetUp);
        self.method != Method::Delete && is_about && !is_set && !is_made
    }

    /// Whether it gives out a session or a key: that is what is made there.
    pub(super) fn gives_out(&self) -> bool {
        const GIVEN: [&str; 9] = [
            "apikey",
            "apikeys",
            "credentials",
            "key",
            "keys",
            "secret",
            "secrets",
            "session",
            "sessions",
        ];
        let given = |words: &[String]| {
            words
                .last()
                .is_some_and(|word| says(word, Act::LogIn) || GIVEN.contains(&word.as_str()))
        };
        self.method == Method::Post
            && (given(&self.last) || begins(&self.own, Act::Make) && given(&self.own))
    }

    /// Whether it asks for a second proof of who somebody is.
    pub(super) fn asks_factor(&self) -> bool {
        let all = [&self.own, &self.last, &self.before];
        self.method == Method::Post
            && all.into_iter().any(|words| has(words, Act::Factor))
            && self.act(Act::Verify)
    }

    /// Whether it changes what belongs to one account: its path ends in `me`, or in one of `users`.
    pub(super) fn changes_account(&self) -> bool {
        let of_account = ends(&self.named, Act::Account);
        let reaches = self.act(Act::Reach) || self.act(Act::Password);
        !self.resets_password()
            && match self.method {
                Method::Put | Method::Patch => {
                    of_account || reaches && has(&self.path, Act::Account)
                }
                Method::Post => self.act(Act::Change) && reaches,
                _ => false,
            }
    }

    /// Whether what it answers is a file of what is stored.
    pub(super) fn exports(&self) -> bool {
        self.act(Act::Export)
    }

    /// Whether it is a verb that filters: `/medicines/filter`. A path that ends in `orders` or `order` is a noun.
    pub(super) fn filters(&self) -> bool {
        self.last.iter().any(|word| word == "filter")
    }

    /// Whether it only looks, or tries out.
    fn only_looks(&self) -> bool {
        [&self.own, &self.last, &self.before].into_iter().any(|words| begins(words, Act::Look))
    }

    /// Whether its name or the end of its path has a word that says so.
    fn act(&self, act: Act) -> bool {
        has(&self.own, act) || has(&self.end, act)
    }
}

/// Whether a word, or two or three written as one, says so: `sign-in`, `mot-de-passe`.
fn has(words: &[String], act: Act) -> bool {
    let together = |count: usize| words.windows(count).any(|some| says(&some.concat(), act));
    words.iter().any(|word| says(word, act)) || together(2) || together(3)
}

fn begins(words: &[String], act: Act) -> bool {
    words.first().is_some_and(|word| says(word, act))
}

fn ends(words: &[String], act: Act) -> bool {
    words.last().is_some_and(|word| says(word, act))
}

/// What of a segment is no parameter: of `{parent}:send` it is `send`.
fn literal(segment: &str) -> Option<&str> {
    let found = match segment.rsplit_once('}') {
        Some((_, behind)) => behind.strip_prefix(':')?,
        None if segment.contains('{') => return None,
        None => segment.rsplit_once(':').map_or(segment, |(_, verb)| verb),
    };
    let found = FORMS.iter().find_map(|form| found.strip_suffix(form)).unwrap_or(found);
    (!found.is_empty()).then_some(found)
}

/// Whether a parameter or a property of this name says whose tenant is meant: `tenantId`, `X-Organization`. Where
/// anything may have a name, `organization` is that of somebody's firm, and only an id is meant.
pub(super) fn names_tenant(name: &str, is_of_address: bool) -> bool {
    let words = folded_words(name);
    let is_id = |word: &String| matches!(word.as_str(), "id" | "key" | "slug" | "uuid");
    match words.as_slice() {
        [only] => says(only, Act::Tenant) && (is_of_address || only == "tenant"),
        [first, second] => says(first, Act::Tenant) && is_id(second),
        _ => false,
    }
}

/// Names of parts of paths that name no object.
const NO_OBJECTS: [&str; 24] = [
    "country",
    "currency",
    "date",
    "day",
    "ext",
    "extension",
    "format",
    "lang",
    "language",
    "lat",
    "latitude",
    "limit",
    "lng",
    "locale",
    "lon",
    "longitude",
    "month",
    "offset",
    "page",
    "size",
    "version",
    "week",
    "year",
    "zoom",
];

/// Whether a part of a path names an object, and not a form, a day or a place on a map.
pub(super) fn names_object(name: &str) -> bool {
    let words = folded_words(name);
    !words.last().is_some_and(|word| NO_OBJECTS.contains(&word.as_str()))
}

/// Whether a name says that objects are sorted, filtered or given in part by its value.
pub(super) fn filters_by(name: &str) -> bool {
    folded_words(name).iter().any(|word| says(word, Act::Filter))
}
