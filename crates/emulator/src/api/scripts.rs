//! Embedded scripts: `POST` and `GET /apps/v1/scripts` (wix-protocol §7).

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::permitted::{ManageEmbeddedScripts, Permitted};
use crate::Emulator;
use crate::error::Refusal;
use crate::http::body::Strict;
use crate::http::part::Params;
use crate::http::reply::{Wix, WixError, WixPart};
use crate::world::script::ScriptProperties;

/// How many parameters a script takes, and how long a name and a value may be.
const MAX_PARAMETERS: usize = 100;
const MAX_NAME: usize = 100;
const MAX_VALUE: usize = 5_000;
/// How many components an app has.
const MAX_COMPONENTS: usize = 20;

#[derive(Deserialize)]
struct Properties {
    parameters: Option<BTreeMap<String, String>>,
    disabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbedRequest {
    properties: Properties,
    component_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component {
    component_id: Option<String>,
}

/// Puts the app's script on the site, or changes how it is there. The parameters replace the ones before.
pub(crate) async fn embed(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageEmbeddedScripts>>,
    Wix(Strict(request)): Wix<Strict<EmbedRequest>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    let component = component_of(request.component_id)?;
    let parameters = request.properties.parameters.unwrap_or_default();
    check(&parameters)?;
    let properties = ScriptProperties { parameters, disabled: request.properties.disabled.unwrap_or(false) };
    let embedded = engine.change(|world| {
        let gone = || Refusal::not_found("There is no such instance of the app.");
        let scripts = &mut world.find_instance_mut(app.instance_id.as_str()).ok_or_else(gone)?.scripts;
        if !scripts.contains_key(&component) && scripts.len() >= MAX_COMPONENTS {
            return Err(Refusal::invalid(format!("An app has at most {MAX_COMPONENTS} scripts on a site.")));
        }
        scripts.insert(component, properties.clone());
        Ok(properties)
    })?;
    Ok(Json(json!({ "properties": embedded })))
}

/// How the script is on the site now.
pub(crate) async fn get(
    State(emulator): State<Emulator>,
    WixPart(app): WixPart<Permitted<ManageEmbeddedScripts>>,
    WixPart(Params(query)): WixPart<Params<Component>>,
) -> Result<Json<Value>, WixError> {
    let engine = emulator.engine();
    let component = component_of(query.component_id)?;
    let found = engine.read(|world| {
        let (_, install) = world.find_instance(app.instance_id.as_str())?;
        install.scripts.get(&component).cloned()
    });
    let none = || Refusal::not_found("The app has not embedded this script on the site.");
    Ok(Json(json!({ "properties": found.ok_or_else(none)? })))
}

/// An app with one script need not name it.
fn component_of(id: Option<String>) -> Result<String, Refusal> {
    let id = id.unwrap_or_default();
    if id.len() > MAX_NAME || id.chars().any(char::is_control) {
        return Err(Refusal::invalid(format!("`componentId` has at most {MAX_NAME} characters.")));
    }
    Ok(id)
}

fn check(parameters: &BTreeMap<String, String>) -> Result<(), Refusal> {
    if parameters.len() > MAX_PARAMETERS {
        return Err(Refusal::invalid(format!("`parameters` has at most {MAX_PARAMETERS} entries.")));
    }
    let fits = |(name, value): (&String, &String)| {
        (1..=MAX_NAME).contains(&name.chars().count()) && value.chars().count() <= MAX_VALUE
    };
    if !parameters.iter().all(fits) {
        return Err(Refusal::invalid(format!(
            "Each of `parameters` has a name of 1 to {MAX_NAME} and a value of at most {MAX_VALUE} characters."
        )));
    }
    Ok(())
}
