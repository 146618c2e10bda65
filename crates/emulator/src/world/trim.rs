//! What the platform may forget: records of what is over. What somebody can still act on or ask for stays.

use std::collections::{HashMap, HashSet, VecDeque};

use jiff::SignedDuration;
use wixapp_core::fact::InvoiceStatus;
use wixapp_core::id::InstanceId;

use super::World;
use super::checkout::Checkout;
use super::delivery::Delivery;
use super::invoice::Invoice;

/// How many finished records of a kind are kept; the oldest go first. Those that belong to an install are counted for each
/// install, so that a busy one does not push out what another one did.
const KEEP: usize = 300;

/// For how long a post stays whatever comes after it. An app that repeats one finds it by its key, and no app repeats for
/// longer.
const POST_STAYS: SignedDuration = SignedDuration::from_hours(7 * 24);

impl World {
    /// Drops the oldest finished records beyond what is kept.
    ///
    /// Refresh tokens are not among them: each is good until the app is removed, which takes it away.
    pub(crate) fn trim(&mut self) {
        let now = self.saved_at;
        drop_oldest(&mut self.checkouts, Checkout::is_closed);
        drop_oldest(&mut self.deliveries, Delivery::is_finished);
        let long_ago = now.checked_sub(POST_STAYS).unwrap_or(now);
        drop_oldest(&mut self.posts, |post| post.at < long_ago);
        drop_oldest_of_each(&mut self.bi_events, |event| Some(&event.instance_id));
        drop_oldest_of_each(&mut self.charges, |charge| Some(&charge.instance_id));
        self.codes.retain(|code| code.expires_at > now);
        self.trim_invoices();
    }

    /// A purchase belongs to the history, an open invoice can be paid, and a plan names the one it runs on: only renewals that
    /// were paid are forgotten.
    fn trim_invoices(&mut self) {
        let plans = self.sites.iter().filter_map(|site| site.install.as_ref()?.plan.as_ref());
        let named: HashSet<&str> = plans.map(|plan| plan.invoice_id.as_str()).collect();
        let over = |invoice: &Invoice| {
            invoice.renewal
                && invoice.status == InvoiceStatus::Paid
                && !named.contains(invoice.invoice_id.as_str())
        };
        drop_oldest_of_each(&mut self.invoices, |invoice| over(invoice).then_some(&invoice.instance_id));
    }
}

/// Drops the oldest finished records. Those that are open are not counted: however many there are, the one that has just been
/// finished stays.
fn drop_oldest<T>(records: &mut VecDeque<T>, finished: impl Fn(&T) -> bool) {
    if records.len() <= KEEP {
        return;
    }
    let mut excess = records.iter().filter(|record| finished(record)).count().saturating_sub(KEEP);
    records.retain(|record| {
        let dropped = excess > 0 && finished(record);
        excess -= usize::from(dropped);
        !dropped
    });
}

/// Drops the oldest finished records of each install. `whose` says whose a finished one is; an unfinished one is nobody's.
fn drop_oldest_of_each<T>(records: &mut VecDeque<T>, whose: impl Fn(&T) -> Option<&InstanceId>) {
    if records.len() <= KEEP {
        return;
    }
    let mut newer: HashMap<&InstanceId, usize> = HashMap::new();
    // From the newest to the oldest, so that what is counted is how many newer ones there are.
    let mut stays: Vec<bool> = records
        .iter()
        .rev()
        .map(|record| {
            let Some(instance_id) = whose(record) else { return true };
            let count = newer.entry(instance_id).or_default();
            *count += 1;
            *count <= KEEP
        })
        .collect();
    records.retain(|_| stays.pop().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finished_records_are_dropped_and_the_oldest_go_first() {
        let mut records: VecDeque<usize> = (0..KEEP + 3).collect();
        drop_oldest(&mut records, |n| *n != 0);
        assert_eq!(records.len(), KEEP + 1);
        assert_eq!((records[0], records[1]), (0, 3));
    }

    #[test]
    fn what_has_just_been_finished_stays_however_much_is_open() {
        let mut records: VecDeque<usize> = (0..KEEP * 2).collect();
        drop_oldest(&mut records, |n| *n == KEEP);
        assert!(records.contains(&KEEP));
    }

    #[test]
    fn a_busy_install_pushes_out_its_own_records_and_no_others() {
        let (busy, calm): (InstanceId, InstanceId) = ("busy".parse().unwrap(), "calm".parse().unwrap());
        let mut records: VecDeque<(&InstanceId, usize)> = [(&calm, 0), (&busy, 0)].into();
        records.extend((1..=KEEP + 1).map(|n| (&busy, n)));
        drop_oldest_of_each(&mut records, |(owner, n)| (*n != 1).then_some(*owner));
        // The busy one's 1 is unfinished: it stays, and is not counted.
        assert_eq!(records.len(), KEEP + 2);
        assert_eq!([records[0], records[1], records[2]], [(&calm, 0), (&busy, 1), (&busy, 2)]);
    }
}
