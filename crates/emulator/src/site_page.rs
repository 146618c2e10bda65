//! The public page of a site, with the app's widgets and its embedded script on it.
//!
//! It runs code of the app, so it has an origin of its own: `{siteId}.site.localhost`, a name browsers lead to this
//! machine by themselves. The page API does not answer under that name.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;
use std::collections::BTreeMap;
use wixapp_platform::instance_token::{InstanceClaims, sign};

use crate::Emulator;
use crate::engine::Engine;
use crate::http::guard::{SITE_SUFFIX, is_loopback};
use crate::http::html::escape;
use crate::world::script::ScriptProperties;
use crate::world::site::Site;

/// The cookie that makes a visitor the same visitor on the next page.
const VISITOR: &str = "visitor";

impl Engine {
    /// The address of a site's page; `None` where the platform is not reached by a name of this machine.
    pub(crate) fn site_page_url(&self, site_id: &str) -> Option<String> {
        let public = &self.addresses.public;
        public.host_str().filter(|host| is_loopback(host))?;
        let port = public.port().map_or_else(String::new, |port| format!(":{port}"));
        Some(format!("http://{site_id}{SITE_SUFFIX}{port}/"))
    }

    /// A token as a site gives it to the app's code: it says who the visitor is, and never an owner.
    fn visitor_token(&self, site: &Site, visitor: &str) -> Option<String> {
        let install = site.active_install().ok()?;
        let claims = InstanceClaims {
            aid: Some(visitor.to_owned()),
            uid: None,
            permissions: None,
            app_def_id: Some(self.config.app_id.clone()),
            meta_site_id: Some(site.site_id.clone()),
            site_owner_id: Some(site.owner_id.clone()),
            vendor_product_id: install.live_plan(self.now()).map(|plan| plan.product_id.clone()),
            locale: Some(site.locale.clone()),
            ..InstanceClaims::owner(install.instance_id.clone(), self.now())
        };
        Some(sign(&claims, &self.config.app_secret))
    }
}

/// Answers for the names of sites; everything else goes on to the platform itself.
pub(crate) async fn by_host(State(emulator): State<Emulator>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match name.strip_suffix(SITE_SUFFIX) {
        Some(site_id) if request.uri().path() == "/" => match *request.method() {
            Method::GET | Method::HEAD => show(&emulator, site_id, request.headers()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response(),
        },
        // Every browser asks; a site has no picture of its own to show in a tab.
        Some(_) if request.uri().path() == "/favicon.ico" => StatusCode::NO_CONTENT.into_response(),
        Some(_) => (StatusCode::NOT_FOUND, "This site has one page.").into_response(),
        None => next.run(request).await,
    }
}

fn show(emulator: &Emulator, site_id: &str, headers: &HeaderMap) -> Response {
    let engine = emulator.engine();
    let Ok(site) = engine.read(|world| world.site(site_id).cloned()) else {
        return (StatusCode::NOT_FOUND, "There is no such site on the local platform.").into_response();
    };
    let visitor = visitor_of(headers).unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let mut response = Html(html(engine, &site, &visitor)).into_response();
    let cookie = format!("{VISITOR}={visitor}; Path=/; HttpOnly; SameSite=Lax");
    let answer = response.headers_mut();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.insert(header::SET_COOKIE, cookie);
    }
    answer.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    response
}

/// The visitor that was here before. What is no id of ours is nobody.
fn visitor_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let found = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == VISITOR)?;
    uuid::Uuid::parse_str(found.1).ok().map(|id| id.to_string())
}

fn html(engine: &Engine, site: &Site, visitor: &str) -> String {
    let token = engine.visitor_token(site, visitor);
    let app = if token.is_some() { app_parts(engine, site) } else { String::new() };
    format!(
        "<!doctype html><html lang=\"{locale}\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{name}</title>\
         <style>body{{font:17px/1.6 sans-serif;color:#222;margin:0}}header{{background:#f3efe9;padding:3rem max(1.5rem,calc(50% - 28.5rem))}}\
         main{{display:grid;gap:1.5rem;max-width:60rem;margin:0 auto;padding:1.5rem}}main>*{{min-width:0}}\
         h1{{margin:0;font-size:clamp(1.6rem,6vw,2.6rem);line-height:1.15}}</style>\
         <header><h1>{name}</h1><p>{description}</p></header>{api}<main>{app}</main></html>",
        locale = escape(&site.locale),
        name = escape(&site.name),
        description = escape(&site.description),
        api = embeds_api(engine, site, token.as_deref()),
    )
}

/// What Wix gives to scripts on a site: `wixEmbedsAPI`, with the visitor's token of an app.
fn embeds_api(engine: &Engine, site: &Site, token: Option<&str>) -> String {
    let facts = json!({
        "appId": engine.config.app_id, "token": token, "siteId": site.site_id, "language": site.locale,
    });
    // `<` would let a text end the script.
    let facts = facts.to_string().replace('<', "\\u003c");
    format!(
        "<script>(f=>{{window.wixEmbedsAPI={{isWixSite:()=>true,getMetaSiteId:()=>f.siteId,\
         getLanguage:()=>f.language,getAppToken:id=>id===f.appId?f.token:undefined}}}})({facts})</script>"
    )
}

/// The app's custom elements and its scripts that are not disabled.
fn app_parts(engine: &Engine, site: &Site) -> String {
    let widgets = engine.config.widgets.iter().map(|widget| {
        format!(
            "<script type=\"module\" src=\"{src}\"></script><{tag}></{tag}>",
            src = escape(&widget.script_url),
            tag = widget.tag_name
        )
    });
    let template = engine.config.embedded_script.as_deref();
    let scripts = site.install.iter().flat_map(|install| install.scripts.values());
    let scripts = scripts.filter(|script| !script.disabled);
    let embedded =
        template.into_iter().flat_map(|template| scripts.clone().map(|script| filled(template, script)));
    widgets.chain(embedded).collect()
}

/// The template with the script's parameters in it; a name without a parameter becomes nothing.
fn filled(template: &str, script: &ScriptProperties) -> String {
    let value = |parameters: &BTreeMap<String, String>, name: &str| {
        parameters.get(name).map(|value| escape(value)).unwrap_or_default()
    };
    let mut rest = template;
    let mut html = String::with_capacity(template.len());
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        html.push_str(before);
        html.push_str(&value(&script.parameters, name.trim()));
        rest = behind;
    }
    html + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_safe_text() {
        let parameters = BTreeMap::from([("color".to_owned(), "\"><script>".to_owned())]);
        let script = ScriptProperties { parameters, disabled: false };
        assert_eq!(
            filled("<i a=\"{{ color }}\" b=\"{{none}}\">{{", &script),
            "<i a=\"&quot;&gt;&lt;script&gt;\" b=\"\">{{"
        );
    }
}
