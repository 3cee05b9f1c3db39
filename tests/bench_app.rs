//! `cargo xtask bench`, the part in a real browser: start, save, search and sync on a slow phone.
//!
//! Slow means that Chromium runs scripts four times slower. It does so on the main thread only: a real
//! phone's storage is slower than what is measured here, and one look at a real phone is not replaced.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

// The bench steers the same browser as the stories, with fewer of its hands.
#[allow(dead_code, reason = "the stories use the rest")]
mod browser {
    pub mod driven;
    pub mod engine;
    pub mod line;
    pub mod ports;
    pub mod processes;
    pub mod server;
}
mod bench_browser {
    pub mod cold;
    pub mod link;
    pub mod phone;
    pub mod save;
    pub mod search;
    pub mod start;
    pub mod sync;
}
#[allow(dead_code, reason = "the bench without a browser uses the rest")]
mod bench {
    pub mod line;
    pub mod report;
    pub mod seed;
    pub mod server_process;
}

use std::path::PathBuf;

use bench::report::Report;
use bench_browser::{cold, save, search, start, sync};

#[tokio::main]
async fn main() {
    let mut names = Vec::new();
    let mut json = None;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json" => json = words.next().map(PathBuf::from),
            _ => names.push(word),
        }
    }
    let mut report = Report::default();
    for name in names {
        match name.as_str() {
            "cold" => cold::run(&mut report).await,
            "start" => start::run(&mut report).await,
            "save" => save::run(&mut report).await,
            "search" => search::run(&mut report).await,
            "sync" => sync::run(&mut report).await,
            name => panic!("there is no bench `{name}`"),
        }
    }
    report.close(json.as_deref());
}
