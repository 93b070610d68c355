//! HTML and script: a text that a page would run, not show (CWE-79).
//!
//! Three questions, each one pass. Would a tag in it run something (`elements`, after a tolerant tokenizer)?
//! Would it run something after it closed the quote or the tag in which a page puts it (`breakout`)? Is it
//! script or an address of script itself (`script`, `url`)? Tags that only look like something pass, and so
//! do `<bob@example.com>`, `Vec<String>` and `a < b`.

mod breakout;
mod elements;
mod script;
mod style;
mod tokens;
mod url;

use crate::bytes::span;
use crate::classes::Classes;
use crate::found::Look;
use crate::fuel::Fuel;

/// Passes over the text, at most: the tokenizer and its values, elements, attributes, script.
const PASSES: usize = 6;

/// Of tags, attributes, addresses, calls and members: nothing is found without one.
const SIGNS: Classes = Classes::of_constant(b"<=:(`.[");

pub(crate) fn look(text: &str, classes: Classes, fuel: &mut Fuel) -> Look {
    if !classes.have_any(SIGNS) {
        return Ok(None);
    }
    fuel.burn(text.len() * PASSES)?;
    let bytes = text.as_bytes();
    let found = elements::find(bytes)
        .or_else(|| if classes.have(b'=') { breakout::find(bytes) } else { None })
        .or_else(|| if classes.have(b':') { url::find(bytes) } else { None })
        .or_else(|| script::find(bytes, classes));
    Ok(found.map(|(reason, range)| (reason, span(text, range))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        look(text, Classes::of(text), &mut Fuel::new(1 << 20))
            .expect("fuel")
            .map(|(reason, _)| reason.name)
    }

    #[test]
    fn what_a_page_would_run_is_found() {
        for text in [
            "<script>alert(1)</script>",
            "<ScRiPt src=//evil>",
            "<scr\0ipt>",
            "<<script>alert(1)",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)//",
            "<svG/x=\">\"/oNloaD=confirm()//",
            "<body \\< onscroll =1(_=prompt)>",
            "<a href=javascript:alert(1)>x",
            "<a href=\" java\tscript:alert(1)\">x",
            "<object/data=javascript:alert()>",
            "<iframe src=//evil>",
            "<base href=//evil/>",
            "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
            "<div style=\"width: expression(alert(1))\">",
            "<p style=\"-moz-binding:url(//evil)\">",
            "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x",
            "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
            "<iframe srcdoc='&lt;script&gt;'>",
            "\" onmouseover=alert(1) x=\"",
            "\"onClick=\"(prompt)(1)",
            "x onerror=alert(1);>",
            "';alert(1)//",
            "\"-alert(1)-\"",
            "\"));if(!self.x)self.x=!alert(document.domain)}catch(e){}//",
            "\\'-alert(1)//",
            "alert(1)",
            "(alert)(1)",
            "confirm.call(null,1)",
            "alert?.(document?.cookie)",
            "document[\"cookie\"]",
            "eval(atob(\"YWxlcnQoKQ==\"))",
            "javascript:alert(1)",
            "javascript:setInterval('ale'+'rt(document.domain)')",
            "data:text/html,<script>alert(1)</script>",
            "vbscript:msgbox(1)",
        ] {
            assert!(reason(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_a_page_would_only_show_passes() {
        for text in [
            "a < b and b > c",
            "<3",
            "5 > 3",
            "Bob <bob@example.com>",
            "Vec<String>",
            "Map<K,V> and List<Map<String, Integer>>",
            "<b>bold</b> and <i>more</i>",
            "<a href=\"https://example.com/?a=b\">link</a>",
            "<img src=\"https://example.com/a.png\" width=40>",
            "JavaScript: Basics of JavaScript Language",
            "java script: the good parts",
            "I said \"hello\" on Monday = fun",
            "alert the press (now)",
            "<enter type here>",
            "The standard for the <$ tag",
            "confirm your order (no. 5)",
            "it's on = good",
            "window.onload = function() {}",
            "D'or 1st parfume",
            "Alert(s)",
            "low stock (alert)",
            "parent.name",
            "location.href",
            "this['name']",
        ] {
            assert_eq!(reason(text), None, "{text}");
        }
    }
}
