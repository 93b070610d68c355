//! The report as one page: no script, nothing from elsewhere, readable on paper.

use std::fmt::{self, Write as _};

use portcullis_controls::coverage::Extent;

use super::facts::{CLOSED, Facts, OperationFacts, Part, Warning};

/// All of the page's look.
const STYLE: &str = include_str!("page.css");

/// The page. Writing to a String cannot fail.
pub(super) fn write(facts: &Facts) -> String {
    let mut out = String::with_capacity(64 << 10);
    let (title, version) = (Escaped(&facts.title), Escaped(&facts.version));
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'\">\n<title>{title} {version}: contract report</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<p class=\"kind\">Contract \
         report</p>\n<h1>{title} <span>{version}</span></h1>\n"
    );
    head(facts, &mut out);
    out.push_str("</header>\n<main>\n");
    not_served(facts, &mut out);
    operations(facts, &mut out);
    warnings(facts, &mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn head(facts: &Facts, out: &mut String) {
    out.push_str("<ul class=\"numbers\">\n");
    for (count, class, text) in [
        (facts.operations.len(), "", "operations"),
        (facts.enforced_count(), "good", "wholly enforced"),
        (facts.undecided_count(), "bad", "say nothing of who may call"),
        (facts.not_served().count(), "bad", "declared, not served"),
        (facts.warning_count, "", "warnings"),
    ] {
        let class = if count == 0 { "" } else { class };
        let _ = writeln!(out, "<li class=\"{class}\"><b>{count}</b> {text}</li>");
    }
    out.push_str("</ul>\n<dl>\n");
    let base = if facts.base_path.is_empty() { "/" } else { &facts.base_path };
    let base_at = facts.base_path_at.as_deref().unwrap_or("no servers");
    row(out, "Document", &facts.file, &facts.kind);
    row(out, "Base path", base, base_at);
    for scheme in &facts.schemes {
        let place = format!("{}: {}", scheme.name, scheme.place);
        row(out, "Credential", &place, scheme.at.as_deref().unwrap_or_default());
    }
    row(out, "SHA-256", &facts.digest, "");
    out.push_str("</dl>\n");
}

fn row(out: &mut String, term: &str, text: &str, at: &str) {
    let (text, at) = (Escaped(text), Escaped(at));
    let _ = writeln!(out, "<dt>{term}</dt><dd>{text} <span class=\"at\">{at}</span></dd>");
}

fn not_served(facts: &Facts, out: &mut String) {
    if facts.not_served().next().is_none() {
        return;
    }
    out.push_str("<h2>Not served</h2>\n<ul class=\"plain\">\n");
    for Warning { at, text, .. } in facts.not_served() {
        let (at, text) = (Escaped(at), Escaped(text));
        let _ = writeln!(out, "<li>{text} <span class=\"at\">{at}</span></li>");
    }
    out.push_str("</ul>\n");
}

fn operations(facts: &Facts, out: &mut String) {
    if facts.operations.is_empty() {
        return;
    }
    out.push_str("<h2>Operations, worst first</h2>\n");
    if facts.undecided_count() > 0 {
        let _ = writeln!(out, "<p><b>undecided</b>: {CLOSED}</p>");
    }
    for one in facts.worst_first() {
        operation(one, out);
    }
}

fn operation(one: &OperationFacts, out: &mut String) {
    let class = if one.is_enforced() { "good" } else { "open" };
    let method = Escaped(&one.method);
    let (path, name, at) = (Escaped(&one.path), Escaped(&one.name), Escaped(&one.at));
    let _ = write!(
        out,
        "<section class=\"{class}\">\n<h3><span class=\"method\">{method}</span> {path}"
    );
    match (&one.sunset, one.is_deprecated) {
        (Some(day), _) => {
            let _ = write!(out, " <span class=\"tag\">ends on {}</span>", Escaped(day));
        }
        (None, true) => out.push_str(" <span class=\"tag\">deprecated</span>"),
        (None, false) => {}
    }
    let _ = writeln!(out, "</h3>\n<p class=\"name\">{name} <span class=\"at\">{at}</span></p>");
    out.push_str("<table>\n");
    let caller_at = one.caller.at.as_deref().unwrap_or_default();
    let (class, word) =
        if one.caller.is_stated { ("enforced", "stated") } else { ("not", "undecided") };
    let _ = writeln!(
        out,
        "<tr><td class=\"{class}\">{word}</td><td>caller</td><td>{}</td><td class=\"at\">{}</td></tr>",
        Escaped(&one.caller.text),
        Escaped(caller_at)
    );
    one.parts.iter().for_each(|part| row_of(part, out));
    out.push_str("</table>\n</section>\n");
}

fn row_of(part: &Part, out: &mut String) {
    let word = match part.extent {
        Extent::Enforced => "enforced",
        Extent::Partly(_) => "partly",
        Extent::Not(_) => "not enforced",
        Extent::Refused(_) => "refused",
    };
    let why = [part.extent.why(), part.removed.as_deref()];
    let why: Vec<&str> = why.into_iter().flatten().collect();
    let needed = if part.is_required { " <span class=\"needed\">required</span>" } else { "" };
    let _ = writeln!(
        out,
        "<tr><td class=\"{}\">{word}</td><td>{}{needed}</td><td>{}</td><td class=\"at\">{}</td></tr>",
        part.extent.name(),
        Escaped(&part.what),
        Escaped(&why.join("; ")),
        Escaped(&part.at)
    );
}

fn warnings(facts: &Facts, out: &mut String) {
    if facts.warnings.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Warnings</h2>\n<p><code>portcullis explain CODE</code> says what each means.</p>\n\
         <table class=\"warnings\">\n<tr><th>Code</th><th>What</th><th>Where</th></tr>\n",
    );
    for (one, others) in facts.grouped() {
        let more = if others > 0 { format!(" and {others} more") } else { String::new() };
        let help = one.help.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td>{}<br><span class=\"help\">{}</span></td><td \
             class=\"at\">{}{more}</td></tr>",
            one.code,
            Escaped(&one.text),
            Escaped(help),
            Escaped(&one.at)
        );
    }
    out.push_str("</table>\n");
}

/// Text of the document in a page: what means something in HTML is escaped, what a browser may
/// obey besides is replaced. What stands between backticks is code.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_paired = self.0.matches('`').count().is_multiple_of(2);
        let mut is_code = false;
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '`' if is_paired => {
                    f.write_str(if is_code { "</code>" } else { "<code>" })?;
                    is_code = !is_code;
                }
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
                    f.write_char('\u{fffd}')?;
                }
                other if other.is_control() => f.write_char('\u{fffd}')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_document_stays_text() {
        for (text, shown) in [
            (
                "<script>a('b') & \"c\"</script>",
                "&lt;script&gt;a(&#39;b&#39;) &amp; &quot;c&quot;&lt;/script&gt;",
            ),
            ("`<b>` is code", "<code>&lt;b&gt;</code> is code"),
            ("one ` alone", "one ` alone"),
            ("a\u{1b}\u{202e}b", "a\u{fffd}\u{fffd}b"),
        ] {
            assert_eq!(Escaped(text).to_string(), shown);
        }
    }
}
