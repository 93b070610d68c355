//! What a key is restricted to, on the command line: `--may`, `--object`, `--origin`, `--dpop`, `--certificate`,
//! `--quota`, `--rate`.

use clap::Args;
use portcullis_model::{KeyQuota, KeyRules, Verbs, did_you_mean};
use portcullis_policy::{Model, Origin};

use crate::exit::Exit;
use crate::talk;

/// Seconds of the units of a rate.
const UNITS: [(&str, u32); 3] = [("s", 1), ("min", 60), ("h", 3600)];

/// What a key is good for alone.
#[derive(Debug, Args)]
pub(crate) struct GoodFor {
    /// For this operation alone, by name or as `GET /orders/{id}`; several are said one by one
    #[arg(long = "operation", value_name = "NAME")]
    pub(crate) operations: Vec<String>,
    /// Good for this scope
    #[arg(long = "scope", value_name = "NAME")]
    pub(crate) scopes: Vec<String>,
    /// From this network alone: `203.0.113.0/24`
    #[arg(long = "from", value_name = "NETWORK")]
    pub(crate) networks: Vec<String>,
    /// For this API of the policy alone
    #[arg(long = "api", value_name = "NAME")]
    pub(crate) apis: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct KeyLimits {
    /// Only this with objects of a resource: `Order:read,list`, in the words of rules; `Order` or `Order:*` is
    /// everything
    #[arg(long = "may", value_name = "RESOURCE[:WORDS]")]
    may: Vec<String>,
    /// Only this object of its resource, by the first of its ids: `Order=7`
    #[arg(long = "object", value_name = "RESOURCE=ID")]
    objects: Vec<String>,
    /// Only with this `Origin`: for keys in web pages
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Only with a proof of this key, by its thumbprint (RFC 9449)
    #[arg(long, value_name = "THUMBPRINT")]
    dpop: Option<String>,
    /// Only on connections that were opened with this client certificate: `sha256:` and 64 digits
    #[arg(long, value_name = "SHA256")]
    certificate: Option<String>,
    /// At most so often in a day or a month (UTC), with the keys below it: `1000/day`, `50000/month`
    #[arg(long = "quota", value_name = "N/day|month")]
    quotas: Vec<String>,
    /// At most so fast, with the keys below it: `10/s`, `300/min`
    #[arg(long, value_name = "N/s|min|h")]
    rate: Option<String>,
}

impl KeyLimits {
    /// Adds them to what else a key is restricted to. Names that the policy does not know would open nothing.
    pub(crate) fn add(&self, rules: &mut KeyRules, apis: &[Model]) -> Result<(), Exit> {
        let resources = apis.iter().flat_map(|api| &api.authorization.resources);
        let resources: Vec<&str> = resources.map(|resource| &*resource.name).collect();
        for text in &self.may {
            let (name, words) = text.rsplit_once(':').unwrap_or((text, "*"));
            known(name, &resources)?;
            let verbs = Verbs::of_words(words.split(',')).ok_or_else(|| {
                let words = talk::clean(words);
                refused(&format!("`{words}` is nothing that may be done"), "say read, list, create, update, delete or *; an operation with a name of its own is named by --operation")
            })?;
            rules.may.push((name.to_owned(), verbs));
        }
        for text in &self.objects {
            let named = text.split_once('=').filter(|(_, id)| !id.is_empty());
            let (name, id) = named.ok_or_else(|| {
                refused(&format!("`{}` is not RESOURCE=ID", talk::clean(text)), "write `Order=7`")
            })?;
            known(name, &resources)?;
            rules.objects.push((name.to_owned(), id.to_owned()));
        }
        let without = rules.objects.iter().find(|(name, _)| rules.verbs(name).is_empty());
        if let Some((name, _)) = without {
            let message = format!("nothing may be done with `{}`", talk::clean(name));
            return Err(refused(&message, &format!("add --may {}", talk::clean(name))));
        }
        rules.origins = self.origins(apis)?;
        rules.dpop = bound(
            self.dpop.as_deref(),
            portcullis_admin::thumbprint,
            "no thumbprint of a key",
            "43 characters of base64url, as `jkt` in a token",
        )?;
        rules.certificate = bound(
            self.certificate.as_deref(),
            portcullis_admin::certificate,
            "no thumbprint of a certificate",
            "`sha256:` and 64 hexadecimal digits in lower case: openssl x509 -in client.pem -outform der | sha256sum",
        )?;
        rules.quota = self.quota()?;
        Ok(())
    }

    fn origins(&self, apis: &[Model]) -> Result<Vec<String>, Exit> {
        let read = self.origins.iter().map(|text| {
            Origin::new(text).ok_or_else(|| {
                let message =
                    format!("`{}` is not how browsers write an origin", talk::clean(text));
                refused(&message, "scheme, host and port alone: `https://shop.example.com`")
            })
        });
        let origins: Vec<Origin> = read.collect::<Result<_, _>>()?;
        for origin in &origins {
            if !apis.iter().any(|api| api.origins.contains(origin)) {
                talk::say(&format!(
                    "`{}` is not among the policy's `origins`: its pages are answered no preflight",
                    origin.as_str()
                ));
            }
        }
        Ok(origins.iter().map(|origin| origin.as_str().to_owned()).collect())
    }

    fn quota(&self) -> Result<KeyQuota, Exit> {
        let mut quota = KeyQuota::default();
        for text in &self.quotas {
            let said = amount(text).and_then(|(count, unit)| match unit {
                "day" => Some((count, &mut quota.day)),
                "month" => Some((count, &mut quota.month)),
                _ => None,
            });
            match said {
                Some((count, place @ None)) => *place = Some(count),
                Some(_) => return Err(refused("that quota is said twice", "say it once")),
                None => {
                    let message = format!("`{}` is no quota", talk::clean(text));
                    return Err(refused(&message, "write `1000/day` or `50000/month`"));
                }
            }
        }
        let rate = self.rate.as_deref().map(|text| {
            let read = amount(text).and_then(|(count, unit)| {
                let (_, per_s) = UNITS.into_iter().find(|(known, _)| *known == unit)?;
                Some((u32::try_from(count).ok()?, per_s))
            });
            read.ok_or_else(|| {
                let message = format!("`{}` is no rate", talk::clean(text));
                refused(&message, "write `10/s`, `300/min` or `1000/h`")
            })
        });
        quota.rate = rate.transpose()?;
        Ok(quota)
    }
}

/// A number from 1 on, and what stands behind the slash.
fn amount(text: &str) -> Option<(u64, &str)> {
    let (number, unit) = text.split_once('/')?;
    let is_plain = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let count = number.parse().ok().filter(|count| is_plain && (1..u64::MAX).contains(count))?;
    Some((count, unit))
}

fn bound(
    text: Option<&str>,
    read: fn(&str) -> Option<[u8; 32]>,
    what: &str,
    help: &str,
) -> Result<Option<[u8; 32]>, Exit> {
    let read = text.map(|text| {
        read(text).ok_or_else(|| refused(&format!("`{}` is {what}", talk::clean(text)), help))
    });
    read.transpose()
}

fn known(name: &str, resources: &[&str]) -> Result<(), Exit> {
    if resources.contains(&name) {
        return Ok(());
    }
    talk::say(&format!("`{}` is no resource of the policy", talk::clean(name)));
    if let Some(near) = did_you_mean(name, resources.iter().copied()) {
        talk::say(&format!("help: did you mean `{near}`?"));
    }
    Err(Exit::Unusable)
}

fn refused(message: &str, help: &str) -> Exit {
    talk::say(message);
    talk::say(&format!("help: {help}"));
    Exit::Unusable
}
