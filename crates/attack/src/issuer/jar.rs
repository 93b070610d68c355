//! Cookies of one browser (RFC 6265), as far as a login needs them.

/// Cookies that one browser keeps.
const COOKIES_MAX: usize = 64;

/// Cookies, by name and path. They go to the host that set them and to no other: a jar is for one host.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar {
    cookies: Vec<Cookie>,
    /// What the user gave, as it stands in a header field.
    given: Option<String>,
}

#[derive(Debug, Clone)]
struct Cookie {
    name: String,
    value: String,
    path: String,
}

impl Jar {
    /// A browser that has been given cookies.
    pub(super) fn of(given: Option<String>) -> Self {
        Self { cookies: Vec::new(), given }
    }

    /// Takes a `Set-Cookie` in.
    pub(super) fn set(&mut self, line: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let mut path = "/".to_owned();
        let mut is_over = false;
        for part in parts {
            let (attribute, said) = part.split_once('=').unwrap_or((part, ""));
            let said = said.trim();
            match attribute.trim().to_ascii_lowercase().as_str() {
                "path" if said.starts_with('/') => said.clone_into(&mut path),
                "max-age" => is_over |= said.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                // The way in which servers take a cookie back.
                "expires" => is_over |= said.contains(" 1970 ") || said.contains("-1970 "),
                _ => {}
            }
        }
        self.cookies.retain(|known| known.name != name || known.path != path);
        if !is_over && self.cookies.len() < COOKIES_MAX {
            self.cookies.push(Cookie { name, value, path });
        }
    }

    /// The header field's value for a path; none: there is none to send.
    pub(super) fn field(&self, path: &str) -> Option<String> {
        let is_below = |cookie: &&Cookie| {
            let rest = path.strip_prefix(cookie.path.as_str());
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with('/') || cookie.path.ends_with('/')
            })
        };
        let own =
            self.cookies.iter().filter(is_below).map(|one| format!("{}={}", one.name, one.value));
        let all: Vec<String> = self.given.iter().cloned().chain(own).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_go_below_their_path_until_they_are_taken_back() {
        let mut jar = Jar::of(Some("given=1".to_owned()));
        jar.set("a=b; Path=/x; HttpOnly");
        jar.set("c=d=e; path=/");
        jar.set("nothing");
        assert_eq!(jar.field("/x/y").as_deref(), Some("given=1; a=b; c=d=e"));
        assert_eq!(jar.field("/xy").as_deref(), Some("given=1; c=d=e"));
        jar.set("a=f; Path=/x");
        assert_eq!(jar.field("/x").as_deref(), Some("given=1; c=d=e; a=f"));
        jar.set("a=; Path=/x; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        jar.set("c=; Max-Age=0");
        assert_eq!(jar.field("/x").as_deref(), Some("given=1"));
        assert_eq!(Jar::default().field("/"), None);
    }

    #[test]
    fn a_browser_keeps_so_many_and_no_more() {
        let mut jar = Jar::default();
        for one in 0..COOKIES_MAX * 2 {
            jar.set(&format!("c{one}=x"));
        }
        assert_eq!(jar.field("/").unwrap().split("; ").count(), COOKIES_MAX);
    }
}
