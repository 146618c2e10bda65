//! Folding facts into the life of an instance: presence, paid lives, given plans, refunds.

mod answer;
mod payment;

use std::collections::HashMap;

use jiff::SignedDuration;

use super::epoch::Epoch;
use super::given::Given;
use super::segment::EntryKind;
use super::{Alarm, Input, ParkReason, Parked};
use crate::catalog::{Plan, TopUp};
use crate::clock::Timestamp;
use crate::fact::{BillingCycle, Fact, FactKind, InvoiceStatus, Noted, PlanTerms};

/// Facts further ahead than this wait (billing-rules §6.6).
const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);
/// For so long Wix tells again what was not acknowledged (wix-protocol §4). A word without a time that comes once more in this
/// time is the same word.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_hours(48);
/// "Free" in an answer of Get App Instance is not believed this soon after proof of payment: its data may lag.
pub(super) const FREE_GRACE: SignedDuration = SignedDuration::from_mins(10);

/// Whether the app is on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Never,
    Installed,
    Removed(Timestamp),
}

/// A top-up that was bought.
pub(super) struct Bought<'a> {
    pub(super) top_up: &'a TopUp,
    pub(super) at: Timestamp,
    /// The invoice, or the fact where Wix names none.
    pub(super) name: String,
    pub(super) fact: String,
}

/// A purchase of a top-up in Wix's list.
pub(super) struct Listed<'a> {
    pub(super) top_up: &'a TopUp,
    pub(super) at: Timestamp,
    pub(super) fact: String,
}

/// That the payment of an invoice was taken back.
pub(super) struct TakenBack {
    /// The fact that says so.
    pub(super) fact: String,
    /// Who noted it by hand, if anybody did.
    pub(super) noted: Option<Noted>,
    /// Whether it was by a dispute, which may be won yet; a refund is for good.
    pub(super) disputed: bool,
}

/// What a fact speaks of.
enum Product<'a> {
    None,
    Plan(&'a Plan),
    TopUp(&'a TopUp),
}

/// The state of the fold.
pub(super) struct Life<'a> {
    pub(super) input: Input<'a>,
    presence: Presence,
    pub(super) installed_at: Option<Timestamp>,
    pub(super) origin: Option<String>,
    pub(super) epochs: Vec<Epoch<'a>>,
    pub(super) given: Vec<Given<'a>>,
    pub(super) bought: Vec<Bought<'a>>,
    pub(super) listed: Vec<Listed<'a>>,
    /// What was said of invoices without a time, and when first.
    told: HashMap<(String, InvoiceStatus), Timestamp>,
    /// The invoices whose payment was taken back.
    pub(super) refunded: HashMap<String, TakenBack>,
    pub(super) alarms: Vec<Alarm>,
    /// Failed payments of a plan of which nothing was known yet.
    failed_early: Vec<(Timestamp, String)>,
    /// From when on the question is worth asking again to which the last answer came too soon to be believed.
    pub(super) doubted_until: Option<Timestamp>,
}

impl<'a> Life<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        Self {
            input,
            presence: Presence::Never,
            installed_at: None,
            origin: None,
            epochs: Vec::new(),
            given: Vec::new(),
            bought: Vec::new(),
            listed: Vec::new(),
            told: HashMap::new(),
            refunded: HashMap::new(),
            alarms: Vec::new(),
            failed_early: Vec::new(),
            doubted_until: None,
        }
    }

    /// When the app was removed, if it is.
    pub(super) fn removed_at(&self) -> Option<Timestamp> {
        match self.presence {
            Presence::Removed(at) => Some(at),
            Presence::Never | Presence::Installed => None,
        }
    }

    /// Takes one fact in; refuses it when it must wait.
    pub(super) fn fold(&mut self, fact: &Fact) -> Result<(), ParkReason> {
        if fact.at > self.input.now.saturating_add(FUTURE_TOLERANCE).unwrap_or(Timestamp::MAX) {
            return Err(ParkReason::FromTheFuture { at: fact.at });
        }
        // An answer is one, though of a plan that nobody knows.
        if matches!(fact.kind, FactKind::Snapshot(_)) {
            self.doubted_until = None;
        }
        let product = match self.product(&fact.kind) {
            Ok(product) => product,
            Err(reason) => {
                self.hold_on(fact);
                return Err(reason);
            }
        };
        self.settle(fact.at);
        if self.presence == Presence::Never && !matches!(fact.kind, FactKind::AppRemoved) {
            // Anything Wix says of an instance proves that the app was installed, even when that event was lost.
            self.presence = Presence::Installed;
            self.installed_at = Some(fact.at);
        }
        match (&fact.kind, product) {
            (kind, Product::Plan(plan)) => self.fold_plan(fact, kind, plan),
            (FactKind::PlanPurchased(terms), Product::TopUp(top_up)) => self.buy(fact, terms, top_up),
            (FactKind::PurchaseListed(_), Product::TopUp(top_up)) => {
                self.listed.push(Listed { top_up, at: fact.at, fact: fact.key.clone() });
            }
            // Whatever else is said of a one-time product changes nothing: it was paid once.
            (_, Product::TopUp(_)) => {}
            (FactKind::AppInstalled { origin_instance_id }, Product::None) => {
                self.presence = Presence::Installed;
                // A removal may be all that was known so far.
                self.installed_at.get_or_insert(fact.at);
                self.origin = self.origin.take().or_else(|| origin_instance_id.clone());
            }
            (FactKind::AppRemoved, Product::None) => self.presence = Presence::Removed(fact.at),
            (FactKind::InvoiceUpdated { undated: true, invoice_id, status, .. }, Product::None)
                if self.is_told_again(invoice_id, status, fact.at) => {}
            (FactKind::InvoiceUpdated { invoice_id, status, recurring, noted, .. }, Product::None) => {
                if matches!(status, InvoiceStatus::Refunded | InvoiceStatus::ChargedBack) {
                    let disputed = *status == InvoiceStatus::ChargedBack;
                    let told = TakenBack { fact: fact.key.clone(), noted: noted.clone(), disputed };
                    self.take_back(invoice_id, told);
                } else {
                    self.invoice(fact, invoice_id, status, *recurring != Some(false));
                }
            }
            (FactKind::Snapshot(_), Product::None) => self.snapshot_free(fact.at),
            (FactKind::GivenPlanEnded { .. }, Product::None) => Given::end(&mut self.given, fact.at),
            // Every other kind names a plan, so the look-up has found it or refused the fact.
            (_, Product::None) => {}
        }
        Ok(())
    }

    fn product(&self, kind: &FactKind) -> Result<Product<'a>, ParkReason> {
        let catalog = self.input.catalog;
        let unknown = |id: &str| ParkReason::UnknownPlan { vendor_product_id: id.to_owned() };
        if let FactKind::PlanGiven { plan_id, .. } = kind {
            return catalog.find(plan_id).map(Product::Plan).ok_or_else(|| unknown(plan_id.as_str()));
        }
        let Some(id) = kind.vendor_product_id() else { return Ok(Product::None) };
        let top_up = || catalog.normalise_top_up(id).map(Product::TopUp);
        catalog.normalise(id).map(Product::Plan).or_else(top_up).ok_or_else(|| unknown(id))
    }

    fn fold_plan(&mut self, fact: &Fact, kind: &FactKind, plan: &'a Plan) {
        match kind {
            FactKind::PlanPurchased(terms) => {
                self.pay_twice(fact, plan, terms);
                self.paid(fact, plan, terms, true);
                self.renew_paid(plan, fact.at);
            }
            FactKind::TrialConverted(terms) => {
                if let Some(epoch) = self.open_epoch(fact.at).filter(|e| !e.is_converted(plan, fact.at)) {
                    if epoch.can_be_trial(plan, fact.at) {
                        epoch.convert(fact, plan, terms);
                    } else {
                        // It is the trial of another life, of which nothing was told.
                        epoch.ends_at = Some(fact.at);
                    }
                }
                self.paid(fact, plan, terms, true);
            }
            FactKind::PlanReactivated(terms) => {
                // When it was bought, an answer will tell.
                self.paid(fact, plan, terms, false);
                self.renew_paid(plan, fact.at);
                if let Some((epoch, id)) = self.open_epoch(fact.at).zip(terms.invoice_id.as_deref()) {
                    epoch.see_invoice(id, fact.at);
                }
            }
            FactKind::PlanChanged { terms, previous_vendor_product_id } => {
                let previous = previous_vendor_product_id.as_deref();
                let previous = previous.and_then(|id| self.input.catalog.normalise(id));
                // A lower plan was chosen, and the purchase of the higher one was never told: it runs until its period ends.
                if let Some(higher) = previous.filter(|previous| previous.rank > plan.rank && !plan.is_free())
                    && self.open_epoch(fact.at).is_none()
                {
                    self.epochs.push(Epoch::begin(fact, higher, terms, EntryKind::Purchase, false));
                }
                self.paid(fact, plan, terms, false);
                self.renew_paid(plan, fact.at);
            }
            FactKind::PlanTransferred(terms) => self.transferred(fact, plan, terms),
            FactKind::RenewalCancelled { immediately, in_trial, moved, .. } => {
                // What has ended already cannot be cancelled: its end stays where it is.
                if let Some(epoch) = self.open_epoch(fact.at) {
                    if !*immediately && !*in_trial && epoch.is_on(plan) {
                        // Who can switch renewal off has paid for the period that runs; of that plan, and of no other that
                        // is only supposed to run.
                        epoch.evidence(fact.at, None);
                    }
                    epoch.renew(false, fact.at);
                    epoch.moved = *moved;
                    if *in_trial && epoch.can_be_trial(plan, fact.at) {
                        epoch.mark_trial();
                    }
                    if *immediately || *in_trial {
                        epoch.ends_at = Some(fact.at);
                    }
                }
            }
            FactKind::Snapshot(snapshot) => self.snapshot(fact, snapshot, plan),
            FactKind::PlanGiven { until, .. } => {
                if !plan.is_free() && until.is_none_or(|until| fact.at < until) {
                    Given::give(&mut self.given, fact, plan, *until, self.input.policy.cycle);
                }
            }
            // A plan has its own truth: the answers of Get App Instance.
            FactKind::PurchaseListed(_)
            | FactKind::AppInstalled { .. }
            | FactKind::AppRemoved
            | FactKind::InvoiceUpdated { .. }
            | FactKind::GivenPlanEnded { .. } => {}
        }
    }

    /// Another plan is paid, and the catalogue does not know it: until it does, the last one that was known keeps its access,
    /// and no end of it comes by the passing of time.
    fn hold_on(&mut self, fact: &Fact) {
        let paid = match &fact.kind {
            FactKind::PlanPurchased(terms)
            | FactKind::PlanChanged { terms, .. }
            | FactKind::TrialConverted(terms)
            | FactKind::PlanReactivated(terms)
            | FactKind::PlanTransferred(terms) => terms.cycle != BillingCycle::OneTime,
            FactKind::Snapshot(snapshot) => snapshot.paid.is_some(),
            _ => false,
        };
        if paid {
            self.settle(fact.at);
            if let Some(epoch) = self.open_epoch(fact.at) {
                epoch.hold_on();
            }
        }
    }

    /// Whether a word without a time was told before, not long ago: it is the same one, signed anew. Only where it matters: a
    /// payment would undo a dispute, and a dispute a payment. That a payment failed, an answer of Wix puts right.
    fn is_told_again(&mut self, invoice_id: &str, status: &InvoiceStatus, at: Timestamp) -> bool {
        let disputed = self.refunded.get(invoice_id).is_some_and(|told| told.disputed);
        let matters = match status {
            InvoiceStatus::Paid => disputed,
            InvoiceStatus::ChargedBack => true,
            InvoiceStatus::PaymentFailed | InvoiceStatus::Refunded | InvoiceStatus::Unknown(_) => {
                return false;
            }
        };
        let first = self.told.entry((invoice_id.to_owned(), status.clone())).or_insert(at);
        if *first == at {
            return false;
        }
        let again = at.duration_since(*first) < TOLD_AGAIN;
        if !again {
            *first = at;
        }
        again && matters
    }

    /// Brings the last epoch to its end when that lies at or before `at`.
    fn settle(&mut self, at: Timestamp) {
        if let Some(epoch) = self.epochs.last_mut() {
            epoch.settle(at);
        }
    }

    /// After the last fact: what has ended or begun by now, and the refunds of which nothing else is known.
    pub(super) fn close(&mut self) -> Vec<Parked> {
        self.settle(self.input.now);
        let known = |id: &String| {
            self.epochs
                .iter()
                .any(|epoch| epoch.invoices.knows(id) || epoch.extras.iter().any(|e| e.invoice_id == *id))
                || self.bought.iter().any(|bought| bought.name == *id)
        };
        let unknown = self.refunded.iter().filter(|(id, _)| !known(id));
        let park = |(id, told): (&String, &TakenBack)| Parked {
            fact: told.fact.clone(),
            reason: ParkReason::UnknownInvoice { invoice_id: id.clone() },
        };
        let mut parked: Vec<Parked> = unknown.map(park).collect();
        parked.sort_by(|a, b| a.fact.cmp(&b.fact));
        parked
    }

    fn open_epoch(&mut self, at: Timestamp) -> Option<&mut Epoch<'a>> {
        self.epochs.last_mut().filter(|epoch| epoch.is_open(at))
    }

    /// A fact that says: this plan is paid from now on.
    fn paid(&mut self, fact: &Fact, plan: &'a Plan, terms: &PlanTerms, anchors: bool) {
        if plan.is_free() {
            if let Some(epoch) = self.open_epoch(fact.at) {
                epoch.renew(false, fact.at);
            }
            return;
        }
        match self.open_epoch(fact.at) {
            Some(epoch) => {
                epoch.anchored |= anchors;
                epoch.change(plan, terms, fact, fact.at);
                epoch.evidence(fact.at, terms.expires_at);
                epoch.invoices.recover();
            }
            None => self.epochs.push(Epoch::begin(fact, plan, terms, EntryKind::Purchase, anchors)),
        }
    }

    /// Buying a plan, or another one, switches renewal on again.
    fn renew_paid(&mut self, plan: &Plan, at: Timestamp) {
        if let Some(epoch) = self.open_epoch(at).filter(|_| !plan.is_free()) {
            epoch.renew(true, at);
        }
    }

    /// The plan came from another owner or site. It was paid there: its beginning earns nothing here.
    fn transferred(&mut self, fact: &Fact, plan: &'a Plan, terms: &PlanTerms) {
        if self.open_epoch(fact.at).is_some() || plan.is_free() {
            self.paid(fact, plan, terms, false);
        } else {
            self.epochs.push(Epoch::begin(fact, plan, terms, EntryKind::Transfer, true));
        }
    }
}
