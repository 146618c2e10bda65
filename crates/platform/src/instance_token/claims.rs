//! What a verified instance token says.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

/// How long Wix's tokens live.
const LIFETIME: SignedDuration = SignedDuration::from_hours(4);

/// A token older than this may read but never write, even if it carries no `expirationDate`.
const WRITE_WINDOW: SignedDuration = SignedDuration::from_hours(24);

/// The content of an instance token.
///
/// Only [`instance_id`](Self::instance_id) and [`sign_date`](Self::sign_date) are always there. Fields that this
/// version does not know are ignored. Possessing claims is not yet permission: ask [`is_owner`](Self::is_owner) before
/// showing anything of the owner's, and [`may_write`](Self::may_write) before changing anything.
///
/// # Example
/// ```
/// use wixapp_platform::InstanceClaims;
/// let now = "2026-01-01T00:00:00Z".parse().unwrap();
/// let owner = InstanceClaims::owner("b8140e4d-475d-48ed-819f-bad0de447069".parse().unwrap(), now);
/// assert!(owner.is_owner() && owner.may_write(now));
///
/// let visitor = InstanceClaims { aid: Some("9a0cb5de".into()), ..owner };
/// assert!(visitor.is_visitor() && !visitor.is_owner());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceClaims {
    /// The install this token speaks for; survives uninstalling and installing again on the same site.
    pub instance_id: InstanceId,
    /// When Wix signed the token.
    pub sign_date: Timestamp,
    /// The signed-in Wix user, if any.
    pub uid: Option<String>,
    /// `OWNER` for the site's owner and contributors, else nothing.
    pub permissions: Option<String>,
    /// The app's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_def_id: Option<String>,
    /// The instance this one was copied from, when the site is a duplicate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_instance_id: Option<String>,
    /// The site's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_site_id: Option<String>,
    /// The bought plan as Wix names it. A hint only: the truth is Get App Instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_product_id: Option<String>,
    /// True in demo mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demo_mode: Option<bool>,
    /// The id of an anonymous site visitor. Its presence means: never an owner session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aid: Option<String>,
    /// The site owner's user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_owner_id: Option<String>,
    /// The signed-in member of the site, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_member_id: Option<String>,
    /// When the token ends; Wix writes `signDate` + 4 h.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<Timestamp>,
    /// The account under which the user signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_account_id: Option<String>,
    /// The user's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

impl InstanceClaims {
    /// Claims with the two mandatory fields and nothing else: they give no permission and do not expire.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let claims = InstanceClaims::new("i-1".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    /// assert!(!claims.is_owner());
    /// ```
    #[must_use]
    pub fn new(instance_id: InstanceId, sign_date: Timestamp) -> Self {
        Self {
            instance_id,
            sign_date,
            uid: None,
            permissions: None,
            app_def_id: None,
            origin_instance_id: None,
            meta_site_id: None,
            vendor_product_id: None,
            demo_mode: None,
            aid: None,
            site_owner_id: None,
            site_member_id: None,
            expiration_date: None,
            login_account_id: None,
            locale: None,
        }
    }

    /// Claims of the site's owner, living 4 hours as Wix's do.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let owner = InstanceClaims::owner("i-1".parse().unwrap(), now);
    /// assert!(owner.is_owner());
    /// ```
    #[must_use]
    pub fn owner(instance_id: InstanceId, sign_date: Timestamp) -> Self {
        Self {
            permissions: Some("OWNER".to_owned()),
            expiration_date: sign_date.checked_add(LIFETIME).ok(),
            ..Self::new(instance_id, sign_date)
        }
    }

    /// True for the site's owner or a contributor with the owner's permissions: `permissions` is exactly `OWNER` and
    /// the token is not a visitor's.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let owner = InstanceClaims::owner("i-1".parse().unwrap(), now);
    /// assert!(owner.is_owner());
    /// ```
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.permissions.as_deref() == Some("OWNER") && !self.is_visitor()
    }

    /// True for an anonymous visitor of the site: `aid` is present, whatever its value.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let owner = InstanceClaims::owner("i-1".parse().unwrap(), now);
    /// assert!(!owner.is_visitor());
    /// ```
    #[must_use]
    pub fn is_visitor(&self) -> bool {
        self.aid.is_some()
    }

    /// True while the token was signed at most 24 hours before `now`.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let owner = InstanceClaims::owner("i-1".parse().unwrap(), now);
    /// assert!(owner.is_fresh_for_write(now));
    /// ```
    #[must_use]
    pub fn is_fresh_for_write(&self, now: Timestamp) -> bool {
        now.duration_since(self.sign_date) <= WRITE_WINDOW
    }

    /// True when this token may change something at `now`: an owner's, and fresh.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::InstanceClaims;
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let owner = InstanceClaims::owner("i-1".parse().unwrap(), now);
    /// assert!(owner.may_write(now));
    /// ```
    #[must_use]
    pub fn may_write(&self, now: Timestamp) -> bool {
        self.is_owner() && self.is_fresh_for_write(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn owner() -> InstanceClaims {
        InstanceClaims::owner("i-1".parse().unwrap(), at("2026-01-01T00:00:00Z"))
    }

    #[test]
    fn freshness_ends_after_exactly_24_hours() {
        assert!(owner().is_fresh_for_write(at("2026-01-02T00:00:00Z")));
        assert!(!owner().is_fresh_for_write(at("2026-01-02T00:00:00.001Z")));
    }

    #[rstest::rstest]
    #[case(None)]
    #[case(Some("owner"))]
    #[case(Some("OWNER "))]
    #[case(Some("OWNER,ADMIN"))]
    #[case(Some(""))]
    fn only_the_exact_permission_makes_an_owner(#[case] permissions: Option<&str>) {
        let claims = InstanceClaims { permissions: permissions.map(str::to_owned), ..owner() };
        assert!(!claims.is_owner() && !claims.may_write(claims.sign_date));
    }

    #[test]
    fn an_empty_aid_is_still_a_visitor() {
        let claims = InstanceClaims { aid: Some(String::new()), ..owner() };
        assert!(claims.is_visitor() && !claims.is_owner());
    }

    #[test]
    fn extreme_dates_do_not_panic() {
        let claims = InstanceClaims::owner("i-1".parse().unwrap(), Timestamp::MAX);
        assert!(claims.expiration_date.is_none() && claims.is_fresh_for_write(Timestamp::MIN));
        assert!(!InstanceClaims { sign_date: Timestamp::MIN, ..claims }.is_fresh_for_write(Timestamp::MAX));
    }
}
