//! The deterministic simulation: the engine of phone and server, every fault we could think of, one seed one run.
//!
//! `sim [--seeds N] [--from S] [--deliveries N] [--store sqlite] [--canary NAME] [--threads T]` prints what passed
//! and what failed; `sim --canaries` plants each bug and prints how soon it was found; `sim --tell SEED` tells one
//! run step by step. Seeds that once failed stand in `seeds.txt` and always run first.

mod both_ways;
mod canaries;
mod cast;
mod counts;
mod deeds;
mod dice;
mod disk;
mod first_call;
mod memory;
#[cfg(feature = "sqlite")]
mod mirror;
mod net;
mod phone;
mod promises;
mod server;
mod tabs;
mod trouble;
mod weather;
mod world;

use std::{
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use crate::{
    counts::Counts,
    world::{Report, World},
};

/// Seeds that once failed.
const ONCE_FAILED: &str = include_str!("seeds.txt");
/// How many failing seeds are told.
const TOLD_MAX: usize = 20;
/// From so many seeds on everything must have happened at least once.
const ENOUGH_SEEDS: u64 = 10_000;
/// Every so many seeds one is run twice: the same seed must leave the same trace.
const TWICE_EVERY: u64 = 50;

/// What was asked for.
struct Wanted {
    from: u64,
    seeds: Option<u64>,
    deliveries: Option<u64>,
    threads: u64,
    sqlite: bool,
    canary: Option<String>,
    canaries: bool,
    tell: Option<u64>,
}

fn main() -> ExitCode {
    let wanted = match Wanted::read(std::env::args().skip(1)) {
        Ok(wanted) => wanted,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    let good = if let Some(seed) = wanted.tell {
        tell(seed, &wanted)
    } else if wanted.canaries {
        canaries::table(wanted.seeds.unwrap_or(2_000), wanted.threads)
    } else {
        simulate(&wanted)
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let mut wanted = Self {
            from: 1,
            seeds: None,
            deliveries: None,
            threads,
            sqlite: false,
            canary: None,
            canaries: false,
            tell: None,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value."));
            let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text}?"));
            match word.as_str() {
                "--from" => wanted.from = number(value()?)?,
                "--seeds" => wanted.seeds = Some(number(value()?)?),
                "--deliveries" => wanted.deliveries = Some(number(value()?)?),
                "--threads" => wanted.threads = number(value()?)?.max(1),
                "--tell" => wanted.tell = Some(number(value()?)?),
                "--canary" => wanted.canary = Some(value()?),
                "--canaries" => wanted.canaries = true,
                "--store" => match value()?.as_str() {
                    "memory" => wanted.sqlite = false,
                    "sqlite" if cfg!(feature = "sqlite") => wanted.sqlite = true,
                    other => return Err(format!("There is no store `{other}` in this build.")),
                },
                other => return Err(format!("sim does not know `{other}`.")),
            }
        }
        Ok(wanted)
    }

    /// One run.
    fn run(&self, seed: u64) -> Report {
        let world = World::new(seed, self.sqlite);
        world.run(seed)
    }
}

/// Runs many seeds, and says whether every promise was kept.
fn simulate(wanted: &Wanted) -> bool {
    if let Some(name) = &wanted.canary
        && !canaries::plant_by_name(name)
    {
        eprintln!("There is no canary `{name}` in this build.");
        return false;
    }
    let began = Instant::now();
    let mut once: Vec<u64> =
        ONCE_FAILED.split_whitespace().filter_map(|seed| seed.parse().ok()).collect();
    if wanted.seeds.is_some() && wanted.from != 1 || wanted.sqlite {
        // A range was asked for, or another store.
        once.clear();
    }
    let last = match (wanted.seeds, wanted.deliveries) {
        (Some(seeds), _) => wanted.from.saturating_add(seeds),
        (None, Some(_)) => u64::MAX,
        (None, None) => wanted.from + 1_000,
    };
    let list = once.into_iter().chain(wanted.from..last);
    let sum = run(list, wanted.threads, wanted.deliveries, false, |seed| {
        let report = wanted.run(seed);
        if !seed.is_multiple_of(TWICE_EVERY) || report.broken.is_some() || wanted.sqlite {
            return report;
        }
        let again = wanted.run(seed);
        let broken = (again.trace != report.trace)
            .then(|| "the same seed left another trace the second time".to_owned());
        Report { broken, ..report }
    });
    let seconds = began.elapsed().as_secs_f64();
    for (what, count) in sum.counts.list() {
        println!("{count:>12} {what}");
    }
    let missing = if sum.runs >= ENOUGH_SEEDS { sum.counts.missing() } else { Vec::new() };
    for what in &missing {
        println!("never in {} runs: {what}", sum.runs);
    }
    for report in sum.failed.iter().take(TOLD_MAX) {
        let (seed, deliveries) = (report.seed, report.counts.deliveries);
        let why = report.broken.as_deref().unwrap_or_default();
        println!("seed {seed} failed after {deliveries} deliveries: {why}");
    }
    let (passed, failed) = (sum.runs - sum.failed.len() as u64, sum.failed.len());
    let rate = sum.counts.steps as f64 / seconds;
    println!(
        "{passed} passed, {failed} failed; {} deliveries, {} steps, {rate:.0} steps/s, {seconds:.1} s",
        sum.counts.deliveries, sum.counts.steps,
    );
    failed == 0 && missing.is_empty()
}

/// Tells one run step by step.
fn tell(seed: u64, wanted: &Wanted) -> bool {
    if let Some(name) = &wanted.canary {
        canaries::plant_by_name(name);
    }
    let mut world = World::new(seed, wanted.sqlite);
    world.aloud = true;
    let report = world.run(seed);
    println!("{}", report.broken.as_deref().unwrap_or("every promise was kept"));
    report.broken.is_none()
}

/// What many runs came to.
pub struct Sum {
    pub runs: u64,
    pub counts: Counts,
    pub failed: Vec<Report>,
}

/// Runs seeds on several threads, until they are through, enough was delivered, or (if that is enough) one failed.
pub fn run(
    seeds: impl Iterator<Item = u64> + Send,
    threads: u64,
    deliveries: Option<u64>,
    one_is_enough: bool,
    one: impl Fn(u64) -> Report + Sync,
) -> Sum {
    let seeds = Mutex::new(seeds);
    let (stop, delivered) = (AtomicBool::new(false), AtomicU64::new(0));
    let sum = Mutex::new(Sum { runs: 0, counts: Counts::default(), failed: Vec::new() });
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let next = seeds.lock().unwrap().next();
                    let Some(seed) = next else { return };
                    let report = one(seed);
                    let before = delivered.fetch_add(report.counts.deliveries, Ordering::Relaxed);
                    let enough = deliveries
                        .is_some_and(|wanted| before + report.counts.deliveries >= wanted);
                    if enough || (one_is_enough && report.broken.is_some()) {
                        stop.store(true, Ordering::Relaxed);
                    }
                    let mut sum = sum.lock().unwrap();
                    sum.runs += 1;
                    sum.counts.add(&report.counts);
                    if report.broken.is_some() {
                        sum.failed.push(report);
                    }
                }
            });
        }
    });
    let mut sum = sum.into_inner().unwrap();
    sum.failed.sort_by_key(|report| report.seed);
    sum
}
