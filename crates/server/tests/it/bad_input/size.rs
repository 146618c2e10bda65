//! What is too much, and what is no HTTP.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Stage;
use crate::app::TestApp;
use crate::catalogue::{Operation, operations};

const HOST: &str = "host: app.test\r\n";

/// Sends bytes as they are and reads until the answer's header is there.
async fn raw(
    app: &TestApp,
    head: &str,
    mut more: impl FnMut() -> Option<Vec<u8>> + Send + 'static,
) -> String {
    let mut stream = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let sending = tokio::spawn(async move {
        let mut sent = 0;
        while let Some(part) = more() {
            if writer.write_all(&part).await.is_err() {
                break;
            }
            sent += part.len();
        }
        sent
    });
    let mut answer = Vec::new();
    let read = async {
        let mut part = [0; 4096];
        while !String::from_utf8_lossy(&answer).contains("\"requestId\"") {
            match reader.read(&mut part).await {
                Ok(0) | Err(_) => break,
                Ok(length) => answer.extend_from_slice(&part[..length]),
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), read).await.expect("an answer");
    drop(reader);
    let sent = tokio::time::timeout(std::time::Duration::from_secs(20), sending).await;
    assert!(sent.expect("the server closes").unwrap() < 64 * 1024 * 1024, "the server read on and on");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gibibyte_is_refused_without_being_read() {
    let stage = Stage::new().await;
    for operation in operations().into_iter().filter(Operation::writes) {
        let head = format!(
            "{} {} HTTP/1.1\r\n{HOST}authorization: WixInstance {}\r\nidempotency-key: k\r\n\
             content-type: application/json\r\ncontent-length: 1073741824\r\n\r\n",
            operation.method,
            operation.address(&stage.things),
            stage.site.token
        );
        let answer = raw(&stage.app, &head, || None).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{}: {answer}", operation.id);
        assert!(answer.contains("payload_too_large"), "{}: {answer}", operation.id);
    }
    stage.unchanged("a gibibyte");
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_body_is_cut_off() {
    let stage = Stage::new().await;
    for operation in operations().into_iter().filter(Operation::writes) {
        let head = format!(
            "{} {} HTTP/1.1\r\n{HOST}authorization: WixInstance {}\r\nidempotency-key: k\r\n\
             content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
            operation.method,
            operation.address(&stage.things),
            stage.site.token
        );
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        let answer = raw(&stage.app, &head, move || Some(chunk.clone())).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{}: {answer}", operation.id);
    }
    stage.unchanged("an endless body");
    stage.app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_http_is_refused() {
    let app = TestApp::start().await;
    for sent in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{16}\u{3}\u{1}",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{sent:?}: {answer}");
    }
    app.finish().await;
}
