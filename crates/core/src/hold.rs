//! Holds: credits put aside for work, then posted or voided, once.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::credits::Credits;
use crate::grant::Pool;
use crate::id::{GrantId, HoldId};

/// Where a hold is in its life; everything but `Open` is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// The credits are put aside.
    Open,
    /// The credits were spent, all or in part.
    Posted,
    /// The credits came back.
    Voided,
    /// The time ran out and the credits came back.
    Expired,
}

impl HoldState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Posted, Self::Voided, Self::Expired];

    /// The state's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Posted => "posted",
            Self::Voided => "voided",
            Self::Expired => "expired",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// How much of a hold came from which grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// The grant.
    pub grant_id: GrantId,
    /// Its pool.
    pub pool: Pool,
    /// How much was taken from it.
    pub amount: Credits,
}

/// Credits put aside for work under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The hold's id.
    pub id: HoldId,
    /// The caller's key: reserving twice under one key is one hold.
    pub key: String,
    /// What the credits are for, for example `publish`.
    pub action: String,
    /// How many credits.
    pub amount: Credits,
    /// Where they came from.
    pub draws: Vec<Draw>,
    /// Where the hold is in its life.
    pub state: HoldState,
    /// How many were spent in the end.
    pub posted: Credits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself; `None` for a hold that lives as long as its job.
    pub expires_at: Option<Timestamp>,
}

impl Hold {
    /// Lets up to `amount` that was drawn from one grant stand on another, and takes that off `amount`.
    pub(crate) fn point(&mut self, from: &GrantId, to: &GrantId, amount: &mut Credits) {
        let mut draws = Vec::new();
        for draw in self.draws.drain(..) {
            let part = if draw.grant_id == *from { draw.amount.min(*amount) } else { Credits::ZERO };
            *amount = amount.checked_sub(part).unwrap_or(Credits::ZERO);
            let stays = draw.amount.checked_sub(part).unwrap_or(Credits::ZERO);
            let moved = Draw { grant_id: to.clone(), amount: part, ..draw.clone() };
            let stayed = Draw { amount: stays, ..draw };
            draws.extend([moved, stayed].into_iter().filter(|draw| !draw.amount.is_zero()));
        }
        self.draws = draws;
    }

    /// Whether the hold is still open but its time has run out.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == HoldState::Open && self.expires_at.is_some_and(|at| at <= now)
    }
}

/// Credits to put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReserveRequest {
    /// The caller's key.
    pub key: String,
    /// What the credits are for.
    pub action: String,
    /// How many; more than zero.
    pub amount: Credits,
    /// When the hold ends by itself.
    pub expires_at: Option<Timestamp>,
}
