//! A throw-away PostgreSQL for the tests and measurements: found or installed, started, and ended with its data.

use std::{
    env, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    browser,
    shell::{self, Done, cargo, run},
};

const HOW: &str = "\
The contract tests need the programs initdb and postgres, version 13 or newer.
On Debian:  apt-get install postgresql
Elsewhere:  install it and name the folder with the two programs in the variable POSTGRES_BIN.";

/// How long a new database may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running database of our own. It ends, and its data goes, when this is dropped.
pub(crate) struct Cluster {
    process: Child,
    folder: PathBuf,
    /// Where it can be reached.
    pub(crate) address: String,
}

/// Everything the database must keep: the server's tests and all stories, with Postgres behind them.
pub(crate) fn contracts() -> Done {
    let cluster = Cluster::start()?;
    let tests = |words: &str| run(cargo(words).env("DOORSTEP_TEST_POSTGRES", &cluster.address));
    tests("test --locked --package server --lib")?;
    tests("test --locked --package tests --test all -- stories contract")
}

impl Cluster {
    /// Makes an empty database in a folder for this alone, which listens on a socket in it and nowhere else.
    pub(crate) fn start() -> Done<Self> {
        let bin = programs()?;
        // The path of a socket is short, so not in the target folder.
        let folder = own_folder(&env::temp_dir(), process::id())?;
        let made = Self::start_in(&bin, &folder);
        if made.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        made
    }

    fn start_in(bin: &Path, folder: &Path) -> Done<Self> {
        let (data, log) = (folder.join("data"), folder.join("log"));
        let root = shell::answer(&mut shell::command("id", ["-u"])).is_some_and(|id| id == "0");
        if root {
            // PostgreSQL refuses to run as root.
            run(&mut shell::command("chown", ["postgres", &folder.to_string_lossy()]))?;
        }
        let as_owner = |program: &str| {
            let program = bin.join(program);
            let mut command = if root {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            } else {
                Command::new(program)
            };
            command.current_dir(folder);
            command
        };
        let file = fs::File::create(&log).map_err(|why| format!("{}: {why}.", log.display()))?;
        let output = || file.try_clone().map_err(|why| why.to_string());
        run(as_owner("initdb")
            .args([
                "--auth",
                "trust",
                "--username",
                "postgres",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
            ])
            .arg("--pgdata")
            .arg(&data)
            .stdout(Stdio::from(output()?)))?;
        let process = as_owner("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder)
            // Seven for each store, and as many tests at a time as there are cores.
            .args(["-c", "listen_addresses=", "-c", "max_connections=1000"])
            .stdout(Stdio::from(output()?))
            .stderr(Stdio::from(output()?))
            .spawn()
            .map_err(|why| format!("postgres could not be started: {why}."))?;
        let host = folder.to_string_lossy().replace('/', "%2F");
        let address = format!("postgres://postgres@{host}/postgres");
        let mut cluster = Self { process, folder: folder.to_owned(), address };
        let begin = Instant::now();
        let socket = folder.to_string_lossy().into_owned();
        let ready = ["-q", "-h", &socket, "-U", "postgres"];
        while shell::answer(as_owner("pg_isready").args(ready)).is_none() {
            let ended = cluster.process.try_wait().ok().flatten().is_some();
            if ended || begin.elapsed() > PATIENCE {
                let said = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("PostgreSQL did not start:\n{said}"));
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        Ok(cluster)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match postmaster(&self.folder) {
            Some(number) => drop(shell::command("kill", ["-INT", &number.to_string()]).status()),
            None => drop(self.process.kill()),
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An empty folder of this run alone. In a container every run may have the same number, and one that was killed
/// leaves its folder behind: it is taken over, unless its database was left running.
fn own_folder(temp: &Path, run: u32) -> Done<PathBuf> {
    let mut last = String::new();
    for n in 0..100 {
        let folder = temp.join(format!("doorstep-pg-{run}-{n}"));
        let made = fs::create_dir(&folder).or_else(|why| {
            if why.kind() != ErrorKind::AlreadyExists || is_in_use(&folder) {
                return Err(why);
            }
            fs::remove_dir_all(&folder)?;
            fs::create_dir(&folder)
        });
        match made {
            Ok(()) => return Ok(folder),
            Err(why) => last = why.to_string(),
        }
    }
    Err(format!("No folder for a database can be made in {}: {last}.", temp.display()))
}

/// Whether a database runs in this folder.
fn is_in_use(folder: &Path) -> bool {
    let lives = |number: u32| {
        let mut asked = shell::command("kill", ["-0", &number.to_string()]);
        // Who cannot ask takes nothing away.
        asked.stderr(Stdio::null()).status().map_or(true, |status| status.success())
    };
    postmaster(folder).is_some_and(lives)
}

/// The number of the process that ends all others of a database, with runuser before it or not: the first line of this
/// file, which stays behind where the database was killed.
fn postmaster(folder: &Path) -> Option<u32> {
    let said = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    said.lines().next()?.trim().parse().ok()
}

/// The folder with the programs; the newest version where there are several.
fn programs() -> Done<PathBuf> {
    if let Some(bin) = find() {
        return Ok(bin);
    }
    shell::timed("Installing PostgreSQL", || browser::install("postgresql"))
        .map_err(|why| format!("{why}\n{HOW}"))?;
    find().ok_or_else(|| HOW.to_owned())
}

fn find() -> Option<PathBuf> {
    let named = env::var_os("POSTGRES_BIN").map(PathBuf::from);
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let found = versions.into_iter().rev().map(|(_, bin)| bin);
    let path = env::var_os("PATH").unwrap_or_default();
    let places: Vec<PathBuf> = env::split_paths(&path).collect();
    named.into_iter().chain(found).chain(places).find(|bin| {
        ["initdb", "postgres", "pg_isready"].iter().all(|program| bin.join(program).is_file())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_killed_run_is_taken_over_but_not_from_a_running_database() {
        let temp = env::temp_dir().join(format!("doorstep-own-folder-{}", process::id()));
        let first = temp.join("doorstep-pg-7-0");
        let leave = |number: u32| {
            fs::create_dir_all(first.join("data")).unwrap();
            fs::write(first.join("data/postmaster.pid"), format!("{number}\n/data\n")).unwrap();
        };
        // This process lives.
        leave(process::id());
        let beside = own_folder(&temp, 7).unwrap();
        let untouched = first.join("data/postmaster.pid").is_file();
        // No system counts its processes that far.
        leave(i32::MAX as u32);
        let taken = own_folder(&temp, 7).unwrap();
        let left = fs::read_dir(&taken).unwrap().count();
        fs::remove_dir_all(&temp).unwrap();
        assert_eq!(beside, temp.join("doorstep-pg-7-1"));
        assert!(untouched, "a running database keeps its folder");
        assert_eq!((taken, left), (first, 0));
    }

    #[test]
    fn why_no_folder_can_be_made_is_said() {
        let nowhere = env::temp_dir().join("doorstep-no-such-folder");
        let why = own_folder(&nowhere, 7).unwrap_err();
        let reason = fs::create_dir(nowhere.join("one")).unwrap_err().to_string();
        assert!(why.contains(&reason), "{why}");
    }
}
