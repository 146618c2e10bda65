//! What a failure means for whoever got it.

use std::time::Duration;

use super::{Error, Kind};

impl Error {
    /// True when a token or webhook was genuine but its time is over.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
    /// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// let claims = InstanceClaims::owner("i-1".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    /// let token = instance_token::sign(&claims, &secret);
    /// let outcome = InstanceTokenVerifier::new(vec![secret]).verify(&token, "2026-01-01T04:00:00Z".parse().unwrap());
    /// assert!(outcome.unwrap_err().is_expired());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.kind(), Kind::Expired { .. })
    }

    /// True when a token or webhook is dated further ahead of our clock than the allowed 60 seconds.
    ///
    /// Seen on genuine input, it means that this machine's clock is behind.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
    /// let secret = AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?;
    /// let claims = InstanceClaims::owner("i-1".parse().unwrap(), "2026-01-01T00:00:00Z".parse().unwrap());
    /// let token = instance_token::sign(&claims, &secret);
    /// let outcome = InstanceTokenVerifier::new(vec![secret]).verify(&token, "2025-12-31T23:00:00Z".parse().unwrap());
    /// assert!(outcome.unwrap_err().is_not_yet_valid());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_not_yet_valid(&self) -> bool {
        matches!(self.kind(), Kind::NotYetValid { .. })
    }

    /// True when the signature does not belong to the text under any active secret or key.
    ///
    /// # Example
    /// ```
    /// use wixapp_platform::{AppSecret, InstanceClaims, InstanceTokenVerifier, instance_token};
    /// let (own, other) = (AppSecret::new("d245bbf8-57eb-49d6-aeff-beff6d82cd39")?, AppSecret::new("0123456789abcdef")?);
    /// let now = "2026-01-01T00:00:00Z".parse().unwrap();
    /// let forged = instance_token::sign(&InstanceClaims::owner("i-1".parse().unwrap(), now), &other);
    /// assert!(InstanceTokenVerifier::new(vec![own]).verify(&forged, now).unwrap_err().is_signature());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_signature(&self) -> bool {
        matches!(self.kind(), Kind::Signature { .. })
    }

    /// True when the input, or an answer of Wix, has not the expected form or is larger than accepted here.
    ///
    /// # Example
    /// ```
    /// let error = wixapp_platform::AccessToken::new("two words").unwrap_err();
    /// assert!(error.is_malformed());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_malformed(&self) -> bool {
        matches!(self.kind(), Kind::Malformed { .. } | Kind::TooLarge { .. })
    }

    /// True when the input, or an answer of Wix, is larger than accepted, here or by Wix (413, `WDE0109`, `WDE0009`).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_too_large()
    /// {
    ///     let _ = "split it";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.kind(), Kind::TooLarge { .. }) || self.answered(413, &["WDE0109", "WDE0009"])
    }

    /// True when what a browser brought is not accepted: a dashboard access token that Wix calls inactive, that was made
    /// for another app or is bound to no instance; or a return from Wix's installer with a foreign or missing state, or
    /// with a code for another instance than it names. The person has to begin anew; our own credentials are fine.
    ///
    /// # Example
    /// ```
    /// let error = wixapp_platform::oauth::InstallCallback::from_query("code=c&instanceId=i-1").unwrap_err();
    /// assert!(error.is_refused());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.kind(), Kind::Refused { .. })
    }

    /// True when a setting is unusable: a short secret, a key of the wrong kind, a base URL without TLS.
    ///
    /// # Example
    /// ```
    /// let error = wixapp_platform::AppSecret::new("short").unwrap_err();
    /// assert!(error.is_config());
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), Kind::Config { .. })
    }

    /// True when Wix did not answer within the client's timeout.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_timeout()
    /// {
    ///     let _ = "ask later";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), Kind::Timeout { .. })
    }

    /// True when Wix answered 429 (or `WDE0014`), or when this client kept the call back because the instance has used
    /// up its requests of the minute; see [`Error::retry_after`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_rate_limited()
    /// {
    ///     let wait = error.retry_after();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        matches!(self.kind(), Kind::Paced { .. }) || self.answered(429, &["WDE0014"])
    }

    /// True when there is no such thing at Wix: 404, an item (`WDE0073`) or a collection (`WDE0025`).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_not_found()
    /// {
    ///     let _ = "the app was removed";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.answered(404, &["WDE0073", "WDE0025"])
    }

    /// True when Wix says that what is to be made exists already, or was changed by somebody else: 409, an item
    /// (`WDE0074`), a value of a unique index (`WDE0123`), a reference (`WDE0029`) or a collection (`WDE0104`).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_conflict()
    /// {
    ///     let _ = "it is there already";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.answered(409, &["WDE0074", "WDE0123", "WDE0029", "WDE0104"])
    }

    /// True when Wix knows who asks and does not let them: 403, `WDE0027`. [`Error::message`] may name the permission.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_permission_denied()
    /// {
    ///     let permission = error.message();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.answered(403, &["WDE0027"])
    }

    /// True when Wix found a fault in what was sent: 400 or 422.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_invalid()
    /// {
    ///     let fault = error.message();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.status(), Some(400 | 422))
    }

    /// True when a call was not made because the last ones failed; a case of [`Error::is_unavailable`].
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_circuit_open()
    /// {
    ///     let wait = error.retry_after();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_circuit_open(&self) -> bool {
        matches!(self.kind(), Kind::CircuitOpen { .. })
    }

    /// True when Wix did not look at a call because all of it is too large.
    pub(crate) fn is_refused_for_size(&self) -> bool {
        self.answered(413, &["WDE0109"])
    }

    fn answered(&self, status: u16, codes: &[&str]) -> bool {
        self.status() == Some(status) || self.code().is_some_and(|code| codes.contains(&code))
    }

    /// True when Wix refused our own credentials (401 or 403).
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_unauthorized()
    /// {
    ///     let _ = "look at app id and secret";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// True when Wix could not be reached, broke off, or answered with a server error (5xx), or was left alone after
    /// such failures ([`Error::is_circuit_open`]). Trying later may help.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await
    ///     && error.is_unavailable()
    /// {
    ///     let _ = "ask later";
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Transport { .. } | Kind::Status { status: 500..=599, .. } | Kind::CircuitOpen { .. }
        )
    }

    /// True when Wix was asked and the failure may pass by itself: worth another attempt.
    pub(crate) fn is_transient(&self) -> bool {
        match self.kind() {
            Kind::Timeout { .. } | Kind::Transport { .. } => true,
            Kind::Status { .. } => self.is_rate_limited() || self.is_unavailable(),
            _ => false,
        }
    }

    /// The HTTP status of Wix's answer, when an unsuccessful answer is the cause.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await {
    ///     let status: Option<u16> = error.status();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.kind() {
            Kind::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Wix's own error code (`details.applicationError.code`), when it is made of `A-Z`, `0-9` and `_`.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await {
    ///     let code: Option<&str> = error.code();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.kind() {
            Kind::Status { answer, .. } | Kind::Item { answer } => answer.code.as_deref(),
            _ => None,
        }
    }

    /// What Wix said in words, violated fields included, cut to 1,000 characters.
    ///
    /// For the developer who called, not for a log: Wix may quote what was sent. It is in neither `Display` nor `Debug`.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await {
    ///     let message: Option<&str> = error.message();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match self.kind() {
            Kind::Status { answer, .. } | Kind::Item { answer } => answer.message.as_deref(),
            _ => None,
        }
    }

    /// How long to wait before the next attempt: what Wix asked for (`Retry-After`), or how long this client will keep
    /// such calls back.
    ///
    /// # Example
    /// ```no_run
    /// # async fn example(client: wixapp_platform::WixClient, instance: wixapp_platform::InstanceId) {
    /// if let Err(error) = client.app_instance(&instance).await {
    ///     let retry_after: Option<std::time::Duration> = error.retry_after();
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind() {
            Kind::Status { retry_after, .. } => *retry_after,
            Kind::Paced { retry_after, .. } | Kind::CircuitOpen { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusal;

    fn status(status: u16, code: Option<&str>) -> Error {
        let retry_after = Some(Duration::from_secs(7));
        let answer = Refusal { code: code.map(str::to_owned), message: Some("quotes s3cr3t".to_owned()) };
        Error::new(Kind::Status { endpoint: "GET /x", status, answer, retry_after })
    }

    #[test]
    fn statuses_answer_the_matching_predicates() {
        assert!(status(401, None).is_unauthorized() && status(403, None).is_unauthorized());
        assert!(status(429, None).is_rate_limited() && !status(429, None).is_unavailable());
        assert!(status(503, None).is_unavailable() && !status(404, None).is_unavailable());
        assert_eq!(status(429, None).retry_after(), Some(Duration::from_secs(7)));
    }

    #[rstest::rstest]
    #[case::no_item(404, "WDE0073", Error::is_not_found)]
    #[case::no_collection(400, "WDE0025", Error::is_not_found)]
    #[case::exists(409, "WDE0074", Error::is_conflict)]
    #[case::exists_by_code(400, "WDE0074", Error::is_conflict)]
    #[case::not_unique(400, "WDE0123", Error::is_conflict)]
    #[case::refers_already(400, "WDE0029", Error::is_conflict)]
    #[case::collection_exists(400, "WDE0104", Error::is_conflict)]
    #[case::permission(403, "WDE0027", Error::is_permission_denied)]
    #[case::quota(400, "WDE0014", Error::is_rate_limited)]
    #[case::too_large(413, "WDE0109", Error::is_too_large)]
    #[case::item_too_large(400, "WDE0009", Error::is_too_large)]
    #[case::invalid(400, "WDE0070", Error::is_invalid)]
    fn codes_of_wix_data_answer_one_predicate(
        #[case] of: u16,
        #[case] code: &str,
        #[case] expected: fn(&Error) -> bool,
    ) {
        let error = status(of, Some(code));
        assert!(expected(&error), "{error}");
        let others =
            [Error::is_not_found, Error::is_conflict, Error::is_permission_denied, Error::is_rate_limited];
        assert!(others.iter().filter(|is| is(&error)).count() <= 1);
    }

    #[test]
    fn what_is_kept_back_is_never_worth_another_attempt() {
        let retry_after = Duration::from_secs(3);
        let paced = Error::new(Kind::Paced { endpoint: "GET /x", retry_after });
        let open = Error::new(Kind::CircuitOpen { endpoint: "GET /x", retry_after });
        assert!(paced.is_rate_limited() && !paced.is_unavailable() && !paced.is_transient());
        assert!(open.is_unavailable() && open.is_circuit_open() && !open.is_transient());
        assert_eq!((paced.retry_after(), open.retry_after()), (Some(retry_after), Some(retry_after)));
    }

    #[test]
    fn the_words_of_wix_are_told_to_who_asks_and_shown_nowhere() {
        let error = status(400, None);
        assert_eq!(error.message(), Some("quotes s3cr3t"));
        assert!(!format!("{error} {error:?}").contains("s3cr3t"));
    }

    #[test]
    fn text_names_endpoint_status_and_code() {
        assert_eq!(status(404, Some("NOT_FOUND")).to_string(), "GET /x answered 404 (NOT_FOUND)");
        assert_eq!(status(404, None).to_string(), "GET /x answered 404");
    }

    #[test]
    fn an_error_is_small_enough_to_return_everywhere() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
