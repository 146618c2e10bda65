//! Taking the ports, or saying who is in the way.

use std::io::ErrorKind;

use tokio::net::TcpListener;

use crate::failure::Failure;

/// A port, as `--port` names it.
pub(super) fn one(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "a port is a whole number from 0 to 65535".to_owned())
}

/// A port that has a next one.
pub(super) fn first_of_two(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port < u16::MAX);
    port.ok_or_else(|| "it must be a whole number from 0 to 65534, as the next port is taken too".to_owned())
}

/// Two ports of this machine only: `first` and the one after it, or any two that are free when it is 0.
pub(super) async fn listen_pair(first: u16) -> Result<(TcpListener, TcpListener), Failure> {
    let second = if first == 0 { 0 } else { first + 1 };
    Ok((listen(first, first).await?, listen(second, first).await?))
}

/// Listens on `port` of this machine only; `first` is the port the user named.
pub(super) async fn listen(port: u16, first: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => Failure::user(format!("port {port} is in use"))
            .hint(format!("stop what listens there, or choose another: --port {}", other(first))),
        ErrorKind::PermissionDenied => Failure::user(format!("port {port} needs more rights"))
            .hint("choose a port above 1023: --port 4100"),
        _ => Failure::user(format!("cannot listen on port {port}")).because(&error),
    })
}

/// A port that is likely to be free, below the range from which systems hand out their own.
fn other(port: u16) -> u16 {
    let next = port.saturating_add(100);
    if next < 32_000 { next } else { 4200 }
}
