//! The table of stable error codes that API users see.

/// What went wrong, in the words of the API: a stable code, its HTTP status, and a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// No valid token came with the request.
    Unauthorized,
    /// The token was valid once and is not any more.
    TokenExpired,
    /// The caller is known and may not do this.
    Forbidden,
    /// There is nothing at this address, or not for this caller.
    NotFound,
    /// The address exists, but not for this method.
    MethodNotAllowed,
    /// The request contradicts the present state.
    Conflict,
    /// The body is understood, but a value in it is not acceptable.
    InvalidRequest,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The body claims to be JSON and is not.
    MalformedJson,
    /// The body is larger than allowed.
    PayloadTooLarge,
    /// The request began and did not arrive in time.
    RequestTimeout,
    /// There are not enough credits for the spend.
    InsufficientCredits,
    /// The idempotency key was used with another request.
    IdempotencyMismatch,
    /// The hold was posted, voided or expired before.
    HoldEnded,
    /// A lower plan is not sold here: Wix's own page does that.
    DowngradeNotSold,
    /// The instance is on that plan already.
    AlreadyOnPlan,
    /// A shorter way of paying is not sold on our page.
    BillingCycleNotSold,
    /// No promo code has this text.
    PromoUnknown,
    /// The promo code has not begun, or has ended.
    PromoNotRunning,
    /// This instance has redeemed the promo code before.
    PromoRedeemed,
    /// The promo code was redeemed as often as it may be.
    PromoUsedUp,
    /// A request under this idempotency key is still being answered.
    RequestInProgress,
    /// Too many requests.
    RateLimited,
    /// The server cannot do this for the moment.
    Unavailable,
    /// Wix did not answer as it should.
    WixUnavailable,
    /// Something broke on our side.
    Internal,
}

impl ErrorCode {
    /// Every code, for tables and tests.
    pub const ALL: [Self; 26] = [
        Self::Unauthorized,
        Self::TokenExpired,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::InvalidRequest,
        Self::UnsupportedMediaType,
        Self::MalformedJson,
        Self::PayloadTooLarge,
        Self::RequestTimeout,
        Self::InsufficientCredits,
        Self::IdempotencyMismatch,
        Self::HoldEnded,
        Self::DowngradeNotSold,
        Self::AlreadyOnPlan,
        Self::BillingCycleNotSold,
        Self::PromoUnknown,
        Self::PromoNotRunning,
        Self::PromoRedeemed,
        Self::PromoUsedUp,
        Self::RequestInProgress,
        Self::RateLimited,
        Self::Unavailable,
        Self::WixUnavailable,
        Self::Internal,
    ];

    /// The code as it stands in replies; never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// A sentence for people, where the place of the error has no better one.
    #[must_use]
    pub const fn message(self) -> &'static str {
        self.row().2
    }

    const fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Unauthorized => ("unauthorized", 401, "This request needs a valid Wix token."),
            Self::TokenExpired => {
                ("token_expired", 401, "Your session has expired. Reload the page to go on.")
            }
            Self::Forbidden => ("forbidden", 403, "You may not do this."),
            Self::NotFound => ("not_found", 404, "There is nothing here."),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "This address does not take that method."),
            Self::Conflict => ("conflict", 409, "This contradicts the present state."),
            Self::InvalidRequest => ("invalid_request", 422, "A value in the request is not acceptable."),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", 415, "Send the body as application/json.")
            }
            Self::MalformedJson => ("malformed_json", 400, "The body is not valid JSON."),
            Self::PayloadTooLarge => ("payload_too_large", 413, "The body is too large."),
            Self::RequestTimeout => {
                ("request_timeout", 408, "The request did not arrive in time. Send it again.")
            }
            Self::InsufficientCredits => {
                ("insufficient_credits", 402, "There are not enough credits for this.")
            }
            Self::IdempotencyMismatch => {
                ("idempotency_mismatch", 422, "This idempotency key was used with another request.")
            }
            Self::HoldEnded => ("hold_ended", 409, "These credits were spent or given back before."),
            Self::DowngradeNotSold => ("downgrade_not_sold", 409, "A lower plan is chosen in Wix, not here."),
            Self::AlreadyOnPlan => ("already_on_plan", 409, "You are on this plan already."),
            Self::BillingCycleNotSold => {
                ("billing_cycle_not_sold", 409, "A shorter way of paying is chosen in Wix, not here.")
            }
            Self::PromoUnknown => ("promo_unknown", 404, "There is no such code."),
            Self::PromoNotRunning => ("promo_not_running", 409, "This code cannot be redeemed now."),
            Self::PromoRedeemed => ("promo_redeemed", 409, "You have redeemed this code before."),
            Self::PromoUsedUp => ("promo_used_up", 409, "This code was redeemed as often as it may be."),
            Self::RequestInProgress => (
                "request_in_progress",
                409,
                "A request under this idempotency key is still being answered. Ask again in a moment.",
            ),
            Self::RateLimited => ("rate_limited", 429, "Too many requests. Wait a moment and try again."),
            Self::Unavailable => {
                ("unavailable", 503, "This cannot be done for the moment. Try again shortly.")
            }
            Self::WixUnavailable => {
                ("wix_unavailable", 502, "Wix did not answer as expected. Try again shortly.")
            }
            Self::Internal => ("internal", 500, "Something broke on our side. We have been told."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_every_sentence_ends() {
        let mut codes: Vec<_> = ErrorCode::ALL.iter().map(|c| c.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorCode::ALL.len());
        assert!(
            ErrorCode::ALL.iter().all(|c| c.message().ends_with('.') && (400..600).contains(&c.status()))
        );
    }
}
