//! Who calls an API, from a file in the form of Web Fuzzing Commons (<https://github.com/WebFuzzing/Commons>, its `auth`
//! schema): fixed header fields, logins, users that are made for the run.

use serde::Deserialize;
use serde_saphyr::{MergeKeyPolicy, Options};

use portcullis_model::Secret;

use crate::identity::{Credential, Login, Sent, Take};
use crate::percent::encoded;

/// Bytes of one file.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// People of one file.
const PEOPLE_MAX: usize = 20;
/// Letters that a generated text has where nothing else is said.
const GENERATED_LETTERS: usize = 12;

/// Somebody whom a file describes.
#[derive(Debug, Clone)]
pub struct Described {
    /// Their name: what stands before a `:` in the file's.
    pub name: String,
    /// Their roles: what stands behind it, `paula:pharmacist,staff`; none: not said.
    pub roles: Option<Vec<String>>,
    /// How they show who they are.
    pub credential: Credential,
    /// The request that makes them, to be sent once and first.
    pub made_by: Option<Sent>,
}

/// Reads a file. `chance` fills bytes with randomness, for the users that are made.
///
/// # Errors
/// What of it cannot be used, by the name of whom it is about.
pub fn described(text: &str, chance: &mut dyn FnMut(&mut [u8])) -> Result<Vec<Described>, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!("it has more than {TEXT_BYTES_MAX} bytes"));
    }
    let mut options = Options::default();
    options.merge_keys = MergeKeyPolicy::Error;
    options.with_snippet = false;
    let file: File =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
    if file.auth.is_empty() {
        return Err("`auth` names nobody".to_owned());
    }
    if file.auth.len() > PEOPLE_MAX {
        return Err(format!("`auth` names more than {PEOPLE_MAX}"));
    }
    let template = file.template.unwrap_or_default();
    let mut people: Vec<Described> = Vec::new();
    for (place, one) in file.auth.into_iter().enumerate() {
        let name = one.name.clone().unwrap_or_else(|| format!("number {}", place + 1));
        let person =
            one.under(&template).person(chance).map_err(|why| format!("`{name}`: {why}"))?;
        if people.iter().any(|known| known.name == person.name) {
            return Err(format!("`{}` stands there twice", person.name));
        }
        people.push(person);
    }
    Ok(people)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    #[serde(rename = "schemaVersion")]
    _version: Option<String>,
    auth: Vec<Auth>,
    #[serde(rename = "authTemplate")]
    template: Option<Auth>,
    #[serde(rename = "configs")]
    _configs: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Auth {
    name: Option<String>,
    require_mock_handling: Option<bool>,
    fixed_headers: Option<Vec<Header>>,
    #[serde(rename = "loginEndpointAuth")]
    login: Option<LoginEndpoint>,
    create_users: Option<CreateUsers>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    name: String,
    value: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LoginEndpoint {
    endpoint: Option<String>,
    #[serde(rename = "externalEndpointURL")]
    external: Option<String>,
    payload_raw: Option<String>,
    payload_user_pwd: Option<UserPassword>,
    headers: Option<Vec<Header>>,
    verb: Option<String>,
    content_type: Option<String>,
    token: Option<TokenHandling>,
    expect_cookies: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UserPassword {
    username: Option<String>,
    password: Option<String>,
    username_field: Option<String>,
    password_field: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenHandling {
    extract_from: Option<String>,
    extract_selector: Option<String>,
    send_in: Option<String>,
    send_name: Option<String>,
    send_template: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CreateUsers {
    endpoint: Option<String>,
    #[serde(rename = "externalEndpointURL")]
    external: Option<String>,
    payload_raw: Option<String>,
    verb: Option<String>,
    content_type: Option<String>,
    generators: Option<Vec<Generator>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Generator {
    place_holder: String,
    min_length: Option<usize>,
    max_length: Option<usize>,
    prefix: Option<String>,
    postfix: Option<String>,
}

/// What is filled in for the placeholders of one person.
type Values = Vec<(String, String)>;

impl Auth {
    /// With what the template says and this does not: whole members, and the members of a login.
    fn under(mut self, template: &Self) -> Self {
        self.require_mock_handling = self.require_mock_handling.or(template.require_mock_handling);
        if self.fixed_headers.is_none() {
            self.fixed_headers.clone_from(&template.fixed_headers);
        }
        self.login = match (self.login, &template.login) {
            (Some(own), Some(template)) => Some(own.under(template)),
            (own, template) => own.or_else(|| template.clone()),
        };
        if self.create_users.is_none() {
            self.create_users.clone_from(&template.create_users);
        }
        self
    }

    fn person(self, chance: &mut dyn FnMut(&mut [u8])) -> Result<Described, String> {
        let name = self.name.ok_or("it has no `name`")?;
        let (name, roles) = match name.split_once(':') {
            Some((name, roles)) => {
                (name.to_owned(), Some(roles.split(',').map(str::to_owned).collect()))
            }
            None => (name, None),
        };
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_inner) {
            return Err("a name has letters, digits, `_` and `-`".to_owned());
        }
        if self.require_mock_handling == Some(true) {
            return Err("`requireMockHandling` needs a look into the API, which nothing here has"
                .to_owned());
        }
        let (values, made_by) = match self.create_users {
            Some(create) => create.request(chance).map(|(values, sent)| (values, Some(sent)))?,
            None => (Values::new(), None),
        };
        let credential = match (self.fixed_headers.as_deref(), self.login) {
            (Some([one]), None) => Credential::Field {
                field: token(&one.name)?,
                value: Secret::new(field_value(&filled(&one.value, &values))?.into_bytes()),
            },
            (None, Some(login)) => Credential::Login(Box::new(login.login(&values)?)),
            (Some(_), None) => return Err("`fixedHeaders` must be one header".to_owned()),
            _ => return Err("write either `fixedHeaders` or `loginEndpointAuth`".to_owned()),
        };
        Ok(Described { name, roles, credential, made_by })
    }
}

impl LoginEndpoint {
    fn under(self, template: &Self) -> Self {
        let of = template.clone();
        Self {
            endpoint: self.endpoint.or(of.endpoint),
            external: self.external.or(of.external),
            payload_raw: self.payload_raw.or(of.payload_raw),
            payload_user_pwd: match (self.payload_user_pwd, of.payload_user_pwd) {
                (Some(own), Some(of)) => Some(UserPassword {
                    username: own.username.or(of.username),
                    password: own.password.or(of.password),
                    username_field: own.username_field.or(of.username_field),
                    password_field: own.password_field.or(of.password_field),
                }),
                (own, of) => own.or(of),
            },
            headers: self.headers.or(of.headers),
            verb: self.verb.or(of.verb),
            content_type: self.content_type.or(of.content_type),
            token: self.token.or(of.token),
            expect_cookies: self.expect_cookies.or(of.expect_cookies),
        }
    }

    fn login(self, values: &Values) -> Result<Login, String> {
        let endpoint = endpoint(self.endpoint.as_deref(), self.external.as_deref())?;
        let verb = verb(self.verb.as_deref())?;
        let content_type = self.content_type.as_deref().unwrap_or("application/json");
        let body = match (self.payload_raw, self.payload_user_pwd) {
            (Some(raw), None) => filled(&raw, values),
            (None, Some(user)) => user.body(content_type, values)?,
            (None, None) => String::new(),
            _ => return Err("write either `payloadRaw` or `payloadUserPwd`".to_owned()),
        };
        let take = match (self.token, self.expect_cookies) {
            (None, Some(true)) => Take::Cookies,
            (Some(token), None | Some(false)) => token.take()?,
            _ => return Err("write either `token` or `expectCookies: true`".to_owned()),
        };
        let mut fields = Vec::new();
        for Header { name, value } in self.headers.unwrap_or_default() {
            fields.push((token(&name)?, field_value(&filled(&value, values))?));
        }
        if !body.is_empty() {
            fields.push(("Content-Type".to_owned(), field_value(content_type)?));
        }
        let body = Secret::new(body.into_bytes());
        Ok(Login { sent: Sent { line: format!("{verb} {endpoint}"), fields, body }, take })
    }
}

impl UserPassword {
    fn body(self, content_type: &str, values: &Values) -> Result<String, String> {
        let missing = |name: &str| format!("`payloadUserPwd` has no `{name}`");
        let of = |one: Option<String>, name: &str| {
            one.map(|text| filled(&text, values)).ok_or_else(|| missing(name))
        };
        let pairs = [
            (of(self.username_field, "usernameField")?, of(self.username, "username")?),
            (of(self.password_field, "passwordField")?, of(self.password, "password")?),
        ];
        if content_type.starts_with("application/json") {
            let members = pairs.into_iter().map(|(name, value)| (name, value.into()));
            return Ok(serde_json::Value::Object(members.collect()).to_string());
        }
        if content_type.starts_with("application/x-www-form-urlencoded") {
            let of =
                |(name, value): &(String, String)| format!("{}={}", written(name), written(value));
            return Ok(pairs.iter().map(of).collect::<Vec<_>>().join("&"));
        }
        Err(format!("`payloadUserPwd` cannot be written as `{content_type}`"))
    }
}

impl TokenHandling {
    fn take(self) -> Result<Take, String> {
        let missing = |name: &str| format!("`token` has no `{name}`");
        let selector = self.extract_selector.ok_or_else(|| missing("extractSelector"))?;
        if self.send_in.as_deref().unwrap_or("header") != "header" {
            return Err("a token is sent in a header field here, not in the query".to_owned());
        }
        let field = token(&self.send_name.ok_or_else(|| missing("sendName"))?)?;
        let template = self.send_template.unwrap_or_else(|| "{token}".to_owned());
        if !template.contains("{token}") {
            return Err("`sendTemplate` has no `{token}`".to_owned());
        }
        match self.extract_from.as_deref() {
            Some("body") if selector.is_empty() || selector.starts_with('/') => {
                Ok(Take::Body { pointer: selector, field, template })
            }
            Some("body") => Err(format!("`{selector}` is no JSON Pointer; write `/{selector}`")),
            Some("header") => Ok(Take::Header { from: token(&selector)?, field, template }),
            Some(other) => Err(format!("`extractFrom: {other}` is neither `body` nor `header`")),
            None => Err(missing("extractFrom")),
        }
    }
}

impl CreateUsers {
    fn request(self, chance: &mut dyn FnMut(&mut [u8])) -> Result<(Values, Sent), String> {
        let endpoint = endpoint(self.endpoint.as_deref(), self.external.as_deref())?;
        let verb = verb(self.verb.as_deref())?;
        let raw = self.payload_raw.ok_or("`createUsers` has no `payloadRaw`")?;
        let generators = self.generators.ok_or("`createUsers` has no `generators`")?;
        let values: Values =
            generators.iter().map(|one| one.value(chance)).collect::<Result<_, _>>()?;
        let content_type = self.content_type.as_deref().unwrap_or("application/json");
        let fields = vec![("Content-Type".to_owned(), field_value(content_type)?)];
        let body = Secret::new(filled(&raw, &values).into_bytes());
        Ok((values, Sent { line: format!("{verb} {endpoint}"), fields, body }))
    }
}

impl Generator {
    fn value(&self, chance: &mut dyn FnMut(&mut [u8])) -> Result<(String, String), String> {
        if self.place_holder.is_empty() {
            return Err("a generator has an empty `placeHolder`".to_owned());
        }
        let fixed = [&self.prefix, &self.postfix].into_iter().flatten().map(String::len).sum();
        let least = self.min_length.unwrap_or(0).saturating_sub(fixed);
        let most = self.max_length.map_or(64, |most| most.saturating_sub(fixed)).min(64);
        let letters = GENERATED_LETTERS.clamp(least.min(64), most.max(least.min(64)));
        if letters < 6 {
            return Err(format!("`{}` has no room for a text that nobody has", self.place_holder));
        }
        let mut bytes = vec![0; letters];
        chance(&mut bytes);
        let of = |byte: &u8| char::from(b'a' + byte % 26);
        let text: String = bytes.iter().map(of).collect();
        let (before, behind) = (self.prefix.as_deref(), self.postfix.as_deref());
        let value = format!("{}{text}{}", before.unwrap_or_default(), behind.unwrap_or_default());
        Ok((self.place_holder.clone(), value))
    }
}

fn endpoint(own: Option<&str>, external: Option<&str>) -> Result<String, String> {
    if external.is_some() {
        return Err("`externalEndpointURL`: only the API itself is asked".to_owned());
    }
    let own = own.ok_or("`endpoint` is missing")?;
    let is_plain = own.starts_with('/') && own.bytes().all(|byte| byte.is_ascii_graphic());
    if is_plain {
        Ok(own.to_owned())
    } else {
        Err(format!("`{}` is no path", own.escape_default()))
    }
}

fn verb(said: Option<&str>) -> Result<&'static str, String> {
    match said {
        Some("POST") => Ok("POST"),
        Some("GET") => Ok("GET"),
        Some("PUT") => Ok("PUT"),
        Some("PATCH") => Ok("PATCH"),
        Some("DELETE") => Ok("DELETE"),
        Some(other) => Err(format!("`verb: {}` is no verb", other.escape_default())),
        None => Err("`verb` is missing".to_owned()),
    }
}

/// The name of a header field (RFC 9110 section 5.6.2).
fn token(name: &str) -> Result<String, String> {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_inner) {
        return Ok(name.to_owned());
    }
    Err(format!("`{}` is no name of a header field", name.escape_default()))
}

/// A value of a header field: nothing in it ends the field.
fn field_value(value: &str) -> Result<String, String> {
    let is_inner = |byte: u8| byte == b'\t' || byte >= b' ' && byte != 0x7f;
    if value.bytes().all(is_inner) {
        return Ok(value.to_owned());
    }
    Err("a value of a header field has a control character".to_owned())
}

fn filled(text: &str, values: &Values) -> String {
    values
        .iter()
        .fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value))
}

/// As forms write it: a space is a `+`.
fn written(text: &str) -> String {
    encoded(text, b"").replace("%20", "+")
}

#[cfg(test)]
mod tests;
