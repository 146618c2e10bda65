//! Posts to Bluesky: the shape of every call, tokens that renew themselves, and an answer that was lost.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wixapp::jiff::{SignedDuration, Timestamp};

use crate::stage::{PNG, Stage, eventually};
use crate::stand_in::{Call, StandIn, misshapen};

#[derive(Default)]
struct World {
    /// How often the tokens were renewed.
    age: AtomicU32,
    /// How many answers about records are lost.
    lost: AtomicU32,
    /// How many records are not even looked at.
    busy: AtomicU32,
    records: Mutex<Vec<Value>>,
}

fn session(age: u32) -> (u16, Value) {
    let (access, refresh) = (format!("access-{age}"), format!("refresh-{age}"));
    (
        200,
        json!({ "accessJwt": access, "refreshJwt": refresh, "did": "did:plc:joe", "handle": "joe.example" }),
    )
}

fn is_record(body: &Value) -> bool {
    let (record, rkey) = (&body["record"], body["rkey"].as_str().unwrap_or(""));
    let text = record["text"].as_str().unwrap_or("");
    let facet = |facet: &Value| {
        let at = |name: &str| usize::try_from(facet["index"][name].as_u64().unwrap()).unwrap();
        let words = &text.as_bytes()[at("byteStart")..at("byteEnd")];
        let feature = &facet["features"][0];
        feature["uri"].as_str().is_some_and(|uri| uri.as_bytes() == words)
            || feature["tag"].as_str().is_some_and(|tag| format!("#{tag}").as_bytes() == words)
    };
    body["repo"] == "did:plc:joe"
        && body["collection"] == "app.bsky.feed.post"
        && rkey.len() == 13
        && record["$type"] == "app.bsky.feed.post"
        && record["createdAt"].as_str().is_some_and(|at| at.parse::<Timestamp>().is_ok())
        && record["facets"].as_array().is_some_and(|facets| facets.len() == 2 && facets.iter().all(facet))
}

fn answer(world: &World, call: &Call) -> (u16, Value) {
    let age = world.age.load(Ordering::SeqCst);
    let token = call.header("authorization").trim_start_matches("Bearer ");
    match call.target.as_str() {
        "POST /xrpc/com.atproto.server.createSession" => {
            let good = json!({ "identifier": "joe.example", "password": "app-password" });
            if call.json() == good {
                return session(age);
            }
            return (
                401,
                json!({ "error": "AuthenticationRequired", "message": "Invalid identifier or password" }),
            );
        }
        "POST /xrpc/com.atproto.server.refreshSession" => {
            if token != format!("refresh-{}", age - 1) || !call.body.is_empty() {
                return misshapen(call);
            }
            return session(age);
        }
        _ if token != format!("access-{age}") => {
            return (400, json!({ "error": "ExpiredToken", "message": "Token has expired" }));
        }
        _ => {}
    }
    let mut records = world.records.lock().unwrap();
    let one_of = |left: &AtomicU32| {
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    };
    let is_lost = || one_of(&world.lost);
    match call.target.as_str() {
        "POST /xrpc/com.atproto.repo.uploadBlob"
            if call.header("content-type") == "image/png" && call.body == PNG =>
        {
            let blob = json!({ "$type": "blob", "ref": { "$link": "bafy" }, "mimeType": "image/png", "size": PNG.len() });
            (200, json!({ "blob": blob }))
        }
        "POST /xrpc/com.atproto.repo.createRecord" if is_record(&call.json()) => {
            let body = call.json();
            if one_of(&world.busy) {
                return (503, json!({ "error": "NotEnoughResources" }));
            }
            if records.iter().any(|known| known["rkey"] == body["rkey"]) {
                return (500, json!({ "error": "InternalServerError", "message": "Internal Server Error" }));
            }
            records.push(body);
            if is_lost() {
                return (502, json!({ "error": "UpstreamFailure" }));
            }
            (200, json!({ "uri": "at://did:plc:joe/app.bsky.feed.post/x", "cid": "bafy" }))
        }
        target => {
            let prefix =
                "GET /xrpc/com.atproto.repo.getRecord?repo=did:plc:joe&collection=app.bsky.feed.post&rkey=";
            match target.strip_prefix(prefix) {
                Some(_) if is_lost() => (502, json!({ "error": "UpstreamFailure" })),
                Some(rkey) if records.iter().any(|known| known["rkey"] == rkey) => {
                    (200, json!({ "uri": "at://x" }))
                }
                Some(_) => (400, json!({ "error": "RecordNotFound" })),
                None => misshapen(call),
            }
        }
    }
}

/// An installed app beside this Bluesky, with an account there.
async fn beside(bluesky: &StandIn) -> Stage {
    let stage = Stage::with(autopost::Settings {
        bluesky_url: Some(bluesky.url.clone()),
        allow_private_addresses: true,
        ..autopost::Settings::default()
    })
    .await;
    let refused = stage.refused("PUT", "/api/v1/networks/bluesky", &fields("wrong")).await;
    assert_eq!(refused, "422 network_refused");
    let connected = stage.done("PUT", "/api/v1/networks/bluesky", &fields("app-password")).await;
    assert_eq!(connected["account"], "@joe.example");
    stage
}

fn fields(password: &str) -> Value {
    json!({ "fields": { "handle": "@joe.example", "password": password } })
}

#[tokio::test]
async fn a_post_reaches_bluesky_once_though_a_token_expires_and_an_answer_is_lost() {
    let world = Arc::new(World::default());
    let seen = Arc::clone(&world);
    let bluesky = StandIn::start(move |call| answer(&seen, call)).await;
    let stage = beside(&bluesky).await;
    let image = stage.upload(PNG).await.1["data"].take();
    let text = "Öl und 🥖 #Brot: https://a.example/ö";
    let body =
        json!({ "text": text, "networks": ["bluesky"], "images": [{ "id": image["id"], "alt": "Grey" }] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    // The access token has expired, and the record is stored without anybody hearing of it, also when asked.
    world.age.store(1, Ordering::SeqCst);
    world.lost.store(2, Ordering::SeqCst);
    stage.start(&post, "publish", "key-1").await;
    let published = stage.post_in(&post, "published", SignedDuration::from_secs(30)).await;
    let records = world.records.lock().unwrap().clone();
    assert_eq!((records.len(), bluesky.calls("POST /xrpc/com.atproto.repo.createRecord").len()), (1, 2));
    let record = &records[0]["record"];
    assert_eq!((&record["text"], &record["embed"]["images"][0]["alt"]), (&json!(text), &json!("Grey")));
    assert_eq!(record["embed"]["images"][0]["image"]["ref"]["$link"], "bafy");
    assert_eq!(record["embed"]["images"][0]["aspectRatio"], json!({ "width": 1, "height": 1 }));
    let url = format!("https://bsky.app/profile/joe.example/post/{}", records[0]["rkey"].as_str().unwrap());
    assert_eq!(published["results"][0]["url"], url);
    // The renewed token was kept: one refresh was enough.
    assert_eq!(bluesky.calls("POST /xrpc/com.atproto.server.refreshSession").len(), 1);
    assert_eq!(stage.available().await, 199);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_record_that_is_there_is_found_while_its_own_words_stay_and_not_after_they_changed() {
    const LOST: u32 = 99;
    let world = Arc::new(World::default());
    let seen = Arc::clone(&world);
    let bluesky = StandIn::start(move |call| answer(&seen, call)).await;
    let stage = beside(&bluesky).await;
    let words = ["Brot #Brot https://a.example", "Kuchen #Kuchen https://a.example"];
    let body = json!({ "text": "For all", "networks": ["bluesky"], "versions": { "bluesky": { "text": words[0] } } });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    // The record is there, nobody hears of it, and the owner does not wait any longer.
    world.lost.store(LOST, Ordering::SeqCst);
    let mut started = stage.start(&post, "publish", "key").await;
    for (round, (text, version, count)) in
        [("For all the others", words[0], 1), ("For all", words[1], 2)].into_iter().enumerate()
    {
        eventually("the record", async || (world.lost.load(Ordering::SeqCst) < LOST).then_some(())).await;
        let job = started["jobs"][0]["jobId"].as_str().unwrap();
        stage.done("POST", &format!("/api/v1/wix/jobs/{job}/cancel"), &Value::Null).await;
        let failed = stage.post_in(&post, "failed", SignedDuration::ZERO).await;
        stage.local.clock().advance(SignedDuration::from_mins(1));
        let versions = json!({ "bluesky": { "text": version } });
        let change = json!({ "text": text, "networks": ["bluesky"], "versions": versions, "version": failed["version"] });
        stage.done("PUT", &path, &change).await;
        world.lost.store(if round == 0 { LOST } else { 0 }, Ordering::SeqCst);
        started = stage.start(&post, "publish", &format!("key-{round}")).await;
        eventually("what is there", async || (world.records.lock().unwrap().len() == count).then_some(()))
            .await;
    }
    stage.post_in(&post, "published", SignedDuration::from_secs(30)).await;
    let records = world.records.lock().unwrap().clone();
    let texts: Vec<_> = records.iter().map(|body| &body["record"]["text"]).collect();
    assert_eq!(texts, words);
    assert_eq!(stage.available().await, 199);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_bluesky_takes_late_has_the_time_at_which_it_was_sent() {
    let world = Arc::new(World::default());
    let seen = Arc::clone(&world);
    let bluesky = StandIn::start(move |call| answer(&seen, call)).await;
    let stage = beside(&bluesky).await;
    let body = json!({ "text": "Öl und 🥖 #Brot: https://a.example/ö", "networks": ["bluesky"] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    world.busy.store(1, Ordering::SeqCst);
    let clock = Arc::clone(&stage.local.server().clock);
    let started = clock.now();
    stage.start(&post, "publish", "key-1").await;
    let tries = || bluesky.calls("POST /xrpc/com.atproto.repo.createRecord");
    eventually("the first try", async || (tries().len() == 1).then_some(())).await;
    stage.local.clock().advance(SignedDuration::from_mins(5));
    stage.post_in(&post, "published", SignedDuration::ZERO).await;
    let records = world.records.lock().unwrap().clone();
    let at: Timestamp = records[0]["record"]["createdAt"].as_str().unwrap().parse().unwrap();
    assert!(at >= started + SignedDuration::from_mins(5) && at <= clock.now(), "{at}, {started}");
    // It is the same record in every try.
    let key = |call: &Call| call.json()["rkey"].clone();
    let keys: Vec<_> = tries().iter().map(key).collect();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
    stage.local.stop().await.unwrap();
}
