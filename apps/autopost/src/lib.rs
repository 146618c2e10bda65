//! autopost: the reference app. It writes posts, brings them to social networks, one credit a network, and keeps at it until
//! each network has taken or refused them.
//!
//! Read it in this order: [`app`] puts everything together. `post.rs` says what a post is; `post/edit.rs`, `list.rs` and
//! `check.rs` are the routes that write, show and check one. `post/start.rs` is the heart: the credits, the jobs and the
//! post's new state in one transaction; `job.rs` is what those jobs do. `network.rs` is what networks have in common, and each
//! has a file below it. `connection.rs` keeps the owners' accounts, `image.rs` their pictures, `profile.rs` their brands.

mod connection;
mod desk;
mod image;
mod input;
mod job;
mod network;
mod post;
mod profile;
mod settings;
mod text;

use wixapp::prelude::*;

pub use settings::Settings;

/// The whole app, with the settings of the environment.
#[must_use]
pub fn app() -> App {
    app_with(Settings::from_env())
}

/// The whole app.
#[must_use]
pub fn app_with(settings: Settings) -> App {
    App::new("Autopost")
        .version(env!("CARGO_PKG_VERSION"))
        .tagline("Publish your posts to every network at once")
        .description("Write a post once, and autopost brings it to your networks. Every post on a network costs one credit.")
        .developer("wixapp")
        .routes(post::routes())
        .routes(profile::routes())
        .routes(connection::routes())
        .routes(image::routes())
        // What handlers and jobs share is made once, from the configuration.
        .state(move |config| desk::Desk::new(&settings, config))
        .job::<job::PublishTo>()
        .job::<job::Finish>()
        .job::<post::Due>()
        .job::<post::Rescue>()
        .cron("rescue_posts", "27 */6 * * *", |_| post::Rescue)
        .job::<image::sweep::Sweep>()
        .cron("sweep_images", "17 4 * * *", |_| image::sweep::Sweep)
}
