//! The model as one page: no script, nothing from elsewhere, readable on paper and without colour.

mod answers;
mod elements;
mod head;
mod ratings;
mod threats;

use std::fmt::Write as _;

use super::Shown;
use super::escaped::Html;
use super::grouped::by_rule;
use super::marks::symbols;
use super::svg::svg;

/// All of the page's look.
const STYLE: &str = include_str!("html/page.css");

/// Characters of a title that is written large.
const TITLE_CHARS: usize = 60;

/// The page. Writing to a String cannot fail.
pub fn html(shown: &Shown<'_>) -> String {
    let mut out = String::with_capacity(128 << 10);
    let title = Html(&shown.model.system.scope.title).to_string();
    let title = title.replace("<code>", "").replace("</code>", "");
    let long = if title.chars().count() > TITLE_CHARS { " class=\"long\"" } else { "" };
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n<title>{title}: threat model</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n{}<header>\n<p class=\"kind\">Threat model</p>\n<h1{long}>{title}</h1>\n",
        symbols()
    );
    let groups = by_rule(shown.model);
    head::head(shown, &groups, &mut out);
    let _ = write!(
        out,
        "</header>\n<main>\n<h2 id=\"flows\">Data flows</h2>\n<figure tabindex=\"0\" aria-label=\"data-flow \
         diagram\">\n{}</figure>\n",
        svg(shown.model)
    );
    threats::open(shown, &groups, &mut out);
    elements::accepted(shown, &mut out);
    threats::answered(shown, &groups, &mut out);
    elements::flows(shown, &mut out);
    elements::boundaries(shown, &mut out);
    elements::data(shown, &mut out);
    elements::unserved(shown, &mut out);
    elements::guessed(shown, &mut out);
    elements::questions(shown, &mut out);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}
