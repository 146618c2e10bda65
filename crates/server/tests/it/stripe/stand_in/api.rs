//! Stripe's API, as its reference describes it: what it takes, what it refuses, and what it answers.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{KEY, MONTHLY, ONCE, StandIn};

pub(super) async fn answer(
    State(stripe): State<StandIn>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    if header("authorization") != format!("Bearer {KEY}") {
        return refuse(401, "invalid_request_error", "api_key_invalid");
    }
    assert_eq!(header("stripe-version"), "2024-06-20");
    let (path, text) = (uri.path().to_owned(), String::from_utf8(body.to_vec()).unwrap());
    if method == Method::GET {
        if stripe.world().is_silent {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let (status, answer) = look(&stripe, &path);
        return (StatusCode::from_u16(status).unwrap(), axum::Json(answer)).into_response();
    }
    assert_eq!(header("content-type"), "application/x-www-form-urlencoded");
    let key = header("idempotency-key");
    assert!((1..=255).contains(&key.len()), "a write without an idempotency key: {path}");
    let request = format!("{path} {text}");
    let known = stripe.world().answers.get(&key).cloned();
    let (status, answer) = match known {
        Some((first, status, answer)) if first == request => (status, answer),
        Some(_) => return refuse(400, "idempotency_error", "idempotency_error"),
        None => {
            let (status, answer) = write(&stripe, &path, &form(&text));
            stripe.world().answers.insert(key, (request, status, answer.clone()));
            (status, answer)
        }
    };
    let mut world = stripe.world();
    if world.lost_answers > 0 {
        world.lost_answers -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    (StatusCode::from_u16(status).unwrap(), axum::Json(answer)).into_response()
}

fn refuse(status: u16, kind: &str, code: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(error(kind, code))).into_response()
}

fn error(kind: &str, code: &str) -> Value {
    json!({ "error": { "type": kind, "code": code, "message": "jenny@example.com" } })
}

fn look(stripe: &StandIn, path: &str) -> (u16, Value) {
    let world = stripe.world();
    let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let found = match parts[..] {
        ["checkout", "sessions", id] => world.sessions.get(id).cloned(),
        ["charges", id] => world.charges.get(id).cloned(),
        ["invoices", id] => world.invoices.get(id).cloned(),
        ["subscriptions", id] => world.subscriptions.get(id).map(|object| {
            let mut object = object.clone();
            object["latest_invoice"] = world.invoices[object["latest_invoice"].as_str().unwrap()].clone();
            object
        }),
        ["promotion_codes"] => Some(json!({ "object": "list", "data": [] })),
        _ => panic!("the stand-in knows no {path}"),
    };
    found.map_or_else(|| (404, error("invalid_request_error", "resource_missing")), |found| (200, found))
}

fn write(stripe: &StandIn, path: &str, form: &Value) -> (u16, Value) {
    if path == "/v1/billing_portal/sessions" {
        let change = &form["flow_data"]["subscription_update_confirm"];
        let price = change["items"][0]["price"].as_str().unwrap_or("none");
        let subscription = change["subscription"].as_str().unwrap_or("none");
        return (
            200,
            json!({ "id": stripe.id("bps"), "object": "billing_portal.session",
            "url": format!("https://billing.stripe.com/p/session/{subscription}/{price}") }),
        );
    }
    if let Some(id) =
        path.strip_prefix("/v1/checkout/sessions/").and_then(|rest| rest.strip_suffix("/expire"))
    {
        let mut world = stripe.world();
        let session = world.sessions.get_mut(id).unwrap();
        if session["status"] != "open" {
            return (400, error("invalid_request_error", "resource_missing"));
        }
        session["status"] = json!("expired");
        return (200, session.clone());
    }
    if let Some(id) = path.strip_prefix("/v1/subscriptions/") {
        return end(stripe, id, form);
    }
    assert_eq!(path, "/v1/checkout/sessions");
    open(stripe, form)
}

/// What the app changes of a subscription is that it ends; an event tells of it.
fn end(stripe: &StandIn, id: &str, form: &Value) -> (u16, Value) {
    assert_eq!(*form, json!({ "cancel_at_period_end": "true" }));
    let Some(before) = stripe.world().subscriptions.get(id).cloned() else {
        return (404, error("invalid_request_error", "resource_missing"));
    };
    if before["status"] == "canceled" {
        return (400, error("invalid_request_error", "resource_missing"));
    }
    let event = stripe.set_ending(id, true);
    let mut world = stripe.world();
    world.endings += 1;
    world.events.push(event);
    (200, world.subscriptions[id].clone())
}

fn open(stripe: &StandIn, form: &Value) -> (u16, Value) {
    let known: Vec<&String> = form.as_object().unwrap().keys().collect();
    let allowed = [
        "allow_promotion_codes",
        "cancel_url",
        "client_reference_id",
        "customer",
        "discounts",
        "line_items",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data",
        "subscription_data",
        "success_url",
    ];
    assert!(known.iter().all(|name| allowed.contains(&name.as_str())), "{known:?}");
    assert_eq!(form["line_items"][0]["quantity"], "1");
    let price = form["line_items"][0]["price"].as_str().unwrap();
    // A price that is paid every month fits a subscription alone, and the data of one thing that of no other.
    let (prices, other) = match form["mode"].as_str().unwrap() {
        "subscription" => (&MONTHLY[..], "payment_intent_data"),
        "payment" => (&ONCE[..], "subscription_data"),
        mode => panic!("the stand-in knows no mode {mode}"),
    };
    assert_eq!(form[other], Value::Null, "{form}");
    let Some((_, amount)) = prices.iter().find(|(known, _)| *known == price) else {
        return (400, error("invalid_request_error", "resource_missing"));
    };
    let id = stripe.id("cs_test");
    let session = json!({
        "id": id, "object": "checkout.session", "mode": form["mode"], "status": "open", "payment_status": "unpaid",
        "amount_subtotal": amount, "customer": form["customer"], "subscription": null, "invoice": null, "payment_intent": null,
        "url": format!("https://checkout.stripe.com/c/pay/{id}"), "expires_at": stripe.now() + 86_400,
        "metadata": form["metadata"], "subscription_data": form["subscription_data"], "payment_intent_data": form["payment_intent_data"], "line_items": form["line_items"],
        "success_url": form["success_url"], "client_reference_id": form["client_reference_id"],
    });
    stripe.world().sessions.insert(id, session.clone());
    (200, session)
}

/// A form as the nested object that it stands for.
fn form(text: &str) -> Value {
    let url = reqwest::Url::parse(&format!("form:?{text}")).unwrap();
    let mut whole = json!({});
    for (name, value) in url.query_pairs() {
        let parts = name.split(['[', ']']).filter(|part| !part.is_empty());
        let mut place = &mut whole;
        for part in parts {
            if let Ok(at) = part.parse::<usize>() {
                if place.is_null() {
                    *place = json!([]);
                }
                let list = place.as_array_mut().unwrap();
                assert!(at <= list.len(), "{name}");
                if at == list.len() {
                    list.push(Value::Null);
                }
                place = &mut list[at];
            } else {
                if place.is_null() {
                    *place = json!({});
                }
                place = place.as_object_mut().unwrap().entry(part).or_insert(Value::Null);
            }
        }
        assert!(place.is_null(), "{name} is there twice");
        *place = json!(value);
    }
    whole
}
