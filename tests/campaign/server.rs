//! A real server process: started, waited for, killed.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Done, line::Line, ports::free_port};

/// How long a server may take until it answers.
const START: Duration = Duration::from_secs(30);

/// Where a server keeps its data.
#[derive(Clone, Debug)]
pub enum Place {
    Folder(PathBuf),
    /// The address of a PostgreSQL database.
    Database(String),
}

impl Place {
    /// The options that name this place to the program.
    fn options(&self) -> [String; 2] {
        match self {
            Self::Folder(folder) => ["--data".to_owned(), folder.display().to_string()],
            Self::Database(url) => ["--database".to_owned(), url.clone()],
        }
    }
}

/// The program, and where what it says is collected.
#[derive(Clone)]
pub struct Program {
    pub file: PathBuf,
    pub log: PathBuf,
    /// Further words for `serve`.
    pub options: Vec<String>,
}

impl Program {
    fn log(&self) -> Done<File> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        log.map_err(|why| format!("{}: {why}", self.log.display()))
    }

    /// Runs a chore to its end with this on its standard input; answers with its standard output.
    ///
    /// # Errors
    /// Where it fails, with what it said.
    pub fn run(&self, place: &Place, words: &[&str], input: &str) -> Done<String> {
        let mut child = Command::new(&self.file)
            .args(words)
            .args(place.options())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|why| format!("{}: {why}", self.file.display()))?;
        if let Some(mut pipe) = child.stdin.take() {
            // A chore that fails early does not read it.
            let _ = pipe.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(|why| why.to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(said);
        }
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("`doorstep {}` failed: {said}{why}", words.join(" ")))
    }

    /// The same without standing in the way of people who work meanwhile.
    ///
    /// # Errors
    /// As [`Program::run`].
    pub async fn run_aside(&self, place: &Place, words: &[&str]) -> Done<String> {
        let (program, place) = (self.clone(), place.clone());
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let run = tokio::task::spawn_blocking(move || {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            program.run(&place, &words, "")
        });
        run.await.map_err(|why| why.to_string())?
    }

    /// The last lines of what servers said.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

/// A server process. Dropping it kills it.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// Where it ends or says nothing for long.
    pub async fn start(program: &Program, place: &Place, address: SocketAddr) -> Done<Self> {
        let mut server = Self::launch(program, place, address)?;
        let start = Instant::now();
        let mut line = Line::to(address);
        while line.call("GET", "/api/v1/hello", "", "").await.is_err() {
            if !server.lives() || start.elapsed() > START {
                return Err(format!("the server does not start:\n{}", program.last_words()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(server)
    }

    /// Starts a server without waiting for it.
    ///
    /// # Errors
    /// Where the program cannot be run.
    pub fn launch(program: &Program, place: &Place, address: SocketAddr) -> Done<Self> {
        let process = Command::new(&program.file)
            .arg("serve")
            .args(["--port", &address.port().to_string()])
            .args(place.options())
            .args(&program.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(program.log()?)
            .spawn()
            .map_err(|why| format!("{}: {why}", program.file.display()))?;
        Ok(Self { process, address })
    }

    /// Whether the process still runs.
    pub fn lives(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address on this machine that nobody uses now.
pub fn free_address() -> SocketAddr {
    ([127, 0, 0, 1], free_port()).into()
}

/// Copies what is directly in a folder into a new one.
///
/// # Errors
/// Where it cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
