//! All routes, with what surrounds every request.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use wixapp_core::ErrorCode;

use crate::error::{ApiError, REQUEST_ID};
use crate::state::App;
use crate::{headers, openapi, page};

/// Routes that an app adds to those every app has.
pub type AppRoutes = OpenApiRouter<Arc<App>>;

/// The routes every app has.
pub(crate) fn routes() -> AppRoutes {
    use crate::routes::{bi_event, billing, credits, health, jobs, live, settings, user, webhook};
    let api = OpenApiRouter::new()
        .routes(routes!(user::status::handle))
        .routes(routes!(bi_event::handle))
        .routes(routes!(billing::plans::handle))
        .routes(routes!(billing::public_plans::handle))
        .routes(routes!(billing::preview::handle))
        .routes(routes!(billing::promo::handle))
        .routes(routes!(billing::top_up::list))
        .routes(routes!(billing::top_up::checkout_url))
        .routes(routes!(billing::checkout_url::handle))
        .routes(routes!(billing::checkout::show))
        .routes(routes!(billing::checkout::came_back))
        .routes(routes!(billing::checkout::dismiss))
        .routes(routes!(billing::portal_url::handle))
        .routes(routes!(credits::balance::handle))
        .routes(routes!(credits::history::handle))
        .routes(routes!(credits::usage::handle))
        .routes(routes!(credits::explain::handle))
        .routes(routes!(credits::spend::handle))
        .routes(routes!(credits::reserve::handle))
        .routes(routes!(credits::post::handle))
        .routes(routes!(credits::void::handle))
        .routes(routes!(jobs::list::handle))
        .routes(routes!(jobs::show::handle))
        .routes(routes!(jobs::cancel::handle))
        .routes(routes!(live::handle))
        .routes(routes!(settings::notices::show, settings::notices::save))
        .routes(routes!(settings::data::delete))
        .routes(routes!(webhook::receive::handle))
        .routes(routes!(webhook::stripe::handle));
    OpenApiRouter::with_openapi(openapi::Frame::openapi())
        .nest("/api/v1/wix", api)
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(openapi::serve))
        .routes(routes!(billing::checkout_url::older))
}

/// The whole server: the common routes, the app's own, the pages, and the layers around them.
pub fn router(app: Arc<App>, own: AppRoutes) -> Router {
    let (router, document) = openapi::split(own);
    router
        .layer(axum::Extension(openapi::Document(document.into())))
        .fallback(page::handle)
        .method_not_allowed_fallback(|| async { ApiError::new(ErrorCode::MethodNotAllowed) })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(around))
        .with_state(app)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    ApiError::internal(&"a handler broke down").into_response()
}

/// Around every request: its id, its time, its headers, and one log line. Tokens, queries and bodies are not logged.
async fn around(request: Request<Body>, next: Next) -> Response {
    let started = std::time::Instant::now();
    let request_id = request_id();
    let route = request.extensions().get::<MatchedPath>().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let mut response = REQUEST_ID.scope(request_id.clone(), next.run(request)).await;
    let status = response.status();
    headers::add_common(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let elapsed = started.elapsed();
    count(&route, status, elapsed);
    if status.is_server_error() {
        tracing::warn!(request.id = %request_id, http.method = %method, http.route = %route, http.status = status.as_u16(), duration_ms = elapsed.as_millis(), "request failed");
    } else {
        tracing::debug!(request.id = %request_id, http.method = %method, http.route = %route, http.status = status.as_u16(), duration_ms = elapsed.as_millis(), "request answered");
    }
    response
}

fn count(route: &str, status: StatusCode, elapsed: Duration) {
    let labels = [("route", route.to_owned()), ("status", status.as_str().to_owned())];
    metrics::counter!("wixapp_http_requests_total", &labels).increment(1);
    metrics::histogram!("wixapp_http_request_seconds", "route" => route.to_owned())
        .record(elapsed.as_secs_f64());
}

fn request_id() -> String {
    use rand::RngExt;
    format!("req_{:016x}", rand::rng().random::<u64>())
}
