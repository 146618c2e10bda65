//! autopost: the reference app. It publishes posts to a social network, one credit a post.
//!
//! Read it in this order: [`app`] puts everything together, `publish.rs` holds the route that takes a post and the job
//! that brings it to the network, `network.rs` speaks with the network.

mod network;
mod publish;

use wixapp::prelude::*;

/// The whole app.
#[must_use]
pub fn app() -> App {
    App::new("Autopost")
        .version(env!("CARGO_PKG_VERSION"))
        .tagline("Publish your posts to every network at once")
        .description("Write a post once, and autopost brings it to your networks. Every post on a network costs one credit.")
        .developer("wixapp")
        .routes(publish::routes())
        // What jobs share is made once, from the configuration.
        .state(|config| network::Network::new(&config.wix.api_url))
        .job::<publish::Publish>()
}
