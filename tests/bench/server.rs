//! How much one server does with a million tickets stored, beside what this machine allows at best.

use std::time::Duration;

use super::{
    limits::{self, Bare},
    load::{self, Rate},
    phone::{Phone, Work},
    report::{Figure, Report, Times, headline},
    seed,
    server_process::{Data, Server},
};

const BENCH: &str = "server";
pub const MANY: usize = 1_000_000;
pub const FEW: usize = 10_000;
/// As many as a database elsewhere is filled with in reasonable time.
const SOME: usize = 100_000;
const CONNECTIONS: usize = 64;
/// As many as one request may carry.
const BATCH: u64 = domain::wire::ENVELOPES_MAX as u64;
const RESTARTS: usize = 5;

/// The disk, SQLite and HTTP with nothing of ours.
struct Limits {
    single: f64,
    grouped: f64,
    http: f64,
}

pub async fn run(report: &mut Report) {
    headline("Limits of this machine");
    let limits = limits(report).await;
    headline("Start of the server");
    for (tickets, most) in [(FEW, 100.0), (MANY, 250.0)] {
        let data = Data::Folder(seed::town(tickets).await);
        start(report, &data, tickets, most).await;
    }
    load_only(report, &limits).await;
}

/// Only the limits and the work itself: what a profiler is set on.
pub async fn load(report: &mut Report) {
    let limits = limits(report).await;
    load_only(report, &limits).await;
}

async fn load_only(report: &mut Report, limits: &Limits) {
    headline(&format!("{MANY} tickets stored, {CONNECTIONS} connections, SQLite"));
    let data = Data::Folder(seed::town(MANY).await);
    load_on(report, &data, limits, "", 1.0).await;
}

/// The same work on a database elsewhere. At least half of the goals is wanted of it.
pub async fn run_on(report: &mut Report, address: &str) {
    headline("Limits of this machine");
    let limits = limits(report).await;
    seed::town_in(address, SOME).await;
    headline(&format!("{SOME} tickets stored, {CONNECTIONS} connections, PostgreSQL"));
    let folder = tempfile::tempdir().expect("room for the server's files");
    let data = Data::Database(address.to_owned(), folder.path().to_owned());
    load_on(report, &data, &limits, ", PostgreSQL", 0.5).await;
}

async fn limits(report: &mut Report) -> Limits {
    let folder = seed::kept();
    std::fs::create_dir_all(&folder).expect("the bench's folder can be made");
    let folder = tempfile::tempdir_in(folder).expect("room for the limits");
    let syncs = limits::syncs(folder.path());
    report.add(Figure::new(BENCH, "limit: 4 KiB made durable, p50", syncs.at(0.5), "ms"));
    report.add(Figure::new(BENCH, "limit: 4 KiB made durable, p99", syncs.at(0.99), "ms"));
    let single = limits::sqlite_rows_per_second(folder.path(), 1);
    report.add(Figure::new(BENCH, "limit: raw SQLite, one row a commit", single, "/s"));
    let grouped = limits::sqlite_rows_per_second(folder.path(), 100);
    report.add(Figure::new(BENCH, "limit: raw SQLite, 100 rows a commit", grouped, "/s"));
    let bare = Bare::start();
    while super::line::Line::open(bare.address).await.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut phones = Vec::new();
    for _ in 0..CONNECTIONS {
        phones.push(Phone::nobody(bare.address).await);
    }
    let http = load::rate(&mut phones, Work::Hello).await.per_second;
    report.add(Figure::new(BENCH, "limit: bare HTTP, 200 bytes", http, "/s"));
    Limits { single, grouped, http }
}

/// How soon it answers after a clean stop and after a kill, and how much it takes when nobody asks.
async fn start(report: &mut Report, data: &Data, tickets: usize, most: f64) {
    let (mut clean, mut killed) = (Vec::new(), Vec::new());
    for n in 0..RESTARTS {
        let server = Server::start(data).await;
        clean.push(server.ready_after.as_secs_f64() * 1000.0);
        if n == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let idle = server.megabytes();
            let what = format!("memory when nobody asks, {tickets} tickets");
            report.add(Figure::new(BENCH, what, idle, "MB").at_most(20.0));
        }
        // What was written last still lies in the write-ahead log when the power goes.
        let mut phone = Phone::of(server.address, 0).await;
        phone.prepare(Work::Push(1)).await;
        for _ in 0..20 {
            phone.work(Work::Push(BATCH.min(50))).await;
        }
        server.kill();
        let server = Server::start(data).await;
        killed.push(server.ready_after.as_secs_f64() * 1000.0);
        server.stop();
    }
    for (how, times) in [("a clean stop", clean), ("a kill, with a log to replay", killed)] {
        let what = format!("ready after {how}, {tickets} tickets");
        let median = Times::new(times).at(0.5);
        report.add(Figure::new(BENCH, what, median, "ms").at_most(most));
    }
}

/// Every kind of work, one after the other. `share` of the goals is asked of this database.
async fn load_on(report: &mut Report, data: &Data, limits: &Limits, on: &str, share: f64) {
    let server = Server::start(data).await;
    let mut phones = load::phones(server.address, CONNECTIONS).await;
    let mut most: f64 = 0.0;
    let works = [
        (Work::Push(1), "envelopes, one a request", 3000.0, 50.0),
        (Work::Push(BATCH), "envelopes, a full request each", 15_000.0, f64::INFINITY),
        (Work::Nothing, "pulls with nothing new", 8000.0, 20.0),
        (Work::Twenty, "pulls with 20 changed tickets", 3000.0, 20.0),
    ];
    for (work, what, goal, p99) in works {
        let before = server.cpu_seconds();
        let Rate { per_second, times } = load::rate(&mut phones, work).await;
        let cpu = server.cpu_seconds() - before;
        most = most.max(server.megabytes());
        let (each, limit) = match work {
            Work::Push(1) => (1.0, ("raw commits of 100", limits.grouped)),
            Work::Push(count) => (count as f64, ("raw commits of 100", limits.grouped)),
            _ => (1.0, ("bare HTTP", limits.http)),
        };
        let rate = Figure::new(BENCH, format!("{what}{on}"), per_second * each, "/s")
            .beside(limit.0, limit.1)
            .at_least(goal * share)
            .note(format!("{:.0} µs of a core each", cpu / 6.0 / per_second / each * 1e6));
        report.add(rate);
        if matches!(work, Work::Push(1)) {
            let ratio = per_second / limits.single;
            let what = format!("  that is, times raw commits of one row{on}");
            report.add(Figure::new(BENCH, what, ratio, "×").at_least(2.0 * share));
        }
        report.add(Figure::new(BENCH, format!("  p50{on}"), times.at(0.5), "ms"));
        let slow = Figure::new(BENCH, format!("  p99{on}"), times.at(0.99), "ms").at_most(p99);
        report.add(slow.goal_if(p99.is_finite() && share >= 1.0));
    }
    let what = format!("memory under this load{on}");
    report.add(Figure::new(BENCH, what, most, "MB").at_most(150.0));
    server.stop();
}
