//! What really happened on the platform, in order, and which of it ever reached the app.

use std::collections::BTreeMap;

use wixapp_core::clock::Timestamp;
use wixapp_core::id::InstanceId;

/// A plan that was bought or moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    /// The plan's id.
    pub plan: String,
    /// What the plan gives in a cycle.
    pub credits: i64,
    /// Higher is more.
    pub rank: u32,
    /// Whether it is paid by the year.
    pub yearly: bool,
    /// Whether it begins a paid life, or goes on with one.
    pub fresh: bool,
    /// Whether it begins with a free trial.
    pub trial: bool,
    /// When the first period ends.
    pub until: Timestamp,
}

/// One thing that happened to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The app was put on the site.
    Installed {
        /// Whether the site is a duplicate of another.
        copy: bool,
    },
    /// The app was taken off the site.
    Removed,
    /// A plan was bought, or swapped for another.
    Bought(Purchase),
    /// The next period was paid.
    Renewed {
        /// When it ends.
        until: Timestamp,
    },
    /// The free trial became a paid plan.
    Converted {
        /// When its first period ends.
        until: Timestamp,
    },
    /// Renewal was switched off.
    Cancelled,
    /// Renewal was switched on again.
    Reactivated,
    /// A renewal could not be charged.
    PaymentFailed,
    /// The open invoice was paid after all.
    PaymentMade {
        /// When the period that it pays ends.
        until: Timestamp,
    },
    /// The money of the current invoice was given back.
    Refunded,
    /// The paid life is over.
    Over,
}

/// That the app was told, durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// When the event happened, as far as the app can tell.
    pub at: Timestamp,
    /// When the app stored it.
    pub heard: Timestamp,
}

/// A deed with its true time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub deed: Deed,
    /// Whether the app was told.
    pub told: Option<Told>,
}

/// What the app did with credits, in the order in which it committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// It gave credits of a plan that count from `since`.
    Given {
        /// The key under which it gave them.
        key: String,
        /// From when they count.
        since: Timestamp,
        /// How many.
        amount: i64,
        /// Whether they pay what is owed first.
        pays_debt: bool,
    },
    /// It found that credits count from another moment.
    Moved {
        /// From when they had counted.
        from: Timestamp,
        /// From when they count.
        to: Timestamp,
        /// How many credits had been given.
        amount: i64,
    },
    /// It cut the plan's credits because a paid life ended at that moment.
    Cut(Timestamp),
    /// It found a cut to be of another moment: from when, and to when.
    MovedCut(Timestamp, Timestamp),
    /// It undid a cut: the paid life did not end then.
    Uncut(Timestamp),
    /// It took a grant back.
    TakenBack {
        /// From when it had counted.
        since: Timestamp,
        /// How many credits had been given.
        amount: i64,
    },
    /// The owner spent.
    Spent(i64),
    /// The owner put credits aside under a key.
    Reserved(String, i64),
    /// The owner spent of what was put aside; the rest came back.
    Posted(String, i64),
    /// What was put aside came back.
    Returned(String),
}

/// The whole truth about one instance.
#[derive(Debug, Clone, Default)]
pub struct Story {
    /// What happened on the platform.
    pub deeds: Vec<Entry>,
    /// When the platform answered "how does it stand", with the time by the app's own clock. Only what was stored.
    pub asked: Vec<(Timestamp, Timestamp)>,
    /// What the app did with credits.
    pub moves: Vec<Move>,
}

/// The stories of all instances.
pub type Chronicle = BTreeMap<InstanceId, Story>;

impl Deed {
    /// The deed, for a reader.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Bought(p) => {
                let how = if p.yearly { "by the year" } else { "by the month" };
                let new = if p.trial {
                    "trial of"
                } else if p.fresh {
                    "bought"
                } else {
                    "moved to"
                };
                format!("{new} {} {how}, until {:.0}", p.plan, p.until)
            }
            Self::Renewed { until } => format!("renewed until {until:.0}"),
            other => format!("{other:?}"),
        }
    }
}

impl Story {
    /// Notes a deed; gives its place.
    pub fn add(&mut self, at: Timestamp, deed: Deed) -> usize {
        self.deeds.push(Entry { at, deed, told: None });
        self.deeds.len() - 1
    }

    /// The app stored the word of a deed; the first time counts.
    pub fn tell(&mut self, place: usize, told: Told) {
        if let Some(entry) = self.deeds.get_mut(place) {
            entry.told.get_or_insert(told);
        }
    }
}

impl Story {
    /// Whether something was bought of which no word ever got through, and was left again before anybody asked.
    #[must_use]
    pub fn leaves_no_trace(&self) -> bool {
        let ends = |entry: &&Entry| matches!(entry.deed, Deed::Bought(_) | Deed::Over);
        self.deeds.iter().enumerate().any(|(n, entry)| {
            let until = self.deeds.iter().skip(n + 1).find(ends).map(|next| next.at);
            let asked = |until| self.asked.iter().any(|(at, _)| entry.at <= *at && *at < until);
            matches!(entry.deed, Deed::Bought(_))
                && entry.told.is_none()
                && until.is_some_and(|until| !asked(until))
        })
    }
}
