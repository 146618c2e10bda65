//! Who the load speaks as: instances, their tokens, and the platform's signed webhooks.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_core::id::InstanceId;
use wixapp_platform::instance_token;
use wixapp_platform::webhook::WebhookSigner;
use wixapp_platform::{AppSecret, InstanceClaims};

/// Where the secrets of the measured app are.
#[derive(Args, Clone, Debug)]
pub(crate) struct Secrets {
    /// The app secret that signs instance tokens.
    #[arg(long, env = "WIXAPP_BENCH_SECRET", hide_env_values = true)]
    secret: String,
    /// PEM file of the platform's private key, which signs webhooks.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// Whose token.
#[derive(Args, Clone, Debug)]
pub(crate) struct TokenArgs {
    /// The number of the instance.
    #[arg(long, default_value_t = 0)]
    instance: usize,
    #[command(flatten)]
    secrets: Secrets,
}

impl TokenArgs {
    pub(crate) fn token(&self) -> Result<String> {
        self.secrets.token(&instance(self.instance))
    }
}

impl Secrets {
    /// A fresh token of the owner of an instance.
    pub(crate) fn token(&self, instance: &InstanceId) -> Result<String> {
        let secret = AppSecret::new(self.secret.clone())?;
        Ok(instance_token::sign(&InstanceClaims::owner(instance.clone(), now()), &secret))
    }

    /// The platform's signer.
    pub(crate) fn signer(&self) -> Result<WebhookSigner> {
        let pem = std::fs::read_to_string(&self.key)
            .with_context(|| format!("cannot read {}", self.key.display()))?;
        Ok(WebhookSigner::from_pkcs8_pem(&pem)?)
    }
}

/// Writes a new key pair for the platform: `FILE` and `FILE.pub`.
pub(crate) fn write_key_pair(file: &Path) -> Result<()> {
    let signer = WebhookSigner::generate()?;
    std::fs::write(file, signer.to_pkcs8_pem()?.as_bytes())
        .and_then(|()| std::fs::write(file.with_extension("pub"), signer.public_key_pem()))
        .with_context(|| format!("cannot write {}", file.display()))
}

/// The n-th instance of the load.
pub(crate) fn instance(number: usize) -> InstanceId {
    // The shape of Wix's ids: the database keys on them, so their length matters.
    format!("beadbead-0000-4000-8000-{number:012x}")
        .parse()
        .expect("hexadecimal digits and dashes are allowed")
}

/// One event to be signed.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) event_type: &'static str,
    pub(crate) instance: InstanceId,
    pub(crate) payload: Value,
}

impl Event {
    /// The app was installed.
    pub(crate) fn installed(instance: InstanceId) -> Self {
        Self { event_type: "AppInstalled", instance, payload: json!({"appId": "bench"}) }
    }

    /// An invoice was paid; its id makes it an event of its own.
    pub(crate) fn invoice_paid(instance: InstanceId, invoice: &str) -> Self {
        let payload = json!({
            "status": "PAID", "invoiceId": invoice, "instanceId": instance, "recurring": true,
        });
        Self { event_type: "InvoiceStatusUpdated", instance, payload }
    }

    /// A plan was bought.
    pub(crate) fn purchased(instance: InstanceId, plan: &str, invoice: &str) -> Self {
        let payload = json!({
            "operationTimeStamp": now().to_string(), "vendorProductId": plan, "cycle": "MONTHLY",
            "expiresOn": null, "invoiceId": invoice,
        });
        Self { event_type: "PaidPlanPurchased", instance, payload }
    }
}

/// Signs all events, on all cores: one RSA signature takes most of a millisecond.
pub(crate) fn sign_all(secrets: &Secrets, events: &[Event]) -> Result<Vec<String>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = events.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let threads: Vec<_> =
            events.chunks(share).map(|part| scope.spawn(|| sign_some(secrets, part))).collect();
        let mut bodies = Vec::with_capacity(events.len());
        for thread in threads {
            bodies.extend(thread.join().expect("signing does not panic")?);
        }
        Ok(bodies)
    })
}

fn sign_some(secrets: &Secrets, events: &[Event]) -> Result<Vec<String>> {
    let (signer, now) = (secrets.signer()?, now());
    let sign = |event: &Event| signer.sign(event.event_type, &event.instance, &event.payload, now);
    Ok(events.iter().map(sign).collect::<Result<_, _>>()?)
}

/// The time now: the measured server runs on the machine's clock too.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}
