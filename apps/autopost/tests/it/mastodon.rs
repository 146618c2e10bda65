//! Posts to Mastodon: the shape of every call, a post that is published in part, and its retry.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wixapp::jiff::{SignedDuration, Timestamp};

use crate::stage::{PNG, Stage, eventually};
use crate::stand_in::{Call, StandIn, misshapen};

const NO_STEP: SignedDuration = SignedDuration::ZERO;
/// How the account's statuses are asked for.
const LOOK: &str = "GET /api/v1/accounts/1/statuses?exclude_reblogs=true&limit=40";

#[derive(Default)]
struct World {
    refuses: AtomicBool,
    /// The token is not good any more; another is.
    expired: AtomicBool,
    /// How many answers to statuses are lost.
    lost: AtomicU32,
    /// How many minutes the server's clock is behind.
    behind: AtomicI64,
    looks: AtomicU32,
    /// Keys and texts.
    statuses: Mutex<Vec<(String, Value)>>,
    /// When they came.
    times: Mutex<Vec<Timestamp>>,
}

/// What Mastodon makes of a text.
fn html(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace("\n\n", "</p><p>");
    let text = text.replace("https://", "<span class=\"invisible\">https://</span>");
    format!("<p>{}</p>", text.replace("@joe@social.example", "<a href=\"/@joe\">@<span>joe</span></a>"))
}

fn answer(world: &World, now: Timestamp, call: &Call) -> (u16, Value) {
    let good = if world.expired.load(Ordering::SeqCst) { "Bearer new-token" } else { "Bearer good-token" };
    if call.header("authorization") != good {
        return (401, json!({ "error": "The access token is invalid" }));
    }
    match call.target.as_str() {
        "GET /api/v1/accounts/verify_credentials" => (200, json!({ "id": "1", "username": "joe" })),
        "POST /api/v2/media" => {
            let body = String::from_utf8_lossy(&call.body);
            let is_form = call.header("content-type").starts_with("multipart/form-data; boundary=");
            let parts = [
                "name=\"file\"; filename=",
                "Content-Type: image/png",
                "name=\"description\"\r\n\r\nA grey pixel\r\n",
            ];
            let has_all = parts.iter().all(|part| body.contains(part))
                && call.body.windows(PNG.len()).any(|part| part == PNG);
            // A large one is processed for a while.
            if is_form && has_all { (202, json!({ "id": "m-1", "url": null })) } else { misshapen(call) }
        }
        "GET /api/v1/media/m-1" => match world.looks.fetch_add(1, Ordering::SeqCst) {
            0 => (206, json!({ "id": "m-1", "url": null })),
            _ => (200, json!({ "id": "m-1", "url": "https://files.example/m-1" })),
        },
        "POST /api/v1/statuses" => {
            let key = call.header("idempotency-key").to_owned();
            if key.is_empty() || !call.has_fields(&["status", "media_ids", "visibility"]) {
                return misshapen(call);
            }
            if world.refuses.load(Ordering::SeqCst) {
                return (422, json!({ "error": "Validation failed: Text is not kind" }));
            }
            let (mut statuses, mut times) = (world.statuses.lock().unwrap(), world.times.lock().unwrap());
            // A key is kept for an hour.
            let is_it = |number: &usize| {
                statuses[*number].0 == key
                    && now.duration_since(times[*number]) < SignedDuration::from_hours(1)
            };
            let known = (0..statuses.len()).find(is_it);
            let number = known.unwrap_or_else(|| {
                statuses.push((key, call.json()));
                times.push(now);
                statuses.len() - 1
            });
            let lost =
                world.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if lost.is_ok() {
                return (502, json!({ "error": "Bad gateway" }));
            }
            (200, json!({ "id": number.to_string(), "url": format!("https://social.example/@joe/{number}") }))
        }
        target if target.starts_with(LOOK) => {
            let older_than =
                target[LOOK.len()..].strip_prefix("&max_id=").map(|id| id.parse::<usize>().unwrap());
            let (statuses, times) = (world.statuses.lock().unwrap(), world.times.lock().unwrap());
            let behind = SignedDuration::from_mins(world.behind.load(Ordering::SeqCst));
            let view = |(number, (_, status)): (usize, &(String, Value))| {
                json!({
                    "id": number.to_string(), "url": format!("https://social.example/@joe/{number}"),
                    "created_at": (times[number] - behind).to_string(), "content": html(status["status"].as_str().unwrap()),
                    "media_attachments": status["media_ids"],
                })
            };
            let page = statuses.iter().enumerate().take(older_than.unwrap_or(usize::MAX)).rev().take(40);
            (200, page.map(view).collect())
        }
        _ => misshapen(call),
    }
}

async fn network(world: &Arc<World>, stage: &Stage) -> StandIn {
    let (world, clock) = (Arc::clone(world), Arc::clone(&stage.local.server().clock));
    StandIn::start(move |call| answer(&world, clock.now(), call)).await
}

/// An installed app with an account on this Mastodon.
async fn connected(world: &Arc<World>) -> (Stage, StandIn) {
    let stage = Stage::beside_stand_ins().await;
    let mastodon = network(world, &stage).await;
    let fields = json!({ "fields": { "server": mastodon.url, "token": "good-token" } });
    stage.done("PUT", "/api/v1/networks/mastodon", &fields).await;
    (stage, mastodon)
}

#[tokio::test]
async fn a_post_that_one_network_refuses_is_published_in_part_until_it_is_tried_again() {
    let world = Arc::new(World::default());
    let stage = Stage::beside_stand_ins().await;
    let mastodon = network(&world, &stage).await;
    let fields = json!({ "fields": { "server": format!("{}/@joe", mastodon.url), "token": "good-token" } });
    let connected = stage.done("PUT", "/api/v1/networks/mastodon", &fields).await;
    assert_eq!((&connected["state"], &connected["account"]), (&json!("connected"), &json!("@joe@127.0.0.1")));
    let image = stage.upload(PNG).await.1["data"].take();
    let body = json!({
        "text": "Hello #world", "networks": ["mastodon", "fake"],
        "versions": { "mastodon": { "text": "Hello, Mastodon" } },
        "images": [{ "id": image["id"], "alt": "A grey pixel" }],
    });
    let checked = stage.done("POST", "/api/v1/posts/check", &body).await;
    assert_eq!((&checked["credits"], &checked["problems"]), (&json!(2), &json!([])));
    assert_eq!(checked["previews"][0]["tags"], json!(["#world"]));
    assert_eq!(
        checked["previews"][1],
        json!({
            "network": "mastodon", "text": "Hello, Mastodon", "length": 15, "limit": 500, "links": [], "tags": [],
        })
    );

    let post = stage.done("POST", "/api/v1/posts", &body).await;
    world.refuses.store(true, Ordering::SeqCst);
    let started = stage.start(&post, "publish", "key-1").await;
    assert_eq!(
        (started["jobs"].as_array().unwrap().len(), &started["post"]["state"]),
        (2, &json!("publishing"))
    );
    assert_eq!((&started["credits"]["available"], &started["credits"]["held"]), (&json!(198), &json!(2)));
    let partly = stage.post_in(&post, "partly_published", NO_STEP).await;
    let (fake, refused) = (&partly["results"][0], &partly["results"][1]);
    assert_eq!((&fake["state"], &refused["state"]), (&json!("published"), &json!("failed")));
    assert_eq!(
        refused["error"],
        json!({
            "code": "refused", "message": "Mastodon refused the post: Validation failed: Text is not kind",
        })
    );
    assert_eq!(stage.available().await, 199);

    world.refuses.store(false, Ordering::SeqCst);
    let started = stage.start(&post, "retry", "key-2").await;
    assert_eq!(started["jobs"].as_array().unwrap().len(), 1);
    // The same again is the same answer, and nothing more happens.
    assert_eq!(stage.start(&post, "retry", "key-2").await["jobs"], started["jobs"]);
    let whole = stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!(whole["results"][1]["url"], "https://social.example/@joe/0");
    assert_eq!((stage.available().await, stage.posts().await.len()), (198, 1));
    let statuses = world.statuses.lock().unwrap().clone();
    let key = |call: &Call| call.header("idempotency-key").to_owned();
    let keys: Vec<_> = mastodon.calls("POST /api/v1/statuses").iter().map(key).collect();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]), "one key in every try");
    assert!(keys[0].starts_with(&format!("{}:mastodon:", post["id"].as_str().unwrap())), "{keys:?}");
    let status = json!({ "status": "Hello, Mastodon", "media_ids": ["m-1"], "visibility": "public" });
    assert_eq!(statuses, [(keys[0].clone(), status)]);
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    assert_eq!(stage.post(&format!("{path}/retry"), "key-3", &json!({})).await.1["error"], "wrong_state");
    assert_eq!(
        stage
            .refused("PUT", &path, &json!({ "text": "x", "networks": [], "version": whole["version"] }))
            .await,
        "409 wrong_state"
    );
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_account_that_the_network_does_not_take_is_not_kept() {
    let world = Arc::new(World::default());
    let stage = Stage::beside_stand_ins().await;
    let mastodon = network(&world, &stage).await;
    let put = async |server: &str, token: &str| {
        let fields = json!({ "fields": { "server": server, "token": token } });
        stage.refused("PUT", "/api/v1/networks/mastodon", &fields).await
    };
    assert_eq!(put(&mastodon.url, "bad-token").await, "422 network_refused");
    assert_eq!(put("http://127.0.0.1:9/", "good-token").await, "503 network_unreachable");
    assert_eq!(put("ftp://a.b", "good-token").await, "422 network_refused");
    assert_eq!(put("", "good-token").await, "422 invalid_request");
    assert_eq!(put(&mastodon.url, "bad\ntoken").await, "422 invalid_request");
    let other = json!({ "fields": { "server": mastodon.url, "token": "x", "colour": "red" } });
    assert_eq!(stage.refused("PUT", "/api/v1/networks/mastodon", &other).await, "422 invalid_request");
    assert_eq!(stage.refused("PUT", "/api/v1/networks/myspace", &other).await, "404 not_found");
    assert_eq!(stage.network("mastodon").await["state"], "disconnected");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn private_addresses_are_refused_without_asking_them() {
    let world = Arc::new(World::default());
    let stage = Stage::new().await;
    let mastodon = network(&world, &stage).await;
    for server in
        [mastodon.url.clone(), mastodon.url.replace("http", "https"), "https://localhost/".to_owned()]
    {
        let fields = json!({ "fields": { "server": server, "token": "good-token" } });
        let refused = stage.refused("PUT", "/api/v1/networks/mastodon", &fields).await;
        assert!(
            refused.ends_with("network_refused") || refused.ends_with("network_unreachable"),
            "{refused}"
        );
        let image = stage.refused("POST", "/api/v1/images/from-url", &json!({ "url": server })).await;
        assert_eq!(image, "422 image_address_refused");
    }
    assert!(mastodon.calls("").is_empty());
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn what_proves_an_account_is_nowhere_in_the_database_or_an_answer() {
    let world = Arc::new(World::default());
    let stage = Stage::beside_stand_ins().await;
    let mastodon = network(&world, &stage).await;
    let fields = json!({ "fields": { "server": mastodon.url, "token": "good-token" } });
    let answer = stage.done("PUT", "/api/v1/networks/mastodon", &fields).await;
    assert!(!answer.to_string().contains("good-token"));
    let copy = stage.local.snapshot_folder().parent().unwrap().join("copy.sqlite3");
    stage.local.server().store.copy_to(&copy).await.unwrap();
    let bytes = std::fs::read(copy).unwrap();
    assert!(bytes.windows(10).any(|part| part == b"@joe@127.0"), "the label is there");
    assert!(!bytes.windows(10).any(|part| part == b"good-token"));
    assert_eq!(stage.call("DELETE", "/api/v1/networks/mastodon", &Value::Null).await.0, 204);
    assert_eq!(stage.network("mastodon").await["state"], "disconnected");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_whose_key_the_server_has_forgotten_is_found_again() {
    let world = Arc::new(World::default());
    let (stage, mastodon) = connected(&world).await;
    let text = "Tom & Jerry <3\n\n@joe@social.example: https://a.example/x";
    let body = json!({ "text": text, "networks": ["mastodon"] });
    // Also by a server whose clock is not ours.
    for (number, behind) in [(0, 0), (1, 9), (2, -9)] {
        world.behind.store(behind, Ordering::SeqCst);
        let post = stage.done("POST", "/api/v1/posts", &body).await;
        world.lost.store(1, Ordering::SeqCst);
        stage.start(&post, "publish", &format!("key-{number}")).await;
        let sent = async || (world.statuses.lock().unwrap().len() > number).then_some(());
        eventually("the first try", sent).await;
        // The clock jumps: the next try does not come before the key is forgotten.
        stage.local.clock().advance(SignedDuration::from_hours(2));
        let published = stage.post_in(&post, "published", NO_STEP).await;
        let looks = mastodon.calls("GET /api/v1/accounts/1/statuses").len();
        assert_eq!(looks, number + 1);
        let url = format!("https://social.example/@joe/{number}");
        assert_eq!(
            (&published["results"][0]["url"], world.statuses.lock().unwrap().len()),
            (&json!(url), number + 1)
        );
    }
    stage.local.stop().await.unwrap();
}

/// Statuses that the owner writes elsewhere, at this time.
fn write(world: &World, count: usize, at: Timestamp) {
    for _ in 0..count {
        let status = json!({ "status": "By hand", "media_ids": [] });
        world.statuses.lock().unwrap().push((String::new(), status));
        world.times.lock().unwrap().push(at);
    }
}

#[tokio::test]
async fn a_post_is_found_again_behind_more_statuses_than_one_look_shows() {
    let world = Arc::new(World::default());
    let (stage, mastodon) = connected(&world).await;
    let now = || stage.local.server().clock.now();
    let post =
        stage.done("POST", "/api/v1/posts", &json!({ "text": "Hello", "networks": ["mastodon"] })).await;
    world.lost.store(1, Ordering::SeqCst);
    stage.start(&post, "publish", "key-1").await;
    let sent = async || (world.statuses.lock().unwrap().len() == 1).then_some(());
    eventually("the first try", sent).await;
    write(&world, 85, now());
    stage.local.clock().advance(SignedDuration::from_hours(2));
    let published = stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!(published["results"][0]["url"], "https://social.example/@joe/0");
    assert_eq!((mastodon.calls(LOOK).len(), world.statuses.lock().unwrap().len()), (3, 86));
    assert_eq!(stage.available().await, 199);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_is_not_there_is_looked_for_until_statuses_are_older_than_it() {
    let world = Arc::new(World::default());
    let (stage, mastodon) = connected(&world).await;
    let now = || stage.local.server().clock.now();
    write(&world, 200, now() - SignedDuration::from_hours(1));
    let post =
        stage.done("POST", "/api/v1/posts", &json!({ "text": "Hello", "networks": ["mastodon"] })).await;
    world.expired.store(true, Ordering::SeqCst);
    stage.start(&post, "publish", "key-1").await;
    let expired = async || (stage.network("mastodon").await["state"] == "reconnect").then_some(());
    eventually("the reconnect", expired).await;
    write(&world, 41, now());
    stage.local.clock().advance(SignedDuration::from_hours(2));
    let fields = json!({ "fields": { "server": mastodon.url, "token": "new-token" } });
    stage.done("PUT", "/api/v1/networks/mastodon", &fields).await;
    let published = stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!(published["results"][0]["url"], "https://social.example/@joe/241");
    assert_eq!(mastodon.calls(LOOK).len(), 2, "the second look ends with old statuses");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_account_that_was_connected_anew_is_not_overruled_by_a_job_with_the_old_one() {
    let world = Arc::new(World::default());
    let stage = Stage::beside_stand_ins().await;
    let mastodon = network(&world, &stage).await;
    let fields = |token: &str| json!({ "fields": { "server": mastodon.url, "token": token } });
    stage.done("PUT", "/api/v1/networks/mastodon", &fields("good-token")).await;
    let body = json!({ "text": "Hello", "networks": ["mastodon"] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    world.expired.store(true, Ordering::SeqCst);
    let held = mastodon.gate.write().await;
    let started = stage.start(&post, "publish", "key-1").await;
    eventually("the try", async || (!mastodon.calls("POST /api/v1/statuses").is_empty()).then_some(())).await;
    stage.done("PUT", "/api/v1/networks/mastodon", &fields("new-token")).await;
    drop(held);
    let job = format!("/api/v1/wix/jobs/{}", started["jobs"][0]["jobId"].as_str().unwrap());
    eventually("the wait", async || (stage.get(&job).await["data"]["status"] == "queued").then_some(()))
        .await;
    assert_eq!(stage.network("mastodon").await["state"], "connected");
    stage.post_in(&post, "published", SignedDuration::from_mins(10)).await;
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_was_changed_after_a_failure_is_published_as_it_is_now() {
    let world = Arc::new(World::default());
    let (stage, _mastodon) = connected(&world).await;
    let image = stage.upload(PNG).await.1["data"].take();
    let images = json!([{ "id": image["id"], "alt": "A grey pixel" }]);
    let mut count = 0;
    for (text, images, is_changed) in
        [("Hello", json!([]), false), ("Hello, world", json!([]), true), ("Hello", images, true)]
    {
        let body = json!({ "text": "Hello", "networks": ["mastodon"] });
        let post = stage.done("POST", "/api/v1/posts", &body).await;
        // The status is there, nobody hears of it, and the owner does not wait any longer.
        world.lost.store(5, Ordering::SeqCst);
        let started = stage.start(&post, "publish", &format!("key-{count}")).await;
        count += 1;
        let sent = async || (world.statuses.lock().unwrap().len() == count).then_some(());
        eventually("the first try", sent).await;
        let job = started["jobs"][0]["jobId"].as_str().unwrap();
        stage.done("POST", &format!("/api/v1/wix/jobs/{job}/cancel"), &Value::Null).await;
        let failed = stage.post_in(&post, "failed", NO_STEP).await;
        world.lost.store(0, Ordering::SeqCst);
        let change =
            json!({ "text": text, "networks": ["mastodon"], "images": images, "version": failed["version"] });
        let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
        stage.done("PUT", &path, &change).await;
        stage.start(&post, "publish", &format!("again-{count}")).await;
        let published = stage.post_in(&post, "published", NO_STEP).await;
        count += usize::from(is_changed);
        let statuses = world.statuses.lock().unwrap().clone();
        let (_, last) = statuses.last().unwrap();
        assert_eq!((statuses.len(), &last["status"]), (count, &json!(text)));
        let url = format!("https://social.example/@joe/{}", count - 1);
        assert_eq!(published["results"][0]["url"], url);
    }
    assert_eq!(stage.available().await, 197);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_an_operator_has_tried_again_is_nobody_elses_meanwhile() {
    let world = Arc::new(World::default());
    let (stage, mastodon) = connected(&world).await;
    let body = json!({ "text": "Hello", "networks": ["mastodon"] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    world.refuses.store(true, Ordering::SeqCst);
    stage.start(&post, "publish", "key-1").await;
    let failed = stage.post_in(&post, "failed", NO_STEP).await;
    world.refuses.store(false, Ordering::SeqCst);
    let held = mastodon.gate.write().await;
    stage.try_again(&stage.job_of("publish").await).await;
    let tries = async || (mastodon.calls("POST /api/v1/statuses").len() == 2).then_some(());
    eventually("the operator's try", tries).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    let later = (stage.local.server().clock.now() + SignedDuration::from_hours(1)).to_string();
    for (text, at) in [("Something else", Value::Null), ("Hello", json!(later))] {
        let change = json!({ "text": text, "networks": ["mastodon"], "scheduledAt": at, "version": failed["version"] });
        assert_eq!(stage.refused("PUT", &path, &change).await, "409 wrong_state");
    }
    assert_eq!(stage.refused("DELETE", &path, &Value::Null).await, "409 wrong_state");
    let (status, refusal) = stage.post(&format!("{path}/retry"), "key-2", &json!({})).await;
    assert_eq!((status, &refusal["error"]), (409, &json!("wrong_state")), "{refusal}");
    let seen = stage.done("GET", &path, &Value::Null).await;
    assert_eq!((&seen["state"], &seen["results"][0]["state"]), (&json!("publishing"), &json!("publishing")));
    drop(held);
    let published = stage.post_in(&post, "published", NO_STEP).await;
    assert_eq!(published["results"][0]["url"], "https://social.example/@joe/0");
    assert_eq!((stage.available().await, world.statuses.lock().unwrap().len()), (199, 1));
    stage.local.stop().await.unwrap();
}
