//! Where does a logout send the browser?

use crate::issuer::asking::Asked;
use crate::issuer::browser::Landing;
use crate::issuer::form_of_page::forms;
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
    Ok(Shown::open_if(led.is_some_and(|at| at.host() == ATTACKER), || {
        format!("the browser is sent to `https://{ATTACKER}/bye`")
    }))
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
        if let Some(cookies) = jar.field(&asked.url.path) {
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
                    return Ok(None);
                };
                let Some(url) = asked.url.join(&form.action) else { return Ok(None) };
                if !stage.asking.reach.is_own(&url) {
                    return Ok(None);
                }
                let mut pairs = form.filled;
                pairs.push(("logout".to_owned(), "yes".to_owned()));
                Asked::post(url, pairs)
            }
            _ => return Ok(None),
        };
    }
    Ok(None)
}
