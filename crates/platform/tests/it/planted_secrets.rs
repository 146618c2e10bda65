//! Secrets are planted in everything that is sent and received; logs, spans and errors show none of them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};
use wixapp_platform::api::bi::BiEvent;
use wixapp_platform::api::secrets::SecretDraft;
use wixapp_platform::data::{Conditions as _, Items, Patch};
use wixapp_platform::oauth::RefreshToken;
use wixapp_platform::{AccessToken, AppSecret, Credential, Error, InstanceClaims, instance_token};

use crate::support::{APP_SECRET, Wix, at, client, instance, shown};

/// Every planted text begins with this.
const PLANTED: &str = "pl4nt3d";

#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Output {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// A platform that gives planted tokens, and answers everything else with `status` and planted words.
async fn planting(status: u16) -> Wix {
    let wix = Wix::start().await;
    let token = json!({"access_token": format!("{PLANTED}-token"), "refresh_token": format!("{PLANTED}-refresh"), "token_type": "Bearer", "expires_in": 14400});
    for at in ["/oauth2/token", "/oauth/access"] {
        wix.answers("POST", at, ResponseTemplate::new(200).set_body_json(&token)).await;
    }
    let words = format!("{PLANTED}-words");
    let body = json!({
        "message": words, "details": {"applicationError": {"code": words, "description": words}},
        "dataItem": {"id": words, "data": {"_id": words}}, "dataItems": words, "results": words, "secrets": words, "value": words,
    });
    let answer = ResponseTemplate::new(status)
        .set_body_json(body)
        .insert_header("x-wix-consistent", format!("{PLANTED}-mark"))
        .insert_header("retry-after", "0");
    Mock::given(any()).respond_with(answer).mount(&wix.server).await;
    wix
}

fn credentials() -> Vec<Credential> {
    let claims = InstanceClaims::owner(instance("i-1"), at("2026-01-01T00:00:00Z"));
    vec![
        Credential::from(&instance("i-1")),
        Credential::access_token(AccessToken::new(format!("{PLANTED}-access")).unwrap()),
        Credential::instance_token(&instance_token::sign(&claims, &AppSecret::new(APP_SECRET).unwrap()))
            .unwrap(),
        Credential::refresh_token(RefreshToken::new(format!("{PLANTED}-refresh")).unwrap()),
        Credential::api_key_for_site(format!("{PLANTED}-key"), "site-1").unwrap(),
    ]
}

/// Makes all kinds of calls; the errors they ended with.
async fn calls(wix: &Wix, credential: &Credential, attempts: u32) -> Vec<Error> {
    let builder = client(&wix.server.uri(), &wix.clock).attempts(attempts).failures_in_a_row(5);
    let patient = builder.build().unwrap();
    let items: Items<Value> = patient.items(credential, "Posts");
    let planted = format!("{PLANTED}-value");
    let outcomes = [
        patient.app_instance(credential).await.map(drop),
        patient.secret(credential, &planted).await.map(drop),
        patient.create_secret(credential, &SecretDraft::new("name", planted.as_str())).await.map(drop),
        patient.report(credential, &BiEvent::custom("x").with("a", planted.as_str())).await,
        items.get(&planted).await.map(drop),
        items.insert(json!({"a": planted})).await.map(drop),
        items.patch(&planted, &Patch::new().set("a", planted.as_str())).await.map(drop),
        items.query().eq("a", planted.as_str()).find().await.map(drop),
        items.query().eq("a", planted.repeat(300)).find().await.map(drop),
        items.bulk_remove([planted.as_str()]).await.map(drop),
        patient.token_info(&planted).await.map(drop),
    ];
    outcomes.into_iter().filter_map(Result::err).collect()
}

#[rstest::rstest]
#[tokio::test]
async fn nothing_that_was_planted_is_shown(#[values(200, 400, 401, 403, 429, 500)] status: u16) {
    let output = Output::default();
    let kept = output.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || kept.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let wix = planting(status).await;
    let mut errors = 0;
    let mut all = String::new();
    for (index, credential) in credentials().iter().enumerate() {
        all.push_str(&format!("{credential:?}"));
        // Repetitions are logged too.
        for error in calls(&wix, credential, if index == 0 { 2 } else { 1 }).await {
            errors += 1;
            all.push_str(&shown(&error));
        }
    }
    drop(guard);
    all.push_str(&output.text());
    // Else nothing was looked at.
    assert!(errors > 20 && all.contains("wix.call") && all.contains("/wix-data/v2/items/query"), "{errors}");
    assert!(!all.contains(".r="));
    let secret = instance_token_signature();
    for planted in [PLANTED, APP_SECRET, secret.as_str()] {
        let hidden = [planted.to_owned(), STANDARD.encode(planted), URL_SAFE_NO_PAD.encode(planted)];
        for text in hidden {
            let text = text.trim_end_matches('=');
            let found = all.lines().find(|line| line.contains(text));
            assert!(found.is_none(), "{}", found.unwrap_or_default());
        }
    }
}

fn instance_token_signature() -> String {
    let claims = InstanceClaims::owner(instance("i-1"), at("2026-01-01T00:00:00Z"));
    let token = instance_token::sign(&claims, &AppSecret::new(APP_SECRET).unwrap());
    token.split('.').next().unwrap().to_owned()
}
