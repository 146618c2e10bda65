//! `openapi`: print the OpenAPI document.

use std::process::ExitCode;

use crate::app::App;
use crate::failure::Failure;
use crate::output;

pub(super) fn examples(program: &str) -> String {
    format!("Examples:\n  {program} openapi > openapi.json")
}

pub(super) fn run(app: &App) -> Result<ExitCode, Failure> {
    output::line(app.openapi().trim_end())?;
    Ok(ExitCode::SUCCESS)
}
