//! Every operation of the OpenAPI document, with a request that it takes: what tables over all routes are made of.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::app::{Site, TestApp};
use crate::sample::{self, Gate};

pub(crate) struct Operation {
    pub(crate) method: String,
    /// With its `{parameters}`.
    pub(crate) path: String,
    pub(crate) id: String,
    /// Whether it asks for the owner's token.
    pub(crate) is_secured: bool,
    /// Whether it takes an `Idempotency-Key`.
    pub(crate) has_key: bool,
    /// Whether it is refused without one.
    pub(crate) needs_key: bool,
    /// The names of its query parameters.
    pub(crate) query: Vec<String>,
    /// The names of the fields of its JSON body.
    pub(crate) fields: Vec<String>,
}

/// Things of a site that requests can be about.
pub(crate) struct Things {
    pub(crate) checkout_id: String,
    pub(crate) hold_id: String,
    pub(crate) job_id: String,
    pub(crate) entry_id: String,
}

pub(crate) fn document() -> Value {
    let text = wixapp_server::openapi::document_with(sample::routes(&Gate::closed()));
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(read(&document, method, path, operation));
        }
    }
    assert!(operations.len() > 20, "the document has lost its operations");
    operations
}

fn read(document: &Value, method: &str, path: &str, operation: &Value) -> Operation {
    let parameters: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().collect();
    let names = |place: &str| -> Vec<String> {
        let there = parameters.iter().filter(|parameter| parameter["in"] == place);
        there.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
    };
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    let properties = schema.as_str().map(|reference| {
        let (_, name) = reference.rsplit_once('/').unwrap();
        document["components"]["schemas"][name]["properties"].as_object().unwrap()
    });
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        id: operation["operationId"].as_str().unwrap().to_owned(),
        is_secured: operation["security"].is_null(),
        has_key: names("header") == ["Idempotency-Key"],
        needs_key: parameters.iter().any(|p| p["in"] == "header" && p["required"] == true),
        query: names("query"),
        fields: properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect(),
    }
}

impl Operation {
    /// Whether it changes something.
    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Whether its answer never ends.
    pub(crate) fn streams(&self) -> bool {
        self.id == "live"
    }

    pub(crate) fn is_sample(&self) -> bool {
        self.id.starts_with("sample_")
    }

    /// The address with the things filled in.
    pub(crate) fn address(&self, things: &Things) -> String {
        let known = [
            ("{checkoutId}", &things.checkout_id),
            ("{jobId}", &things.job_id),
            ("{entryId}", &things.entry_id),
        ];
        let path = known.into_iter().fold(self.path.clone(), |path, (name, id)| path.replace(name, id));
        // The one operation that does not go without a query.
        if self.id == "billing_preview" { format!("{path}?to=pro") } else { path }
    }

    /// A JSON body that is taken, for the operations that have one.
    pub(crate) fn good_body(&self, things: &Things) -> Option<Value> {
        let hold = || json!({ "holdId": things.hold_id });
        match self.id.as_str() {
            "billing_checkout_url" | "billing_checkout_url_older" => {
                Some(json!({ "planId": "pro", "billingCycle": "YEARLY" }))
            }
            "credits_spend" | "credits_reserve" => Some(json!({ "amount": 1, "action": "test" })),
            "billing_top_up_checkout_url" => Some(json!({ "topUpId": "pack-500" })),
            "billing_promo" => Some(json!({ "code": "WELCOME" })),
            "credits_post" | "credits_void" => Some(hold()),
            "settings_notices_save" => Some(json!({
                "address": "planted-owner@example.com", "language": "de", "lowCredits": true, "billingIssue": true,
                "planChanged": true, "creditsGranted": false,
            })),
            "bi_event" => Some(json!({
                "eventName": "CUSTOM", "customEventName": "planted-event", "eventData": { "month": "planted-6" },
            })),
            "sample_works" => Some(json!({ "ends": ["well"] })),
            "sample_work" => Some(json!({ "end": "well" })),
            _ => {
                assert!(self.fields.is_empty(), "{} has no example yet", self.id);
                None
            }
        }
    }

    /// A request that lacks nothing but the token.
    pub(crate) fn good_request(&self, app: &TestApp, things: &Things, key: &str) -> RequestBuilder {
        let request = app.request(&self.method, &self.address(things), "");
        let request = if self.has_key { request.header("idempotency-key", key) } else { request };
        match self.good_body(things) {
            Some(body) => request.json(&body),
            None => request,
        }
    }
}

impl Things {
    pub(crate) async fn of(app: &TestApp, site: &Site) -> Self {
        let (checkout_id, _) = app.checkout(site, "starter").await;
        let body = json!({ "amount": 1, "action": "test" });
        let reserved = app.credits(site, "reserve", "things", body).await;
        let hold_id = reserved.data()["holdId"].as_str().unwrap().to_owned();
        let job_id = app.start_work(site, "things-job", "well").await;
        app.ended(site, &job_id).await;
        let history = app.get(&site.token, "/api/v1/wix/credits/history").await;
        let entry_id = history.data()["entries"][0]["entryId"].as_str().unwrap().to_owned();
        Self { checkout_id, hold_id, job_id, entry_id }
    }
}
