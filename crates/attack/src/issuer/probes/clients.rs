//! Who a client is: with which secrets and assertions is it believed, and what does the token endpoint tell others?

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use crate::issuer::asking::{Asked, Body};
use crate::issuer::forged;
use crate::issuer::given::Client;
use crate::issuer::judged::{Judged, Shown, Unjudged, inconclusive, not_tried};
use crate::issuer::stage::{ATTACKER, Stage, error, gave_token};
use crate::issuer::url::Pairs;

/// What is tried first, beside the client's own name.
const GUESSES: [&str; 6] = ["secret", "password", "changeme", "client_secret", "test", "123456"];
/// What only a program that broke would say.
const LEAKS: [&str; 10] = [
    "traceback (most recent",
    "stack trace",
    "at object.<anonymous>",
    "node_modules/",
    "sqlstate",
    "syntax error at or near",
    "org.springframework",
    "java.lang.",
    "/usr/lib/",
    "goroutine ",
];
/// The kind of an assertion that is a token (RFC 7523 section 2.2).
const BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Seconds that an assertion is said to live.
const ASSERTION_SECONDS: u64 = 60;

#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Cors,
    Wrong,
    Missing,
    Guess,
    AssertionNone,
    AssertionEmpty,
    Password,
    ErrorLeak,
}

pub(super) async fn judge(of: Of, stage: &mut Stage) -> Judged {
    match of {
        Of::Cors => cors(stage).await,
        Of::Wrong | Of::Missing | Of::AssertionNone | Of::AssertionEmpty => {
            redeemed(of, stage).await
        }
        Of::Guess => guess(stage).await,
        Of::Password => password(stage).await,
        Of::ErrorLeak => leak(stage).await,
    }
}

async fn cors(stage: &mut Stage) -> Judged {
    let origin = format!("https://{ATTACKER}");
    let url = stage.metadata.endpoint("token_endpoint")?;
    let ahead = Asked { method: "OPTIONS", ..Asked::get(url.clone()) };
    let ahead = ahead.field("Origin", &*origin).field("Access-Control-Request-Method", "POST");
    let pairs = vec![("grant_type".to_owned(), "authorization_code".to_owned())];
    let mut last = 0;
    for asked in [ahead, Asked::post(url, pairs).field("Origin", &*origin)] {
        let answer = stage.asking.ask(&asked).await?;
        last = answer.status;
        let said = |name: &str| answer.all(name).first().copied().unwrap_or_default().to_owned();
        let allowed = said("access-control-allow-origin");
        let is_any = allowed == "*" || allowed == origin;
        if is_any && said("access-control-allow-credentials").eq_ignore_ascii_case("true") {
            return Ok(Shown::open(format!("`{origin}` may read answers, with cookies")));
        }
    }
    // What is not there has no fields either. That nobody answers an `OPTIONS` is a refusal.
    if let 404 | 405 = last {
        return Err(inconclusive(format!("the token endpoint answers a form with {last}")));
    }
    Ok(Shown::Safe)
}

/// An honest code, and a client that does not show its secret.
async fn redeemed(of: Of, stage: &mut Stage) -> Judged {
    let client = stage.confidential()?;
    stage.asking.remark("an honest exchange:");
    let code = stage.code(&client).await?;
    stage.redeem(&client, code).await?;
    stage.asking.remark("the attack:");
    let code = stage.code(&client).await?;
    let mut pairs = Stage::redeeming(&code);
    let asked = if let Of::Wrong = of {
        with_secret(stage, &client, pairs, "obviously-wrong")?
    } else {
        pairs.push(("client_id".to_owned(), client.client_id.clone()));
        if let Of::AssertionNone | Of::AssertionEmpty = of {
            pairs.push(("client_assertion_type".to_owned(), BEARER.to_owned()));
            pairs.push(("client_assertion".to_owned(), assertion(of, stage, &client)?));
        }
        Asked::post(stage.metadata.endpoint("token_endpoint")?, pairs)
    };
    let answer = stage.asking.ask(&asked).await?;
    Ok(Shown::open_if(gave_token(&answer)?, || "a token is given".to_owned()))
}

fn assertion(of: Of, stage: &Stage, client: &Client) -> Result<String, Unjudged> {
    let mut claims: Map<String, Value> = Map::new();
    let now = stage.clock.now().0 / 1000;
    let audience = stage.metadata.text("issuer").unwrap_or_default();
    for (name, value) in [
        ("iss", client.client_id.clone().into()),
        ("sub", client.client_id.clone().into()),
        ("aud", audience.into()),
        ("jti", Stage::chance()?.into()),
        ("iat", now.into()),
        ("exp", (now + ASSERTION_SECONDS).into()),
    ] {
        claims.insert(name.to_owned(), value);
    }
    let secret: Option<&[u8]> = if let Of::AssertionEmpty = of { Some(b"") } else { None };
    Ok(forged::made(&claims, secret))
}

/// A request with another secret, shown as the client shows its own.
fn with_secret(
    stage: &mut Stage,
    client: &Client,
    pairs: Pairs,
    secret: &str,
) -> Result<Asked, Unjudged> {
    let mut asked = stage.asked_as(client, "token_endpoint", pairs)?;
    let part = |text: &str| crate::percent::encoded(text, b"");
    let pair = BASE64_STANDARD.encode(format!("{}:{}", part(&client.client_id), part(secret)));
    for (name, value) in &mut asked.fields {
        if name == "Authorization" {
            *value = format!("Basic {pair}");
        }
    }
    if let Some(Body::Form(pairs)) = &mut asked.body {
        for (name, value) in pairs {
            if name == "client_secret" {
                secret.clone_into(value);
            }
        }
    }
    Ok(asked)
}

/// A code that nobody gave out, with several secrets: a right one is told from a wrong one by the error.
async fn guess(stage: &mut Stage) -> Judged {
    let client = stage.confidential()?;
    let own = client.secret_text();
    let right = guessed(stage, &client, &own).await?;
    let wrong = guessed(stage, &client, "obviously-wrong").await?;
    if right == wrong {
        return Err(inconclusive(format!(
            "a right and a wrong secret are both answered `{right}`"
        )));
    }
    for guess in GUESSES.into_iter().chain([client.client_id.as_str()]) {
        let said = guessed(stage, &client, guess).await?;
        if said == wrong {
            continue;
        }
        // Whoever guesses too often may be answered anything, and then everything is answered so.
        let is_guessed =
            said == right && guessed(stage, &client, "obviously-wrong").await? == wrong;
        if is_guessed {
            return Ok(Shown::open("one of seven first guesses is right"));
        }
        return Err(inconclusive(format!(
            "after some guesses the issuer answers `{}`: it may have locked the client out",
            said.escape_default()
        )));
    }
    Ok(Shown::Safe)
}

async fn guessed(stage: &mut Stage, client: &Client, secret: &str) -> Result<String, Unjudged> {
    let pairs = bogus(&client.redirect_uri);
    let asked = with_secret(stage, client, pairs, secret)?;
    let answer = stage.asking.ask(&asked).await?;
    Ok(format!("{} {}", answer.status, error(&answer)))
}

fn bogus(redirect_uri: &str) -> Pairs {
    [
        ("grant_type", "authorization_code"),
        ("code", "nobody-gave-this-out"),
        ("redirect_uri", redirect_uri),
        ("code_verifier", "portcullis-portcullis-portcullis-portcullis"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

async fn password(stage: &mut Stage) -> Judged {
    let client = stage.client();
    let pairs =
        [("grant_type", "password"), ("username", "nobody"), ("password", "obviously-wrong")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = stage.token(&client, pairs.to_vec()).await?;
    match error(&answer).as_str() {
        "invalid_grant" => {
            Ok(Shown::open("a wrong password is answered `invalid_grant`: it was looked at"))
        }
        "unsupported_grant_type" | "unauthorized_client" | "invalid_request" => Ok(Shown::Safe),
        "invalid_client" => Err(not_tried("the issuer does not believe the client")),
        other => {
            let (status, other) = (answer.status, other.escape_default());
            Err(inconclusive(format!("the answer is {status} `{other}`")))
        }
    }
}

/// Requests that no program expects.
async fn leak(stage: &mut Stage) -> Judged {
    let url = stage.metadata.endpoint("token_endpoint")?;
    let pairs = |text: &str| vec![("grant_type".to_owned(), text.to_owned())];
    let json = Asked {
        method: "POST",
        body: Some(Body::Json(Value::from(vec![Value::Null]))),
        ..Asked::get(url.clone())
    };
    let odd = [
        Asked::post(url.clone(), pairs("'\"<${{1}}\u{0}")),
        Asked::post(url.clone(), Pairs::new()),
        Asked::post(url, pairs("authorization_code")).field("Authorization", "Basic %%%"),
        json,
    ];
    let mut is_refused = true;
    for asked in odd {
        let answer = stage.asking.ask_any(&asked).await?;
        is_refused &= (400..500).contains(&answer.status) && answer.status != 429;
        let text = answer.text().to_ascii_lowercase();
        if let Some(leak) = LEAKS.iter().find(|leak| text.contains(*leak)) {
            return Ok(Shown::open(format!("an error ({}) says `{leak}`", answer.status)));
        }
    }
    if is_refused {
        Ok(Shown::Safe)
    } else {
        Err(inconclusive("what is odd is not simply refused"))
    }
}
