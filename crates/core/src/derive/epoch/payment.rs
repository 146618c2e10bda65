//! Payments of a paid life: which period an invoice pays, and which one a failed payment leaves unpaid.

use jiff::SignedDuration;

use super::Epoch;
use crate::clock::Timestamp;
use crate::derive::life::FREE_GRACE;

impl Epoch<'_> {
    /// Wix names an invoice at `at`: it is that of the period that runs. When that one is known already, it is the next
    /// period's, which is about to begin by a clock that runs behind Wix's; or it pays from now on, for a reason nobody told.
    pub(in crate::derive) fn see_invoice(&mut self, id: &str, at: Timestamp) {
        if self.extras.iter().any(|extra| extra.invoice_id == id) {
            return;
        }
        // An answer by a clock that runs behind may come before what it tells of.
        let early = self.period_anchor.duration_since(at) < FREE_GRACE;
        let at = if early { at.max(self.period_anchor) } else { at };
        let start = self.period_start(at);
        let next = self.regular_end(at).filter(|end| end.duration_since(at) < FREE_GRACE);
        let taken = !self.invoices.knows(id) && self.is_invoiced(start);
        let from = if taken { next.unwrap_or(at) } else { start };
        self.invoices.see(id, at, from, self.regular_end(from));
    }

    /// Whether the invoice of the period that begins at `start` is known.
    fn is_invoiced(&mut self, start: Timestamp) -> bool {
        if !self.invoices.is_known_from(start) {
            return false;
        }
        let starts = self.starts_until(start);
        !self.invoices.belongs_before(&starts)
    }

    /// When the periods up to the one from `start` on began, in order of time.
    fn starts_until(&self, start: Timestamp) -> Vec<Timestamp> {
        let before = |start: &Timestamp| {
            let at = start.checked_sub(FREE_GRACE).ok().filter(|_| *start > self.period_anchor)?;
            Some(self.period_start(at)).filter(|before| before < start)
        };
        let mut starts: Vec<_> = std::iter::successors(Some(start), before).collect();
        starts.reverse();
        starts
    }

    /// The payment of an invoice failed: it is that of the whole period, unless another one pays that. What was declined
    /// beside a paid period takes nothing from it.
    pub(in crate::derive) fn fail(&mut self, id: &str, at: Timestamp) {
        // The time of the word may be cut to the second before.
        let turn = self.regular_end(at).filter(|end| end.duration_since(at) < SignedDuration::from_secs(1));
        let start = turn.unwrap_or_else(|| self.period_start(at));
        let fresh = at.duration_since(start) < FREE_GRACE;
        let own = self.invoices.at(start) == Some(id);
        let renewal = start > self.period_anchor && (fresh || !self.is_invoiced(start));
        let since = if own || renewal { start } else { self.regular_end(at).unwrap_or(at) };
        self.invoices.fail(id, since);
    }

    /// An invoice was paid at `at`. One that had failed pays the period for which it failed. One whose period is known pays no
    /// other: it was told once more, or a dispute about it was won.
    pub(in crate::derive) fn pay(&mut self, id: &str, at: Timestamp) {
        let failed = self.invoices.fails_since(id);
        let is_new = failed.is_some() || !self.invoices.knows(id);
        self.invoices.pay(id);
        self.recovered_at = failed.map(|_| at).or(self.recovered_at);
        self.settle(at);
        self.see_invoice(id, failed.unwrap_or(at));
        if is_new && self.is_open(at) {
            self.evidence(at, None);
        }
    }
}
