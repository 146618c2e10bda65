//! Stopping: nothing that was accepted is lost.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::TestApp;
use wixapp_place::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_before_the_server_ends() {
    let mut app = TestApp::start().await;
    let site = app.install().await;
    let request = app.request("GET", "/api/v1/sample/wait", "");
    let waiting = tokio::spawn(request.send());
    app.gate.has_visitor().await;
    let stopping = tokio::spawn(app.take_server().stop());
    // No one else is let in any more, and the one inside is still waited for.
    let address = app.base.strip_prefix("http://").unwrap();
    while TcpStream::connect(address).await.is_ok() {}
    app.gate.open();
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, "passed"));
    stopping.await.unwrap();
    app.start_server().await;
    assert_eq!(app.available(&site.token).await, 200);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_never_ends_does_not_keep_the_server() {
    let mut app = TestApp::with(Place::sqlite(), |config| config.server.drain_s = 0).await;
    let waiting = tokio::spawn(app.request("GET", "/api/v1/sample/wait", "").send());
    app.gate.has_visitor().await;
    app.stop_server().await;
    assert!(waiting.await.unwrap().is_err());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_on_its_way_when_the_server_is_told_to_stop_is_answered_and_told_to_go_elsewhere() {
    let mut app = TestApp::start().await;
    let site = app.install().await;
    let address = app.base.strip_prefix("http://").unwrap().to_owned();
    let connections =
        [TcpStream::connect(&address).await.unwrap(), TcpStream::connect(&address).await.unwrap()];
    let mut told = app.app().live.stopping();
    let stopping = tokio::spawn(app.take_server().stop());
    told.wait_for(|stopping| *stopping).await.unwrap();
    // A stream would be told good-bye at once: it is not begun.
    let expected = [("/health", "200 OK"), ("/api/v1/wix/live", "503 Service Unavailable")];
    for (mut connection, (path, status)) in connections.into_iter().zip(expected) {
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: a\r\nauthorization: WixInstance {}\r\n\r\n", site.token);
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
    }
    stopping.await.unwrap();
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_in_the_middle_is_handed_back_and_done_after_the_next_start() {
    let mut app = TestApp::with(Place::sqlite(), |config| config.server.drain_s = 0).await;
    let site = app.install().await;
    let job_id = app.start_work(&site, "work-1", "gate").await;
    app.gate.has_visitor().await;
    app.stop_server().await;
    let waiting = "SELECT count(*) FROM jobs WHERE state = 'available' AND worker IS NULL";
    assert_eq!(app.place.number(waiting).await, 1);
    app.gate.open();
    app.start_server().await;
    let done = app.ended(&site, &job_id).await;
    assert_eq!((&done["status"], &done["attempt"]), (&"completed".into(), &1.into()));
    assert_eq!(app.available(&site.token).await, 199);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_a_worker_leaves_the_work_to_the_next() {
    let mut app = TestApp::start().await;
    let site = app.install().await;
    app.stop_server().await;
    app.start_with(wixapp_server::serve::Roles { api: true, worker: false }).await;
    let job_id = app.start_work(&site, "work-1", "well").await;
    assert_eq!(app.available(&site.token).await, 199);
    app.stop_server().await;
    app.start_server().await;
    assert_eq!(app.ended(&site, &job_id).await["status"], "completed");
    app.finish().await;
}
