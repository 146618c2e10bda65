use axum::http::header;
use axum::response::IntoResponse;

/// The page that Wix opens.
#[utoipa::path(get, path = "/", responses((status = 200, content_type = "text/html", body = String)))]
async fn page(State(server): State<Arc<Server>>) -> impl IntoResponse {
    // Nothing but its own script runs in it, and nobody but Wix frames it.
    let policy = format!(
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; frame-ancestors {}",
        server.config.wix.frame_ancestors.join(" ")
    );
    let html = "text/html; charset=utf-8".to_owned();
    ([(header::CONTENT_TYPE, html), (header::CONTENT_SECURITY_POLICY, policy)], include_str!("page.html"))
}

/// Its script.
#[utoipa::path(get, path = "/page.js", responses((status = 200, content_type = "text/javascript", body = String)))]
async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page.js"))
}
