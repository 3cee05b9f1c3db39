//! `cargo xtask campaign …-browser`: a real browser that is killed, cut off, corrupted and filled up, many times.
//!
//! Each run is planned by its seed: `--seed S` repeats a plan, although the moments inside the browser vary.

#![expect(clippy::print_stdout, reason = "a campaign prints its counts")]

mod chromium;
mod corrupt;
mod damage;
mod kill;
// The campaigns use the same server and line as the stories, and the disk of the other campaigns.
#[path = "../browser/line.rs"]
#[allow(dead_code, reason = "the stories use the rest")]
mod line;
#[path = "../campaign/lossy.rs"]
#[allow(dead_code, reason = "the campaigns against the server use the rest")]
mod lossy;
mod office;
mod page;
mod pipe;
#[path = "../browser/ports.rs"]
mod ports;
mod power_cut;
#[path = "../browser/processes.rs"]
mod processes;
mod quota;
#[path = "../browser/server.rs"]
#[allow(dead_code, reason = "the stories use the rest")]
mod server;
mod stage;
mod two_tabs;
mod update;

use std::{
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use crate::{lossy::Dice, stage::Stage};

/// What a step of a campaign answers: something, or what went wrong in words.
pub type Done<T = ()> = Result<T, String>;

/// One run: the notes in it begin with the prefix. Answers with what happened, in words.
type Run = fn(&mut Campaign, &str, &mut Dice) -> Done<String>;

/// What can be called by name, and how often it runs before every change is shared.
const CAMPAIGNS: [(&str, Run, u64); 6] = [
    ("kill-browser", kill::run, 6),
    ("two-tabs", two_tabs::run, 3),
    ("update", update::run, 6),
    ("corrupt-browser", corrupt::run, 8),
    ("power-cut-browser", power_cut::run, 6),
    ("quota-browser", quota::run, 3),
];

/// A new stage after so many runs: thousands of notes on one ticket are no engineer's day.
const RUNS_ON_A_STAGE: u32 = 30;

/// What lasts from one run to the next.
#[derive(Default)]
pub struct Campaign {
    stage: Option<Stage>,
    used: u32,
    /// How many runs began before this one.
    runs: u64,
    /// Whether the campaign shall find losses, to show that it would.
    pub expect_loss: bool,
    /// How many losses were named, and how many of them late.
    pub named: u32,
    pub named_late: u32,
}

impl Campaign {
    /// The stage, set where there is none.
    ///
    /// # Errors
    /// What does not work.
    pub fn stage(&mut self) -> Done<&mut Stage> {
        self.stage_for(RUNS_ON_A_STAGE)
    }

    /// The same for campaigns that wear it out sooner.
    ///
    /// # Errors
    /// What does not work.
    pub fn stage_for(&mut self, runs: u32) -> Done<&mut Stage> {
        let stage = match self.stage.take() {
            Some(stage) if self.used < runs => stage,
            old => {
                drop(old);
                self.used = 0;
                Stage::set()?
            }
        };
        self.used += 1;
        Ok(self.stage.insert(stage))
    }

    /// After a failure nothing of the old stage can be trusted.
    fn strike(&mut self) {
        self.stage = None;
    }
}

/// What was asked for.
struct Order {
    name: String,
    /// How many runs; each campaign's own small number where nothing is said.
    runs: Option<u64>,
    seed: u64,
    expect_loss: bool,
}

impl Order {
    fn read(words: &[String]) -> Done<Self> {
        let list = CAMPAIGNS.map(|campaign| campaign.0).join(", ");
        let name = words.first().ok_or_else(|| format!("Name a campaign: {list}, or all."))?;
        let mut order =
            Self { name: name.clone(), runs: None, seed: now() % 1_000_000, expect_loss: false };
        if name != "all" && !CAMPAIGNS.iter().any(|campaign| campaign.0 == name) {
            return Err(format!("There is no campaign {name}. The campaigns are {list}, and all."));
        }
        let mut rest = words[1..].iter();
        while let Some(word) = rest.next() {
            let mut number = || {
                let number = rest.next().and_then(|number| number.parse().ok());
                number.ok_or_else(|| format!("{word} needs a number."))
            };
            match word.as_str() {
                "--runs" => order.runs = Some(number()?),
                "--seed" => order.seed = number()?,
                "--expect-loss" if name == "power-cut-browser" => order.expect_loss = true,
                _ => return Err(format!("`{word}` is no option of {name}.")),
            }
        }
        Ok(order)
    }
}

/// Carries out what the words ask for; `Ok(true)` when every run passed.
fn carry_out(words: &[String]) -> Done<bool> {
    let order = Order::read(words)?;
    let mut well = true;
    let mut campaign = Campaign { expect_loss: order.expect_loss, ..Campaign::default() };
    for (name, run, few) in CAMPAIGNS {
        if order.name == name || order.name == "all" {
            well &= runs(&mut campaign, name, run, order.runs.unwrap_or(few), order.seed);
        }
        if order.name == "all" && name == "power-cut-browser" {
            campaign.expect_loss = true;
            well &= runs(&mut campaign, "power-cut-browser --expect-loss", run, 1, order.seed);
            campaign.expect_loss = false;
        }
    }
    Ok(well)
}

/// Runs one campaign that often; whether every run passed.
fn runs(campaign: &mut Campaign, name: &str, run: Run, count: u64, seed: u64) -> bool {
    let begun = Instant::now();
    let mut failed = 0;
    for number in 0..count {
        let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
        campaign.runs = number;
        let began = Instant::now();
        // Two campaigns on one stage must not take each other's notes for their own.
        let letter = name.chars().next().unwrap_or_default();
        let prefix = format!("N{}{letter}-{number}", seed % 100_000);
        let done = run(campaign, &prefix, &mut dice);
        let seconds = began.elapsed().as_secs_f64();
        match done {
            Ok(what) => println!("  run {number:>3}: {what} ({seconds:.1} s)"),
            Err(why) => {
                println!("  run {number:>3} FAILED (seed {seed}) after {seconds:.1} s: {why}");
                failed += 1;
                campaign.strike();
            }
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name}: {} passed, {failed} failed in {seconds:.0} s (seed {seed})", count - failed);
    failed == 0
}

/// One of these.
fn pick<'a, T>(dice: &mut Dice, list: &'a [T]) -> &'a T {
    &list[dice.between(0, list.len() as u64 - 1) as usize]
}

/// Milliseconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map(|now| now.as_millis() as u64).unwrap_or_default()
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match carry_out(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            println!("{why}");
            ExitCode::FAILURE
        }
    }
}
