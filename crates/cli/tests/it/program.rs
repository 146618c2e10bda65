//! The real binary: run to its end, or started and stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A secret that no output may hold.
pub(crate) const SECRET: &str = "s3cret-0123456789-abcdef";

/// Far beyond what any command takes; a test that waits longer has found a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// One call of `wixapp`, in an empty folder of its own and with no environment but what is given.
pub(crate) struct Program {
    command: Command,
    stdin: Option<String>,
    folder: TempDir,
    hidden: Vec<(String, &'static str)>,
}

pub(crate) fn wixapp(args: &[&str]) -> Program {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wixapp"));
    command.args(args).env_clear().current_dir(folder.path());
    let hidden = vec![(folder.path().display().to_string(), "[DIR]")];
    Program { command, stdin: None, folder, hidden }
}

impl Program {
    pub(crate) fn arg(mut self, arg: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// An app id, a secret, and a free port: enough for a configuration to be whole.
    pub(crate) fn configured(self) -> Self {
        self.env("WIXAPP_APP_ID", "my-app").env("WIXAPP_APP_SECRET", SECRET).env("WIXAPP_BIND", "127.0.0.1:0")
    }

    pub(crate) fn file(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    /// Runs in this folder, which others share.
    pub(crate) fn inside(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self.hidden.push((folder.canonicalize().unwrap().display().to_string(), "[DIR]"));
        self
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// Shows `text` as `name`, for what differs from run to run.
    pub(crate) fn hide(mut self, text: impl ToString, name: &'static str) -> Self {
        self.hidden.push((text.to_string(), name));
        self
    }

    /// Runs to the end.
    pub(crate) fn run(mut self) -> Outcome {
        let mut child = self.spawn();
        if let Some(text) = &self.stdin {
            // A command that does not read it may have gone by now.
            let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        }
        let (out, err) = (whole(child.stdout.take().unwrap()), whole(child.stderr.take().unwrap()));
        let read = |channel: &Receiver<String>| channel.recv_timeout(PATIENCE);
        let (Ok(stdout), Ok(stderr)) = (read(&out), read(&err)) else {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{:?} does not end", self.command);
        };
        let code = child.wait().unwrap().code();
        let clean = |text: String| {
            assert!(!text.contains(SECRET), "a secret was printed: {text}");
            self.hidden.iter().fold(text, |text, (from, to)| text.replace(from, to))
        };
        Outcome { code, stdout: clean(stdout), stderr: clean(stderr) }
    }

    /// Starts a command that runs until it is stopped.
    pub(crate) fn start(mut self) -> Running {
        let mut child = self.spawn();
        let (stdout, stderr) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
        Running { child, stdout, stderr, _folder: self.folder }
    }

    fn spawn(&mut self) -> Child {
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() };
        self.command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// How a command ended.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    /// A refusal that the user can mend: exit 1, nothing on standard output, an error and a hint.
    pub(crate) fn refusal(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(1), ""), "{}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        assert!(self.stderr.contains("\nhint: ") || self.stderr.contains("\n  tip: "), "{}", self.stderr);
        self.stderr
    }

    /// What a successful command printed.
    pub(crate) fn success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or("none".to_owned(), |code| code.to_string());
        write!(f, "exit {code}\n--- stdout\n{}--- stderr\n{}", self.stdout, self.stderr)
    }
}

/// A refusal for each case, as one text.
pub(crate) fn refusals(cases: impl IntoIterator<Item = (&'static str, Program)>) -> String {
    let text = cases.into_iter().map(|(name, program)| format!("# {name}\n{}", program.run().refusal()));
    text.collect::<Vec<_>>().join("\n")
}

/// A command that runs. Killed when dropped.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    _folder: TempDir,
}

impl Running {
    /// The next line of standard output that contains `part`.
    pub(crate) fn printed(&self, part: &str) -> String {
        wait_for(&self.stdout, part).unwrap_or_else(|| panic!("no `{part}`: {:?}", self.rest_of_errors()))
    }

    /// The next line of standard error that contains `part`.
    pub(crate) fn logged(&self, part: &str) -> String {
        wait_for(&self.stderr, part).unwrap_or_else(|| panic!("`{part}` was not logged"))
    }

    fn rest_of_errors(&self) -> Vec<String> {
        self.stderr.try_iter().collect()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How many sockets it takes connections on, by the word of the kernel.
    pub(crate) fn listening(&self) -> usize {
        let process = format!("/proc/{}", self.pid());
        let own: Vec<String> = std::fs::read_dir(format!("{process}/fd"))
            .unwrap()
            .filter_map(|file| Some(std::fs::read_link(file.ok()?.path()).ok()?.display().to_string()))
            .collect();
        let tables = ["tcp", "tcp6"].map(|kind| std::fs::read_to_string(format!("{process}/net/{kind}")));
        let rows = tables.iter().flat_map(|table| table.as_ref().unwrap().lines());
        // The fourth column is the state, 0A is LISTEN, and the tenth the number that the link of the file has too.
        rows.map(|row| row.split_whitespace().collect::<Vec<_>>())
            .filter(|row| row.get(3) == Some(&"0A") && own.contains(&format!("socket:[{}]", row[9])))
            .count()
    }

    /// Sends SIGTERM and gives the exit code.
    pub(crate) fn stop(self) -> Option<i32> {
        self.signal("-TERM")
    }

    /// Sends SIGINT, as Ctrl-C does, and gives the exit code.
    pub(crate) fn interrupt(self) -> Option<i32> {
        self.signal("-INT")
    }

    /// Ends it without giving it a chance, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(mut self, signal: &str) -> Option<i32> {
        let sent = Command::new("kill").args([signal, &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
        // Its outputs close when it ends.
        let ended = wait_for(&self.stdout, "\0").or_else(|| wait_for(&self.stderr, "\0"));
        assert_eq!(ended, None);
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next line with `part`, or `None` when the output closed before.
fn wait_for(lines: &Receiver<String>, part: &str) -> Option<String> {
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) if line.contains(part) => return Some(line),
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => panic!("`{part}` did not come, and the program runs on"),
        }
    }
}

fn whole(mut from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        // The test may have given up.
        let _ = sender.send(text);
    });
    receiver
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
