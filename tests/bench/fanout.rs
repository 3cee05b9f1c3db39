//! One change, and how soon everybody who listens has heard that there is something new.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use domain::{Command, model};
use futures::{StreamExt, stream};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    line::{Line, request},
    phone::{Phone, Work},
    report::{Figure, Report, Times, headline},
    seed,
    server::FEW,
    server_process::{Data, Server},
};

const BENCH: &str = "fanout";
const ROUNDS: usize = 15;
/// Pokes are a tenth of a second apart; a change in that time waits for its turn.
const APART: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(10);
/// So many connect at the same time.
const CONNECTING: usize = 64;

pub async fn run(report: &mut Report) {
    let data = Data::Folder(seed::town(FEW).await);
    for (listeners, most, goal) in [(1_000, 50.0, "1,000"), (10_000, 250.0, "10,000")] {
        headline(&format!("{goal} live clients, one change reaches all"));
        let server = Server::start(&data).await;
        measure(report, &server, listeners, most).await;
        server.stop();
    }
}

async fn measure(report: &mut Report, server: &Server, listeners: usize, most: f64) {
    let mut engineer = Phone::of(server.address, 0).await;
    engineer.prepare(Work::Push(1)).await;
    engineer.work(Work::Push(1)).await;
    let mut administrator = Phone::of_administrator(server.address).await;
    let before = server.megabytes();

    let (tell, mut told) = mpsc::unbounded_channel();
    let begun = Instant::now();
    let tasks: Vec<JoinHandle<()>> = stream::iter(0..listeners)
        .map(|n| listen(server.address, n, tell.clone()))
        .buffer_unordered(CONNECTING)
        .collect()
        .await;
    let connected = begun.elapsed().as_secs_f64();
    let who = format!("{listeners} clients");
    let figure = Figure::new(BENCH, format!("{who}: all connected after"), connected, "s");
    report.add(figure.at_most(10.0));
    tokio::time::sleep(APART).await;
    let each = (server.megabytes() - before) * 1000.0 / listeners as f64;
    report.add(Figure::new(BENCH, format!("{who}: memory each"), each, "kB").at_most(20.0));

    // A ticket's change is for the desk, and all who listen here sit there. A new product model is for
    // everybody, and might have changed who may see what: the server looks at each session again.
    for (what, ticket) in [("a ticket's note", true), ("a product model", false)] {
        let (mut times, mut lasts) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let start = Instant::now();
            if ticket {
                engineer.work(Work::Push(1)).await;
            } else {
                administrator.carry_out(save_model(round)).await;
            }
            let mut last = 0.0;
            for _ in 0..listeners {
                let heard = tokio::time::timeout(PATIENCE, told.recv()).await;
                let heard: Instant = heard.ok().flatten().expect("everybody hears of it");
                last = (heard - start).as_secs_f64() * 1000.0;
                times.push(last);
            }
            lasts.push(last);
            tokio::time::sleep(APART).await;
        }
        let (times, lasts) = (Times::new(times), Times::new(lasts));
        let p50 = Figure::new(BENCH, format!("{who}: {what}, p50"), times.at(0.5), "ms");
        report.add(p50);
        let p99 = Figure::new(BENCH, format!("{who}: {what}, p99"), times.at(0.99), "ms");
        let last = format!("the last after {:.0} ms in the median round", lasts.at(0.5));
        report.add(p99.at_most(most).note(last));
    }
    for task in tasks {
        task.abort();
    }
}

/// Opens one live line, hears that it works, and from then on says when each event comes in.
async fn listen(
    address: SocketAddr,
    n: usize,
    tell: mpsc::UnboundedSender<Instant>,
) -> JoinHandle<()> {
    let cookie = seed::desk_cookie(n % seed::DESKS);
    let mut line = Line::to(address).await;
    line.say(&request("GET", "/api/v1/live", &cookie, "")).await;
    line.until(b"event: head").await;
    line.slim();
    tokio::spawn(async move {
        loop {
            line.until(b"event: head").await;
            if tell.send(Instant::now()).is_err() {
                return;
            }
        }
    })
}

fn save_model(round: usize) -> Command {
    let code = "BENCH".to_owned();
    let model = model::Model {
        id: model::Model::id_of(&code),
        name: format!("{round} {}", seed::now().0),
        code,
        category: String::new(),
        warranty_months: 12,
    };
    Command::Model(model.id, model::Command::Save { model })
}
