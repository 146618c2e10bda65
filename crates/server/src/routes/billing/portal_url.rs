//! `POST billing/portal-url`: opens the page on which a plan bought through Stripe is changed and cancelled.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use wixapp_core::{BillingSource, ErrorCode};

use crate::billing_source;
use crate::error::ApiError;
use crate::extract::{NoBody, OwnerSession, ensure_installed};
use crate::plan_change::place;
use crate::reply::Reply;
use crate::routes::billing::checkout_url::app_page;
use crate::state::App;

/// Where to change and cancel.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortalUrl {
    /// Stripe's page. It opens this customer's account: keep it to the browser that asked.
    pub portal_url: String,
}

/// Opens Stripe's customer portal. Plans bought at Wix are managed there, and refused here.
#[utoipa::path(post, path = "/billing/portal-url", tag = "billing", operation_id = "billing_portal_url", responses(
    (status = 200, body = Reply<PortalUrl>),
    (status = 409, description = "`conflict`: nothing was bought through Stripe", body = crate::error::Refusal),
))]
pub async fn handle(
    State(app): State<Arc<App>>,
    session: OwnerSession,
    _: NoBody,
) -> Result<Reply<PortalUrl>, ApiError> {
    match billing_source::of(&app, &session.instance_id).await? {
        // Also after the app was removed: that does not end a subscription at Stripe, and its payer must be able to.
        BillingSource::Stripe => {
            let page = app_page(&app, &session);
            let portal_url = billing_source::portal(&app, &session.instance_id, &page).await?;
            Ok(Reply::new(PortalUrl { portal_url }))
        }
        source @ (BillingSource::Wix | BillingSource::None) => {
            let found = app.store.find_instance(&session.instance_id).await?;
            ensure_installed(&found.map(|instance| instance.profile).unwrap_or_default())?;
            Err(ApiError::new(ErrorCode::Conflict)
                .with_message(format!("The plan of this site is managed {}.", place(source))))
        }
    }
}
