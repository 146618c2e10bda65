//! The network that posts go to: for now the fake one of the local platform.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The way to the network.
pub(crate) struct Network {
    client: reqwest::Client,
    base_url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewPost<'a> {
    text: &'a str,
    network: &'a str,
    idempotency_key: &'a str,
}

/// A post as the network shows it.
#[derive(Deserialize)]
pub(crate) struct Post {
    /// The page of the post.
    pub(crate) url: String,
}

/// Why a post could not be published.
pub(crate) enum NetworkError {
    /// It may work another time.
    Passing(String),
    /// It never will.
    Refused(String),
}

impl Network {
    pub(crate) fn new(base_url: &str) -> Self {
        Self { client: reqwest::Client::new(), base_url: base_url.trim_end_matches('/').to_owned() }
    }

    /// Publishes a post. The network knows the key: the same one gives the same post, not another.
    pub(crate) async fn publish(&self, text: &str, key: &str) -> Result<Post, NetworkError> {
        let passing = |error: reqwest::Error| NetworkError::Passing(error.without_url().to_string());
        let answer = self
            .client
            .post(format!("{}/_fake-network/posts", self.base_url))
            .header("x-emulator", "1")
            .timeout(Duration::from_secs(30))
            .json(&NewPost { text, network: "fake", idempotency_key: key })
            .send()
            .await
            .map_err(passing)?;
        match answer.status() {
            status if status.is_success() => answer.json().await.map_err(passing),
            status if status.is_server_error() => {
                Err(NetworkError::Passing(format!("the network answered {status}")))
            }
            status => Err(NetworkError::Refused(format!("the network refused the post: {status}"))),
        }
    }

    /// Whether the post can be seen.
    pub(crate) async fn is_visible(&self, post: &Post) -> bool {
        let seen = self.client.get(&post.url).timeout(Duration::from_secs(10)).send().await;
        seen.is_ok_and(|answer| answer.status().is_success())
    }
}
