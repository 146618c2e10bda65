//! The app beside the platform, where both run in one process: it shares the clock, and its data belongs to a snapshot.

use std::path::Path;
use std::pin::Pin;

use jiff::Timestamp;

/// What a [`Companion`] gives later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the platform does between the stop of the app and its new start.
pub type Between<'a> = Box<dyn FnOnce() -> Result<(), String> + Send + 'a>;

/// An app that runs in the platform's process. With one, a move of the clock also stops at what falls due in the app, and a
/// snapshot holds the app's data; without one, both concern the platform alone.
///
/// `wixapp::Local` is one for apps built with wixapp.
pub trait Companion: Send + Sync + 'static {
    /// When something falls due in the app next, later than `moment`: a cycle, a job, a reservation.
    fn next_due_after(&self, moment: Timestamp) -> Later<'_, Option<Timestamp>>;

    /// Waits until the app has done what is due now, for a moment at most: an app in trouble must not stop the clock.
    fn settle(&self) -> Later<'_, ()>;

    /// Copies the app's data into `folder`, consistent in itself, while the app runs on.
    fn save<'a>(&'a self, folder: &'a Path) -> Later<'a, Result<(), String>>;

    /// Stops the app, does `between`, and starts it with the data it had: for a clock that goes back.
    fn restart<'a>(&'a self, between: Between<'a>) -> Later<'a, Result<(), String>>;

    /// Stops the app, does `between`, and starts it with the data that [`Companion::save`] put into `folder`.
    fn restore<'a>(&'a self, folder: &'a Path, between: Between<'a>) -> Later<'a, Result<(), String>>;
}
