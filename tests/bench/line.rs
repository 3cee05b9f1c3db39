//! One kept HTTP/1.1 connection that costs the machine little, and counts its bytes.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A request's bytes, with what a client must say to be understood.
pub fn request(method: &str, path: &str, cookie: &str, body: &str) -> Vec<u8> {
    request_with(method, path, cookie, "", body.as_bytes())
}

/// The same with further header lines, each ended by `\r\n`.
pub fn request_with(method: &str, path: &str, cookie: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{more}");
    if !cookie.is_empty() {
        text.push_str(&format!("cookie: {cookie}\r\n"));
    }
    if method != "GET" {
        text.push_str(&format!(
            "content-type: application/json\r\ncontent-length: {}\r\n",
            body.len()
        ));
    }
    text.push_str("\r\n");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub struct Line {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Bytes that went up and came down, headers included.
    pub up: u64,
    pub down: u64,
}

/// An answer, valid until the next question.
pub struct Heard<'a> {
    pub head: &'a str,
    pub body: &'a [u8],
}

impl Line {
    pub async fn open(address: SocketAddr) -> Option<Self> {
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(Self { address, stream, buffer: Vec::with_capacity(64 * 1024), up: 0, down: 0 })
    }

    pub async fn to(address: SocketAddr) -> Self {
        Self::open(address).await.expect("the server listens")
    }

    /// Sends a request and waits for the whole answer, which must be a success with a Content-Length.
    ///
    /// A line that the server closed because it lay idle is opened again, as browsers do.
    pub async fn ask(&mut self, request: &[u8]) -> Heard<'_> {
        self.up += request.len() as u64;
        self.buffer.clear();
        let sent = self.stream.write_all(request).await.is_ok();
        let heard = sent && self.stream.read_buf(&mut self.buffer).await.is_ok_and(|read| read > 0);
        if !heard {
            self.stream = Self::to(self.address).await.stream;
            self.say(request).await;
        }
        let head = loop {
            let end = self.buffer.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            self.fill().await;
        };
        let length = content_length(&self.buffer[..head]);
        while self.buffer.len() < head + length {
            self.fill().await;
        }
        self.down += (head + length) as u64;
        let (text, body) = self.buffer.split_at(head);
        let text = std::str::from_utf8(text).expect("headers are ASCII");
        assert!(
            text.starts_with("HTTP/1.1 2"),
            "{}\n{text}\n{}",
            String::from_utf8_lossy(request),
            String::from_utf8_lossy(body)
        );
        Heard { head: text, body: &body[..length] }
    }

    async fn fill(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await.expect("the server answers");
        assert!(read > 0, "the server closed the connection");
    }

    /// Only sends.
    pub async fn say(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("the server reads");
    }

    /// Waits until `mark` has come in since the last call. What came before it is forgotten.
    pub async fn until(&mut self, mark: &[u8]) {
        loop {
            let found = self.buffer.windows(mark.len()).position(|window| window == mark);
            if let Some(place) = found {
                self.buffer.drain(..place + mark.len());
                return;
            }
            self.fill().await;
        }
    }

    /// Gives back the room it does not need, where thousands of lines stay open.
    pub fn slim(&mut self) {
        self.buffer = Vec::with_capacity(1024);
    }
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > NAME.len() && line[..NAME.len()].eq_ignore_ascii_case(NAME));
    line.and_then(|line| std::str::from_utf8(&line[NAME.len()..]).ok()?.trim().parse().ok())
        .unwrap_or(0)
}
