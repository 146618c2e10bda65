//! Telling an app again what Wix once told it.

use serde_json::{Value, json};
use wixapp_core::id::InstanceId;
use wixapp_emulator::DeliveryState;
use wixapp_emulator::recording::Recording;

use crate::stage::{APP_ID, Answer, START, Stage, at, hours};

fn webhook(at: &str, happened_at: &str, instance: &str, event: &str, data: &Value) -> Value {
    json!({ "at": at, "happenedAt": happened_at, "instanceId": instance, "event": event, "data": data })
}

fn bought(at: &str) -> Value {
    json!({ "operationTimeStamp": at, "vendorProductId": "starter", "cycle": "MONTHLY", "invoiceId": "inv-1" })
}

/// Two sites in the spring of a year: one buys, is cancelled by Wix in silence, and one comes and goes.
fn recording(year: u16) -> Recording {
    let time = |rest: &str| format!("{year}-{rest}Z");
    let plan = json!({
        "productId": "starter", "cycle": "MONTHLY", "since": time("03-01T10:00:00"), "expiresAt": null,
        "invoiceId": "inv-1", "autoRenewing": true, "inTrial": false,
    });
    let answers = json!([
        { "from": time("03-02T00:00:00"), "until": time("03-30T00:00:00"), "plan": plan },
        { "from": time("04-01T10:00:05"), "until": time("04-20T00:00:00"), "plan": null },
    ]);
    let (install, buy) = (time("03-01T09:00:00"), time("03-01T10:00:00"));
    let webhooks = [
        webhook(&time("03-01T09:00:01"), &install, "buyer", "AppInstalled", &json!({ "appId": "" })),
        webhook(&time("03-01T10:00:02"), &buy, "buyer", "PaidPlanPurchased", &bought(&buy)),
        webhook(&time("03-05T00:00:00"), &time("03-04T00:00:00"), "guest", "AppInstalled", &json!({})),
        webhook(&time("03-05T00:00:00.500"), &buy, "buyer", "PaidPlanPurchased", &bought(&buy)),
        webhook(&time("03-09T00:00:00"), &time("03-09T00:00:00"), "guest", "AppRemoved", &json!({})),
    ];
    let mut lines = vec![
        json!({ "head": { "recording": 1, "pseudonyms": false } }),
        json!({ "instance": { "instanceId": "buyer", "answers": answers, "leftOut": null } }),
        json!({ "instance": { "instanceId": "guest", "answers": [], "leftOut": null } }),
    ];
    lines.extend(webhooks.into_iter().map(|webhook| json!({ "webhook": webhook })));
    let until = time("04-20T00:00:00");
    lines.push(json!({ "end": { "instances": 2, "webhooks": 5, "entries": 0, "until": until } }));
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    Recording::read(text.join("\n").as_bytes()).unwrap()
}

fn id(text: &str) -> InstanceId {
    text.parse().unwrap()
}

#[tokio::test]
async fn webhooks_come_in_their_order_at_their_time_and_signed_with_this_platforms_key() {
    // Once to come, and once long ago: a platform on which nothing happened goes back.
    for year in [2028, 2024] {
        let stage = Stage::new().await;
        let told = stage.emulator.replay(&recording(year)).await.unwrap();
        assert_eq!((told.delivered, told.open, told.now), (5, 0, at(&format!("{year}-04-20T00:00:00Z"))));
        let arrivals: Vec<String> = stage.app.arrivals().iter().map(|came| came.at.to_string()).collect();
        let times =
            ["03-01T09:00:01", "03-01T10:00:02", "03-05T00:00:00", "03-05T00:00:00.5", "03-09T00:00:00"];
        assert_eq!(arrivals, times.map(|time| format!("{year}-{time}Z")));
        let events = stage.events();
        let seen: Vec<_> =
            events.iter().map(|event| (event.instance_id.as_str(), event.event_type.as_str())).collect();
        let (buyer, guest) = ("buyer", "guest");
        let expected = [
            (buyer, "AppInstalled"),
            (buyer, "PaidPlanPurchased"),
            (guest, "AppInstalled"),
            (buyer, "PaidPlanPurchased"),
            (guest, "AppRemoved"),
        ];
        assert_eq!(seen, expected);
        assert_eq!(events[0].issued_at, at(&format!("{year}-03-01T09:00:00Z")), "signed when it happened");
        assert_eq!(events[1].payload_text, events[3].payload_text, "a repetition is one");
        let payload: Value = serde_json::from_str(&events[0].payload_text).unwrap();
        assert_eq!(payload, json!({ "appId": APP_ID }));
    }
}

#[tokio::test]
async fn get_app_instance_answers_as_wix_did_then() {
    let stage = Stage::new().await;
    let recording = recording(2028);
    assert_eq!(stage.post("/_emulator/replay", &json!({ "from": recording.begins_at() })).await.status, 200);
    let lives = json!({ "instances": recording.lives() });
    assert_eq!(stage.post("/_emulator/replay/instances", &lives).await.json, json!({ "instances": 2 }));
    let mut seen = Vec::new();
    for (n, until) in
        ["2028-03-01T09:30:00Z", "2028-03-15", "2028-04-01T10:00:00Z", "2028-04-19"].iter().enumerate()
    {
        // All webhooks come before the second moment.
        let webhooks = match n {
            0 => &recording.webhooks[..1],
            1 => &recording.webhooks[1..],
            _ => &[],
        };
        let body = json!({ "webhooks": webhooks, "until": until });
        let told = stage.post("/_emulator/replay/webhooks", &body).await;
        assert_eq!((told.status, &told.json["open"]), (200, &json!(0)), "{told:?}");
        let answer = stage.app_instance(&id("buyer")).await;
        seen.push((answer["instance"]["isFree"].clone(), answer["instance"]["billing"]["invoiceId"].clone()));
    }
    let (free, paid) = ((json!(true), Value::Null), (json!(false), json!("inv-1")));
    // Seconds before Wix was asked, its answer was the same: the plan had ended by then.
    assert_eq!(seen, [free.clone(), paid, free.clone(), free]);
    let gone = stage.post("/oauth2/token", &crate::stage::credentials("guest")).await;
    assert_eq!((gone.status, gone.code()), (403, "APP_NOT_INSTALLED"), "{gone:?}");
}

#[tokio::test]
async fn what_the_app_does_not_take_is_tried_again() {
    let stage = Stage::new().await;
    stage.app.answer_always(Answer::Status(500));
    let body = json!({ "from": "2028-03-01T09:00:00Z" });
    assert_eq!(stage.post("/_emulator/replay", &body).await.status, 200);
    let recording = recording(2028);
    let lives = json!({ "instances": recording.lives() });
    stage.post("/_emulator/replay/instances", &lives).await;
    let body = json!({ "webhooks": recording.webhooks[..1], "until": null });
    let told = stage.post("/_emulator/replay/webhooks", &body).await;
    assert_eq!((&told.json["delivered"], &told.json["open"]), (&json!(0), &json!(1)), "{told:?}");
    stage.app.answer_always(Answer::Status(200));
    stage.emulator.advance(hours(1)).await.unwrap();
    assert_eq!(stage.emulator.deliveries()[0].state, DeliveryState::Delivered);
    assert_eq!(stage.events()[1].issued_at, at("2028-03-01T09:00:00Z"));
}

/// Tells webhooks, then moves the clock: how many of all were taken so far, and how many not.
async fn tell(stage: &Stage, webhooks: &[Value], until: Option<&str>) -> (u64, u64) {
    let body = json!({ "webhooks": webhooks, "until": until });
    let told = stage.post("/_emulator/replay/webhooks", &body).await;
    assert_eq!(told.status, 200, "{told:?}");
    (told.json["delivered"].as_u64().unwrap(), told.json["open"].as_u64().unwrap())
}

async fn begun() -> Stage {
    let stage = Stage::new().await;
    let body = json!({ "from": "2028-03-01T09:00:00Z" });
    assert_eq!(stage.post("/_emulator/replay", &body).await.status, 200);
    let lives = json!({ "instances": recording(2028).lives() });
    assert_eq!(stage.post("/_emulator/replay/instances", &lives).await.status, 200);
    stage
}

#[tokio::test]
async fn what_is_taken_on_a_later_attempt_counts_as_taken_in_the_end() {
    let stage = begun().await;
    let webhooks = recording(2028).webhooks.iter().map(|one| json!(one)).collect::<Vec<_>>();
    stage.app.answer_next([Answer::Status(500)]);
    assert_eq!(tell(&stage, &webhooks[..1], None).await, (0, 1));
    assert_eq!(tell(&stage, &webhooks[1..], None).await, (5, 0));
    assert_eq!(tell(&stage, &[], Some("2028-04-20")).await, (5, 0));
}

#[tokio::test]
async fn what_was_never_taken_is_still_told_when_its_delivery_is_forgotten() {
    let stage = begun().await;
    let install = |second: usize, day: &str| {
        let at = format!("2028-{day}T10:{:02}:{:02}Z", second / 60, second % 60);
        webhook(&at, &at, "guest", "AppInstalled", &json!({ "appId": "" }))
    };
    stage.app.answer_always(Answer::Status(500));
    assert_eq!(tell(&stage, &[install(0, "03-02")], Some("2028-03-10")).await, (0, 1));
    stage.app.answer_always(Answer::Status(200));
    for batch in 0..4 {
        let webhooks: Vec<Value> = (0..100).map(|n| install(batch * 100 + n, "03-11")).collect();
        let taken = u64::try_from(batch + 1).unwrap() * 100;
        assert_eq!(tell(&stage, &webhooks, None).await, (taken, 1));
    }
    let kept = stage.emulator.deliveries();
    assert!(kept.iter().all(|delivery| delivery.state == DeliveryState::Delivered), "the first is forgotten");
    // The next replay counts anew.
    assert_eq!(stage.post("/_emulator/replay", &json!({ "from": "2028-03-12" })).await.status, 200);
    assert_eq!(tell(&stage, &[install(0, "03-12")], None).await, (1, 0));
}

#[tokio::test]
async fn a_replay_never_mixes_with_what_is_there() {
    let stage = Stage::new().await;
    let own = stage.install().await;
    let behind = stage.emulator.replay(&recording(2024)).await.unwrap_err();
    assert_eq!(behind.code(), Some("clock_ahead"), "{behind}");
    assert_eq!(stage.now(), at(START));

    let life = |id: &str| json!({ "instanceId": id, "origin": null, "past": { "said": [], "presence": [] } });
    let known =
        stage.post("/_emulator/replay/instances", &json!({ "instances": [life(own.as_str())] })).await;
    assert_eq!((known.status, known.code()), (409, "instance_known"), "{known:?}");
    let from_nowhere = webhook(START, START, "nobody", "AppInstalled", &json!({}));
    let refused = stage.post("/_emulator/replay/webhooks", &json!({ "webhooks": [from_nowhere] })).await;
    assert_eq!((refused.status, refused.code()), (404, "not_found"), "{refused:?}");
    for (event, at) in [("Unheard", START), ("AppInstalled", "2300-01-01T00:00:00Z")] {
        let odd = webhook(at, START, own.as_str(), event, &json!({}));
        let refused = stage.post("/_emulator/replay/webhooks", &json!({ "webhooks": [odd] })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{refused:?}");
    }
    for from in ["", "2028-02-30", "soon"] {
        let refused = stage.post("/_emulator/replay", &json!({ "from": from })).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid_time"), "{refused:?}");
    }
    let moments: Vec<Value> = (0..101).map(|_| json!({ "from": START, "installed": true })).collect();
    let long = json!({ "instanceId": "long", "origin": null, "past": { "said": [], "presence": moments } });
    let refused = stage.post("/_emulator/replay/instances", &json!({ "instances": [long] })).await;
    assert_eq!((refused.status, refused.code()), (422, "invalid_request"), "{refused:?}");
    assert_eq!(stage.emulator.sites().len(), 3);
}
