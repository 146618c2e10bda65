//! Posts to Bluesky and Ayrshare: the shape of every call, tokens that renew themselves, and an answer that was lost.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wixapp::jiff::{SignedDuration, Timestamp};

use crate::stage::{PNG, Stage};
use crate::stand_in::{Call, StandIn, misshapen};

#[derive(Default)]
struct World {
    /// How often the tokens were renewed.
    age: AtomicU32,
    /// How many answers about records are lost.
    lost: AtomicU32,
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
    let is_lost =
        || world.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    match call.target.as_str() {
        "POST /xrpc/com.atproto.repo.uploadBlob"
            if call.header("content-type") == "image/png" && call.body == PNG =>
        {
            let blob = json!({ "$type": "blob", "ref": { "$link": "bafy" }, "mimeType": "image/png", "size": PNG.len() });
            (200, json!({ "blob": blob }))
        }
        "POST /xrpc/com.atproto.repo.createRecord" if is_record(&call.json()) => {
            let body = call.json();
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

#[tokio::test]
async fn a_post_reaches_bluesky_once_though_a_token_expires_and_an_answer_is_lost() {
    let world = Arc::new(World::default());
    let seen = Arc::clone(&world);
    let bluesky = StandIn::start(move |call| answer(&seen, call)).await;
    let stage = Stage::with(autopost::Settings {
        bluesky_url: Some(bluesky.url.clone()),
        allow_private_addresses: true,
        ..autopost::Settings::default()
    })
    .await;
    let fields = |password: &str| json!({ "fields": { "handle": "@joe.example", "password": password } });
    let refused = stage.refused("PUT", "/api/v1/networks/bluesky", &fields("wrong")).await;
    assert_eq!(refused, "422 network_refused");
    let connected = stage.done("PUT", "/api/v1/networks/bluesky", &fields("app-password")).await;
    assert_eq!(connected["account"], "@joe.example");

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
async fn a_post_reaches_ayrshare_and_its_address_comes_from_the_history() {
    let ayrshare = StandIn::start(|call| {
        if call.header("authorization") != "Bearer key-1" {
            return (403, json!({ "status": "error", "message": "API Key not valid" }));
        }
        let target = call.target.as_str();
        match target {
            "GET /api/user" => (200, json!({ "activeSocialAccounts": ["facebook", "linkedin"] })),
            "GET /api/history?lastDays=2&limit=100" => (200, json!([{ "id": "other", "notes": "another", "status": "success" }])),
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
    let key = format!("{}:ayrshare", post["id"].as_str().unwrap());
    assert_eq!(ayrshare.calls("POST /api/post")[0].json()["idempotencyKey"], json!(key));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_post_that_reaches_some_of_ayrshares_platforms_is_published_once() {
    let posts = Arc::new(Mutex::new(Vec::<Value>::new()));
    let seen = Arc::clone(&posts);
    // The first answer is lost; afterwards the post stands in the history, as an error.
    let ayrshare = StandIn::start(move |call| {
        let mut posts = seen.lock().unwrap();
        let partly = |notes: &Value, id: &str| {
            json!({
                "status": "error", "id": id, "notes": notes,
                "errors": [{ "status": "error", "platform": "linkedin", "message": "Too long for LinkedIn" }],
                "postIds": [{ "status": "success", "platform": "facebook", "postUrl": format!("https://facebook.example/{id}") }],
            })
        };
        match call.target.as_str() {
            "GET /api/user" => (200, json!({ "activeSocialAccounts": ["facebook", "linkedin"] })),
            "GET /api/history?lastDays=2&limit=100" => (200, json!({ "history": *posts })),
            "POST /api/post" => {
                let id = format!("ay-{}", posts.len());
                let post = partly(&call.json()["notes"], &id);
                posts.push(post.clone());
                if id == "ay-0" { (502, json!({})) } else { (400, post) }
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
    let fields = json!({ "fields": { "key": "key-1", "platforms": "facebook, linkedin" } });
    stage.done("PUT", "/api/v1/networks/ayrshare", &fields).await;
    for (number, step) in [(0, SignedDuration::from_secs(30)), (1, SignedDuration::ZERO)] {
        let body = json!({ "text": "Hello", "networks": ["ayrshare"] });
        let post = stage.done("POST", "/api/v1/posts", &body).await;
        stage.start(&post, "publish", &format!("key-{number}")).await;
        let published = stage.post_in(&post, "published", step).await;
        assert_eq!(published["results"][0]["url"], format!("https://facebook.example/ay-{number}"));
        assert_eq!(posts.lock().unwrap().len(), number + 1);
    }
    stage.local.stop().await.unwrap();
}
