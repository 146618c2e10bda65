//! The pages an owner sees while an app with custom authentication is installed (wix-protocol §3).

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use reqwest::Url;
use serde::Deserialize;
use wixapp_core::id::InstanceId;
use wixapp_core::input::read_query;

use crate::Emulator;
use crate::access_token::{Subject, TokenClaims};
use crate::engine::Engine;
use crate::error::Refusal;
use crate::http::guard::ensure_known_host;
use crate::http::html::{escape, page};
use crate::http::part::Params;
use crate::world::World;
use crate::world::settings::Permission;

/// Whom the tokens of these pages are made for: no token of theirs is an access token, nor the other way round.
const INSTALLER: &str = "installer";

/// How long an owner may think about it.
const LIFETIME_S: i64 = 3_600;

/// What the app's redirect carries, and what the owner's consent sends back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    redirect_url: String,
    app_id: String,
    state: Option<String>,
    token: Option<String>,
}

impl Request {
    /// The app's own address to which the code goes. Anywhere else somebody could pick it up.
    fn target(&self, engine: &Engine) -> Result<Url, Refusal> {
        if self.app_id != engine.config.app_id {
            return Err(Refusal::invalid("`appId` is not the app of this local platform."));
        }
        if self.state.as_ref().is_some_and(|state| state.len() > 2_048) {
            return Err(Refusal::invalid("`state` has at most 2,048 characters."));
        }
        let origin = engine.addresses.app.origin();
        let target = Url::parse(&self.redirect_url).ok().filter(|url| url.origin() == origin);
        target.ok_or_else(|| {
            Refusal::invalid(format!("`redirectUrl` must begin with {}.", engine.addresses.app_origin()))
        })
    }
}

impl Engine {
    /// Where an app with custom authentication is opened to be installed: its own address with a token for the site.
    pub(crate) fn install_link(&self, site_id: &str) -> Result<String, Refusal> {
        let token = self.installer_token(site_id)?;
        let mut url = self.addresses.app.clone();
        url.query_pairs_mut().clear().append_pair("token", &token);
        Ok(url.into())
    }

    fn installer_token(&self, site_id: &str) -> Result<String, Refusal> {
        let claims = self.read(|world| {
            let owner = Subject::User(world.site(site_id)?.owner_id.clone());
            let instance_id = world.instance_id_for(site_id);
            Ok::<_, Refusal>(TokenClaims::new(INSTALLER, &instance_id, self.now()).of_session(owner))
        })?;
        Ok(self.token_key.issue(&claims.living(LIFETIME_S)))
    }

    /// The site an installer's token is for.
    fn site_of_token(&self, token: &str) -> Result<(String, String), Refusal> {
        let refused = || {
            Refusal::unauthorized("The `token` is not valid any more. Open the app anew from the App Market.")
        };
        let claims = self.token_key.verify(token, self.now()).filter(|claims| claims.client_id == INSTALLER);
        let instance_id = claims.ok_or_else(refused)?.instance_id;
        let found = |world: &World| {
            let site = world.sites.iter().find(|site| world.instance_id_for(&site.site_id) == instance_id)?;
            Some((site.site_id.clone(), site.name.clone()))
        };
        self.read(found).ok_or_else(refused)
    }

    /// Installs the app, if it is not there yet, and gives a code for it.
    fn consent(&self, site_id: &str) -> Result<(InstanceId, String), Refusal> {
        self.change(|world| {
            if world.site(site_id)?.active_install().is_err() {
                world.install(site_id, self.now())?;
            }
            let instance_id = world.site(site_id)?.active_install()?.instance_id.clone();
            let code = world.give_code(&instance_id, self.now());
            Ok((instance_id, code))
        })
    }
}

/// `GET /installer/install`: asks the owner whether the app may be installed; without a token, on which site.
pub(crate) async fn ask(
    State(emulator): State<Emulator>,
    headers: HeaderMap,
    query: Result<Params<Request>, Refusal>,
) -> Response {
    let engine = emulator.engine();
    let shown = query.and_then(|Params(request)| {
        ensure_known_host(&headers, engine.addresses.public.host_str())?;
        request.target(engine)?;
        match &request.token {
            Some(token) => Ok(consent_page(engine, &request, &engine.site_of_token(token)?.1, token)),
            None => choice_page(engine, &request),
        }
    });
    answer(engine, shown.map(|html| Html(html).into_response()))
}

/// `POST /installer/install`: the owner agreed. Only the page above knows a token, so nobody else can agree for them.
pub(crate) async fn agree(State(emulator): State<Emulator>, headers: HeaderMap, body: Bytes) -> Response {
    let engine = emulator.engine();
    let agreed = || {
        ensure_known_host(&headers, engine.addresses.public.host_str())?;
        let text = std::str::from_utf8(&body).map_err(|_| Refusal::invalid("The form is not valid text."))?;
        let request: Request = read_query(text).map_err(|error| Refusal::invalid(error.to_string()))?;
        let mut target = request.target(engine)?;
        let token = request.token.as_deref().ok_or_else(|| Refusal::invalid("`token` is missing."))?;
        let (site_id, _) = engine.site_of_token(token)?;
        let (instance_id, code) = engine.consent(&site_id)?;
        target.query_pairs_mut().append_pair("code", &code).append_pair("instanceId", instance_id.as_str());
        if let Some(state) = &request.state {
            target.query_pairs_mut().append_pair("state", state);
        }
        Ok(Redirect::to(target.as_str()).into_response())
    };
    answer(engine, agreed())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseWindow {
    access_token: String,
}

/// `GET /installer/close-window`: the end of the installation, which the app reaches with its first access token.
pub(crate) async fn close_window(
    State(emulator): State<Emulator>,
    query: Result<Params<CloseWindow>, Refusal>,
) -> Response {
    let engine = emulator.engine();
    let shown = query.and_then(|Params(CloseWindow { access_token })| {
        let claims = engine.token_key.verify(&access_token, engine.now());
        let claims = claims.filter(|claims| claims.client_id == engine.config.app_id);
        let refused = || Refusal::unauthorized("`access_token` is not a valid token of this app.");
        let instance_id = claims.ok_or_else(refused)?.instance_id;
        let site = |world: &World| {
            world.find_instance(instance_id.as_str()).map(|(site, _)| (site.site_id.clone(), site.name.clone()))
        };
        let (site_id, site_name) = engine.read(site).ok_or_else(refused)?;
        Ok(page(
            "The app is installed",
            &format!(
                "<h1>{app} is installed</h1><p>It is ready on {site}.</p><p><a href=\"{home}\">Open it in the dashboard</a></p>",
                app = escape(&engine.config.app_name),
                site = escape(&site_name),
                home = escape(engine.app_home(&site_id).as_str()),
            ),
        ))
    });
    answer(engine, shown.map(|html| Html(html).into_response()))
}

fn consent_page(engine: &Engine, request: &Request, site_name: &str, token: &str) -> String {
    let held = engine.read(|world| world.settings.permissions.clone());
    let permissions: String =
        held.iter().copied().map(Permission::name).map(|name| format!("<li>{name}</li>")).collect();
    let hidden = |name: &str, value: &str| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
    };
    let state = request.state.as_deref().map(|state| hidden("state", state)).unwrap_or_default();
    let body = format!(
        "<h1>Add {app} to {site}</h1><p>The app asks for these permissions:</p><ul>{permissions}</ul>\
         <form method=\"post\" action=\"/installer/install\">{redirect}{id}{state}{token}\
         <button>Agree and add</button></form>",
        app = escape(&engine.config.app_name),
        site = escape(site_name),
        redirect = hidden("redirectUrl", &request.redirect_url),
        id = hidden("appId", &request.app_id),
        token = hidden("token", token),
    );
    page("Add an app", &body)
}

fn choice_page(engine: &Engine, request: &Request) -> Result<String, Refusal> {
    let sites = engine.read(|world| {
        world.sites.iter().map(|site| (site.site_id.clone(), site.name.clone())).collect::<Vec<_>>()
    });
    let mut items = String::new();
    for (site_id, name) in sites {
        let mut link = engine.addresses.public.clone();
        link.set_path("/installer/install");
        link.query_pairs_mut()
            .append_pair("redirectUrl", &request.redirect_url)
            .append_pair("appId", &request.app_id)
            .append_pair("token", &engine.installer_token(&site_id)?)
            .extend_pairs(request.state.as_ref().map(|state| ("state", state)));
        items.push_str(&format!(
            "<li><a href=\"{}\">{}</a></li>",
            escape(&format!("{}?{}", link.path(), link.query().unwrap_or_default())),
            escape(&name)
        ));
    }
    let app = escape(&engine.config.app_name);
    Ok(page("Choose a site", &format!("<h1>Where do you want {app}?</h1><ul>{items}</ul>")))
}

/// A page or a redirect; a refusal as a page too, since a person sees it.
pub(crate) fn answer(engine: &Engine, made: Result<Response, Refusal>) -> Response {
    let mut response = made.unwrap_or_else(|refusal| {
        let body = format!("<h1>This cannot be done</h1><p>{}</p>", escape(&refusal.message));
        let status = if refusal.status == StatusCode::UNPROCESSABLE_ENTITY {
            StatusCode::BAD_REQUEST
        } else {
            refusal.status
        };
        (status, Html(page("Not possible", &body))).into_response()
    });
    // The form's answer leads to the app: a browser asks the form's own rule about that too.
    let policy = format!(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self' {}; frame-ancestors 'none'",
        engine.addresses.app_origin()
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
