//! The local Wix platform: app market, checkout, OAuth, signed webhooks, virtual clock, inspector.
//!
//! [`Emulator`] plays Wix for one app, on this machine: it hosts a Wix-like dashboard with the app in an iframe, answers
//! the app's calls to `wixapis.com` (with Wix's paths, shapes and errors), and posts signed webhooks with Wix's deadline
//! and retries. All of it runs on a [`VirtualClock`](wixapp_core::clock::VirtualClock) that the app shares, so that a
//! year of renewals takes a moment.
//!
//! It owns the platform's side only. What an app makes of webhooks and plans is the app's own: the two meet over HTTP.

mod access_token;
mod api;
mod app_frame;
mod app_view;
mod call;
mod card;
mod chaos;
mod checkout;
mod companion;
mod config;
mod custom_charges;
mod data;
mod data_file;
mod delivery;
mod duration;
mod emulator;
mod engine;
mod error;
mod event;
mod fake_network;
mod http;
mod invoice_life;
mod limiter;
mod live;
mod market;
mod memory_key;
mod owner;
mod pace;
mod page_api;
mod pages;
mod payment;
mod plan_life;
pub mod platform;
mod record;
pub mod recording;
mod scenario;
mod sender;
mod site_page;
mod snapshot;
mod timeline;
mod trigger;
pub mod view;
mod world;

pub use self::card::Card;
pub use self::chaos::{Chaos, ChaosEffect};
pub use self::checkout::CheckoutOrder;
pub use self::companion::{Between, Companion, Later};
pub use self::config::{EmulatorConfig, Widget};
pub use self::emulator::{Emulator, Running};
pub use self::error::Error;
pub use self::market::NewOwner;
pub use self::pace::Pace;
pub use self::record::{Kind, Outcome, Record};
pub use self::scenario::{Scenario, ScenarioRun, StepDone, StepFailed};
pub use self::sender::DEADLINE;
pub use self::snapshot::Snapshot;
pub use self::timeline::Advance;
pub use self::trigger::EVENTS;
pub use self::world::charge::{Charge, ChargeState};
pub use self::world::checkout::CheckoutStatus;
pub use self::world::coupon::Coupon;
pub use self::world::delivery::{Attempt, DeliveryState};
pub use self::world::report::BiEvent;
pub use self::world::settings::{AppSettings, Permission};

/// What the fuzzer reaches; there only in its builds.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz {
    /// Reads the bytes as a filter of Wix Data, and panics when it means one thing by an index and another without.
    pub fn check_filter(bytes: &[u8]) {
        crate::data::filter::prove::check_filter(bytes);
    }
}
