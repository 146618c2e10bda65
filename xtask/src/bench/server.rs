//! The server under test: the reference app, alone on its core.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::signals::{self, Watch};

use super::lab::{Lab, SERVER_CORE, memory_mb, pinned};

const START_LIMIT: Duration = Duration::from_secs(30);

/// A running server, ended when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    _watch: Watch,
    address: SocketAddr,
}

impl Server {
    /// Starts the reference app on a database.
    pub(crate) fn app(lab: &Lab<'_>, database: &str, network: SocketAddr) -> Result<Self> {
        Self::serve(lab, database, network, &[])
    }

    /// Starts the reference app without its background work.
    pub(crate) fn api_only(lab: &Lab<'_>, database: &str, network: SocketAddr) -> Result<Self> {
        Self::serve(lab, database, network, &["--api-only"])
    }

    fn serve(lab: &Lab<'_>, database: &str, network: SocketAddr, options: &[&str]) -> Result<Self> {
        let address = lab.address()?;
        let mut command = pinned(SERVER_CORE, &lab.app());
        command.arg("serve").args(options);
        configure(&mut command, lab, database, address, network)?;
        Self::start(lab, command, address)
    }

    /// Starts axum with nothing around it, on either core: a limit, or the network that jobs post to.
    pub(crate) fn bare(lab: &Lab<'_>, core: u8) -> Result<Self> {
        let address = lab.address()?;
        let mut command = pinned(core, &lab.load());
        command.args(["bare", "--address", &address.to_string()]);
        Self::start(lab, command, address)
    }

    fn start(lab: &Lab<'_>, mut command: Command, address: SocketAddr) -> Result<Self> {
        let log = lab.path("server.log");
        let file = File::create(&log).context("cannot write the server's log")?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().context("cannot run the server")?;
        let watch = Watch::group(&child);
        let mut server = Self { child, _watch: watch, address };
        let started = Instant::now();
        while !answers(address) {
            if started.elapsed() > START_LIMIT || server.child.try_wait()?.is_some() {
                bail!("the server did not start: {}", fs::read_to_string(&log).unwrap_or_default().trim());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its resident memory in megabytes: now, and at its highest.
    pub(crate) fn memory_mb(&self) -> Result<(f64, f64)> {
        let pid = self.child.id();
        Ok((memory_mb(pid, "VmRSS")?, memory_mb(pid, "VmHWM")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        signals::end_group(&self.child, false);
        // It drains and ends by itself; a second signal is not needed for a server without requests.
        let _ = self.child.wait();
    }
}

/// Gives a command of the reference app its whole configuration.
pub(crate) fn configure(
    command: &mut Command,
    lab: &Lab<'_>,
    database: &str,
    address: SocketAddr,
    network: SocketAddr,
) -> Result<()> {
    let catalog = lab.repo.join("tests/bench/plans.toml");
    command
        .env("WIXAPP_BIND", address.to_string())
        .env("WIXAPP_DATABASE_URL", database)
        .env("WIXAPP_APP_ID", "bench")
        .env("WIXAPP_APP_SECRET", lab.secret())
        .env("WIXAPP_WEBHOOK_PUBLIC_KEY_FILE", lab.path("platform.pub"))
        .env("WIXAPP_PLANS_CATALOG", catalog)
        .env("WIXAPP_WIX_API_URL", format!("http://{network}"))
        .env("WIXAPP_JOBS_CONCURRENCY", "64")
        .env("WIXAPP_LOG", "warn")
        // Counted as in production, and never reached.
        .env("WIXAPP_LIMITS_INSTANCE_PER_S", "1000000")
        .current_dir(lab.path("").parent().context("the lab is a folder")?);
    Ok(())
}

fn answers(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
