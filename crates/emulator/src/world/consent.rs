//! Custom authentication: the codes and refresh tokens an owner's consent led to (wix-protocol §3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wixapp_core::id::InstanceId;

use super::World;

/// How long an app has to trade a code in.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A code that was given to the app's address and not traded in yet.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthCode {
    pub(crate) code: String,
    pub(crate) instance_id: InstanceId,
    pub(crate) expires_at: Timestamp,
}

/// A refresh token: valid until the app is removed.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RefreshToken {
    pub(crate) token: String,
    pub(crate) instance_id: InstanceId,
}

impl std::fmt::Debug for AuthCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthCode(..)")
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl World {
    /// A fresh code for an install.
    pub(crate) fn give_code(&mut self, instance_id: &InstanceId, now: Timestamp) -> String {
        let code = self.seed.next_guid();
        self.codes.retain(|code| code.expires_at > now);
        let expires_at = now.checked_add(CODE_LIFETIME).unwrap_or(Timestamp::MAX);
        self.codes.push_back(AuthCode { code: code.clone(), instance_id: instance_id.clone(), expires_at });
        code
    }

    /// Trades a code in, once; gives the install and its refresh token.
    pub(crate) fn trade_code(&mut self, code: &str, now: Timestamp) -> Option<(InstanceId, String)> {
        let at = self.codes.iter().position(|known| known.code == code)?;
        let found = self.codes.remove(at).filter(|code| code.expires_at > now)?;
        let token = format!("{}.{}", self.seed.next_guid(), self.seed.next_guid());
        self.refresh_tokens
            .push_back(RefreshToken { token: token.clone(), instance_id: found.instance_id.clone() });
        Some((found.instance_id, token))
    }

    /// The install a refresh token is for.
    pub(crate) fn refreshed(&self, token: &str) -> Option<InstanceId> {
        let found = self.refresh_tokens.iter().find(|known| known.token == token)?;
        Some(found.instance_id.clone())
    }

    /// What an app loses when it is removed.
    pub(crate) fn forget_consent(&mut self, instance_id: &InstanceId) {
        self.codes.retain(|code| code.instance_id != *instance_id);
        self.refresh_tokens.retain(|token| token.instance_id != *instance_id);
    }
}
