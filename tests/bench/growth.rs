//! Whether a hundred times as many tickets make a phone wait longer.

use std::time::Instant;

use super::{
    phone::{Phone, Work},
    report::{Figure, Report, Times, headline},
    seed,
    server::{FEW, MANY},
    server_process::{Data, Server},
};

const BENCH: &str = "growth";
/// Taken in turns, so that a slow moment of the machine meets both alike.
const ROUNDS: usize = 20;
const EACH: usize = 60;

const WORKS: [(Work, &str); 5] = [
    (Work::Session, "who is signed in"),
    (Work::Nothing, "pull with nothing new"),
    (Work::Twenty, "pull with 20 changed tickets"),
    (Work::Push(1), "push of one envelope, durable"),
    (Work::First, "first answer to a new phone"),
];

pub async fn run(report: &mut Report) {
    headline(&format!("{FEW} → {MANY} tickets, one phone with a thousand of its own"));
    let mut sides = Vec::new();
    for tickets in [FEW, MANY] {
        let data = Data::Folder(seed::town(tickets).await);
        let server = Server::start(&data).await;
        let phone = Phone::of(server.address, 0).await;
        sides.push((server, phone));
    }
    for (work, what) in WORKS {
        let mut took = [Vec::new(), Vec::new()];
        for (_, phone) in &mut sides {
            phone.prepare(work).await;
        }
        for round in 0..=ROUNDS {
            for ((_, phone), took) in sides.iter_mut().zip(&mut took) {
                for _ in 0..EACH {
                    let start = Instant::now();
                    phone.work(work).await;
                    // The first round only warms up.
                    if round > 0 {
                        took.push(start.elapsed().as_secs_f64() * 1000.0);
                    }
                }
            }
        }
        let [few, many] = took.map(Times::new);
        for (share, name, most) in [(0.5, "p50", 1.5), (0.99, "p99", 2.0)] {
            let (few, many) = (few.at(share), many.at(share));
            report.add(
                Figure::new(BENCH, format!("{what}, {name}, grew"), many / few, "×")
                    .at_most(most)
                    .note(format!("{few:.2} → {many:.2} ms")),
            );
        }
    }
}
