//! What a phone's exchange costs in bytes, requests and time, with nothing of a browser in the way.

use std::time::Instant;

use super::{
    line::Line,
    phone::{Phone, Work},
    report::{Figure, Report, Times, headline},
    seed,
    server_process::{Data, Server},
};

const BENCH: &str = "sync";
const TICKETS: usize = 5_000;
const TIMES: usize = 5;

pub async fn run(report: &mut Report) {
    headline(&format!("A phone with {TICKETS} tickets, without a browser"));
    let folder = tempfile::tempdir().expect("room for the data");
    seed::phone(folder.path(), "li", TICKETS).await;
    let server = Server::start(&Data::Folder(folder.path().to_owned())).await;
    let cookie = seed::sign_in(&mut Line::to(server.address).await, "li").await;

    let (mut took, mut spent, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let mut phone = Phone::with(server.address, seed::engineer(0), &cookie).await;
    for _ in 0..TIMES {
        phone = Phone::with(server.address, seed::engineer(0), &cookie).await;
        let (cpu, start) = (server.cpu_seconds(), Instant::now());
        phone.ask_on().await;
        first.push(start.elapsed().as_secs_f64() * 1000.0);
        phone.catch_up().await;
        took.push(start.elapsed().as_secs_f64() * 1000.0);
        spent.push((server.cpu_seconds() - cpu) * 1000.0);
    }
    assert!(phone.rows >= TICKETS, "{} rows came", phone.rows);
    let bytes = (phone.line.up + phone.line.down) as f64 / 1e6;
    let figure = Figure::new(BENCH, "first sync, bytes both ways", bytes, "MB").at_most(1.15);
    let plain = phone.plain as f64 / 1e6;
    report.add(figure.note(format!("{plain:.1} MB before packing")));
    report.add(Figure::new(BENCH, "first sync, requests", phone.asked as f64, ""));
    let took = Times::new(took).at(0.5);
    report.add(Figure::new(BENCH, "first sync, not shaped, nothing stored", took, "ms"));
    let spent = Times::new(spent).at(0.5);
    let figure = Figure::new(BENCH, "first sync, the server's core time", spent, "ms");
    report.add(figure.at_most(150.0));
    let first = Times::new(first).at(0.5);
    report.add(Figure::new(BENCH, "first sync, first answer", first, "ms"));

    phone.prepare(Work::Nothing).await;
    let (up, down) = (phone.line.up, phone.line.down);
    phone.work(Work::Nothing).await;
    let (up, down) = (phone.line.up - up, phone.line.down - down);
    let figure = Figure::new(BENCH, "nothing changed, bytes both ways", (up + down) as f64, "B");
    report.add(figure.note(format!("{up} up, {down} down, few headers, HTTP/1.1")));

    let (up, before) = (phone.line.up, phone.asked);
    let start = Instant::now();
    phone.push_packed(200).await;
    let took = start.elapsed().as_secs_f64() * 1000.0;
    let up = (phone.line.up - up) as f64 / 1000.0;
    report.add(Figure::new(BENCH, "200 notes out, bytes up", up, "kB").at_most(25.0));
    let requests = (phone.asked - before) as f64;
    report.add(Figure::new(BENCH, "200 notes out, requests", requests, "").at_most(1.0));
    report.add(Figure::new(BENCH, "200 notes out, not shaped", took, "ms").at_most(150.0));
    server.stop();
}
