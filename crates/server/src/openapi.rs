//! The OpenAPI document, made from the code of the routes.

pub(crate) mod closed;
mod refusals;

use std::sync::Arc;

use axum::Extension;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use crate::router::AppRoutes;

/// The frame of the document; the routes add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "wixapp",
        version = env!("CARGO_PKG_VERSION"),
        description = "The HTTP API of an app built with wixapp: plans, credits, jobs and live updates of one instance.",
        license(name = "MIT OR Apache-2.0")
    ),
    components(schemas(crate::error::Refusal)),
    modifiers(&Security),
    security(("instanceToken" = [])),
    tags(
        (name = "user", description = "The caller's instance"),
        (name = "billing", description = "Plans and buying them"),
        (name = "credits", description = "What is there, what happened, and spending"),
        (name = "jobs", description = "Background work"),
        (name = "live", description = "Changes as they happen"),
        (name = "settings", description = "What the owner decides"),
        (name = "webhook", description = "What Wix sends, and Stripe"),
        (name = "operation", description = "For those who run the server")
    )
)]
pub(crate) struct Frame;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let header = ApiKeyValue::with_description(
            "Authorization",
            "`WixInstance <instance token>`, or a token of the dashboard SDK",
        );
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        document
            .components
            .get_or_insert_default()
            .security_schemes
            .insert("instanceToken".to_owned(), scheme.into());
    }
}

/// The document's text, for the route that serves it.
#[derive(Debug, Clone)]
pub(crate) struct Document(pub(crate) Arc<str>);

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operation", operation_id = "openapi_document", security(()),
    responses((status = 200, description = "The OpenAPI document", content_type = "application/json", body = Object)))]
pub(crate) async fn serve(Extension(document): Extension<Document>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document.0.to_string())
}

/// The document of the routes every app has and of the app's `own`, as JSON text with a line end.
#[must_use]
pub fn document_with(own: AppRoutes) -> String {
    split(own).1
}

/// The common routes and the app's `own`, and their document as text.
pub(crate) fn split(own: AppRoutes) -> (axum::Router<Arc<crate::App>>, String) {
    let (router, mut document) = crate::router::routes().merge(own).split_for_parts();
    refusals::complete(&mut document);
    let mut text = serde_json::to_string_pretty(&document).expect("the document is plain data");
    text.push('\n');
    (router, text)
}
