//! The refusals that follow from an operation's form: a token, a body, a path. What an operation refuses for reasons of
//! its own stands beside its handler.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};

const TOKEN: [(&str, &str); 5] = [
    ("401", "`unauthorized` or `token_expired`: no valid token came"),
    ("403", "`forbidden`: the caller is not the owner of the site, or the app was removed from it"),
    ("429", "`rate_limited`: too many requests; `Retry-After` says when to try again"),
    ("502", "`wix_unavailable`: Wix did not answer as expected"),
    ("503", "`unavailable`: not for the moment; `Retry-After` says when to try again"),
];
const BODY: [(&str, &str); 5] = [
    ("400", "`malformed_json`: the body is not valid JSON"),
    ("408", "`request_timeout`: the body did not arrive in time"),
    ("413", "`payload_too_large`: the body is too large"),
    ("415", "`unsupported_media_type`: the body is not sent as JSON"),
    ("422", "`invalid_request`: a value is not acceptable"),
];
const KEY: [(&str, &str); 2] = [
    (
        "409",
        "`request_in_progress`: the first request with this key is still being answered; `Retry-After` says when to ask again",
    ),
    ("422", "`invalid_request`, or `idempotency_mismatch`: the key was used with another request"),
];
const QUERY: [(&str, &str); 1] = [("422", "`invalid_request`: a value is not acceptable")];
const PATH: [(&str, &str); 1] = [("404", "`not_found`: there is no such thing for this caller")];

/// Adds the refusals to every operation, and a description where one is missing: OpenAPI asks for it.
pub(super) fn complete(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        operations(item).for_each(add);
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

fn add(operation: &mut Operation) {
    let mut may: Vec<(&str, &str)> = Vec::new();
    let is_open =
        operation.security.as_ref().is_some_and(|all| all.contains(&SecurityRequirement::default()));
    if !is_open {
        may.extend(TOKEN);
    }
    let has = |place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(parameter) => parameter.parameter_in == *place,
            RefOr::Ref(_) => false,
        })
    };
    // A parameter in a header is the idempotency key: this API has no other.
    let places = [(ParameterIn::Header, &KEY[..]), (ParameterIn::Query, &QUERY), (ParameterIn::Path, &PATH)];
    for (place, refusals) in places {
        if has(&place) {
            may.extend(refusals.iter().copied());
        }
    }
    let takes_json = |body: &RefOr<RequestBody>| match body {
        RefOr::T(body) => body.content.contains_key("application/json"),
        RefOr::Ref(_) => true,
    };
    if operation.request_body.as_ref().is_some_and(takes_json) {
        may.extend(BODY);
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in may {
        let known = responses.entry(status.to_owned()).or_insert_with(|| refusal(description).into());
        // What stands beside a handler tells of its own conflicts; of the key's it need not know.
        if let RefOr::T(known) = known
            && description.starts_with("`request_in_progress`")
            && !known.description.contains("`request_in_progress`")
        {
            known.description = format!("{}; or {description}", known.description);
        }
    }
    responses.entry("default".to_owned()).or_insert_with(|| refusal("Anything else").into());
    describe(responses);
}

fn refusal(description: &str) -> Response {
    let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Refusal"))));
    let mut response = Response::new(description);
    response.content.insert("application/json".to_owned(), RefOr::T(content));
    response
}

fn describe(responses: &mut BTreeMap<String, RefOr<Response>>) {
    for response in responses.values_mut() {
        match response {
            RefOr::T(response) if response.description.is_empty() => {
                "What was asked for".clone_into(&mut response.description);
            }
            RefOr::T(_) | RefOr::Ref(_) => {}
        }
    }
}
