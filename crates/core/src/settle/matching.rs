//! Which grant of the books is which of those that must exist.
//!
//! By its business key first. But what is known of a paid life grows, and with it the names: an answer of Wix may have
//! shown a plan before the webhook that began it came. So what is left over on both sides is matched by its value: the
//! same plan and amount, nearest in time. That needs no entry, and gives the same balance as taking one back and giving
//! the other.

use std::collections::{HashMap, HashSet};

use crate::account::Account;
use crate::clock::Timestamp;
use crate::derive::{Derived, Due, DueKind, Portion};
use crate::grant::{CreditGrant, Pool, Source};

/// What the books hold, set against what must exist. Numbers are places in the lists of the account and of what is due.
pub(super) struct Matches {
    /// The grant of each thing that is due.
    pub(super) grants: HashMap<usize, usize>,
    /// What is due and missing.
    pub(super) missing: Vec<usize>,
    /// Grants that must be taken back, with the refund that says so if it is one.
    pub(super) wrong: Vec<(usize, Option<usize>)>,
    /// The reset of the books for each that is due.
    pub(super) resets: HashMap<usize, usize>,
    /// Resets that are due and missing.
    pub(super) missing_resets: Vec<usize>,
    /// Resets that should never have been.
    pub(super) wrong_resets: Vec<usize>,
    /// Whether a grant or a reset belongs to another time than the books say.
    moved: bool,
}

impl Matches {
    pub(super) fn find(account: &Account, derived: &Derived, now: Timestamp) -> Self {
        let mut search = Search { account, derived, now, taken: HashMap::new() };
        // First all that must exist finds its grant; what is to be taken back is looked for among the rest.
        let grants = |kind: &DueKind| matches!(kind, DueKind::Grant(_));
        search.by_key(grants, |due| vec![&due.key]);
        search.by_key(grants, |due| due.aliases.iter().collect());
        search.by_value();
        let refunds = |kind: &DueKind| matches!(kind, DueKind::Refund(_));
        search.by_key(refunds, |due| std::iter::once(&due.key).chain(&due.aliases).collect());
        search.finish()
    }

    /// All is as it must be, but for one grant that must go.
    pub(super) fn only_wrong(grant: usize) -> Self {
        Self {
            grants: HashMap::new(),
            missing: Vec::new(),
            wrong: vec![(grant, None)],
            resets: HashMap::new(),
            missing_resets: Vec::new(),
            wrong_resets: Vec::new(),
            moved: false,
        }
    }

    /// Whether there is nothing to do.
    pub(super) fn is_settled(&self) -> bool {
        self.missing.is_empty()
            && self.wrong.is_empty()
            && self.missing_resets.is_empty()
            && self.wrong_resets.is_empty()
            && !self.moved
    }
}

/// The due thing that each grant was found to be.
struct Search<'a> {
    account: &'a Account,
    derived: &'a Derived,
    now: Timestamp,
    taken: HashMap<usize, usize>,
}

impl Search<'_> {
    /// Whether derivation speaks of this grant at all.
    fn is_derived(grant: &CreditGrant) -> bool {
        let source = match grant.source {
            Source::Free | Source::Cycle | Source::Upgrade | Source::Trial => grant.pool == Pool::Plan,
            Source::TopUp => true,
            Source::Promo | Source::Adjust | Source::Carried => false,
        };
        source && !grant.taken_back
    }

    fn is_of_these_rules(&self, rules: &str) -> bool {
        rules == self.derived.rules.digest
    }

    fn is_worth(&self, grant: &CreditGrant, portion: &Portion) -> bool {
        grant.plan_id == portion.plan
            && (grant.amount == portion.amount || !self.is_of_these_rules(&grant.rules))
    }

    fn by_key(&mut self, of: fn(&DueKind) -> bool, keys: for<'d> fn(&'d Due) -> Vec<&'d String>) {
        let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, grant) in self.account.grants.iter().enumerate().filter(|(_, g)| Self::is_derived(g)) {
            by_key.entry(base_key(&grant.business_key)).or_default().push(index);
        }
        let found: HashSet<usize> = self.taken.values().copied().collect();
        for (number, due) in self.derived.due.iter().enumerate().filter(|(number, _)| !found.contains(number))
        {
            let Some(portion) = portion(due).filter(|_| of(&due.kind)) else { continue };
            let candidates = keys(due).into_iter().filter_map(|key| by_key.get(key.as_str())).flatten();
            let mut fitting = candidates.filter(|index| {
                let grant = &self.account.grants[**index];
                // Under other rules the same key may have had another value, which it keeps.
                let same = self.is_worth(grant, portion) || !self.is_of_these_rules(&grant.rules);
                same && !self.taken.contains_key(*index)
            });
            if let Some(index) = fitting.next().copied() {
                self.taken.insert(index, number);
            }
        }
    }

    fn by_value(&mut self) {
        let found: HashSet<usize> = self.taken.values().copied().collect();
        let mut free: Vec<usize> = (0..self.account.grants.len())
            .filter(|index| {
                let grant = &self.account.grants[*index];
                Self::is_derived(grant) && by_plan(grant.source) && !self.taken.contains_key(index)
            })
            .collect();
        if free.is_empty() {
            return;
        }
        for (number, due) in self.derived.due.iter().enumerate().filter(|(number, _)| !found.contains(number))
        {
            let DueKind::Grant(portion) = &due.kind else { continue };
            let near = |index: &usize| {
                let grant = &self.account.grants[*index];
                (grant.effective_at.duration_since(due.at).abs(), grant.business_key.as_str())
            };
            let worth = |index: &&usize| self.is_worth(&self.account.grants[**index], portion);
            let nearest = free.iter().filter(|_| by_plan(portion.source)).filter(worth);
            if let Some(index) = nearest.min_by(|a, b| near(a).cmp(&near(b))).copied() {
                free.retain(|other| *other != index);
                self.taken.insert(index, number);
            }
        }
    }

    fn finish(self) -> Matches {
        let (account, derived) = (self.account, self.derived);
        let grants: HashMap<usize, usize> = self.taken.iter().map(|(grant, due)| (*due, *grant)).collect();
        let mut wrong = Vec::new();
        for (index, grant) in account.grants.iter().enumerate().filter(|(_, g)| Self::is_derived(g)) {
            match self.taken.get(&index) {
                Some(due) if matches!(derived.due[*due].kind, DueKind::Refund(_)) => {
                    wrong.push((index, Some(*due)));
                }
                Some(_) => {}
                None if self.may_take_back(&grant.rules, grant.effective_at) => wrong.push((index, None)),
                None => {}
            }
        }
        let due = |is: fn(&DueKind) -> bool| {
            derived.due.iter().enumerate().filter(move |(_, due)| is(&due.kind)).map(|(number, _)| number)
        };
        let missing =
            due(|kind| matches!(kind, DueKind::Grant(_))).filter(|number| !grants.contains_key(number));
        let missing: Vec<usize> = missing.collect();
        let mut resets = HashMap::new();
        for number in due(|kind| matches!(kind, DueKind::Reset(_))) {
            if let Some(index) = find_reset(account, &derived.due[number], &resets) {
                resets.insert(number, index);
            }
        }
        let missing_resets = due(|kind| matches!(kind, DueKind::Reset(_)))
            .filter(|number| derived.whole && !resets.contains_key(number))
            .collect();
        let is_due = |index: &usize| resets.values().any(|known| known == index);
        let wrong_reset = |index: &usize| {
            let reset = &account.resets[*index];
            !is_due(index) && self.may_take_back(&reset.rules, reset.at)
        };
        let wrong_resets = (0..account.resets.len()).filter(wrong_reset).collect();
        let moved = derived.whole
            && (grants.iter().any(|(due, grant)| {
                let grant = &account.grants[*grant];
                grant.effective_at != derived.due[*due].at && self.is_of_these_rules(&grant.rules)
            }) || resets.iter().any(|(due, reset)| {
                let reset = &account.resets[*reset];
                reset.at != derived.due[*due].at && self.is_of_these_rules(&reset.rules)
            }));
        Matches { grants, missing, wrong, resets, missing_resets, wrong_resets, moved }
    }

    fn may_take_back(&self, rules: &str, at: Timestamp) -> bool {
        self.derived.whole && self.is_of_these_rules(rules) && at <= self.now
    }
}

/// The reset of the books that is the one that is due: by its key, else by its time.
fn find_reset(account: &Account, due: &Due, taken: &HashMap<usize, usize>) -> Option<usize> {
    let free = |index: &usize| !taken.values().any(|known| known == index);
    let named = |reset: &crate::account::Reset| {
        let key = base_key(&reset.key);
        key == due.key || due.aliases.iter().any(|alias| alias == key)
    };
    let resets = || account.resets.iter().enumerate();
    let by_key = resets().find(|(index, reset)| free(index) && named(reset));
    by_key
        .or_else(|| resets().find(|(index, reset)| free(index) && reset.at == due.at))
        .map(|(index, _)| index)
}

pub(super) fn portion(due: &Due) -> Option<&Portion> {
    match &due.kind {
        DueKind::Grant(portion) | DueKind::Refund(portion) => Some(portion),
        DueKind::Reset(_) => None,
    }
}

/// Whether a source gives credits of a paid plan: these may have been given under another name.
fn by_plan(source: Source) -> bool {
    matches!(source, Source::Cycle | Source::Upgrade | Source::Trial)
}

/// The key without the number that tells it from an earlier grant under the same key (see [`super::book`]).
pub(super) fn base_key(key: &str) -> &str {
    let numbered = key.rsplit_once('~');
    numbered.filter(|(_, n)| n.bytes().all(|b| b.is_ascii_digit())).map_or(key, |(base, _)| base)
}
