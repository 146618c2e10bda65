//! Which loopback ports are free.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

use anyhow::{Context, Result};

use crate::failure::Failure;

/// Below 32,768: a client that polls a closed port of the ephemeral range can connect to itself and hold it.
const SEARCHED: Range<u16> = 4_200..32_000;

/// Checks that `port` and the port after it can be listened on.
pub(crate) fn check_pair(port: u16) -> Result<()> {
    let next = port
        .checked_add(1)
        .filter(|_| port > 0)
        .ok_or_else(|| Failure::new(format!("port {port} cannot be used")).hint("use --port 4100"))?;
    [port, next].into_iter().try_for_each(check)
}

fn check(port: u16) -> Result<()> {
    let Err(error) = listen(port) else { return Ok(()) };
    let message = match error.kind() {
        ErrorKind::AddrInUse => format!("port {port} is in use"),
        _ => format!("cannot listen on port {port}: {error}"),
    };
    let free = free_pair().map_or_else(|| "N".to_owned(), |port| port.to_string());
    Err(Failure::new(message)
        .hint(format!("end what listens there, or choose another port: cargo xtask dev --port {free}"))
        .into())
}

/// A port whose successor is free too, looked for in steps of a hundred from 4200 upwards.
fn free_pair() -> Option<u16> {
    SEARCHED.step_by(100).find(|port| listen(*port).is_ok() && listen(port + 1).is_ok())
}

/// A free port; `seed` spreads the searches of processes that start together.
pub(crate) fn free(seed: u32) -> Result<u16> {
    let span = u32::from(SEARCHED.end - SEARCHED.start);
    (0..span)
        .map(|step| (seed.wrapping_mul(97) + step) % span)
        .filter_map(|offset| u16::try_from(offset).ok())
        .map(|offset| SEARCHED.start + offset)
        .find(|port| listen(*port).is_ok())
        .context("no free port on the loopback address")
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_whether_it_is_the_first_or_the_second() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let busy = held.local_addr().unwrap().port();
        let expected = format!("port {busy} is in use");
        assert_eq!(check_pair(busy).unwrap_err().to_string(), expected);
        let before = check_pair(busy - 1).unwrap_err().to_string();
        assert!(before == expected || before == format!("port {} is in use", busy - 1), "{before}");
    }

    #[test]
    fn ports_without_a_successor_are_refused() {
        assert_eq!(check_pair(u16::MAX).unwrap_err().to_string(), "port 65535 cannot be used");
        assert_eq!(check_pair(0).unwrap_err().to_string(), "port 0 cannot be used");
    }

    #[test]
    fn a_free_port_can_be_listened_on_and_lies_below_the_ephemeral_range() {
        let port = free(std::process::id()).unwrap();
        assert!(port < 32_768);
        listen(port).unwrap();
    }
}
