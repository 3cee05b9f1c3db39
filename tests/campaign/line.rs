//! One connection to a server that may die at any moment: every call says whether it was answered.

use std::{fmt, net::SocketAddr, time::Duration};

use domain::{Timestamp, wire::NOW_HEADER};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long an answer may take before it counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why there is no good answer.
#[derive(Clone, Debug)]
pub enum Trouble {
    /// Nobody knows whether the server has heard the question.
    Lost(String),
    /// The server said no, with this status.
    No { status: u16, body: String },
    /// The answer makes no sense; always a fault.
    Nonsense(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(why) => write!(f, "no answer: {why}"),
            Self::No { status, body } => write!(f, "{status}: {body}"),
            Self::Nonsense(why) => write!(f, "nonsense: {why}"),
        }
    }
}

/// An answer with a good status.
pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The server's clock, where it says nothing else.
    pub fn now(&self) -> Option<Timestamp> {
        let line = self.head.lines().find_map(|line| line.strip_prefix(NOW_HEADER));
        line?.strip_prefix(':')?.trim().parse().ok().map(Timestamp)
    }
}

/// A connection that is opened when it is needed and given up when it fails.
pub struct Line {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Line {
    pub fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Turns to a server, and hangs up on the one before.
    pub fn turn_to(&mut self, address: SocketAddr) {
        *self = Self::to(address);
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn call(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
    ) -> Result<Answer, Trouble> {
        let lost = |why: std::io::Error| Trouble::Lost(why.to_string());
        let mut stream = self.open(method, path, cookie, body).await.map_err(lost)?;
        let read = timeout(PATIENCE, read(&mut stream)).await;
        let read = read.map_err(|_| Trouble::Lost("it took too long".into()))?;
        let (head, body) = read.map_err(lost)?;
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status: u16 = status.ok_or_else(|| Trouble::Nonsense(head.clone()))?;
        if !head.to_lowercase().contains("connection: close") {
            self.stream = Some(stream);
        }
        if (200..300).contains(&status) {
            return Ok(Answer { head, body });
        }
        Err(Trouble::No { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Sends a request and hangs up before the answer.
    pub async fn call_and_hang_up(&mut self, path: &str, cookie: &str, body: &str) {
        // Whether it went out is exactly what nobody knows here.
        drop(self.open("POST", path, cookie, body).await);
    }

    /// The connection with the request written to it; `self` keeps none until the answer is there.
    async fn open(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
    ) -> std::io::Result<TcpStream> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await?,
        };
        stream.set_nodelay(true)?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        Ok(stream)
    }
}

/// Head and body of an answer that has a Content-Length.
async fn read(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let mut buffer = Vec::new();
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        fill(stream, &mut buffer).await?;
    };
    let text = String::from_utf8_lossy(&buffer[..head]).into_owned();
    let length: usize = text
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    while buffer.len() < head + length {
        fill(stream, &mut buffer).await?;
    }
    Ok((text, buffer[head..head + length].to_vec()))
}

async fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let mut part = [0u8; 16 * 1024];
    let read = stream.read(&mut part).await?;
    if read == 0 {
        return Err(std::io::Error::other("the server hung up"));
    }
    buffer.extend_from_slice(&part[..read]);
    Ok(())
}
