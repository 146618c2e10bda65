//! Charges for use: what the app is asked, and what the platform makes of its answers.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wixapp_platform::api::custom_charges::{ChargeLimitRequest, ChargesRequest, UsagesRequest};
use wixapp_platform::api::purchases::ChargeQuery;
use wixapp_platform::webhook::ServicePluginCall;
use wixapp_platform::{Error, WebhookSigner, WebhookVerifier};

use super::scene::Scene;
use super::{call, tests};
use crate::stage::APP_ID;

/// A scene whose app is paid by use and has sold a plan.
async fn by_use() -> Scene {
    let s = Scene::with(|config| config.custom_charges_url = Some("plugin/".to_owned())).await;
    s.stage.app.provide("charge-limit", 200, &json!({ "chargeLimit": "50.00" }));
    s.stage.app.provide("charges", 200, &charge("c1", "4.50"));
    s.stage.app.provide("usages", 200, &json!({ "usages": [{ "counterId": "posts", "quantity": 3 }] }));
    s.stage.buy(&s.instance, "starter", "MONTHLY").await;
    s
}

fn charge(id: &str, amount: &str) -> Value {
    json!({ "charges": [{ "id": id, "description": "Posts", "amount": amount }] })
}

/// The last question of a kind, as the client reads it.
fn asked<T: DeserializeOwned>(s: &Scene, question: &str) -> ServicePluginCall<T> {
    let asked = s.stage.app.asked();
    let (_, body) = asked.iter().rev().find(|(name, _)| name == question).expect("the app was asked");
    let verifier = WebhookVerifier::from_pems(&[s.stage.emulator.public_key_pem()]).unwrap();
    verifier.verify_service_plugin(body.as_bytes(), APP_ID, s.stage.now()).unwrap()
}

async fn page(s: &Scene, path: &str, body: Value) -> Value {
    s.stage.post(&format!("/_emulator/instances/{}/{path}", s.instance), &body).await.json
}

call! { METERED "billing.getMeteredBillingCharges"
    "without a plan" => |s| {
        let error = s.client.metered_charges(&s.instance, &ChargeQuery::default()).await.unwrap_err();
        assert!(error.status().is_some(), "{error}");
    }
    "what the app answers, and nothing is invoiced" => |_s| {
        let s = by_use().await;
        let before = s.stage.emulator.invoices(&s.instance).unwrap().len();
        let found = s.client.metered_charges(&s.instance, &ChargeQuery::default()).await.unwrap();
        assert_eq!((found.len(), found[0].id.as_deref(), found[0].amount.as_str()), (1, Some("c1"), "4.50"));
        assert_eq!(asked::<Value>(&s, "charges").request["intent"], "DISPLAY_ONLY");
        assert_eq!(s.stage.emulator.invoices(&s.instance).unwrap().len(), before);
    }
    "of a stretch of time" => |_s| {
        let s = by_use().await;
        let (from, until) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-02-01T00:00:00Z".parse().unwrap());
        let january = ChargeQuery { from: Some(from), until: Some(until), ..ChargeQuery::default() };
        s.client.metered_charges(&s.instance, &january).await.unwrap();
        let request = asked::<ChargesRequest>(&s, "charges").request;
        assert_eq!((request.period_start, request.period_end), (Some(from), Some(until)));
        let reversed = ChargeQuery { from: Some(until), until: Some(from), ..ChargeQuery::default() };
        assert!(s.client.metered_charges(&s.instance, &reversed).await.unwrap_err().is_invalid());
    }
    "in another currency" => |_s| {
        let s = by_use().await;
        let query = ChargeQuery { currency: Some("XXX".to_owned()), ..ChargeQuery::default() };
        assert!(s.client.metered_charges(&s.instance, &query).await.unwrap_err().is_invalid());
    }
}

/// A question that was signed by somebody: its body, and whoever takes that signature.
fn signed(s: &Scene, change: (&str, &str)) -> (String, WebhookVerifier) {
    let signer = WebhookSigner::generate().unwrap();
    let now = s.stage.now().as_second();
    let mut claims = json!({
        "iss": "wix.com", "aud": APP_ID, "iat": now, "exp": now + 60,
        "data": { "request": {}, "metadata": { "instanceId": s.instance } },
    });
    claims[change.0] = change.1.into();
    let verifier = WebhookVerifier::from_pems(&[&signer.public_key_pem()]).unwrap();
    (signer.sign_claims(&claims).unwrap(), verifier)
}

call! { PLUGIN "servicePlugins.process (custom charges)"
    "getChargeLimit after a purchase" => |_s| {
        let s = by_use().await;
        let question = asked::<ChargeLimitRequest>(&s, "charge-limit");
        assert_eq!(question.instance_id.as_ref(), Some(&s.instance));
        assert!(question.request.cycle.is_some());
        let ledger = s.stage.get(&format!("/_emulator/instances/{}/charges", s.instance)).await;
        assert_eq!(ledger.json["chargeLimit"], "50.00");
    }
    "listCharges, and what became of them" => |_s| {
        let s = by_use().await;
        let charged = page(&s, "charges", json!({ "intent": "CREATE_INVOICE" })).await;
        assert_eq!((&charged["total"], &charged["reasons"]), (&json!("4.50"), &json!([])));
        assert!(asked::<ChargesRequest>(&s, "charges").request.period_start.is_some());
        assert_eq!(asked::<Value>(&s, "invoice-created").request["invoiceId"], charged["invoiceId"]);
    }
    "charges beyond the limit are rejected, and the app is told" => |_s| {
        let s = by_use().await;
        s.stage.app.provide("charges", 200, &charge("c2", "60.00"));
        let charged = page(&s, "charges", json!({ "intent": "CREATE_INVOICE" })).await;
        assert_eq!(charged["reasons"], json!(["CHARGE_LIMIT_EXCEEDED"]));
        assert_eq!(asked::<Value>(&s, "charges-rejected").request["chargeIds"], json!(["c2"]));
    }
    "listUsages" => |_s| {
        let s = by_use().await;
        let counted = page(&s, "usages", json!({ "counterIds": ["posts"] })).await;
        assert_eq!((&counted["charges"][0]["chargeId"], &counted["charges"][0]["amount"]), (&json!("posts"), &json!("3")));
        assert_eq!(asked::<UsagesRequest>(&s, "usages").request.counter_ids, ["posts"]);
    }
    "a raised limit is told" => |_s| {
        let s = by_use().await;
        page(&s, "charges/raise-limit", json!({ "chargeLimit": "90.00" })).await;
        assert_eq!(asked::<Value>(&s, "limit-updated").request["chargeLimit"], "90.00");
    }
    "another key is refused" => |s| {
        let (body, _) = signed(s, ("iss", "wix.com"));
        let verifier = WebhookVerifier::from_pems(&[s.stage.emulator.public_key_pem()]).unwrap();
        let outcome = verifier.verify_service_plugin::<Value>(body.as_bytes(), APP_ID, s.stage.now());
        assert!(outcome.unwrap_err().is_signature());
    }
    "another app, another sender and an old question are refused" => |s| {
        let verify = |(body, verifier): (String, WebhookVerifier), later: i64| -> Result<_, Error> {
            let now = s.stage.now() + jiff::SignedDuration::from_secs(later);
            verifier.verify_service_plugin::<Value>(body.as_bytes(), APP_ID, now)
        };
        for change in [("aud", "another"), ("iss", "wax.com")] {
            assert!(verify(signed(s, change), 0).unwrap_err().is_refused(), "{change:?}");
        }
        assert_eq!(verify(signed(s, ("iss", "wix.com")), 0).unwrap().instance_id.as_ref(), Some(&s.instance));
        assert!(verify(signed(s, ("iss", "wix.com")), 3_600).unwrap_err().is_expired());
    }
}

tests! { metered: METERED, plugin: PLUGIN }
