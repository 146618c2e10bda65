//! autopost: the reference app. It publishes posts to a social network, one credit a post.

mod network;
mod publish;

use wixapp::prelude::*;

fn main() -> ExitCode {
    App::new("autopost")
        .tagline("Publish your posts to every network at once")
        .description("Write a post once, and autopost brings it to your networks. Every post on a network costs one credit.")
        .developer("wixapp")
        .routes(publish::routes())
        .state(|config| network::Network::new(&config.wix.api_url))
        .job::<publish::Publish>()
        .run()
}
