//! The invoices of a paid life: which was paid, which failed, and which one a moment belongs to.

use crate::clock::Timestamp;

/// The invoices of a paid life.
#[derive(Debug, Clone, Default)]
pub(super) struct Invoices {
    /// From when each counts, in order of time. A beginning without an invoice is known by its fact.
    from: Vec<(String, Timestamp)>,
    paid: Vec<String>,
    /// Since when payments fail, and the first invoice that did.
    failing: Option<(Timestamp, String)>,
}

impl Invoices {
    /// A plan began at `at`, under these names.
    pub(super) fn begin(&mut self, names: &[String], at: Timestamp) {
        if let Some(name) = names.first() {
            self.see(name, at);
        }
        self.failing = None;
    }

    /// An invoice counts from `at` on, unless it is known.
    pub(super) fn see(&mut self, id: &str, at: Timestamp) {
        if self.knows(id) {
            return;
        }
        let place = self.from.partition_point(|(_, from)| *from <= at);
        self.from.insert(place, (id.to_owned(), at));
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.from.iter().any(|(known, _)| known == id)
    }

    /// Whether an invoice of `start` or later is known.
    pub(super) fn is_known_from(&self, start: Timestamp) -> bool {
        self.from.last().is_some_and(|(_, from)| *from >= start)
    }

    /// The invoice that a moment belongs to.
    pub(super) fn at(&self, at: Timestamp) -> Option<&str> {
        self.from.iter().rev().find(|(_, from)| *from <= at).map(|(id, _)| id.as_str())
    }

    pub(super) fn fail(&mut self, id: &str, at: Timestamp) {
        // An invoice that was paid cannot fail any more: the word of its failure came late.
        if !self.paid.iter().any(|paid| paid == id) {
            self.failing.get_or_insert_with(|| (at, id.to_owned()));
        }
    }

    pub(super) fn pay(&mut self, id: &str) {
        self.failing = None;
        self.paid.push(id.to_owned());
    }

    /// Something proves that the plan is paid again.
    pub(super) fn recover(&mut self) {
        self.failing = None;
    }

    /// A later invoice than the one that failed stands behind the plan: the payment went through after all.
    pub(super) fn recover_by(&mut self, id: Option<&str>, at: Timestamp) {
        let Some(id) = id.filter(|id| !self.knows(id)) else { return };
        self.failing.take_if(|(since, failed)| at >= *since && failed != id);
    }

    pub(super) fn is_failing(&self, at: Timestamp) -> bool {
        self.failing.as_ref().is_some_and(|(since, _)| *since <= at)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failing.is_some()
    }
}
