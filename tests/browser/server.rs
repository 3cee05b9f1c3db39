//! The server as people run it: a process of its own, with a data folder that outlives it.

use std::{
    env,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::ports::free_port;

/// How long the demo organisation may take to appear on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);

/// A running `doorstep demo`, or `doorstep serve` on a new folder. Dropping it ends the process.
pub struct Server {
    kind: &'static str,
    process: Option<Child>,
    port: u16,
    data: TempDir,
    dist: PathBuf,
}

impl Server {
    /// A fresh demo organisation behind the built app.
    pub fn start() -> Self {
        Self::of("demo")
    }

    /// A server that nobody has set up yet.
    pub fn empty() -> Self {
        Self::of("serve")
    }

    fn of(kind: &'static str) -> Self {
        let data = tempfile::tempdir().expect("a folder for the data");
        let dist = named("DOORSTEP_DIST");
        let mut server = Self { kind, process: None, port: free_port(), data, dist };
        server.restart();
        server
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends the process the hard way, in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // It may be dead already, and that is what is wanted.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts again on the same port and the same data.
    pub fn restart(&mut self) {
        self.kill();
        let log = std::fs::File::create(self.data.path().join("server.log")).expect("a log file");
        let said = std::fs::File::create(self.data.path().join("terminal.txt")).expect("a file");
        let process = Command::new(named("DOORSTEP_PROGRAM"))
            .arg(self.kind)
            .args(["--port", &self.port.to_string()])
            .arg("--data")
            .arg(self.data.path().join("data"))
            .arg("--dist")
            .arg(&self.dist)
            .stdin(Stdio::null())
            .stdout(said)
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.process = Some(process);
        let begun = Instant::now();
        while !self.is_well() {
            let ended = self
                .process
                .as_mut()
                .is_some_and(|process| process.try_wait().is_ok_and(|status| status.is_some()));
            assert!(!ended && begun.elapsed() < START_MAX, "no server:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Puts a newer build of the app on the server.
    pub fn deploy_next(&mut self) {
        self.deploy(named("DOORSTEP_DIST_NEXT"));
    }

    /// Puts this build of the app on the server.
    pub fn deploy(&mut self, dist: PathBuf) {
        self.dist = dist;
        self.restart();
    }

    /// What the server wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default()
    }

    /// The code that the terminal shows while nobody can sign in.
    pub fn setup_code(&self) -> String {
        let said = std::fs::read_to_string(self.data.path().join("terminal.txt"));
        let said = said.expect("what the terminal shows");
        let is_code = |line: &&str| line.len() == 11 && line.chars().nth(5) == Some('-');
        said.lines().map(str::trim).find(is_code).expect("a setup code").to_owned()
    }

    fn is_well(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let question = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let mut answer = String::new();
        stream.write_all(question.as_bytes()).is_ok()
            && stream.read_to_string(&mut answer).is_ok()
            && answer.starts_with("HTTP/1.1 200")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The file or folder a variable names; `cargo xtask test browser` sets them.
pub fn named(variable: &str) -> PathBuf {
    let path = env::var_os(variable).map(PathBuf::from);
    let path =
        path.unwrap_or_else(|| panic!("{variable} is not set; run cargo xtask test browser"));
    assert!(Path::new(&path).exists(), "{variable} names {}, which is not there", path.display());
    path
}
