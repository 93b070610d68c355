//! Walks as a browser would: follows redirects, keeps cookies, fills in forms as the user said, and ends where it is sent
//! to a client, or nowhere. It never goes to a client.

use super::asking::{Asked, Asking};
use super::given::User;
use super::jar::Jar;
use super::judged::{Unjudged, inconclusive};
use super::reach::Reach;
use super::url::{Pairs, Url};
use crate::answer::Answer;
use crate::issuer::form_of_page::{PageForm, forms, seen};

/// Redirects and forms of one walk.
const STEPS_MAX: usize = 16;

/// Where a walk ends.
#[derive(Debug, Clone)]
pub(super) enum Landing {
    /// The browser is sent to a client.
    Client {
        at: Url,
        answer: Answer,
        /// Whether it had just posted a form.
        was_post: bool,
    },
    /// The issuer shows a page that nobody said how to fill in.
    Page { answer: Answer },
    /// The issuer refuses.
    Refused { answer: Answer },
}

impl Landing {
    /// Where the client was told to be; none: the issuer refuses. A page tells nothing.
    pub(super) fn sent_back(&self) -> Result<Option<&Url>, Unjudged> {
        match self {
            Self::Client { at, .. } => Ok(Some(at)),
            Self::Refused { .. } => Ok(None),
            Self::Page { .. } => {
                Err(inconclusive("the issuer shows a page that nobody says how to fill in"))
            }
        }
    }

    /// In a few words.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Client { at, .. } => match at.said("error") {
                Some(error) => format!("sent back with `{}`", error.escape_default()),
                None => "sent back".to_owned(),
            },
            Self::Page { .. } => "a page that nobody says how to fill in".to_owned(),
            Self::Refused { answer } => format!("refused ({})", answer.status),
        }
    }
}

/// Walks from a request. `ends` are the URIs that are a client's, although they may be of the issuer's host.
pub(super) async fn walk(
    asking: &mut Asking,
    jar: &mut Jar,
    start: Url,
    user: Option<&User>,
    ends: &[&str],
) -> Result<Landing, Unjudged> {
    let mut asked = Asked::get(start);
    let mut filled_in = vec![false; user.map_or(0, |user| user.forms.len())];
    for _ in 0..STEPS_MAX {
        if let Some(cookies) = jar.field(&asked.url.path)
            && asked.url.host() == asking.reach.issuer.host()
        {
            asked = asked.field("Cookie", cookies);
        }
        let answer = asking.ask(&asked).await?;
        answer.all("set-cookie").into_iter().for_each(|line| jar.set(line));
        let was_post = asked.method == "POST";
        match answer.status {
            300..400 => {
                let location = answer.all("location").first().and_then(|to| asked.url.join(to));
                let Some(at) = location else {
                    return Err(inconclusive("a redirect of the issuer leads to no URL"));
                };
                if !goes_on(&asking.reach, &at, ends) {
                    return Ok(Landing::Client { at, answer, was_post });
                }
                asked = match (answer.status, asked.body) {
                    (307 | 308, Some(body)) => Asked {
                        body: Some(body),
                        method: "POST",
                        is_of_user: true,
                        ..Asked::get(at)
                    },
                    _ => Asked::get(at),
                };
            }
            200 => match filled(&answer, &asked.url, user, &mut filled_in) {
                Some(next) if goes_on(&asking.reach, &next.url, ends) => asked = next,
                _ if is_error(&answer.text()) => return Ok(Landing::Refused { answer }),
                _ => return Ok(Landing::Page { answer }),
            },
            _ => return Ok(Landing::Refused { answer }),
        }
    }
    Err(inconclusive(format!("the issuer leads in circles: {STEPS_MAX} steps, and no end")))
}

/// Whether a page says that something is wrong, and asks for nothing. Not every issuer has a status for that.
pub(super) fn is_error(page: &str) -> bool {
    let text = seen(page).to_ascii_lowercase();
    let is_wrong =
        ["error", "invalid", "mismatch", "not allowed"].iter().any(|word| text.contains(word));
    is_wrong && forms(page).is_empty()
}

/// Whether a browser that goes there is still at the issuer, whose login may be a program of its own. What is a client's is
/// never asked.
fn goes_on(reach: &Reach, at: &Url, ends: &[&str]) -> bool {
    let mut ends = ends.iter().filter_map(|end| Url::parse(end));
    if reach.is_own(at) {
        return !ends.any(|end| end.place() == at.place());
    }
    reach.address(at).is_ok() && !ends.any(|end| end.host() == at.host() && end.port() == at.port())
}

/// The form of a page that the user fills in, as a request.
fn filled(answer: &Answer, at: &Url, user: Option<&User>, filled_in: &mut [bool]) -> Option<Asked> {
    let user = user?;
    let page = answer.text();
    let forms = forms(&page);
    for (entry, done) in user.forms.iter().zip(filled_in) {
        let fits = |form: &&PageForm| entry.keys().all(|name| form.names.contains(name));
        // Whoever is asked twice was not believed; to go on would lock them out.
        let is_free = entry.is_empty() || !*done;
        if let Some(form) = forms.iter().find(fits).filter(|_| is_free) {
            *done = true;
            let mut pairs: Pairs = form.filled.clone();
            pairs.retain(|(name, _)| !entry.contains_key(name));
            pairs.extend(entry.iter().map(|(name, value)| (name.clone(), value.clone())));
            let url = at.join(&form.action)?;
            let next =
                if form.is_post { Asked::post(url, pairs) } else { Asked::get(url.with(&pairs)) };
            return Some(Asked { is_of_user: true, ..next });
        }
    }
    None
}
