//! The faults of the network and of the app's machine: when they come, how long they last, what a webhook meets.

use jiff::{SignedDuration, Timestamp};

use super::rng::Rng;

/// What is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Webhooks do not get through; the platform sends them again for two days, then never.
    Webhooks,
    /// Webhooks vanish, and the platform believes that they arrived.
    Swallowed,
    /// The platform cannot be asked.
    Asking,
    /// Nothing gets through in either direction.
    Both,
    /// The app itself is down.
    Down,
}

impl Fault {
    /// The fault in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhooks => "webhooks do not get through",
            Self::Swallowed => "webhooks vanish",
            Self::Asking => "the platform cannot be asked",
            Self::Both => "nothing gets through",
            Self::Down => "the app is down",
        }
    }
}

/// What becomes of one attempt at a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrives at once.
    Arrives,
    /// It arrives at once, and once more later.
    ArrivesTwice(SignedDuration),
    /// It arrives, and the answer is lost.
    AnswerLost,
    /// It arrives later; the platform gave up waiting long before.
    Late(SignedDuration),
    /// It does not arrive.
    Fails,
    /// It does not arrive, and the platform believes it did.
    Vanishes,
}

/// The state of the network.
#[derive(Debug, Clone)]
pub struct Weather {
    chance: Rng,
    fault: Option<(Fault, Timestamp)>,
    /// While it heals, nothing goes wrong.
    calm: bool,
}

impl Weather {
    /// Fair weather.
    #[must_use]
    pub fn new(chance: Rng) -> Self {
        Self { chance, fault: None, calm: false }
    }

    /// Ends every fault, or lets them come again.
    pub fn set_calm(&mut self, calm: bool) {
        self.calm = calm;
        if calm {
            self.fault = None;
        }
    }

    /// The fault that reigns at `now`.
    #[must_use]
    pub fn fault(&self, now: Timestamp) -> Option<Fault> {
        self.fault.filter(|(_, until)| now < *until).map(|(fault, _)| fault)
    }

    /// When the fault that reigns at `now` is over.
    #[must_use]
    pub fn ends_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.fault.map(|(_, until)| until).filter(|until| now < *until)
    }

    /// Begins a fault, of an hour to a hundred days; gives it with its end.
    pub fn turn(&mut self, now: Timestamp) -> Option<(Fault, Timestamp)> {
        if self.calm || self.fault(now).is_some() {
            return None;
        }
        let fault = self.chance.weighted(&[
            (25, Fault::Webhooks),
            (20, Fault::Swallowed),
            (20, Fault::Asking),
            (15, Fault::Both),
            (20, Fault::Down),
        ]);
        let hours = self.chance.weighted(&[(35, 1), (30, 24), (20, 5 * 24), (10, 30 * 24), (5, 100 * 24)]);
        let until = now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
        self.fault = Some((fault, until));
        self.fault
    }

    /// Whether the platform can be asked.
    #[must_use]
    pub fn can_ask(&self, now: Timestamp) -> bool {
        !matches!(self.fault(now), Some(Fault::Asking | Fault::Both | Fault::Down))
    }

    /// Whether the app's machine runs.
    #[must_use]
    pub fn is_up(&self, now: Timestamp) -> bool {
        self.fault(now) != Some(Fault::Down)
    }

    /// What becomes of an attempt that leaves now.
    pub fn fate(&mut self, now: Timestamp) -> Fate {
        match self.fault(now) {
            Some(Fault::Webhooks | Fault::Both | Fault::Down) => return Fate::Fails,
            Some(Fault::Swallowed) => return Fate::Vanishes,
            Some(Fault::Asking) | None => {}
        }
        if self.calm {
            return Fate::Arrives;
        }
        let late = SignedDuration::from_secs(match self.chance.between(0, 2) {
            0 => self.chance.between(1, 60),
            1 => self.chance.between(60, 6 * 3_600),
            _ => self.chance.between(3_600, 60 * 3_600),
        });
        self.chance.weighted(&[
            (700, Fate::Arrives),
            (80, Fate::ArrivesTwice(late)),
            (60, Fate::AnswerLost),
            (80, Fate::Late(late)),
            (50, Fate::Fails),
            (30, Fate::Vanishes),
        ])
    }
}
