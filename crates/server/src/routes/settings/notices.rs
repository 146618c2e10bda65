//! `GET` and `PUT settings/notices`: who is written to about the caller's instance, in which language, about what.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wixapp_store::NoticeSettings;

use crate::error::ApiError;
use crate::extract::{OwnerSession, ValidJson, ensure_installed};
use crate::notice::{Address, Kind, Language};
use crate::reply::Reply;
use crate::state::App;

/// Who is written to, and about what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticesSettings {
    /// The address; `null` switches all notices off.
    #[schema(max_length = 254, example = "owner@example.com")]
    pub address: Option<String>,
    /// The language of the mails.
    pub language: Language,
    /// Credits are running low; once a cycle at the most.
    pub low_credits: bool,
    /// A payment failed.
    pub billing_issue: bool,
    /// The plan is another.
    pub plan_changed: bool,
    /// Credits were given.
    pub credits_granted: bool,
}

/// The settings with what the server can do about them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticesView {
    /// Whether this server sends mails at all.
    pub available: bool,
    /// The settings.
    pub settings: NoticesSettings,
}

impl NoticesSettings {
    /// Nobody is written to before the owner says so.
    fn new(language: Language) -> Self {
        Self {
            address: None,
            language,
            low_credits: true,
            billing_issue: true,
            plan_changed: true,
            credits_granted: false,
        }
    }

    fn switches(&self) -> [(Kind, bool); 4] {
        [
            (Kind::LowCredits, self.low_credits),
            (Kind::BillingIssue, self.billing_issue),
            (Kind::PlanChanged, self.plan_changed),
            (Kind::CreditsGranted, self.credits_granted),
        ]
    }

    fn stored(&self) -> NoticeSettings {
        let wanted = self.switches().into_iter().filter(|(_, wanted)| *wanted);
        NoticeSettings {
            address: self.address.clone(),
            language: self.language.as_str().to_owned(),
            kinds: wanted.map(|(kind, _)| kind.as_str().to_owned()).collect(),
        }
    }

    fn read(stored: NoticeSettings) -> Self {
        let wanted = |kind: Kind| stored.kinds.iter().any(|name| name == kind.as_str());
        Self {
            low_credits: wanted(Kind::LowCredits),
            billing_issue: wanted(Kind::BillingIssue),
            plan_changed: wanted(Kind::PlanChanged),
            credits_granted: wanted(Kind::CreditsGranted),
            language: Language::of(&stored.language),
            address: stored.address,
        }
    }
}

/// Who is written to about the caller's instance.
#[utoipa::path(get, path = "/settings/notices", tag = "settings", operation_id = "settings_notices", responses(
    (status = 200, body = Reply<NoticesView>),
))]
pub async fn show(
    State(app): State<Arc<App>>,
    session: OwnerSession,
) -> Result<Reply<NoticesView>, ApiError> {
    let stored = app.store.find_notice_settings(&session.instance_id).await?;
    let language = Language::of(session.locale.as_deref().unwrap_or_default());
    let settings = stored.map_or_else(|| NoticesSettings::new(language), NoticesSettings::read);
    Ok(Reply::new(NoticesView { available: app.post.is_some(), settings }))
}

/// Says who is written to from now on. Nothing is written about what happened before there was an address.
#[utoipa::path(put, path = "/settings/notices", tag = "settings", operation_id = "settings_notices_save",
    request_body = NoticesSettings, responses((status = 200, body = Reply<NoticesView>)))]
pub async fn save(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    ValidJson { value: settings, .. }: ValidJson<NoticesSettings>,
) -> Result<Reply<NoticesView>, ApiError> {
    if let Some(address) = &settings.address {
        // The address is not repeated: refusals may be logged by whoever sent them.
        address.parse::<Address>().map_err(|why| ApiError::invalid(format!("`address` {why}.")))?;
    }
    let found = app.store.find_instance(&session.instance_id).await?;
    ensure_installed(&found.map(|instance| instance.profile).unwrap_or_default())?;
    app.store.save_notice_settings(&session.instance_id, &settings.stored(), app.clock.now()).await?;
    Ok(Reply::new(NoticesView { available: app.post.is_some(), settings }))
}
