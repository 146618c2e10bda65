//! {{title}}, an app for the Wix App Market: `cargo run -- dev` opens it inside a whole Wix platform on this machine.

use utoipa::ToSchema;
use wixapp::prelude::*;

/// A greeting, as a caller asks for it, and as the job finds it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Greet {
    /// Who is greeted.
    name: String,
}

impl Job for Greet {
    const KIND: &'static str = "greet";
    type Output = String;

    async fn run(self, context: JobContext) -> Result<String, JobError> {
        context.progress(50, "Thinking of something nice").await;
        Ok(format!("Hello, {}!", self.name))
    }
}

/// Greets somebody, for one credit.
#[utoipa::path(post, path = "/api/v1/greetings", request_body = Greet,
    params(("Idempotency-Key" = String, Header, description = "The caller's name for this greeting")),
    responses((status = 202, body = Reply<StartedJob>)))]
async fn greet(
    State(server): State<Arc<Server>>,
    session: OwnerSession, // the site's owner, proven by Wix's signed token
    key: IdempotencyKey,   // the same request twice is one greeting
    ValidJson { value, bytes }: ValidJson<Greet>,
) -> Result<OnceReply, ApiError> {
    if value.name.trim().is_empty() {
        return Err(ApiError::invalid("Somebody must be greeted."));
    }
    server.start_paid_job(&session, &key, &bytes, Credits::ONE, value).await
}

fn app() -> App {
    App::new("{{title}}")
        .tagline("A kind word for everybody")
        .routes(OpenApiRouter::new().routes(routes!(greet)))
        .job::<Greet>()
}

fn main() -> ExitCode {
    app().run()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};
    use wixapp::Local;

    use super::app;

    #[tokio::test]
    async fn a_greeting_costs_one_credit() {
        let local = Local::start(app()).await.unwrap();
        let emulator = local.emulator();
        let site = emulator.install(&emulator.sites()[0].site_id).await.unwrap();
        let page = emulator.app_url(&site.site_id).unwrap();
        let token = page.split_once("instance=").unwrap().1.split('&').next().unwrap();

        let client = reqwest::Client::new();
        let greet =
            client.post(format!("{}/api/v1/greetings", local.app_url())).json(&json!({ "name": "Ada" }));
        let greet =
            greet.header("authorization", format!("WixInstance {token}")).header("idempotency-key", "1");
        let started: Value = greet.send().await.unwrap().json().await.unwrap();
        let job = started["data"]["jobId"].as_str().unwrap();

        let job = format!("{}/api/v1/wix/jobs/{job}", local.app_url());
        let done = loop {
            let ask = client.get(&job).header("authorization", format!("WixInstance {token}"));
            let job: Value = ask.send().await.unwrap().json().await.unwrap();
            if job["data"]["status"] == "completed" {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(done["data"]["result"], "Hello, Ada!");
        assert_eq!(done["data"]["credits"], 1);
        local.stop().await.unwrap();
    }
}
