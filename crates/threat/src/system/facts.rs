//! What threat rules ask about an operation: a set of yes and no, derived once.

/// Something that is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fact {
    /// It changes something: by method, or the policy says so.
    Changes,
    /// It makes an object.
    Creates,
    /// It deletes one.
    Deletes,
    /// It reads objects of a resource.
    ReadsObjects,
    /// It takes the id of an object.
    TakesId,
    /// It takes an id of which nobody says what it is of.
    TakesUnknownId,
    /// It takes free text: no schema confines it to words.
    TakesText,
    /// It takes a URL or a host name.
    TakesUrl,
    /// It takes a file.
    TakesFile,
    /// It takes a body with properties.
    TakesProperties,
    /// It takes a body of which nothing is declared.
    TakesAnything,
    /// It takes a list of objects or ids.
    TakesBatch,
    /// It takes how many items, or how deep, as a number or word.
    TakesAmount,
    /// It takes XML.
    TakesXml,
    /// It takes GraphQL, or may.
    TakesGraphql,
    /// Its answers list objects.
    GivesList,
    /// Its answers have properties that few may see, by name: passwords, tokens.
    GivesSecret,
    /// Its answers hold what is not declared.
    GivesAnything,
    /// Its answers stream, or nobody looks into them.
    GivesUninspected,
    /// Its answers lead elsewhere (`3xx`).
    GivesRedirect,
    /// Its answers are pages, scripts or drawings.
    GivesMarkup,
    /// It is a login, or takes a secret that can be guessed.
    TakesSecret,
    /// It gives out a credential.
    GivesCredential,
    /// It ends sessions.
    EndsSession,
    /// It changes what somebody may do.
    ChangesRoles,
    /// Its path, name or tag says that it is for administrators.
    LooksAdministrative,
    /// It is a step of a flow of the policy.
    InFlow,
    /// Its path or name says that it moves money, goods or chances: pay, transfer, book, vote.
    MovesValue,
    /// A cookie can be its credential.
    ByCookie,
    /// A password can be (Basic, or a login).
    ByPassword,
    /// A key can be.
    ByKey,
    /// A credential stands in its URL.
    ByQuery,
    /// A token can be.
    ByToken,
    /// A certificate can be.
    ByCertificate,
    /// It is said to end, or to be old.
    Deprecated,
    /// Another version of it exists.
    HasVersions,
    /// The same request twice does twice the thing, and nothing serialises or counts it.
    Repeatable,
    /// A connection may become a WebSocket.
    Upgrades,
    /// The document says nothing of who may call it.
    CallerUndecided,
    /// Requests for it were seen.
    WasSeen,
    /// It takes an address, a number or a code to which something is sent: mail, text message, call.
    SendsMessages,
    /// It is called by others when something happens: a webhook.
    IsWebhook,
    /// It takes what to sort or filter by, or which properties to give: by name of a parameter, or of itself.
    TakesFilter,
    /// Its body has a price, an amount or a count, by name.
    TakesValue,
    /// It takes a regular expression, by name.
    TakesPattern,
    /// It takes whose tenant is meant, by the name of a parameter or of a property of its body.
    NamesTenant,
    /// It takes a second proof of who somebody is: a code, a key.
    TakesFactor,
    /// It makes a lost password good: the request, or what ends it.
    ResetsPassword,
    /// It changes the password of an account, or where messages about it go, and asks for no password.
    ChangesReach,
    /// Its answers are tables that spreadsheets open.
    GivesTable,
    /// Its answers are bytes or plain text: a download.
    GivesFile,
}

/// A set of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Facts(u64);

impl Facts {
    /// With one more, if it is so.
    #[must_use]
    pub const fn with(self, fact: Fact, is_so: bool) -> Self {
        if is_so { Self(self.0 | 1 << fact as u8) } else { self }
    }

    /// Both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it is so.
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & (1 << fact as u8) != 0
    }

    /// Whether one of them is so.
    pub fn has_any(self, facts: &[Fact]) -> bool {
        facts.iter().any(|fact| self.has(*fact))
    }
}
