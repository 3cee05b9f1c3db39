//! `cargo xtask bench server`: a real server process over loopback, beside what this machine's disk can do at best.
//!
//! Each figure is followed by its ratio to a limit measured in the same run, because a busy machine says
//! little in absolute numbers.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::{
    io::Write,
    net::SocketAddr,
    process::{Child, Command as Program, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{
    Command, Id, Timestamp,
    replica::Replica,
    ticket,
    user::{Role, User},
    wire::{Cursor, PROTO, Registered, Request, Sent},
};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use uuid::Uuid;

const CONNECTIONS: usize = 64;
const SECONDS: u64 = 8;
const BATCH: u64 = 50;
const NOTES_PER_TICKET: u64 = 40;
const PASSWORD: &str = "doorstep-demo";

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("room for the bench's data");
    let commits = durable_writes_per_second(folder.path());
    println!("{:<44}{commits:>10.0}/s", "limit: one 4 KiB write made durable");
    let server = Server::start(folder.path()).await;
    let engineers = server.hire(CONNECTIONS).await;

    let hello = server.rate(&engineers, Work::Hello).await;
    println!("{:<44}{:>10.0}/s", "limit: bare HTTP answers (/api/v1/hello)", hello.per_second);

    let single = server.rate(&engineers, Work::Push(1)).await;
    let ratio = single.per_second / commits;
    single.print("pushes of one envelope, durable", &format!("{ratio:.1} × durable writes"));
    let batch = server.rate(&engineers, Work::Push(BATCH)).await;
    let per_second = batch.per_second * BATCH as f64;
    let ratio = per_second / commits;
    batch.print("pushes of 50 envelopes, durable", &format!("{ratio:.1} × durable writes"));
    println!("{:<44}{per_second:>10.0}/s", "  envelopes in them");
    let pull = server.rate(&engineers, Work::Pull).await;
    let ratio = pull.per_second / hello.per_second;
    pull.print("pulls with nothing new", &format!("{ratio:.2} × bare HTTP"));
}

/// What the disk allows: small appends, each synced, one after another.
fn durable_writes_per_second(folder: &std::path::Path) -> f64 {
    let mut file = std::fs::File::create(folder.join("limit")).expect("a file to write");
    let page = [7u8; 4096];
    let start = Instant::now();
    let mut writes = 0u32;
    while start.elapsed() < Duration::from_secs(2) {
        file.write_all(&page).and_then(|()| file.sync_data()).expect("a disk that syncs");
        writes += 1;
    }
    f64::from(writes) / start.elapsed().as_secs_f64()
}

#[derive(Clone, Copy)]
enum Work {
    Hello,
    Push(u64),
    Pull,
}

struct Rate {
    per_second: f64,
    /// Milliseconds that half and ninety-nine of a hundred requests took at most.
    p50: f64,
    p99: f64,
}

impl Rate {
    fn print(&self, what: &str, ratio: &str) {
        let Rate { per_second, p50, p99 } = self;
        println!("{what:<44}{per_second:>10.0}/s   p50 {p50:.1} ms  p99 {p99:.1} ms   {ratio}");
    }
}

struct Server {
    process: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    async fn start(data: &std::path::Path) -> Self {
        let program = std::env::var("DOORSTEP_PROGRAM").expect("cargo xtask bench server sets it");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let process = Program::new(program)
            .args(["demo", "--port", &port.to_string(), "--data"])
            .arg(data.join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let server = Self { process, address: ([127, 0, 0, 1], port).into() };
        while Line::open(server.address).await.is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    /// An account for each device.
    async fn hire(&self, count: usize) -> Vec<User> {
        let mut line = Line::to(self.address).await;
        let cookie = line.sign_in("admin").await;
        let mut engineers = Vec::new();
        for n in 0..count {
            let login = format!("bench-{n}");
            let id = Id::derived(&login);
            let user =
                User { id, name: login.clone(), roles: vec![Role::Engineer], ..User::system() };
            let body = json!({"user": user, "login": login, "password": PASSWORD}).to_string();
            line.call("POST", "/api/v1/accounts", &cookie, &body).await;
            engineers.push(user);
        }
        engineers
    }

    /// How much of this work the server does for so many engineers at once.
    async fn rate(&self, engineers: &[User], work: Work) -> Rate {
        let mut devices = Vec::new();
        for engineer in engineers {
            devices.push(Line::to(self.address).await.device(engineer).await);
        }
        let until = Instant::now() + Duration::from_secs(SECONDS);
        let done = Arc::new(AtomicU64::new(0));
        let runs = devices.into_iter().map(|mut device| {
            let done = done.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < until {
                    let start = Instant::now();
                    device.work(work).await;
                    took.push(start.elapsed().as_secs_f64() * 1000.0);
                    done.fetch_add(1, Ordering::Relaxed);
                }
                took
            })
        });
        let mut took: Vec<f64> = Vec::new();
        for run in runs.collect::<Vec<_>>() {
            took.extend(run.await.expect("a device that finishes"));
        }
        took.sort_by(f64::total_cmp);
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        let per_second = done.load(Ordering::Relaxed) as f64 / SECONDS as f64;
        Rate { per_second, p50: at(0.5), p99: at(0.99) }
    }
}

/// One kept connection, and what a client must know to be understood.
struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    async fn open(address: SocketAddr) -> Option<Self> {
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(Self { stream, buffer: Vec::new() })
    }

    async fn to(address: SocketAddr) -> Self {
        Self::open(address).await.expect("the server listens")
    }

    /// Sends a request and returns head and body of the answer, which has a Content-Length.
    async fn call(
        &mut self,
        method: &str,
        path: &str,
        cookie: &str,
        body: &str,
    ) -> (String, Vec<u8>) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.expect("the server reads");
        self.buffer.clear();
        let head = loop {
            let end = self.buffer.windows(4).position(|window| window == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            self.fill().await;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).to_lowercase();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.trim().parse().ok())
            .unwrap_or(0);
        while self.buffer.len() < head + length {
            self.fill().await;
        }
        let head_text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        assert!(head_text.contains(" 20"), "{path}: {head_text}");
        (head_text, self.buffer[head..head + length].to_vec())
    }

    async fn fill(&mut self) {
        let mut part = [0u8; 16 * 1024];
        let read = self.stream.read(&mut part).await.expect("the server answers");
        assert!(read > 0, "the server closed the connection");
        self.buffer.extend_from_slice(&part[..read]);
    }

    async fn sign_in(&mut self, login: &str) -> String {
        let body = json!({"login": login, "password": PASSWORD}).to_string();
        let (head, _) = self.call("POST", "/api/v1/session", "", &body).await;
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned()
    }

    /// A device of this engineer, who has heard everything there is.
    async fn device(mut self, engineer: &User) -> Device {
        let cookie = self.sign_in(&engineer.name).await;
        let (_, body) = self.call("POST", "/api/v1/replicas", &cookie, "null").await;
        let registered: Registered = serde_json::from_slice(&body).expect("a replica");
        let ticket = Id::new(Uuid::now_v7());
        let (by, replica) = (engineer.id, registered.replica);
        let mut device =
            Device { line: self, cookie, replica, by, seq: 0, cursor: Cursor::default(), ticket };
        while device.round(0).await {}
        device
    }
}

/// An engineer's phone, as the server sees it.
struct Device {
    line: Line,
    cookie: String,
    replica: Id<Replica>,
    by: Id<User>,
    seq: u64,
    cursor: Cursor,
    ticket: Id<ticket::Ticket>,
}

/// The part of an answer that the bench needs.
#[derive(Deserialize)]
struct Heard {
    cursor: Cursor,
    more: bool,
    server_seq: u64,
}

impl Device {
    async fn work(&mut self, work: Work) {
        match work {
            Work::Hello => drop(self.line.call("GET", "/api/v1/hello", "", "").await),
            Work::Pull => drop(self.round(0).await),
            Work::Push(count) => drop(self.round(count).await),
        }
    }

    /// What an engineer writes: notes, and now and then a new ticket, so that tickets stay of a usual size.
    fn next_command(&mut self) -> Command {
        if (self.seq - 1).is_multiple_of(NOTES_PER_TICKET) {
            self.ticket = Id::new(Uuid::now_v7());
            let intake: ticket::Intake = serde_json::from_value(json!({
                "title": "空调不制冷", "description": "制冷效果差，出风口温度偏高", "request": "repair",
                "channel": "phone_400", "urgency": "normal", "received_at": now(),
                "contact": {"name": "陈国华", "phone": "13812345678", "address": "海淀区学院路 1 号"},
                "machine": {"model": "KFR-35GW", "serial": "SN001"},
            }))
            .expect("an intake");
            return Command::Ticket(
                self.ticket,
                ticket::Command::Register { intake: intake.into() },
            );
        }
        let text = "已联系客户预约上门时间，客户要求下午到".to_owned();
        Command::Ticket(self.ticket, ticket::Command::Note { text, visible: false })
    }

    /// One request with `count` envelopes; whether the server has more to say.
    async fn round(&mut self, count: u64) -> bool {
        let prev_seq = self.seq;
        let mut envelopes = Vec::new();
        for _ in 0..count {
            self.seq += 1;
            let command = serde_json::to_value(self.next_command()).expect("JSON");
            let (mid, by) = (Uuid::now_v7(), self.by);
            envelopes.push(Sent { seq: self.seq, mid, by, at: now(), command });
        }
        let request = Request {
            proto: PROTO,
            build: "bench".into(),
            replica: self.replica,
            now: now(),
            prev_seq,
            envelopes,
            cursor: self.cursor.clone(),
        };
        let body = serde_json::to_string(&request).expect("JSON");
        let cookie = self.cookie.clone();
        let (_, answer) = self.line.call("POST", "/api/v1/sync", &cookie, &body).await;
        let heard: Heard = serde_json::from_slice(&answer).expect("an answer");
        assert_eq!(heard.server_seq, self.seq, "everything was decided");
        self.cursor = heard.cursor;
        heard.more
    }
}

fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}
