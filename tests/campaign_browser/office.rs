//! What the server holds, asked by an independent client: the coordinator's machine in the office.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
};

use domain::{
    Id,
    replica::Replica,
    wire::{Ask, Cursor, Mode, PROTO, Registered, Response, Stretch},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Done;

const LOGIN: &str = "diaodu";
/// The password of every demo account.
pub const PASSWORD: &str = "doorstep-demo";

/// A client without a browser that hears every ticket.
pub struct Office {
    port: u16,
    cookie: String,
    replica: Id<Replica>,
    cursor: Cursor,
    /// For each ticket, the first words of what was noted.
    notes: BTreeMap<Uuid, Vec<String>>,
}

impl Office {
    /// Signs in and registers.
    ///
    /// # Errors
    /// What the server says.
    pub fn open(port: u16) -> Done<Self> {
        let body = json!({ "login": LOGIN, "password": PASSWORD });
        let (head, _) = call(port, "/api/v1/session", "", &body)?;
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
        });
        let cookie = cookie.ok_or("no session")?.to_owned();
        let (_, body) = call(port, "/api/v1/replicas", &cookie, &Value::Null)?;
        let registered: Registered =
            serde_json::from_slice(&body).map_err(|why| why.to_string())?;
        Ok(Self {
            port,
            cookie,
            replica: registered.replica,
            cursor: Cursor::default(),
            notes: BTreeMap::new(),
        })
    }

    /// Hears everything new.
    ///
    /// # Errors
    /// What the server says.
    pub fn hear(&mut self) -> Done {
        let mut stretch = None;
        loop {
            let request = json!({
                "proto": PROTO, "replica": self.replica, "now": super::now(), "prev_seq": 0,
                "cursor": self.cursor, "stretch": stretch.take(),
            });
            let (_, body) = call(self.port, "/api/v1/sync", &self.cookie, &request)?;
            let heard: Response = serde_json::from_slice(&body).map_err(|why| why.to_string())?;
            for key in &heard.gone {
                self.notes.remove(&key.id);
            }
            for put in heard.puts.iter().filter(|put| put.kind == "ticket") {
                let row: Value =
                    serde_json::from_str(put.body.get()).map_err(|why| why.to_string())?;
                let log = row["log"].as_array().map(Vec::as_slice).unwrap_or_default();
                let first = |entry: &Value| {
                    Some(entry["text"].as_str()?.split_whitespace().next()?.to_owned())
                };
                self.notes.insert(put.id, log.iter().filter_map(first).collect());
            }
            match heard.mode {
                Mode::News => {
                    self.cursor = heard.cursor;
                    if !heard.more {
                        return Ok(());
                    }
                }
                Mode::Stretch(Stretch { to: Some(to), since, goal, .. }) => {
                    let budget = 1_000_000;
                    stretch = Some(Ask { after: Some(to), since, goal: Some(goal), budget });
                }
                // The walk is done; what happened meanwhile comes with the next answer.
                Mode::Stretch(Stretch { goal, .. }) => self.cursor = goal,
            }
        }
    }

    /// Every note whose first word begins like this, as often as the server holds it.
    pub fn notes(&self, prefix: &str) -> Vec<String> {
        let all = self.notes.values().flatten();
        all.filter(|word| word.starts_with(prefix)).cloned().collect()
    }
}

/// One request on a connection of its own; head and body of the answer.
fn call(port: u16, path: &str, cookie: &str, body: &Value) -> Done<(String, Vec<u8>)> {
    let attempt = || -> std::io::Result<Vec<u8>> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(answer)
    };
    let answer = attempt().map_err(|why| format!("{path}: {why}"))?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("half an answer")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let body = answer[end + 4..].to_vec();
    if !head.starts_with("HTTP/1.1 20") {
        return Err(format!("{path}: {head}\n{}", String::from_utf8_lossy(&body)));
    }
    Ok((head, body))
}
