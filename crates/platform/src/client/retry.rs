//! Trying again.

use std::time::Duration;

use crate::error::Error;

/// How often and how long apart a harmless call is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryPolicy {
    /// Attempts in all.
    pub(crate) attempts: u32,
    /// The pause before the second attempt; it doubles from one to the next.
    pub(crate) first_pause: Duration,
    /// When Wix asks for a longer pause than this, its error is returned at once instead.
    pub(crate) longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 3, first_pause: Duration::from_millis(250), longest_pause: Duration::from_secs(20) }
    }
}

impl RetryPolicy {
    /// A single attempt: for calls that may not be repeated.
    pub(crate) fn once(self) -> Self {
        Self { attempts: 1, ..self }
    }

    /// Runs `attempt` until it succeeds, fails for good, or the attempts are used up.
    pub(crate) async fn run<T, F>(self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut failures = 0;
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.pause(failures, &error) else { return Err(error) };
            tracing::debug!(%error, failures, pause_ms = pause.as_millis(), "a call to Wix failed and is tried again");
            tokio::time::sleep(pause).await;
        }
    }

    /// The pause after the `failures`-th failure in a row; `None` to give up.
    fn pause(&self, failures: u32, error: &Error) -> Option<Duration> {
        if failures >= self.attempts || !error.is_transient() {
            return None;
        }
        let backoff = self.first_pause.saturating_mul(1 << (failures - 1).min(10)).min(self.longest_pause);
        // Between a half and the whole, so that many clients hit by one outage do not return in step.
        let backoff = backoff.mul_f64(rand::random_range(0.5..=1.0));
        match error.retry_after() {
            Some(asked) if asked > self.longest_pause => None,
            Some(asked) => Some(asked.saturating_add(backoff)),
            None => Some(backoff),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Kind, Refusal};
    use tokio::time::Instant;

    fn answered(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        Error::new(Kind::Status { endpoint: "GET /x", status, answer: Refusal::default(), retry_after })
    }

    /// Runs the default policy against a call that always fails; attempts and seconds it took.
    async fn attempts_and_time(error: Error) -> (u32, f64) {
        let (started, mut attempts) = (Instant::now(), 0);
        let outcome: Result<(), _> = RetryPolicy::default()
            .run(|| {
                attempts += 1;
                std::future::ready(Err(error.clone()))
            })
            .await;
        assert!(outcome.is_err());
        (attempts, started.elapsed().as_secs_f64())
    }

    #[tokio::test(start_paused = true)]
    async fn outages_are_tried_three_times_with_growing_pauses() {
        let (attempts, seconds) = attempts_and_time(answered(503, None)).await;
        assert_eq!(attempts, 3);
        assert!((0.375..=0.76).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_waited_out_in_full() {
        let (attempts, seconds) = attempts_and_time(answered(429, Some(7))).await;
        assert_eq!(attempts, 3);
        assert!((14.0..15.0).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_longer_retry_after_ends_the_attempts_at_once() {
        assert_eq!(attempts_and_time(answered(503, Some(21))).await, (1, 0.0));
    }

    #[tokio::test(start_paused = true)]
    async fn what_will_not_change_is_not_repeated() {
        for status in [400, 401, 403, 404, 409, 422] {
            assert_eq!(attempts_and_time(answered(status, None)).await, (1, 0.0));
        }
        assert_eq!(attempts_and_time(Error::malformed("x", "y")).await, (1, 0.0));
    }

    #[tokio::test(start_paused = true)]
    async fn success_after_a_failure_is_success() {
        let mut outcomes = vec![Ok(5), Err(answered(500, None))];
        let outcome = RetryPolicy::default().run(|| std::future::ready(outcomes.pop().unwrap())).await;
        assert_eq!(outcome.unwrap(), 5);
    }
}
