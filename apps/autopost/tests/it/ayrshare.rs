//! Posts to Ayrshare: the shape of every call, platforms that refuse, and a history that lags or keeps silent.

use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wixapp::jiff::SignedDuration;

use crate::stage::{PNG, Stage, eventually};
use crate::stand_in::{Call, StandIn, misshapen};

#[derive(Default)]
struct World {
    /// How many answers to posts are lost.
    lost: AtomicU32,
    /// How many looks at the history show nothing yet.
    lag: AtomicU32,
    /// What is answered to those looks, and to any question about a single post; 0 for what is there.
    refusal: AtomicU16,
    posts: Mutex<Vec<Value>>,
}

fn answer(world: &World, call: &Call) -> (u16, Value) {
    let one_of = |left: &AtomicU32| {
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    };
    let mut posts = world.posts.lock().unwrap();
    let refusal = match world.refusal.load(Ordering::SeqCst) {
        0 => None,
        status => Some((status, json!({ "status": "error", "message": "Not for you" }))),
    };
    match call.target.as_str() {
        "GET /api/user" => (200, json!({ "activeSocialAccounts": ["facebook"] })),
        target if target.starts_with("GET /api/history?lastDays=2&limit=") => {
            if one_of(&world.lag) {
                return refusal.unwrap_or((200, json!({ "history": [] })));
            }
            (200, json!({ "history": *posts }))
        }
        "POST /api/post" => {
            let sent = call.json();
            if posts.iter().any(|known| known["idempotencyKey"] == sent["idempotencyKey"]) {
                return (400, json!({ "status": "error", "message": "This key was used before" }));
            }
            let id = format!("ay-{}", posts.len());
            let on = json!({ "status": "success", "platform": "facebook" });
            let post = json!({
                "status": "success", "id": id, "errors": [], "postIds": [on], "notes": sent["notes"],
                "idempotencyKey": sent["idempotencyKey"],
            });
            posts.push(post.clone());
            if one_of(&world.lost) {
                // Something on the way says so, or that all is well.
                return (if refusal.is_none() { 502 } else { 200 }, json!({}));
            }
            (200, post)
        }
        target => match target.strip_prefix("GET /api/history/ay-").map(str::parse::<usize>) {
            Some(Ok(number)) => refusal.unwrap_or_else(|| {
                let mut post = posts[number].clone();
                post["postIds"][0]["postUrl"] = json!(format!("https://facebook.example/{number}"));
                (200, post)
            }),
            _ => misshapen(call),
        },
    }
}

/// An installed app beside this Ayrshare, with an account there.
async fn beside(world: &Arc<World>) -> (Stage, StandIn) {
    let seen = Arc::clone(world);
    let ayrshare = StandIn::start(move |call| answer(&seen, call)).await;
    let stage = Stage::with(autopost::Settings {
        ayrshare_url: Some(ayrshare.url.clone()),
        ..autopost::Settings::default()
    })
    .await;
    let fields = json!({ "fields": { "key": "key-1", "platforms": "facebook" } });
    stage.done("PUT", "/api/v1/networks/ayrshare", &fields).await;
    (stage, ayrshare)
}

async fn draft(stage: &Stage) -> Value {
    stage.done("POST", "/api/v1/posts", &json!({ "text": "Hello", "networks": ["ayrshare"] })).await
}

#[tokio::test]
async fn a_post_that_ayrshare_has_taken_is_published_whatever_its_history_refuses_to_say() {
    let world = Arc::new(World::default());
    let (stage, ayrshare) = beside(&world).await;
    for (number, refusal) in [(0, 401), (1, 403), (2, 404)] {
        world.refusal.store(refusal, Ordering::SeqCst);
        let post = draft(&stage).await;
        stage.start(&post, "publish", &format!("key-{number}")).await;
        let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
        assert_eq!(published["results"][0]["url"], format!("https://app.ayrshare.com/post/ay-{number}"));
        assert_eq!(stage.available().await, 199 - number);
    }
    assert_eq!((ayrshare.calls("POST /api/post").len(), world.posts.lock().unwrap().len()), (3, 3));
    assert_eq!(stage.network("ayrshare").await["state"], "connected");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_one_post_and_one_credit_though_the_history_lags() {
    for refusal in [0, 404] {
        let world = Arc::new(World::default());
        let (stage, ayrshare) = beside(&world).await;
        let post = draft(&stage).await;
        world.lost.store(1, Ordering::SeqCst);
        world.refusal.store(refusal, Ordering::SeqCst);
        // The history of the first try, which is empty anyway, and of two more.
        world.lag.store(3, Ordering::SeqCst);
        stage.start(&post, "publish", "key-1").await;
        let tried = async || (ayrshare.calls("POST /api/post").len() == 1).then_some(());
        eventually("the first try", tried).await;
        let published = stage.post_in(&post, "published", SignedDuration::from_secs(30)).await;
        let url =
            if refusal == 0 { "https://facebook.example/0" } else { "https://app.ayrshare.com/post/ay-0" };
        assert_eq!(published["results"][0]["url"], url);
        assert_eq!(ayrshare.calls("POST /api/post").len(), 3, "two tries hear that their key was used");
        assert_eq!((stage.available().await, world.posts.lock().unwrap().len()), (199, 1));
        stage.local.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_post_reaches_ayrshare_and_its_address_comes_from_the_history() {
    let ayrshare = StandIn::start(|call| {
        if call.header("authorization") != "Bearer key-1" {
            return (403, json!({ "status": "error", "message": "API Key not valid" }));
        }
        let target = call.target.as_str();
        match target {
            "GET /api/user" => (200, json!({ "activeSocialAccounts": ["facebook", "linkedin"] })),
            "GET /api/history?lastDays=2&limit=500" => (200, json!([{ "id": "other", "notes": "another", "status": "success" }])),
            "POST /api/post" if call.has_fields(&["post", "platforms", "mediaUrls", "notes", "idempotencyKey"]) => {
                let body = call.json();
                let media = body["mediaUrls"][0].as_str().unwrap_or("");
                if body["platforms"] != json!(["facebook", "linkedin"]) || !media.starts_with("https://app.example/api/v1/images/img_") {
                    return misshapen(call);
                }
                (200, json!({ "status": "success", "errors": [], "postIds": [{ "status": "success", "platform": "facebook" }], "id": "ay-1" }))
            }
            "GET /api/history/ay-1" => {
                (200, json!({ "status": "success", "postIds": [{ "postUrl": "https://facebook.example/1", "platform": "facebook" }] }))
            }
            _ => misshapen(call),
        }
    })
    .await;
    let stage = Stage::with(autopost::Settings {
        ayrshare_url: Some(ayrshare.url.clone()),
        public_url: Some("https://app.example".to_owned()),
        ..autopost::Settings::default()
    })
    .await;
    let fields = |key: &str, platforms: &str| json!({ "fields": { "key": key, "platforms": platforms } });
    for wrong in [fields("key-2", "facebook"), fields("key-1", "facebook, myspace")] {
        assert_eq!(stage.refused("PUT", "/api/v1/networks/ayrshare", &wrong).await, "422 network_refused");
    }
    stage.done("PUT", "/api/v1/networks/ayrshare", &fields("key-1", "Facebook, linkedin")).await;
    let image = stage.upload(PNG).await.1["data"].take();
    let body = json!({ "text": "Hello", "networks": ["ayrshare"], "images": [{ "id": image["id"] }] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    stage.start(&post, "publish", "key-1").await;
    let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!(published["results"][0]["url"], "https://facebook.example/1");
    let sent = ayrshare.calls("POST /api/post")[0].json();
    let (notes, key) = (sent["notes"].as_str().unwrap(), sent["idempotencyKey"].as_str().unwrap());
    assert!(notes.starts_with(&format!("{}:ayrshare:", post["id"].as_str().unwrap())), "{sent}");
    assert!(key.starts_with(notes), "{sent}");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_platform_behind_ayrshare_that_refuses_a_post_is_told_and_tried_again_alone() {
    let posts = Arc::new(Mutex::new(Vec::<Value>::new()));
    let (seen, linkedin) = (Arc::clone(&posts), Arc::new(AtomicU32::new(0)));
    let taking = Arc::clone(&linkedin);
    // The first answer is lost; the post stands in the history.
    let ayrshare = StandIn::start(move |call| {
        let mut posts = seen.lock().unwrap();
        match call.target.as_str() {
            "GET /api/user" => (200, json!({ "activeSocialAccounts": ["facebook", "linkedin"] })),
            "GET /api/history?lastDays=2&limit=500" => (200, json!({ "history": *posts })),
            "POST /api/post" => {
                let (sent, id) = (call.json(), format!("ay-{}", posts.len()));
                if posts.iter().any(|known| known["idempotencyKey"] == sent["idempotencyKey"]) {
                    return (400, json!({ "status": "error", "message": "This key was used before" }));
                }
                let refuses = |platform: &Value| platform == "linkedin" && taking.load(Ordering::SeqCst) == 0;
                let (refused, taken): (Vec<Value>, Vec<Value>) =
                    sent["platforms"].as_array().unwrap().iter().cloned().partition(refuses);
                let status = if refused.is_empty() { "success" } else { "error" };
                let error = |platform: &Value| {
                    json!({ "status": "error", "platform": platform, "message": "Too long for LinkedIn" })
                };
                let made = |platform: &Value| {
                    let url = format!("https://{}.example/{id}", platform.as_str().unwrap());
                    json!({ "status": "success", "platform": platform, "postUrl": url })
                };
                let post = json!({
                    "status": status, "id": id, "notes": sent["notes"], "idempotencyKey": sent["idempotencyKey"],
                    "errors": refused.iter().map(error).collect::<Vec<_>>(),
                    "postIds": taken.iter().map(made).collect::<Vec<_>>(),
                });
                posts.push(post.clone());
                let lost = posts.len() == 1;
                (if lost { 502 } else if refused.is_empty() { 200 } else { 400 }, if lost { json!({}) } else { post })
            }
            target => match target.strip_prefix("GET /api/history/ay-").map(str::parse::<usize>) {
                Some(Ok(number)) => (200, posts[number].clone()),
                _ => misshapen(call),
            },
        }
    })
    .await;
    let stage = Stage::with(autopost::Settings {
        ayrshare_url: Some(ayrshare.url.clone()),
        ..autopost::Settings::default()
    })
    .await;
    let fields = |platforms: &str| json!({ "fields": { "key": "key-1", "platforms": platforms } });
    let platforms = || {
        ayrshare
            .calls("POST /api/post")
            .iter()
            .map(|call| call.json()["platforms"].clone())
            .collect::<Vec<_>>()
    };
    let (both, rest) = (json!(["facebook", "linkedin"]), json!(["linkedin"]));
    stage.done("PUT", "/api/v1/networks/ayrshare", &fields("facebook, linkedin")).await;
    let body = json!({ "text": "Hello", "networks": ["ayrshare"] });
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    stage.start(&post, "publish", "key-1").await;
    let failed = stage.post_in(&post, "failed", SignedDuration::from_secs(30)).await;
    let why = "Ayrshare refused the post: facebook has it; linkedin: Too long for LinkedIn";
    assert_eq!(failed["results"][0]["error"], json!({ "code": "refused", "message": why }));
    assert_eq!(stage.available().await, 200);
    // The answer that came in the end is about the other platform alone.
    assert_eq!(platforms(), [both.clone(), rest.clone()]);
    linkedin.store(1, Ordering::SeqCst);
    stage.start(&post, "retry", "key-2").await;
    let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!(published["results"][0]["url"], "https://linkedin.example/ay-2");
    assert_eq!(platforms(), [both.clone(), rest.clone(), rest]);
    assert_eq!(stage.available().await, 199);

    // So it is when the answer comes at once; without the platform that refuses it, it is published.
    linkedin.store(0, Ordering::SeqCst);
    let post = stage.done("POST", "/api/v1/posts", &body).await;
    stage.start(&post, "publish", "key-3").await;
    let failed = stage.post_in(&post, "failed", SignedDuration::ZERO).await;
    assert_eq!(failed["results"][0]["error"]["message"], why);
    assert_eq!((stage.available().await, platforms().len()), (199, 4));
    stage.done("PUT", "/api/v1/networks/ayrshare", &fields("facebook")).await;
    stage.start(&post, "retry", "key-4").await;
    let published = stage.post_in(&post, "published", SignedDuration::ZERO).await;
    assert_eq!(published["results"][0]["url"], "https://facebook.example/ay-3");
    assert_eq!((stage.available().await, platforms().len()), (198, 4));
    stage.local.stop().await.unwrap();
}
