//! `serve` and `worker`: they start on a good configuration, and end when they are told to.

use std::path::Path;

use crate::http::request;
use crate::program::{Program, Running, SECRET, wixapp};

/// Where a started server answers, by its own words.
fn address(server: &Running) -> String {
    let line = server.logged("the app is up");
    let address = line.split("address=").nth(1).unwrap().split(' ').next().unwrap();
    format!("http://{address}")
}

fn serve(folder: &Path, args: &[&str]) -> Program {
    args.iter().fold(wixapp(&["serve"]).configured().inside(folder), Program::arg)
}

#[test]
fn serve_answers_and_ends_with_0_on_sigterm_and_on_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]).start();
    assert_eq!(request("GET", &format!("{}/ready", address(&server))), (200, "ready".to_owned()));
    assert_eq!(server.stop(), Some(0));
    let again = serve(folder.path(), &["--api-only"]).start();
    assert_eq!(request("GET", &format!("{}/health", address(&again))).0, 200);
    assert_eq!(again.interrupt(), Some(0));
}

#[test]
fn a_command_that_waits_for_its_database_ends_with_0_when_it_is_told_to() {
    for command in ["serve", "worker"] {
        // A database that takes the connection and says nothing.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://app@{}/app", silent.local_addr().unwrap());
        let waiting = wixapp(&[command]).configured().env("WIXAPP_DATABASE_URL", url).start();
        let _connection = silent.accept().unwrap();
        assert_eq!(waiting.stop(), Some(0), "{command}");
    }
}

#[test]
fn serve_starts_again_after_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]).start();
    address(&server);
    server.kill();
    let again = serve(folder.path(), &[]).start();
    assert_eq!(request("GET", &format!("{}/ready", address(&again))).0, 200);
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn worker_needs_no_port() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let program = wixapp(&["worker"]).configured();
    let worker = program.env("WIXAPP_BIND", taken.local_addr().unwrap().to_string()).start();
    let line = worker.logged("the worker is up");
    assert!(!line.contains("address"), "{line}");
    assert_eq!(worker.listening(), 0, "a worker that nobody asks anything listens nowhere");
    assert_eq!(worker.stop(), Some(0));
}

#[test]
fn serve_says_which_file_the_database_is_and_whether_it_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().canonicalize().unwrap().join("wixapp.sqlite3");
    for new in ["true", "false"] {
        let server = serve(folder.path(), &[]).start();
        let line = server.logged("the database is open");
        assert!(line.contains(&format!("database.file={}", file.display())), "{line}");
        assert!(line.contains(&format!("database.new={new}")), "{line}");
        assert_eq!(server.stop(), Some(0));
    }
}

#[test]
fn worker_refuses_what_serve_refuses() {
    let text = wixapp(&["worker"]).configured().env("WIXAPP_APP_SECRET", "short").run().refusal();
    assert!(text.contains("WIXAPP_APP_SECRET"), "{text}");
}

#[test]
fn logs_are_plain_where_there_is_no_terminal_and_json_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]).start();
    let line = server.logged("the app is up");
    assert!(!line.contains('\u{1b}'), "{line:?}");
    server.stop();
    let server = serve(folder.path(), &[]).env("WIXAPP_LOG_FORMAT", "json").start();
    let line: serde_json::Value = serde_json::from_str(&server.logged("the app is up")).unwrap();
    assert_eq!(line["message"], "the app is up");
}

#[test]
fn the_printed_configuration_loads_once_id_and_secret_are_filled_in() {
    let template = wixapp(&["serve", "--print-config"]).run().success();
    let filled = template
        .replace("#app_id =", "app_id = \"my-app\"")
        .replace("#app_secret =", &format!("app_secret = \"{SECRET}\""));
    assert_ne!(filled, template);
    let start = |text: &str| wixapp(&["serve", "--config", "wixapp.toml"]).file("wixapp.toml", text).start();
    let on_a_free_port = |text: &str| text.replace("#bind = \"127.0.0.1:4101\"", "bind = \"127.0.0.1:0\"");
    let server = start(&on_a_free_port(&filled));
    assert_eq!(request("GET", &format!("{}/ready", address(&server))).0, 200);
    assert_eq!(server.stop(), Some(0));
    // The defaults that the file shows are the defaults: all of them may be written out.
    let written_out = filled.lines().map(|line| match line.strip_prefix('#') {
        Some(field) if field.contains(" = ") && !field.starts_with(' ') => field,
        _ => line,
    });
    let written_out = written_out.collect::<Vec<_>>().join("\n").replace("127.0.0.1:4101", "127.0.0.1:0");
    assert!(written_out.contains("\nconcurrency = 8"), "{written_out}");
    let server = start(&written_out);
    address(&server);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_openapi_document_is_the_one_that_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]).start();
    let served = request("GET", &format!("{}/api/openapi.json", address(&server))).1;
    let printed = wixapp(&["openapi"]).run().success();
    assert_eq!(served.trim(), printed.trim());
}
