//! A platform that misbehaves below the level of HTTP messages.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use wiremock::ResponseTemplate;
use wixapp_core::clock::VirtualClock;
use wixapp_platform::data::Items;
use wixapp_platform::{AccessToken, Credential, Error, WixClient};

use crate::support::{Wix, at, client, instance, shown};

/// Serves every connection with `serve` after its request has arrived; a client for it, trying once.
async fn hostile<F>(timeout: Duration, serve: impl Fn(TcpStream) -> F + Send + 'static) -> WixClient
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            tokio::spawn(serve(stream));
        }
    });
    let clock = VirtualClock::frozen_at(at("2026-01-01T00:00:00Z"));
    client(&url, &clock).timeout(timeout).build().unwrap()
}

async fn outcome(client: &WixClient) -> Error {
    client.access_token(&instance("i-1")).await.unwrap_err()
}

const PATIENT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let client = hostile(PATIENT, |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    assert!(outcome(&client).await.is_too_large());
}

#[tokio::test]
async fn an_announced_gibibyte_is_not_even_read() {
    let client = hostile(PATIENT, |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n{").await;
        std::future::pending().await
    })
    .await;
    assert!(outcome(&client).await.is_too_large());
}

#[tokio::test]
async fn an_endless_page_of_items_is_cut_off() {
    let client = hostile(PATIENT, |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        let chunk = [b"10000\r\n".as_slice(), &[b' '; 0x10000], b"\r\n"].concat();
        while stream.write_all(&chunk).await.is_ok() {}
    })
    .await;
    let items: Items<Value> = client.items(Credential::access_token(AccessToken::new("t").unwrap()), "Posts");
    assert!(items.query().find().await.unwrap_err().is_too_large());
    assert!(items.bulk_remove(["a"]).await.unwrap_err().is_too_large());
}

#[tokio::test]
async fn half_a_page_of_items_is_unavailable() {
    let client = hostile(PATIENT, |mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
        let _ = stream
            .write_all(&[head.as_slice(), br#"{"dataItems":[{"id":"a","data":{"_id":"a"}}"#].concat())
            .await;
    })
    .await;
    let items: Items<Value> = client.items(Credential::access_token(AccessToken::new("t").unwrap()), "Posts");
    assert!(items.query().find().await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn half_an_answer_is_unavailable() {
    let client = hostile(PATIENT, |mut stream| async move {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"access_token\":\"s3cr3t")
            .await;
    })
    .await;
    let error = outcome(&client).await;
    assert!(error.is_unavailable() && !error.is_malformed(), "{error}");
    assert!(!shown(&error).contains("s3cr3t"));
}

#[tokio::test]
async fn a_dropped_connection_is_unavailable() {
    let client = hostile(PATIENT, |stream| async move { drop(stream) }).await;
    assert!(outcome(&client).await.is_unavailable());
}

#[tokio::test]
async fn something_other_than_http_is_unavailable() {
    let client = hostile(PATIENT, |mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
    })
    .await;
    assert!(outcome(&client).await.is_unavailable());
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let client = hostile(Duration::from_millis(50), |stream| async move {
        let _open = stream;
        std::future::pending().await
    })
    .await;
    let error = outcome(&client).await;
    assert!(error.is_timeout() && !error.is_unavailable(), "{error}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_timeout() {
    let client = hostile(Duration::from_millis(50), |mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").await;
        std::future::pending().await
    })
    .await;
    assert!(outcome(&client).await.is_timeout());
}

#[tokio::test]
async fn a_closed_port_is_unavailable_and_the_url_is_not_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let clock = VirtualClock::frozen_at(at("2026-01-01T00:00:00Z"));
    let client = client(&format!("http://{address}/s3cr3t"), &clock).build().unwrap();
    let error = outcome(&client).await;
    assert!(error.is_unavailable());
    assert!(!shown(&error).contains("s3cr3t"), "{}", shown(&error));
}

#[rstest::rstest]
#[tokio::test]
async fn redirects_are_not_followed(#[values(301, 302, 303, 307, 308)] status: u16) {
    let (wix, trap) = (Wix::start().await, Wix::start().await);
    let redirect =
        ResponseTemplate::new(status).insert_header("location", format!("{}/trap", trap.server.uri()));
    wix.answers("POST", "/oauth2/token", redirect).await;
    assert_eq!(outcome(&wix.client).await.status(), Some(status));
    assert_eq!(trap.count("/trap").await, 0);
}

#[rstest::rstest]
#[tokio::test]
async fn success_without_json_is_malformed(#[values(200, 201, 204)] status: u16) {
    let wix = Wix::start().await;
    wix.answers("POST", "/oauth2/token", ResponseTemplate::new(status)).await;
    assert!(outcome(&wix.client).await.is_malformed());
}
