//! `cargo xtask bench`, the part without a browser: a real server process over loopback, beside what this
//! machine can do at best.
//!
//! Each figure is followed by its ratio to a limit measured in the same run, because a busy machine says
//! little in absolute numbers.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod fanout;
mod first_sync;
mod growth;
mod limits;
mod line;
mod load;
mod phone;
mod report;
mod seed;
mod server;
mod server_process;

use std::path::PathBuf;

use report::Report;

#[tokio::main]
async fn main() {
    let mut names = Vec::new();
    let (mut json, mut database) = (None, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "bare-http" => {
                let port = words.next().and_then(|port| port.parse().ok()).expect("a port");
                return limits::serve_bare(port).await;
            }
            "--database" => database = words.next(),
            "--json" => json = words.next().map(PathBuf::from),
            _ => names.push(word),
        }
    }
    let mut report = Report::default();
    for name in names {
        match (name.as_str(), &database) {
            ("server", Some(address)) => server::run_on(&mut report, address).await,
            ("server", None) => server::run(&mut report).await,
            ("load", _) => server::load(&mut report).await,
            ("growth", _) => growth::run(&mut report).await,
            ("fanout", _) => fanout::run(&mut report).await,
            ("sync", _) => first_sync::run(&mut report).await,
            (name, _) => panic!("there is no bench `{name}`"),
        }
    }
    report.close(json.as_deref());
}
