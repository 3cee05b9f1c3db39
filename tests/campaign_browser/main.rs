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
mod power_cut;
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

type Run = fn(&mut Campaign, &str, &mut Dice) -> Done<String>;

const CAMPAIGNS: [(&str, Run); 6] = [
    ("kill-browser", kill::run),
    ("power-cut-browser", power_cut::run),
    ("corrupt-browser", corrupt::run),
    ("quota-browser", quota::run),
    ("two-tabs", two_tabs::run),
    ("update", update::run),
];

/// A new stage after so many runs: thousands of notes on one ticket are no engineer's day.
const RUNS_ON_A_STAGE: u32 = 20;

/// What lasts from one run to the next.
#[derive(Default)]
pub struct Campaign {
    stage: Option<Stage>,
    used: u32,
    /// How many runs began before this one.
    runs: u64,
    /// Whether the campaign shall find losses, to show that it would.
    pub expect_loss: bool,
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

/// Carries out what the words ask for; `Ok(true)` when every run passed.
pub fn carry_out(words: &[String]) -> Done<bool> {
    let list = || CAMPAIGNS.map(|campaign| campaign.0).join(", ");
    let name = words.first().ok_or_else(|| format!("Name a campaign: {}.", list()))?;
    let (name, run) = CAMPAIGNS
        .into_iter()
        .find(|campaign| campaign.0 == name)
        .ok_or_else(|| format!("There is no campaign {name}. The campaigns are {}.", list()))?;
    let (mut runs, mut seed, mut campaign) = (6, now() % 1_000_000, Campaign::default());
    let mut rest = words[1..].iter();
    while let Some(word) = rest.next() {
        let mut number = || {
            let number = rest.next().and_then(|number| number.parse().ok());
            number.ok_or_else(|| format!("{word} needs a number."))
        };
        match word.as_str() {
            "--runs" => runs = number()?,
            "--seed" => seed = number()?,
            "--expect-loss" => campaign.expect_loss = true,
            _ => return Err(format!("`{word}` is no option here.")),
        }
    }
    let (begun, mut failed) = (Instant::now(), Vec::new());
    for run_number in 0..runs {
        let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(run_number));
        campaign.runs = run_number;
        let began = Instant::now();
        let prefix = format!("N{}-{run_number}", seed % 100_000);
        match run(&mut campaign, &prefix, &mut dice) {
            Ok(what) => {
                println!("  run {run_number:>3}: {what} ({:.1} s)", began.elapsed().as_secs_f64());
            }
            Err(why) => {
                println!("  run {run_number:>3} FAILED (seed {seed}): {why}");
                failed.push(run_number);
                campaign.strike();
            }
        }
    }
    let passed = runs - failed.len() as u64;
    println!(
        "{name}: {passed} passed, {} failed in {:.0} s (seed {seed})",
        failed.len(),
        begun.elapsed().as_secs_f64()
    );
    Ok(failed.is_empty())
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
