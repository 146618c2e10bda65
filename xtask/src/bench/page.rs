//! The dashboard page: its bytes, and how soon it shows something.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::chromium;

use super::figures::PageFigures;
use super::lab::{LOAD_CORE, Lab, number};
use super::server::Server;
use super::suite;

/// Instances of their own: each buys its first plan while its page is open.
const PAYERS_FROM: usize = 50_000;
/// A payment is short and uneven: more runs than of the rest.
const PAYERS: usize = 9;

/// Measures the page as the server on this database sends it.
pub(crate) fn measure(lab: &Lab<'_>, database: &str) -> Result<PageFigures> {
    let network = Server::bare(lab, LOAD_CORE)?;
    let server = Server::app(lab, database, network.address())?;
    let owners = Owners { lab, address: server.address().to_string(), key: suite::key(lab) };
    owners.install(0, 1)?;
    owners.install(PAYERS_FROM, PAYERS)?;
    let payers: Vec<_> =
        (PAYERS_FROM..PAYERS_FROM + PAYERS).map(|payer| owners.payer(payer)).collect::<Result<_>>()?;
    let mut node = Command::new("node");
    node.current_dir(lab.repo.root())
        .env("CHROMIUM", chromium::find_or_install(lab.board)?)
        .env("WIXAPP_BENCH_SECRET", lab.secret())
        .arg("tests/bench/page.mjs")
        .arg(owners.page(0)?)
        .arg(lab.runs.to_string())
        .arg(serde_json::to_string(&payers)?);
    let printed = lab.json("page", node)?;
    let first_view = first_view(&lab.repo.web().join("dashboard/dist"))?;
    let of = |field| number(&printed, field).map(Some);
    Ok(PageFigures {
        script_kb: Some(gzip_kb(&first_view, "js")?),
        style_kb: Some(gzip_kb(&first_view, "css")?),
        cold_first_ms: of("cold_first_ms")?,
        cold_usable_ms: of("cold_usable_ms")?,
        warm_first_ms: of("warm_first_ms")?,
        warm_usable_ms: of("warm_usable_ms")?,
        cold_kb: of("cold_kb")?,
        warm_kb: of("warm_kb")?,
        cold_long_tasks_ms: of("cold_long_tasks_ms")?,
        warm_long_tasks_ms: of("warm_long_tasks_ms")?,
        layout_shift: of("layout_shift")?,
        paid_visible_ms: of("paid_visible_ms")?,
    })
}

/// Those whose pages are opened.
struct Owners<'a> {
    lab: &'a Lab<'a>,
    address: String,
    key: String,
}

impl Owners<'_> {
    fn install(&self, first: usize, count: usize) -> Result<()> {
        let (first, count) = (first.to_string(), count.to_string());
        let who = ["--address", &self.address, "--key", &self.key, "--first", &first];
        self.lab.tool("install", &[&["install"], &who[..], &["--instances", &count]].concat()).map(drop)
    }

    /// The address of an owner's page, as Wix would open it.
    fn page(&self, instance: usize) -> Result<String> {
        let token =
            self.lab.tool("token", &["token", "--key", &self.key, "--instance", &instance.to_string()])?;
        let token = token.as_str().context("no token was printed")?;
        Ok(format!("http://{}/?instance={token}&locale=en", self.address))
    }

    /// A page, and the command that pays for its owner.
    fn payer(&self, instance: usize) -> Result<Value> {
        let (program, number) = (self.lab.load(), instance.to_string());
        let program = program.to_string_lossy();
        let command =
            [&program, "buy", "--address", &self.address, "--key", &self.key, "--instance", &number];
        Ok(json!([self.page(instance)?, command]))
    }
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
