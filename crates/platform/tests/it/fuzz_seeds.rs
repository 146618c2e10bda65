//! The fuzzer's seeds and inputs near them, asked without a fuzzer (docs/testing.md).

#[path = "../../../../fuzz/checks/instance_token.rs"]
mod instance_token;
#[path = "../../../../fuzz/checks/mutate.rs"]
mod mutate;
#[path = "../../../../fuzz/checks/webhook_layers.rs"]
mod webhook_layers;

use std::path::Path;

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn instance_tokens_hold() {
    let asked = mutate::for_each_near_a_seed(repository(), "instance_token", instance_token::check);
    assert!(asked >= 400, "{asked}");
}

#[test]
fn layers_of_webhooks_hold() {
    let asked = mutate::for_each_near_a_seed(repository(), "webhook_layers", webhook_layers::check);
    assert!(asked >= 600, "{asked}");
}
