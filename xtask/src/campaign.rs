//! Campaigns: real programs that are killed, cut off from power and out of disk, again and again.

use std::{env, path::Path};

use crate::{
    browser, chores, postgres, program,
    shell::{self, Done, cargo, run},
};

/// Those that happen to a server.
const SERVER: [&str; 5] =
    ["kill-server", "power-cut-server", "disk-full-server", "restore", "soak"];
/// Those that happen to a browser.
const BROWSER: [&str; 6] =
    ["kill-browser", "power-cut-browser", "corrupt-browser", "quota-browser", "two-tabs", "update"];

/// Runs the campaign `name` with its options.
pub(crate) fn start(name: &str, options: &[&str]) -> Done {
    let words: Vec<&str> = [name].into_iter().chain(options.iter().copied()).collect();
    if BROWSER.contains(&name) {
        needs_fuse(name)?;
        return chores::campaign_in_browser(&words);
    }
    if !SERVER.contains(&name) {
        let all: Vec<&str> = SERVER.into_iter().chain(BROWSER).collect();
        return Err(format!("There is no campaign `{name}`. There are {}.", all.join(" ")));
    }
    build()?;
    on_server(&words)
}

/// A few runs of each that happens to a server, for every change.
pub(crate) fn few() -> Done {
    build()?;
    on_server(&["kill-server", "--runs", "6"])?;
    on_server(&["power-cut-server", "--runs", "6"])?;
    on_server(&["power-cut-server", "--runs", "2", "--expect-loss"])?;
    on_server(&["disk-full-server", "--runs", "6"])?;
    on_server(&["restore", "--runs", "3"])?;
    on_server(&["soak", "--seconds", "15"])
}

fn build() -> Done {
    run(&mut cargo("build --locked --package server"))?;
    run(&mut cargo("build --locked --package tests --bin campaign"))
}

fn on_server(words: &[&str]) -> Done {
    needs_fuse(words[0])?;
    // A database of its own, which goes away at the end.
    let wanted = words.windows(2).position(|pair| pair == ["--database", "postgres"]);
    let cluster = wanted.map(|_| postgres::Cluster::start()).transpose()?;
    let address = cluster.as_ref().map(|cluster| cluster.address.clone());
    let mut words = words.to_vec();
    if let (Some(place), Some(address)) = (wanted, &address) {
        words[place + 1] = address;
    }
    let campaign = shell::target().join("debug").join("campaign");
    run(shell::command(&campaign.to_string_lossy(), words)
        .env("DOORSTEP_PROGRAM", program::file("debug")))
}

/// The disk that forgets is a file system of its own, which the kernel must let us mount.
fn needs_fuse(name: &str) -> Done {
    if !["power-cut-server", "disk-full-server", "power-cut-browser"].contains(&name) {
        return Ok(());
    }
    if !Path::new("/dev/fuse").exists() {
        // It may only not have been loaded yet.
        let _ = shell::answer(&mut shell::command("modprobe", ["fuse"]));
    }
    if !Path::new("/dev/fuse").exists() {
        return Err(format!("{name} needs Linux with FUSE; this machine has no /dev/fuse."));
    }
    let root = shell::answer(&mut shell::command("id", ["-u"])).is_some_and(|id| id == "0");
    let path = env::var_os("PATH").unwrap_or_default();
    let helper = env::split_paths(&path).any(|folder| folder.join("fusermount3").is_file());
    if root || helper {
        return Ok(());
    }
    browser::install("fuse3").map_err(|why| {
        format!("{why}\n{name} mounts a file system: be root, or install fuse3 (fusermount3).")
    })
}
