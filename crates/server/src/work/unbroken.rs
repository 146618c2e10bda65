//! [`unbroken`]: work that breaks down ends itself and nothing else.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// What `work` gave; `None` when it broke down, which is logged and counted.
pub(crate) async fn unbroken<T>(duty: &'static str, work: impl Future<Output = T>) -> Option<T> {
    // What it shares with the next try is a list of instances in trouble, which every step leaves whole.
    let done = AssertUnwindSafe(work).catch_unwind().await;
    if done.is_err() {
        metrics::counter!("wixapp_work_panics_total", "duty" => duty).increment(1);
        tracing::error!(duty, "background work broke down and goes on with the next round");
    }
    done.ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::{mpsc, watch};
    use wixapp_core::Catalog;
    use wixapp_core::clock::{Clock, SystemClock, Timestamp};

    use crate::config::Config;
    use crate::{serve, work};

    /// A clock that tells each look at it, and breaks who looks while it is broken.
    struct Brittle {
        broken: AtomicBool,
        looks: mpsc::UnboundedSender<bool>,
    }

    impl Clock for Brittle {
        fn now(&self) -> Timestamp {
            let broken = self.broken.load(Ordering::SeqCst);
            let _ = self.looks.send(broken);
            assert!(!broken, "the clock is broken, as the test wants it");
            SystemClock.now()
        }
    }

    #[tokio::test]
    async fn a_duty_that_breaks_down_again_and_again_goes_on_when_it_can() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("app.sqlite3").display());
        let text = format!("[database]\nurl = '{url}'\n[wix]\napp_id = 'a'\napp_secret = '0123456789abcdef'");
        let (looks, mut looked) = mpsc::unbounded_channel();
        let clock = Arc::new(Brittle { broken: AtomicBool::new(false), looks });
        let config = Config::from_text(&text).unwrap();
        let app =
            serve::open(config, Catalog::standard(), Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        let stop = watch::Sender::new(false);
        clock.broken.store(true, Ordering::SeqCst);
        let working = tokio::spawn(work::run(Arc::clone(&app), stop.subscribe()));
        // Two of the three duties look at the clock in every round.
        for broken in [true, false] {
            clock.broken.store(broken, Ordering::SeqCst);
            let mut rounds = 0;
            while rounds < 6 {
                app.wake_workers();
                rounds += usize::from(looked.recv().await.unwrap() == broken);
            }
        }
        stop.send_replace(true);
        working.await.expect("the work ended because it was told to");
        app.store.close().await;
    }
}
