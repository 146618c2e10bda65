//! Service plugins: calls that Wix makes to the app and waits for.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

use super::WHAT;
use super::verify::{WebhookVerifier, check_dates};
use crate::error::{Error, Kind};
use crate::json;

const ISSUER: &str = "wix.com";

/// A verified call of a service plugin.
///
/// # Example
/// ```
/// use wixapp_platform::api::custom_charges::ChargeLimitRequest;
/// use wixapp_platform::webhook::ServicePluginCall;
/// fn limit_of(call: &ServicePluginCall<ChargeLimitRequest>) -> Option<&str> {
///     call.instance_id.as_ref().filter(|_| call.request.currency == "EUR").map(|_| "100.00")
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ServicePluginCall<T> {
    /// What is asked.
    pub request: T,
    /// On which install, where Wix says so.
    pub instance_id: Option<InstanceId>,
    /// All that Wix says beside the request: request id, identity, currency, languages.
    pub metadata: Value,
    /// When Wix signed it.
    pub issued_at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: Option<serde_json::Number>,
    exp: serde_json::Number,
    data: Data,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Data {
    request: Value,
    #[serde(default)]
    metadata: Value,
}

impl WebhookVerifier {
    /// Checks signature, issuer (`wix.com`), audience (`app_id`) and dates of a service plugin's `body`, and reads its
    /// request as `T`, such as those of [`custom_charges`](crate::api::custom_charges).
    ///
    /// A webhook is never taken for such a call, nor the other way round: the one nests its data as text, the other as
    /// an object.
    ///
    /// # Errors
    /// As [`WebhookVerifier::verify`]; [`Error::is_refused`] when it was issued by or for somebody else.
    ///
    /// # Example
    /// ```
    /// use serde_json::json;
    /// use wixapp_platform::api::custom_charges::ChargeLimitRequest;
    /// use wixapp_platform::webhook::{WebhookSigner, WebhookVerifier};
    /// let signer = WebhookSigner::generate()?;
    /// let body = signer.sign_claims(&json!({
    ///     "iss": "wix.com", "aud": "app-1", "iat": 1767225600, "exp": 1767225660,
    ///     "data": {"request": {"currency": "EUR"}, "metadata": {"instanceId": "i-1"}},
    /// }))?;
    /// let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()])?;
    /// let now = "2026-01-01T00:00:30Z".parse().unwrap();
    /// let call = verifier.verify_service_plugin::<ChargeLimitRequest>(body.as_bytes(), "app-1", now)?;
    /// assert_eq!(call.request.currency, "EUR");
    /// # Ok::<(), wixapp_platform::Error>(())
    /// ```
    pub fn verify_service_plugin<T: DeserializeOwned>(
        &self,
        body: &[u8],
        app_id: &str,
        now: Timestamp,
    ) -> Result<ServicePluginCall<T>, Error> {
        let claims: Claims = json::parse_bytes(&self.open(body)?, WHAT)?;
        let refused = |why| Error::new(Kind::Refused { what: "call of a service plugin", why });
        if claims.iss != ISSUER {
            return Err(refused("it was not issued by Wix"));
        }
        let is_for_us = match &claims.aud {
            Audience::One(aud) => aud == app_id,
            Audience::Many(all) => all.iter().any(|aud| aud == app_id),
        };
        if !is_for_us {
            return Err(refused("it was made for another app"));
        }
        // Wix's own package demands `exp` only.
        let issued_at = check_dates(claims.iat.as_ref(), &claims.exp, now)?;
        let instance_id = claims.data.metadata.get("instanceId").and_then(Value::as_str);
        let request = T::deserialize(claims.data.request)
            .map_err(|error| Error::malformed(WHAT, json::describe(&error)))?;
        Ok(ServicePluginCall {
            request,
            instance_id: instance_id.and_then(|id| id.parse().ok()),
            metadata: claims.data.metadata,
            issued_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::webhook::WebhookSigner;
    use serde_json::json;

    static SIGNER: LazyLock<WebhookSigner> = LazyLock::new(|| WebhookSigner::generate().unwrap());

    fn claims() -> Value {
        json!({"iss": "wix.com", "aud": "app", "iat": 1_767_225_600, "exp": 1_767_225_660,
               "data": {"request": {"x": 1}, "metadata": {"instanceId": "i-1", "requestId": "r"}}})
    }

    fn verify(claims: &Value) -> Result<ServicePluginCall<Value>, Error> {
        let verifier = WebhookVerifier::from_pems(&[&SIGNER.public_key_pem()]).unwrap();
        let body = SIGNER.sign_claims(claims).unwrap();
        verifier.verify_service_plugin(body.as_bytes(), "app", "2026-01-01T00:00:30Z".parse().unwrap())
    }

    #[test]
    fn a_genuine_call_is_read_with_and_without_iat_and_with_several_audiences() {
        let call = verify(&claims()).unwrap();
        assert_eq!((call.request, call.instance_id), (json!({"x": 1}), Some("i-1".parse().unwrap())));
        assert_eq!(call.metadata["requestId"], "r");
        let mut many = claims();
        many["aud"] = json!(["other", "app"]);
        many.as_object_mut().unwrap().remove("iat");
        assert!(verify(&many).is_ok());
    }

    #[rstest::rstest]
    #[case::foreign_issuer("iss", json!("evil.example"), Error::is_refused)]
    #[case::other_app("aud", json!("other"), Error::is_refused)]
    #[case::other_apps("aud", json!([]), Error::is_refused)]
    #[case::over("exp", json!(1_767_225_630), Error::is_expired)]
    #[case::ahead("iat", json!(1_767_226_000), Error::is_not_yet_valid)]
    #[case::exp_is_text("exp", json!("1767225660"), Error::is_malformed)]
    #[case::webhook("data", json!("{}"), Error::is_malformed)]
    #[case::no_request("data", json!({}), Error::is_malformed)]
    fn others_are_refused(#[case] field: &str, #[case] value: Value, #[case] is: fn(&Error) -> bool) {
        let mut claims = claims();
        claims[field] = value;
        assert!(is(&verify(&claims).unwrap_err()));
    }

    #[test]
    fn a_foreign_signature_and_a_request_of_another_form_are_refused() {
        let verifier = WebhookVerifier::from_pems(&[&SIGNER.public_key_pem()]).unwrap();
        let now = "2026-01-01T00:00:30Z".parse().unwrap();
        let foreign = WebhookSigner::generate().unwrap().sign_claims(&claims()).unwrap();
        assert!(
            verifier
                .verify_service_plugin::<Value>(foreign.as_bytes(), "app", now)
                .unwrap_err()
                .is_signature()
        );
        let body = SIGNER.sign_claims(&claims()).unwrap();
        let outcome = verifier.verify_service_plugin::<Vec<u8>>(body.as_bytes(), "app", now);
        assert!(outcome.unwrap_err().is_malformed());
        assert!(verifier.verify(body.as_bytes(), now).unwrap_err().is_malformed(), "it is no webhook");
    }
}
