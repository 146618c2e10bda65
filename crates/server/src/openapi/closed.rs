//! The closed texts of `core` in the document: `core` knows the words, and nothing of OpenAPI.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use wixapp_core::billing_source::BillingSource as CoreSource;
use wixapp_core::entry::EntryCode;
use wixapp_core::grant::Pool as CorePool;
use wixapp_core::hold::HoldState;
use wixapp_core::reason::ReasonCode as CoreReason;
use wixapp_core::subscription::SubscriptionStatus as CoreStatus;

macro_rules! closed {
    ($(#[$doc:meta])* $name:ident, $words:expr) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<&str> = $words.collect();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    };
}

closed!(
    /// How an instance stands with its plan.
    SubscriptionStatus, CoreStatus::ALL.iter().map(|status| status.as_str())
);
closed!(
    /// What kind of movement a ledger entry records.
    EntryKind, EntryCode::ALL.iter().map(|code| code.as_str())
);
closed!(
    /// What the sentence of a ledger entry says.
    ReasonCode, CoreReason::ALL.iter().map(|code| code.as_str())
);
closed!(
    /// Where plans are bought.
    BillingSource, CoreSource::ALL.iter().map(|source| source.as_str())
);
closed!(
    /// The pools of credits.
    Pool, CorePool::ALL.iter().map(|pool| pool.as_str())
);
closed!(
    /// How a reservation ended.
    HoldEnd, HoldState::ALL.iter().filter(|state| **state != HoldState::Open).map(|state| state.as_str())
);
