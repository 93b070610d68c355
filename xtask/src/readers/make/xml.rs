//! Bodies of XML: entities, sections, namespaces, comments in texts, document types.

use super::{broken, post};
use crate::chance::Chance;

const TEXTS: [&str; 30] = [
    "a",
    "Bob",
    "",
    "7",
    "-3",
    " 7 ",
    "&amp;",
    "&lt;b&gt;",
    "&#65;",
    "&#x1F600;",
    "&quot;&apos;",
    "<![CDATA[a]]>",
    "<![CDATA[<name>x</name>]]>",
    "a<![CDATA[b]]>c",
    "a<!-- x -->b",
    "<!-- x -->",
    "\r\n",
    "a\r\nb",
    "a\rb",
    "\t",
    "é",
    "]]&gt;",
    "&x;",
    "&#0;",
    "&#13;",
    "&#10;",
    "a&#x85;b",
    "\u{2028}",
    "\u{85}",
    "&nbsp;",
];
const ELEMENTS: [&str; 16] = [
    "name", "note", "size", "name", "is_admin", "other", "Name", "colour", "colour", "tags",
    "inner", "tags", "inner", "note", "p:name", "name",
];
const ATTRIBUTES: [&str; 12] = [
    " id=\"1\"",
    " id='a&amp;b'",
    " id=\"a\nb\"",
    " id=\"&#10;\"",
    " id=\"1\" id=\"2\"",
    " xml:lang=\"fr\"",
    " other=\"1\"",
    " xmlns=\"urn:x\"",
    " xmlns:p=\"urn:p\" p:id=\"2\"",
    " id=\"a\tb\"",
    " id=\" a  b \"",
    " Id=\"1\"",
];
const BEFORE: [&str; 12] = [
    "<?xml version=\"1.0\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<?xml version='1.0' encoding='utf-8' standalone='no'?>",
    "<?xml version=\"1.1\"?>",
    "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>",
    "<?xml version=\"1.0\" encoding=\"UTF-7\"?>",
    "<!DOCTYPE item>",
    "<!DOCTYPE item [<!ENTITY x \"y\">]>",
    "<!DOCTYPE item SYSTEM \"file:///dev/null\">",
    "\u{feff}",
    " ",
    "<!-- x -->",
];
const PIECES: [&[u8]; 40] = [
    b"<",
    b">",
    b"/",
    b"&",
    b";",
    b"&x;",
    b"&#65;",
    b"&#x41",
    b"<!--",
    b"-->",
    b"<!-- x -->",
    b"<![CDATA[",
    b"]]>",
    b"<?x y?>",
    b"<!DOCTYPE item>",
    b"\0",
    b"\x01",
    b"\x0b",
    b"\r",
    b"\n",
    b" ",
    b"\t",
    b"\xff",
    b"\xc2\x85",
    b"\xef\xbf\xbe",
    b"\xed\xa0\x80",
    b"<name>x</name>",
    b"<is_admin>true</is_admin>",
    b"</name>",
    b"</item>",
    b" id=\"2\"",
    b"=",
    b"\"",
    b"'",
    b" xmlns=\"\"",
    b" xmlns:a=\"urn:inner\"",
    b"a:",
    b":",
    b"<item/>",
    b"\xef\xbb\xbf",
];
const LABELS: [&str; 7] = [
    "application/xml; charset=utf-8",
    "application/xml; charset=utf-16",
    "text/xml",
    "application/xml; charset=iso-8859-1",
    "application/soap+xml",
    "Application/XML;charset=\"UTF-8\"",
    "application/json",
];

pub(super) fn request(chance: &mut Chance) -> Vec<u8> {
    let before = if chance.once_in(5) { chance.one_of(&BEFORE) } else { "" };
    let mut body = format!("{before}{}", item(chance));
    if chance.once_in(15) {
        body.push_str(chance.one_of(&["\n", "<!-- y -->", "<?x?>", "x", "<item/>", "\0"]));
    }
    let mut body = broken(body.into_bytes(), &PIECES, chance);
    if chance.once_in(60) {
        let text = String::from_utf8_lossy(&body).into_owned();
        let to = if chance.once_in(2) { u16::to_le_bytes } else { u16::to_be_bytes };
        let mark = to(0xfeff);
        body = mark.into_iter().chain(text.encode_utf16().flat_map(to)).collect();
    }
    let label = if chance.once_in(15) { chance.one_of(&LABELS) } else { "application/xml" };
    post("/xml", label.as_bytes(), &body)
}

fn item(chance: &mut Chance) -> String {
    let children: String = (0..chance.below(5)).map(|_| child(chance)).collect();
    let attributes = if chance.once_in(3) { chance.one_of(&ATTRIBUTES) } else { "" };
    let space = chance.one_of(&["", "", "\n  ", "\r\n", "\t"]);
    let name =
        if chance.once_in(30) { chance.one_of(&["p:item", "Item", "other"]) } else { "item" };
    format!("<{name}{attributes}>{space}{children}{space}</{name}>")
}

fn child(chance: &mut Chance) -> String {
    let name = chance.one_of(&ELEMENTS);
    let attributes = if chance.once_in(15) { chance.one_of(&ATTRIBUTES) } else { "" };
    let inside = match name {
        "tags" => {
            let tags: Vec<String> =
                (0..chance.below(3)).map(|_| format!("<tag>{}</tag>", text(chance))).collect();
            tags.concat()
        }
        "inner" => return inner(chance),
        "size" if !chance.once_in(3) => {
            chance.one_of(&["1", "7", "-3", "007", "1e2", "+7", " 7"]).to_owned()
        }
        _ => text(chance),
    };
    if inside.is_empty() && chance.once_in(2) {
        return format!("<{name}{attributes}/>");
    }
    format!("<{name}{attributes}>{inside}</{name}>")
}

fn inner(chance: &mut Chance) -> String {
    let (a, b) = (text(chance), text(chance));
    match chance.below(5) {
        0 => format!("<inner xmlns=\"urn:inner\"><a>{a}</a><b>{b}</b></inner>"),
        1 => format!("<i:inner xmlns:i=\"urn:inner\"><i:a>{a}</i:a><b>{b}</b></i:inner>"),
        2 => format!("<i:inner xmlns:i='urn:inner'><i:a>{a}</i:a><i:b>{b}</i:b></i:inner>"),
        3 => format!("<inner><a>{a}</a></inner>"),
        _ => format!(
            "<inner xmlns=\"urn:&#105;nner\"><a>{a}</a><j:b xmlns:j=\"urn:inner\">{b}</j:b></inner>"
        ),
    }
}

fn text(chance: &mut Chance) -> String {
    let most = if chance.once_in(3) { TEXTS.len() } else { TEXTS.len() / 2 };
    (0..chance.below(3)).map(|_| chance.one_of(TEXTS.get(..most).unwrap_or_default())).collect()
}
