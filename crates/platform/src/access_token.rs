//! Access tokens of the dashboard SDK: what `httpClient.fetchWithAuth` sends to the app's backend.
//!
//! They are signed under Wix's own key, so an app can only ask Wix about them (wix-protocol §2). Verdicts are kept for
//! a minute, never beyond the token's end. App instance tokens are checked without asking: see
//! [`instance_token`](crate::instance_token).
//!
//! # Example
//! ```no_run
//! # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
//! // What the page sent in `Authorization`.
//! let info = client.token_info("OauthNG.JWS.eyJ...").await?;
//! let may_write = info.is_owner() && info.instance_id == instance;
//! # Ok(())
//! # }
//! ```

use jiff::SignedDuration;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

use crate::client::{Age, Call, Endpoint, WixClient};
use crate::error::{Error, Kind};
use crate::wire;

static TOKEN_INFO: Endpoint =
    Endpoint::repeatable(Method::POST, "/oauth2/token-info", "POST /oauth2/token-info");

const WHAT: &str = "access token";

/// Longer tokens are refused unread.
///
/// # Example
/// ```
/// assert_eq!(wixapp_platform::access_token::MAX_TOKEN_LEN, 8_192);
/// ```
pub const MAX_TOKEN_LEN: usize = 8 * 1024;

/// How long a token that Wix accepts is not asked about again; a token revoked at Wix lives on for as long here.
const ACCEPTED_FOR: SignedDuration = SignedDuration::from_secs(60);

/// How long a token that Wix refuses is not asked about again.
const REFUSED_FOR: SignedDuration = SignedDuration::from_secs(15);

/// What Wix says about a valid dashboard access token of this app.
///
/// # Example
/// ```no_run
/// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
/// let info = client.token_info("OauthNG.JWS.eyJ...").await?;
/// let may_see = info.is_owner() && info.instance_id == instance;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    /// The install the token speaks for.
    pub instance_id: InstanceId,
    /// What kind of actor holds it.
    pub subject_type: SubjectType,
    /// Who holds it: a Wix user's, member's or visitor's id.
    pub subject_id: Option<String>,
    /// The account the site belongs to.
    pub account_id: Option<String>,
    /// The site.
    pub site_id: Option<String>,
    /// When it was made, where Wix says so.
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl TokenInfo {
    /// True for a Wix user, as in the dashboard: the site's owner or a contributor. Never for visitors, members of the
    /// site, or apps.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) -> Result<(), wixapp_platform::Error> {
    /// let info = client.token_info("OauthNG.JWS.eyJ...").await?;
    /// let may_see = info.is_owner() && info.instance_id == instance;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.subject_type == SubjectType::User
    }
}

wire::text_enum!(
    /// The kind of actor that holds an access token.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::access_token::SubjectType;
    /// assert_eq!(SubjectType::from("USER".to_owned()), SubjectType::User);
    /// assert_eq!(SubjectType::from("NEW".to_owned()).as_str(), "NEW");
    /// ```
    SubjectType in "wixapp_platform::access_token" {
        /// An app acting for itself.
        App = "APP",
        /// A Wix user: the owner or a contributor.
        User = "USER",
        /// Somebody who is not signed in to the site.
        Visitor = "VISITOR",
        /// A signed-in member of the site.
        Member = "MEMBER",
    }
);

/// An answer kept for a while; a refusal is kept as well, so that a page with a dead token does not flood Wix.
#[derive(Clone)]
pub(crate) struct Verdict {
    outcome: Result<TokenInfo, Error>,
    until: Timestamp,
}

impl WixClient {
    /// Asks Wix about a dashboard access token, given raw or after `Bearer `, and accepts it only if it is active, has
    /// not ended, was made for this app and names an instance.
    ///
    /// A verdict is kept for 60 seconds (a refusal for 15), but never beyond the token's end. Callers with the same
    /// token at the same moment share one request.
    ///
    /// # Errors
    /// - [`Error::is_refused`], [`Error::is_expired`], or [`Error::is_malformed`] for text that cannot be a token: the
    ///   token is to blame, answer 401.
    /// - [`Error::is_timeout`], [`Error::is_unavailable`], [`Error::is_rate_limited`]: Wix is to blame, nothing is known
    ///   of the token.
    /// - [`Error::is_config`]: the client was made without an app.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, header: &str) -> Result<(), wixapp_platform::Error> {
    /// let info = client.token_info(header).await?;
    /// if info.is_owner() {
    ///     println!("the owner of {}", info.instance_id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn token_info(&self, token: &str) -> Result<TokenInfo, Error> {
        let token = presentable(token)?;
        let now = self.now();
        // By its hash, so that the cache holds no usable token.
        let key = Sha256::digest(token).into();
        let age = |verdict: &Verdict| if now < verdict.until { Age::Fresh } else { Age::Stale };
        let fetch = || ask(self.clone(), token.to_owned());
        self.inner.verdicts.get(&key, age, fetch).await?.outcome
    }
}

/// The token without `Bearer `, if it can be one at all.
pub(crate) fn presentable(text: &str) -> Result<&str, Error> {
    let token = match text.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer ") => rest,
        _ => text,
    };
    if token.len() > MAX_TOKEN_LEN {
        return Err(Error::new(Kind::TooLarge { what: WHAT, limit: MAX_TOKEN_LEN }));
    }
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::malformed(WHAT, "it is empty or holds spaces or foreign characters"));
    }
    Ok(token)
}

async fn ask(client: WixClient, token: String) -> Result<Verdict, Error> {
    let asked_at = client.now();
    let body = json!({ "token": token });
    let app = client.app()?;
    let outcome = match client.inner.transport.ask::<Answer>(&Call::new(&TOKEN_INFO).body(body)).await {
        Ok(answer) => answer.judge(&app.id, asked_at),
        Err(error) if is_verdict(&error) => Err(refused("Wix does not know it")),
        Err(error) => return Err(error),
    };
    Ok(Verdict::new(outcome, asked_at))
}

/// This call carries no credentials of our own, so a refusal is about the token.
fn is_verdict(error: &Error) -> bool {
    matches!(error.status(), Some(400 | 401 | 403 | 404 | 422))
}

fn refused(why: &'static str) -> Error {
    Error::new(Kind::Refused { what: WHAT, why })
}

impl Verdict {
    fn new(outcome: Result<TokenInfo, Error>, asked_at: Timestamp) -> Self {
        let span = if outcome.is_ok() { ACCEPTED_FOR } else { REFUSED_FOR };
        let until = asked_at.checked_add(span).unwrap_or(asked_at);
        let end = outcome.as_ref().map_or(until, |info| info.expires_at);
        Self { outcome, until: until.min(end) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default, deserialize_with = "wire::optional_bool")]
    active: Option<bool>,
    subject_type: Option<SubjectType>,
    subject_id: Option<String>,
    #[serde(default, deserialize_with = "wire::optional_time")]
    exp: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::optional_time")]
    iat: Option<Timestamp>,
    client_id: Option<String>,
    account_id: Option<String>,
    site_id: Option<String>,
    instance_id: Option<String>,
}

impl Answer {
    fn judge(self, app_id: &str, now: Timestamp) -> Result<TokenInfo, Error> {
        if self.active != Some(true) {
            return Err(refused("it is not active"));
        }
        if self.client_id.as_deref() != Some(app_id) {
            return Err(refused("it was made for another app"));
        }
        let expires_at = self.exp.ok_or_else(|| refused("it has no end"))?;
        if now >= expires_at {
            return Err(Error::new(Kind::Expired { what: WHAT }));
        }
        let instance_id = self.instance_id.and_then(|id| id.parse().ok());
        Ok(TokenInfo {
            instance_id: instance_id.ok_or_else(|| refused("it names no instance"))?,
            subject_type: self.subject_type.ok_or_else(|| refused("it names no subject"))?,
            subject_id: self.subject_id,
            account_id: self.account_id,
            site_id: self.site_id,
            issued_at: self.iat,
            expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn answer() -> Value {
        json!({
            "active": true, "subjectType": "USER", "subjectId": "u-1", "exp": "1767229200", "iat": "1767225600",
            "clientId": "app", "accountId": "a-1", "siteId": "s-1", "instanceId": "i-1",
        })
    }

    fn judge(answer: Value) -> Result<TokenInfo, Error> {
        serde_json::from_value::<Answer>(answer).unwrap().judge("app", at("2026-01-01T00:30:00Z"))
    }

    #[rstest::rstest]
    #[case(json!(true))]
    #[case(json!("true"))]
    fn active_may_be_a_boolean_or_text(#[case] active: Value) {
        let mut answer = answer();
        answer["active"] = active;
        let info = judge(answer).unwrap();
        assert_eq!(info.expires_at, at("2026-01-01T01:00:00Z"));
        assert!(info.is_owner());
    }

    #[rstest::rstest]
    #[case::inactive("active", json!(false))]
    #[case::inactive_text("active", json!("false"))]
    #[case::no_verdict("active", json!(null))]
    #[case::other_app("clientId", json!("other"))]
    #[case::no_app("clientId", json!(null))]
    #[case::no_end("exp", json!(null))]
    #[case::no_instance("instanceId", json!(null))]
    #[case::empty_instance("instanceId", json!(""))]
    #[case::no_subject("subjectType", json!(null))]
    fn tokens_that_are_not_ours_are_refused(#[case] field: &str, #[case] value: Value) {
        let mut answer = answer();
        answer[field] = value;
        assert!(judge(answer).unwrap_err().is_refused());
    }

    #[test]
    fn a_token_that_has_ended_is_expired() {
        let mut answer = answer();
        answer["exp"] = json!("1767227400");
        assert!(judge(answer).unwrap_err().is_expired());
    }

    #[rstest::rstest]
    #[case("VISITOR")]
    #[case("MEMBER")]
    #[case("APP")]
    #[case("SOMETHING_NEW")]
    fn only_a_wix_user_is_an_owner(#[case] subject: &str) {
        let mut answer = answer();
        answer["subjectType"] = json!(subject);
        assert!(!judge(answer).unwrap().is_owner());
    }

    #[test]
    fn a_verdict_never_outlives_the_token() {
        let now = at("2026-01-01T00:59:50Z");
        let info = judge(answer()).unwrap();
        assert_eq!(Verdict::new(Ok(info), now).until, at("2026-01-01T01:00:00Z"));
        assert_eq!(Verdict::new(Err(refused("test")), now).until, at("2026-01-01T01:00:05Z"));
    }

    #[test]
    fn bearer_is_optional_and_its_case_does_not_matter() {
        for text in ["OauthNG.JWS.x", "Bearer OauthNG.JWS.x", "bearer OauthNG.JWS.x"] {
            assert_eq!(presentable(text).unwrap(), "OauthNG.JWS.x");
        }
    }

    #[rstest::rstest]
    #[case("")]
    #[case("Bearer ")]
    #[case("a b")]
    #[case("ä€")]
    #[case("a\n")]
    #[case(&"x".repeat(MAX_TOKEN_LEN + 1))]
    fn text_that_cannot_be_a_token_is_not_asked_about(#[case] text: &str) {
        assert!(presentable(text).unwrap_err().is_malformed());
    }
}
