//! Accepting connections, with limits of time, size and number that slow and greedy clients run into.
//!
//! `axum::serve` sets no timer, so that a client which never finishes its header would hold its connection for ever.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::limit::Peer;

/// How long a request's header may take, and how long a connection may wait for its next request.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// What a request's header may hold: an instance token and a page's address are below 16 KiB together.
const HEADER_SIZE: usize = 64 * 1024;
/// How many connections are answered at the same time; the others wait in the system's queue.
const CONNECTIONS: usize = 20_000;
/// How long requests are still taken after the server was told to stop.
const GRACE: Duration = Duration::from_millis(100);
/// When the system has no more sockets, it is asked again after this long.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Answers what comes on `listener` until `stopping` turns true; then what is under way may take `drain` to finish.
///
/// For a moment after that, requests are still taken, and each answer tells its client not to send another one here:
/// a request that is on its way already finds somebody.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    drain: Duration,
    mut stopping: watch::Receiver<bool>,
) {
    let mut front = Front {
        listener,
        router,
        stopping: stopping.clone(),
        graceful: GracefulShutdown::new(),
        places: Arc::new(Semaphore::new(CONNECTIONS)),
        connections: JoinSet::new(),
    };
    tokio::select! {
        biased;
        _ = stopping.wait_for(|stopping| *stopping) => {}
        () = front.take() => {}
    }
    // The front never ends by itself: this is the moment of grace.
    let _ = tokio::time::timeout(GRACE.min(drain), front.take()).await;
    let Front { listener, graceful, mut connections, .. } = front;
    drop(listener);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
    connections.shutdown().await;
}

/// The listener with the connections that are being answered.
struct Front {
    listener: TcpListener,
    router: Router,
    stopping: watch::Receiver<bool>,
    graceful: GracefulShutdown,
    places: Arc<Semaphore>,
    connections: JoinSet<()>,
}

impl Front {
    /// Takes connections, for ever.
    async fn take(&mut self) {
        loop {
            let (stream, peer, place) = tokio::select! {
                Some(_) = self.connections.join_next() => continue,
                accepted = accept(&self.listener, &self.places) => accepted,
            };
            let answering =
                answer(stream, peer, self.router.clone(), self.stopping.clone(), self.graceful.watcher());
            self.connections.spawn(async move {
                answering.await;
                drop(place);
            });
        }
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Peer, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("the places are never closed");
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Live events are small and must not wait for the acknowledgement of the one before.
                let _ = stream.set_nodelay(true);
                return (stream, Peer(address.ip()), place);
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Answers the requests of one connection, one after another.
async fn answer(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: Peer,
    router: Router,
    stopping: watch::Receiver<bool>,
    watcher: Watcher,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let (router, stopping) = (router.clone(), stopping.clone());
        async move {
            let mut response = router.oneshot(request.map(Body::new)).await?;
            if *stopping.borrow() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_header_size(HEADER_SIZE)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::trace!(error = %error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    /// What a server answers to `sent` before it closes the connection, and after how long.
    async fn exchange(sent: &[u8]) -> (String, Duration) {
        let (mut client, server) = duplex(1024 * 1024);
        let router = Router::new().route("/", get(|| async { "here" }));
        let graceful = GracefulShutdown::new();
        let answering = tokio::spawn(answer(
            server,
            Peer([127, 0, 0, 1].into()),
            router,
            watch::channel(false).1,
            graceful.watcher(),
        ));
        let started = Instant::now();
        client.write_all(sent).await.unwrap();
        let mut answered = Vec::new();
        client.read_to_end(&mut answered).await.unwrap();
        answering.await.unwrap();
        (String::from_utf8_lossy(&answered).into_owned(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_does_not_end_is_cut_off_after_its_time() {
        let (answered, after) = exchange(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
        assert!(!answered.contains("200 OK"), "{answered}");
        assert!(after >= HEADER_TIME && after < HEADER_TIME * 2, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_waits_too_long_for_its_next_request_is_closed() {
        let (answered, after) = exchange(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(answered.ends_with("here"), "{answered}");
        assert!(after >= HEADER_TIME && after < HEADER_TIME * 2, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_header_that_is_too_large_is_refused() {
        let large = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Large: {}\r\n\r\n", "x".repeat(HEADER_SIZE));
        let (answered, _) = exchange(large.as_bytes()).await;
        assert!(answered.starts_with("HTTP/1.1 431 "), "{answered}");
    }
}
