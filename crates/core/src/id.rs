//! Ids: text newtypes, so that an instance id can never stand where a job id belongs.
//!
//! Our own ids are a short prefix and a UUID v7 body (`job_0192…`): they sort by the time they were made. Ids that Wix
//! gives ([`InstanceId`]) are kept unchanged.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// Ids are at most this many bytes long.
pub const MAX_ID_LEN: usize = 128;

/// The text is no id: empty, longer than [`MAX_ID_LEN`], or with a character outside `[A-Za-z0-9_.-]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to 128 characters of A-Z, a-z, 0-9, '_', '-' and '.'")]
pub struct InvalidId;

fn check(text: &str) -> Result<(), InvalidId> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let good = !text.is_empty() && text.len() <= MAX_ID_LEN && text.bytes().all(allowed);
    if good { Ok(()) } else { Err(InvalidId) }
}

/// Makes the body of one of our ids: UUID v7 from `now` and 10 random bytes, as 32 hex digits.
#[must_use]
pub fn sortable_body(now: Timestamp, random: [u8; 10]) -> String {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().simple().to_string()
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                check(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        text_id!($(#[$doc])* $name);

        impl $name {
            /// A new id that sorts after the ids made earlier.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(format!(concat!($prefix, "_{}"), sortable_body(now, random)))
            }
        }
    };
}

text_id!(
    /// One install of the app on one site: Wix's `instanceId`, unchanged.
    InstanceId
);
impl InstanceId {
    /// Whose the work is that belongs to no site: the app itself. Wix never gives this id.
    #[must_use]
    pub fn app() -> Self {
        Self("_app".to_owned())
    }
}

text_id!(
    /// The id of a plan in the catalogue, for example `starter`.
    PlanId
);
own_id!(
    /// The id of a ledger entry.
    EntryId, "ent"
);
own_id!(
    /// The id of a credit grant.
    GrantId, "grt"
);
own_id!(
    /// The id of a hold on credits.
    HoldId, "hld"
);
own_id!(
    /// The id of a job.
    JobId, "job"
);
own_id!(
    /// The id of a group of jobs that another job joins.
    JobGroupId, "grp"
);
own_id!(
    /// The id of one arrival or sending of a webhook.
    DeliveryId, "dlv"
);
own_id!(
    /// The id of one attempt to buy a plan.
    CheckoutId, "chk"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_ids_have_a_prefix_and_sort_by_time() {
        let early = JobId::new("2026-01-01T00:00:00Z".parse().unwrap(), [0xff; 10]);
        let late = JobId::new("2026-01-01T00:00:01Z".parse().unwrap(), [0x00; 10]);
        assert!(early.as_str().starts_with("job_") && early < late);
    }

    #[rstest::rstest]
    #[case("")]
    #[case("a b")]
    #[case("ä")]
    #[case("a/b")]
    #[case(&"x".repeat(129))]
    fn text_that_is_no_id_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<InstanceId>(), Err(InvalidId));
        assert!(serde_json::from_value::<InstanceId>(text.into()).is_err());
    }
}
