//! Bytes, written in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{self, Deserializer};

/// Bytes, as an attack file writes them: in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    /// As they are.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Bytes {
    /// White space between the characters is left out.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text: String = text.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(text);
        bytes.map(Self).map_err(|_| de::Error::custom("this is not base64"))
    }
}
