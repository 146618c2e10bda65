//! Who the proofs speak as: the platform that signs webhooks, and the owners of instances.

use anyhow::Result;
use serde_json::Value;
use wixapp_core::InstanceId;
use wixapp_core::clock::{Clock, SystemClock, Timestamp};
use wixapp_platform::webhook::WebhookSigner;
use wixapp_platform::{AppSecret, InstanceClaims, instance_token};

/// The app's id at the platform.
pub(crate) const APP_ID: &str = "torture";
/// What only the app and the platform of one proof know.
pub(crate) const SECRET: &str = "torture-secret-0123456789";

/// The keys of one proof.
#[derive(Debug)]
pub(crate) struct Identity {
    secret: AppSecret,
    signer: WebhookSigner,
}

impl Identity {
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self { secret: AppSecret::new(SECRET)?, signer: WebhookSigner::generate()? })
    }

    /// The public key that webhooks are checked with.
    pub(crate) fn public_key_pem(&self) -> String {
        self.signer.public_key_pem()
    }

    /// A fresh token of the owner of an instance.
    pub(crate) fn token(&self, instance: &InstanceId) -> String {
        instance_token::sign(&InstanceClaims::owner(instance.clone(), now()), &self.secret)
    }

    /// A webhook, signed now.
    pub(crate) fn webhook(&self, kind: &str, instance: &InstanceId, payload: &Value) -> Result<String> {
        Ok(self.signer.sign(kind, instance, payload, now())?)
    }
}

/// The time of the machine, which the servers under test live by.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// An instance in the shape of Wix's ids.
pub(crate) fn instance(group: u16, number: usize) -> InstanceId {
    format!("70a70a70-{group:04x}-4000-8000-{number:012x}").parse().expect("digits and dashes are allowed")
}
