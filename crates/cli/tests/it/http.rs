//! Just enough HTTP to see that a server answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Sends one request; gives the status and the body.
pub(crate) fn request(method: &str, url: &str) -> (u16, String) {
    let (head, body) = exchange(method, url);
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
}

/// Where a redirect leads.
pub(crate) fn location(url: &str) -> String {
    let (head, _) = exchange("GET", url);
    let target = head.lines().find_map(|line| line.strip_prefix("location: "));
    target.unwrap_or_else(|| panic!("no redirect: {head}")).to_owned()
}

/// The head and the body of an answer.
fn exchange(method: &str, url: &str) -> (String, String) {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // The header is the local platform's guard against other pages' requests.
    write!(stream, "{method} /{path} HTTP/1.0\r\nHost: {host}\r\nX-Emulator: 1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// The JSON of a good answer.
pub(crate) fn json(method: &str, url: &str) -> serde_json::Value {
    let (status, body) = request(method, url);
    assert!((200..300).contains(&status), "{method} {url}: {status} {body}");
    serde_json::from_str(&body).unwrap()
}
