//! Measures what is shipped, beside what this machine can do at best, and says which goals it reaches.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::{
    browser, postgres, program,
    shell::{self, Done},
    size, web,
};

/// What can be measured, in the order it is done when nothing is named.
const BENCHES: [&str; 9] =
    ["size", "server", "growth", "fanout", "cold", "sync", "start", "save", "search"];
/// Done by the program `bench`, without a browser.
const PLAIN: [&str; 4] = ["server", "growth", "fanout", "sync"];
/// Done by the program `bench-app`, in a browser. `sync` has a part in both.
const IN_BROWSER: [&str; 5] = ["cold", "sync", "start", "save", "search"];

/// Runs the named benches, or all of them. With `--database postgres` those without a browser run on a PostgreSQL
/// that is started for them and thrown away, with an address on the database it names.
pub(crate) fn run(words: &[&str]) -> Done {
    let first_option = words.iter().position(|word| word.starts_with("--"));
    let (names, rest) = words.split_at(first_option.unwrap_or(words.len()));
    let [json_file, database] = crate::options(["--json", "--database"], rest)?;
    // Only the server's work depends on the database.
    let names: &[&str] = if database.is_some() && names.is_empty() { &["server"] } else { names };
    if let Some(unknown) = names.iter().find(|name| !BENCHES.contains(*name)) {
        return Err(format!("There is no bench `{unknown}`. They are {}.", BENCHES.join(", ")));
    }
    let wanted = |among: &[&'static str]| -> Vec<&'static str> {
        let among = among.iter().copied();
        among.filter(|name| names.is_empty() || names.contains(name)).collect()
    };
    let file = program::build()?;
    let mut figures = Vec::new();
    if !wanted(&["size"]).is_empty() {
        figures.extend(size::figures(&web::dist(), &file)?);
    }
    let plain = wanted(&PLAIN);
    if !plain.is_empty() {
        let (words, part) = part("plain", &plain)?;
        let mut bench =
            shell::cargo("run --release --locked --quiet --package tests --bin bench --");
        bench.args(words).env("DOORSTEP_PROGRAM", &file);
        let cluster = match database {
            Some("postgres") => Some(postgres::Cluster::start()?),
            _ => None,
        };
        let address = cluster.as_ref().map(|cluster| cluster.address.as_str()).or(database);
        bench.args(address.iter().flat_map(|address| ["--database", address]));
        shell::run(&mut bench)?;
        figures.extend(read(&part)?);
    }
    let in_browser = wanted(&IN_BROWSER);
    if !in_browser.is_empty() && database.is_none() {
        let browser = browser::ready()?;
        let (words, part) = part("browser", &in_browser)?;
        let mut bench = shell::cargo(
            "run --release --locked --quiet --package tests --features browser --bin bench-app --",
        );
        bench
            .args(words)
            .env("DOORSTEP_PROGRAM", &file)
            .env("CHROMIUM", browser.chromium)
            .env("CHROMEDRIVER", browser.driver);
        shell::run(&mut bench)?;
        figures.extend(read(&part)?);
    }
    println!("\n{}", verdict(&figures));
    match json_file {
        Some(file) => {
            let all = json!({ "machine": machine(), "figures": figures });
            let text = serde_json::to_string_pretty(&all).map_err(|why| why.to_string())?;
            shell::write(file.as_ref(), text)
        }
        None => Ok(()),
    }
}

/// The words for one of the two programs, and the file its figures will lie in.
fn part(name: &str, names: &[&str]) -> Done<(Vec<String>, PathBuf)> {
    let folder = shell::target().join("bench");
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}.", folder.display()))?;
    let file = folder.join(format!("{name}.json"));
    let mut words: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    words.extend(["--json".to_owned(), file.to_string_lossy().into_owned()]);
    Ok((words, file))
}

fn read(file: &Path) -> Done<Vec<Value>> {
    let text = shell::read(file)?;
    serde_json::from_str(&text).map_err(|why| format!("{}: {why}.", file.display()))
}

/// How many goals were reached, over everything that was measured.
fn verdict(figures: &[Value]) -> String {
    let said = |wanted: bool| {
        figures.iter().filter(|figure| figure["reached"].as_bool() == Some(wanted)).count()
    };
    let (reached, missed) = (said(true), said(false));
    format!("{reached} of {} goals reached, {missed} missed.", reached + missed)
}

/// What the figures were measured on.
fn machine() -> Value {
    let first = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim().to_owned())
    };
    let answer = |program: &str, words: &[&str]| {
        shell::answer(&mut shell::command(program, words.iter().copied()))
    };
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": first("/proc/cpuinfo", "model name"),
        "memory": first("/proc/meminfo", "MemTotal"),
        "system": answer("uname", &["-sr"]),
        "chromium": answer("chromium", &["--version"]),
        "commit": answer("git", &["rev-parse", "--short", "HEAD"]),
        "at": answer("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
    })
}
