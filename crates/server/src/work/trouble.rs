//! [`Trouble`]: instances whose work failed, and how long they are left alone.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;
use wixapp_core::InstanceId;

/// How long an instance rests after its first failure; twice as long after each further one.
const FIRST_REST: Duration = Duration::from_secs(2);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// Instances whose work failed. One that fails for good is tried less and less often, so that it costs the others
/// nothing.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    instances: HashMap<InstanceId, Rest>,
}

#[derive(Debug)]
struct Rest {
    failures: u32,
    until: Instant,
}

impl Trouble {
    /// Whether the instance is left alone for now.
    pub(super) fn is_resting(&self, instance_id: &InstanceId) -> bool {
        self.instances.get(instance_id).is_some_and(|rest| Instant::now() < rest.until)
    }

    /// The work on the instance failed.
    pub(super) fn came(&mut self, instance_id: InstanceId) {
        let now = Instant::now();
        let rest = self.instances.entry(instance_id).or_insert(Rest { failures: 0, until: now });
        let length = FIRST_REST.saturating_mul(1 << rest.failures.min(16)).min(LONGEST_REST);
        rest.failures = rest.failures.saturating_add(1);
        rest.until = now + length;
    }

    /// The work on the instance was done.
    pub(super) fn is_over(&mut self, instance_id: &InstanceId) {
        self.instances.remove(instance_id);
    }

    /// How many instances are in trouble.
    pub(super) fn count(&self) -> i64 {
        i64::try_from(self.instances.len()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_failure_doubles_the_rest_up_to_five_minutes() {
        let (mut trouble, id) = (Trouble::default(), InstanceId::try_from("i-1".to_owned()).unwrap());
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            trouble.came(id.clone());
            tokio::time::advance(Duration::from_millis(seconds * 1000 - 1)).await;
            assert!(trouble.is_resting(&id), "{seconds}");
            tokio::time::advance(Duration::from_millis(1)).await;
            assert!(!trouble.is_resting(&id), "{seconds}");
        }
        trouble.is_over(&id);
        assert_eq!(trouble.count(), 0);
    }
}
