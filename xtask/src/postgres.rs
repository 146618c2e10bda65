//! A PostgreSQL of our own: started in a temporary folder, gone with everything in it when dropped.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::progress::Board;
use crate::{debian, ports, signals, tool};

/// The superuser of the server, and the account it runs under when we are root.
const DATABASE_USER: &str = "wixapp";
const SYSTEM_USER: &str = "postgres";

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// What the server promises about a committed transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Durability {
    /// Nothing survives a crash: for tests, whose data nobody keeps.
    None,
    /// As installed: a commit is on the disk. For measurements.
    Full,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Child,
    ended: Receiver<Event>,
    port: u16,
    password: String,
    programs: PathBuf,
    _folder: TempDir,
}

#[derive(Debug, PartialEq)]
enum Event {
    Ready,
    /// The server and all its processes ended; with the end of what they said.
    Ended(String),
}

impl Postgres {
    /// Installs PostgreSQL if needed, and starts a fresh server on a free loopback port.
    ///
    /// Call it from a thread that lives as long as the server: on Linux the server ends with that thread.
    pub(crate) fn start(durability: Durability, board: &Board) -> Result<Self> {
        let programs = find_or_install(board)?;
        let folder = tempfile::Builder::new().prefix("wixapp-pg-").tempdir()?;
        if runs_as_root() {
            give_away(folder.path())?;
        }
        let password = random_hex()?;
        initialise(&programs, folder.path(), &password)?;
        let port = ports::free(std::process::id())?;
        let mut server =
            serve(&programs, folder.path(), port, durability).spawn().context("cannot run postgres")?;
        let events = watch(server.stderr.take().context("standard error was piped")?);
        let started = Self { server, ended: events, port, password, programs, _folder: folder };
        match started.ended.recv_timeout(START_LIMIT) {
            Ok(Event::Ready) => Ok(started),
            Ok(Event::Ended(log)) => bail!("PostgreSQL did not start:\n{log}"),
            Err(_) => bail!("PostgreSQL was not ready within {} s", START_LIMIT.as_secs()),
        }
    }

    /// Where clients connect; the user may create databases.
    pub(crate) fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The address of one database.
    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://{DATABASE_USER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// A client program of the same version, such as `psql` or `pgbench`, connected to `database`.
    pub(crate) fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", DATABASE_USER)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", database);
        command
    }

    /// Keeps the server and all its processes, those to come too, on one core.
    pub(crate) fn pin(&self, core: u8) -> Result<()> {
        let pid = self.server.id().to_string();
        let output = Command::new("taskset")
            .args(["--all-tasks", "--cpu-list", "--pid", &core.to_string(), &pid])
            .output()
            .context("cannot run taskset")?;
        ensure!(output.status.success(), "taskset: {}", String::from_utf8_lossy(&output.stderr).trim());
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Immediate shutdown: the data goes with the folder, so there is nothing to write out.
        signals::send_to(&self.server, Signal::QUIT);
        if self.ended.recv_timeout(STOP_LIMIT).is_err() {
            signals::end_group(&self.server, true);
        }
        // Collected so that no zombie stays; the folder is removed after this.
        let _ = self.server.wait();
    }
}

fn find_or_install(board: &Board) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    debian::install("postgresql", "the database tests", board)?;
    find().ok_or_else(|| Failure::new("postgresql is installed, but initdb was not found").into())
}

/// Debian keeps the programs of each version in a folder of its own, off the PATH.
fn find() -> Option<PathBuf> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").is_file())
        .max();
    newest.map(|(_, programs)| programs).or_else(|| Some(tool::find("initdb")?.parent()?.to_owned()))
}

fn initialise(programs: &Path, folder: &Path, password: &str) -> Result<()> {
    let password_file = folder.join("password");
    fs::write(&password_file, password)?;
    if runs_as_root() {
        give_away(&password_file)?;
    }
    let output = as_database_user(&programs.join("initdb"), folder)
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&password_file)
        .args(["--username", DATABASE_USER, "--auth", "scram-sha-256"])
        .args(["--encoding", "UTF8", "--locale", "C", "--no-sync"])
        .output()
        .context("cannot run initdb")?;
    match output.status.success() {
        true => Ok(()),
        false => bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr).trim()),
    }
}

fn serve(programs: &Path, folder: &Path, port: u16, durability: Durability) -> Command {
    let mut command = as_database_user(&programs.join("postgres"), folder);
    command.arg("-D").arg(folder.join("data"));
    let sockets = format!("unix_socket_directories={}", folder.display());
    let settings = ["listen_addresses=127.0.0.1", &sockets, &format!("port={port}"), "max_connections=300"];
    let careless = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
    let careless = if durability == Durability::None { &careless[..] } else { &[] };
    for setting in settings.iter().chain(careless) {
        command.args(["-c", setting]);
    }
    // Its own group: Ctrl-C must not stop it under tests that are still ending.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    command
}

/// PostgreSQL refuses to run as root; and on Linux the kernel ends it should we be killed.
fn as_database_user(program: &Path, folder: &Path) -> Command {
    let Some(setpriv) = tool::find("setpriv") else { return plain(program, folder) };
    let mut command = plain(&setpriv, folder);
    if runs_as_root() {
        command.args(["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--init-groups"]);
    }
    command.args(["--pdeathsig", "QUIT"]).arg(program);
    command
}

fn plain(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    // The message that says it is ready must be in English, and the folder one it may enter.
    command.current_dir(folder).env("LC_ALL", "C").env("HOME", folder);
    command
}

fn runs_as_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn give_away(path: &Path) -> Result<()> {
    let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let (user, group) = account(&accounts, SYSTEM_USER).ok_or_else(|| {
        Failure::new(format!("there is no user `{SYSTEM_USER}` to run PostgreSQL under"))
            .hint("apt-get install postgresql makes one; or run this as a user other than root")
    })?;
    std::os::unix::fs::chown(path, Some(user), Some(group))
        .with_context(|| format!("cannot give {} to {SYSTEM_USER}", path.display()))
}

fn account(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = accounts
        .lines()
        .map(|line| line.split(':'))
        .find_map(|mut fields| (fields.next() == Some(name)).then_some(fields))?;
    fields.next();
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 16];
    fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn watch(stderr: ChildStderr) -> Receiver<Event> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || read_log(BufReader::new(stderr), &sender));
    receiver
}

fn read_log(log: impl BufRead, events: &Sender<Event>) {
    let mut kept = Vec::new();
    for line in log.lines().map_while(Result::ok) {
        if line.contains("database system is ready to accept connections") {
            // Nobody waits any more once the start limit has passed.
            let _ = events.send(Event::Ready);
        }
        kept.push(line);
        let excess = kept.len().saturating_sub(20);
        kept.drain(..excess);
    }
    let _ = events.send(Event::Ended(kept.join("\n")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts =
            "root:x:0:0::/root:/bin/sh\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh";
        assert_eq!(account(accounts, "postgres"), Some((101, 104)));
        assert_eq!(account(accounts, "post"), None);
    }

    #[test]
    fn the_log_tells_readiness_and_then_the_end_with_its_last_lines() {
        let (sender, receiver) = mpsc::channel();
        let log = "LOG: starting\nLOG:  database system is ready to accept connections\nFATAL: gone\n";
        read_log(log.as_bytes(), &sender);
        assert_eq!(receiver.recv().unwrap(), Event::Ready);
        let Event::Ended(tail) = receiver.recv().unwrap() else { panic!("the end follows") };
        assert!(tail.ends_with("FATAL: gone"));
    }

    #[test]
    fn passwords_are_long_and_differ() {
        let (one, other) = (random_hex().unwrap(), random_hex().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
