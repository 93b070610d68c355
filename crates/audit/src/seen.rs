//! What was looked at beside the deployment: files, documents, issuers.

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Why there is no deployment, where a policy was given and does not load.
    pub policy_fault: Option<String>,
    /// The files that were looked through for secrets; none: no path was given.
    pub files: Option<SeenFiles>,
    /// What OpenAPI documents say that the checklist asks; none: no document was found.
    pub documents: Option<SeenDocuments>,
    /// The issuer that was asked, and what the probes showed.
    pub issuer: Option<SeenIssuer>,
}

/// Files that were looked through for secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenFiles {
    /// The paths, as they were given.
    pub paths: Vec<String>,
    /// How many files, with those in archives.
    pub files: u64,
    /// How many of those that lie there are, by their names, handed to clients: bundles, maps, apps.
    pub client_files: usize,
    /// Names of some of these.
    pub client_names: Vec<String>,
    /// What could not be read.
    pub not_read: u64,
    /// What was found, publishable keys left out.
    pub secrets: Vec<SeenSecret>,
}

/// A secret that was found. It is not in here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSecret {
    /// The row of the checklist that it speaks of: `C1`, `C5`, `C7`.
    pub row: &'static str,
    /// What it is and where, in words.
    pub told: String,
    /// What to do.
    pub fix: String,
    /// What the gateway says of it, where it is a key of ours and was asked about.
    pub asked: Option<String>,
}

/// What documents say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenDocuments {
    /// How many were read.
    pub count: usize,
    /// Those that could not be read whole, by their names: what they do not say shows nothing.
    pub unread: Vec<String>,
    /// Credentials that they ask for in URLs.
    pub in_urls: Vec<Said>,
    /// Servers that they name by plain HTTP, loopback left out.
    pub plain: Vec<Said>,
    /// Those that do not say by which scheme they are reached, by their names.
    pub undeclared: Vec<String>,
    /// Flows in which tokens come in a URL, or that hand a client the user's password.
    pub weak_flows: Vec<Said>,
    /// Flows in which a code is exchanged.
    pub code_flows: usize,
    /// Of these, those that say where tokens are refreshed.
    pub refreshed: usize,
}

/// One thing that a document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What, with the place, in words.
    pub told: String,
}

/// An issuer that was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenIssuer {
    /// Its URL.
    pub url: String,
    /// What each probe showed.
    pub probes: Vec<SeenProbe>,
}

/// What one probe showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProbe {
    /// Its name.
    pub id: String,
    /// What the attacker gets where it is open.
    pub title: String,
    /// What it showed.
    pub shown: Shown,
    /// How, or why nothing was.
    pub why: Option<String>,
}

/// What a probe showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The issuer withstood, beside an honest request that succeeded.
    Safe,
    /// The attacker succeeds.
    Open,
    /// It was not tried, or tells nothing.
    Nothing,
}
