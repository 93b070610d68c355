//! What is tried, which control should stop it, and how is that called?

use std::collections::BTreeSet;

use portcullis_model::ControlId;

use super::sink::Sink;

/// What is tried beside what is declared: a copy of a file, another version of a path.
pub(super) const COPY: &str = "copy";
pub(super) const VERSION: &str = "version";

/// The threats of which generated attacks may speak, by their names, in their order.
pub fn threats() -> BTreeSet<&'static str> {
    let of = |kind: Kind| [COPY, VERSION, ""].into_iter().flat_map(move |act| kind.threats(act));
    Kind::all().flat_map(of).copied().collect()
}

/// Who attacks, and what should stop them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Somebody who may call the function, at an object of another one.
    Object,
    /// The same, whose list has it although they named nobody's.
    Listed,
    /// The same, who changes it, or says whose it is.
    Changed,
    /// Somebody who may not call the function.
    Function,
    /// Nobody.
    Nobody,
    /// Somebody who may see the object, and not all of it.
    Hidden,
    /// Somebody who may write the object, and not all of it.
    Property,
    /// Somebody who may call it, with a value of another type than is declared.
    Shape,
    /// The same, with a body that is not what its label says.
    Label,
    /// The same, with a body that ends in the middle: where it failed is told.
    Trace,
    /// Somebody who asks for what nobody declared.
    Beside,
    /// Somebody who uses a method that nobody declared.
    Method,
    /// Somebody who asks for a page that is too large.
    Page,
    /// Somebody who sends JSON that is too deep.
    Deep,
    /// Somebody who sends too much.
    Large,
    /// Somebody who comes too often.
    Rate,
    /// Somebody whose text is read as a language.
    Text(Sink),
    /// Somebody who is led to another site.
    Redirect,
    /// Somebody whose credential stands in the address.
    Query,
    /// Somebody whose page sends what another one's browser sends along.
    Site,
    /// Somebody whose URL is fetched.
    Target,
    /// Somebody who leaves out a step.
    Step,
    /// Somebody who does twice what may be done once.
    Once,
}

impl Kind {
    /// Each, texts as each language reads them.
    fn all() -> impl Iterator<Item = Self> {
        let others = [
            Self::Object,
            Self::Listed,
            Self::Changed,
            Self::Function,
            Self::Nobody,
            Self::Hidden,
            Self::Property,
            Self::Shape,
            Self::Label,
            Self::Trace,
            Self::Beside,
            Self::Method,
            Self::Page,
            Self::Deep,
            Self::Large,
            Self::Rate,
            Self::Redirect,
            Self::Query,
            Self::Site,
            Self::Target,
            Self::Step,
            Self::Once,
        ];
        others.into_iter().chain(Sink::ALL.map(Self::Text))
    }

    /// Row, control, weakness.
    pub(super) const fn facts(self) -> (&'static str, ControlId, u16) {
        match self {
            Self::Object | Self::Listed | Self::Changed => ("A1", ControlId::ObjectOwnership, 639),
            Self::Function => ("A5", ControlId::FunctionAccess, 285),
            Self::Nobody => ("A2", ControlId::CallerIdentity, 306),
            Self::Hidden => ("A3", ControlId::ResponseShape, 213),
            Self::Property => ("A6", ControlId::WritableProperties, 915),
            Self::Shape => ("F1", ControlId::InputShape, 20),
            Self::Label => ("F2", ControlId::ContentType, 436),
            Self::Trace => ("A7", ControlId::SafeConfiguration, 209),
            Self::Beside => ("A9", ControlId::ApiInventory, 912),
            Self::Method => ("A9", ControlId::SafeConfiguration, 650),
            Self::Page | Self::Large | Self::Rate => ("A4", ControlId::ResourceLimits, 770),
            Self::Deep => ("A4", ControlId::ResourceLimits, 674),
            Self::Text(sink) => ("A8", ControlId::HostileInput, sink.cwe()),
            Self::Redirect => ("A13", ControlId::UpstreamAnswer, 601),
            Self::Site => ("F4", ControlId::CrossSite, 352),
            Self::Target => ("A12", ControlId::OutboundTarget, 918),
            Self::Query => ("C7", ControlId::SecretInUrl, 598),
            Self::Step => ("A11", ControlId::BusinessFlow, 841),
            Self::Once => ("A11", ControlId::ResourceLimits, 841),
        }
    }

    /// The threats that it speaks of, by their names: what it really tries.
    pub(super) fn threats(self, act: &str) -> &'static [&'static str] {
        match self {
            Self::Object => &["others-objects-read"],
            Self::Listed => &["others-objects-listed"],
            Self::Changed => &["others-objects-changed"],
            Self::Function => &["function-of-others"],
            Self::Nobody => &["nobody-asked-who"],
            Self::Hidden => &["reserved-properties-shown"],
            Self::Property => &["properties-assigned"],
            Self::Shape => &["value-of-another-kind"],
            Self::Label => &["label-of-another-kind"],
            Self::Trace => &["errors-tell-insides"],
            Self::Beside if act == COPY => &["files-lie-beside", "undeclared-called"],
            Self::Beside if act == VERSION => &["old-version-used", "undeclared-called"],
            Self::Beside => &["undeclared-called"],
            Self::Method => &["method-nobody-declared"],
            Self::Page => &["page-without-end"],
            Self::Deep | Self::Large => &["body-too-large"],
            Self::Rate => &["called-too-often"],
            Self::Text(sink) => sink.threats(),
            Self::Redirect => &["led-to-another-site", "answer-leads-away"],
            Self::Query => &["secret-in-address", "credential-in-another-place"],
            Self::Site => &["other-site-writes"],
            Self::Target => &["inside-reached"],
            Self::Step => &["step-left-out"],
            Self::Once => &["done-twice"],
        }
    }

    /// The line of the policy that closes it, where it is another one than its control has.
    pub(super) fn remedy(self, name: &str, at: Option<&str>) -> Option<String> {
        let place = at.unwrap_or("PLACE");
        Some(match self {
            Self::Page => format!("operations: {{ \"{name}\": {{ page_size: 100 }} }}"),
            Self::Deep => "limits: { json_depth: 32 }".to_owned(),
            Self::Large => "limits: { body_bytes: 1MiB }".to_owned(),
            Self::Once => format!("rates: [{{ of: \"{name}\", per: caller, once: true }}]"),
            Self::Text(_) => {
                format!("operations: {{ \"{name}\": {{ texts: {{ {place}: plain }} }} }}")
            }
            Self::Hidden => format!(
                "access: [{{ role: ROLE, may: [\"{name}\"], on: RESOURCE, hide: [{place}] }}]"
            ),
            Self::Property => format!(
                "access: [{{ role: ROLE, may: [\"{name}\"], on: RESOURCE, readonly: [{place}] }}]"
            ),
            Self::Target => {
                format!("operations: {{ \"{name}\": {{ targets: {{ {place}: [HOST] }} }} }}")
            }
            _ => return None,
        })
    }

    /// What the attacker gets, in one line.
    pub(super) fn title(self, name: &str, who: &str, act: &str, at: Option<&str>) -> String {
        let place = at.unwrap_or_default();
        match self {
            Self::Object | Self::Listed | Self::Changed if at.is_some() => {
                format!("{name}: {who} says by `{place}` that it is another one's")
            }
            Self::Object | Self::Listed | Self::Changed => {
                format!("{name}: {who} reaches what is another one's ({act})")
            }
            Self::Function => format!("{name}: {who} may not call it ({act})"),
            Self::Hidden => format!("{name}: {who} sees `{place}`, which is hidden from them"),
            Self::Property => {
                format!("{name}: {who} writes `{place}`, which is not for them to write")
            }
            Self::Nobody => format!("{name}: without a credential ({act})"),
            Self::Shape => format!("{name}: a {act} that is not as declared is taken"),
            Self::Label => format!("{name}: JSON that is called plain text is taken"),
            Self::Trace => format!("{name}: half of a body tells where the API failed"),
            Self::Beside => format!("{name}: it answers, and nobody declared it"),
            Self::Method => format!("{name}: {place} works, and nobody declared it"),
            Self::Page => format!("{name}: a page has more than `{place}` may ask for"),
            Self::Deep => format!("{name}: JSON of hundreds of arrays in one another is taken"),
            Self::Large => format!("{name}: a body above the bound is taken"),
            Self::Rate => format!("{name}: it answers more often than its rate says"),
            Self::Text(sink) => format!("{name}: `{place}` {}", sink.title()),
            Self::Redirect => format!("{name}: `{place}` leads to any web site"),
            Self::Site => format!("{name}: a page of another site sends it with {who}'s cookie"),
            Self::Target => format!("{name}: what `{place}` points at is fetched from inside"),
            Self::Query => format!("{name}: a credential in the address, as `{place}`, is taken"),
            Self::Step => format!("{name}: it works without `{place}` before it"),
            Self::Once => format!("{name}: what may be done once is done twice"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::small::made;
    use super::*;

    #[test]
    fn each_generated_attack_names_the_threats_that_it_speaks_of() {
        let made = made("", "", true);
        assert!(made.attacks.len() > 20, "{} are few", made.attacks.len());
        let known = threats();
        for one in &made.attacks {
            let named: Vec<&str> = one.attack.threats.iter().map(|one| &*one.value).collect();
            let id = &one.attack.id.value;
            assert!(!named.is_empty(), "{id} names none");
            assert!(named.iter().all(|name| known.contains(name)), "{id}: {named:?}");
        }
    }

    #[test]
    fn who_reads_an_object_changes_none_and_who_is_shown_a_list_names_none() {
        let made = made("", "", true);
        let named = |begin: &str| {
            let is_it = |one: &&super::super::Made| one.attack.id.value.starts_with(begin);
            let found = made.attacks.iter().find(is_it).map(|one| &one.attack.threats);
            found.and_then(|all| all.first()).map(|one| one.value.clone())
        };
        assert_eq!(named("gen-a1-get-order-ben").as_deref(), Some("others-objects-read"));
        assert_eq!(named("gen-a1-list-orders-ben").as_deref(), Some("others-objects-listed"));
    }
}
