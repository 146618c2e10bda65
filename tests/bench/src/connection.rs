//! One keep-alive HTTP/1.1 connection, with as little between it and the socket as possible.
//!
//! A client library would take more time for a request than the server under test does.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD_END: &[u8] = b"\r\n\r\n";

/// Answers beyond this are not what is measured here.
const ANSWER_LIMIT: usize = 1 << 20;

/// An open connection and what has arrived on it.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    arrived: Vec<u8>,
}

/// An answer, borrowed from its connection.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot reach {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, arrived: Vec::with_capacity(8192) })
    }

    /// Sends one request and reads its answer to the end.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request).await?;
        self.arrived.clear();
        loop {
            if let Some((status, body, end)) = parse(&self.arrived)? {
                ensure!(self.arrived.len() == end, "the server sent more than one answer");
                return Ok(Answer { status, body: &self.arrived[body..end] });
            }
            ensure!(self.arrived.len() < ANSWER_LIMIT, "the answer is too long");
            self.receive().await?;
        }
    }

    /// Sends a request whose answer is a stream, read by [`next_chunk`](Self::next_chunk).
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).await.context("the server closed the connection")
    }

    /// What arrives next on a stream, whatever its framing.
    pub(crate) async fn next_chunk(&mut self) -> Result<&[u8]> {
        self.arrived.clear();
        self.receive().await?;
        Ok(&self.arrived)
    }

    async fn receive(&mut self) -> Result<()> {
        let count = self.stream.read_buf(&mut self.arrived).await.context("the connection broke")?;
        ensure!(count > 0, "the server closed the connection");
        Ok(())
    }
}

/// Status, start and end of the body, once the whole answer is there.
fn parse(arrived: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(head_end) = arrived.windows(HEAD_END.len()).position(|window| window == HEAD_END) else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&arrived[..head_end]).context("the answer's head is not text")?;
    let status = head.get(9..12).and_then(|text| text.parse().ok()).context("the answer has no status")?;
    let Some(length) = content_length(head) else { bail!("the answer has no length: {head}") };
    let body = head_end + HEAD_END.len();
    Ok((arrived.len() >= body + length).then_some((status, body, body + length)))
}

fn content_length(head: &str) -> Option<usize> {
    const NAME: &str = "content-length:";
    let line = head
        .lines()
        .find(|line| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)))?;
    line[NAME.len()..].trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 402 Payment Required\r\nContent-Length: 4\r\nx: y\r\n\r\nbody";

    #[test]
    fn an_answer_is_read_only_when_all_of_it_is_there() {
        for length in 0..ANSWER.len() {
            assert_eq!(parse(&ANSWER[..length]).unwrap(), None, "after {length} bytes");
        }
        let (status, start, end) = parse(ANSWER).unwrap().unwrap();
        assert_eq!((status, &ANSWER[start..end]), (402, &b"body"[..]));
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
