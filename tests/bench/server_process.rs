//! The server as people run it: a process of its own on a data folder, and what it costs.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::line::{Line, request};

/// How long it may take to be there before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where a server keeps its data.
#[derive(Clone, Debug)]
pub enum Data {
    Folder(PathBuf),
    /// A database address such as `postgres://…`, and a folder for everything else.
    Database(String, PathBuf),
}

impl Data {
    /// What follows `serve` on the command line.
    fn words(&self) -> Vec<String> {
        let word = |path: &Path| path.to_string_lossy().into_owned();
        match self {
            Self::Folder(folder) => vec!["--data".into(), word(folder)],
            Self::Database(address, folder) => {
                vec!["--database".into(), address.clone(), "--data".into(), word(folder)]
            }
        }
    }
}

/// A running `doorstep serve`. Dropping it kills the process.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub ready_after: Duration,
}

impl Server {
    pub async fn start(data: &Data) -> Self {
        let port = free_port();
        let program =
            std::env::var("DOORSTEP_PROGRAM").expect("cargo xtask bench names the program");
        let begun = Instant::now();
        let process = Command::new(program)
            .args(["serve", "--port", &port.to_string()])
            .args(data.words())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut server = Self {
            process,
            address: ([127, 0, 0, 1], port).into(),
            ready_after: Duration::default(),
        };
        let hello = request("GET", "/api/v1/hello", "", "");
        loop {
            if let Some(mut line) = Line::open(server.address).await {
                line.ask(&hello).await;
                break;
            }
            let ended = server.process.try_wait().is_ok_and(|status| status.is_some());
            assert!(!ended && begun.elapsed() < PATIENCE, "the server does not start");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.ready_after = begun.elapsed();
        server
    }

    /// Pulls the plug: nothing gets a chance to say goodbye.
    pub fn kill(mut self) {
        self.end();
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let id = self.process.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        if asked.is_ok_and(|status| status.success()) {
            let _ = self.process.wait();
        }
    }

    fn end(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Its proportional share of the machine's memory, in megabytes.
    pub fn megabytes(&self) -> f64 {
        kilobytes(&format!("/proc/{}/smaps_rollup", self.process.id()), "Pss:") / 1000.0
    }

    /// Seconds of a core it has used so far.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()));
        let stat = stat.unwrap_or_default();
        // The name in brackets may hold spaces; user and system time are 12th and 13th after it.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = rest.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok());
        ticks.sum::<f64>() / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn kilobytes(file: &str, field: &str) -> f64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(f64::NAN)
}

/// A port nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
