//! `threats.yaml` as its sections are written. The comments here are the reference text.

use portcullis_yaml::{Day, Named, Needed, Spanned, section};

use super::words::{ClassWord, DegreeWord, KindWord, Score, TierWord, Trust, VersionWord};

section! {
    /// What only people can say of an application: what it is worth, what stands behind the API, and which risks somebody
    /// takes. Everything else of the threat model is derived each time from document, policy, evidence and records. All
    /// but `version` may be left out; `portcullis threats` asks for what would change something.
    struct ThreatsFile, later [], {
        /// The version of this file's form: `1`.
        version: Needed<VersionWord>,
        /// What must not happen, a sentence each.
        goals: Option<Vec<Spanned<GoalSection>>>,
        /// Regimes that hold for it: `gdpr`, `hipaa`, `pci-dss`, `psd2` ... Default: none.
        regimes: Option<Vec<String>>,
        /// What it is worth to the business. With it, ratings are of business impact, as OWASP asks for. Default: nobody
        /// said so, and ratings are of technical impact.
        weight: Option<DegreeWord>,
        /// What stands still without it. Default: nobody said so.
        tier: Option<TierWord>,
        /// What is worth protecting and has no file: reputation, trust.
        assets: Option<Vec<Spanned<AssetSection>>>,
        /// Zones behind the API; one of the name of a derived zone corrects it.
        zones: Option<Vec<Spanned<ZoneSection>>>,
        /// Stores behind the API. Default: one of which nothing is known, guessed.
        stores: Option<Vec<Spanned<StoreSection>>>,
        /// Classes of data, in the place of those guessed from names, by data set: `Order: [personal]`. `[]` says that it is
        /// harmless.
        data: Option<Named<Vec<ClassWord>>>,
        /// Risks that somebody takes, until a day. On the day after, the threat is open again.
        accepted: Option<Vec<Spanned<AcceptedSection>>>,
        /// Threats that something answers which Portcullis cannot see, until a day.
        answered: Option<Vec<Spanned<AnsweredSection>>>,
        /// Ratings in the place of derived ones. What is lower than derived counts until a day.
        rated: Option<Vec<Spanned<RatedSection>>>,
    }
}

section! {
    /// A goal.
    struct GoalSection, later [], {
        /// In a sentence: `nobody reads an order of somebody else`.
        text: Needed<String>,
        /// Classes of data that it protects. Default: none in particular.
        protects: Option<Vec<ClassWord>>,
    }
}

section! {
    /// What is worth protecting and has no file.
    struct AssetSection, later [], {
        /// What people call it.
        name: Needed<String>,
        /// Why it is worth it.
        why: Needed<String>,
    }
}

section! {
    /// A region in which one party decides.
    struct ZoneSection, later [], {
        /// What people call it.
        name: Needed<String>,
        /// What is in it. Default: what was derived.
        description: Option<String>,
        /// How far it is trusted, from 0 (anybody) to 100. Default: what was derived.
        trust: Option<Trust>,
    }
}

section! {
    /// What keeps data behind the API.
    struct StoreSection, later [], {
        /// What people call it.
        name: Needed<String>,
        /// Of which kind. Default: nobody said so.
        kind: Option<KindWord>,
        /// The zone that it lies in, by its name. Default: that of the API.
        zone: Option<Spanned<String>>,
        /// Data sets that lie in it: `[Order]`. Default: all of the API's.
        holds: Option<Vec<Spanned<String>>>,
        /// Whether what lies in it is encrypted there. Default: nobody said so.
        encrypted: Option<bool>,
        /// Maker and product: `PostgreSQL 17`.
        product: Option<String>,
    }
}

section! {
    /// A risk that somebody takes.
    struct AcceptedSection, later [], {
        /// The threat, by the name that `portcullis threats` prints: `others-objects-read`.
        threat: Needed<Spanned<String>>,
        /// The element: `GET /orders/{id}`, an operationId, or an id as `entry/get-orders-id`. Default: wherever the
        /// threat is found.
        of: Option<Spanned<String>>,
        /// Who takes it.
        by: Needed<String>,
        /// Why.
        reason: Needed<String>,
        /// The last day on which it is taken, in UTC: `2027-01-31`. At most 366 days from today.
        until: Needed<Spanned<Day>>,
    }
}

section! {
    /// That something answers a threat which Portcullis cannot see.
    struct AnsweredSection, later [], {
        /// The threat, as under `accepted`.
        threat: Needed<Spanned<String>>,
        /// The element, as under `accepted`. Default: wherever the threat is found.
        of: Option<Spanned<String>>,
        /// What answers it.
        how: Needed<String>,
        /// Who says so.
        by: Needed<String>,
        /// The last day on which that is believed, in UTC. At most 366 days from today.
        until: Needed<Spanned<Day>>,
    }
}

section! {
    /// A rating in the place of the derived one, before anything answers the threat.
    struct RatedSection, later [], {
        /// The threat, as under `accepted`.
        threat: Needed<Spanned<String>>,
        /// The element, as under `accepted`. Default: wherever the threat is found.
        of: Option<Spanned<String>>,
        /// How likely, from 0 to 9 (OWASP Risk Rating).
        likelihood: Needed<Score>,
        /// How bad, from 0 to 9.
        impact: Needed<Score>,
        /// Why.
        reason: Needed<String>,
        /// Who says so.
        by: Needed<String>,
        /// The last day on which a number counts that is lower than the derived one, in UTC. At most 366 days from today.
        /// Default: none, and of both numbers only what is higher than derived counts.
        until: Option<Spanned<Day>>,
    }
}
