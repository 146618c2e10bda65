#[cfg(test)]
mod tests {
    use reqwest::Method;
    use wixapp::Local;
    use wixapp::jiff::SignedDuration;

    use super::*;

    /// One dot.
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

    /// The owner of a site, with the app on it and both networks connected.
    struct Owner {
        local: Local,
        client: reqwest::Client,
        instance_id: InstanceId,
        token: String,
    }

    impl Owner {
        async fn new() -> Self {
            let local = Local::start(app()).await.unwrap();
            let site = local.emulator().install(&local.emulator().sites()[0].site_id).await.unwrap();
            let page = local.emulator().app_url(&site.site_id).unwrap();
            let token = page.split_once("instance=").unwrap().1.split('&').next().unwrap().to_owned();
            let instance_id = site.install.unwrap().instance_id;
            let owner = Self { local, client: reqwest::Client::new(), instance_id, token };
            for network in ["mastodon", "bluesky"] {
                owner.connect(network).await;
            }
            owner.has_credits(200).await;
            owner
        }

        fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
            let request = self.client.request(method, format!("{}{path}", self.local.app_url()));
            request.header("authorization", format!("WixInstance {}", self.token))
        }

        async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
            self.request(method, path).json(&body).send().await.unwrap().json().await.unwrap()
        }

        async fn draft(&self, text: &str, networks: &[&str]) -> Value {
            let draft = json!({ "text": text, "networks": networks });
            self.ask(Method::POST, "/api/v1/posts", draft).await["data"].clone()
        }

        /// Publishes a post; under one key it counts once.
        async fn publish(&self, post: &Value, key: &str) -> u16 {
            let path = format!("/api/v1/posts/{}/publish", post["id"].as_str().unwrap());
            let request = self.request(Method::POST, &path).header("idempotency-key", key);
            request.send().await.unwrap().status().as_u16()
        }

        /// Asks the networks themselves.
        async fn network(&self, method: Method, path: &str, body: Value) -> Value {
            let address = format!("{}/_fake-network/{path}", self.local.platform_url());
            let request = self.client.request(method, address).header("x-emulator", "1");
            request.json(&body).send().await.unwrap().json().await.unwrap()
        }

        /// How the networks behave from now on.
        async fn mood(&self, mood: &str) {
            self.network(Method::PUT, "mood", json!({ "mood": mood })).await;
        }

        /// Connects an account, with a new token of the network.
        async fn connect(&self, network: &str) {
            let proof = json!({ "token": self.network(Method::POST, "tokens", json!({})).await["token"] });
            let connected = self.ask(Method::PUT, &format!("/api/v1/accounts/{network}"), proof).await;
            assert_eq!(connected["data"]["state"], "connected");
        }

        /// Asks until the answer is the wanted one: webhooks and jobs take a moment.
        async fn wait_until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
            let mut turn = tokio::time::interval(std::time::Duration::from_millis(20));
            loop {
                turn.tick().await;
                let answer = self.ask(Method::GET, path, Value::Null).await["data"].clone();
                if wanted(&answer) {
                    return answer;
                }
            }
        }

        /// Waits until the newest post is in this state.
        async fn post_is(&self, state: &str) -> Value {
            let posts = self.wait_until("/api/v1/posts", |all| all["posts"][0]["state"] == state).await;
            posts["posts"][0].clone()
        }

        async fn has_credits(&self, available: u64) {
            self.wait_until("/api/v1/wix/credits/balance", |balance| balance["available"] == available).await;
        }
    }

    #[tokio::test]
    async fn a_post_reaches_both_networks_for_two_credits() {
        let owner = Owner::new().await;
        let post = owner.draft("Fresh bread", &["mastodon", "bluesky"]).await;
        // A double click is one publication.
        assert_eq!([owner.publish(&post, "click").await, owner.publish(&post, "click").await], [202, 202]);
        assert_eq!(owner.post_is("published").await["urls"].as_object().unwrap().len(), 2);
        owner.has_credits(198).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn what_the_networks_refused_costs_nothing_and_is_tried_again() {
        let owner = Owner::new().await;
        let post = owner.draft("Fresh bread", &["mastodon"]).await;
        owner.mood("refusing").await;
        owner.publish(&post, "first").await;
        owner.post_is("failed").await;
        owner.has_credits(200).await;
        owner.mood("usual").await;
        owner.publish(&post, "second").await;
        owner.post_is("published").await;
        assert_eq!(owner.publish(&post, "third").await, 409);
        owner.has_credits(199).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_post_for_later_goes_out_when_its_time_has_come() {
        let owner = Owner::new().await;
        let post = owner.draft("Fresh bread", &["mastodon"]).await;
        let path = format!("/api/v1/posts/{}/schedule", post["id"].as_str().unwrap());
        let in_an_hour = owner.local.server().clock.now() + SignedDuration::from_hours(1);
        let scheduled = owner.ask(Method::POST, &path, json!({ "at": in_an_hour })).await;
        assert_eq!(scheduled["data"]["state"], "scheduled");
        owner.has_credits(200).await;
        owner.local.emulator().advance(SignedDuration::from_hours(1)).await.unwrap();
        owner.post_is("published").await;
        owner.has_credits(199).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_post_waits_for_an_expired_account_to_be_connected_again() {
        let owner = Owner::new().await;
        owner.mood("expired").await;
        let post = owner.draft("Fresh bread", &["mastodon"]).await;
        owner.publish(&post, "click").await;
        let account = |all: &Value| all[1] == json!({ "network": "mastodon", "state": "reconnect" });
        owner.wait_until("/api/v1/accounts", account).await;
        owner.wait_until("/api/v1/wix/jobs", |all| all["jobs"][0]["status"] == "queued").await;
        owner.connect("mastodon").await;
        owner.local.emulator().advance(SignedDuration::from_mins(1)).await.unwrap();
        owner.post_is("published").await;
        owner.has_credits(199).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn a_token_is_encrypted_where_it_is_kept_and_gone_once_disconnected() {
        let owner = Owner::new().await;
        let store = &owner.local.server().store;
        let stored = store.find_record::<Account>(&owner.instance_id, "mastodon").await.unwrap().unwrap();
        assert!(stored.record.sealed.starts_with("v1.") && !stored.record.sealed.contains("fake-0"));
        let gone = owner.request(Method::DELETE, "/api/v1/accounts/mastodon").send().await.unwrap();
        assert_eq!(gone.status(), 204);
        assert!(store.find_record::<Account>(&owner.instance_id, "mastodon").await.unwrap().is_none());
        let post = owner.draft("Fresh bread", &["mastodon"]).await;
        owner.publish(&post, "click").await;
        owner.post_is("failed").await;
        owner.has_credits(200).await;
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn an_image_reaches_the_network_with_its_post() {
        let owner = Owner::new().await;
        let uploaded = owner.request(Method::POST, "/api/v1/images").body(PNG).send().await.unwrap();
        let image: Value = uploaded.json().await.unwrap();
        assert_eq!(
            (&image["data"]["contentType"], &image["data"]["width"]),
            (&json!("image/png"), &json!(1))
        );
        let draft = json!({
            "text": "Fresh bread",
            "image": { "id": image["data"]["id"], "alt": "Two loaves" },
            "networks": ["mastodon"]
        });
        let post = owner.ask(Method::POST, "/api/v1/posts", draft).await["data"].clone();
        owner.publish(&post, "click").await;
        owner.post_is("published").await;
        let posts = owner.network(Method::GET, "posts", Value::Null).await;
        let shown = &posts["posts"][0]["images"][0];
        assert_eq!(shown["alt"], "Two loaves");
        let seen = owner.client.get(shown["url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(seen.bytes().await.unwrap(), PNG);
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn no_image_comes_from_where_only_this_machine_may_look() {
        let owner = Owner::new().await;
        let inside = json!({ "url": format!("{}/api/openapi.json", owner.local.app_url()) });
        let refused = owner.ask(Method::POST, "/api/v1/images/from-url", inside).await;
        let why = "The image cannot be fetched from there: It is not an address of the public internet.";
        assert_eq!(refused["message"], why);
        let refused = owner.request(Method::POST, "/api/v1/images").body("no image").send().await.unwrap();
        assert_eq!(refused.status(), 422);
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn the_default_profile_adds_the_hashtags_that_a_post_lacks() {
        let owner = Owner::new().await;
        let bakery = json!({ "name": "Bakery", "hashtags": ["bread", "#Berlin"] });
        let bakery = owner.ask(Method::POST, "/api/v1/profiles", bakery).await;
        assert_eq!(bakery["data"]["isDefault"], true);
        assert_eq!(owner.draft("Fresh #bread", &["mastodon"]).await["text"], "Fresh #bread #Berlin");
        let empty = json!({ "text": "", "networks": ["mastodon"] });
        let refused = owner.ask(Method::POST, "/api/v1/posts", empty).await;
        assert_eq!(refused["message"], "A post has 1 to 500 characters.");
        let cafe = json!({ "name": "Café", "hashtags": ["coffee"], "isDefault": true });
        owner.ask(Method::POST, "/api/v1/profiles", cafe).await;
        assert_eq!(owner.draft("Open again", &["mastodon"]).await["text"], "Open again #coffee");
        let profiles = owner.ask(Method::GET, "/api/v1/profiles", Value::Null).await;
        let defaults = profiles["data"].as_array().unwrap().iter().filter(|one| one["isDefault"] == true);
        assert_eq!(defaults.count(), 1);
        owner.local.stop().await.unwrap();
    }

    #[tokio::test]
    async fn the_page_is_there_for_wix_to_frame() {
        let owner = Owner::new().await;
        let page = owner.client.get(owner.local.app_url()).send().await.unwrap();
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.contains(&format!("frame-ancestors {}", owner.local.platform_url())), "{policy}");
        assert!(page.text().await.unwrap().contains("<h1>Small Autopost</h1>"));
        let script = owner.client.get(format!("{}/page.js", owner.local.app_url())).send().await.unwrap();
        assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
        owner.local.stop().await.unwrap();
    }
}
