//! The way to a running local platform: the API of its pages.

use reqwest::{Client, Method, Url};
use serde_json::{Value, json};

use crate::failure::{Failure, from_sentence};
use crate::output;

/// Which platform is meant.
#[derive(clap::Args)]
pub(in crate::command) struct Link {
    /// The running local platform
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:4100",
        env = "WIX_EMULATOR_URL",
        hide_env_values = true
    )]
    platform: String,
    /// Print JSON
    #[arg(long)]
    pub(in crate::command) json: bool,
}

impl Link {
    /// A platform of which the address is known.
    pub(in crate::command) fn to(platform: &str) -> Self {
        Self { platform: platform.to_owned(), json: false }
    }

    pub(in crate::command) async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.ask(Method::GET, path, None).await
    }

    pub(in crate::command) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// Prints the answer as JSON, or in the words for people.
    pub(in crate::command) fn tell(
        &self,
        answer: &Value,
        words: impl FnOnce(&Value) -> String,
    ) -> Result<(), Failure> {
        if self.json { output::json(answer) } else { output::line(&words(answer)) }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let url = self.url(path)?;
        let client =
            Client::builder().no_proxy().build().map_err(|error| Failure::ours(error.to_string()))?;
        let mut request = client.request(method, url).header("x-emulator", "1");
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.map_err(|_| self.silent())?;
        let good = answer.status().is_success();
        let bytes = answer.bytes().await.map_err(|_| self.silent())?;
        let answer: Value = serde_json::from_slice(&bytes).map_err(|_| self.stranger())?;
        if good { Ok(answer) } else { Err(self.refused(&answer)) }
    }

    fn url(&self, path: &str) -> Result<Url, Failure> {
        let text = format!("{}/_emulator/{path}", self.platform.trim_end_matches('/'));
        let url = Url::parse(&text).ok().filter(|url| url.scheme() == "http" && url.has_host());
        url.ok_or_else(|| {
            Failure::user(format!("--platform `{}` is no address of a local platform", self.platform))
                .hint("it looks like http://127.0.0.1:4100; `dev` and `emulator` print theirs")
        })
    }

    fn silent(&self) -> Failure {
        Failure::user(format!("no local platform answers on {}", self.platform))
            .hint("start one with `dev` or `emulator`, or name another with --platform (WIX_EMULATOR_URL)")
    }

    fn stranger(&self) -> Failure {
        Failure::user(format!("what answers on {} is no local platform", self.platform))
            .hint("name the platform with --platform (WIX_EMULATOR_URL); `dev` prints its address")
    }

    fn refused(&self, answer: &Value) -> Failure {
        let Some(message) = answer["message"].as_str() else { return self.stranger() };
        let hint = match answer["error"].as_str().unwrap_or_default() {
            "snapshot_exists" => "add --replace, or choose another name",
            "no_snapshots" => "start it with `dev`, or with `emulator --data-file FILE`",
            "clock_ahead" => {
                "add --fresh, or start `dev --reset`: a platform on which nothing is installed goes back"
            }
            "instance_known" => "add --fresh, or start `dev --reset`",
            "nothing_due" => "buy a plan first, or use `advance 30d`",
            _ => "--help shows examples",
        };
        Failure::user(from_sentence(message)).hint(hint)
    }
}

/// A segment of a path, whatever it holds.
pub(in crate::command) fn segment(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_~".contains(byte);
    text.bytes()
        .map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// A body without fields.
pub(in crate::command) fn nothing() -> Value {
    json!({})
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_name_never_leaves_its_segment() {
        assert_eq!(segment("before-refund_2"), "before-refund_2");
        assert_eq!(segment("../a b?c#ä"), "%2E%2E%2Fa%20b%3Fc%23%C3%A4");
    }
}
