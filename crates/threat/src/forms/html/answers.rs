//! What answers a threat, in the page: by which control, on what that rests.

use std::fmt::Write as _;

use super::super::escaped::Html;
use super::super::words;
use crate::answers::Mitigation;

pub(super) fn answers(all: &[Mitigation], out: &mut String) {
    out.push_str("<ul class=\"answers\">\n");
    for one in all {
        let control = one.control.map_or_else(
            || "no control".to_owned(),
            |control| format!("<code>{}</code>", control.name()),
        );
        let _ = write!(
            out,
            "<li>{control}, <b>{}</b>: {}{}",
            one.state.name(),
            Html(&one.why),
            if one.proofs.is_empty() && one.seen == 0 { "; shown by nothing" } else { "" }
        );
        for proof in &one.proofs {
            let _ = write!(out, "<br/>{}", words::proof(proof, Html(&proof.attack)));
        }
        let others = one.proof_count.saturating_sub(one.proofs.len());
        if others > 0 {
            let _ = write!(out, "<br/>{others} more attacks");
        }
        if one.seen > 0 {
            let _ = write!(out, "<br/>{} refusals in traffic", one.seen);
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}
