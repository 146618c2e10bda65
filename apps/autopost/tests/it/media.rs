//! What networks take of images: how many, how large, and of which kind.

use serde_json::{Value, json};

use crate::stage::{PNG, Stage};

const POSTS: &str = "/api/v1/posts";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

/// An image of this many bytes.
fn image(bytes: usize) -> Vec<u8> {
    let mut image = PNG.to_vec();
    image.resize(bytes, 0);
    image
}

/// What keeps a post with these images from being published, besides accounts that nobody has connected: the networks, codes and
/// sentences.
async fn problems(stage: &Stage, networks: &[&str], images: &[Vec<u8>]) -> Vec<[String; 3]> {
    let mut uploaded = Vec::new();
    for image in images {
        uploaded.push(json!({ "id": stage.upload(image).await.1["data"]["id"] }));
    }
    let body = json!({ "text": "Hello", "networks": networks, "images": uploaded });
    let mut checked = stage.done("POST", &format!("{POSTS}/check"), &body).await["problems"].take();
    let post = stage.done("POST", POSTS, &body).await;
    if checked != json!([]) {
        let path = format!("{POSTS}/{}/publish", post["id"].as_str().unwrap());
        let (status, refusal) = stage.post(&path, "key", &json!({})).await;
        assert_eq!((status, &refusal["error"]), (422, &json!("post_invalid")), "{refusal}");
        assert_eq!(refusal["details"]["problems"], checked);
    }
    let problems = checked.as_array_mut().unwrap().drain(..);
    let of_images = problems.filter(|problem| problem["field"] == "images");
    let text = |problem: &Value, field: &str| problem[field].as_str().unwrap().to_owned();
    of_images.map(|problem| ["network", "code", "message"].map(|field| text(&problem, field))).collect()
}

#[tokio::test]
async fn images_that_a_network_does_not_take_are_told_in_sentences_and_cost_nothing() {
    let stage = Stage::new().await;
    let many = "at most 4 images, and this one has 5.";
    let no_address =
        "Ayrshare fetches images itself, and this server has no public address. Take the images off.";
    let (mastodon, bluesky) =
        (format!("A post on Mastodon has {many}"), format!("A post on Bluesky has {many}"));
    let large = "Image 2 has 1.1 MB, and Bluesky takes at most 1.0 MB. Make it smaller.";
    let larger = "Image 1 has 5.3 MB, and Ayrshare takes at most 5.2 MB. Make it smaller.";
    let kind = "Ayrshare takes no GIF images, and image 2 is one.";
    let five_mebibytes = 5 * 1024 * 1024;
    for (networks, images, expected) in [
        (vec!["fake", "mastodon", "bluesky"], vec![PNG.to_vec(); 4], vec![]),
        (
            vec!["mastodon", "bluesky"],
            vec![PNG.to_vec(); 5],
            vec![["mastodon", "too_many_images", &mastodon], ["bluesky", "too_many_images", &bluesky]],
        ),
        (
            vec!["mastodon", "bluesky"],
            vec![image(1_000_000), image(1_000_001)],
            vec![["bluesky", "image_too_large", large]],
        ),
        (
            vec!["fake", "mastodon", "bluesky", "ayrshare"],
            vec![PNG.to_vec(), GIF.to_vec()],
            vec![["ayrshare", "image_type", kind], ["ayrshare", "image_address", no_address]],
        ),
        (
            vec!["mastodon", "ayrshare"],
            vec![image(five_mebibytes + 1), image(five_mebibytes)],
            vec![["ayrshare", "image_too_large", larger], ["ayrshare", "image_address", no_address]],
        ),
        (vec!["ayrshare"], vec![], vec![]),
    ] {
        assert_eq!(problems(&stage, &networks, &images).await, expected, "{networks:?}");
    }
    assert_eq!((stage.available().await, stage.posts().await.len()), (200, 0));
    stage.local.stop().await.unwrap();
}

#[tokio::test]
async fn an_image_reaches_the_local_network_as_it_is() {
    let stage = Stage::new().await;
    let uploaded = stage.upload(PNG).await.1["data"]["id"].take();
    let images = json!([{ "id": uploaded, "alt": "A loaf on a board" }]);
    let body = json!({ "text": "Fresh bread", "networks": ["fake"], "images": images });
    let post = stage.done("POST", POSTS, &body).await;
    stage.start(&post, "publish", "key-1").await;
    stage.post_in(&post, "published", wixapp::jiff::SignedDuration::ZERO).await;
    let shown = stage.posts().await[0]["images"].take();
    assert_eq!((shown.as_array().unwrap().len(), &shown[0]["alt"]), (1, &json!("A loaf on a board")));
    let image = stage.client.get(shown[0]["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(image.headers()["content-type"], "image/png");
    assert_eq!(&image.bytes().await.unwrap()[..], PNG);
    stage.local.stop().await.unwrap();
}
