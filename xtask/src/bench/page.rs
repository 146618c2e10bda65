//! The dashboard page: its bytes, and how soon it shows something.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::chromium;

use super::figures::PageFigures;
use super::lab::{LOAD_CORE, Lab, number};
use super::server::Server;
use super::suite;

/// Measures the page as the server on this database sends it.
pub(crate) fn measure(lab: &Lab<'_>, database: &str) -> Result<PageFigures> {
    let network = Server::bare(lab, LOAD_CORE)?;
    let server = Server::app(lab, database, network.address())?;
    let (address, key) = (server.address().to_string(), suite::key(lab));
    lab.tool("install", &["install", "--address", &address, "--key", &key, "--instances", "1"])?;
    let token = lab.tool("token", &["token", "--key", &key])?;
    let token = token.as_str().context("no token was printed")?;
    let mut node = Command::new("node");
    node.current_dir(lab.repo.root())
        .env("CHROMIUM", chromium::find_or_install(lab.board)?)
        .arg("tests/bench/page.mjs")
        .arg(format!("http://{address}/?instance={token}&locale=en"))
        .arg(lab.runs.to_string());
    let printed = lab.json("page", node)?;
    let dist = lab.repo.web().join("dashboard/dist");
    let first_view = first_view(&dist)?;
    Ok(PageFigures {
        script_kb: Some(gzip_kb(&first_view, "js")?),
        style_kb: Some(gzip_kb(&first_view, "css")?),
        cold_first_ms: Some(number(&printed, "cold_first_ms")?),
        cold_usable_ms: Some(number(&printed, "cold_usable_ms")?),
        warm_first_ms: Some(number(&printed, "warm_first_ms")?),
        warm_usable_ms: Some(number(&printed, "warm_usable_ms")?),
        layout_shift: Some(number(&printed, "layout_shift")?),
    })
}

/// The files that index.html itself asks for: what a browser loads before it shows anything.
fn first_view(dist: &Path) -> Result<Vec<PathBuf>> {
    let index = fs::read_to_string(dist.join("index.html")).context("the dashboard is not built")?;
    Ok(asset_names(&index).map(|name| dist.join(name)).collect())
}

fn asset_names(index: &str) -> impl Iterator<Item = &str> {
    index
        .split(['"', '\''])
        .filter(|text| text.contains("assets/") && (text.ends_with(".js") || text.ends_with(".css")))
        .map(|text| text.trim_start_matches(['.', '/']))
}

fn gzip_kb(files: &[PathBuf], extension: &str) -> Result<f64> {
    let wanted = OsString::from(extension);
    let mut bytes = 0.0;
    for file in files.iter().filter(|file| file.extension() == Some(&wanted)) {
        let output =
            Command::new("gzip").args(["-9", "--stdout"]).arg(file).output().context("cannot run gzip")?;
        ensure!(output.status.success(), "gzip: {}", String::from_utf8_lossy(&output.stderr).trim());
        bytes += f64::from(u32::try_from(output.stdout.len())?);
    }
    Ok(bytes / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_view_is_what_the_index_names() {
        let index = r#"<script type="module" src="/assets/index-1.js"></script>
            <link rel="modulepreload" href="./assets/vendor-2.js"><link rel="stylesheet" href="/assets/a.css">
            <link rel="icon" href="/assets/icon.svg">"#;
        let names: Vec<_> = asset_names(index).collect();
        assert_eq!(names, ["assets/index-1.js", "assets/vendor-2.js", "assets/a.css"]);
    }
}
