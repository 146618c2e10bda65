use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::ToSchema;
use wixapp::core::Timestamp;
use wixapp::core::id::sortable_body;
use wixapp::jobs::{NewJobExt, new_job};
use wixapp::prelude::*;

fn main() -> ExitCode {
    app().run()
}
