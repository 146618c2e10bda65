//! Images: uploaded, fetched, seen by signed addresses, and swept away.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use wixapp::jiff::SignedDuration;

use crate::stage::{PNG, Stage, Sweep, eventually};
use crate::stand_in::StandIn;

#[tokio::test]
async fn an_uploaded_image_is_seen_by_its_address_alone() {
    let stage = Stage::new().await;
    let (status, reply) = stage.upload(PNG).await;
    let image = &reply["data"];
    assert_eq!(
        (status, &image["contentType"], &image["bytes"]),
        (201, &json!("image/png"), &json!(PNG.len()))
    );
    assert_eq!((&image["width"], &image["height"], &image["alt"]), (&json!(1), &json!(1), &json!("")));
    let url = image["url"].as_str().unwrap().to_owned();
    let answer = stage.client.get(stage.url(&url)).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("content-type").as_str(), header("x-content-type-options").as_str()),
        ("image/png", "nosniff")
    );
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.bytes().await.unwrap(), PNG);

    let (path, signature) = url.split_once("?signature=").unwrap();
    let (until, rest) = signature.split_once('.').unwrap();
    let (mac, owner) = rest.split_once('.').unwrap();
    let later: i64 = until.parse::<i64>().unwrap() + 1;
    for (what, address) in [
        ("no signature", path.to_owned()),
        ("an empty one", format!("{path}?signature=")),
        ("a longer life", format!("{path}?signature={later}.{mac}.{owner}")),
        ("another owner", format!("{path}?signature={until}.{mac}.site-2")),
        ("another image", format!("/api/v1/images/img_2?signature={signature}")),
        ("another spelling", format!("{path}?signature=0{signature}")),
        ("something more", format!("{url}&x=1")),
    ] {
        let status = stage.client.get(stage.url(&address)).send().await.unwrap().status().as_u16();
        assert!(status == 404 || status == 422, "{what}: {status}");
    }
    stage.local.emulator().advance(SignedDuration::from_hours(49)).await.unwrap();
    assert_eq!(stage.client.get(stage.url(&url)).send().await.unwrap().status(), 404, "its time is over");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn what_is_no_image_or_too_large_is_refused() {
    let stage = Stage::new().await;
    for bytes in [b"".as_slice(), b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", &PNG[..10]] {
        let (status, refusal) = stage.upload(bytes).await;
        assert_eq!((status, &refusal["error"]), (422, &json!("image_type_refused")));
    }
    let mut large = PNG.to_vec();
    large.resize(10 * 1024 * 1024 + 1, 0);
    let (status, refusal) = stage.upload(&large).await;
    assert_eq!((status, &refusal["error"]), (413, &json!("payload_too_large")));
    large.pop();
    assert_eq!(stage.upload(&large).await.0, 201);
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_image_is_fetched_without_following_anybody() {
    let server = StandIn::start(|call| match call.target.as_str() {
        // JSON stands for any answer that is no image.
        "GET /page" => (200, json!({ "an": "answer" })),
        "GET /elsewhere" => (302, json!("/page")),
        _ => (404, json!({})),
    })
    .await;
    let (stage, away) = (Stage::beside_stand_ins().await, Stage::new().await);
    let fetch = async |stage: &Stage, url: String| {
        stage.refused("POST", "/api/v1/images/from-url", &json!({ "url": url })).await
    };
    assert_eq!(fetch(&stage, format!("{}/page", server.url)).await, "422 image_type_refused");
    assert_eq!(fetch(&stage, format!("{}/elsewhere", server.url)).await, "422 image_address_refused");
    assert_eq!(fetch(&stage, format!("{}/nothing", server.url)).await, "422 image_address_refused");
    assert_eq!(server.calls("GET /page").len(), 1, "the redirect was not followed");
    let before = server.calls("").len();
    for url in [
        server.url.clone(),
        server.url.replace("127.0.0.1", "localhost"),
        "nonsense".to_owned(),
        String::new(),
    ] {
        assert_eq!(fetch(&away, url).await, "422 image_address_refused");
    }
    assert_eq!(server.calls("").len(), before, "nobody was asked");
    for body in [json!({}), json!({ "url": 1 }), json!({ "url": "x", "y": 1 })] {
        assert_eq!(stage.refused("POST", "/api/v1/images/from-url", &body).await, "422 invalid_request");
    }
    // The whole way with a real image: the app fetches it from itself.
    let image = stage.upload(PNG).await.1["data"].take();
    let own = stage.url(image["url"].as_str().unwrap());
    let fetched = stage.done("POST", "/api/v1/images/from-url", &json!({ "url": own })).await;
    assert_eq!((&fetched["contentType"], &fetched["width"]), (&json!("image/png"), &json!(1)));
    away.local.stop().await.unwrap();
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn what_nobody_can_see_any_more_is_swept_away() {
    let stage = Stage::new().await;
    let loose = stage.upload(PNG).await.1["data"].take();
    let used = stage.upload(PNG).await.1["data"].take();
    let body = json!({ "text": "x", "networks": ["fake"], "images": [{ "id": used["id"] }] });
    stage.done("POST", "/api/v1/posts", &body).await;
    let files = || stage.image_files();
    assert_eq!(files().len(), 2);
    // As if they had lain there for an hour: files are as old as the machine says.
    let age = || {
        for path in files() {
            let file = std::fs::File::options().write(true).open(path).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the age of files is the machine's")]
            file.set_modified(SystemTime::now() - Duration::from_secs(3_600)).unwrap();
        }
    };
    age();
    let next_days = async |count: usize| {
        eventually("the sweep", async || {
            stage.local.emulator().advance(SignedDuration::from_hours(24)).await.unwrap();
            (files().len() == count).then_some(())
        })
        .await;
    };
    next_days(1).await;
    assert!(files()[0].ends_with(used["id"].as_str().unwrap()), "{loose}");
    stage.done("DELETE", "/api/v1/wix/settings/data", &Value::Null).await;
    next_days(0).await;
    assert_eq!(stage.done("GET", "/api/v1/posts", &Value::Null).await["posts"], json!([]));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_image_that_was_taken_out_of_its_post_can_be_put_back_for_a_day() {
    let stage = Stage::new().await;
    let image = stage.upload(PNG).await.1["data"].take();
    let body = |version: i64, images: Value| json!({ "text": "x", "networks": ["fake"], "images": images, "version": version });
    let with = json!([{ "id": image["id"] }]);
    let post = stage.done("POST", "/api/v1/posts", &body(0, with.clone())).await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().unwrap());
    stage.local.emulator().advance(SignedDuration::from_hours(30)).await.unwrap();
    stage.done("PUT", &path, &body(1, json!([]))).await;
    stage.run(Sweep).await;
    stage.done("PUT", &path, &body(2, with.clone())).await;
    stage.done("PUT", &path, &body(3, json!([]))).await;
    stage.local.emulator().advance(SignedDuration::from_hours(25)).await.unwrap();
    stage.run(Sweep).await;
    assert_eq!(stage.refused("PUT", &path, &body(4, with)).await, "422 invalid_request");
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn a_site_keeps_two_hundred_images_that_no_post_uses() {
    let stage = Stage::new().await;
    let first = stage.upload(PNG).await.1["data"].take();
    for _ in 1..200 {
        assert_eq!(stage.upload(PNG).await.0, 201);
    }
    let (status, refusal) = stage.upload(PNG).await;
    assert_eq!((status, &refusal["error"]), (422, &json!("too_many_unused_images")));
    let body = json!({ "text": "x", "networks": ["fake"], "images": [{ "id": first["id"] }] });
    stage.done("POST", "/api/v1/posts", &body).await;
    assert_eq!(stage.upload(PNG).await.0, 201);
    stage.local.stop().await.unwrap();
}
