//! The OpenAPI document, made from the code of the routes.

use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

/// The frame of the document; the routes add themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "wixapp",
        description = "The HTTP API of an app built with wixapp: plans, credits, jobs and live updates of one instance.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Security),
    security(("instanceToken" = [])),
    tags(
        (name = "user", description = "The caller's instance"),
        (name = "billing", description = "Plans and buying them"),
        (name = "credits", description = "What is there, what happened, and spending"),
        (name = "jobs", description = "Background work"),
        (name = "live", description = "Changes as they happen"),
        (name = "webhook", description = "What Wix sends"),
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

/// The document of the routes every app has and of the app's `own`, as JSON text with a line end.
#[must_use]
pub fn document_with(own: crate::router::AppRoutes) -> String {
    let (_, document) = crate::router::routes().merge(own).split_for_parts();
    to_text(&document)
}

pub(crate) fn to_text(document: &utoipa::openapi::OpenApi) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("the document is plain data");
    text.push('\n');
    text
}
