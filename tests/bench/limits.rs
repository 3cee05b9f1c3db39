//! What this machine can do at best, measured in the same run: the disk, SQLite, an HTTP server that does nothing.

use std::{
    convert::Infallible,
    fs::File,
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use hyper::{Response, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rusqlite::Connection;
use tokio::net::TcpListener;

use super::{report::Times, server_process::free_port};

const SPELL: Duration = Duration::from_secs(2);
/// As large as a ticket.
const ROW_BYTES: usize = 900;

/// Milliseconds for 4 KiB to become durable in a file that has its size already.
pub fn syncs(folder: &Path) -> Times {
    use std::io::{Seek, SeekFrom};
    const PAGES: u64 = 256;
    let mut file = File::create(folder.join("limit")).expect("a file to write");
    let page = [7u8; 4096];
    for _ in 0..PAGES {
        file.write_all(&page).expect("room on the disk");
    }
    file.sync_all().expect("a disk that syncs");
    let begun = Instant::now();
    let mut took = Vec::new();
    while begun.elapsed() < SPELL {
        let start = Instant::now();
        file.seek(SeekFrom::Start(took.len() as u64 % PAGES * 4096)).expect("a place in the file");
        file.write_all(&page).and_then(|()| file.sync_data()).expect("a disk that syncs");
        took.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Times::new(took)
}

/// Rows per second into a bare SQLite table, with so many of them in each durable commit.
pub fn sqlite_rows_per_second(folder: &Path, grouped: usize) -> f64 {
    let file = folder.join(format!("limit-{grouped}.sqlite"));
    let mut connection = Connection::open(file).expect("a database");
    let set = |connection: &Connection| {
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch("create table rows (id integer primary key, body text) strict")
    };
    set(&connection).expect("a new database takes a table");
    let body = "票".repeat(ROW_BYTES / 3);
    let begun = Instant::now();
    let mut rows = 0u32;
    while begun.elapsed() < SPELL {
        let tx = connection.transaction().expect("a transaction");
        for _ in 0..grouped {
            let mut insert = tx.prepare_cached("insert into rows (body) values (?1)").expect("SQL");
            insert.execute([&body]).expect("a row is written");
            rows += 1;
        }
        tx.commit().expect("a durable commit");
    }
    f64::from(rows) / begun.elapsed().as_secs_f64()
}

/// A process that answers every request with 200 bytes, and nothing else.
pub struct Bare {
    process: Child,
    pub address: SocketAddr,
}

impl Bare {
    /// Runs this very program again, as that server.
    pub fn start() -> Self {
        let port = free_port();
        let program = std::env::current_exe().expect("this program");
        let process = Command::new(program)
            .args(["bare-http", &port.to_string()])
            .stdin(Stdio::null())
            .spawn()
            .expect("this program starts once more");
        Self { process, address: ([127, 0, 0, 1], port).into() }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until it is killed.
pub async fn serve_bare(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let answer = service_fn(async |_| {
                let body = http_body_util::Full::new(Bytes::from_static(&[b'x'; 200]));
                Ok::<_, Infallible>(Response::new(body))
            });
            // A closed line is the end of it.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}
