//! An engineer's phone as the server sees it: registered, caught up, and asking for one thing again and again.

use std::{
    borrow::Cow,
    io::{Read, Write},
    net::SocketAddr,
};

use domain::{Command, Id, replica::Replica, ticket, user::User, wire};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    line::{Heard, Line, request, request_with},
    seed::{self, Dice},
};

/// Every so many envelopes there is a new ticket: about as many lines as the history of a repair has.
const NOTES_PER_TICKET: u64 = 12;
/// Every so many answers are read whole; the others are only looked at, to leave the cores to the server.
const READ_EVERY: u64 = 64;

const SYNC: &str = "/api/v1/sync";
/// What browsers take.
const PACKED: &str = "accept-encoding: gzip, deflate, br, zstd\r\n";

pub struct Phone {
    pub line: Line,
    by: Id<User>,
    cookie: String,
    replica: Id<Replica>,
    seq: u64,
    cursor: Value,
    /// Where a walk through the view goes on; null when there is none.
    stretch: Value,
    ticket: Id<ticket::Ticket>,
    /// Requests so far.
    pub asked: u64,
    /// Rows that came, and their bytes before they were packed.
    pub rows: usize,
    pub plain: usize,
    /// A whole request that can be sent again and again.
    again: Vec<u8>,
}

/// What a phone does over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `GET /api/v1/hello`
    Hello,
    /// `GET /api/v1/session`
    Session,
    /// A sync in which nothing is new.
    Nothing,
    /// A sync that brings twenty changed tickets, packed as for a browser.
    Twenty,
    /// A sync with so many envelopes.
    Push(u64),
    /// The first answer to a phone that holds nothing yet.
    First,
}

impl Phone {
    /// The `n`th engineer's new phone, which has heard everything there is.
    pub async fn of(address: SocketAddr, n: usize) -> Self {
        let mut phone = Self::with(address, seed::engineer(n), &seed::engineer_cookie(n)).await;
        phone.catch_up().await;
        phone
    }

    /// The administrator's device, which has heard everything there is.
    pub async fn of_administrator(address: SocketAddr) -> Self {
        let (by, cookie) = (seed::ADMINISTRATOR, seed::administrator_cookie());
        let mut phone = Self::with(address, by, &cookie).await;
        phone.catch_up().await;
        phone
    }

    /// A new phone of somebody who is signed in.
    pub async fn with(address: SocketAddr, by: Id<User>, cookie: &str) -> Self {
        let mut phone = Self::nobody(address).await;
        phone.by = by;
        cookie.clone_into(&mut phone.cookie);
        let heard = phone.line.ask(&request("POST", "/api/v1/replicas", cookie, "null")).await;
        let registered: wire::Registered = serde_json::from_slice(heard.body).expect("a replica");
        phone.replica = registered.replica;
        (phone.line.up, phone.line.down) = (0, 0);
        phone
    }

    /// A line to anything that speaks HTTP.
    pub async fn nobody(address: SocketAddr) -> Self {
        Self {
            line: Line::to(address).await,
            by: Id::new(Uuid::nil()),
            cookie: String::new(),
            replica: Id::new(Uuid::nil()),
            seq: 0,
            cursor: Value::Null,
            stretch: Value::Null,
            ticket: Id::new(Uuid::now_v7()),
            asked: 0,
            rows: 0,
            plain: 0,
            again: Vec::new(),
        }
    }

    /// Gets ready for `work`, which may mean to write a little first.
    pub async fn prepare(&mut self, work: Work) {
        self.again = match work {
            Work::Hello => request("GET", "/api/v1/hello", "", ""),
            Work::Session => request("GET", "/api/v1/session", &self.cookie, ""),
            Work::Nothing => {
                self.catch_up().await;
                self.sync_request(&[], &self.cursor)
            }
            Work::Twenty => {
                self.catch_up().await;
                let before = self.cursor.clone();
                let tickets: Vec<Value> = (0..20).map(|_| self.next_envelope(true)).collect();
                self.send(&tickets).await;
                self.sync_request(&[], &before)
            }
            Work::First => self.sync_request(&[], &Value::Null),
            Work::Push(_) => Vec::new(),
        };
    }

    /// Does it once.
    pub async fn work(&mut self, work: Work) {
        self.asked += 1;
        if let Work::Push(count) = work {
            self.push(count).await;
            return;
        }
        let heard = self.line.ask(&self.again).await;
        if work == Work::Twenty && self.asked % READ_EVERY == 1 {
            let answer: Value = serde_json::from_slice(&unpacked(&heard)).expect("an answer");
            let puts = answer["puts"].as_array().map_or(0, Vec::len);
            assert_eq!(puts, 20, "{answer}");
        }
    }

    /// Sends so many notes, and makes sure that all were decided.
    async fn push(&mut self, count: u64) {
        let envelopes: Vec<Value> = (0..count).map(|_| self.next_envelope(false)).collect();
        self.send(&envelopes).await;
    }

    async fn send(&mut self, envelopes: &[Value]) {
        let bytes = self.sync_request(envelopes, &self.cursor);
        self.send_bytes(&bytes).await;
    }

    /// Does something that is not a note.
    pub async fn carry_out(&mut self, command: Command) {
        self.seq += 1;
        let envelope = self.envelope(&command);
        self.send(&[envelope]).await;
    }

    /// Sends so many notes in one packed request, as an app does whose browser can pack.
    pub async fn push_packed(&mut self, count: u64) {
        self.asked += 1;
        let envelopes: Vec<Value> = (0..count).map(|_| self.next_envelope(false)).collect();
        let body = self.sync_body(&envelopes, &self.cursor);
        let mut packer = GzEncoder::new(Vec::new(), Compression::new(6));
        packer.write_all(body.as_bytes()).expect("memory");
        let body = packer.finish().expect("memory");
        let headers = format!("{PACKED}content-encoding: gzip\r\n");
        let bytes = request_with("POST", SYNC, &self.cookie, &headers, &body);
        self.send_bytes(&bytes).await;
    }

    async fn send_bytes(&mut self, bytes: &[u8]) {
        let heard = self.line.ask(bytes).await;
        let plain = unpacked(&heard);
        let answer: Answer = serde_json::from_slice(&plain).expect("an answer");
        assert_eq!(answer.server_seq, self.seq, "everything was decided");
        if self.asked % READ_EVERY == 1 {
            let text = String::from_utf8_lossy(&plain);
            assert!(!text.contains("\"refused\""), "{text}");
        }
        self.hear(answer);
    }

    /// What an engineer writes: notes, and now and then a new ticket.
    fn next_envelope(&mut self, new: bool) -> Value {
        self.seq += 1;
        let command = if new || (self.seq - 1).is_multiple_of(NOTES_PER_TICKET) {
            self.ticket = Id::new(Uuid::now_v7());
            let intake = Box::new(seed::intake(&mut Dice::new(self.seq), seed::now()));
            Command::Ticket(self.ticket, ticket::Command::Register { intake })
        } else {
            let text = "已联系客户预约上门时间，客户要求下午到".to_owned();
            Command::Ticket(self.ticket, ticket::Command::Note { text, visible: false })
        };
        self.envelope(&command)
    }

    fn envelope(&self, command: &Command) -> Value {
        json!({
            "seq": self.seq, "mid": Uuid::now_v7(), "by": self.by, "at": seed::now(),
            "command": command,
        })
    }

    fn sync_request(&self, envelopes: &[Value], cursor: &Value) -> Vec<u8> {
        let body = self.sync_body(envelopes, cursor);
        request_with("POST", SYNC, &self.cookie, PACKED, body.as_bytes())
    }

    fn sync_body(&self, envelopes: &[Value], cursor: &Value) -> String {
        let prev_seq = self.seq - envelopes.len() as u64;
        let mut body = json!({
            "proto": wire::PROTO, "build": "bench", "replica": self.replica, "now": seed::now(),
            "prev_seq": prev_seq,
        });
        if envelopes.is_empty() {
            body["brief"] = true.into();
        } else {
            body["envelopes"] = envelopes.into();
        }
        if !cursor.is_null() {
            body["cursor"] = cursor.clone();
        }
        if !self.stretch.is_null() {
            body["stretch"] = self.stretch.clone();
        }
        body.to_string()
    }

    /// Asks until there is nothing new.
    pub async fn catch_up(&mut self) {
        while self.ask_on().await {}
    }

    /// Asks once; whether there is more to ask.
    pub async fn ask_on(&mut self) -> bool {
        self.asked += 1;
        let bytes = self.sync_request(&[], &self.cursor);
        let heard = self.line.ask(&bytes).await;
        if heard.body.is_empty() {
            // Nothing new, as the status says.
            return false;
        }
        let plain = unpacked(&heard);
        self.plain += plain.len();
        let answer: Answer = serde_json::from_slice(&plain).expect("an answer");
        let more = answer.more;
        self.rows += answer.puts.len();
        self.hear(answer);
        more || !self.stretch.is_null()
    }

    /// Takes over how far it has heard; the rows themselves are not kept.
    fn hear(&mut self, answer: Answer) {
        self.cursor = answer.cursor;
        let stretch = &answer.mode["stretch"];
        let goal = stretch["goal"].clone();
        self.stretch = match (&stretch["to"], goal.is_null()) {
            (_, true) => Value::Null,
            (Value::Null, false) => {
                self.cursor = goal;
                Value::Null
            }
            (to, false) => json!({"after": to, "since": 0, "goal": goal, "budget": 0}),
        };
    }
}

/// The part of an answer that the bench needs.
#[derive(Deserialize)]
struct Answer {
    server_seq: u64,
    cursor: Value,
    #[serde(default)]
    more: bool,
    #[serde(default)]
    mode: Value,
    #[serde(default)]
    puts: Vec<IgnoredAny>,
}

/// The body as it was before it was packed.
fn unpacked<'a>(heard: &Heard<'a>) -> Cow<'a, [u8]> {
    const NAME: &str = "content-encoding: ";
    let packing = heard.head.lines().find_map(|line| line.strip_prefix(NAME));
    match packing {
        None => Cow::Borrowed(heard.body),
        Some("zstd") => Cow::Owned(zstd::decode_all(heard.body).expect("zstd")),
        Some("gzip") => {
            let mut plain = Vec::new();
            GzDecoder::new(heard.body).read_to_end(&mut plain).expect("gzip");
            Cow::Owned(plain)
        }
        Some(other) => panic!("nobody asked for {other}"),
    }
}
