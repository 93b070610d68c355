//! Drawings (SVG): what in them runs, or is fetched, where they are shown or turned into a picture.

/// Elements that run, hold pages, or are filled from elsewhere.
const ACTIVE: [&str; 10] = [
    "!entity",
    "?xml-stylesheet",
    "embed",
    "foreignobject",
    "handler",
    "iframe",
    "listener",
    "meta",
    "object",
    "script",
];
/// Elements by which an animation writes an attribute.
const ANIMATIONS: [&str; 3] = ["animate", "animatetransform", "set"];
/// What a URL of a script begins with.
const SCHEMES: [&str; 6] = [
    "javascript:",
    "vbscript:",
    "data:text/html",
    "data:text/xml",
    "data:image/svg",
    "data:application/x",
];
/// Attributes and functions that fetch.
const FETCHES: [&str; 3] = ["href=", "src=", "url("];

/// What of a drawing would run where it is shown.
pub(super) fn active_svg(bytes: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("is not UTF-8") };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).to_ascii_lowercase();
    if !is_utf8(&text) {
        return Some("says that it is written otherwise than in UTF-8");
    }
    let tags = || text.split('<').skip(1);
    if tags().any(|tag| ACTIVE.contains(&name(tag))) {
        return Some("holds an element that runs");
    }
    if tags().any(|tag| name(tag) == "!doctype" && !is_known_type(tag)) {
        return Some("holds a document type that declares something, or is not that of drawings");
    }
    if tags().any(has_handler) {
        return Some("holds an attribute that runs (`onload`)");
    }
    if tags().any(|tag| ANIMATIONS.contains(&name(tag)) && writes_handler(tag)) {
        return Some("has an animation write an attribute that runs");
    }
    let plain = without_disguise(&text);
    if SCHEMES.iter().any(|scheme| plain.contains(scheme)) {
        return Some("leads to a script");
    }
    tags().any(fetches).then_some("has something fetched by whoever draws it")
}

/// Whether a document type is the one that programs write before drawings, and declares nothing of its own.
fn is_known_type(tag: &str) -> bool {
    let Some((said, _)) = tag.split_once('>') else { return false };
    let mut quoted = said.split('"').skip(1).step_by(2);
    let is_known = match (quoted.next(), quoted.next(), quoted.next()) {
        (None, ..) => said.split_whitespace().count() == 2,
        (Some(public), Some(system), None) => {
            public.starts_with("-//w3c//dtd svg ")
                && ["http://www.w3.org/", "https://www.w3.org/"]
                    .iter()
                    .any(|place| system.starts_with(place))
        }
        _ => false,
    };
    is_known && !said.contains(['[', '\'', '&', '%'])
}

/// The local name of an element.
fn name(tag: &str) -> &str {
    let name = tag.split(|one: char| one.is_whitespace() || "/>[".contains(one)).next();
    let name = name.unwrap_or_default();
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// Whether its declaration, if it has one, says what the bytes are: in UTF-7 other bytes are markup.
fn is_utf8(text: &str) -> bool {
    let Some(declaration) = text.strip_prefix("<?xml") else { return true };
    let declaration = declaration.split("?>").next().unwrap_or_default();
    let Some((_, said)) = declaration.split_once("encoding") else { return true };
    let said = said.trim_matches(|one: char| one.is_whitespace() || "='\"".contains(one));
    let said = said.split(['"', '\'']).next().unwrap_or_default();
    ["utf-8", "utf8", "us-ascii", "ascii"].contains(&said)
}

/// Whether a tag has an attribute whose name begins with `on`.
fn has_handler(tag: &str) -> bool {
    let mut rest = tag;
    while let Some(place) = rest.find("on") {
        let before = rest.get(..place).and_then(|text| text.chars().next_back());
        let behind = rest.get(place + 2..).unwrap_or_default();
        let name = behind.trim_start_matches(|one: char| one.is_ascii_alphanumeric());
        let starts = before.is_some_and(|one| one.is_whitespace() || "\"'/".contains(one));
        if starts && name.len() < behind.len() && name.trim_start().starts_with('=') {
            return true;
        }
        rest = behind;
    }
    false
}

/// Whether an animation names an attribute that runs: `attributeName="onmouseover"`.
fn writes_handler(tag: &str) -> bool {
    let values = tag.split("attributename").skip(1);
    values
        .map(without_disguise)
        .any(|value| value.trim_start_matches(|one: char| "='\"".contains(one)).starts_with("on"))
}

/// Whether a tag, or the style behind it, has a file of whoever draws it fetched, or something from another host: a link
/// (`a`) is followed by people.
fn fetches(tag: &str) -> bool {
    const FILES: [&str; 7] = ["file:", "php:", "expect:", "gopher:", "text:", "msl:", "ephemeral:"];
    const HOSTS: [&str; 4] = ["http:", "https:", "ftp:", "//"];
    let plain = without_disguise(tag);
    let is_link = ["a", "cc:license", "license"].contains(&name(tag));
    let is_drawn = ["image", "use", "feimage", "tref", "style"].contains(&name(tag));
    let leads = |fetch: &&str, to: &[&str]| {
        plain.split(*fetch).skip(1).any(|target| {
            let target = target.trim_start_matches(['"', '\'']);
            to.iter().any(|scheme| target.starts_with(scheme))
        })
    };
    FETCHES.iter().any(|fetch| {
        !is_link && leads(fetch, &FILES) || (is_drawn || *fetch == "url(") && leads(fetch, &HOSTS)
    }) || plain.contains("@import")
}

/// A text without the spaces and control characters that readers of URLs leave out, its numeric references undone.
fn without_disguise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(one) = rest.chars().next() {
        let behind = rest.get(one.len_utf8()..).unwrap_or_default();
        let reference = (one == '&').then(|| reference(behind)).flatten();
        let (one, behind) = reference.unwrap_or((one, behind));
        if !one.is_whitespace() && !one.is_control() {
            out.push(one.to_ascii_lowercase());
        }
        rest = behind;
    }
    out
}

/// A reference behind its `&`, and what stands behind it.
fn reference(text: &str) -> Option<(char, &str)> {
    const NAMED: [(&str, char); 3] = [("colon;", ':'), ("tab;", '\t'), ("newline;", '\n')];
    if let Some((name, one)) = NAMED.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*one, text.get(name.len()..)?));
    }
    let digits = text.strip_prefix('#')?;
    let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |digits| (digits, 16));
    let count = digits.bytes().take(8).take_while(|one| char::from(*one).is_digit(radix)).count();
    let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
    let behind = digits.get(count..)?;
    Some((char::from_u32(code)?, behind.strip_prefix(';').unwrap_or(behind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_that_runs_is_found_and_one_that_does_not_passes() {
        for text in [
            "<svg><script>alert(1)</script></svg>",
            "<svg:svg xmlns:svg='s'><svg:SCRIPT/></svg:svg>",
            "<svg onload=alert(1)>",
            "<svg><a\nonclick\n=\n'x'/></svg>",
            "<svg><foreignObject/></svg>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "<!DOCTYPE svg SYSTEM \"file:///etc/passwd\"><svg/>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://evil.example/svg.dtd\"><svg/>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/a\" [<!ENTITY % b SYSTEM \"x\">]><svg/>",
            "<svg><a href='java&#x73;cript:alert(1)'/></svg>",
            "<svg><a href='java&#115;cript&colon;alert(1)'/></svg>",
            "<svg><a href=' java\nscript:alert(1)'/></svg>",
            "<svg><use href='data:image/svg+xml,x'/></svg>",
            "<?xml-stylesheet href='data:text/xml,x' type='text/xsl'?><svg/>",
            "<?xml version='1.0' encoding='UTF-7'?><svg>+ADw-script+AD4-</svg>",
            "<?xml version=\"1.0\" encoding=\"utf-16\"?><svg/>",
            "<svg><set attributeName='onmouseover' to='alert(1)'/></svg>",
            "<svg><animate attributeName = '&#111;nclick' values='alert(1)'/></svg>",
            "<svg><animate attributeName='href' values='x;javascript:alert(1)'/></svg>",
            "<svg><html:meta xmlns:html='x' http-equiv='refresh'/></svg>",
            "<svg><image xlink:href=\"file:///etc/passwd\"/></svg>",
            "<svg><image href='text:/etc/passwd'/></svg>",
            "<svg><image href='http://169.254.169.254/latest'/></svg>",
            "<svg><use xlink:href='//evil.example/a.svg#b'/></svg>",
            "<svg><style>@import 'http://10.0.0.1/'</style></svg>",
            "<svg><rect style='fill:url(http://10.0.0.1/)'/></svg>",
            "<svg><style>a{fill:url('file:///etc/passwd')}</style></svg>",
        ] {
            assert!(active_svg(text.as_bytes()).is_some(), "{text}");
        }
        assert!(active_svg(b"\xff\xfe<\0s\0").is_some(), "UTF-16");
        for text in [
            "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/><title>on & off = 1</title></svg>",
            "<svg><text font-weight='on'>Description: a &#169; sign</text></svg>",
            "<svg version=\"1.1\"><animate attributeName='x' begin='0s'/></svg>",
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?><svg><metadata/></svg>",
            "<svg><animate attributeName='opacity' to='0'/><a href='https://example.org/'/></svg>",
            "<svg><text>the profile: a file: or two</text><rect fill='url(#a)'/></svg>",
            "<!DOCTYPE svg><svg/>",
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\"\n \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">\n<svg/>",
            "<svg><image href='data:image/png;base64,iVBORw0='/></svg>",
        ] {
            assert_eq!(active_svg(text.as_bytes()), None, "{text}");
        }
    }
}
