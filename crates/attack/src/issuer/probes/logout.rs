//! Where does a logout send the browser?

use crate::issuer::asking::Asked;
use crate::issuer::browser::{Landing, is_error};
use crate::issuer::form_of_page::{forms, seen};
use crate::issuer::jar::Jar;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive};
use crate::issuer::stage::{ATTACKER, Stage};
use crate::issuer::url::{Pairs, Url};

/// Redirects after a logout.
const STEPS_MAX: usize = 6;

pub(super) async fn judge(stage: &mut Stage) -> Judged {
    stage.metadata.endpoint("end_session_endpoint")?;
    stage.needs_user()?;
    let client = stage.client();
    if let Some(own) = &client.post_logout_redirect_uri {
        stage.asking.remark("an honest logout:");
        let led = logout(stage, own).await?;
        let is_there = |at: &Url| Url::parse(own).is_some_and(|own| own.place() == at.place());
        if !led.as_ref().is_some_and(is_there) {
            return Err(inconclusive("an honest logout does not end at the registered URI"));
        }
    }
    stage.asking.remark("the attack:");
    let led = logout(stage, &format!("https://{ATTACKER}/bye")).await?;
    if led.is_some_and(|at| at.host() == ATTACKER) {
        return Ok(Shown::open(format!("the browser is sent to `https://{ATTACKER}/bye`")));
    }
    if client.post_logout_redirect_uri.is_none() {
        return Err(inconclusive(
            "nothing shows that an honest logout works: the file gives no `post_logout_redirect_uri`",
        ));
    }
    Ok(Shown::Safe)
}

/// Logs in anew, and out again; where that leads, if it leads away.
async fn logout(stage: &mut Stage, to: &str) -> Result<Option<Url>, Unjudged> {
    let client = stage.client();
    let sent = stage.authorization(&client)?;
    let (landing, mut jar) = stage.land_anew(&sent).await?;
    if !matches!(landing, Landing::Client { .. }) {
        return Err(inconclusive(format!(
            "a login does not end at the client: {}",
            landing.told()
        )));
    }
    let pairs: Pairs = [("client_id", client.client_id.as_str()), ("post_logout_redirect_uri", to)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let url = stage.metadata.endpoint("end_session_endpoint")?.with(&pairs);
    follow(stage, &mut jar, Asked::get(url)).await
}

/// Follows, and confirms what is asked: `logout` is what the pages of several issuers call it.
async fn follow(stage: &mut Stage, jar: &mut Jar, first: Asked) -> Result<Option<Url>, Unjudged> {
    let mut asked = first;
    for _ in 0..STEPS_MAX {
        // The metadata may name somebody else's place: a session is the issuer's alone.
        if let Some(cookies) = jar.field(&asked.url.path)
            && asked.url.host() == stage.asking.reach.issuer.host()
        {
            asked = asked.field("Cookie", cookies);
        }
        let answer = stage.asking.ask(&asked).await?;
        answer.all("set-cookie").into_iter().for_each(|line| jar.set(line));
        let location = answer.all("location").first().and_then(|to| asked.url.join(to));
        asked = match (answer.status, location) {
            (300..400, Some(at)) if stage.asking.reach.is_own(&at) => Asked::get(at),
            (300..400, Some(at)) => return Ok(Some(at)),
            (200, _) => {
                let page = answer.text();
                let Some(form) = forms(&page).into_iter().find(|form| form.is_post) else {
                    return if is_end(&page) {
                        Ok(None)
                    } else {
                        Err(inconclusive("the page of a logout says neither yes nor no"))
                    };
                };
                let url = asked.url.join(&form.action);
                let Some(url) = url.filter(|url| stage.asking.reach.is_own(url)) else {
                    return Err(inconclusive("the form of a logout leads away from the issuer"));
                };
                let mut pairs = form.filled;
                pairs.push(("logout".to_owned(), "yes".to_owned()));
                Asked::post(url, pairs)
            }
            (status @ (300..400 | 404 | 405), _) => {
                return Err(inconclusive(format!(
                    "a logout is answered {status}, and leads nowhere"
                )));
            }
            (400..500, _) => return Ok(None),
            (status, _) => return Err(inconclusive(format!("a logout is answered {status}"))),
        };
    }
    Err(inconclusive("a logout leads in circles"))
}

/// Whether a page says that it refuses, or that the logout is done and nothing more follows.
fn is_end(page: &str) -> bool {
    let text = seen(page).to_ascii_lowercase();
    let is_over = ["logged out", "signed out"].iter().any(|word| text.contains(word));
    // A script, a link or a `refresh` to the attacker is not followed here, and is no refusal.
    (is_over || is_error(page)) && !page.contains(ATTACKER)
}
