/// The way to the networks, which jobs share. All of them are the local platform's here.
struct Networks {
    client: reqwest::Client,
    address: String,
}

impl Networks {
    fn new(config: &Config) -> Self {
        let address = format!("{}/_fake-network", config.wix.api_url.trim_end_matches('/'));
        Self { client: reqwest::Client::new(), address }
    }

    /// A request to a network, for the account that the token proves.
    fn request(&self, path: &str, token: &str) -> reqwest::RequestBuilder {
        let request = self.client.post(format!("{}/{path}", self.address));
        request.header("x-emulator", "1").bearer_auth(token)
    }

    /// What the network answers; `None` when it does not take the token.
    async fn ask(
        &self,
        network: Network,
        request: reqwest::RequestBuilder,
    ) -> Result<Option<Value>, JobError> {
        let answer = request.send().await.map_err(JobError::retry)?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(JobError::retry)?;
        if status.is_success() {
            return Ok(Some(body));
        }
        if status == StatusCode::UNAUTHORIZED {
            return Ok(None);
        }
        let why = format!("{} said: {}", network.as_str(), body["message"].as_str().unwrap_or_default());
        // Another try helps where the network broke down or is busy.
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(JobError::retry(why));
        }
        Err(JobError::fail_with("refused", why))
    }
}
