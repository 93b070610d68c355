//! What a client is told of the quotas of its key, in the fields of draft-ietf-httpapi-ratelimit-headers-11: what each
//! allows (`RateLimit-Policy`), and what of it is left (`RateLimit`).

use portcullis_model::{ControlId, Refusal, Status};

/// A quota of a key, or of one above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What it is called: `rate`, `day`, `month`.
    pub name: &'static str,
    /// What it counts.
    pub unit: QuotaUnit,
    /// How many uses it allows.
    pub limit: u64,
    /// In how many seconds.
    pub window_s: u64,
    /// How many are left.
    pub left: u64,
    /// Seconds until there are all of them again.
    pub reset_s: u64,
}

/// What a quota counts, of those that the draft registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaUnit {
    /// Requests: what is meant where nothing is said.
    Requests,
    /// Bytes of content.
    Bytes,
}

/// Both fields; none where there are no quotas.
pub fn quota_fields(quotas: &[Quota]) -> Vec<(&'static str, String)> {
    if quotas.is_empty() {
        return Vec::new();
    }
    let list =
        |item: &dyn Fn(&Quota) -> String| quotas.iter().map(item).collect::<Vec<_>>().join(", ");
    let policy = |one: &Quota| {
        let unit = match one.unit {
            QuotaUnit::Requests => "",
            QuotaUnit::Bytes => ";qu=\"content-bytes\"",
        };
        format!("\"{}\";q={}{unit};w={}", one.name, one.limit, one.window_s)
    };
    let left = |one: &Quota| format!("\"{}\";r={};t={}", one.name, one.left, one.reset_s);
    vec![("RateLimit-Policy", list(&policy)), ("RateLimit", list(&left))]
}

/// The refusal of a use of which nothing is left.
pub fn quota_used_up(quota: &Quota) -> Refusal {
    let detail = format!("the {} of the key, or of one above it, is used up", quota.name);
    Refusal::new(ControlId::ResourceLimits, Status(429), "key_quota", detail)
        .with_field("Retry-After", quota.reset_s.max(1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_lists_of_texts_with_numbers() {
        let unit = QuotaUnit::Requests;
        let day =
            Quota { name: "day", unit, limit: 1000, window_s: 86_400, left: 7, reset_s: 43_200 };
        let rate = Quota { name: "rate", unit, limit: 10, window_s: 1, left: 9, reset_s: 1 };
        assert_eq!(
            quota_fields(&[rate, Quota { unit: QuotaUnit::Bytes, ..day }]),
            [
                (
                    "RateLimit-Policy",
                    "\"rate\";q=10;w=1, \"day\";q=1000;qu=\"content-bytes\";w=86400".to_owned()
                ),
                ("RateLimit", "\"rate\";r=9;t=1, \"day\";r=7;t=43200".to_owned()),
            ]
        );
        assert!(quota_fields(&[]).is_empty());
        let refusal = quota_used_up(&Quota { left: 0, reset_s: 0, ..rate });
        assert_eq!(refusal.fields, [("Retry-After", "1".to_owned())], "not at once");
    }
}
